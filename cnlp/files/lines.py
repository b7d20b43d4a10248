"""Files in and out: whole lines read in bounded memory, files that appear only when they are complete.

Reading. Any encoding comes out as UTF-8 in chunks of complete lines. A line ends with LF, CR LF or a lone
CR, which stay as they are. A chunk is about ``CHUNK_BYTES`` long, or as long as the longest line; that bounds
the memory, whatever the size of the file. What cannot be decoded is reported by its byte offset in the file.

Writing. :func:`replacing` writes to a temporary name in the same folder and renames it when all went well,
so that no reader ever meets half a file and an interrupted run leaves the old one.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, StringIO
from typing import BinaryIO

from cnlp._kernel import kernel
from cnlp.files.compression import Readable
from cnlp.files.decoding import BOM, BadBytes, Chunk, decode, decoding_error, mend
from cnlp.files.encodings import encoding_name

CHUNK_BYTES = 1 << 18


@contextmanager
def naming(name: object) -> Iterator[None]:
    """Write ``name`` into an ``OSError`` that does not say which file it is about."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(name)
        raise


def read_lines(
    stream: Readable,
    name: object,
    encoding: str = "utf-8",
    *,
    size: int = CHUNK_BYTES,
    policy: str = "strict",
    on_bad: Callable[[BadBytes], object] | None = None,
) -> Iterator[Chunk]:
    """The lines of ``stream`` as UTF-8 in chunks of about ``size`` bytes or one line, whichever is longer.

    With policy ``strict`` UTF-8 is handed on unchecked (the consumer decodes it anyway); every other encoding is
    decoded here.

    Args:
        stream: open binary file, positioned at its start.
        name: what messages call it.
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.
        size: bytes asked for in one read.
        policy: one of :data:`cnlp.files.decoding.POLICIES`: the handling of bytes that are not in ``encoding``.
        on_bad: called with each sequence of them unless ``strict``.

    Raises:
        EncodingError: bytes that are not in ``encoding``, with their offset in the file.
        OSError: reading failed; ``filename`` is ``name``.
    """
    blocks = _read_blocks(stream, name, size)
    encoding = encoding_name(encoding)
    if encoding != "utf-8":
        blocks = (text.encode("utf-8", "surrogatepass") for text in decode(blocks, name, encoding, policy))
    offset, line = 0, 1
    for data in _whole_lines(blocks):
        chunk = Chunk(data, offset, line)
        offset += len(data)
        line += count_lines(data)
        if policy == "strict":
            yield chunk
        else:
            yield from mend(chunk, encoding, policy, on_bad or _ignore)


def read_line_texts(stream: Readable, name: object, encoding: str = "utf-8") -> Iterator[tuple[str, int]]:
    """The same as text, without a byte order mark, with the number of the first line of each piece, from 1.

    Raises:
        EncodingError: bytes that are not in ``encoding``, with their offset in the file.
        OSError: reading failed; ``filename`` is ``name``.
    """
    for data, offset, line in read_lines(stream, name, encoding):
        if offset == 0 and data.startswith(BOM):
            data, offset = data[len(BOM) :], len(BOM)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise decoding_error(name, encoding_name(encoding), offset, error) from None
        yield text, line


def read_text(
    stream: Readable,
    name: object,
    encoding: str = "utf-8",
    *,
    size: int = CHUNK_BYTES,
) -> Iterator[str]:
    """The text of ``stream`` in pieces of at most ``size`` bytes, split anywhere, without a byte order mark.

    Args:
        stream: open binary file, positioned at its start.
        name: what messages call it.
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.
        size: bytes asked for in one read.

    Raises:
        EncodingError: bytes that are not in ``encoding``, with their offset in the file.
        OSError: reading failed; ``filename`` is ``name``.
    """
    return decode(_read_blocks(stream, name, size), name, encoding)


def split_lines(text: str) -> Iterator[tuple[str, str]]:
    r"""Each line of ``text`` and its ending.

    >>> list(split_lines("甲\r\n乙\r\n\n丙"))
    [('甲', '\r\n'), ('乙', '\r\n'), ('', '\n'), ('丙', '')]
    """
    for line in StringIO(text, newline=""):
        content = line.rstrip("\r\n")
        yield content, line[len(content) :]


def count_lines(data: bytes) -> int:
    r"""How many lines :func:`split_lines` makes of the text of ``data``.

    >>> count_lines(b"a\r\nb\rc"), count_lines(b"")
    (3, 0)
    """
    endings, _ = kernel.count_text(data)
    return endings + (data != b"" and not data.endswith((b"\n", b"\r")))


@contextmanager
def replacing(path: str, prefix: str = ".cnlp-") -> Iterator[BinaryIO]:
    """A binary file that takes the place of ``path`` when the block ends well, and vanishes when it fails.

    Links are followed; devices and pipes are written directly; an existing file's permissions are kept. Until then
    the file's name begins with ``prefix`` and ends with ``.tmp``.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        with naming(path), open(target, "wb") as device:
            yield device
        return
    temporary = os.path.join(os.path.dirname(target), f"{prefix}{secrets.token_hex(6)}.tmp")
    stream = None
    try:
        with naming(path):
            stream = _create(temporary, target, path)
        yield stream
        with naming(path):
            stream.close()
            os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            if stream is not None:
                stream.close()
        with suppress(OSError):  # not there: it could not be made, or a signal came before that or after the renaming
            os.unlink(temporary)
        raise


def _create(temporary: str, target: str, path: str) -> BufferedWriter:
    """A new file with the permissions that ``target`` has or would get; errors name ``path``."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, 0o666)
    except OSError as error:
        error.filename = path
        raise
    with suppress(OSError):
        os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
    return os.fdopen(descriptor, "wb")


def _ignore(_: object) -> None:
    """Nothing is to be done."""


def _read_blocks(stream: Readable, name: object, size: int) -> Iterator[bytes]:
    """What each read returns; from a pipe that is what has arrived, a slow source is not waited for."""
    read = getattr(stream, "read1", stream.read)
    while True:
        with naming(name):
            block: bytes = read(size)
        if not block:
            return
        yield block


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """UTF-8 blocks joined and split again after line endings; each byte is copied a fixed number of times."""
    pieces: list[bytes] = []
    for block in blocks:
        end = _end_of_last_line(block)
        if not end:
            pieces.append(block)
            continue
        pieces.append(block[:end])
        data = b"".join(pieces)
        pieces = [block[end:]]
        yield data
    rest = b"".join(pieces)
    del pieces  # which may be a gigabyte
    if rest:
        yield rest


def _end_of_last_line(block: bytes) -> int:
    """Where the last complete line ends, 0 if none does. A CR at the very end may be half a CR LF."""
    return block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, len(block) - 1) + 1
