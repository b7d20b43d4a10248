"""Experiments that are made cell by cell, and resume from the last result and from a file of the cells since."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from benchmarks import record as records

C = TypeVar("C", bound=tuple[Any, ...])
Scores = Mapping[str, Mapping[str, float]]
SEPARATOR = " / "


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


def known(output: Path, name: str = "f1") -> Any:
    """What the last result has under ``name``; ``"f1"``: scores by the names of cells and by seed."""
    return records.load(output)["results"].get(name, {}) if output.exists() else {}


def complete(path: Path, last: Scores, cells: Iterable[C], make: Callable[[C], float]) -> Scores:
    """The scores of the cells, of those of the last result, and of all that the file has.

    Args:
        path: lines of a cell and its score; grows by each cell that is made.
        last: what earlier commands made, which the result keeps.
        cells: what is wanted, the seed as last item; those that are there are not made again.
        make: the score of a cell.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    found = {name: dict(scores) for name, scores in last.items()}
    for cell, score in map(json.loads, lines):
        found.setdefault(name_of(cell[:-1]), {})[str(cell[-1])] = score
    for cell in cells:
        scores = found.setdefault(name_of(cell[:-1]), {})
        seed = str(cell[-1])
        if seed not in scores:
            scores[seed] = make(cell)
            print(*cell, scores[seed], flush=True)
            with path.open("a", encoding="utf-8") as file:
                print(json.dumps([cell, scores[seed]], ensure_ascii=False), file=file)
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def name_of(parts: Iterable[Any]) -> str:
    """What results call a cell: all of it but its seed.

    >>> name_of(("weibo", 0.1, "crf"))
    'weibo / 0.1 / crf'
    """
    return SEPARATOR.join(map(str, parts))
