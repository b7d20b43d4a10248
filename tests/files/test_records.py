"""Fields of JSON Lines, CSV and TSV: only the field changes, whole records stay together, mistakes have a line."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp.errors import RecordError
from cnlp.files import rows
from cnlp.files.inputs import Input
from cnlp.files.json_objects import read_object
from cnlp.files.lines import read_lines
from cnlp.files.records import Analysis, Place, Records, read_records
from cnlp.files.rows import whole_rows


def _letters(text: str) -> list[str]:
    return list(text)


def _slashed(text: str) -> str:
    return "/".join(text)


def _tabbed(text: str) -> str:
    return "\t".join(dict.fromkeys(text))


CUT = Analysis("tokens", _letters, _slashed)
KEYWORDS = Analysis("keywords", _letters, _tabbed, is_text=False)
CELLS = st.text('甲a ,\t"\r\n', max_size=4)


def convert(data: str, path: str, *, objects: bool = False, analysis: Analysis = CUT, size: int = 1 << 20) -> str:
    """The output for a file whose field is ``text``, read in pieces of ``size``."""
    form = Records("text", analysis, objects)
    chunks = read_lines(io.BytesIO(data.encode("utf-8", "surrogatepass")), path, size=size)
    found = read_records(chunks, Input(path, path), "text")
    return b"".join(form(chunk.data, Place(line=chunk.line, table=table)) for chunk, table in found).decode()


def test_only_the_field_of_a_json_record_changes() -> None:
    line = '{ "n" : 1.50, "id":12345678901234567890, "text"\t: "\\u7532a", "x": [ {"text": "no"} ], "s":"\\/" }\r\n'
    assert convert(line, "a.jsonl") == line.replace('"\\u7532a"', '"甲/a"')
    assert convert(line, "a.jsonl", objects=True) == line.replace('"\\/" }', '"\\/","tokens":["甲","a"] }')
    assert convert(line, "a.jsonl", analysis=KEYWORDS) == line.replace('"\\/" }', '"\\/","keywords":"甲\\ta" }')


def test_empty_lines_null_and_lone_surrogates_pass() -> None:
    assert convert('\n{"text":null}\n \n', "a.jsonl") == '\n{"text":null}\n \n'
    assert convert('{"text":null}', "a.jsonl", objects=True) == '{"text":null,"tokens":[]}'
    assert json.loads(convert('{"text":"a\\ud800"}', "a.jsonl"))["text"] == "a/\ud800"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_objects_are_read_as_python_reads_them(
    members: dict[str, object], ascii_only: bool, indent: int | None
) -> None:
    line = json.dumps(members, ensure_ascii=ascii_only, indent=indent)
    found, end = read_object(line)
    assert json.loads(line) == {key: json.loads(line[start:behind]) for key, (_, start, behind) in found.items()}
    assert line[end:].strip() == "}" and (not found or end == max(behind for _, _, behind in found.values()))


def rows_of(text: str, delimiter: str) -> list[list[str]]:
    """The rows as Python's csv reads them."""
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5),
    st.sampled_from([",", "\t"]),
    st.sampled_from([(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_ALL, "\n")]),
    st.integers(1, 30),
)
def test_tables_are_read_as_python_reads_them_in_pieces_of_any_size(
    rows: list[tuple[str, str, str]], delimiter: str, style: tuple[int, str], size: int
) -> None:
    table = io.StringIO(newline="")
    writer = csv.writer(table, delimiter=delimiter, quoting=style[0], lineterminator=style[1])  # type: ignore[arg-type]
    writer.writerows([("id", "text", "x"), *rows])
    name = "a.csv" if delimiter == "," else "a.tsv"
    made = rows_of(convert(table.getvalue(), name, size=size), delimiter)
    assert made == [["id", "text", "x"], *([id_, _slashed(text), x] for id_, text, x in rows)]
    added = rows_of(convert(table.getvalue(), name, size=size, analysis=KEYWORDS), delimiter)
    assert added == [["id", "text", "x", "keywords"], *([*row, _tabbed(row[1])] for row in rows)]
    objects = convert(table.getvalue(), name, size=size, objects=True).split("\n")[:-1]
    expected = [{"id": row[0], "text": row[1], "x": row[2], "tokens": list(row[1])} for row in rows]
    assert [json.loads(line) for line in objects] == expected
    chunks = read_lines(io.BytesIO(table.getvalue().encode()), "a", size=size)
    assert b"".join(chunk.data for chunk in whole_rows(chunks, delimiter)).decode() == table.getvalue()


