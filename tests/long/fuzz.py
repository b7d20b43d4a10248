"""Fuzz every entry of the C kernel under AddressSanitizer and UBSan: ``python tests/long/fuzz.py --seconds 60``.

The targets are in tests/kernel/targets.py, one for each part of the kernel; each runs in a separate process for
its share of the time. With atheris (the extra ``fuzz``) libFuzzer mutates the bytes that a target makes its choices
from, led by which branches of the C code it reaches: GCC calls ``__sanitizer_cov_trace_pc`` at each, and
tests/kernel/coverage.c counts these calls for libFuzzer. Without atheris the bytes are drawn by seed, half of them
anew and half as changes of earlier ones; without GCC's sanitizers (or with ``--plain``) the installed kernel is run.

A finding ends the run of its target with code 1; its bytes are kept under ``--findings``, and
``python tests/long/fuzz.py --targets NAME --input FILE`` runs them again.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import mmap
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sanitize

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "kernel"))
LONGEST = 1024  # bytes of an input; what lies behind them is drawn by a generator
RATE = re.compile(r"stat::number_of_executed_units: (\d+)")
COVERED = re.compile(r"cov: (\d+) ft: (\d+)")


def main() -> int:
    """Run all targets; 1 if there was a finding."""
    options = _parser().parse_args()
    if options.inside:
        return fuzz_one(options.targets[0], options)
    from targets import TARGETS

    names = options.targets or list(TARGETS)
    if options.input:
        return replay(names[0], options.input)
    engine = "random" if options.random or not importlib.util.find_spec("atheris") else "atheris"
    library = "" if options.plain else preloaded(engine)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) if library else None
        if folder:
            sanitize.copy_package(folder)
            sanitize.compile_kernel(folder, small_blocks=True, covered=engine == "atheris")
        results = {}
        for target in names:
            results[target] = run(target, engine, folder, library, options.seconds / len(names), options)
            if options.output:
                save(options, engine, bool(library), target, results[target])
    findings = sum(len(cell["findings"]) for cell in results.values())
    print(f"fuzz: {sum(cell['executions'] for cell in results.values())} executions, {findings} findings", flush=True)
    return int(findings > 0)


def preloaded(engine: str) -> str:
    """The runtime of the sanitizers, empty if there is none: libFuzzer's own with atheris, else GCC's."""
    library = sanitize.sanitizer_library()
    if library and engine == "atheris":
        import atheris

        library = str(Path(atheris.path()) / "asan_with_fuzzer.so")
    if not library:
        print("fuzz: GCC or its AddressSanitizer is missing, the kernel runs without", flush=True)
    return library


def run(
    target: str, engine: str, folder: Path | None, library: str, seconds: float, options: argparse.Namespace
) -> dict[str, Any]:
    """One target until its time is up; a finding is noted and the rest of the time continues with another seed."""
    result: dict[str, Any] = {"executions": 0, "seconds": 0.0, "processor_seconds": 0.0, "findings": []}
    seed, before = options.seed, children_seconds()
    while result["seconds"] < 0.95 * seconds and len(result["findings"]) < 5:
        start = time.monotonic()
        command = [sys.executable, str(TESTS / "long" / "fuzz.py"), "--inside", engine, "--targets", target]
        command += ["--seconds", str(max(1, round(seconds - result["seconds"]))), "--seed", str(seed)]
        command += ["--findings", str(options.findings.resolve())]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [folder and str(folder), str(TESTS / "long")])),
        }
        environment.pop("CNLP_PURE", None)
        if library:
            environment |= {**sanitize.variables(library), "PYTHONMALLOC": "malloc"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace")
        report = done.stdout + done.stderr
        counted, covered = RATE.findall(report), COVERED.findall(report)
        result["executions"] += int(counted[-1]) if counted else 0
        result["seconds"] = round(result["seconds"] + time.monotonic() - start, 1)
        if covered:
            result["branches"], result["features"] = map(int, covered[-1])
        if done.returncode:
            print("\n".join(line[:300] for line in report.splitlines()[-120:] if line[:1] != "#"), flush=True)
            result["findings"].append(summary(report))
            seed += 1
    result["processor_seconds"] = round(children_seconds() - before, 1)
    print(f"fuzz: {target:10} {result['executions']:8} executions, {len(result['findings'])} findings", flush=True)
    return result


def children_seconds() -> float:
    """Processor time of all processes that were started here and have ended."""
    times = os.times()
    return times.children_user + times.children_system


def summary(report: str) -> str:
    """The line of a report that says what was found."""
    lines = [line.strip() for line in report.splitlines()]
    for sign in ("finding:", "runtime error:", "SUMMARY:", "Error:"):
        found = [line for line in lines if sign in line]
        if found:
            return re.sub(r"/\S*/", "", found[-1])[:300]
    return (lines or ["no report"])[-1][:300]


# ---- inside the process that is fuzzed ---------------------------------------------------------------------------


def fuzz_one(name: str, options: argparse.Namespace) -> int:
    """Run one target with the engine that ``--inside`` names."""
    from targets import TARGETS, Chance

    target = TARGETS[name]
    target(Chance(b""))  # fills the caches

    def execute(data: bytes) -> None:
        try:
            target(Chance(data))
        except Exception as error:
            print(f"finding: {type(error).__name__}: {error!s:.200}", file=sys.stderr, flush=True)
            raise

    options.findings.mkdir(parents=True, exist_ok=True)
    kept = options.findings / f"{name}-"
    if options.inside == "random":
        return mutate_at_random(execute, kept, options)
    import atheris

    arguments = [
        sys.argv[0], f"-max_total_time={round(options.seconds)}", f"-max_len={LONGEST}", f"-seed={options.seed}",
        f"-artifact_prefix={kept}", "-print_final_stats=1", "-len_control=20", "-timeout=300", "-rss_limit_mb=4096",
    ]  # fmt: skip
    atheris.Setup(arguments, execute, enable_python_coverage=False)
    atheris.Fuzz()
    return 0


def mutate_at_random(execute: Any, kept: Path, options: argparse.Namespace) -> int:
    """Inputs drawn by seed. The one at work lies in a mapped file, which outlives a crash."""
    chance, pool, count = random.Random(options.seed), [b""], 0
    path = kept.with_name(f"{kept.name}seed-{options.seed}")
    path.write_bytes(bytes(LONGEST))
    end = time.monotonic() + options.seconds
    with path.open("r+b") as file, mmap.mmap(file.fileno(), LONGEST) as shown:
        while time.monotonic() < end:
            data = bytearray(chance.choice(pool) if count % 2 else chance.randbytes(chance.randrange(LONGEST)))
            for _ in range(chance.choice([1, 2, 8]) if data else 0):
                data[chance.randrange(len(data))] = chance.randrange(256)
            shown[:] = bytes(data).ljust(LONGEST, b"\0")
            execute(shown[:])
            count += 1
            pool[count % 500 : count % 500 + 1] = [bytes(data)]
    path.unlink()
    print(f"stat::number_of_executed_units: {count}")
    return 0


def replay(name: str, path: Path) -> int:
    """Run one input again, with the kernel that is installed."""
    from targets import TARGETS, Chance

    TARGETS[name](Chance(path.read_bytes()))
    print("fuzz: no finding")
    return 0


def save(options: argparse.Namespace, engine: str, sanitized: bool, target: str, cell: dict[str, Any]) -> None:
    """Add one target's figures to a JSON record; what other sources of the kernel gave is dropped."""
    sys.path.insert(0, str(TESTS.parent))
    from benchmarks import record as records

    settings = {
        "engine": engine,
        "sanitizers": ["address", "undefined"] if sanitized else [],
        "kernel": hashlib.sha256(b"".join(path.read_bytes() for path in kernel_sources())).hexdigest(),
    }
    older = records.load(options.output)["results"] if options.output.exists() else {}
    targets = older["targets"] if older.get("settings") == settings else {}
    targets[target] = add(targets.get(target, {}), cell)
    totals = {
        name: round(sum(one[name] for one in targets.values()), 1)
        for name in ("seconds", "processor_seconds", "executions")
    }
    totals["findings"] = sum(len(one["findings"]) for one in targets.values())
    record = records.new_record("fuzz", sys.argv[1:], packages=["atheris"], seed=options.seed)
    records.save({**record, "results": {"settings": settings, **totals, "targets": targets}}, options.output)


