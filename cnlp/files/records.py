r"""Records, one field of which is analysed: JSON Lines, and tables as CSV or TSV with a heading.

Everything else is kept as it is, byte for byte: blanks, quotes, numbers, line endings, the order.

text   The field holds the result in place of the text. Keywords are put into a new field, ``keywords``,
       tabs between them.
jsonl  The record with the result added as ``tokens``, ``entities`` or ``keywords``; a row of a table becomes an object.

Empty lines stay. Other formats keep nothing of the records: :class:`FieldLines`. :mod:`cnlp.files.rows` and
:mod:`cnlp.files.json_objects` have the syntax.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from cnlp.errors import RecordError
from cnlp.files import compression
from cnlp.files.decoding import Chunk, decoding_error
from cnlp.files.inputs import Input
from cnlp.files.json_objects import read_object
from cnlp.files.lines import split_lines
from cnlp.files.rows import quote, read_row, unquote, whole_rows

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
OBJECTS = (".jsonl", ".ndjson", ".json")
_SURROGATES = re.compile("[\ud800-\udfff]")
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_to_ascii = json.JSONEncoder(separators=(",", ":")).encode
_BREAKS = {0x0A: " ", 0x0D: " "}
_TYPES = {bool: "true or false", float: "a number", list: "a list", dict: "an object"}


class Analysis(NamedTuple):
    """The result of a command for a text, and its representation.

    Attributes:
        key: its name in JSON.
        find: finds it.
        show: the text with the results marked, or the results alone.
        is_text: ``show`` gives the text, with marks.
    """

    key: str
    find: Callable[[str], object]
    show: Callable[[str], str]
    is_text: bool = True


class Table(NamedTuple):
    """The columns of a table, from its heading.

    Attributes:
        delimiter: between fields.
        names: of the columns.
        column: the one to work on.
    """

    delimiter: str
    names: tuple[str, ...]
    column: int


class Place(NamedTuple):
    """The position of a chunk.

    Attributes:
        before: how many lines of inputs precede it in its output.
        line: the number of its first line in its input, from 1.
        name: of its input.
        table: the columns, if its lines are rows of a table.
    """

    before: int = 0
    line: int = 1
    name: str = ""
    table: Table | None = None


Format = Callable[[bytes, Place], bytes]
"""Turns a chunk of complete lines in UTF-8 into bytes. Workers call it, so it can be pickled and keeps no state."""


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
        text = _value(line, members, self.field, is_text=True)
        value, start, end_of_value = members[self.field]
        if not self.as_objects and self.analysis.is_text:
            return line if value is None else line[:start] + _dump(self.analysis.show(text)) + line[end_of_value:]
        if self.analysis.key in members:
            raise RecordError(f"there is a field {self.analysis.key!r} already")
        show = self.analysis.find if self.as_objects else self.analysis.show
        return f'{line[:end]},"{self.analysis.key}":{_dump(show(text))}{line[end:]}'

    def _rows(self, text: str, table: Table, is_start: bool) -> Iterator[str]:
        """The rows of a table; the text between changed fields is kept."""
        write = self._row_as_object if self.as_objects else self._row
        at = 0
        while at < len(text):
            try:
                spans, following = read_row(text, at, table.delimiter)
                if is_start:
                    yield self._heading(text[at:following], table)
                elif spans == [(at, at)]:
                    yield "" if self.as_objects else text[at:following]
                else:
                    yield write(text, spans, following, table)
            except RecordError as error:
                raise RecordError(str(error), len(list(split_lines(text[:at])))) from None
            at, is_start = following, False

    def _heading(self, heading: str, table: Table) -> str:
        """The heading of the output."""
        if self.analysis.is_text and not self.as_objects:
            return heading
        if self.analysis.key in table.names:
            raise RecordError(f"there is a field {self.analysis.key!r} already")
        names = heading.rstrip("\r\n")
        return "" if self.as_objects else f"{names}{table.delimiter}{self.analysis.key}{heading[len(names) :]}"

    def _row(self, text: str, spans: list[tuple[int, int]], following: int, table: Table) -> str:
        """A row with the result."""
        first, last = spans[0][0], spans[-1][1]
        start, end = _field(spans, table)
        shown = self.analysis.show(unquote(text[start:end]))
        if self.analysis.is_text:
            shown = quote(shown, table.delimiter, always=text[start : start + 1] == '"')
            return text[first:start] + shown + text[end:following]
        _check_width(spans, table)
        return text[first:last] + table.delimiter + quote(shown, table.delimiter) + text[last:following]

    def _row_as_object(self, text: str, spans: list[tuple[int, int]], _: int, table: Table) -> str:
        """A row as an object in JSON."""
        _check_width(spans, table)
        fields = [unquote(text[start:end]) for start, end in spans]
        found = self.analysis.find(fields[table.column])
        return _dump({**dict(zip(table.names, fields, strict=True)), self.analysis.key: found}) + "\n"


class FieldLines:
    """A format of lines for a field of records: the text of each record is one line.

    Its number is that of the line on which the record begins. Line breaks in a text become blanks, so that offsets are
    those of the field.

    Args:
        field: name of the field, or heading of the column.
        form: the format of lines.
    """

    def __init__(self, field: str, form: Format) -> None:
        self.field = field
        self.form = form

    def __call__(self, chunk: bytes, place: Place) -> bytes:
        """The results for the records of a chunk.

        Raises:
            RecordError: a record is broken, or has no such field.
        """
        results = []
        for number, (text,) in read_fields(chunk, place, [self.field]):
            line = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text.translate(_BREAKS)).encode("utf-8") + b"\n"
            results.append(self.form(line, place._replace(before=place.before + number, line=place.line + number)))
        return b"".join(results)


def read_fields(chunk: bytes, place: Place, fields: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Some fields of each record of a chunk, and the line on which it begins, from 0.

    The first field has to be text; of the others numbers, true, false and null will do.

    Raises:
        RecordError: a record is broken, or lacks one of the fields.

    >>> list(read_fields(b'{"a": "x", "b": 1}', Place(), ["a", "b"]))
    [(0, ['x', '1'])]
    """
    text = chunk.decode("utf-8")
    if place.table is not None:
        yield from _read_columns(text, place.table, place.line == 1, fields)
        return
    for number, (line, _) in enumerate(split_lines(text)):
        if line.strip():
            try:
                members = read_object(line)[0]
                yield number, [_value(line, members, name, is_text=not k) for k, name in enumerate(fields)]
            except RecordError as error:
                raise RecordError(str(error), number) from None


