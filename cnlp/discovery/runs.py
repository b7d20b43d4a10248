"""Runs: the sorted windows of a chunk of text, packed, in memory or in a file.

A file begins with a line that names the format, the longest n-gram and the number of units.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from io import FileIO
from typing import BinaryIO

from cnlp import errors
from cnlp._kernel import ngrams_kernel as kernel
from cnlp._kernel.layout import NGRAM_MAX
from cnlp.files.lines import naming
from cnlp.files.work_folder import TEMPORARY, WorkFolder

MAX_LENGTH = NGRAM_MAX  # of n-grams: with both neighbours they fill 128 bits

_MAGIC = "cnlp n-grams 1"

OnRead = Callable[[int], object]


class RunFolder(WorkFolder):
    """A folder that keeps the runs of an interrupted count.

    Args:
        path: made if it is missing.
        fingerprint: whatever the runs depend on, as JSON takes it.

    Raises:
        ArgumentError: it holds the runs of something else, or other files.
        OSError: it cannot be written.
    """

    def __init__(self, path: str, fingerprint: Mapping[str, object]) -> None:
        super().__init__(path, {"format": _MAGIC, **fingerprint}, (".run",))

    def run_path(self, number: int) -> str:
        """The file of the run of chunk ``number``, whether it is there or not."""
        return os.path.join(self.path, f"{number:06}.run")


class TemporaryFolder:
    """A folder that vanishes with the last run in it."""

    def __init__(self, parent: str | None) -> None:
        self.path = tempfile.mkdtemp(prefix=TEMPORARY, dir=parent)
        self._n_files = 0
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def new_path(self) -> str:
        """The path of the next file."""
        self._n_files += 1
        return os.path.join(self.path, f"{self._n_files:06}.run")


class Run:
    """One run, in memory or in a file."""

    def __init__(self, total: int, *, data: bytes = b"", path: str = "", offset: int = 0) -> None:
        self.total = total
        self.data = data
        self.path = path
        self.offset = offset
        self.folder: TemporaryFolder | None = None  # kept while the run is

    @property
    def size(self) -> int:
        """In bytes."""
        return os.path.getsize(self.path) - self.offset if self.path else len(self.data)


def write_header(stream: BinaryIO, max_length: int, total: int) -> None:
    """Write the line before a run."""
    stream.write(f"{_MAGIC} {max_length} {total}\n".encode())


def read_header(path: str) -> tuple[int, Run]:
    """Longest n-gram and run of a file."""
    with open(path, "rb") as file:
        line = file.readline(100)
    fields = line.decode("latin-1").removeprefix(_MAGIC).split()
    if not line.startswith(_MAGIC.encode()) or len(fields) != 2 or not all(map(str.isdecimal, fields)):
        raise errors.FormatError(f"{path}: holds no n-gram counts")
    if not 1 <= int(fields[0]) <= MAX_LENGTH:
        raise errors.FormatError(f"{path}: counts n-grams up to {fields[0]} characters, 1 to {MAX_LENGTH} are known")
    return int(fields[0]), Run(int(fields[1]), path=path, offset=len(line))


@contextmanager
def open_runs(runs: Iterable[Run], on_read: OnRead | None) -> Iterator[list[kernel.Read]]:
    """A ``read(size)`` for each run."""
    with ExitStack() as stack:
        yield [_reader(run, stack, on_read) for run in runs]


def _reader(run: Run, stack: ExitStack, on_read: OnRead | None) -> kernel.Read:
    if run.path:
        file = stack.enter_context(FileIO(run.path))
        file.seek(run.offset)
        return partial(_read_file, file, run.path, on_read)
    position = 0

    def read(size: int) -> bytes:
        nonlocal position
        data = run.data[position : position + size]
        position += len(data)
        if on_read:
            on_read(len(data))
        return data

    return read


def _read_file(file: FileIO, path: str, on_read: OnRead | None, size: int) -> bytes:
    with naming(path):
        data = file.read(size)
    if on_read:
        on_read(len(data))
    return data
