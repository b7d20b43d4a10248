"""Single runs for :mod:`benchmarks.measure.streams`, as separate processes; each prints its seconds.

``python -m benchmarks.measure.stream_runs NAME INPUT OUTPUT``: peers segment a file into another one, each in the way
that suits it best. Loading is not timed.

    jieba               " ".join(jieba.cut(text)), as its README does
    jieba, parallel     the same after jieba.enable_parallel(2)
    rjieba              line by line, which it does faster than a whole text
    rjieba, threads     two threads take turns to take 1,000 lines
    rjieba, processes   a pool of two forked processes gets 1,000 lines and gives back text

``python -m benchmarks.measure.stream_runs STREAM INPUT WORKERS``: a stream of :mod:`cnlp.batch.texts`, as
``segment_batch``, over the lines of a file, to lists that are dropped. Models are opened before.
"""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import cnlp
from benchmarks.peers.systems import load_rjieba

Convert = Callable[[str, str], None]
NAMES = ("jieba", "jieba, parallel", "rjieba", "rjieba, threads", "rjieba, processes")
WORKERS = 2
LINES = 1000  # for a worker at once

_cut: Callable[[str], list[str]]


def main(name: str, source: str, rest: str) -> None:
    """Load, work, and print the seconds that the work took."""
    work = LOADERS[name]() if name in LOADERS else stream(name)
    start = time.perf_counter()
    work(source, rest)
    print(time.perf_counter() - start)


def stream(name: str) -> Convert:
    """A stream, its model opened."""
    getattr(cnlp, name.removesuffix("_batch"))("预热")

    def run(source: str, workers: str) -> None:
        with open(source, encoding="utf-8", newline="\n") as lines:
            for _ in getattr(cnlp, name)(lines, workers=int(workers)):
                pass

    return run


def jieba(workers: int = 1) -> Convert:
    """jieba, loaded."""
    module: Any = importlib.import_module("jieba")
    module.setLogLevel(logging.ERROR)
    module.initialize()
    if workers > 1:
        module.enable_parallel(workers)

    def convert(source: str, target: str) -> None:
        with open(source, encoding="utf-8") as read, open(target, "w", encoding="utf-8") as write:
            write.write(" ".join(module.cut(read.read())))

    return convert


def rjieba(pool: Callable[[], Any] | None = None) -> Convert:
    """rjieba, loaded; a pool has ``map`` or ``imap``."""
    global _cut
    _cut = load_rjieba()
    workers = pool() if pool is not None else None
    apply = map if workers is None else getattr(workers, "imap", workers.map)

    def convert(source: str, target: str) -> None:
        with open(source, encoding="utf-8") as read, open(target, "w", encoding="utf-8") as write:
            for text in apply(_join, _groups(read)):
                write.write(text)

    return convert


def _join(lines: list[str]) -> str:
    return "".join([" ".join(_cut(line)) for line in lines])


def _groups(lines: Iterable[str]) -> Iterable[list[str]]:
    rest = iter(lines)
    return iter(lambda: list(islice(rest, LINES)), [])


LOADERS: dict[str, Callable[[], Convert]] = {
    "jieba": jieba,
    "jieba, parallel": lambda: jieba(WORKERS),
    "rjieba": rjieba,
    "rjieba, threads": lambda: rjieba(lambda: ThreadPoolExecutor(WORKERS)),
    "rjieba, processes": lambda: rjieba(lambda: multiprocessing.get_context("fork").Pool(WORKERS)),
}

if __name__ == "__main__":
    main(*sys.argv[1:])
