"""Lexicon files: both formats, and what is said about a line that breaks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnlp import Entry, Lexicon, errors
from cnlp.lexicon.reading import read_entries


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my.tsv"


def test_all_fields_of_a_line_are_read(file: Path) -> None:
    file.write_text(
        "# a comment\n"
        "云计算\n"
        "Color OS\t\tnz\n"
        "糖类抗原19-9\t12.5\tn\tforce\n"
        "\n"
        "的话\t\t\tsplit\t的 话\n"
        "国是\t\t\tblock\n"
        "net\t3\tnx\tforce,partial\n"
        "[A-Z]{2}-[0-9]+\t\tpn\tforce,regex\n"
        "#话题#\n",
        encoding="utf-8",
    )
    assert read_entries(file) == [
        Entry("云计算"),
        Entry("Color OS", tag="nz"),
        Entry("糖类抗原19-9", 12.5, "n", "force"),
        Entry("的话", mode="split", pieces=("的", "话")),
        Entry("国是", mode="block"),
        Entry("net", 3.0, "nx", "force", partial=True),
        Entry("[A-Z]{2}-[0-9]+", tag="pn", mode="force", regex=True),
        Entry("#话题#"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("云\tx", "weight must be a number, got 'x'"),
        ("云\t-3", "weight must be a number from 0 on, got -3.0"),
        ("云\tnan", "weight must be a number from 0 on, got nan"),
        ("云\tinf", "weight must be a number from 0 on, got inf"),
        ("云\t1\tn\tfroce", "unknown mode 'froce'; choose one of: prefer, force, split, block"),
        ("云\t1\tn\tforce,part", "unknown flag 'part'; choose one of: partial, regex"),
        ("云\t1\tn\tforce\tx\ty", r"at most 5 fields \(word, weight, tag, mode, extra\), got 6"),
        ("\t1", "the word is empty"),
        ("\t\tn", "the word is empty"),
        ("云计算\t\t\tsplit\t云 算", "the pieces '云 算' do not make up the word '云计算'"),
        ("云计算\t\t\tsplit", "the pieces '' do not make up the word '云计算'"),
        ("云\t\t\tblock", "a single character cannot be blocked: nothing could replace it"),
        ("[\t\t\tforce,regex", "not a regular expression: "),
        ("a*\t\t\tregex", "unknown mode 'regex'"),
        ("a*\t\t\tforce,regex", "the regular expression matches the empty text"),
        (r"(a)\1" "\t\t\tforce,regex", r"the expression .* uses \\1, which cannot be matched in linear time"),
        ("(?<=a)b\t\t\tforce,regex", r"the expression .* uses \(\?<"),
        ("a{4294967295}\t\t\tforce,regex", "not a regular expression: .* more than 10,000 states"),
        ("ab\t\t\tblock,regex", "a regular expression cannot have the mode 'block'"),
        ("字" * 1001 + "\t", "the word has 1001 characters, at most 1000 are allowed"),
    ],
)
def test_broken_line_is_named_with_file_line_and_reason(file: Path, line: str, reason: str) -> None:
    file.write_text(f"好\t1\n\n# comment\n{line}\n", encoding="utf-8")
    with pytest.raises(errors.FormatError, match=rf"my\.tsv:4: {reason}"):
        read_entries(file)
    with pytest.raises(errors.FormatError, match=rf"my\.tsv:4: {reason}"):
        Lexicon(file)


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("云计算", Entry("云计算")),
        ("云计算 5", Entry("云计算", 5)),
        ("云计算 n", Entry("云计算", tag="n")),
        ("云计算 5 n", Entry("云计算", 5, "n")),
        ("创新办 0 i", Entry("创新办", tag="i")),
        ("Color OS", Entry("Color OS")),
        ("Color OS 3 nz", Entry("Color OS", 3, "nz")),
        ("韩玉 赏鉴 3 nz", Entry("韩玉 赏鉴", 3, "nz")),
        ("hello world", Entry("hello world")),
        ("A1 23", Entry("A1", 23)),
        ("  台中  ", Entry("台中")),
        ("# 注释", None),
        ("#", None),
        ("#话题#", Entry("#话题#")),
    ],
)
def test_files_without_tabs_are_read_as_jieba_reads_them(file: Path, line: str, entry: Entry | None) -> None:
    file.write_text(f"好 1\n{line}\n", encoding="utf-8")
    assert read_entries(file)[1:] == ([entry] if entry else [])


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_byte_order_mark_and_line_ends_do_not_matter(file: Path, mark: bytes, end: bytes) -> None:
    file.write_bytes(mark + "云计算\t2\n大数据\t3\tn\tforce".encode().replace(b"\n", end))
    assert read_entries(file) == [Entry("云计算", 2), Entry("大数据", 3, "n", "force")]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_wrong_encoding_is_named_with_the_offset_in_bytes(file: Path, mark: bytes) -> None:
    file.write_bytes(mark + "好\n".encode() + "云计算".encode("gb18030"))
    with pytest.raises(errors.EncodingError, match=rf"my\.tsv: not utf-8 at byte {len(mark) + 4} \(0xd4\)"):
        read_entries(file)


def test_missing_file_is_an_os_error(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Lexicon(file)


def test_entries_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Entry("云").word = "雨"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"word": ""}, "the word is empty"),
        ({"word": b"x"}, "word must be str, not bytes"),
        ({"word": "云", "pieces": ("云",)}, "pieces are for the mode 'split' only"),
        ({"word": "云雨", "mode": "split", "pieces": ("", "云雨")}, "a piece is empty"),
        ({"word": "云", "weight": -1}, "weight must be a number from 0 on, got -1"),
        ({"word": "云", "weight": "x"}, "weight must be a number, not str"),
        ({"word": "云", "tag": 5}, "tag must be str, not int"),
        ({"word": "云", "mode": "Force"}, "unknown mode 'Force'"),
    ],
)
def test_contradictory_fields_are_refused(fields: dict[str, object], reason: str) -> None:
    with pytest.raises(errors.ArgumentError, match=reason):
        Entry(**fields)  # type: ignore[arg-type]
