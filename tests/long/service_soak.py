"""Does a service that is attacked go on answering the honest? Writes ``benchmarks/results/service-soak.json``.

``cnlp serve`` runs with its usual limits in a process that may open 1,024 files. Honest clients ask for words, tags,
entities and keywords of short texts over connections that they keep. In another process hostile ones open connections
without sending a request, send bodies byte by byte, ask for large answers and do not read them, send texts of 2 MB,
lexicons in which everything overlaps, expressions that are large automata, deep and broken JSON, foreign hosts, and go
away in the middle. At the end, with all of them at it, the service is told to stop.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks is not installed

from benchmarks import record as records

HONEST = 4  # clients
PAUSE = 0.02  # seconds between the requests of an honest client
FILES = 1024  # that the service may open
SENTENCE = "王小明昨天在北京大学读了三月五日的《人民日报》，他说的确实在理。"
PATHS = {"/segment": "words", "/tag": "tokens", "/entities": "entities", "/keywords": "keywords"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if the service does not hold what it promises."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    record = records.new_record("service_soak", given, packages=("fastapi", "uvicorn"))
    results = soak(options.seconds)
    records.save({**record, "results": results}, options.output)
    print(json.dumps(results, indent=1))
    return int(bool(results["honest errors"]) or results["honest p99 ms"] > 250 or results["seconds to end"] > 10)


def soak(seconds: float) -> dict[str, Any]:
    """What honest clients met in so many seconds, and what became of the service."""
    with tempfile.TemporaryFile() as log:
        process, port = start(log)
        try:
            attack = multiprocessing.get_context("spawn").Process(target=attack_for, args=(port, seconds + 15))
            honest = [Honest(port) for _ in range(HONEST)]
            memory = []
            attack.start()
            for client in honest:
                client.start()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                time.sleep(1)
                memory.append(resident(process.pid))
            for client in honest:
                client.end = True
            for client in honest:
                client.join()
            begin = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            ended = time.monotonic() - begin
            attack.kill()
            attack.join()
        finally:
            process.kill()
        size = log.seek(0, 2)
    times = sorted(each for client in honest for each in client.times)
    late = memory[len(memory) // 4 :]
    return {
        "seconds": seconds,
        "honest requests": len(times),
        "honest errors": sum((client.errors for client in honest), Counter[str]()),
        "honest median ms": round(1000 * times[len(times) // 2], 1),
        "honest p99 ms": round(1000 * times[len(times) * 99 // 100], 1),
        "honest worst ms": round(1000 * times[-1], 1),
        "MB at first": round(memory[0] / 1e6),
        "MB after a quarter of the time": round(late[0] / 1e6),
        "MB at last": round(late[-1] / 1e6),
        "MB at most": round(max(memory) / 1e6),
        "log bytes": size,
        "seconds to end": round(ended, 1),
    }


def start(log: Any) -> tuple[subprocess.Popen[bytes], int]:
    """A service that answers, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cnlp", "serve", "--port", str(port)]
    process = subprocess.Popen(
        ["sh", "-c", f'ulimit -n {FILES}; exec "$@"', "sh", *command], stdout=log, stderr=subprocess.STDOUT
    )
    for _ in range(600):
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health").close()
            return process, port
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("the service does not start")


