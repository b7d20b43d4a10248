"""The picture of the neural taggers: test F1 of every seed, a panel for each corpus, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from statistics import fmean
from typing import Any

from benchmarks.report.svg import drawing

NAMES = {"flat": "FLAT", "lattice-lstm": "Lattice LSTM", "bilstm-crf": "BiLSTM-CRF", "encoder-crf": "encoder-CRF"}
CORPORA = {"resume": "Resume", "weibo": "Weibo", "msra": "MSRA"}
COLOURS = {
    ("own", True): "#1f6fb4", ("earlier", True): "#6db3e8", ("foolnltk", True): "#7a4fb5", ("both", True): "#b5324f",
    ("random", True): "#8a8a8a", ("own", False): "#d9822b", ("earlier", False): "#e8b98a",
}  # fmt: skip
LEGEND = {
    ("own", True): "own", ("earlier", True): "earlier", ("foolnltk", True): "foolnltk", ("both", True): "both",
    ("random", True): "random", ("earlier", False): "earlier, no lexicon",
}  # fmt: skip
WIDTH, LEFT, ROW, TOP = 720, 120, 16, 34


def plot(results: dict[str, Any]) -> str:
    """The runs of a record as a picture: a dot for each seed, a bar at their mean, a line at the linear model."""
    parts, y = [], 8
    parts.append(_legend(y + 10))
    y += 24
    for corpus, title in CORPORA.items():
        runs = [run for run in results["runs"] if run["corpus"] == corpus and not run["added"]]
        if runs:
            drawn, height = _panel(runs, title, results["linear"][corpus], y)
            parts.append(drawn)
            y += height
    return drawing(WIDTH, y, parts)


def _panel(runs: Sequence[dict[str, Any]], title: str, linear: float, y: int) -> tuple[str, int]:
    """One corpus, and how high it is."""
    scores = [run["scores"]["test"]["f1"] for run in runs] + [linear]
    low, high = floor(min(scores) * 50 - 0.2) / 50, floor(max(scores) * 50 + 1.2) / 50

    def x(score: float) -> float:
        at: float = round(LEFT + (score - low) / (high - low) * (WIDTH - LEFT - 20), 1)
        return at

    rows = [
        (model, kind)
        for model in NAMES
        for kind in COLOURS
        if any(run["model"] == model and kind_of(run) == kind for run in runs)
    ]
    bottom = y + TOP + ROW * len(rows)
    lines = [f'<text x="8" y="{y + 20}" font-weight="bold">{title}, test F1</text>']
    for step in range(round(low * 50), round(high * 50) + 1):
        at = x(step / 50)
        lines.append(f'<path d="M{at} {y + TOP - 6}V{bottom}" stroke="#ddd"/>')
        lines.append(f'<text x="{at}" y="{bottom + 12}" text-anchor="middle" fill="#555">{step / 50:.2f}</text>')
    lines.append(f'<path d="M{x(linear)} {y + TOP - 6}V{bottom}" stroke="#2a2" stroke-dasharray="3 2"/>')
    previous = ""
    for number, (model, kind) in enumerate(rows):
        middle = y + TOP + ROW * number + ROW // 2
        if model != previous:
            lines.append(f'<text x="8" y="{middle + 4}">{NAMES[model]}</text>')
            previous = model
        found = [run["scores"]["test"]["f1"] for run in runs if run["model"] == model and kind_of(run) == kind]
        colour = COLOURS[kind]
        lines += [f'<circle cx="{x(f1)}" cy="{middle}" r="3.5" fill="{colour}" fill-opacity=".5"/>' for f1 in found]
        lines.append(f'<path d="M{x(fmean(found))} {middle - 6}v12" stroke="{colour}" stroke-width="2.5"/>')
    return "\n".join(lines), bottom + 20 - y


def kind_of(run: dict[str, Any]) -> tuple[str, bool]:
    """Vectors and lexicon; models that have no place for a lexicon are of the first kind."""
    return run["vectors"], run["lexicon"] or run["model"].endswith("-crf")


def _legend(y: int) -> str:
    lines, at = [], LEFT
    for kind, name in LEGEND.items():
        lines.append(f'<circle cx="{at}" cy="{y - 4}" r="4" fill="{COLOURS[kind]}"/>')
        lines.append(f'<text x="{at + 8}" y="{y}">{name}</text>')
        at += 24 + 6 * len(name)
    lines.append(f'<path d="M{at} {y - 4}h16" stroke="#2a2" stroke-dasharray="3 2"/>')
    lines.append(f'<text x="{at + 20}" y="{y}">linear model</text>')
    return "\n".join(lines)
