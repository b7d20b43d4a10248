"""What the arguments FILES mean: files, folders, glob patterns and standard input, in a fixed order."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO, NamedTuple

STANDARD_INPUT = "-"

# Files in folders that are certainly no plain text; anything else is read. Named files are always read.
_NOT_TEXT = """
    .7z .a .avi .bin .bmp .bz2 .class .db .dll .doc .docx .dylib .epub .exe .flac .gif .gz .ico .jar .jpeg
    .jpg .lz4 .m4a .mkv .mo .mov .mp3 .mp4 .npy .npz .o .odp .ods .odt .ogg .otf .parquet .pdf .pickle .pkl
    .png .ppt .pptx .pyc .pyd .pyo .rar .safetensors .so .sqlite .tar .tgz .tif .tiff .ttf .wav .webm .webp
    .whl .woff .woff2 .xls .xlsx .xz .zip .zst
"""
NOT_TEXT = frozenset(_NOT_TEXT.split())


class Input(NamedTuple):
    """One file to read.

    Attributes:
        path: as the user wrote it or as found; ``-`` is standard input.
        below: the name it gets in an output folder.
        single: it was named itself, not found in a folder or by a pattern.
    """

    path: str
    below: str
    single: bool = True

    @property
    def label(self) -> str:
        """What messages call it."""
        return "standard input" if self.path == STANDARD_INPUT else self.path

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The open file for a ``with`` block, which leaves standard input open."""
        return nullcontext(standard_input()) if self.path == STANDARD_INPUT else open(self.path, "rb")

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


def find_inputs(arguments: Sequence[str], without: str | None = None) -> tuple[list[Input], list[OSError]]:
    """Inputs that ``arguments`` stand for, in order, and what was wrong with the others.

    A file stands for itself. A folder stands for all text files below it, sorted: no hidden ones, none whose
    suffix is in :data:`NOT_TEXT`; links to folders are not followed. What does not exist and contains ``*``,
    ``?`` or ``[`` is a pattern (``**`` spans folders) and stands for the sorted paths it matches.

    Args:
        arguments: as written in the shell; empty means standard input.
        without: a folder that is left out (the one that is written to).
    """
    inputs: list[Input] = []
    failures: list[OSError] = []
    for argument in arguments or [STANDARD_INPUT]:
        for found in _expand(argument, without):
            if isinstance(found, OSError):
                failures.append(found)
            else:
                inputs.append(found)
    return inputs, failures


def _expand(argument: str, without: str | None) -> Iterator[Input | OSError]:
    """The inputs of one argument."""
    if argument == STANDARD_INPUT:
        yield Input(argument, "stdin.txt")
    elif os.path.isdir(argument):
        yield from _nonempty(argument, _walk(argument, argument, without), "no text files in this folder")
    elif not os.path.lexists(argument) and glob.has_magic(argument):
        yield from _nonempty(argument, _match(argument, without), "no file matches this pattern")
    else:
        yield Input(argument, os.path.basename(argument))


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
            yield Input(path, os.path.relpath(path, fixed or os.curdir), single=False)
        elif "**" not in pattern:  # ** matches what is below the folder by itself
            yield from _walk(path, fixed or os.curdir, without)


def _walk(folder: str, base: str, without: str | None) -> Iterator[Input | OSError]:
    """Text files below ``folder``, named by their path below ``base``; unreadable folders as errors."""
    failures: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=failures.append):
        folders[:] = sorted(name for name in folders if _is_wanted(place, name, without))
        for name in sorted(names):
            path = os.path.join(place, name)
            if _looks_like_text(path, name):
                yield Input(path, os.path.relpath(path, base), single=False)
    yield from failures


def _is_wanted(place: str, name: str, without: str | None) -> bool:
    """Whether the folder ``name`` is neither hidden nor the one to leave out."""
    if name.startswith("."):
        return False
    return without is None or os.path.realpath(os.path.join(place, name)) != os.path.realpath(without)


def _looks_like_text(path: str, name: str) -> bool:
    """Whether a file found in a folder is to be read. A broken link is, so that its absence is reported."""
    if name.startswith(".") or os.path.splitext(name)[1].lower() in NOT_TEXT:
        return False
    return os.path.isfile(path) or not os.path.exists(path)


def _failure(path: str, reason: str) -> OSError:
    """An error in the system's shape about ``path``."""
    return OSError(0, reason, path)
