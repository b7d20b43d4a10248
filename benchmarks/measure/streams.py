"""Files and streams: how fast, with how many workers, in how much memory? Writes ``results/streams-PART.json``.

files     ``cnlp segment`` as a process, from its start to its end, over a file of 200 MB made of raw/ in ``CNLP_DATA``
          (all files in turn, repeated), with one worker and two, beside peers (:mod:`benchmarks.measure.stream_runs`,
          loading not timed) on pieces of the same file that are evenly spread over it. Peak memory as the system
          reports it.
commands  ``cnlp tag``, ``ner``, ``keywords --per line`` over pieces of that file, with one worker and two.
python    :func:`cnlp.segment_batch` and its like over the lines of pieces of the file, with one worker and two.

All take turns (A B C A B C …), ratios are formed within a round. Wall time, because several cores work: ``cores`` says
how many were in use on average; where that is well below two with two workers, they were not free.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import record as records
from benchmarks.measure.stream_runs import NAMES
from benchmarks.peers.systems import PEERS
from benchmarks.timing import as_installed, ratios, spread
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.files.lines import read_lines

MEGABYTE = 1_000_000
WORKERS = (1, 2)
PIECE = 1 << 17
PEER_MEGABYTES = {"jieba": 2, "jieba, parallel": 3, "rjieba": 30, "rjieba, threads": 30, "rjieba, processes": 40}
COMMANDS = {"tag": ["tag"], "ner": ["ner"], "keywords": ["keywords", "--per", "line"]}
COMMAND_MEGABYTES = {"tag": 20, "ner": 16, "keywords": 40}
STREAM_MEGABYTES = {"segment_batch": 60, "tag_batch": 10, "entities_batch": 8, "keywords_batch": 20}

Run = Callable[[], tuple[float, dict[str, float]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    record = records.new_record("streams", words, packages=PEERS)
    sources = raw_files()
    record["data"] = {path.relative_to(data_folder()).as_posix(): file_sha256(path) for path in sources}
    with TemporaryDirectory() as folder:
        corpus = make_corpus(sources, Path(folder), int(options.megabytes * MEGABYTE))
        for part in options.parts:
            record["results"] = PARTS[part](corpus, options)
            records.save(record, options.output / f"streams-{part}.json")
    return 0


def raw_files() -> list[Path]:
    """The plain text of ``CNLP_DATA``, sorted."""
    return sorted(path for path in (data_folder() / "raw").rglob("*") if path.suffix in (".txt", ".csv"))


def make_corpus(sources: Sequence[Path], folder: Path, size: int) -> Path:
    """One file of ``size`` bytes and the rest of its last line: all sources in turn, repeated."""
    target = folder / "corpus.txt"
    with target.open("wb") as output:
        for source in cycle(sources):
            with source.open("rb") as lines:  # not at once: its size would count as its children's
                for line in lines:
                    output.write(line)
                    if output.tell() >= size:
                        return target
    raise AssertionError("cycle does not end")


def take(corpus: Path, megabytes: float) -> Path:
    """A file of pieces of whole lines, evenly spread over the corpus."""
    target = corpus.with_name(f"{megabytes}.txt")
    if target.exists():
        return target
    wanted, total, taken, seen = megabytes * MEGABYTE, corpus.stat().st_size, 0, 0
    with corpus.open("rb") as source, target.open("wb") as output:
        for data, *_ in read_lines(source, corpus, size=PIECE):
            if taken <= seen * wanted / total:
                taken += output.write(data)
            seen += len(data)
    return target


def measure_files(corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    """``cnlp segment`` and the peers."""
    runs: dict[str, tuple[int, Run]] = {
        name_of("cnlp", workers): (corpus.stat().st_size, command(["segment"], corpus, workers)) for workers in WORKERS
    }
    for name in NAMES:
        piece = take(corpus, PEER_MEGABYTES[name])
        runs[name] = piece.stat().st_size, single(name, piece, str(piece.with_suffix(".out")))
    return {"megabytes": round(corpus.stat().st_size / MEGABYTE, 1), **measure(runs, options.rounds, NAMES)}


def measure_commands(corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Commands with one worker and two."""
    results = {}
    for name, words in COMMANDS.items():
        piece = take(corpus, COMMAND_MEGABYTES[name])
        runs = {name_of(name, n): (piece.stat().st_size, command(words, piece, n)) for n in WORKERS}
        results[name] = measure(runs, options.rounds, [name_of(name, 1)])
    return results