def _read_columns(text: str, table: Table, is_start: bool, fields: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    columns = [column_of(table.names, field) for field in fields]
    at = number = 0
    while at < len(text):
        try:
            spans, following = read_row(text, at, table.delimiter)
            if not is_start and spans != [(at, at)]:
                chosen = (_field(spans, table._replace(column=column)) for column in columns)
                yield number, [unquote(text[start:end]) for start, end in chosen]
        except RecordError as error:
            raise RecordError(str(error), number) from None
        number += sum(1 for _ in split_lines(text[at:following]))
        at, is_start = following, False


def _value(line: str, members: Mapping[str, tuple[Any, int, int]], name: str, is_text: bool) -> str:
    """The value of a field of an object as text; null is empty."""
    if name not in members:
        raise RecordError(f"no field {name!r}; there are: {', '.join(members) or 'none'}")
    value, start, end = members[name]
    if value is None or isinstance(value, str):
        return value or ""
    if is_text or isinstance(value, (list, dict)):
        raise RecordError(f"field {name!r} is {_TYPES[type(value)]}, not a string")
    return line[start:end]


def kind_by_name(path: str) -> str | None:
    """The delimiter of a table of that name, ``""`` for JSON Lines, ``None`` for neither.

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


def read_records(chunks: Iterable[Chunk], source: Input, field: str) -> Iterator[tuple[Chunk, Table | None]]:
    """Chunks of whole lines as chunks of whole records, with the content of the heading if they are rows of a table.

    Args:
        chunks: of one file, without a byte order mark.
        source: the file; the suffix of its name decides, and if it is unknown, the first line.
        field: the one to work on.

    Raises:
        EncodingError: the heading is not in UTF-8.
        RecordError: the column does not exist.
    """
    chunks = iter(chunks)
    for first in chunks:
        delimiter = kind_by_name(source.path)
        delimiter = guess_kind(first.data) if delimiter is None else delimiter
        chunks = chain([first], chunks)
        if not delimiter:
            yield from ((chunk, None) for chunk in chunks)
            return
        table = None
        for chunk in whole_rows(chunks, delimiter):
            try:
                table = table or read_heading(chunk.data, delimiter, field)
            except UnicodeDecodeError as error:
                raise decoding_error(source.label, "utf-8", chunk.offset, error) from None
            yield chunk, table


def read_heading(start: bytes, delimiter: str, field: str) -> Table:
    """The columns of a table from its heading.

    Args:
        start: of the table; more than the heading.
        delimiter: of the table.
        field: the column to work on.

    Raises:
        RecordError: the column is missing, or there are two.
    """
    text = start.decode("utf-8")
    names = tuple(unquote(text[begin:end]) for begin, end in read_row(text, 0, delimiter)[0])
    return Table(delimiter, names, column_of(names, field))


def column_of(names: Sequence[str], field: str) -> int:
    """The place of a column among the names of all.

    Raises:
        RecordError: the column is missing, or there are two.
    """
    if names.count(field) != 1:
        reason = "two columns have" if field in names else "no column has"
        raise RecordError(f"{reason} the heading {field!r}; there are: {', '.join(names)}")
    return names.index(field)


def _dump(value: object) -> str:
    """JSON in Unicode, escaped if a string has lone surrogates."""
    text = to_json(value)
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
