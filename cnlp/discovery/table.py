"""A table of n-gram counts. The kernel makes it from counts, :class:`CountRows` from rows made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias

# Text, count, left and right entropy in nats, left and right branching.
CountRow: TypeAlias = tuple[str, int, float, float, int, int]


class CountTable(Protocol):
    """The n-grams that occur often enough, with their neighbours."""

    @property
    def max_length(self) -> int:
        """Of the longest n-gram."""
        ...

    @property
    def min_count(self) -> int:
        """Least count of a row."""
        ...

    @property
    def total(self) -> int:
        """Units of the text."""
        ...

    def size(self, length: int) -> int:
        """How many n-grams of that length there are."""
        ...

    def count(self, word: str) -> int:
        """Occurrences of an n-gram, 0 if it has no row."""
        ...

    def rows(self, length: int, first: int, limit: int, min_entropy: float) -> list[CountRow]:
        """Rows ``first`` to ``first + limit`` of that length, less those below ``min_entropy`` on either side."""
        ...


class CountRows:
    """A table of rows.

    >>> table = CountRows(2, 1, 8, [("葡萄", 2, 0.0, 0.7, 1, 2)])
    >>> table.size(2), table.count("葡萄"), table.rows(2, 0, 10, 0.1)
    (1, 2, [])
    """

    def __init__(self, max_length: int, min_count: int, total: int, rows: Iterable[CountRow]) -> None:
        self.max_length, self.min_count, self.total = max_length, min_count, total
        self._rows: list[dict[str, CountRow]] = [{} for _ in range(max_length + 1)]
        for row in rows:
            self._rows[len(row[0])][row[0]] = row

    def size(self, length: int) -> int:
        """How many n-grams of that length there are."""
        return len(self._rows[length])

    def count(self, word: str) -> int:
        """Occurrences of an n-gram, 0 if it has no row."""
        row = self._rows[len(word)].get(word) if len(word) <= self.max_length else None
        return row[1] if row else 0

    def rows(self, length: int, first: int, limit: int, min_entropy: float) -> list[CountRow]:
        """Rows ``first`` to ``first + limit`` of that length, less those below ``min_entropy`` on either side."""
        rows = list(self._rows[length].values())[first : first + limit]
        return [row for row in rows if min(row[2:4]) >= min_entropy]
