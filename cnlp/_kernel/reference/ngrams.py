"""The pure-Python twin of ``cnlp._kernel.ngrams``: same names, arguments and results, some hundred times slower.

A run is the sorted windows of a piece of text, a window an n-gram of the longest length with its right and its left
neighbour; the head of ``ngrams.c`` describes both layouts, and how the table is made from them.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from math import log
from operator import itemgetter

from cnlp._kernel.layout import NGRAM_END, NGRAM_FIRST_UNIT, NGRAM_LETTER, NGRAM_MAX, NGRAM_SYMBOLS

END = bytes([NGRAM_END])
_RARE_HAN = 0x20000, 0x323AF

Read = Callable[[int], bytes]
Window = tuple[int, ...]
Row = tuple[str, int, float, float, int, int]


def count_windows(text: str, start: int, end: int, units: bytes, max_length: int) -> tuple[bytes, int]:
    """The run of the windows that begin in ``text[start:end]``, and the number of units there.

    Args:
        text: the characters before and after are the neighbours.
        start: offset of the first window.
        end: end offset, exclusive.
        units: [65536] 1 where a code point is a unit, 0 where it is an edge, else its symbol as a neighbour plus 1.
        max_length: longest n-gram.

    Raises:
        ValueError: the arguments do not fit each other.
    """
    _check_max_length(max_length)
    if not 0 <= start <= end <= len(text) or len(units) != NGRAM_SYMBOLS:
        raise ValueError("start and end must lie in the text, units must be 65536 bytes")
    symbols = [_symbol(ord(char), units) for char in text]
    windows: Counter[Window] = Counter()
    for i in range(start, end):
        if symbols[i] >= NGRAM_FIRST_UNIT:
            ahead = symbols[i : i + max_length + 1]
            length = next(
                (place + (symbol > 0) for place, symbol in enumerate(ahead) if symbol < NGRAM_FIRST_UNIT), len(ahead)
            )
            left = symbols[i - 1] if i else 0
            windows[(*ahead[:length], *[0] * (max_length + 1 - length), left)] += 1
    return b"".join(_encode(sorted(windows.items()))) + END, sum(windows.values())


def _symbol(code: int, units: bytes) -> int:
    """0 for an edge, below ``NGRAM_FIRST_UNIT`` for a neighbour that is no unit."""
    if code >= NGRAM_SYMBOLS:
        return NGRAM_LETTER if _RARE_HAN[0] <= code <= _RARE_HAN[1] else 0
    return code if units[code] == 1 else max(0, units[code] - 1)


def merge(readers: Sequence[Read], max_length: int, write: Callable[[bytes], object], block: int) -> int:
    """Merge runs into one, which is handed to ``write`` in pieces; returns the number of its records.

    Args:
        readers: ``read(size)`` of each run.
        max_length: longest n-gram, as the runs were made with.
        write: takes about ``block`` bytes at a time.
        block: bytes asked of a reader at a time.

    Raises:
        ValueError: a run is damaged.
    """
    count = 0
    pieces: list[bytes] = []
    size = 0

    def counted() -> Iterator[tuple[Window, int]]:
        nonlocal count
        for record in _merge(readers, max_length, block):
            count += 1
            yield record

    for piece in _encode(counted()):
        pieces.append(piece)
        size += len(piece)
        if size >= block:
            write(b"".join(pieces))
            pieces, size = [], 0
    write(b"".join(pieces) + END)
    return count


def split(readers: Sequence[Read], max_length: int, n_buckets: int, block: int) -> list[bytes]:
    """Merge runs, and deal the records out into one run for each bucket.

    All n-grams of two units and more that begin with the same two fall into one bucket.

    Args:
        readers: ``read(size)`` of each run.
        max_length: longest n-gram, as the runs were made with.
        n_buckets: how many.
        block: bytes asked of a reader at a time.

    Raises:
        ValueError: a run is damaged.
    """
    if not 1 <= n_buckets <= 1 << 20:
        raise ValueError("n_buckets must be from 1 to 1048576")
    buckets: list[list[tuple[Window, int]]] = [[] for _ in range(n_buckets)]
    for window, count in _merge(readers, max_length, block):
        buckets[(window[0] * 31 + window[1]) % n_buckets].append((window, count))
    return [b"".join(_encode(records)) + END for records in buckets]


class Table:
    """The n-grams that occur often enough, with their neighbours; :func:`tabulate` makes it.

    Attributes:
        max_length: longest n-gram.
        min_count: least count of a row.
        total: units of the text.
    """

    def __init__(self, max_length: int, min_count: int) -> None:
        self.max_length = max_length
        self.min_count = min_count
        self.total = 0
        self._rows: list[dict[str, Row]] = [{} for _ in range(max_length + 1)]

    def size(self, length: int) -> int:
        """How many n-grams of that length there are."""
        return len(self._rows[length]) if 1 <= length <= self.max_length else 0

    def count(self, word: str) -> int:
        """Occurrences of an n-gram, 0 if it has no row."""
        if not isinstance(word, str):
            raise TypeError("words must be str")
        row = self._rows[len(word)].get(word) if 1 <= len(word) <= self.max_length else None
        return row[1] if row else 0

    def rows(self, length: int, first: int, limit: int, min_entropy: float) -> list[Row]:
        """Rows ``first`` to ``first + limit`` of that length, less those below ``min_entropy`` on either side.

        Returns:
            Text, count, left and right entropy in nats, left and right branching; by code points.
        """
        rows = list(self._rows[length].values())[first : first + limit] if 1 <= length <= self.max_length else []
        return [row for row in rows if row[2] >= min_entropy and row[3] >= min_entropy]

    def _add(self, row: Row, max_rows: int) -> None:
        """Keep a row; a full table raises its least count by quarters until a quarter of the rows is gone."""
        self._rows[len(row[0])][row[0]] = row
        if sum(map(len, self._rows)) >= max_rows:
            while sum(map(len, self._rows)) > max_rows - max_rows // 4:
                self.min_count += self.min_count // 4 + 1
                self._rows = [
                    {text: row for text, row in rows.items() if row[1] >= self.min_count} for rows in self._rows
                ]


def tabulate(readers: Sequence[Read], max_length: int, min_count: int, max_rows: int, block: int) -> Table:
    """Count all n-grams and their neighbours.

    Args:
        readers: ``read(size)`` of each run.
        max_length: longest n-gram, as the runs were made with.
        min_count: rarer ones get no row.
        max_rows: when there are more, ``min_count`` rises.
        block: bytes asked of a reader at a time.

    Raises:
        ValueError: a run is damaged.
    """
    if min_count < 1 or max_rows < 1:
        raise ValueError("min_count and max_rows must be at least 1")
    table = Table(max_length, min_count)
    levels = [_Level() for _ in range(max_length + 2)]
    last: Window = ()
    for window, count in _merge(readers, max_length, block):
        if last:
            _close(table, levels, last, _shared(last, window), max_rows)
        last = window
        levels[max_length + 1].total += count
        left = window[-1]
        for n in range(_length(window, max_length), 0, -1):
            if left:
                levels[n].left[left] = levels[n].left.get(left, 0) + count
            else:
                levels[n].left_edges += count
    if last:
        _close(table, levels, last, 0, max_rows)
    table.total = levels[0].total
    return table


def spans(
    readers: Sequence[Read], max_length: int, pairs: list[str], min_count: int, block: int
) -> list[tuple[str, int]]:
    """What is left whole when a text is cut between all characters but those of ``pairs``, and how often.

    Args:
        readers: ``read(size)`` of each run.
        max_length: longest n-gram, as the runs were made with; longer spans are not counted.
        pairs: two characters each.
        min_count: rarer spans are left out.
        block: bytes asked of a reader at a time.

    Raises:
        ValueError: a run is damaged, or a pair is none.
    """
    if min_count < 1:
        raise ValueError("min_count must be at least 1")
    if not all(len(pair) == 2 and max(map(ord, pair)) < NGRAM_SYMBOLS for pair in pairs):
        raise ValueError("a pair has two characters of the Basic Multilingual Plane")
    bound = {(ord(pair[0]), ord(pair[1])) for pair in pairs}
    counts: Counter[tuple[int, ...]] = Counter()
    for window, count in _merge(readers, max_length, block):
        if window[0] < NGRAM_FIRST_UNIT or window[-1] == NGRAM_LETTER or (window[-1], window[0]) in bound:
            continue
        length = 1
        while length <= max_length and (window[length - 1], window[length]) in bound:
            length += 1
        if length <= max_length and window[length] != NGRAM_LETTER:
            counts[window[:length]] += count
    found = [("".join(map(chr, span)), count) for span, count in counts.items() if count >= min_count]
    # A span is known to be over when the next window differs: longer ones come before their beginnings.
    return sorted(found, key=lambda item: [*map(ord, item[0]), NGRAM_SYMBOLS])


class _Level:
    """The open n-gram of one length: its occurrences so far."""

    def __init__(self) -> None:
        self.total = self.left_edges = self.right_edges = self.n_right = 0
        self.right_sum = 0.0
        self.left: dict[int, int] = {}


def _close(table: Table, levels: list[_Level], last: Window, shared: int, max_rows: int) -> None:
    """The open n-grams longer than ``shared`` have ended."""
    length = _length(last, table.max_length)
    for n in range(table.max_length + 1, shared, -1):
        level = levels[n]
        if n <= length and level.total >= table.min_count:
            left_sum = 0.0
            for count in level.left.values():
                left_sum += _times_log(count)
            row = (
                "".join(map(chr, last[:n])),
                level.total,
                _entropy(level.total, left_sum),
                _entropy(level.total, level.right_sum),
                len(level.left) + level.left_edges,
                level.n_right + level.right_edges,
            )
            table._add(row, max_rows)
        shorter = levels[n - 1]
        shorter.total += level.total
        if last[n - 1]:
            shorter.n_right += 1
            shorter.right_sum += _times_log(level.total)
        else:
            shorter.right_edges += level.total
        levels[n] = _Level()


def _times_log(count: int) -> float:
    return count * log(count)


def _entropy(count: int, total: float) -> float:
    return max(0.0, log(count) - total / count)


def _length(window: Window, max_length: int) -> int:
    """Units before the first edge."""
    return next((place for place in range(max_length) if window[place] < NGRAM_FIRST_UNIT), max_length)


def _shared(one: Window, other: Window) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), len(one))


def _check_max_length(max_length: int) -> None:
    if not 1 <= max_length <= NGRAM_MAX:
        raise ValueError(f"max_length must be from 1 to {NGRAM_MAX}, got {max_length}")


def _encode(records: Iterable[tuple[Window, int]]) -> Iterator[bytes]:
    last: Window = ()
    for window, count in records:
        shared = _shared(last, window) if last else 0
        head = bytearray((shared | min(count - 1, 15) << 4,))
        if count >= 16:
            rest = count - 16
            while rest >= 128:
                head.append(rest & 127 | 128)
                rest >>= 7
            head.append(rest)
        yield bytes(head) + b"".join(symbol.to_bytes(2, "big") for symbol in window[shared:])
        last = window


def _merge(readers: Sequence[Read], max_length: int, block: int) -> Iterator[tuple[Window, int]]:
    """The distinct windows of all runs in ascending order."""
    _check_max_length(max_length)
    if not 1 <= block <= 1 << 30:
        raise ValueError("block must be from 1 byte to 1 GB")
    runs = [_decode(read, max_length, block, i) for i, read in enumerate(readers)]
    for window, records in groupby(heapq.merge(*runs), itemgetter(0)):
        yield window, sum(count for _, count in records)


def _decode(read: Read, max_length: int, block: int, run: int) -> Iterator[tuple[Window, int]]:
    """The records of one run, which is read whole: memory is bounded in the C kernel only."""
    data = b"".join(iter(lambda: _checked(read(block), block), b""))
    at = n_records = 0
    last: Window = ()
    try:
        while data[at] != NGRAM_END:
            shared, count = data[at] & 15, (data[at] >> 4) + 1
            at += 1
            if count == 16:
                shift = 0
                while True:
                    if shift > 63:
                        raise IndexError
                    count += (data[at] & 127) << shift
                    at += 1
                    if not data[at - 1] & 128:
                        break
                    shift += 7
            behind = at + 2 * (max_length + 2 - shared)
            window = last[:shared] + tuple(data[i] << 8 | data[i + 1] for i in range(at, behind, 2))
            if len(window) != max_length + 2 or window <= last:
                raise IndexError
            at, last = behind, window
            n_records += 1
            yield window, count
        if at + 1 != len(data):
            raise IndexError
    except IndexError:
        raise ValueError(f"run {run} is damaged or cut short after record {n_records}") from None


def _checked(data: bytes, block: int) -> bytes:
    if not isinstance(data, bytes):
        raise TypeError("read must return bytes")
    if len(data) > block:
        raise ValueError("read returned more than it was asked for")
    return data
