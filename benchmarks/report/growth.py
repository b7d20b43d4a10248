"""The table and the picture of what work costs as it grows: megabytes a second and memory."""

from __future__ import annotations

from math import log10
from typing import Any

from benchmarks.report.markdown import NO_FIGURE, Record, table
from benchmarks.report.svg import drawing

#: Parts of the record and the series of each, in the order of the documentation: name, and what a size counts.
SERIES = {
    ("lines", "segment"): ("`cnlp.segment`, line by line", "characters a line"),
    ("lines", "file"): ("`cnlp segment FILE`", "characters a line"),
    ("lexicons", "words"): ("`cnlp.segment(line, lexicon=…)`", "words"),
    ("workers", "file"): ("`cnlp segment FILE --workers`", "workers"),
    ("threads", "segment_batch"): ("`cnlp.segment_batch(list)`", "threads"),
    ("discovery", "gigabytes"): ("`cnlp discover`", "GB"),
}
COSTS = {"segment": "`cnlp segment`", "discover": "`cnlp discover`"}
COLOURS = {"file": "#c03020", "segment": "#1f6fb4"}
LEAST_SHOWN = 0.01  # of all instructions
LEAST_MEMORY = 10  # megabytes, where the axis begins
GREY, OTHER = "#555", "#c03020"
WIDTH, LEFT, GAP, TOP, HEIGHT, BETWEEN = 720, 34, 30, 30, 110, 44

Cells = dict[str, dict[str, Any]]


def cost_as_work_grows(record: Record) -> str:
    """Rate and peak memory of each size, and what a cluster would cost."""
    results = record["results"]
    rows = [
        [name, f"{unit}: {format(int(size), ',') if size.isdigit() else size}", *_figures(cell)]
        for (part, series), (name, unit) in SERIES.items()
        for size, cell in results.get(part, {}).get(series, {}).items()
    ]
    found = results["cluster"]
    rows += [
        [
            f"{name} on a cluster",
            f"{found['terabytes']:g} TB",
            f"{found[key]['core_hours']:,.0f} core-hours",
            f"${found[key]['cost']:,.2f} at ${found['price']} a core-hour",
        ]
        for key, name in COSTS.items()
        if key in found
    ]
    return table(["", "size", "MB/s", "peak MB"], rows)


def plot(results: dict[str, Any]) -> str:
    """Megabytes a second above, peak memory below, on a logarithmic axis, and a column for what grows."""
    columns = [part for part in dict.fromkeys(part for part, _ in SERIES) if part in results]
    width = (WIDTH - LEFT - GAP * (len(columns) - 1)) / len(columns) - 4
    parts = []
    for row, (figure, title) in enumerate((("mb_per_s", "MB/s"), ("peak_mb", "peak MB"))):
        for number, part in enumerate(columns):
            series = {name: results[part][name] for of, name in SERIES if of == part and name in results[part]}
            left, top = LEFT + number * (width + GAP), TOP + row * (HEIGHT + BETWEEN)
            parts += _panel(series, figure, f"{title}, {part}", (left, top, width))
    return drawing(WIDTH, TOP + 2 * HEIGHT + BETWEEN + 24, parts)


def _figures(cell: dict[str, Any]) -> list[str]:
    memory = cell.get("peak_mb")
    return [f"{cell['mb_per_s']['median']:.1f}", f"{memory['median']:,.0f}" if memory else NO_FIGURE]


def _panel(series: dict[str, Cells], figure: str, title: str, place: tuple[float, float, float]) -> list[str]:
    """Curves over sizes, one beside the other, up to the greatest value."""
    left, top, width = place
    lowest = LEAST_MEMORY if figure == "peak_mb" else 0
    sizes = list(dict.fromkeys(size for cells in series.values() for size in cells))
    highest = max(cell[figure]["median"] for cells in series.values() for cell in cells.values())
    at = {size: left + width * (k + 0.5) / len(sizes) for k, size in enumerate(sizes)}
    lines = [
        f'<text x="{left:.1f}" y="{top - 8:.1f}">{title}</text>',
        f'<path d="M{left:.1f} {top:.1f}v{HEIGHT}h{width:.1f}" fill="none" stroke="#999"/>',
        f'<text x="{left - 3:.1f}" y="{top + 8:.1f}" text-anchor="end" fill="{GREY}">{highest:.3g}</text>',
        f'<text x="{left - 3:.1f}" y="{top + HEIGHT:.1f}" text-anchor="end" fill="{GREY}">{lowest}</text>',
    ]
    for size, x in at.items():
        lines.append(
            f'<text x="{x:.1f}" y="{top + HEIGHT + 13:.1f}" text-anchor="middle" fill="{GREY}">{short(size)}</text>'
        )
    for name, cells in series.items():
        heights = {size: _share(cell[figure]["median"], lowest, highest) * HEIGHT for size, cell in cells.items()}
        points = [f"{at[size]:.1f} {top + HEIGHT - height:.1f}" for size, height in heights.items()]
        colour = COLOURS.get(name, OTHER)
        lines.append(f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        lines += [f'<circle cx="{x}" cy="{y}" r="2" fill="{colour}"/>' for x, y in map(str.split, points)]
    return lines


def _share(value: float, lowest: float, highest: float) -> float:
    """Where a value is between the ends of an axis, which is logarithmic unless it begins with zero."""
    return log10(value / lowest) / log10(highest / lowest) if lowest else value / highest


def short(size: str) -> str:
    """A size as the axis shows it.

    >>> short("8"), short("100000"), short("0.1"), short("0")
    ('8', '10⁵', '0.1', '0')
    """
    number = float(size)
    if number < 100:
        return size
    return "10" + str(round(log10(number))).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def budget(record: Record) -> str:
    """Instructions, wrong guesses and missing reads of each function for a character, the most expensive first."""
    functions = record["results"]["per_character"]
    total = sum(cell["instructions"] for cell in functions.values())
    shown = {name: cell for name, cell in functions.items() if cell["instructions"] >= LEAST_SHOWN * total}
    events = list(next(iter(functions.values())))
    rest = {event: sum(cell[event] for name, cell in functions.items() if name not in shown) for event in events}
    every = {event: sum(cell[event] for cell in functions.values()) for event in events}
    cells = [*((f"`{name}`" if "_" in name else name, cell) for name, cell in shown.items())]
    rows = [
        [name, f"{cell['instructions']:.1f}", *(f"{cell[event]:.2f}" for event in events[1:])]
        for name, cell in [*cells, ("others", rest), ("together", every)]
    ]
    return table(["for each character", *events], rows)