def resident(process: int) -> int:
    """Bytes that a process has in memory."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


class Honest(threading.Thread):
    """A client that reads what it gets, and looks whether it is right."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.end = False
        self.times: list[float] = []
        self.errors: Counter[str] = Counter()

    def run(self) -> None:
        """Ask until told to end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        wanted: dict[str, object] = {}
        while not self.end:
            for path, name in PATHS.items():
                begin = time.monotonic()
                try:
                    connection.request("POST", path, *_json({"text": SENTENCE}))
                    answer = connection.getresponse()
                    content = json.loads(answer.read())
                    if answer.status != 200 or wanted.setdefault(path, content) != content or not content[name]:
                        self.errors[f"{path} {answer.status}"] += 1
                except (OSError, http.client.HTTPException, ValueError) as error:
                    self.errors[f"{path} {type(error).__name__}"] += 1
                    connection.close()
                self.times.append(time.monotonic() - begin)
                time.sleep(PAUSE)
        connection.close()


# ---- hostile clients ----------------------------------------------------------------------------------------


def attack_for(port: int, seconds: float) -> None:
    """Attack a service in all ways at once."""
    for deed in DEEDS:
        threading.Thread(target=_repeat, args=(deed, port), daemon=True).start()
    time.sleep(seconds)


def _repeat(deed: Callable[[int], None], port: int) -> None:
    while True:
        with suppress(OSError, http.client.HTTPException):
            deed(port)
        time.sleep(random.uniform(0.1, 0.4))


def half_open(port: int) -> None:
    """Open connections, and send half a head."""
    clients = [_connect(port, b"POST /segment HTTP/1.1\r\nHost: localhost\r\nX:") for _ in range(random.randrange(600))]
    time.sleep(2)
    _close(clients)


def drip(port: int) -> None:
    """Send bodies byte by byte."""
    head = b"POST /tag HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1999999\r\n\r\n"
    clients = [_connect(port, head + b" " * 100_000) for _ in range(30)]
    for _ in range(12):
        time.sleep(1)
        for client in clients:
            with suppress(OSError):
                client.send(b" ")
    _close(clients)


def never_read(port: int) -> None:
    """Ask for large answers and do not read them."""
    clients = [_connect(port, _request("/tag", {"text": SENTENCE * 5000}), 4096) for _ in range(10)]
    time.sleep(35)
    _close(clients)


def crumbs(port: int) -> None:
    """Send a body a byte a chunk."""
    head = (
        b"POST /tag HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    _connect(port, head + b"1\r\n \r\n" * 500_000).close()


def go_away(port: int) -> None:
    """Ask for much work and do not wait for it."""
    _connect(port, _request("/keywords", {"text": SENTENCE * 18_000})).close()


def long_texts(port: int) -> None:
    """Ask for as much work as may be."""
    path = random.choice(list(PATHS))
    _ask(port, path, {"text": random.choice([SENTENCE * 18_000, "中" * 600_000, "a1" * 900_000, "，" * 600_000])})


def many_texts(port: int) -> None:
    """The same in parts."""
    _ask(port, random.choice(list(PATHS)), {"text": [SENTENCE * 15] * 1000})


def overlapping_words(port: int) -> None:
    """Words in which all overlap, in a text that they fill."""
    mode = random.choice(["prefer", "force"])
    words: list[object] = [{"word": "中" * length, "mode": mode} for length in range(1, 101)]
    algorithm = random.choice(["bigram", "unigram", "perceptron", "forward"])
    for length in (2_000, 30_000):
        _ask(port, "/segment", {"text": "中" * length, "lexicon": words, "algorithm": algorithm})


def expressions(port: int) -> None:
    """Expressions that are large automata, or would be."""
    sources = ["(a+)+$", "(a|b)*a(a|b){9}", ".{0,60}a.{0,60}", "(a|b)*a(a|b){20}", "a{4294967295}", r"(a)\1"]
    words = [{"word": random.choice(sources), "regex": True} for _ in range(10)]
    _ask(port, "/segment", {"text": "a" * 20_000, "lexicon": words})


def broken(port: int) -> None:
    """What is not a request."""
    bodies = [b"[" * 1_000_000, b'{"text":' * 100_000, b"\xff" * 1000, b'{"text": ' + b"9" * 100_000 + b"}"]
    bodies.append(b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b"}")
    bodies.append(b'{"text": ["' + b'","' * 300_000 + b'"]}')
    for body in bodies:
        _send(port, "/segment", body, {"Content-Type": "application/json"})
    for data in (b"\x16\x03\x01" * 100, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, b"\r\n" * 10_000):
        _connect(port, data).close()


def rebind(port: int) -> None:
    """A page of another site."""
    _send(port, "/segment", b'{"text": "a"}', {"Content-Type": "application/json", "Host": "rebound.example"})


DEEDS = (
    *(half_open, drip, crumbs, never_read, never_read, go_away, long_texts, long_texts, many_texts, overlapping_words),
    *(overlapping_words, expressions, broken, rebind),
)


def _json(body: object) -> tuple[bytes, dict[str, str]]:
    return json.dumps(body).encode(), {"Content-Type": "application/json"}


def _request(path: str, body: object) -> bytes:
    content, _ = _json(body)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def _connect(port: int, data: bytes, buffer: int = 0) -> socket.socket:
    client = socket.socket()
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.settimeout(40)
    client.connect(("127.0.0.1", port))
    with suppress(OSError):
        client.sendall(data)
    return client


def _close(clients: Sequence[socket.socket]) -> None:
    for client in clients:
        client.close()


def _ask(port: int, path: str, body: object) -> None:
    _send(port, path, *_json(body))


def _send(port: int, path: str, body: bytes, headers: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
    try:
        connection.request("POST", path, body, headers)
        connection.getresponse().read()
    finally:
        connection.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python tests/long/service_soak.py", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--output", type=Path, default=records.RESULTS / "service-soak.json")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
