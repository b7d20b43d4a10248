"""How many requests a second does ``cnlp serve`` answer? Writes ``benchmarks/results/service.json``.

A service is started as a process; clients in one other process keep their connections and send sentences of the PKU
test, one after the other, for some seconds to each path. Then as many requests as asked for, and the service's
memory before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.measure.memory import resident_bytes
from cnlp.corpus import registry

PATHS = ("/segment", "/tag", "/entities", "/keywords")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    texts = ["".join(sentence) for sentence in registry.load_corpus("pku-test")]
    results: dict[str, Any] = {"clients": options.clients, "paths": {}}
    with service() as (port, process):
        for path in PATHS:
            asyncio.run(load(port, path, texts, options.clients, seconds=1.0))
            cell = asyncio.run(load(port, path, texts, options.clients, seconds=options.seconds))
            results["paths"][path] = cell
            print(f"{path:10} {cell}", flush=True)
        before = resident_mb(process.pid)
        asyncio.run(load(port, "/segment", texts, options.clients, requests=options.requests))
        results["memory"] = {"requests": options.requests, "mb": [before, resident_mb(process.pid)]}
        print(results["memory"])
    record = records.new_record("service", given, packages=("fastapi", "uvicorn"), corpora=("pku-test",))
    records.save({**record, "results": results}, options.output)
    return 0


@contextmanager
def service() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A service on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cnlp", "serve", "--port", str(port), "--quiet"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health").close()
                    break
                except urllib.error.URLError:
                    time.sleep(0.1)
            yield port, process
        finally:
            process.terminate()


async def load(
    port: int, path: str, texts: Sequence[str], clients: int, *, seconds: float = 0, requests: int = 0
) -> dict[str, Any]:
    """Requests from all clients, for some seconds or so many in all; times in milliseconds."""
    times: list[float] = []
    errors: list[str] = []
    numbers = count()
    start = time.perf_counter()

    def goes_on() -> bool:
        return time.perf_counter() - start < seconds if seconds else next(numbers) < requests

    async def client(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for text in cycle([*texts[first:], *texts[:first]]):
            if not goes_on():
                break
            body = json.dumps({"text": text}).encode()
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            asked = time.perf_counter()
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            times.append(1000 * (time.perf_counter() - asked))
            if b" 200 " not in answer.partition(b"\r\n")[0]:
                errors.append(answer.partition(b"\r\n")[0].decode())
        writer.close()
        await writer.wait_closed()

    step = max(1, len(texts) // clients)
    await asyncio.gather(*(client(i * step % len(texts)) for i in range(clients)))
    took = time.perf_counter() - start
    times.sort()
    return {
        "requests": len(times),
        "per_second": round(len(times) / took),
        "p50_ms": round(times[len(times) // 2], 2),
        "p99_ms": round(times[len(times) * 99 // 100], 2),
        "errors": len(errors),
    }


def resident_mb(process: int) -> float:
    """Megabytes that a process has in memory now (Linux)."""
    return round(resident_bytes(process) / 1e6, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.service", description=__doc__)
    parser.add_argument("--clients", type=int, default=16, help="default: 16")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each path; default: 60")
    parser.add_argument("--requests", type=int, default=100_000, help="for the memory; default: 100,000")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "service.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
