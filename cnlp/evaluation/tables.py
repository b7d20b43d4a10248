"""Tables for the terminal: columns lined up by their width, in which a Chinese character is two wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence


def width(text: str) -> int:
    """How many columns of a terminal the text takes.

    >>> width("F1"), width("北京")
    (2, 4)
    """
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def lines_of(rows: Iterable[Sequence[object]], *, left: int = 1) -> Iterator[str]:
    """The rows with their columns lined up: the first ``left`` ones to the left, the others to the right.

    >>> print("\\n".join(lines_of([("", "F1"), ("PER", 0.9312)])))
         F1
    PER  0.9312
    """
    cells = [[show(value) for value in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        parts = []
        for number, (cell, size) in enumerate(zip(row, widths, strict=True)):
            blanks = " " * (size - width(cell))
            parts.append(cell + blanks if number < left or number == len(row) - 1 else blanks + cell)
        yield "  ".join(parts).rstrip()


def show(value: object) -> str:
    """A ratio with four digits, a count with commas, ``None`` as a dash."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
