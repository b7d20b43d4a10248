"""The picture of workers: megabytes a second of commands with one worker and two, peers beside them, as SVG."""

from __future__ import annotations

from typing import Any

from benchmarks.report.svg import drawing

WIDTH, LEFT, RIGHT, ROW, TOP = 720, 190, 60, 20, 12
COLOURS = {"1": "#e39a8f", "2": "#c03020", "": "#999999"}

Rates = dict[str, dict[str, float]]


def plot(files: dict[str, Any], commands: dict[str, Any]) -> str:
    """Bars of medians, a thin line from the least to the greatest."""
    rates: Rates = dict(files["mb_per_s"])
    for results in commands.values():
        rates |= {f"cnlp {name}": rate for name, rate in results["mb_per_s"].items()}
    scale = (WIDTH - LEFT - RIGHT) / max(rate["max"] for rate in rates.values())
    height = TOP + ROW * len(rates) + 26
    lines = []
    for number, (name, rate) in enumerate(rates.items()):
        y, median = TOP + ROW * number, rate["median"]
        workers = next((many for many in "12" if name.startswith("cnlp") and f"{many} worker" in name), "")
        middle = y + ROW / 2
        lines.append(f'<text x="{LEFT - 6}" y="{middle + 4}" text-anchor="end">{name}</text>')
        lines.append(
            f'<rect x="{LEFT}" y="{y + 3}" width="{median * scale:.1f}" height="{ROW - 6}" fill="{COLOURS[workers]}"/>'
        )
        start, end = LEFT + rate["min"] * scale, LEFT + rate["max"] * scale
        lines.append(f'<path d="M{start:.1f} {middle}H{end:.1f}" stroke="#333"/>')
        lines.append(f'<text x="{max(end, LEFT + median * scale) + 5:.1f}" y="{middle + 4}">{median:.3g}</text>')
    lines.append(f'<text x="{LEFT}" y="{height - 8}" fill="#555">MB of UTF-8 a second, two cores free</text>')
    return drawing(WIDTH, height, lines)
