"""What every result must say about itself: data, versions, seed, command line, machine, date.

No path of the machine is written: corpora are named as in their folder, programs as modules.
"""

from __future__ import annotations

import datetime
import importlib
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cnlp.corpus.registry import data_folder, file_sha256, find_corpus
from cnlp.files.lines import replacing

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
SCHEMA = 1

Record = dict[str, Any]


def new_record(
    benchmark: str,
    arguments: Sequence[str],
    *,
    corpora: Iterable[str] = (),
    packages: Iterable[str] = (),
    seed: int | None = None,
) -> Record:
    """A record without results.

    Args:
        benchmark: the module's name after ``benchmarks.``.
        arguments: the command line after the module's name.
        corpora: names in the registry of every file that was read.
        packages: distributions besides ``cnlp`` whose version matters.
        seed: what fed every source of chance, ``None`` where there is none.

    Raises:
        OSError: a corpus cannot be read.

    >>> sorted(new_record("speed", ["--rounds", "3"]))  # doctest: +NORMALIZE_WHITESPACE
    ['benchmark', 'command', 'commit', 'data', 'date', 'machine', 'models', 'schema', 'seed', 'versions']
    """
    return {
        "schema": SCHEMA,
        "benchmark": benchmark,
        "command": command_line(benchmark, arguments),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
        "seed": seed,
        "machine": machine(),
        "versions": {name: version(name) for name in ("cnlp", *packages)},
        "models": {path.name: file_sha256(path) for path in sorted(ROOT.glob("cnlp/model/*.safetensors"))},
        "data": {
            find_corpus(name).path: file_sha256(data_folder() / find_corpus(name).path) for name in sorted(corpora)
        },
    }


def command_line(benchmark: str, arguments: Sequence[str]) -> str:
    """The command to type again; of an absolute path only the name remains.

    >>> command_line("speed", ["--rounds", "3", "--output", "/home/me/x.json"])
    'python -m benchmarks.measure.speed --rounds 3 --output x.json'
    >>> command_line("soak", [])
    'python tests/long/soak.py'
    """
    shown = (Path(word).name if os.path.isabs(word) else word for word in arguments)
    for folder in ("measure", "peers"):
        if (ROOT / "benchmarks" / folder / f"{benchmark}.py").exists():
            return " ".join(["python", "-m", f"benchmarks.{folder}.{benchmark}", *shown])
    return " ".join(["python", f"tests/long/{benchmark}.py", *shown])


def machine() -> dict[str, Any]:
    """Processor, cores, system and Python.

    >>> sorted(machine())
    ['cores', 'cpu', 'python', 'system']
    """
    return {
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
    }


def cpu_model() -> str:
    """The processor's name as the system reports it, or ``unknown``.

    >>> bool(cpu_model())
    True
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or "unknown"


def version(package: str) -> str | None:
    """Version of an installed distribution, else of an importable module, else ``None``.

    >>> version("no-such-package") is None
    True
    """
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        pass
    try:
        return getattr(importlib.import_module(package), "__version__", None)
    except ImportError:
        return None


def commit() -> str | None:
    """The checked out revision, ``+`` after it if the package was changed; ``None`` without git."""
    try:
        revision, changes = (
            subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
            for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no", "cnlp"])
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return revision + ("+" if changes else "")


def save(record: Record, path: Path) -> None:
    """Write a record as JSON; the file is complete or untouched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(str(path)) as file:
        file.write((json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())


def load(path: Path) -> Record:
    """Read a record that :func:`save` wrote."""
    record: Record = json.loads(path.read_text(encoding="utf-8"))
    return record
