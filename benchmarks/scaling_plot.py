"""The picture of workers: megabytes a second of commands with one worker and two, peers beside them, as SVG."""

from __future__ import annotations

from typing import Any

WORKERS = ("1 worker", "2 workers")
WIDTH, LEFT, RIGHT, ROW, TOP = 720, 190, 60, 20, 12
COLOURS = {"1": "#e39a8f", "2": "#c03020", "": "#999999"}

Rates = dict[str, dict[str, float]]


def plot(files: dict[str, Any], commands: dict[str, Any]) -> str:
    """Bars of medians, a thin line from the least to the greatest."""
    rates: Rates = dict(files["mb_per_s"])
    for command, results in commands.items():
        both = zip(WORKERS, results["mb_per_s"].values(), strict=True)
        rates |= {f"cnlp {command}, {workers}": rate for workers, rate in both}
    scale = (WIDTH - LEFT - RIGHT) / max(rate["max"] for rate in rates.values())
    height = TOP + ROW * len(rates) + 26
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
    lines = [head + 'font-family="sans-serif" font-size="11">']
    lines.append(f'<rect width="{WIDTH}" height="{height}" fill="white"/>')
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
    return "\n".join([*lines, "</svg>", ""])