def measure_python(corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Streams with one worker and two."""
    results = {}
    for name, megabytes in STREAM_MEGABYTES.items():
        piece = take(corpus, megabytes)
        runs = {name_of(name, n): (piece.stat().st_size, single(name, piece, str(n))) for n in WORKERS}
        results[name] = measure(runs, options.rounds, [name_of(name, 1)])
    return results


PARTS = {"files": measure_files, "commands": measure_commands, "python": measure_python}


def name_of(what: str, workers: int) -> str:
    """How results call it.

    >>> name_of("cnlp", 1), name_of("cnlp", 2)
    ('cnlp, 1 worker', 'cnlp, 2 workers')
    """
    return f"{what}, {workers} worker{'s' * (workers > 1)}"


def measure(runs: dict[str, tuple[int, Run]], rounds: int, bases: Sequence[str]) -> dict[str, Any]:
    """Rates, ratios to ``bases``, and the medians of the other figures of each run."""
    rates: dict[str, list[float]] = {name: [] for name in runs}
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (size, run) in runs.items():
            seconds, more = run()
            rates[name].append(size / seconds / MEGABYTE)
            figures[name].append(more)
    for name, values in rates.items():
        print(f"{name:28} {spread(values)['median']:9.2f} MB/s  {figures[name][-1]}", flush=True)
    return {
        "bytes": {name: size for name, (size, _) in runs.items()},
        "mb_per_s": {
            name: {**spread(values), "rounds": [round(value, 2) for value in values]} for name, values in rates.items()
        },
        "ratio_to": ratios(rates, bases),
        **{
            key: {name: spread([one[key] for one in several]) for name, several in figures.items() if key in several[0]}
            for key in ("peak_mb", "cores")
        },
    }


def command(words: Sequence[str], source: Path, workers: int) -> Run:
    """Runs the shell command as a process; reports peak memory of the largest process, and cores in use."""
    target = source.with_suffix(".out")
    line = [sys.executable, "-m", "cnlp", *words, str(source), "-o", str(target), "--quiet", "--workers", str(workers)]

    def run() -> tuple[float, dict[str, float]]:
        start = time.perf_counter()
        process = subprocess.Popen(line, cwd=records.ROOT, env=as_installed(os.environ))
        figures = await_end(process, start)
        target.unlink()
        return figures.pop("seconds"), figures

    return run


def await_end(process: subprocess.Popen[bytes], start: float) -> dict[str, float]:
    """Seconds since ``start``, peak memory and cores in use of a process that was started then and ends well.

    Raises:
        subprocess.CalledProcessError: it did not.
    """
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return {
        "seconds": seconds,
        "peak_mb": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MEGABYTE,
        "cores": (usage.ru_utime + usage.ru_stime) / seconds,
    }


def single(name: str, source: Path, rest: str) -> Run:
    """Runs one of :mod:`benchmarks.measure.stream_runs` as a process."""
    line = [sys.executable, "-m", "benchmarks.measure.stream_runs", name, str(source), rest]

    def run() -> tuple[float, dict[str, float]]:
        done = subprocess.run(line, cwd=records.ROOT, stdout=subprocess.PIPE, check=True)
        return float(done.stdout), {}

    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.streams", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--megabytes", type=float, default=200, help="size of the file; default: 200")
    parser.add_argument("--rounds", type=int, default=9, help="rounds over all contenders; default: 9")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), help="default: all")
    parser.add_argument("--output", type=Path, default=records.RESULTS, help="folder; default: benchmarks/results")
    return parser


if __name__ == "__main__":
    sys.exit(main())
