"""How fast are new words found, and in how much memory? Writes ``benchmarks/results/discovery-speed.json``.

Peers: 10 MB of news are read by cnlp, jiagu and HarvestText in turn, each in a separate process on one core. The
peers have a separate environment, whose interpreter ``--peer-python`` names; without it they are left out.

Size: the raw texts of the corpora repeated with changes (2% of the characters are drawn anew, so that n-grams
differ) from 1 MB to 1 GB, with the default memory setting and 10^9 bytes of address space (``ulimit -v``).

Seconds are processor time from the file to the words; memory is the peak of the process in megabytes of 10^6 bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import record as records
from benchmarks.peers import finders
from benchmarks.timing import pin
from cnlp.corpus.registry import data_folder, file_sha256

NEWS = "raw/news_xinwenlianbo_2022-2026.txt"
SIZES = (1, 3, 10, 30, 100, 300, 1000)
LIMIT = 10**9
CHANGED = 0.02
SEED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    pin()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        news = folder / "news.txt"
        size = cut_lines(data_folder() / NEWS, news, int(options.megabytes * 1e6))
        results["bytes"] = size
        results["peers"] = compare(news, folder, options.peer_python, options.rounds)
        results["sizes"] = grow(folder, options.sizes)
    record = records.new_record("discovery_speed", given, seed=SEED)
    record["versions"] |= peer_versions(options.peer_python)
    record["data"] = {NEWS: file_sha256(data_folder() / NEWS)}
    records.save({**record, "results": results}, options.output)
    return 0


def cut_lines(source: Path, target: Path, size: int) -> int:
    """The first lines of a file, ``size`` bytes or a little less; returns how many bytes."""
    data = source.read_bytes()[:size]
    data = data[: data.rfind(b"\n") + 1]
    target.write_bytes(data)
    return len(data)


def compare(text: Path, folder: Path, peer_python: str | None, rounds: int) -> dict[str, dict[str, float]]:
    """Every finder in turn; the least time and the greatest memory of its rounds. Slow peers run once."""
    results: dict[str, dict[str, float]] = {}
    for turn in range(rounds):
        for name in finders.FINDERS:
            ours = name.startswith("cnlp")
            if not (ours or peer_python) or (turn and name == "HarvestText"):
                continue
            found = run(name, text, folder / "words.txt", sys.executable if ours else str(peer_python))
            best = results.setdefault(name, found)
            results[name] = {
                "seconds": min(best["seconds"], found["seconds"]),
                "wall_seconds": min(best["wall_seconds"], found["wall_seconds"]),
                "peak_bytes": max(best["peak_bytes"], found["peak_bytes"]),
            }
            print(f"{name:22} {found['seconds']:8.2f} s {found['peak_bytes'] / 1e6:8.0f} MB", flush=True)
    return results


def grow(folder: Path, sizes: Sequence[int]) -> dict[str, dict[str, float]]:
    """Time, memory and number of words at each size in megabytes."""
    results = {}
    big = folder / "big.txt"
    characters = raw_characters()
    for size in sizes:
        written = write_changed(characters, big, size * 10**6)
        found = run("cnlp", big, folder / "words.txt", sys.executable, limit=LIMIT)
        words = len((folder / "words.txt").read_text(encoding="utf-8").splitlines())
        results[str(size)] = {**found, "bytes": written, "words": words}
        print(f"{size:5} MB {found['seconds']:8.2f} s {found['peak_bytes'] / 1e6:8.0f} MB, {words} words", flush=True)
        big.unlink()
    return results


def run(name: str, text: Path, words: Path, python: str, limit: int = 0) -> dict[str, float]:
    """What ``finders.py`` measured.

    Raises:
        subprocess.CalledProcessError: the finder failed, perhaps for want of memory.
    """
    environment = {**os.environ, "PYTHONPATH": str(records.ROOT) if python == sys.executable else ""}
    if limit:
        environment["CNLP_BENCHMARK_LIMIT"] = str(limit)
    command = [python, finders.__file__, name, str(text), str(words)]
    done = subprocess.run(command, env=environment, cwd=text.parent, stdout=subprocess.PIPE, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def raw_characters() -> np.ndarray:
    """All raw texts as code points."""
    paths = sorted(path for path in (data_folder() / "raw").rglob("*") if path.suffix in (".txt", ".csv"))
    text = "\n".join(path.read_text(encoding="utf-8-sig", errors="ignore") for path in paths)
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def write_changed(characters: np.ndarray, path: Path, size: int) -> int:
    """``size`` bytes of text or a little more: the characters again and again, some of them drawn anew."""
    chance = np.random.default_rng(SEED)
    step = 2_000_000
    written = at = 0
    with path.open("wb") as file:
        while written < size:
            piece = characters[at : at + step].copy()
            if written >= 100 * 10**6:  # the first time as it is
                places = np.flatnonzero(chance.random(len(piece)) < CHANGED)
                places = places[piece[places] != ord("\n")]
                drawn = characters[chance.integers(0, len(characters), len(places))]
                piece[places] = np.where(drawn == ord("\n"), ord("的"), drawn)
            data = piece.astype("<u4").tobytes().decode("utf-32-le").encode("utf-8")[: size - written]
            written += file.write(data.decode("utf-8", "ignore").encode("utf-8"))
            if size - written < 4:
                break
            at = at + step if at + step < len(characters) else 0
    return written


def peer_versions(python: str | None) -> dict[str, str]:
    """Versions of the peers in their own environment."""
    if python is None:
        return {}
    code = "from importlib.metadata import version as v; print(v('jiagu'), v('harvesttext'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return dict(zip(("jiagu", "harvesttext"), done.stdout.split(), strict=True))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.discovery_speed", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--peer-python", metavar="PATH", help="an interpreter with jiagu and harvesttext")
    parser.add_argument("--megabytes", type=float, default=10, help="of news for the comparison; default: 10")
    parser.add_argument("--rounds", type=int, default=3, help="of the comparison; default: 3")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="in megabytes; default: 1 to 1000")
    parser.add_argument("--folder", help="for the texts (three times the greatest size); default: a temporary one")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "discovery-speed.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
