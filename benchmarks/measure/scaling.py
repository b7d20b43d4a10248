"""What does work cost as it grows? Writes ``benchmarks/results/scaling.json``.

lines      :func:`cnlp.segment` line by line, and ``cnlp segment`` over a file, where lines have 10 to 10^8 characters.
lexicons   :func:`cnlp.segment` with 0 to 10^6 words of the user's, all of which occur in the text.
workers    ``cnlp segment`` over one file, with one worker and two.
threads    :func:`cnlp.segment_batch` over the lines of a list, with 1 to 16 threads.
discovery  ``cnlp discover`` bound to one core, of up to 10 GB from a pipe: the lines of raw/ in ``CNLP_DATA``, shuffled
           anew each time that all have been written.

Text is that of raw/. Each figure is from a process of its own: wall time, in Python without loading, and peak memory as
the system reports it. Parts that are not asked for keep the results that they have, so an interrupted run is taken up
with ``--parts``. From the figures follows what a cluster would cost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import cnlp
from benchmarks import record as records
from benchmarks.measure.streams import MEGABYTE, Run, await_end, command, make_corpus, raw_files
from benchmarks.timing import as_installed, pin, spread
from cnlp.corpus.registry import data_folder, file_sha256

LENGTHS = tuple(10**k for k in range(1, 9))
LEXICONS = (0, *(10**k for k in range(1, 7)))
THREADS = (1, 2, 4, 8, 16)
GIGABYTES = (0.1, 1.0, 10.0)
MEMORY = 700  # of --memory, so that the process stays below a gigabyte
TERABYTES = 2
LINES = 10_000  # written at a time
SEED = 1

Cells = dict[str, dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    record = records.new_record("scaling", words, seed=SEED)
    sources = raw_files()
    record["data"] = {path.relative_to(data_folder()).as_posix(): file_sha256(path) for path in sources}
    results = records.load(options.output)["results"] if options.output.exists() else {}
    with TemporaryDirectory(dir=options.folder) as folder:
        corpus = make_corpus(sources, Path(folder), int(options.megabytes * MEGABYTE))
        for part in options.parts:
            results[part] = {"commit": record["commit"], **PARTS[part](corpus, options)}
            results["cluster"] = cluster(results, options.price)
            records.save({**record, "results": results}, options.output)
    return 0


# ---- parts ----


def measure_lines(corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Lines of each length, in Python and in the shell."""
    cells: dict[str, Cells] = {"segment": {}, "file": {}}
    for length in options.lengths:
        text = corpus.with_name(f"lines-{length}.txt")
        apart(write_lines, corpus, text, length)
        size = text.stat().st_size
        cells["segment"][str(length)] = measure(size, call(segment_lines, text, ""), options.rounds)
        cells["file"][str(length)] = measure(size, command(["segment"], text, 1), options.rounds)
        text.unlink()
    return cells


