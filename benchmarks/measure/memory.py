"""How long does a process take that segments one sentence, and how much memory?

Writes ``benchmarks/results/memory.json``.

Cold start: a fresh interpreter imports the package and segments one sentence; wall time from start to exit,
beside an interpreter that does nothing. All take turns (A B C A B C …); least and median time are given, and
what remains above bare Python. File caches are warm (one untimed run each), as on the second use of a day.

Memory: peak resident set of that process, read by itself at its end (``VmHWM``, which a parent's size cannot
blur; ``ru_maxrss`` where there is no /proc), in separate runs, in megabytes of 10^6 bytes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.peers.systems import PEERS
from benchmarks.timing import as_installed, pin, spread

SENTENCE = "我来到北京清华大学，研究生命的起源。"
BARE = "python"
PROGRAMS = {
    BARE: "pass",
    "cnlp": f"import cnlp; cnlp.segment({SENTENCE!r})",
    "rjieba": f"import rjieba; rjieba.cut({SENTENCE!r})",
    "jieba": f"import jieba; jieba.lcut({SENTENCE!r})",
}
PEAK = """
def _peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
    except OSError:
        import resource, sys
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(_peak())
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    pin()
    results = measure(PROGRAMS, options.runs)
    record = records.new_record("memory", words, packages=PEERS)
    records.save({**record, "results": results}, options.output)
    return 0


@dataclass(frozen=True)
class Program:
    """Code, and the interpreter and the environment that run it; by default this one's."""

    code: str
    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


def measure(given: Mapping[str, str | Program], runs: int) -> dict[str, dict[str, Any]]:
    """Cold start in milliseconds and peak memory in megabytes of every program.

    Raises:
        subprocess.CalledProcessError: a program fails.
    """
    programs = {name: Program(one) if isinstance(one, str) else one for name, one in given.items()}
    for program in programs.values():
        start_seconds(program)
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, program in programs.items():
            seconds[name].append(start_seconds(program))
    results: dict[str, dict[str, Any]] = {}
    for name, program in programs.items():
        above = [(one - bare) * 1e3 for one, bare in zip(seconds[name], seconds[BARE], strict=True)]
        results[name] = {
            "milliseconds": spread([value * 1e3 for value in seconds[name]], 2),
            "above_python_ms": spread(above, 2),
            "least_above_least_python_ms": round((min(seconds[name]) - min(seconds[BARE])) * 1e3, 2),
            "peak_mb": spread([peak_bytes(program) / 1e6 for _ in range(3)], 2),
        }
        shown = results[name]
        print(f"{name:10} {shown['milliseconds']['median']:8.1f} ms {shown['peak_mb']['median']:8.1f} MB")
    return results


def start_seconds(program: Program) -> float:
    """Wall seconds of a fresh interpreter that runs a program."""
    start = time.perf_counter()
    _python(program)
    return time.perf_counter() - start


def peak_bytes(program: Program) -> int:
    """Peak resident set, in bytes, of a fresh interpreter that runs a program."""
    printed = _python(replace(program, code=f"{program.code}\n{PEAK}"))
    return int(printed.split()[-1])  # some programs talk


def _python(program: Program) -> bytes:
    """Standard output of ``python -c code``, run where the package can be imported."""
    environment = {**as_installed(program.environment), "PYTHONIOENCODING": "utf-8"}
    command = [program.python, "-c", program.code]
    done = subprocess.run(command, cwd=records.ROOT, env=environment, capture_output=True)
    if done.returncode:
        sys.stderr.buffer.write(done.stderr)
    done.check_returncode()
    return done.stdout


def resident_bytes(process: int | str = "self") -> int:
    """The resident set of a process now (Linux).

    >>> not os.path.exists("/proc/self/statm") or resident_bytes() > 1_000_000
    True
    """
    with open(f"/proc/{process}/statm", encoding="ascii") as status:
        return int(status.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.memory", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--runs", type=int, default=20, help="timed starts of every program; default: 20")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "memory.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
