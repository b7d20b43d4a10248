"""The picture of the README: accuracy against speed, one point for each toolkit, made of the recorded results.

Two panels, because neither accuracy alone is fair to all: F1 on present-day text, which was annotated for this project
by the guideline that cnlp's standard ``general`` follows, and mean F1 over the public sets, which are older and follow
several standards. Across, in both: megabytes of UTF-8 a second on one core, logarithmic. The SHA-256 of the points is
in the file, so that a check needs no matplotlib and does not depend on its version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import record as records
from cnlp import errors

PICTURE = records.ROOT / "docs" / "accuracy-and-speed.svg"
SOURCES = ("present-day.json", "peers-accuracy.json", "peers-speed.json")
PANELS = ("F1 on text of 2017 to 2025", "mean F1 over ten public sets")
OURS = ("cnlp unigram", "cnlp bigram", "cnlp")  # in another colour


class Point(NamedTuple):
    """One toolkit: megabytes a second, and F1."""

    name: str
    speed: float
    f1: float


def points(accuracy: Mapping[str, float], speed: dict[str, Any]) -> list[Point]:
    """All toolkits of which both are known, the most accurate first.

    >>> points({"a": 0.81239, "b": 0.9}, {"systems": {"a": {"mb_per_s": {"median": 1.234}}, "b": {"failed": ""}}})
    [Point(name='a', speed=1.23, f1=0.812)]
    """
    found = [
        Point(name, float(f"{speed['systems'][name]['mb_per_s']['median']:.3g}"), round(f1, 3))
        for name, f1 in accuracy.items()
        if "mb_per_s" in speed["systems"].get(name, {})
    ]
    return sorted(found, key=lambda point: (-point.f1, point.name))


def digest(panels: Sequence[Sequence[Point]]) -> str:
    """SHA-256 of the points."""
    return hashlib.sha256(json.dumps(panels).encode()).hexdigest()


def is_current(results: Path, picture: Path = PICTURE) -> bool:
    """Was the picture made of these records? Also true where nothing is recorded and nothing drawn."""
    panels = read(results)
    drawn = picture.read_text(encoding="utf-8") if picture.is_file() else ""
    return digest(panels) in drawn if panels else not drawn


def read(results: Path) -> list[list[Point]]:
    """The points of each panel from the records in a folder, no panel where a record is missing."""
    paths = [results / name for name in SOURCES]
    if not all(path.is_file() for path in paths):
        return []
    present_day, public, speed = (records.load(path)["results"] for path in paths)
    return [
        points({name: cell[figure] for name, cell in cells.items() if figure in cell}, speed)
        for cells, figure in ((present_day["systems"], "f1"), (public, "mean_f1"))
    ]


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
    panels = read(results)
    style = {"svg.fonttype": "none", "svg.hashsalt": "cnlp", "font.size": 9, "font.family": "sans-serif"}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(11, 4.5), layout="constrained")
        for axes, title, shown in zip(figure.subplots(1, len(panels)), PANELS, panels, strict=True):
            _fill(axes, title, shown)
        figure.savefig(picture, format="svg", metadata={"Date": None, "Description": f"sha256 {digest(panels)}"})


def _fill(axes: Any, title: str, shown: Sequence[Point]) -> None:
    """One panel."""
    for point, (across, up) in zip(shown, places(shown), strict=True):
        colour = "#c03020" if point.name in OURS else "#555555"
        axes.scatter(point.speed, point.f1, s=32, color=colour, zorder=3)
        axes.annotate(
            point.name, (point.speed, point.f1), (across, up), textcoords="offset points",
            va="center", ha=("center", "left", "right")[across // 8], color=colour,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlim(min(point.speed for point in shown) / 2.5, max(point.speed for point in shown) * 10)
    axes.set_title(title)
    axes.set_xlabel("MB of UTF-8 a second, one core (logarithmic)")
    axes.grid(color="#e4e4e4", which="major")
    axes.spines[["top", "right"]].set_visible(False)


def places(shown: Sequence[Point]) -> list[tuple[int, int]]:
    """The position of each name, in typographic points from its point: right, left of one that is near, above between
    two.

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
