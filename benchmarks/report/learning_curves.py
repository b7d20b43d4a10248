"""The picture of how the neural taggers learn: dev F1 by epoch, a panel for each corpus, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from statistics import fmean
from typing import Any

from benchmarks.report.neural_plot import CORPORA, NAMES, kind_of
from benchmarks.report.svg import drawing

COLOURS = {"flat": "#1f6fb4", "lattice-lstm": "#d9822b", "bilstm-crf": "#6a3d9a"}
DASHES = {"earlier": "", "random": "4 3"}
LOWEST = 0.75  # of the highest score: what a curve does below is not drawn
WIDTH, PANEL, LEFT, RIGHT, TOP, HEIGHT = 720, 240, 40, 8, 48, 170


def plot(results: dict[str, Any]) -> str:
    """Means over seeds, with the lexicon where the model has a place for it; dashed: vectors that began at random."""
    parts = [_legend()]
    for number, (corpus, title) in enumerate(CORPORA.items()):
        chosen = [
            run
            for run in results["runs"]
            if run["corpus"] == corpus and kind_of(run)[1] and run["vectors"] in DASHES and not run["added"]
        ]
        if chosen:
            parts.append(_panel(chosen, title, PANEL * number))
    return drawing(WIDTH, TOP + HEIGHT + 36, parts)


def mean_by_epoch(curves: Sequence[Sequence[float]]) -> list[float]:
    """The mean over the runs that have the epoch.

    >>> mean_by_epoch([[0.25, 0.5], [0.75, 1.0, 0.5]])
    [0.5, 0.75, 0.5]
    """
    return [fmean(score for score in scores if score is not None) for scores in zip_longest(*curves)]


def _panel(runs: Sequence[dict[str, Any]], title: str, left: int) -> str:
    curves = {
        (model, kind): mean_by_epoch(found)
        for model in COLOURS
        for kind in DASHES
        if (found := [run["dev_by_epoch"] for run in runs if run["model"] == model and run["vectors"] == kind])
    }
    best = max(map(max, curves.values()))
    high = round(best + 0.01, 2)
    low = round(LOWEST * high, 1)
    longest = max(map(len, curves.values()))

    def place(epoch: int, score: float) -> str:
        x = left + LEFT + (epoch - 1) / max(1, longest - 1) * (PANEL - LEFT - RIGHT)
        return f"{x:.1f} {TOP + (high - max(score, low)) / (high - low) * HEIGHT:.1f}"

    lines = [f'<text x="{left + LEFT}" y="{TOP - 10}" font-weight="bold">{title}, dev F1</text>']
    for step in range(round(low * 20), int(high * 20) + 1):
        at = place(1, step / 20)
        lines.append(f'<path d="M{at}h{PANEL - LEFT - RIGHT}" stroke="#ddd"/>')
        y = float(at.split()[1]) + 4
        lines.append(f'<text x="{left + LEFT - 4}" y="{y:.1f}" text-anchor="end" fill="#555">{step / 20:.2f}</text>')
    for epoch in (1, *range(5, longest + 1, 5)):
        x, below = place(epoch, low).split()[0], TOP + HEIGHT + 14
        lines.append(f'<text x="{x}" y="{below}" text-anchor="middle" fill="#555">{epoch}</text>')
    for (model, kind), scores in curves.items():
        path = "L".join(place(epoch, score) for epoch, score in enumerate(scores, 1))
        style = f'stroke="{COLOURS[model]}" stroke-dasharray="{DASHES[kind]}"'
        lines.append(f'<path d="M{path}" fill="none" stroke-width="1.6" {style}/>')
    return "\n".join(lines)


def _legend() -> str:
    lines, at = [], LEFT
    for model, colour in COLOURS.items():
        lines.append(f'<path d="M{at} 14h18" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<text x="{at + 23}" y="18">{NAMES[model]}</text>')
        at += 120
    lines.append(f'<path d="M{at} 14h18" stroke="#555" stroke-dasharray="{DASHES["random"]}"/>')
    lines.append(f'<text x="{at + 23}" y="18">random vectors</text>')
    lines.append(f'<text x="{WIDTH - RIGHT}" y="{TOP + HEIGHT + 30}" text-anchor="end" fill="#555">epoch</text>')
    return "\n".join(lines)