def kernel_sources() -> list[Path]:
    """The C files of all four modules."""
    return sorted(sanitize.SOURCES.rglob("*.[ch]"))


def add(older: dict[str, Any], cell: dict[str, Any]) -> dict[str, Any]:
    """Two runs of a target together: sums and lists, and the most that was covered."""
    joined = {**older, **cell}
    for name in older.keys() & cell.keys():
        whole = max(older[name], cell[name]) if name in ("branches", "features") else older[name] + cell[name]
        joined[name] = round(whole, 1) if isinstance(whole, float) else whole
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/long/fuzz.py", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together; default: 60")
    parser.add_argument("--targets", nargs="+", help="names such as trie; default: all")
    parser.add_argument("--seed", type=int, default=1, help="of all chance; default: 1")
    parser.add_argument("--random", action="store_true", help="draw inputs by seed, without atheris")
    parser.add_argument("--plain", action="store_true", help="run the installed kernel, without sanitizers")
    parser.add_argument("--input", type=Path, help="run the first target on the bytes of this file, once")
    parser.add_argument("--findings", type=Path, default=Path("findings"), help="where inputs that fail are kept")
    parser.add_argument("--output", type=Path, help="a JSON record to which the figures are added")
    parser.add_argument("--inside", choices=["atheris", "random"], help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
