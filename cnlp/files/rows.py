r"""The syntax of tables as CSV or TSV: rows and fields by their places, so that the rest is copied unchanged.

A field that begins with ``"`` ends with the next single ``"``, may hold delimiters and line breaks, and ``""`` is
a quote (RFC 4180). Elsewhere quotes are characters like others. Python's ``csv`` reads the same rows, but forgets
how fields were quoted and where lines ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnlp.errors import RecordError
from cnlp.files.decoding import Chunk
from cnlp.files.lines import count_lines

LONGEST_ROW = 1 << 26  # bytes; in a longer one a quote is missing

_QUOTED = r'"[^"]*(?:""[^"]*)*"'
_FIELD = f'(?:{_QUOTED}|[^"{{d}}\\r\\n][^{{d}}\\r\\n]*|)'
_FIELD_AND_END = f"({_FIELD})({{d}}|\\r\\n|\\r|\\n|\\Z)"
_ROW = f"(?:{_FIELD}{{d}})*{_FIELD}(?:\\r\\n|\\r|\\n)"
_BEGUN = f'(?:(?:{_FIELD}{{d}})*"[^"]*(?:""[^"]*)*)?'


def whole_rows(chunks: Iterable[Chunk], delimiter: str) -> Iterator[Chunk]:
    """Chunks of whole lines as chunks of whole rows, which may contain line breaks.

    Raises:
        RecordError: a row is longer than any can be.
    """
    row, begun = (re.compile(form.encode()) for form in (_ROW.format(d=delimiter), _BEGUN.format(d=delimiter)))
    rest = Chunk(b"", 0, 1)
    for chunk in chunks:
        if rest.data:
            chunk = Chunk(rest.data + chunk.data, rest.offset, rest.line)
        end = len(chunk.data)
        if b'"' in chunk.data:
            end = 0
            while match := row.match(chunk.data, end):
                end = match.end()
            if not begun.fullmatch(chunk.data, end):  # the end of the file, or broken: whoever reads it says so
                end = len(chunk.data)
        if end:
            yield Chunk(chunk.data[:end], chunk.offset, chunk.line)
        rest = Chunk(chunk.data[end:], chunk.offset + end, chunk.line + count_lines(chunk.data[:end]))
        if len(rest.data) > LONGEST_ROW:
            reason = f"this row is longer than {LONGEST_ROW >> 20} MB; is a quote missing?"
            raise RecordError(reason, rest.line - 1)
    if rest.data:
        yield rest


def read_row(text: str, at: int, delimiter: str) -> tuple[list[tuple[int, int]], int]:
    r"""The spans of the fields of a row, quotes included, and where the next row starts.

    Args:
        text: of a table.
        at: where the row starts.
        delimiter: of the table.

    Raises:
        RecordError: quotes are not closed, or followed by text.

    >>> read_row('a,"b\n""c"\n', 0, ",")
    ([(0, 1), (2, 9)], 10)
    """
    match_field = re.compile(_FIELD_AND_END.format(d=delimiter)).match
    spans = []
    while match := match_field(text, at):
        spans.append(match.span(1))
        at = match.end()
        if match[2] != delimiter:
            return spans, at
    closed = re.match(_QUOTED, text[at:])
    raise RecordError("unexpected text after closed quotes" if closed else "quotes are not closed")


def unquote(field: str) -> str:
    """The text of a field."""
    return field[1:-1].replace('""', '"') if field[:1] == '"' else field


def quote(text: str, delimiter: str, *, always: bool = False) -> str:
    """A field with this text."""
    if always or any(char in text for char in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text
