r"""Document frequencies: the number of documents of a corpus that contain a word.

A table is a text file in UTF-8, sorted by word so that tables of any size are merged in one pass::

    # documents	656,000 as a plain number
    word	documents that have it

Counting takes bounded memory: when a million different words are held they are put aside as a sorted table in
a temporary file, and all of these are merged at the end. Words are folded (width, case, Traditional to Simplified);
only printable words with a letter are counted.
"""

from __future__ import annotations

import heapq
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from typing import TextIO

from cnlp import errors
from cnlp.files.lines import replacing
from cnlp.text.normalise import normalise

HEAD = "# documents\t"
CAPACITY = 1_000_000

_Row = tuple[str, int]


class DocumentFrequencies:
    """Counts documents and the words in them.

    Attributes:
        documents: how many were counted.
        counts: documents by word.

    >>> table = DocumentFrequencies().add(["北京", "大学", "北京"]).add(["北京"])
    >>> table.documents, sorted(table.counts.items())
    (2, [('北京', 2), ('大学', 1)])
    """

    def __init__(self, documents: int = 0, counts: Iterable[_Row] = ()) -> None:
        self.documents = documents
        self.counts: Counter[str] = Counter(dict(counts))

    def add(self, words: Iterable[str]) -> DocumentFrequencies:
        """Count one document, given as its words; returns the table itself."""
        self.documents += 1
        self.counts.update({form for word in set(words) if _is_counted(form := normalise(word))})
        return self

    def rows(self) -> Iterator[_Row]:
        """Words with their counts, by word."""
        return iter(sorted(self.counts.items()))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> DocumentFrequencies:
        """Read a table.

        Raises:
            OSError: the file cannot be read.
            FormatError: a line breaks the format; file and line are named.
        """
        with open(path, encoding="utf-8", newline="\n") as file:
            documents = _read_head(file, path)
            return cls(documents, _read_rows(file, path, documents))

    def write(self, path: str | os.PathLike[str], *, min_count: int = 1) -> None:
        """Write the table; the file appears when it is whole."""
        write_rows(path, self.documents, self.rows(), min_count=min_count)


class StreamingCounter:
    """Counts any number of documents in bounded memory; use it in a ``with`` block.

    Args:
        capacity: different words held in memory before they are put aside.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.documents = 0
        self._table = DocumentFrequencies()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._parts: list[str] = []

    def __enter__(self) -> StreamingCounter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def add(self, words: Iterable[str]) -> None:
        """Count one document, given as its words."""
        self.documents += 1
        self._table.add(words)
        if len(self._table.counts) >= self.capacity:
            self._put_aside()

    def write(self, path: str | os.PathLike[str], *, min_count: int = 1) -> int:
        """Write the table of all documents; returns how many words it holds."""
        with ExitStack() as stack:
            parts: list[Iterable[_Row]] = [self._table.rows()]
            for part in self._parts:
                file = stack.enter_context(open(part, encoding="utf-8", newline="\n"))
                parts.append(_read_rows(file, part, _read_head(file, part)))
            return write_rows(path, self.documents, add_up(parts), min_count=min_count)

    def _put_aside(self) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="cnlp-idf-")
        part = os.path.join(self._folder.name, str(len(self._parts)))
        self._table.write(part)
        self._parts.append(part)
        self._table = DocumentFrequencies()


def merge_counts(paths: Sequence[str | os.PathLike[str]], output: str | os.PathLike[str], *, min_count: int = 1) -> int:
    """Merge tables of different documents into one, in memory that does not grow with them.

    Returns:
        the number of words in it.

    Raises:
        OSError: a file cannot be read or written.
        FormatError: a line breaks the format, or words are not in order.
    """
    with ExitStack() as stack:
        documents = 0
        parts = []
        for path in paths:
            file = stack.enter_context(open(path, encoding="utf-8", newline="\n"))
            count = _read_head(file, path)
            documents += count
            parts.append(_in_order(_read_rows(file, path, count), path))
        return write_rows(output, documents, add_up(parts), min_count=min_count)


def add_up(parts: Iterable[Iterable[_Row]]) -> Iterator[_Row]:
    """Rows of sorted parts, one for each word.

    >>> list(add_up([[("a", 1), ("c", 2)], [("a", 3), ("b", 1)]]))
    [('a', 4), ('b', 1), ('c', 2)]
    """
    merged = heapq.merge(*parts, key=itemgetter(0))
    return ((word, sum(count for _, count in rows)) for word, rows in groupby(merged, key=itemgetter(0)))


def write_rows(path: str | os.PathLike[str], documents: int, rows: Iterable[_Row], *, min_count: int = 1) -> int:
    """Write a table of rows that are sorted by word; returns how many were written."""
    written = 0
    with replacing(os.fspath(path)) as file:
        file.write(f"{HEAD}{documents}\n".encode())
        for word, count in rows:
            if count >= min_count:
                file.write(f"{word}\t{count}\n".encode())
                written += 1
    return written


def is_table(path: str | os.PathLike[str]) -> bool:
    """Does the file begin as a table of this format?"""
    with open(path, "rb") as file:
        return file.read(len(HEAD)) == HEAD.encode()


def _read_head(file: TextIO, path: str | os.PathLike[str]) -> int:
    line = _line(file, path, 1)
    number = line.removeprefix(HEAD).rstrip("\n")
    if not line.startswith(HEAD) or not (number.isascii() and number.isdigit()):
        raise errors.bad_line(path, 1, "a table of document frequencies begins with '# documents<TAB>number'")
    return int(number)


def _read_rows(file: TextIO, path: str | os.PathLike[str], documents: int) -> Iterator[_Row]:
    number = 1
    while line := _line(file, path, number + 1):
        number += 1
        word, tab, count = line.rstrip("\n").partition("\t")
        if not tab or not word or not (count.isascii() and count.isdigit()) or not 0 < int(count) <= documents:
            raise errors.bad_line(path, number, f"word<TAB>documents needed, 1 to {documents}, got {line.strip()!r}")
        yield word, int(count)


def _line(file: TextIO, path: str | os.PathLike[str], number: int) -> str:
    try:
        return file.readline()
    except UnicodeDecodeError as error:
        raise errors.bad_line(path, number, f"not UTF-8 near here: {error.reason}") from None


def _in_order(rows: Iterable[_Row], path: str | os.PathLike[str]) -> Iterator[_Row]:
    before = ""
    for number, (word, count) in enumerate(rows, 2):
        if word <= before:
            raise errors.bad_line(path, number, f"words must be sorted and different: {word!r} after {before!r}")
        before = word
        yield word, count


def _is_counted(word: str) -> bool:
    return word.isprintable() and any(map(str.isalpha, word))
