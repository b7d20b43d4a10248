"""The toolkits that cnlp is compared with, each in a virtual environment that is made here.

:data:`PEERS` says what it takes to install each from the package index, with the detours that some need on the
Pythons of today. An environment is made once and kept below the cache folder (``CNLP_BENCHMARK_CACHE``, by default
``~/.cache/cnlp-benchmarks``) until its recipe changes. :mod:`benchmarks.peers.worker` runs inside.

    python -m benchmarks.peers.environments             makes all, and says which toolkits cannot be installed
    python -m benchmarks.peers.environments jieba LAC   makes these
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_OLD_SETUPTOOLS = "setuptools<66"  # the last with all of pkg_resources that these need


@dataclass(frozen=True)
class Recipe:
    """How a toolkit is installed.

    Attributes:
        steps: arguments of ``pip install``, one call after the other. ``sdist:NAME`` means NAME's source
            without the C++ files that an old Cython left in it.
        distribution: what it is called in the package index.
        model_of: another peer whose installed model it reads, for one that ships none.
    """

    steps: tuple[tuple[str, ...], ...]
    distribution: str
    model_of: str | None = None


PEERS: dict[str, Recipe] = {
    "jieba": Recipe((("setuptools<81", "jieba==0.42.1"),), "jieba"),
    "jieba_fast": Recipe((("setuptools<81", "jieba_fast==0.53"),), "jieba_fast"),
    "jieba-next": Recipe((("setuptools<81", "jieba-next==1.0.0rc1"),), "jieba-next"),
    "rjieba": Recipe((("rjieba==0.2.2",),), "rjieba"),
    "cppjieba": Recipe(
        (("setuptools<81", "wheel", "pybind11"), ("--no-build-isolation", "cppjieba==0.1.1")), "cppjieba"
    ),
    "pkuseg": Recipe(
        (
            (_OLD_SETUPTOOLS, "wheel", "Cython<3", "numpy<2"),
            ("--no-build-isolation", "sdist:pkuseg==0.0.25"),
        ),
        "pkuseg",
    ),
    "spacy-pkuseg": Recipe((("spacy-pkuseg==1.0.2",),), "spacy-pkuseg", model_of="pkuseg"),
    "THULAC": Recipe((("thulac==0.2.2",),), "thulac"),
    "snownlp": Recipe((("snownlp==0.12.3",),), "snownlp"),
    "jiagu": Recipe((("jiagu==0.2.3",),), "jiagu"),
    "wapic": Recipe((("wapic==0.1.0",),), "wapic"),
    "jiojio": Recipe((("jiojio==1.2.8",),), "jiojio"),
    "cutword": Recipe((("cutword==0.1.1",),), "cutword"),
    "nexaloid": Recipe((("nexaloid==0.1.34",),), "nexaloid"),
    "LAC": Recipe(
        (
            ("paddlepaddle==2.6.2", "numpy<2", _OLD_SETUPTOOLS, "wheel"),
            ("--no-build-isolation", "LAC==2.1.2"),
        ),
        "LAC",
    ),
    "MiNLP": Recipe(
        (
            ("tensorflow-cpu", "pyahocorasick", "regex", "numpy<2", _OLD_SETUPTOOLS, "wheel"),
            ("--no-build-isolation", "--no-deps", "minlp-tokenizer==3.2.2"),
        ),
        "minlp-tokenizer",
    ),
    "HarvestText": Recipe((("setuptools<81", "harvesttext==0.8.2.1", "jiagu==0.2.3"),), "harvesttext"),
}


class PeerError(Exception):
    """A toolkit cannot be installed, started or used; the message is its own."""


def cache_folder() -> Path:
    """Where the environments are kept.

    >>> cache_folder().is_absolute()
    True
    """
    return Path(os.environ.get("CNLP_BENCHMARK_CACHE") or Path.home() / ".cache" / "cnlp-benchmarks").absolute()


def interpreter(name: str, *, install: bool = True) -> Path:
    """The Python of a peer's environment, which is made if it is not there.

    Raises:
        PeerError: it cannot be installed, or ``install`` is false and it is not there.
    """
    recipe = PEERS[name]
    folder = cache_folder() / name
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    mark, wanted = folder / "recipe", _digest(recipe)
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return python
    if not install:
        raise PeerError(f"not installed: python -m benchmarks.peers.environments {name}")
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    with tempfile.TemporaryDirectory() as scratch:
        for step in recipe.steps:
            arguments = [_source(python, word, Path(scratch)) if word.startswith("sdist:") else word for word in step]
            _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments])
    mark.write_text(wanted, encoding="utf-8")
    return python


def environment(name: str) -> dict[str, str]:
    """Variables for a process in a peer's environment.

    Some peers keep a cache in the folder for temporary files, two of them under one name, so each has its own.

    Raises:
        PeerError: the peer whose model it reads is not installed.
    """
    scratch = cache_folder() / name / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, "TMPDIR": str(scratch), "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore"}
    for unwanted in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        variables.pop(unwanted, None)
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        variables[threads] = "1"
    other = PEERS[name].model_of
    if other:
        interpreter(other)
        models = sorted((cache_folder() / other).glob(f"lib/python*/site-packages/{other}/models/default"))
        if not models:
            raise PeerError(f"{other} is installed without its model")
        variables["PEER_MODEL"] = str(models[0])
    return variables


def _digest(recipe: Recipe) -> str:
    written = json.dumps([asdict(recipe), sys.version])
    return hashlib.sha256(written.encode()).hexdigest()


def _source(python: Path, word: str, scratch: Path) -> str:
    """The unpacked source of a distribution without generated C++ files."""
    requirement = word.removeprefix("sdist:")
    command = [str(python), "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation"]
    _run([*command, "--no-binary=:all:", "--dest", str(scratch), requirement])
    (archive,) = scratch.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(scratch, filter="data")
    archive.unlink()
    (folder,) = (path for path in scratch.iterdir() if path.is_dir())
    for generated in folder.rglob("*.cpp"):
        if generated.with_suffix(".pyx").exists():
            generated.unlink()
    return str(folder)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
    if done.returncode:
        raise PeerError(last_error(done.stderr or done.stdout) or f"{command[0]} ended with {done.returncode}")


def last_error(output: str) -> str:
    """The line of a program's output that says why it failed, without paths.

    >>> last_error("Traceback\\n  File x\\nModuleNotFoundError: No module named 'numpy'\\n\\n[end of output]")
    "ModuleNotFoundError: No module named 'numpy'"
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or line.lower().startswith(("error", "fatal"))]
    return (telling or lines or [""])[-1].replace(str(cache_folder()), "")[:300]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make environments; 1 if one cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.environments", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="PEER", help=f"of {', '.join(PEERS)}; default: all")
    names = parser.parse_args(arguments).names or list(PEERS)
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        parser.error(f"no such peer: {unknown[0]}; there are {', '.join(PEERS)}")
    failed = False
    for name in names:
        try:
            print(f"{name:14} {interpreter(name)}", flush=True)
        except PeerError as error:
            failed = True
            print(f"{name:14} failed: {error}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
