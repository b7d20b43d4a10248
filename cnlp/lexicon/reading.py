"""Lexicon files: their bytes, encodings and layouts."""

from __future__ import annotations

import os
from functools import partial

from cnlp.files.compression import BLOCK_BYTES
from cnlp.files.encodings import decode_file, encoding_name
from cnlp.files.inputs import Input
from cnlp.lexicon.entries import Entry
from cnlp.lexicon.layouts import parse_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.lexicon.entries import EntryRow

NAME_ENCODING = "name the file's own encoding with --lexicon-encoding (encoding= in Python)"


class LexiconFile:
    """A lexicon file as it was read.

    Args:
        path: the file.
        encoding: of the file, in any spelling; by default its byte order mark decides, else it is UTF-8 if that fits,
            else what makes the most probable words of its bytes.

    Attributes:
        encoding: of the file, one of :data:`cnlp.files.encodings.ENCODINGS`.
        layout: the fields that were recognized and what separates them, for people.
        rows: the entries, as plain tuples.
        numbers: the line of each entry, from 1.

    Raises:
        OSError: the file cannot be read.
        ArgumentError: there is no such encoding.
        EncodingError: the file is not in it, or its encoding cannot be recognized.
        FormatError: a line breaks the format; the message names file, line and reason.
    """

    def __init__(self, path: str | os.PathLike[str], encoding: str | None = None) -> None:
        lines, self.encoding = read_lines_at_once(path, encoding)
        parsed = parse_lines(lines, path)
        self.layout, self.rows, self.numbers = parsed.layout, parsed.rows, parsed.numbers

    @property
    def entries(self) -> list[Entry]:
        """The entries."""
        return list(map(Entry._make, self.rows))


def read_entries(path: str | os.PathLike[str], encoding: str | None = None) -> list[Entry]:
    """The entries of a lexicon file; arguments and errors as of :class:`LexiconFile`."""
    return LexiconFile(path, encoding).entries


def read_rows(path: str | os.PathLike[str], encoding: str | None = None) -> list[EntryRow]:
    """The same as plain tuples, which take a third of the time."""
    return LexiconFile(path, encoding).rows


def read_lines_at_once(
    path: str | os.PathLike[str], encoding: str | None = None, way: str = NAME_ENCODING
) -> tuple[list[str], str]:
    """The lines of a file, without their endings and without a byte order mark, and its encoding.

    Args:
        path: the file; decompressed if its name says that it is compressed.
        encoding: in any spelling; detected by default.
        way: what to do if the encoding is not known, for messages.

    Raises:
        OSError: the file cannot be read.
        ArgumentError: there is no such encoding.
        EncodingError: the file is not in it, with the offset of a byte, or its encoding cannot be recognized.
        InputError: it is no text.
        DamagedFileError: a compressed file is damaged.
    """
    with Input(os.fspath(path), "").open("utf-16") as file:  # which lets NUL bytes pass
        data = b"".join(iter(partial(file.read, BLOCK_BYTES), b""))
    if encoding is None:
        text = _as_utf8(data)
        if text is not None:
            return _lines(text), "utf-8"
        from cnlp.lexicon.detection import detect_encoding

        encoding = detect_encoding(data, path, way)
    encoding = encoding_name(encoding)
    return _lines(decode_file(data, path, encoding, way)), encoding


def _as_utf8(data: bytes) -> str | None:
    """The text, if it is plain text in UTF-8; UTF-16 without a mark can pass for UTF-8, but has NUL bytes."""
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
