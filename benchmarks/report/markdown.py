"""Markdown tables: cells and figures as the documentation prints them.

Fractions are printed as the literature does (.818), a missing figure as a dash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Record = dict[str, Any]

NO_FIGURE = "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: first column to the left, the others to the right.

    >>> print(table(["", "F1"], [["jieba", ".818"]]))
    | | F1 |
    |---|---:|
    | jieba | .818 |
    """
    rule = ["---", *["---:"] * (len(head) - 1)]
    lines = [row(head), "|" + "|".join(rule) + "|", *map(row, rows)]
    return "\n".join(lines)


def fraction(value: float | None, digits: int = 3) -> str:
    """Three decimals, or as many as are asked for, without the leading zero.

    >>> fraction(0.8183), fraction(1.0), fraction(None)
    ('.818', '1.000', '–')
    """
    if value is None:
        return NO_FIGURE
    return f"{value:.{digits}f}".removeprefix("0")


def origin(*records: Record) -> str:
    """The line below a table: when, where, with what, by which commands."""
    days = [record["date"][:10] for record in records]
    machines = (record["machine"] for record in records)
    places = dict.fromkeys(f"{one['cpu']} ({one['cores']} cores), {one['python']}" for one in machines)
    used = (pair for record in records for pair in record["versions"].items())
    versions = dict.fromkeys(f"{name} {version}" for name, version in used if version)
    commands = (f"`{record['command']}`" for record in records)
    dates = " to ".join(dict.fromkeys((min(days), max(days))))
    return f"<sub>{', '.join((dates, *places, *versions, *commands))}</sub>"


def rate_cell(found: Record) -> str:
    return f"{found['median']:.1f} ({found['min']:.1f} to {found['max']:.1f})"


def ratio_cell(found: Record | None) -> str:
    return NO_FIGURE if found is None else f"{found['median']:.2f}"


def failures(results: Record) -> str:
    """A line for each toolkit that failed."""
    failed = {name: cell["failed"] for name, cell in results.items() if "failed" in cell}
    return "".join(f"\n\n{name} failed: {reason}" for name, reason in failed.items())


def row(cells: Sequence[str]) -> str:
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"
