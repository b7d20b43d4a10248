"""The journal of a batch, so that the same command resumes where it was interrupted, by whatever cause.

The journal is a file in the output folder, a line of JSON for each complete output. A line counts if the settings
are the same and input and output have still the sizes and the SHA-256 that it gives; so what changed is done again.
A line that is damaged, as the last one may be after a loss of power, is ignored.

While a batch runs it holds a lock on its journal: two runs at the same time would overwrite each other's outputs.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from stat import S_ISREG
from typing import NamedTuple

from cnlp.files.inputs import Input
from cnlp.files.lines import naming

NAME = ".cnlp-journal.jsonl"
PREFIX = ".cnlp-resume-"  # of unfinished outputs
_BLOCK_BYTES = 1 << 20


class Content:
    """Size and SHA-256 of bytes that pass by."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.sha256()

    def add(self, data: bytes) -> None:
        """More of them."""
        self.size += len(data)
        self._hash.update(data)

    @property
    def sha256(self) -> str:
        """Of all so far, in hexadecimal."""
        return self._hash.hexdigest()


class JournalEntry(NamedTuple):
    """A line of the journal: an output and the input it was made from."""

    output: str
    input: str
    settings: str
    input_size: int
    input_sha256: str
    output_size: int
    output_sha256: str


class Journal:
    """The journal of one output folder; use it in a ``with`` block.

    Args:
        folder: where the outputs are; it is created if it is missing.
        settings: the :func:`fingerprint` of everything that decides an output, besides its input.
        warn: called with a message for each line that is damaged.

    Raises:
        OSError: the folder or the journal cannot be made or read, or another batch is at work there.
    """

    def __init__(self, folder: str, settings: str, warn: Callable[[str], object]) -> None:
        self.folder = folder
        self.path = os.path.join(folder, NAME)
        self.settings = settings
        os.makedirs(folder, exist_ok=True)
        self._descriptor = _open(self.path)
        _lock(self._descriptor, self.path)
        self._entries = self._read(warn)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def remove_unfinished(self, targets: Iterable[str]) -> None:
        """Remove temporary files of a killed batch beside ``targets``; the lock shows that nobody writes them."""
        for folder in {os.path.dirname(os.path.realpath(target)) for target in targets}:
            for path in glob.glob(os.path.join(glob.escape(folder), f"{PREFIX}*.tmp")):
                with suppress(OSError):
                    os.unlink(path)

    def is_done(self, source: Input, target: str) -> bool:
        """Whether the output exists and would be the same again.

        Raises:
            OSError: the input cannot be read.
        """
        entry = self._entries.get(self._key(target))
        if entry is None or (entry.settings, entry.input) != (self.settings, source.label):
            return False
        return _is_same(source.path, entry.input_size, entry.input_sha256) and _is_same(
            target, entry.output_size, entry.output_sha256
        )

    def add(self, source: Input, target: str, read: Content, written: Content) -> None:
        """Note that an output is complete.

        Raises:
            OSError: there is no space left.
        """
        entry = JournalEntry(
            self._key(target), source.label, self.settings, read.size, read.sha256, written.size, written.sha256
        )
        line = json.dumps(entry._asdict()) + "\n"
        with naming(self.path):
            os.write(self._descriptor, line.encode("ascii"))

    def _key(self, target: str) -> str:
        return os.path.relpath(target, self.folder)

    def _read(self, warn: Callable[[str], object]) -> dict[str, JournalEntry]:
        """The last entry of each output."""
        entries = {}
        with open(os.dup(self._descriptor), "rb") as file:
            file.seek(0)
            lines = file.read().split(b"\n")
        for number, line in enumerate(lines, 1):
            entry = _parse(line)
            if entry is not None:
                entries[entry.output] = entry
            elif line:
                warn(f"{self.path}:{number}: damaged line ignored; its output is made again")
        if lines[-1]:
            os.write(self._descriptor, b"\n")
        return entries


def _open(path: str) -> int:
    """The journal, which is made if it is missing; a link is not followed, it could lead to any file.

    Raises:
        OSError: it is no ordinary file, or cannot be opened.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # where the system has them
        flags |= getattr(os, name, 0)
    if os.path.islink(path):
        raise OSError(0, "the journal is a symbolic link; remove it, or do without --resume", path)
    with naming(path):
        descriptor = os.open(path, flags, 0o666)
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "the journal is not an ordinary file; remove it, or do without --resume", path)
    return descriptor


def fingerprint(command: str, version: str, options: Mapping[str, object]) -> str:
    """A hash of what decides the outputs of a command: its options, the version, the content of files in options."""
    settings = {"command": command, "version": version, **{key: _content(options[key]) for key in options}}
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()


def _content(value: object) -> object:
    """An option's value, a hash in the place of the name of a file."""
    if isinstance(value, (list, tuple)):
        return [_content(item) for item in value]
    return _digest(value).sha256 if isinstance(value, str) and os.path.isfile(value) else value


def _is_same(path: str, size: int, sha256: str) -> bool:
    """Whether a file has this content; a missing one has not."""
    try:
        return os.stat(path).st_size == size and _digest(path).sha256 == sha256
    except FileNotFoundError:
        return False


def _digest(path: str) -> Content:
    """Size and hash of a file."""
    content = Content()
    with open(path, "rb", buffering=0) as file, naming(path):
        while block := file.read(_BLOCK_BYTES):
            content.add(block)
    return content


def _parse(line: bytes) -> JournalEntry | None:
    """The entry of a line, ``None`` if it is damaged."""
    try:
        entry = JournalEntry(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    kinds = (str, str, str, int, str, int, str)
    return entry if all(map(isinstance, entry, kinds)) else None


def _lock(descriptor: int, path: str) -> None:
    """Hold the journal until the process ends, where the system has such locks.

    Raises:
        OSError: another process holds it.
    """
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise OSError(0, "another 'cnlp --resume' writes to this folder", path) from None
    except OSError:
        pass  # the file system has none
