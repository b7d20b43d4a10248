"""How much slower is it where the kernel was not compiled? Writes ``benchmarks/results/pure.json``.

A process with the kernel, one with its twin in Python (``CNLP_PURE=1``) and one with jieba take turns with lines of the
PKU test, one call per line; kilobytes (10^3 UTF-8 bytes) of text per second of processor time, without what the first
line takes, as the first call opens the models. The slower ones get fewer lines.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import record as records
from benchmarks.timing import pin, ratios, spread
from cnlp.corpus import load_corpus

CORPUS = "pku-test"
LINES = {"C": 1000, "pure Python": 20, "jieba": 100}  # of the middle of the set
CALLS = {  # cnlp's call, and jieba's
    "segment": ("cnlp.segment", "jieba.lcut"),
    "segment, bigram": ("cnlp.Segmenter(algorithm='bigram').segment", "jieba.lcut"),
    "tag": ("cnlp.tag", "jieba.posseg.lcut"),
    "entities": ("cnlp.entities", None),
    "keywords": ("cnlp.keywords", "jieba.analyse.extract_tags"),
}
WORK = """
import sys, time
import {module}
call = {call}
lines = sys.stdin.buffer.read().decode().splitlines()
call(lines[0])
start = time.process_time()
for line in lines:
    call(line)
print(sum(len(line.encode()) for line in lines) / 1000 / (time.process_time() - start))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    pin()
    lines = ["".join(sentence) for sentence in load_corpus(CORPUS)]
    lines = lines[len(lines) // 2 :]
    results = {}
    for name, (ours, theirs) in CALLS.items():
        contenders = {"C": ours, "pure Python": ours, **({"jieba": theirs} if theirs else {})}
        rates: dict[str, list[float]] = {kernel: [] for kernel in contenders}
        for _ in range(options.rounds):
            for kernel, call in contenders.items():
                rates[kernel].append(rate(call, kernel == "pure Python", lines[: LINES[kernel]]))
        shares = ratios(rates, ("pure Python",))["pure Python"]
        results[name] = {"kb_per_s": {kernel: spread(found) for kernel, found in rates.items()}, "times_pure": shares}
        print(name, results[name], flush=True)
    record = records.new_record("pure", given, corpora=(CORPUS,), packages=("jieba",))
    records.save({**record, "results": results}, options.output)
    return 0


def rate(call: str, is_pure: bool, lines: Sequence[str]) -> float:
    """Kilobytes per second of processor time, in a new process.

    Raises:
        subprocess.CalledProcessError: it fails.
    """
    module = call.partition("(")[0].rpartition(".")[0]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WORK.format(module=module, call=call)],
        input="\n".join(lines),
        env={**os.environ, "CNLP_PURE": "1" if is_pure else ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # jieba reports that it loads
        encoding="utf-8",
        check=True,
    )
    return float(done.stdout)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.pure", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "pure.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
