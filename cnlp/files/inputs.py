"""The inputs that arguments name: files, folders, glob patterns and standard input, in a fixed order."""

from __future__ import annotations

import codecs
import glob
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from cnlp import errors
from cnlp.files.compression import Readable, decompressed, kind_of, without_suffix

STANDARD_INPUT = "-"

# Suffixes of files in folders that are certainly not plain text; anything else is read, compressed or not.
_NOT_TEXT = """
    .7z .a .avi .bin .bmp .class .db .dll .doc .docx .dylib .epub .exe .flac .gif .ico .jar .jpeg .jpg .lz4
    .m4a .mkv .mo .mov .mp3 .mp4 .npy .npz .o .odp .ods .odt .ogg .otf .parquet .pdf .pickle .pkl .png .ppt
    .pptx .pyc .pyd .pyo .rar .safetensors .so .sqlite .tar .tgz .tif .tiff .ttf .wav .webm .webp .whl .woff
    .woff2 .xls .xlsx .zip
"""
NOT_TEXT = frozenset(_NOT_TEXT.split())

# First bytes of files that are not plain text, whatever their name.
_SIGNATURES = {
    b"%PDF-": "a PDF document",
    b"\x7fELF": "a program",
    b"\x89PNG\r\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF87a": "a GIF image",
    b"GIF89a": "a GIF image",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"Rar!\x1a\x07": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an office document",
    b"SQLite format 3\0": "a database",
    b"\x1f\x8b\x08": "compressed; its name must end with .gz",
    b"BZh91AY&SY": "compressed; its name must end with .bz2",
    b"\xfd7zXZ\0": "compressed; its name must end with .xz",
    b"\x28\xb5\x2f\xfd": "compressed; its name must end with .zst",
}
_SAMPLE_BYTES = 4096
_CONTROLS = bytes({*range(32), 127} - set(b"\b\t\n\v\f\r\x1b"))
_FEW_CONTROLS = 8


class Input(NamedTuple):
    """One file to read.

    Attributes:
        path: as the user wrote it or as found; ``-`` is standard input.
        below: the name it gets in an output folder, without the suffix of a compressed file.
        single: it was named itself, not found in a folder or by a pattern.
    """

    path: str
    below: str
    single: bool = True

    @property
    def label(self) -> str:
        """What messages call it."""
        return "standard input" if self.path == STANDARD_INPUT else self.path

    @contextmanager
    def open(self, encoding: str = "utf-8", on_read: Callable[[bytes], object] | None = None) -> Iterator[Readable]:
        """The content of the file, decompressed if its name says that it is compressed.

        Standard input is taken as it is, and left open. Any read may raise what reading a file raises.

        Args:
            encoding: UTF-16 contains bytes that are not text in other encodings.
            on_read: called with each block of bytes as they are in the file.

        Raises:
            InputError: the file is not text, or changes while it is read.
            DamagedFileError: a compressed file is damaged, see :mod:`cnlp.files.compression`.
            OSError: it cannot be read.
        """
        watch = on_read or (lambda block: None)
        if self.path == STANDARD_INPUT:
            yield _WatchedReader(standard_input(), watch)
            return
        with open(self.path, "rb", buffering=0) as file:
            raw = _WatchedReader(_UnchangedFile(file, self.path), watch)
            yield _Text(decompressed(raw, self.path), self.path, encoding)

    def status(self) -> os.stat_result | None:
        """Size and identity; ``None`` for a missing file or a stream without descriptor."""
        try:
            return os.fstat(standard_input().fileno()) if self.path == STANDARD_INPUT else os.stat(self.path)
        except (OSError, ValueError):
            return None


def standard_input() -> BinaryIO:
    """The bytes of standard input.

    Raises:
        OSError: the process was started without one.
    """
    if sys.stdin is None:
        raise OSError("standard input is closed")
    return sys.stdin.buffer


class _WatchedReader:
    """A stream that reports each block that is read from it."""

    def __init__(self, stream: Readable, on_read: Callable[[bytes], object]) -> None:
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._on_read = on_read

    def read(self, size: int, /) -> bytes:
        """What has arrived, at most ``size`` bytes."""
        block = self._read(size)
        self._on_read(block)
        return block


class _UnchangedFile:
    """A file that must not change while it is read."""

    def __init__(self, file: io.FileIO, path: str) -> None:
        self._file = file
        self._path = path
        self._before = os.fstat(file.fileno())

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; at the end the file is as it was."""
        block = self._file.read(size) or b""
        if not block and stat.S_ISREG(self._before.st_mode):
            now = os.fstat(self._file.fileno())
            if (now.st_size, now.st_mtime_ns) != (self._before.st_size, self._before.st_mtime_ns):
                raise errors.changed_file(self._path, self._before.st_size, now.st_size)
        return block


class _Text:
    """A file that must look like text where it begins."""

    def __init__(self, stream: Readable, path: str, encoding: str) -> None:
        self._stream = stream
        self._path = path
        self._encoding = encoding
        self._checked = False

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes."""
        block = self._stream.read(size)
        if not self._checked:
            refuse_binary(block, self._path, self._encoding)
            self._checked = True
        return block


