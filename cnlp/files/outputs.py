"""Where results go: standard output, one file, or a folder that mirrors the inputs."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from cnlp.errors import ArgumentError
from cnlp.files.compression import Writable, compressed
from cnlp.files.encodings import Encoder
from cnlp.files.inputs import Input
from cnlp.files.lines import naming, replacing

STANDARD_OUTPUT = "-"


class Output:
    """A stream that knows its name, whether it is still empty, and whether its last line is open.

    Args:
        stream: to write to.
        name: what messages call it.
        is_terminal: a user watches it.
        encoding: one of :data:`cnlp.files.encodings.OUTPUT_ENCODINGS`.

    Attributes:
        is_terminal: a user watches it.
        lines: of inputs whose results are written.
    """

    def __init__(self, stream: Writable, name: str, *, is_terminal: bool = False, encoding: str = "utf-8") -> None:
        self.stream = stream
        self._encoder = None if encoding == "utf-8" else Encoder(encoding, name)
        self.name = name
        self.is_terminal = is_terminal
        self.empty = True
        self.lines = 0
        self.line_open = False
        self.failed = False

    def write(self, data: bytes) -> None:
        """Write and flush, so that a pipe's reader gets each chunk immediately.

        Args:
            data: in UTF-8, or what is not text.

        Raises:
            EncodingError: a character is not in the encoding of the output.
            OSError: with ``filename`` set to the output's name; ``failed`` is then set.
        """
        if not data:
            return
        encoded = data if self._encoder is None else self._encoder.encode(data)
        try:
            with naming(self.name):
                self.stream.write(encoded)
                self.stream.flush()
        except OSError:
            self.failed = True
            raise
        self.empty = False
        self.line_open = not data.endswith((b"\n", b"\r"))


def standard_output(encoding: str = "utf-8") -> Output:
    """Standard output in bytes.

    Raises:
        OSError: the process was started without one.
    """
    if sys.stdout is None:
        raise OSError("standard output is closed")
    return Output(sys.stdout.buffer, "standard output", is_terminal=sys.stdout.isatty(), encoding=encoding)


@contextmanager
def file_output(
    path: str,
    on_write: Callable[[bytes], object] | None = None,
    prefix: str = ".cnlp-",
    *,
    encoding: str = "utf-8",
) -> Iterator[Output]:
    """The file ``path``, complete or not at all, compressed if its name says so; the folders above it are made.

    Args:
        path: the file.
        on_write: called with each block of bytes as they are in the file.
        prefix: of the name that it has until it is complete.
        encoding: one of :data:`cnlp.files.encodings.OUTPUT_ENCODINGS`.
    """
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with replacing(path, prefix) as file, naming(path), compressed(_WatchedWriter(file, on_write), path) as stream:
        yield Output(stream, path, encoding=encoding)


def write_text(path: str, lines: Iterable[str], encoding: str = "utf-8") -> None:
    """Write ``lines``, with their endings, to a file that appears when it is complete, or to standard output.

    Raises:
        EncodingError: a character is not in ``encoding``; its line is named.
        OSError: it cannot be written.
    """
    data = "".join(lines).encode("utf-8")
    if path == STANDARD_OUTPUT:
        standard_output(encoding).write(data)
        return
    with file_output(path, encoding=encoding) as output:
        output.write(data)


class _WatchedWriter:
    """A stream that reports each block that is written to it."""

    def __init__(self, stream: Writable, on_write: Callable[[bytes], object] | None) -> None:
        self._stream = stream
        self._on_write = on_write

    def write(self, data: bytes, /) -> int:
        """All of ``data``."""
        if self._on_write is not None:
            self._on_write(data)
        return self._stream.write(data)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()


def choose_targets(inputs: Sequence[Input], output: str | None, several: bool, suffix: str) -> list[str]:
    """One output path for each of ``inputs``; ``-`` is standard output.

    ``output`` is a folder if it exists as one or ends with a slash, or if there are several inputs (a folder
    or a pattern counts as several); otherwise it is the file to write. In a folder each result has its
    input's name, followed by ``suffix``.

    Raises:
        ArgumentError: several inputs and one file, or two inputs with one name.
    """
    if output is None or output == STANDARD_OUTPUT:
        return [STANDARD_OUTPUT] * len(inputs)
    if not (several or is_folder(output)):
        return [output] * len(inputs)
    if os.path.lexists(output) and not os.path.isdir(output):
        raise ArgumentError(f"{output}: is not a folder; several inputs need a folder as --output")
    targets = [os.path.join(output, add_suffix(source.below, suffix)) for source in inputs]
    _refuse_collisions(inputs, targets)
    return targets


def add_suffix(name: str, suffix: str) -> str:
    """``name`` followed by ``suffix``, unless it has it.

    >>> add_suffix("a.txt", ".jsonl"), add_suffix("a.jsonl", ".jsonl")
    ('a.txt.jsonl', 'a.jsonl')
    """
    return name if suffix and name.endswith(suffix) else name + suffix


def is_folder(output: str) -> bool:
    """Whether ``output`` means a folder by itself."""
    return os.path.isdir(output) or output.endswith(("/", os.sep))


def refuse_overwriting(inputs: Sequence[Input], targets: Sequence[str]) -> None:
    """Refuse to overwrite an input, links and ``>> FILE`` included.

    Raises:
        ArgumentError: an output is one of the inputs.
    """
    read = {_identity(status): source.label for source in inputs if (status := source.status())}
    for target in dict.fromkeys(targets):
        status = _target_status(target)
        label = read.get(_identity(status)) if status and stat.S_ISREG(status.st_mode) else None
        if label is not None:
            name = "standard output" if target == STANDARD_OUTPUT else target
            raise ArgumentError(f"{name}: is also an input ({label}); choose another output")


def refuse_output(output: str, force: bool, sources: Sequence[str]) -> None:
    """Refuse an output before training that could not be written after it.

    Raises:
        ArgumentError: the file exists, or is one of the files to read, or is not a plain file.
        OSError: its folder does not exist, or cannot be written to.
    """
    if os.path.exists(output) and not os.path.isfile(output):
        raise ArgumentError(f"{output}: is not a file")
    if any(os.path.exists(path) and os.path.exists(output) and os.path.samefile(path, output) for path in sources):
        raise ArgumentError(f"{output}: is also an input; choose another output")
    if os.path.exists(output) and not force:
        raise ArgumentError(f"{output}: exists already; --force replaces it")
    try:
        with tempfile.TemporaryFile(dir=os.path.dirname(os.path.abspath(output))):
            pass
    except OSError as error:
        error.filename = output
        raise


def _refuse_collisions(inputs: Sequence[Input], targets: Sequence[str]) -> None:
    """Two inputs must not be written to one file."""
    taken: dict[str, Input] = {}
    for source, target in zip(inputs, targets, strict=True):
        other = taken.setdefault(os.path.normcase(os.path.normpath(target)), source)
        if other is not source:
            raise ArgumentError(f"{other.path} and {source.path} would both be written to {target}")


def _target_status(target: str) -> os.stat_result | None:
    """Identity of an existing output."""
    try:
        return os.fstat(sys.stdout.fileno()) if target == STANDARD_OUTPUT else os.stat(target)
    except (AttributeError, OSError, ValueError):  # there may be none, or none with a descriptor
        return None


def _identity(status: os.stat_result) -> tuple[int, int]:
    """Equal for two names of one file."""
    return status.st_dev, status.st_ino