def test_only_the_field_of_a_row_changes() -> None:
    table = 'id,"text",x\r\n"1",ab, 5" \n\n,"a"\r2,"a,""\nb",""\n3,""'
    assert convert(table, "a.csv") == 'id,"text",x\r\n"1",a/b, 5" \n\n,"a"\r2,"a/,/""/\n/b",""\n3,""'


def test_what_a_file_is_is_told_by_its_name_and_then_by_its_first_line() -> None:
    assert convert("text,b\na\tb,c\n", "a.csv.gz") == "text,b\na/\t/b,c\n"
    for name in ("-", "data"):
        assert convert("text\tb,c\nab\tc\n", name) == "text\tb,c\na/b\tc\n"
        assert convert("text,b\nab,c\n", name) == "text,b\na/b,c\n"
        assert convert(' {"text":"ab"}\n', name) == ' {"text":"a/b"}\n'
    assert convert("", "a.csv") == convert("", "-") == ""


MISTAKES = [
    ("a.jsonl", '{"text":""}\n{"text":"a" "b":1}', 2, "broken JSON: expected , or } at column 13"),
    ("a.jsonl", '\n{"text":"a', 2, "broken JSON: Unterminated string starting at at column 9"),
    ("a.jsonl", '{"text":tru}', 1, "broken JSON: Expecting value at column 9"),
    ("a.jsonl", '{1:"text"}', 1, "broken JSON: expected a name in quotes before column 3"),
    ("a.jsonl", '[{"text":"a"}]', 1, "broken JSON: expected { at column 1"),
    ("a.jsonl", '{"text":"a"} {}', 1, "unexpected text after the object at column 13"),
    ("a.jsonl", '{"text":' + "[" * 100_000, 1, "broken JSON: nested too deeply"),
    ("a.jsonl", '{"id":1,"Text":""}', 1, "no field 'text'; there are: id, Text"),
    ("a.jsonl", "{}", 1, "no field 'text'; there are: none"),
    ("a.jsonl", '{"text":5}', 1, "field 'text' is a number, not a string"),
    ("a.csv", "id,Text\n", 1, "no column has the heading 'text'; there are: id, Text"),
    ("a.csv", "text,text\n", 1, "two columns have the heading 'text'; there are: text, text"),
    ("a.csv", 'id,text\n1,"a\nb"\n2\n', 4, "this row has 1 fields, and 'text' is number 2"),
    ("a.csv", 'text\na\n"b"c\nd\n', 3, "unexpected text after closed quotes"),
    ("a.csv", 'text\na\n"b\nd\n', 3, "quotes are not closed"),
]


@pytest.mark.parametrize("size", [3, 1000])
@pytest.mark.parametrize("path, data, line, reason", MISTAKES)
def test_mistakes_have_a_line(path: str, data: str, line: int, reason: str, size: int) -> None:
    form, before = Records("text", CUT, False), 0
    with pytest.raises(RecordError) as caught:
        chunks = read_lines(io.BytesIO(data.encode()), path, size=size)
        for chunk, table in read_records(chunks, Input(path, path), "text"):
            before = chunk.line - 1
            form(chunk.data, Place(line=chunk.line, table=table))
            before = 0
    assert (before + caught.value.lines + 1, str(caught.value)) == (line, reason)


@pytest.mark.parametrize("path, data", [("a.jsonl", '{"text":"a","tokens":1}'), ("a.csv", "text,tokens\na,b\n")])
def test_a_field_of_the_name_of_the_result_is_not_overwritten(path: str, data: str) -> None:
    with pytest.raises(RecordError, match="there is a field 'tokens' already"):
        convert(data, path, objects=True)
    with pytest.raises(RecordError, match="there is a field 'text' already"):
        convert(data, path, analysis=KEYWORDS._replace(key="text"))


def test_a_row_that_has_other_fields_than_the_heading_makes_no_object() -> None:
    with pytest.raises(RecordError, match="this row has 3 fields, the heading 2"):
        convert("id,text\n1,a,b\n", "a.csv", objects=True)


def test_a_missing_quote_does_not_gather_the_rest_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LONGEST_ROW", 1 << 20)
    with pytest.raises(RecordError, match="this row is longer than 1 MB; is a quote missing") as caught:
        convert('text\na\n"b\n' + "c\n" * 10**6, "a.csv", size=1 << 17)
    assert caught.value.lines == 2