def refuse_binary(start: bytes, path: str, encoding: str) -> None:
    """Refuse a file that does not begin as text does.

    It is not text if it has the signature of another kind of file, or many control characters. A few of them are
    taken for damage, and NUL is a character like others.

    Raises:
        InputError: and says what to do if it is text after all.
    """
    for signature, what in _SIGNATURES.items():
        if start.startswith(signature):
            raise errors.not_plain_text(path, what)
    if encoding.startswith("utf-16"):
        return
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise errors.not_plain_text(path, "UTF-16; say so with --encoding utf-16")
    sample = start[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > max(_FEW_CONTROLS, len(sample) // 10):
        raise errors.not_plain_text(path, "binary data")


def find_inputs(
    arguments: Sequence[str], without: str | None = None, *, compressed: bool = True
) -> tuple[list[Input], list[OSError]]:
    """The inputs that ``arguments`` name, in order, and errors about the others.

    A file is one input. A folder gives all text files below it, sorted: no hidden ones, none whose
    suffix is in :data:`NOT_TEXT`; links to folders are not followed. What does not exist and contains ``*``,
    ``?`` or ``[`` is a pattern (``**`` spans folders) and gives the sorted paths that it matches.

    Args:
        arguments: as written in the shell; empty means standard input.
        without: a folder that is left out (the one that is written to).
        compressed: compressed files in folders are wanted, too.
    """
    inputs: list[Input] = []
    failures: list[OSError] = []
    for argument in arguments or [STANDARD_INPUT]:
        for found in _expand(argument, without):
            if isinstance(found, OSError):
                failures.append(found)
            else:
                inputs.append(found)
    if not compressed:
        inputs = [source for source in inputs if source.single or kind_of(source.path) is None]
    return inputs, failures


def total_size(inputs: Sequence[Input]) -> int | None:
    """Bytes of all inputs, ``None`` if one is a pipe or a terminal."""
    sizes = [status.st_size if stat.S_ISREG(status.st_mode) else -1 for s in inputs if (status := s.status())]
    return None if -1 in sizes else sum(sizes)


def _expand(argument: str, without: str | None) -> Iterator[Input | OSError]:
    """The inputs of one argument."""
    if argument == STANDARD_INPUT:
        yield Input(argument, "stdin.txt")
    elif os.path.isdir(argument):
        yield from _nonempty(argument, _walk(argument, argument, without), "no text files in this folder")
    elif not os.path.lexists(argument) and glob.has_magic(argument):
        yield from _nonempty(argument, _match(argument, without), "no file matches this pattern")
    else:
        yield Input(argument, without_suffix(os.path.basename(argument)))


def _nonempty(argument: str, found: Iterator[Input | OSError], complaint: str) -> Iterator[Input | OSError]:
    """``found``, or the complaint about ``argument`` when it is empty."""
    empty = True
    for item in found:
        empty = False
        yield item
    if empty:
        yield _failure(argument, complaint)


def _match(pattern: str, without: str | None) -> Iterator[Input | OSError]:
    """Files that match ``pattern``, named by their path below its fixed part; matching folders are walked."""
    fixed = pattern
    while glob.has_magic(fixed):
        fixed = os.path.dirname(fixed)
    for path in sorted(glob.glob(pattern, recursive=True)):
        if not os.path.isdir(path):
            yield Input(path, without_suffix(os.path.relpath(path, fixed or os.curdir)), single=False)
        elif "**" not in pattern:  # ** already matches everything below the folder
            yield from _walk(path, fixed or os.curdir, without)


def _walk(folder: str, base: str, without: str | None) -> Iterator[Input | OSError]:
    """Text files below ``folder``, named by their path below ``base``; unreadable folders as errors."""
    failures: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=failures.append):
        folders[:] = sorted(name for name in folders if _is_wanted(place, name, without))
        for name in sorted(names):
            path = os.path.join(place, name)
            if _looks_like_text(path, name):
                yield Input(path, without_suffix(os.path.relpath(path, base)), single=False)
    yield from failures


def _is_wanted(place: str, name: str, without: str | None) -> bool:
    """Whether the folder ``name`` is neither hidden nor the one to leave out."""
    if name.startswith("."):
        return False
    return without is None or os.path.realpath(os.path.join(place, name)) != os.path.realpath(without)


def _looks_like_text(path: str, name: str) -> bool:
    """Whether a file found in a folder is to be read. A broken link is, so that its absence is reported."""
    if name.startswith(".") or os.path.splitext(without_suffix(name))[1].lower() in NOT_TEXT:
        return False
    return os.path.isfile(path) or not os.path.exists(path)


def _failure(path: str, reason: str) -> OSError:
    """An error in the system's shape about ``path``."""
    return OSError(0, reason, path)
