"""Where do the instructions of the default segmenter go? Writes ``benchmarks/results/budget.json``.

Cachegrind counts the instructions, the conditional branches that a simple predictor gets wrong, and the reads that miss
the first-level cache, while lines of the four SIGHAN 2005 tests are segmented one by one. Two runs over a few and over
many lines are taken from each other, so what happens once costs nothing. Counts do not depend on how busy the machine
is; they know nothing of time.

Inlined functions are counted by themselves: each line of the source belongs to the function around it, and what the
compiler's header of SSE2 has is one row. Needs Valgrind and a compiler, with which the kernel is built anew with line
numbers.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import record as records
from cnlp.corpus import load_corpus

CORPORA = ("pku-test", "msr-test", "as-test", "cityu-test")
EVENTS = {"instructions": "Ir", "mispredicted branches": "Bcm", "reads that miss": "D1mr"}
FEW = 10  # lines
REST, SSE2 = "CPython and the C library", "SSE2"
PROGRAM = """
import sys
import cnlp
segment = cnlp.Segmenter().segment
for line in sys.stdin.read().split("\\n")[:-1]:
    segment(line)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    if not shutil.which("valgrind"):
        print("budget: Valgrind is not installed", file=sys.stderr)
        return 1
    lines = ["".join(sentence) for name in CORPORA for sentence in load_corpus(name)][:: options.stride]
    record = records.new_record("budget", given, corpora=CORPORA)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        few, many = (count(Path(folder), part) for part in (lines[:FEW], lines))
    characters = sum(map(len, lines[FEW:]))
    functions = {
        name: {event: round((many[name, event] - few[name, event]) / characters, 2) for event in EVENTS}
        for name in dict.fromkeys(name for name, _ in many)
    }
    ordered = sorted(functions.items(), key=lambda item: -item[1]["instructions"])
    results = {"lines": len(lines) - FEW, "characters": characters, "per_character": dict(ordered)}
    for name, cell in ordered[:20]:
        print(f"{cell['instructions']:8.1f} {name}", flush=True)
    records.save({**record, "results": results}, options.output)
    return 0


def build(folder: Path) -> None:
    """The package with a kernel that has line numbers."""
    target = ["--build-lib", str(folder)]
    command = [sys.executable, "setup.py", "-q", "build_py", *target, "build_ext", *target]
    command += ["--build-temp", str(folder / "temporary")]
    environment = {**os.environ, "CFLAGS": "-g"}
    subprocess.run(command, cwd=records.ROOT, env=environment, check=True, capture_output=True)
    # Once for all runs: compiling Python's modules costs more than a text.
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)
    for model in records.ROOT.glob("cnlp/model/*.safetensors"):
        (folder / "cnlp" / "model" / model.name).unlink(missing_ok=True)
        (folder / "cnlp" / "model" / model.name).symlink_to(model)


def count(folder: Path, lines: Sequence[str]) -> Counter[tuple[str, str]]:
    """How often each event happened in each function of the kernel, and in all else."""
    output = folder / "counts"
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=yes", "--branch-sim=yes"]
    command += [f"--cachegrind-out-file={output}", sys.executable, "-c", PROGRAM]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    text = "".join(f"{line}\n" for line in lines).encode()
    subprocess.run(command, cwd=folder, env=environment, input=text, check=True, capture_output=True)
    return by_function(output.read_text(encoding="utf-8", errors="replace"))


def by_function(counts: str) -> Counter[tuple[str, str]]:
    """Sums of a file of Cachegrind by function and event.

    >>> found = by_function("events: Ir Bcm D1mr\\nfl=/usr/lib/x.c\\nfn=f\\n12 5 1 0\\n13 4 0 2\\n")
    >>> found["CPython and the C library", "instructions"]
    9
    """
    found: Counter[tuple[str, str]] = Counter()
    columns: list[str] = []
    owners: dict[int, str] = {}
    for line in counts.splitlines():
        if line.startswith("events:"):
            columns = line.split()[1:]
        elif line.startswith("fl="):
            owners = dict(functions_of(line[3:]))
        elif line[:1].isdigit():
            number, *values = map(int, line.split())
            for event, column in EVENTS.items():
                found[owners.get(number, REST), event] += values[columns.index(column)]
    return found


def functions_of(path: str) -> Iterator[tuple[int, str]]:
    """The function that each line of one of the kernel's sources is in."""
    source = Path(path)
    if source.name in ("emmintrin.h", "xmmintrin.h"):
        yield from ((number, SSE2) for number in range(10_000))
    if "_kernel" not in source.parts or not source.is_file():
        return
    name = source.name
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if start := re.match(r"[A-Za-z].*?(\w+)\(", line):
            name = start[1]
        yield number, name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.budget", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--stride", type=int, default=10, help="one line in this many; default: 10")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "budget.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