def measure_lexicons(corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Lexicons of each size."""
    words = corpus.with_name("words.txt")
    cells = {}
    for count in options.lexicons:
        apart(write_words, corpus, words, count)
        cells[str(count)] = measure(corpus.stat().st_size, call(segment_lines, corpus, words), options.rounds)
    return {"words": cells}


def measure_workers(corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    """One worker and two."""
    size = corpus.stat().st_size
    return {"file": {str(n): measure(size, command(["segment"], corpus, n), options.rounds) for n in (1, 2)}}


def measure_threads(corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Threads, as many as there are cores and more."""
    size = corpus.stat().st_size
    runs = {str(n): call(segment_in_threads, corpus, n) for n in options.threads}
    return {"segment_batch": {n: measure(size, run, options.rounds) for n, run in runs.items()}}


def measure_discovery(corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Growing amounts of text, once each."""
    cells = {}
    for gigabytes in options.gigabytes:
        size = int(gigabytes * 1e9)
        cells[f"{gigabytes:g}"] = measure(size, discover(size, corpus.with_name("found.tsv")), 1)
    return {"gigabytes": cells}


PARTS: dict[str, Callable[[Path, argparse.Namespace], dict[str, Any]]] = {
    "lines": measure_lines,
    "lexicons": measure_lexicons,
    "workers": measure_workers,
    "threads": measure_threads,
    "discovery": measure_discovery,
}


def cluster(results: dict[str, Any], price: float) -> dict[str, Any]:
    """Core-hours and cost of ``TERABYTES`` of text at the rates of one core, for each command that was measured.

    >>> cluster({"workers": {"file": {"1": {"mb_per_s": {"median": 50.0}}}}}, 0.04)["segment"]
    {'core_hours': 11.1, 'cost': 0.44}
    """
    rates = {}
    if "workers" in results:
        rates["segment"] = results["workers"]["file"]["1"]["mb_per_s"]["median"]
    if "discovery" in results:
        _, largest = max(results["discovery"]["gigabytes"].items(), key=lambda cell: float(cell[0]))
        rates["discover"] = largest["mb_per_s"]["median"]
    hours = {name: TERABYTES * 1e6 / rate / 3600 for name, rate in rates.items()}
    costs = {name: {"core_hours": round(each, 1), "cost": round(each * price, 2)} for name, each in hours.items()}
    return {"terabytes": TERABYTES, "price": price, **costs}


def measure(size: int, run: Run, rounds: int) -> dict[str, Any]:
    """Rate and memory of a run."""
    rates, figures = [], []
    for _ in range(rounds):
        seconds, figure = run()
        rates.append(size / seconds / MEGABYTE)
        figures.append(figure)
    print(f"{size / MEGABYTE:9.1f} MB {median(rates):8.2f} MB/s  {figures[-1]}", flush=True)
    more = {name: spread([one[name] for one in figures], 2) for name in figures[0]}
    return {"bytes": size, "mb_per_s": spread(rates), **more}


# ---- text ----


def write_lines(corpus: str, target: str, length: str) -> None:
    """The text of the corpus without white space, in lines of ``length`` characters, at least one of them."""
    text, size = "".join(Path(corpus).read_text(encoding="utf-8").split()), int(length)
    text *= -(-size // len(text))
    with open(target, "w", encoding="utf-8", newline="\n") as output:
        output.writelines(f"{text[start : start + size]}\n" for start in range(0, len(text) - size + 1, size))


def write_words(corpus: str, target: str, count: str) -> None:
    """Different strings of two to four characters, drawn from the text."""
    chance = random.Random(SEED)
    text = Path(corpus).read_text(encoding="utf-8")
    words: dict[str, None] = {}
    while len(words) < int(count):
        start = chance.randrange(len(text) - 4)
        word = text[start : start + chance.randint(2, 4)]
        if not word.isascii() and word.isalpha():
            words[word] = None
    Path(target).write_text("".join(f"{word}\n" for word in words), encoding="utf-8")


def shuffled_lines(size: int) -> Iterator[bytes]:
    """Blocks of lines of raw/, ``size`` bytes and the rest of the last block."""
    chance = np.random.default_rng(SEED)  # its permutation takes a moment, random.shuffle a second
    lines = [line for path in raw_files() for line in path.read_bytes().splitlines(keepends=True)]
    written = 0
    while written < size:
        order = chance.permutation(len(lines))
        for start in range(0, len(lines), LINES):
            block = b"".join([lines[place] for place in order[start : start + LINES].tolist()])
            yield block
            written += len(block)
            if written >= size:
                break


# ---- in processes of their own ----


def line_of(function: Callable[..., None], *arguments: object) -> list[str]:
    """The command line that calls a function of this module with these arguments as str."""
    call = f"{function.__name__}(*{[str(each) for each in arguments]!r})"
    return [sys.executable, "-c", f"from benchmarks.measure.scaling import *; {call}"]


def apart(function: Callable[..., None], *arguments: object) -> None:
    """Calls it in a process of its own: the memory of this one would count as its children's."""
    subprocess.run(line_of(function, *arguments), cwd=records.ROOT, check=True)


def call(function: Callable[..., None], *arguments: object) -> Run:
    """Calls it in a fresh process each time; it prints the seconds that count."""
    line = line_of(function, *arguments)

    def run() -> tuple[float, dict[str, float]]:
        with subprocess.Popen(line, cwd=records.ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            printed = process.stdout.read()
            peak = await_end(process, 0)["peak_mb"]
        return json.loads(printed), {"peak_mb": peak}

    return run


def segment_lines(source: str, words: str) -> None:
    """Print the seconds that the lines of a file take, with the words of another one as lexicon if there is one."""
    lexicon = cnlp.Lexicon(Path(words).read_text(encoding="utf-8").split()) if words else None
    with open(source, encoding="utf-8", newline="\n") as file:
        lines = list(file)
    cnlp.segment("预热", lexicon=lexicon)
    start = time.perf_counter()
    for line in lines:
        cnlp.segment(line, lexicon=lexicon)
    print(time.perf_counter() - start)


def segment_in_threads(source: str, threads: str) -> None:
    """Print the seconds that a list of the lines of a file takes."""
    with open(source, encoding="utf-8", newline="\n") as file:
        lines = list(file)
    cnlp.segment("预热")
    start = time.perf_counter()
    for _ in cnlp.segment_batch(lines, workers=int(threads), processes=False):
        pass
    print(time.perf_counter() - start)


def feed(size: str) -> None:
    """Write text to standard output."""
    for block in shuffled_lines(int(size)):
        sys.stdout.buffer.write(block)


def discover(size: int, target: Path) -> Run:
    """Finds the words of ``size`` bytes that come through a pipe."""
    source = line_of(feed, size)
    line = [sys.executable, "-m", "cnlp", "discover", "-", "-o", str(target), "--memory", str(MEMORY)]

    def run() -> tuple[float, dict[str, float]]:
        with subprocess.Popen(source, cwd=records.ROOT, stdout=subprocess.PIPE) as feeder:
            start = time.perf_counter()
            process = subprocess.Popen(
                line, cwd=records.ROOT, stdin=feeder.stdout, env=as_installed(os.environ), preexec_fn=pin
            )
            assert feeder.stdout is not None
            feeder.stdout.close()
            figures = await_end(process, start)
        with target.open(encoding="utf-8") as rows:
            figures["words"] = sum(1 for _ in rows) - 1
        return figures["seconds"], figures

    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.scaling", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), help="default: all")
    parser.add_argument("--megabytes", type=float, default=60, help="of text, but for discovery; default: 60")
    parser.add_argument("--lengths", type=int, nargs="+", default=LENGTHS, help="of lines, in characters")
    parser.add_argument("--lexicons", type=int, nargs="+", default=LEXICONS, help="numbers of words")
    parser.add_argument("--threads", type=int, nargs="+", default=THREADS)
    parser.add_argument("--gigabytes", type=float, nargs="+", default=GIGABYTES, help="of text for discovery")
    parser.add_argument("--price", type=float, default=0.04, help="dollars for a core-hour; default: 0.04")
    parser.add_argument("--rounds", type=int, default=5, help="but for discovery; default: 5")
    parser.add_argument("--folder", help="for texts; default: a temporary one")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "scaling.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
