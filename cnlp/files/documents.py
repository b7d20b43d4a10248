"""The documents of inputs: each file is one, or each line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cnlp.files.decoding import BOM, undecodable
from cnlp.files.inputs import Input
from cnlp.files.lines import read_lines, read_text, split_lines

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


def read_documents(source: Input, per: str, encoding: str, on_read: Callable[[bytes], object]) -> Iterator[Document]:
    """The documents of one input; lines without text are none.

    Raises:
        EncodingError: with the offset in the file of the first byte that cannot be decoded.
        OSError: reading failed.
    """
    with source.open(encoding, on_read) as stream:
        if per == "file":
            yield Document(source.label, None, "".join(read_text(stream, source.label, encoding)))
            return
        for data, offset, number in read_lines(stream, source.label, encoding):
            if offset == 0 and data.startswith(BOM):
                data, offset = data[len(BOM) :], len(BOM)
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise undecodable(source.label, encoding, offset, error) from None
            for line, (content, _) in enumerate(split_lines(text), number):
                if content.strip():
                    yield Document(source.label, line, content)
