"""All n-grams of any amount of text, with their neighbours, counted in bounded memory.

Units. Words are made of Han characters, so these are counted. A stretch of anything else (white space, punctuation,
emoji, line ends) is an edge: no n-gram reaches across it, and it is the neighbour of the n-grams beside it. Letters,
digits and the rare Han characters beyond the Basic Multilingual Plane are no units either, but they can belong to a
word: all letters and such characters are one and the same neighbour, each digit is one, so what always touches letters
(线图 of K线图, 野家 of 𠮷野家) is not free.
Characters count as they are written, Simplified and Traditional apart.

Method. The text is split into chunks; of each, every unit's window (the longest n-gram that begins with it and its
two neighbours) is sorted in C and packed into a *run*. Runs beyond the memory allowed go to files. In the end
all runs are merged in one go, and the n-grams of all lengths fall out of the ascending windows. So the result
is the same for any chunk size, any number of workers and any order of the texts. Cost: O(n) to sort,
O(n log k) to merge k runs; on disk up to twice the size of the text for n-grams of up to 4 characters.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import TypeVar

from cnlp import errors
from cnlp._kernel import ngrams_kernel as kernel
from cnlp._kernel.layout import NGRAM_LETTER, NGRAM_SYMBOLS
from cnlp.discovery.runs import (
    MAX_LENGTH,
    OnRead,
    Run,
    RunFolder,
    TemporaryFolder,
    open_runs,
    read_header,
    write_header,
)
from cnlp.discovery.table import CountTable
from cnlp.files.lines import naming, replacing
from cnlp.text.characters import HAN, LATIN, LETTER, class_ranges

MEMORY = 256_000_000

_CHARACTER_BYTES = 40  # while a chunk is counted: its text, its windows (16) and its run
_ROW_BYTES = 96  # of a table, while it grows
_BLOCK_BYTES = 1 << 20
_MAX_OPEN = 128  # runs that are merged at a time; macOS allows 256 open files

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@cache
def unit_table() -> bytes:
    """By code point below 65536: 1 for a unit, 0 for an edge, else the symbol as a neighbour plus 1.

    >>> [unit_table()[ord(char)] for char in "中，aB09"]
    [1, 0, 2, 2, 3, 12]
    """
    table = bytearray(NGRAM_SYMBOLS)
    for first, last, value in class_ranges():
        if value in (HAN, LATIN, LETTER) and first < len(table):
            last = min(last, len(table) - 1)
            table[first : last + 1] = bytes([1 if value == HAN else 1 + NGRAM_LETTER]) * (last + 1 - first)
    for digit in range(10):
        table[ord("0") + digit] = table[ord("０") + digit] = 2 + NGRAM_LETTER + digit
    return bytes(table)


class NgramCounts:
    """Counts of all n-grams up to a length, of texts that came in any number of parts.

    Args:
        max_length: longest n-gram in characters, 1 to 6.
        memory: bytes to use, about; what does not fit goes to files. At least a megabyte.
        workers: threads that sort.
        folder: where the files go; a temporary folder by default, which vanishes with the counts.

    Raises:
        ArgumentError: an argument is out of range.

    >>> counts = NgramCounts(max_length=2)
    >>> counts.add(["吃葡萄不吐葡萄皮"])
    >>> table = counts.table(min_count=2)
    >>> table.count("葡萄"), table.count("萄"), table.total
    (2, 2, 8)
    >>> table.rows(2, 0, 10, 0.0)  # text, count, entropy and branching to the left and to the right
    [('葡萄', 2, 0.6931471805599453, 0.6931471805599453, 2, 2)]
    """

    def __init__(
        self,
        *,
        max_length: int = 4,
        memory: int = MEMORY,
        workers: int = 1,
        folder: RunFolder | None = None,
    ) -> None:
        for name, number in (("max_length", max_length), ("memory", memory), ("workers", workers)):
            errors.check_number(name, number)
        if not 1 <= max_length <= MAX_LENGTH:
            raise errors.ArgumentError(f"max_length must be from 1 to {MAX_LENGTH}, got {max_length}")
        if memory < 1_000_000:
            raise errors.ArgumentError(f"memory must be at least 1,000,000 bytes, got {memory}")
        if workers < 1:
            raise errors.ArgumentError(f"workers must be at least 1, got {workers}")
        self.max_length = max_length
        self.memory = memory
        self.workers = workers
        self._work_folder = folder
        self._folder: TemporaryFolder | None = None
        self._runs: list[Run] = []
        self._waiting: list[str] = []  # texts too short to be sorted alone
        self._n_waiting = 0  # characters

    @property
    def total(self) -> int:
        """Units counted so far."""
        self._flush()
        return sum(run.total for run in self._runs)

    @property
    def chunk_size(self) -> int:
        """Characters that are sorted at a time."""
        return self.memory * 3 // 4 // (_CHARACTER_BYTES * self.workers)

    def add(self, pieces: Iterable[str]) -> None:
        """Count a text that comes in pieces; n-grams reach across them, so put line ends between texts.

        Short texts wait until there are enough of them to be sorted together. With a work folder there can be one
        call only, and chunks that were counted before are taken from there.

        Raises:
            TextTypeError: a piece is not a str.
            OSError: a run cannot be written; nothing of it stays.
        """
        pieces = iter(pieces)
        for piece in pieces:
            if not isinstance(piece, str):
                raise errors.not_text(piece)
            self._waiting.append(piece)
            self._n_waiting += len(piece)
            if self._n_waiting >= self.chunk_size:
                self._sort(pieces)
                return
        self._waiting.append("\n")
        if self._work_folder:
            self._flush()

    def merge(self, other: NgramCounts) -> None:
        """Add what ``other`` has counted; it stays as it is.

        Raises:
            ArgumentError: the longest n-grams differ.
        """
        if other.max_length != self.max_length:
            lengths = f"{self.max_length} and {other.max_length}"
            raise errors.ArgumentError(f"counts of n-grams up to {lengths} characters cannot be merged")
        other._flush()
        self._runs.extend(other._runs)

    def table(self, min_count: int, on_read: OnRead | None = None) -> CountTable:
        """The n-grams that occur ``min_count`` times or more.

        If they do not fit into the memory, the minimum count is raised; see ``table.min_count``.

        Args:
            min_count: at least 1.
            on_read: called with the number of bytes after each read of a run.

        Raises:
            ArgumentError: ``min_count`` is below 1.
            FormatError: a run is damaged.
        """
        errors.check_number("min_count", min_count)
        if min_count < 1:
            raise errors.ArgumentError(f"min_count must be at least 1, got {min_count}")
        with self._readers(on_read) as (readers, block):
            return kernel.tabulate(readers, self.max_length, min_count, self.memory // _ROW_BYTES, block)

    def spans(self, pairs: list[str], min_count: int, on_read: OnRead | None = None) -> list[tuple[str, int]]:
        """The pieces of the text when it is split between all characters except ``pairs``, and their counts.

        Args:
            pairs: two characters each that stay together.
            min_count: rarer spans are left out, as are those longer than ``max_length``.
            on_read: called with the number of bytes after each read of a run.

        Raises:
            FormatError: a run is damaged.
        """
        with self._readers(on_read) as (readers, block):
            return kernel.spans(readers, self.max_length, pairs, min_count, block)

    @property
    def run_bytes(self) -> int:
        """Size of all runs: what ``on_read`` adds up to."""
        self._flush()
        return sum(run.size for run in self._runs)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the counts to a file, to be merged later or elsewhere.

        Raises:
            OSError: it cannot be written; nothing of it stays.
        """
        with self._readers(None) as (readers, block), replacing(os.fspath(path)) as stream, naming(path):
            write_header(stream, self.max_length, self.total)
            kernel.merge(readers, self.max_length, stream.write, block)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, memory: int = MEMORY, workers: int = 1) -> NgramCounts:
        """The counts that :meth:`save` wrote; they stay in the file.

        Raises:
            OSError: it cannot be read.
            FormatError: it holds something else.
        """
        max_length, run = read_header(os.fspath(path))
        counts = cls(max_length=max_length, memory=memory, workers=workers)
        counts._runs.append(run)
        return counts

    def _flush(self) -> None:
        """Count what waits."""
        if self._n_waiting:
            self._sort(())

    def _sort(self, pieces: Iterable[str]) -> None:
        """Count the buffered text, then ``pieces``."""
        chunks = cut_chunks(chain(self._waiting, pieces), self.chunk_size, self.max_length)
        self._waiting, self._n_waiting = [], 0
        in_memory = sum(len(held.data) for held in self._runs)
        for run in _map_in_order(self._count, enumerate(chunks, len(self._runs)), self.workers):
            in_memory += len(run.data)
            self._runs.append(self._spill(run) if in_memory > self.memory // 4 and run.data else run)

    def _count(self, numbered: tuple[int, tuple[str, int, int]]) -> Run:
        """The run of one chunk; with a work folder it is in a file there, perhaps from an earlier attempt."""
        number, (text, start, end) = numbered
        path = self._work_folder.run_path(number) if self._work_folder else ""
        if path and os.path.exists(path):
            max_length, run = read_header(path)
            if max_length != self.max_length:
                raise errors.FormatError(f"{path}: counts n-grams up to {max_length} characters")
            return run
        data, total = kernel.count_windows(text, start, end, unit_table(), self.max_length)
        run = Run(total, data=data)
        return self._write(run, path) if path else run

    def _spill(self, run: Run) -> Run:
        """``run`` in a file that vanishes with the counts."""
        if self._folder is None:
            self._folder = TemporaryFolder(self._work_folder.path if self._work_folder else None)
        written = self._write(run, self._folder.new_path())
        written.folder = self._folder
        return written

    def _write(self, run: Run, path: str) -> Run:
        with replacing(path) as stream, naming(path):
            write_header(stream, self.max_length, run.total)
            stream.write(run.data)
        return read_header(path)[1]

    def _reduce(self) -> list[Run]:
        """The runs, of which no more are merged than it takes to have all open at a time."""
        runs = self._runs
        while len(runs) > _MAX_OPEN:
            size = min(_MAX_OPEN, len(runs) - _MAX_OPEN + 1)
            group, runs = runs[:size], runs[size:]
            if self._folder is None:
                self._folder = TemporaryFolder(self._work_folder.path if self._work_folder else None)
            path = self._folder.new_path()
            with open_runs(group, None) as readers, replacing(path) as stream:
                write_header(stream, self.max_length, sum(run.total for run in group))
                with naming(path):
                    kernel.merge(readers, self.max_length, stream.write, self._block(len(group)))
            merged = read_header(path)[1]
            merged.folder = self._folder
            runs.append(merged)
        return runs

    @contextmanager
    def _readers(self, on_read: OnRead | None) -> Iterator[tuple[list[kernel.Read], int]]:
        """Open all runs; a damaged one is reported with the names of the files."""
        self._flush()
        try:
            self._runs = self._reduce()
            block = self._block(len(self._runs))
            with open_runs(self._runs, on_read) as readers:
                yield readers, block
        except errors.CnlpError:
            raise
        except ValueError as error:
            names = ", ".join(run.path for run in self._runs if run.path) or "counts"
            raise errors.FormatError(f"{names}: {error}") from None

    def _block(self, n_runs: int) -> int:
        """Bytes to read at a time from each run."""
        return max(4096, min(_BLOCK_BYTES, self.memory // 8 // max(1, n_runs)))


def cut_chunks(pieces: Iterable[str], size: int, max_length: int) -> Iterator[tuple[str, int, int]]:
    """A text that comes in pieces as chunks of ``size`` characters that see their neighbours.

    Yields:
        A text and the range of it that is the chunk.

    Raises:
        TextTypeError: a piece is not a str.

    >>> list(cut_chunks(["甲乙丙", "丁", "戊己"], 4, 1))
    [('甲乙丙丁戊', 0, 4), ('丁戊己', 1, 3)]
    """
    held: list[str] = []
    length = start = 0
    for piece in pieces:
        if not isinstance(piece, str):
            raise errors.not_text(piece)
        held.append(piece)
        length += len(piece)
        if length < start + size + max_length:
            continue
        text = "".join(held)
        while length - start >= size + max_length:
            yield text[max(0, start - 1) : start + size + max_length], min(start, 1), min(start, 1) + size
            start += size
        held = [text[start - 1 :]]
        length, start = len(held[0]), 1
    text = "".join(held)
    held = []
    while start < length:
        end = min(start + size, length)
        yield text[max(0, start - 1) : end + max_length], min(start, 1), min(start, 1) + end - start
        start = end


def _map_in_order(function: Callable[[_Item], _Result], items: Iterable[_Item], workers: int) -> Iterator[_Result]:
    """``map`` with that many threads; no more items are taken than there are threads."""
    if workers == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[_Result]] = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= workers:
                yield waiting.popleft().result()
        yield from (future.result() for future in waiting)


def lines_between(texts: Iterable[Iterable[str]]) -> Iterator[str]:
    """The pieces of all texts with a line end after each text."""
    return chain.from_iterable(chain(pieces, "\n") for pieces in texts)
