"""Files in and out: whole lines read in bounded memory, files that appear only when they are whole.

Reading. Any encoding comes out as UTF-8 in chunks of complete lines. A line ends with LF, CR LF or a lone
CR, which stay as they are. A chunk is about ``CHUNK_BYTES`` long, or as long as the longest line; that bounds
the memory, whatever the size of the file. What cannot be decoded is reported by its byte offset in the file.

Writing. :func:`replacing` writes to a temporary name in the same folder and renames it when all went well,
so that no reader ever meets half a file and an interrupted run leaves the old one.
"""

from __future__ import annotations

import codecs
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, StringIO
from typing import BinaryIO, NamedTuple

from cnlp import errors

CHUNK_BYTES = 1 << 20
BOM = codecs.BOM_UTF8


class _Utf16Decoder(codecs.BufferedIncrementalDecoder):
    """UTF-16 in the byte order of its mark; without one little endian, as Windows writes it."""

    big_endian: bool | None = None

    def _buffer_decode(self, data: bytes, errors: str, final: bool) -> tuple[str, int]:  # type: ignore[override]
        """Text of ``data`` and how many bytes of it were used."""
        if self.big_endian is None and (len(data) >= 2 or final):
            self.big_endian = bytes(data[:2]) == codecs.BOM_UTF16_BE
        if self.big_endian is None:
            return "", 0
        decode = codecs.utf_16_be_decode if self.big_endian else codecs.utf_16_le_decode
        return decode(data, errors, final)


# gb18030 contains GBK and GB 2312. big5 is read as cp950, as Windows wrote it and browsers read it: Python's
# own "big5" lacks everyday characters such as U+6052 and U+88CF.
DECODERS: dict[str, Callable[[], codecs.IncrementalDecoder]] = {
    "utf-8": codecs.getincrementaldecoder("utf-8"),
    "gb18030": codecs.getincrementaldecoder("gb18030"),
    "big5": codecs.getincrementaldecoder("cp950"),
    "utf-16": _Utf16Decoder,
}
ENCODINGS = tuple(DECODERS)


class Chunk(NamedTuple):
    """Complete lines in UTF-8.

    Attributes:
        data: the bytes; only the last chunk of a file may lack a line ending.
        offset: where ``data`` starts in the file in bytes; meaningful for UTF-8 files only.
    """

    data: bytes
    offset: int


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
    stream: BinaryIO,
    name: object,
    encoding: str = "utf-8",
    *,
    size: int = CHUNK_BYTES,
    on_read: Callable[[int], object] | None = None,
) -> Iterator[Chunk]:
    """The lines of ``stream`` as UTF-8 in chunks of about ``size`` bytes or one line, whichever is longer.

    UTF-8 is handed on unchecked (the consumer decodes it anyway); every other encoding is decoded here.

    Args:
        stream: open binary file, positioned at its start.
        name: what messages call it.
        encoding: one of :data:`ENCODINGS`.
        size: bytes asked for in one read.
        on_read: called with the number of bytes after each read.

    Raises:
        EncodingError: bytes that are not in ``encoding``, with their offset in the file.
        OSError: reading failed; ``filename`` is ``name``.
    """
    blocks = _read_blocks(stream, name, size, on_read or (lambda count: None))
    offset = 0
    for data in _whole_lines(blocks if encoding == "utf-8" else _recode(blocks, name, encoding)):
        yield Chunk(data, offset)
        offset += len(data)


def read_text(
    stream: BinaryIO,
    name: object,
    encoding: str = "utf-8",
    *,
    size: int = CHUNK_BYTES,
    on_read: Callable[[int], object] | None = None,
) -> Iterator[str]:
    """The text of ``stream`` in pieces of at most ``size`` bytes, cut anywhere, without a byte order mark.

    Args:
        stream: open binary file, positioned at its start.
        name: what messages call it.
        encoding: one of :data:`ENCODINGS`.
        size: bytes asked for in one read.
        on_read: called with the number of bytes after each read.

    Raises:
        EncodingError: bytes that are not in ``encoding``, with their offset in the file.
        OSError: reading failed; ``filename`` is ``name``.
    """
    return _decode(_read_blocks(stream, name, size, on_read or (lambda count: None)), name, encoding)


def split_lines(text: str) -> Iterator[tuple[str, str]]:
    r"""Each line of ``text`` and its ending.

    >>> list(split_lines("甲\r\n乙\r\n\n丙"))
    [('甲', '\r\n'), ('乙', '\r\n'), ('', '\n'), ('丙', '')]
    """
    for line in StringIO(text, newline=""):
        content = line.rstrip("\r\n")
        yield content, line[len(content) :]


@contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A binary file that takes the place of ``path`` when the block ends well, and vanishes when it fails.

    Links are followed; devices and pipes are written directly; an existing file's permissions are kept.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        with naming(path), open(target, "wb") as device:
            yield device
        return
    with naming(path):
        temporary, stream = _create_beside(path, target)
    try:
        yield stream
        with naming(path):
            stream.close()
            os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            stream.close()
        os.unlink(temporary)
        raise


def _create_beside(path: str, target: str) -> tuple[str, BufferedWriter]:
    """A new hidden file in ``target``'s folder, with the permissions ``target`` has or would get."""
    temporary = os.path.join(os.path.dirname(target), f".cnlp-{secrets.token_hex(6)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, 0o666)
    except OSError as error:
        error.filename = path
        raise
    with suppress(OSError):
        os.chmod(temporary, stat.S_IMODE(os.stat(target).st_mode))
    return temporary, os.fdopen(descriptor, "wb")


def _read_blocks(
    stream: BinaryIO, name: object, size: int, on_read: Callable[[int], object]
) -> Iterator[bytes]:
    """What each read returns; from a pipe that is what has arrived, a slow source is not waited for."""
    read = getattr(stream, "read1", stream.read)
    while True:
        with naming(name):
            block: bytes = read(size)
        if not block:
            return
        on_read(len(block))
        yield block


def _recode(blocks: Iterable[bytes], name: object, encoding: str) -> Iterator[bytes]:
    """Blocks in ``encoding`` as blocks in UTF-8, without the byte order mark at the start."""
    return (text.encode("utf-8") for text in _decode(blocks, name, encoding))


def _decode(blocks: Iterable[bytes], name: object, encoding: str) -> Iterator[str]:
    """Blocks in ``encoding`` as text, without the byte order mark at the start."""
    decoder = DECODERS[encoding]()
    offset = 0  # of the next byte to feed
    at_start = True
    for block, final in _mark_last(blocks):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final)
        except UnicodeDecodeError as error:
            bad = error.object[error.start : error.end]
            raise errors.undecodable(name, encoding, offset - pending + error.start, bad) from None
        offset += len(block)
        if text and at_start:
            text = text.removeprefix("\ufeff")
            at_start = False
        yield text


def _mark_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block with False, then an empty one with True."""
    for block in blocks:
        yield block, False
    yield b"", True


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """UTF-8 blocks joined and cut again behind line endings; each byte is copied a fixed number of times."""
    pieces: list[bytes] = []
    for block in blocks:
        cut = _behind_last_line(block)
        if not cut:
            pieces.append(block)
            continue
        pieces.append(block[:cut])
        data = b"".join(pieces)
        pieces = [block[cut:]]
        yield data
    rest = b"".join(pieces)
    if rest:
        yield rest


def _behind_last_line(block: bytes) -> int:
    """Where the last complete line ends, 0 if none does. A CR at the very end may be half a CR LF."""
    return block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, len(block) - 1) + 1
