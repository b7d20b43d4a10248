"""The documents of inputs: each file is one, or each line, or a field of each record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cnlp import errors
from cnlp.errors import RecordError
from cnlp.files.decoding import Chunk
from cnlp.files.inputs import Input
from cnlp.files.lines import read_line_texts, read_text, split_lines
from cnlp.files.records import Place, read_fields, read_records

PER = ("file", "line")


class Document(NamedTuple):
    """A text and where it comes from.

    Attributes:
        name: of the input.
        line: from 1, ``None`` if the document is the whole input.
        text: without the ending of the line.
    """

    name: str
    line: int | None
    text: str


def split_documents(text: str, name: str, line: int, per: str) -> Iterator[Document]:
    """The documents of a text; lines without text are not documents.

    Args:
        text: whole lines; the whole input if ``per`` is ``file``.
        name: of the input.
        line: the number of its first line.
        per: one of :data:`PER`.

    >>> [document.line for document in split_documents("a\\n\\nb\\n", "a.txt", 7, "line")]
    [7, 9]
    """
    if per == "file":
        yield Document(name, None, text)
        return
    for number, (content, _) in enumerate(split_lines(text), line):
        if content.strip():
            yield Document(name, number, content)


def read_documents(source: Input, per: str, encoding: str, on_read: Callable[[bytes], object]) -> Iterator[Document]:
    """The documents of one input; lines without text are not documents.

    Args:
        source: the input.
        per: one of :data:`PER`.
        encoding: of the input.
        on_read: called with each block of bytes that is read.

    Raises:
        EncodingError: with the offset in the file of the first byte that cannot be decoded.
        OSError: reading failed.
    """
    with source.open(encoding, on_read) as stream:
        if per == "file":
            yield Document(source.label, None, "".join(read_text(stream, source.label, encoding)))
            return
        for text, number in read_line_texts(stream, source.label, encoding):
            yield from split_documents(text, source.label, number, per)


def read_field(source: Input, field: str, encoding: str, on_read: Callable[[bytes], object]) -> Iterator[str]:
    """The text of a field of each record of one input.

    Raises:
        EncodingError: with the offset in the file of the first byte that cannot be decoded.
        FormatError: a record is broken, or has no such field; its line is named.
        OSError: reading failed.
    """
    with source.open(encoding, on_read) as stream:
        lines = read_line_texts(stream, source.label, encoding)
        try:
            for chunk, table in read_records((Chunk(text.encode(), 0, line) for text, line in lines), source, field):
                try:
                    yield from (
                        text for _, (text,) in read_fields(chunk.data, Place(line=chunk.line, table=table), [field])
                    )
                except RecordError as error:
                    raise RecordError(str(error), chunk.line - 1 + error.lines) from None
        except RecordError as error:
            raise errors.bad_line(source.label, error.lines + 1, str(error)) from None
