"""The picture of the README: accuracy against speed, one point for each toolkit, made of the recorded results.

Across: megabytes of UTF-8 a second on one core, logarithmic. Up: mean F1 over all public sets. The SHA-256 of the
points stands in the file, so that a check needs no matplotlib and does not depend on its version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import record as records
from cnlp import errors

PICTURE = records.ROOT / "docs" / "accuracy-and-speed.svg"
SOURCES = ("peers-accuracy.json", "peers-speed.json")
BESIDE = {"cnlp unigram", "cnlp bigram", "cnlp"}  # ours, in another colour


class Point(NamedTuple):
    """One toolkit: megabytes a second, and mean F1."""

    name: str
    speed: float
    f1: float


def points(accuracy: dict[str, Any], speed: dict[str, Any]) -> list[Point]:
    """All toolkits of which both are known, the most accurate first.

    >>> points({"a": {"mean_f1": 0.81239}, "b": {"failed": ""}}, {"systems": {"a": {"mb_per_s": {"median": 1.234}}}})
    [Point(name='a', speed=1.23, f1=0.812)]
    """
    found = [
        Point(name, float(f"{speed['systems'][name]['mb_per_s']['median']:.3g}"), round(cell["mean_f1"], 3))
        for name, cell in accuracy.items()
        if "mean_f1" in cell and "mb_per_s" in speed["systems"].get(name, {})
    ]
    return sorted(found, key=lambda point: (-point.f1, point.name))


def digest(shown: Sequence[Point]) -> str:
    """SHA-256 of the points."""
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def is_current(results: Path, picture: Path = PICTURE) -> bool:
    """Was the picture made of these records? Also true where nothing is recorded and nothing drawn."""
    shown = read(results)
    drawn = picture.read_text(encoding="utf-8") if picture.is_file() else ""
    return digest(shown) in drawn if shown else not drawn


def read(results: Path) -> list[Point]:
    """The points of the records in a folder, none where one is missing."""
    paths = [results / name for name in SOURCES]
    if not all(path.is_file() for path in paths):
        return []
    return points(*(records.load(path)["results"] for path in paths))


def draw(results: Path, picture: Path = PICTURE) -> None:
    """Write the picture as SVG.

    Raises:
        cnlp.errors.MissingDependencyError: matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise errors.missing_dependency("matplotlib", "bench", "the picture of accuracy and speed") from None
    shown = read(results)
    style = {"svg.fonttype": "none", "svg.hashsalt": "cnlp", "font.size": 10, "font.family": "sans-serif"}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        axes = figure.add_subplot()
        for ours, colour in ((False, "#777777"), (True, "#c03020")):
            group = [point for point in shown if (point.name in BESIDE) == ours]
            axes.scatter([p.speed for p in group], [p.f1 for p in group], s=42, color=colour, zorder=3)
        for point, (across, up) in zip(shown, places(shown), strict=True):
            colour = "#c03020" if point.name in BESIDE else "#333333"
            axes.annotate(
                point.name, (point.speed, point.f1), (across, up), textcoords="offset points",
                va="center", ha=("center", "left", "right")[across // 8], color=colour,
            )  # fmt: skip
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set_xlim(min(p.speed for p in shown) / 2.5, max(p.speed for p in shown) * 5)
        axes.set_xlabel("speed: MB of UTF-8 a second, one core (logarithmic)")
        axes.set_ylabel("accuracy: mean F1 over the public sets")
        axes.grid(color="#e4e4e4", which="major")
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(picture, format="svg", metadata={"Date": None, "Description": f"sha256 {digest(shown)}"})


def places(shown: Sequence[Point]) -> list[tuple[int, int]]:
    """Where each name stands, in typographic points from its point: right, left of one that is near, above between two.

    >>> places([Point("a", 1.0, 0.8), Point("b", 1.05, 0.8), Point("c", 1.1, 0.8), Point("d", 50.0, 0.8)])
    [(-8, 0), (0, 11), (8, 0), (8, 0)]
    """
    found = []
    for point in shown:
        others = [other for other in shown if other != point and abs(other.f1 - point.f1) < 0.008]
        near = [other.speed for other in others if 0.38 < other.speed / point.speed < 2.6]
        faster, slower = any(one > point.speed for one in near), any(one < point.speed for one in near)
        found.append((0, 11) if faster and slower else (-8, 0) if faster else (8, 0))
    return found
