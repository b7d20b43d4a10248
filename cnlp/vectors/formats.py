"""The files of word2vec (Mikolov et al. 2013), text and binary, which most programs read and write.

    text      a line "items numbers" (which some leave out); then a line of each item: the item and its numbers
    binary    the same first line; then of each item: the item, a blank, its numbers as little-endian float32

A byte order mark is passed over. The first line is compared with the size of the file before anything is allocated.
"""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnlp import errors
from cnlp.files.lines import naming, replacing
from cnlp.vectors.tables import LARGEST, VectorTable, fold

_HEADER = re.compile(rb"\s*([0-9]{1,18})\s+([0-9]{1,18})\s*")
_LONGEST_ITEM = 10_000  # bytes
_LONGEST_NUMBER = 64  # characters
_NO_VECTOR = np.array([np.nan], np.float32)

_Row = tuple[str, NDArray[np.float32]]


def read_word2vec(path: str | os.PathLike[str]) -> VectorTable:
    """The vectors of a word2vec file, text (with or without its first line) or binary; items are folded.

    Of items that fold alike the first one counts, which is the more frequent one by custom.

    Raises:
        OSError: the file cannot be read.
        FormatError: it is damaged; the line, or in a binary file the byte, is named.
    """
    with open(path, "rb") as file:
        begin = len(BOM_UTF8) if file.read(len(BOM_UTF8)) == BOM_UTF8 else 0
        file.seek(begin)
        header = _HEADER.fullmatch(file.readline(_LONGEST_ITEM))
        if header is None:
            file.seek(begin)
            return _first_of_each(_read_text(path, file, 1, None), None, path)
        count, size = map(int, header.groups())
        held = os.fstat(file.fileno()).st_size
        if max(count, 1) * (2 * size + 1) > held:
            reason = f"the header says {count:,} items of {size:,} numbers, more than the {held:,} bytes of the file"
            raise errors.bad_line(path, 1, reason)
        if not (count and size):
            raise errors.bad_line(path, 1, f"no vectors: the header says {count} items of {size} numbers")
        start = file.tell()
        second = file.readline(_LONGEST_ITEM + size * _LONGEST_NUMBER)
        file.seek(start)
        read = _read_text(path, file, 2, size) if _is_text(second, size) else _read_binary(path, file, count, size)
        return _first_of_each(read, count, path)


def _is_text(line: bytes, size: int) -> bool:
    """Is the line an item and ``size`` numbers, whatever they are, or the numbers alone?"""
    fields = line.split()
    try:
        return len(fields) >= size and len(list(map(float, fields[-size:]))) == size
    except ValueError:
        return False


def _read_text(path: object, file: BinaryIO, number: int, size: int | None) -> Iterator[_Row]:
    """The rows of a text file from line ``number`` on; without a ``size`` the first one has it."""
    for at, line in enumerate(file, number):
        fields = line.split()
        if not fields:
            continue
        size = len(fields) - 1 if size is None else size
        if size < 1 or len(fields) != size + 1:
            raise errors.bad_line(path, at, f"expected an item and {max(size, 1)} numbers, got {len(fields)} fields")
        try:
            item = fields[0].decode("utf-8")
        except UnicodeDecodeError:
            raise errors.bad_line(path, at, "the item is not UTF-8") from None
        try:
            row = np.array(fields[1:], np.float32)
        except ValueError:
            row = _NO_VECTOR
        if not _is_vector(row):
            raise errors.bad_line(path, at, f"the fields after {item!r} are not a vector of numbers")
        yield item, row


def _read_binary(path: object, file: BinaryIO, count: int, size: int) -> Iterator[_Row]:
    """The rows of a binary file."""
    for _ in range(count):
        start = file.tell()
        item = bytearray()
        while (byte := file.read(1)) not in (b" ", b"") and len(item) < _LONGEST_ITEM:
            item += byte
        data = file.read(4 * size)
        if not byte or len(data) < 4 * size:
            raise errors.FormatError(f"{path}: truncated at byte {file.tell()}: the header says {count} items")
        row = np.frombuffer(data, "<f4")
        if not _is_vector(row):
            at = file.tell() - len(data)
            raise errors.FormatError(f"{path}: the bytes from {at} on are not a vector of numbers")
        try:
            yield item.lstrip(b"\n").decode("utf-8"), row
        except UnicodeDecodeError:
            raise errors.FormatError(f"{path}: the item at byte {start} is not UTF-8") from None
    end = file.tell()
    if file.read(_LONGEST_ITEM).strip():
        raise errors.FormatError(f"{path}: the header says {count} items, but there is more from byte {end} on")


def _is_vector(row: NDArray[np.float32]) -> bool:
    """Are all numbers finite, in float16 too?"""
    return bool((np.abs(row) <= LARGEST).all())


def _first_of_each(rows: Iterable[_Row], count: int | None, path: object) -> VectorTable:
    """A table of the rows; only the first one of each folded item, and none of white space."""
    items: dict[str, None] = {}
    data = bytearray()
    read = 0
    for item, row in rows:
        read += 1
        form = fold(item)
        if form.strip() and "\n" not in form and form not in items:
            items[form] = None
            data += row.astype("<f2").tobytes()
    if not items:
        raise errors.bad_line(path, 1, "no vectors")
    if count is not None and read != count:
        raise errors.bad_line(path, 1, f"the header says {count} items, the file has {read}")
    return VectorTable(list(items), np.frombuffer(bytes(data), "<f2").reshape(len(items), -1))


def write_word2vec(path: str | os.PathLike[str], table: VectorTable, binary: bool) -> None:
    """Write the file, which appears when it is complete.

    Raises:
        OSError: it cannot be written.
        ArgumentError: an item has a blank, or is not UTF-8.
    """
    with replacing(os.fspath(path)) as file, naming(path):
        file.write(f"{len(table)} {table.size}\n".encode())
        for item, row in zip(table.items, table.matrix, strict=True):
            try:
                name = item.encode("utf-8")
            except UnicodeEncodeError:
                raise errors.ArgumentError(f"the item {item!r} is not UTF-8, as files of word2vec are") from None
            if name.split() != [name]:
                raise errors.ArgumentError(f"the item {item!r} has a blank, which ends it in files of word2vec")
            numbers = row.astype("<f4").tobytes() if binary else " ".join(f"{number:.5g}" for number in row).encode()
            file.write(name + b" " + numbers + b"\n")
