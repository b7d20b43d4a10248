r"""Bytes to text, and the handling of undecodable bytes: an error, a mark in their place, or no line at all.

A policy decides: ``strict`` raises, ``replace`` puts U+FFFD in the place of each sequence of bytes that cannot be
decoded (Unicode 15, section 3.9: one for each maximal part of a sequence), ``skip`` leaves out the lines they are in.
Every such sequence is reported with its line and its offset in the file.

Where decoding continues, a sequence leaves a note in the text, ``\udcff`` offset blank hexadecimal bytes ``\udcfe``: no
text that was decoded contains lone surrogates. So notes need no state, and survive the splitting into lines.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import NamedTuple

from cnlp import errors
from cnlp.files.encodings import BOM as BOM
from cnlp.files.encodings import ENCODINGS, codec_of, encoding_name

POLICIES = ("strict", "replace", "skip")
_NOTES = "cnlp.notes"  # the name of the error handler
_NOTE = re.compile("\udcff([0-9a-f]+) ([0-9a-f]+)\udcfe")


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


DECODERS: dict[str, Callable[[str], codecs.IncrementalDecoder]] = {
    **{name: codecs.getincrementaldecoder(codec_of(name)) for name in ENCODINGS},
    "utf-16": _Utf16Decoder,
}


class Chunk(NamedTuple):
    """Complete lines in UTF-8.

    Attributes:
        data: the bytes; only the last chunk of a file may lack a line ending.
        offset: where ``data`` starts in the file in bytes; meaningful for UTF-8 files only.
        line: the number of its first line in the file, from 1.
    """

    data: bytes
    offset: int
    line: int


class BadBytes(NamedTuple):
    """A sequence of bytes that cannot be decoded.

    Attributes:
        line: from 1.
        offset: of the first byte in the file, from 0.
        data: the bytes.
    """

    line: int
    offset: int
    data: bytes


def decode(blocks: Iterable[bytes], name: object, encoding: str, policy: str = "strict") -> Iterator[str]:
    """Blocks in ``encoding`` as text, without the byte order mark at the start; with notes unless ``strict``.

    Raises:
        ArgumentError: there is no such encoding.
        EncodingError: what cannot be decoded, with its offset in the file.
    """
    encoding = encoding_name(encoding)
    decoder = DECODERS[encoding]("strict" if policy == "strict" else _NOTES)
    offset = 0  # of the next byte to feed
    at_start = True
    for block, final in _mark_last(blocks):
        start = offset - len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final)
        except UnicodeDecodeError as error:
            raise decoding_error(name, encoding, start, error) from None
        offset += len(block)
        if text and at_start:
            text = text.removeprefix("\ufeff")
            at_start = False
        yield _move_notes(text, start) if policy != "strict" else text


def mend(chunk: Chunk, encoding: str, policy: str, on_bad: Callable[[BadBytes], object]) -> Iterator[Chunk]:
    """A chunk of a file as ``policy``, which is not ``strict``, wants it; several where lines are left out.

    Args:
        chunk: raw if ``encoding`` is utf-8, otherwise what :func:`decode` gave, encoded with ``surrogatepass``.
        encoding: of the file.
        policy: ``replace`` or ``skip``.
        on_bad: called with each sequence that could not be decoded.
    """
    try:
        chunk.data.decode("utf-8")
    except UnicodeDecodeError:
        if encoding == "utf-8":
            text = _move_notes(chunk.data.decode("utf-8", _NOTES), chunk.offset)
        else:
            text = chunk.data.decode("utf-8", "surrogatepass")
        yield from _mend_lines(text, chunk, policy, on_bad)
    else:
        yield chunk


def _mend_lines(text: str, chunk: Chunk, policy: str, on_bad: Callable[[BadBytes], object]) -> Iterator[Chunk]:
    """Lines with notes as ``policy`` wants them."""
    kept: list[str] = []
    first = number = chunk.line
    for number, line in enumerate(StringIO(text, newline=""), chunk.line):
        notes = list(_NOTE.finditer(line))
        for note in notes:
            on_bad(BadBytes(number, int(note[1], 16), bytes.fromhex(note[2])))
        if not notes or policy == "replace":
            kept.append(_NOTE.sub("\ufffd", line) if notes else line)
            continue
        if kept:
            yield Chunk("".join(kept).encode("utf-8"), chunk.offset, first)
        kept, first = [], number + 1
    if kept:
        yield Chunk("".join(kept).encode("utf-8"), chunk.offset, first)


def decoding_error(name: object, encoding: str, start: int, error: UnicodeDecodeError) -> errors.EncodingError:
    """The error for the bytes from ``start`` of the file on."""
    bad = error.object[error.start : error.end]
    return errors.undecodable(name, encoding, start + error.start, bad)


def _note(error: UnicodeError) -> tuple[str, int]:
    """Decode a sequence that cannot be decoded as a note about it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return f"\udcff{error.start:x} {bad.hex()}\udcfe", error.end


codecs.register_error(_NOTES, _note)


def _move_notes(text: str, start: int) -> str:
    """Notes about offsets in a block as notes about offsets in the file, in which the block is at ``start``."""
    if start == 0 or "\udcff" not in text:
        return text
    return _NOTE.sub(lambda note: f"\udcff{start + int(note[1], 16):x} {note[2]}\udcfe", text)


def _mark_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block with False, then an empty one with True."""
    for block in blocks:
        yield block, False
    yield b"", True
