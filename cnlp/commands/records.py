r"""Records, one field of which is worked on: JSON Lines, and tables as CSV or TSV with a heading.

Whatever is not the field's comes out as it went in, byte for byte: blanks, quotes, numbers, line endings, the order.

text   The field holds the result in place of the text. Keywords are put into a field of their own, ``keywords``,
       tabs between them.
jsonl  The record with the result added as ``tokens``, ``entities`` or ``keywords``; a row of a table becomes an object.

In a table a field that begins with ``"`` ends with the next single ``"``, may hold delimiters and line breaks, and
``""`` stands for a quote (RFC 4180). Elsewhere quotes are characters like others. Empty lines stay.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from cnlp import compression
from cnlp.decoding import Chunk
from cnlp.errors import CnlpError
from cnlp.io import count_lines, split_lines

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
OBJECTS = (".jsonl", ".ndjson", ".json")
LONGEST_ROW = 1 << 26  # bytes; what is longer lacks a quote

_QUOTED = r'"[^"]*(?:""[^"]*)*"'
_FIELD = f'(?:{_QUOTED}|[^"{{d}}\\r\\n][^{{d}}\\r\\n]*|)'
_FIELD_AND_END = f"({_FIELD})({{d}}|\\r\\n|\\r|\\n|\\Z)"
_ROW = f"(?:{_FIELD}{{d}})*{_FIELD}(?:\\r\\n|\\r|\\n)"
_BEGUN = f'(?:(?:{_FIELD}{{d}})*"[^"]*(?:""[^"]*)*)?'
_SURROGATES = re.compile("[\ud800-\udfff]")
_decode = json.JSONDecoder(parse_int=float).raw_decode  # int refuses very long numbers
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_to_ascii = json.JSONEncoder(separators=(",", ":")).encode
_BLANKS = re.compile(r"[ \t\r\n]+")
_TYPES = {bool: "true or false", float: "a number", list: "a list", dict: "an object"}


class RecordError(CnlpError):
    """A record that cannot be used.

    Attributes:
        lines: how many lines of the chunk are in front of it.
    """

    def __init__(self, reason: str, lines: int = 0) -> None:
        super().__init__(reason)
        self.lines = lines

    def __reduce__(self) -> tuple[type[RecordError], tuple[str, int]]:
        return type(self), (str(self), self.lines)


class Analysis(NamedTuple):
    """What a command finds in a text, and how it shows it.

    Attributes:
        key: what it is called in JSON.
        find: what stands there.
        show: the text with what was found in it, or that alone.
        is_text: ``show`` gives the text, with marks.
    """

    key: str
    find: Callable[[str], object]
    show: Callable[[str], str]
    is_text: bool = True


class Table(NamedTuple):
    """What its heading tells of a table.

    Attributes:
        delimiter: between fields.
        names: of the columns.
        column: the one to work on.
    """

    delimiter: str
    names: tuple[str, ...]
    column: int


class Place(NamedTuple):
    """Where a chunk stands.

    Attributes:
        before: how many lines of inputs are in front of it in its output.
        line: the number of its first line in its input, from 1.
        name: of its input.
        table: what its lines are rows of.
    """

    before: int = 0
    line: int = 1
    name: str = ""
    table: Table | None = None


class Records:
    """The format of records; see the head of this module.

    Args:
        field: name of the field, or heading of the column.
        analysis: what to do with its text.
        as_objects: write format jsonl, not text.
    """

    def __init__(self, field: str, analysis: Analysis, as_objects: bool) -> None:
        self.field = field
        self.analysis = analysis
        self.as_objects = as_objects

    def __call__(self, chunk: bytes, place: Place) -> bytes:
        """The records of a chunk.

        Args:
            chunk: whole records in UTF-8.
            place: rows of a table, the first of which is the heading, or JSON if there is none.

        Raises:
            RecordError: a record is broken or has no such field, or has one of the name of the result.
        """
        text = chunk.decode("utf-8")
        if place.table is None:
            return "".join(self._objects(text)).encode("utf-8")
        return "".join(self._rows(text, place.table, place.line == 1)).encode("utf-8")

    def _objects(self, text: str) -> Iterator[str]:
        """JSON Lines; the result is put in without writing the rest anew."""
        for number, (line, ending) in enumerate(split_lines(text)):
            try:
                yield self._object(line) if line.strip() else line
            except RecordError as error:
                raise RecordError(str(error), number) from None
            yield ending

    def _object(self, line: str) -> str:
        """One line of them."""
        members, end = read_object(line)
        if self.field not in members:
            raise RecordError(f"no field {self.field!r}; there are: {', '.join(members) or 'none'}")
        value, start, behind = members[self.field]
        if value is not None and not isinstance(value, str):
            raise RecordError(f"field {self.field!r} is {_TYPES[type(value)]}, not a string")
        if not self.as_objects and self.analysis.is_text:
            return line if value is None else line[:start] + _dump(self.analysis.show(value)) + line[behind:]
        if self.analysis.key in members:
            raise RecordError(f"there is a field {self.analysis.key!r} already")
        show = self.analysis.find if self.as_objects else self.analysis.show
        return f'{line[:end]},"{self.analysis.key}":{_dump(show(value or ""))}{line[end:]}'

    def _rows(self, text: str, table: Table, is_start: bool) -> Iterator[str]:
        """The rows of a table; what stands between the fields that change comes out as it is."""
        write = self._row_as_object if self.as_objects else self._row
        at = 0
        while at < len(text):
            try:
                spans, behind = read_row(text, at, table.delimiter)
                if is_start:
                    yield self._heading(text[at:behind], table)
                elif spans == [(at, at)]:
                    yield "" if self.as_objects else text[at:behind]
                else:
                    yield write(text, spans, behind, table)
            except RecordError as error:
                raise RecordError(str(error), len(list(split_lines(text[:at])))) from None
            at, is_start = behind, False

    def _heading(self, heading: str, table: Table) -> str:
        """The heading of what is written."""
        if self.analysis.is_text and not self.as_objects:
            return heading
        if self.analysis.key in table.names:
            raise RecordError(f"there is a field {self.analysis.key!r} already")
        names = heading.rstrip("\r\n")
        return "" if self.as_objects else f"{names}{table.delimiter}{self.analysis.key}{heading[len(names) :]}"

    def _row(self, text: str, spans: list[tuple[int, int]], behind: int, table: Table) -> str:
        """A row with the result."""
        first, last = spans[0][0], spans[-1][1]
        start, end = _field(spans, table)
        shown = self.analysis.show(unquote(text[start:end]))
        if self.analysis.is_text:
            shown = quote(shown, table.delimiter, always=text[start : start + 1] == '"')
            return text[first:start] + shown + text[end:behind]
        _check_width(spans, table)
        return text[first:last] + table.delimiter + quote(shown, table.delimiter) + text[last:behind]

    def _row_as_object(self, text: str, spans: list[tuple[int, int]], _: int, table: Table) -> str:
        """A row as an object in JSON."""
        _check_width(spans, table)
        fields = [unquote(text[start:end]) for start, end in spans]
        found = self.analysis.find(fields[table.column])
        return _dump({**dict(zip(table.names, fields, strict=True)), self.analysis.key: found}) + "\n"


def kind_by_name(path: str) -> str | None:
    """The delimiter of the table that the name stands for, ``""`` for JSON Lines, ``None`` for neither.

    >>> kind_by_name("a.tsv.gz"), kind_by_name("a.jsonl"), kind_by_name("-")
    ('\\t', '', None)
    """
    suffix = os.path.splitext(compression.without_suffix(path))[1].lower()
    return "" if suffix in OBJECTS else DELIMITERS.get(suffix)


def guess_kind(start: bytes) -> str:
    """The same from how a file begins: with a brace, or a heading with tabs, or another.

    >>> guess_kind(b' {"a"'), guess_kind(b"id\\ttext\\n"), guess_kind(b"id,text\\n")
    ('', '\\t', ',')
    """
    if start.lstrip()[:1] == b"{":
        return ""
    return "\t" if b"\t" in start.splitlines()[0] else ","


def read_records(chunks: Iterable[Chunk], path: str, field: str) -> Iterator[tuple[Chunk, Table | None]]:
    """Chunks of whole lines as chunks of whole records, with what the heading says if they are rows of a table.

    Args:
        chunks: of one file, without a byte order mark.
        path: its name, whose suffix tells what it is; if it does not, the first line does.
        field: the one to work on.

    Raises:
        RecordError: there is no such column.
    """
    chunks = iter(chunks)
    for first in chunks:
        delimiter = kind_by_name(path)
        delimiter = guess_kind(first.data) if delimiter is None else delimiter
        chunks = chain([first], chunks)
        if not delimiter:
            yield from ((chunk, None) for chunk in chunks)
            return
        table = None
        for chunk in whole_rows(chunks, delimiter):
            table = table or read_heading(chunk.data, delimiter, field)
            yield chunk, table


def read_heading(start: bytes, delimiter: str, field: str) -> Table:
    """What the heading tells.

    Args:
        start: of the table; more than the heading.
        delimiter: of the table.
        field: the column to work on.

    Raises:
        RecordError: the column is missing, or there are two.
    """
    text = start.decode("utf-8")
    names = tuple(unquote(text[begin:end]) for begin, end in read_row(text, 0, delimiter)[0])
    if names.count(field) != 1:
        reason = "two columns have" if field in names else "no column has"
        raise RecordError(f"{reason} the heading {field!r}; there are: {', '.join(names)}")
    return Table(delimiter, names, names.index(field))


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
        RecordError: quotes are not closed, or something stands behind them.

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
    raise RecordError("something stands behind closed quotes" if closed else "quotes are not closed")


def unquote(field: str) -> str:
    """What a field says."""
    return field[1:-1].replace('""', '"') if field[:1] == '"' else field


def quote(text: str, delimiter: str, *, always: bool = False) -> str:
    """A field that says ``text``."""
    if always or any(char in text for char in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def read_object(line: str) -> tuple[dict[str, tuple[Any, int, int]], int]:
    """The members of an object in JSON, each with its value and where that stands, and where the last one ends.

    Raises:
        RecordError: this is no object, or broken.

    >>> read_object(' {"a": 1.50}')
    ({'a': (1.5, 7, 11)}, 11)
    """
    members: dict[str, tuple[Any, int, int]] = {}
    end, char = _expect(line, 0, "{")
    at = _skip_blanks(line, end)
    if line[at : at + 1] == "}":
        at, char = at + 1, "}"
    while char != "}":
        key, _, at = _value(line, at)
        if not isinstance(key, str):
            raise RecordError(f"broken JSON: expected a name in quotes in front of column {at + 1}")
        value, start, end = _value(line, _expect(line, at, ":")[0])
        members[key] = value, start, end
        at, char = _expect(line, end, ",}")
    if line[at:].strip():
        raise RecordError(f"something stands behind the object at column {at + 1}")
    return members, end


def _value(line: str, at: int) -> tuple[Any, int, int]:
    """The value that comes next, where it starts, and where it ends."""
    at = _skip_blanks(line, at)
    try:
        value, end = _decode(line, at)
    except json.JSONDecodeError as error:
        raise RecordError(f"broken JSON: {error.msg} at column {error.pos + 1}") from None
    except RecursionError:
        raise RecordError("broken JSON: nested too deeply") from None
    return value, at, end


def _expect(line: str, at: int, chars: str) -> tuple[int, str]:
    """Which of ``chars`` comes next, and the place behind it."""
    at = _skip_blanks(line, at)
    char = line[at : at + 1]
    if not char or char not in chars:
        raise RecordError(f"broken JSON: expected {' or '.join(chars)} at column {at + 1}")
    return at + 1, char


def _skip_blanks(line: str, at: int) -> int:
    """The place of the next character that is not blank."""
    match = _BLANKS.match(line, at)
    return match.end() if match else at


def _dump(value: object) -> str:
    """JSON in Unicode, escaped where a string is none (it has lone surrogates)."""
    text = _to_json(value)
    return _to_ascii(value) if _SURROGATES.search(text) else text


def _field(spans: list[tuple[int, int]], table: Table) -> tuple[int, int]:
    """The span of the field to work on."""
    if len(spans) <= table.column:
        name = table.names[table.column]
        raise RecordError(f"this row has {len(spans)} fields, and {name!r} is number {table.column + 1}")
    return spans[table.column]


def _check_width(spans: list[tuple[int, int]], table: Table) -> None:
    """Refuse a row that has more or fewer fields than the heading."""
    if len(spans) != len(table.names):
        raise RecordError(f"this row has {len(spans)} fields, the heading {len(table.names)}")
