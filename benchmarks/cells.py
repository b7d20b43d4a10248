"""Experiments that are made cell by cell, and resume."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from benchmarks import record as records

C = TypeVar("C", bound=tuple[Any, ...])


def parser(name: str, description: str | None, seeds: int = 5) -> argparse.ArgumentParser:
    """The options that such experiments share; ``name`` is that of the record, of module and folder, too."""
    module = name.replace("-", "_")
    made = argparse.ArgumentParser(prog=f"python -m benchmarks.measure.{module}", description=description)
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.add_argument("--seeds", type=int, default=seeds)
    made.add_argument("--folder", type=Path, default=Path("build", module), help="of the cells")
    made.add_argument("--gather", action="store_true", help="only collect the cells that are there")
    made.add_argument("--output", type=Path, default=records.RESULTS / f"{name}.json")
    return made


def complete(path: Path, cells: Iterable[C], make: Callable[[C], float]) -> dict[C, float]:
    """The scores of the cells, and of all others that the file has.

    Args:
        path: lines of a cell and its score; grows by each cell that is made.
        cells: what is wanted; those that the file has are not made again.
        make: the score of a cell.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    done: dict[Any, float] = {tuple(cell): score for cell, score in map(json.loads, lines)}
    for cell in cells:
        if tuple(cell) not in done:
            done[tuple(cell)] = make(cell)
            print(*cell, done[tuple(cell)], flush=True)
            with path.open("a", encoding="utf-8") as file:
                print(json.dumps([cell, done[tuple(cell)]], ensure_ascii=False), file=file)
    return done


def by_seed(done: dict[C, float]) -> dict[str, dict[str, float]]:
    """The scores by seed, which is the last item of a cell, under the others joined by full stops."""
    scores: dict[str, dict[str, float]] = {}
    for *names, seed in sorted(done, key=str):
        scores.setdefault(".".join(map(str, names)), {})[str(seed)] = done[(*names, seed)]  # type: ignore[index]
    return scores
