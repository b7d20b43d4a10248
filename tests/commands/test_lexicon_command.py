"""``cnlp lexicon``, and files of words in other encodings wherever a command takes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from running_commands import run_here as shell

from cnlp import Entry
from cnlp.lexicon.layouts import format_entry, parse_lines
from cnlp.lexicon.reading import read_entries

NOTE = "read as gb18030; --lexicon-encoding names another encoding"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_bytes("杭研大厦 5 nt\n李小福 2 nr\n杭研大厦 7 n\n你好。\n".encode("gbk"))
    return path


def test_check_prints_what_is_in_a_file(words: Path) -> None:
    result = shell("lexicon", "check", words)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode().splitlines() == [
        f"{words}: 4 entries; gb18030; word, weight, tag, with blanks",
        "  modes: prefer 4",
        "  tags: nt 1, nr 1, n 1; none: 1",
        "  weights: 3; none: 1",
        "  duplicates: 1",
        "    杭研大厦: lines 1, 3",
        "  suspicious lines: 1",
        "    4: '你好。': holds a punctuation mark",
    ]


def test_check_prints_no_more_than_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("".join(f"{number}。\n" for number in range(30)), encoding="utf-8")
    assert "  and 20 more" in shell("lexicon", "check", path).out.decode()


def test_a_bad_line_is_named_and_the_other_files_are_checked(words: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("机器 学习 模型\n", encoding="utf-8")
    result = shell("lexicon", "check", bad, words)
    assert result.code == 1 and b"4 entries" in result.out
    assert result.err.startswith(f"cnlp: error: {bad}:1: ") and result.err.count("\n") == 1


def test_convert_writes_our_format(words: Path, tmp_path: Path) -> None:
    output = tmp_path / "words.tsv"
    assert shell("lexicon", "convert", words, "-o", output).code == 0
    assert output.read_text(encoding="utf-8") == "杭研大厦\t5\tnt\n李小福\t2\tnr\n杭研大厦\t7\tn\n你好。\t\n"
    assert read_entries(output) == read_entries(words)
    assert shell("lexicon", "convert", "-e", "CP936", words).out == output.read_bytes()


@pytest.mark.parametrize(
    "entry",
    [
        Entry("云计算"),
        Entry("Color OS"),
        Entry("机器,学习"),
        Entry("云计算 5 n"),
        Entry("甲/n", 1234567.5, "n"),
        Entry("net", 0.1, "nx", "force", partial=True),
        Entry("云是", mode="block"),
        Entry("的话", mode="split", pieces=("的", "话")),
        Entry(r"[A-Z] \d+", tag="pn", regex=True),
        Entry("#"),
    ],
)
def test_a_written_entry_is_read_as_it_was(entry: Entry) -> None:
    rows = parse_lines([format_entry(entry), "大数据\t5\tn\tforce"]).rows
    assert Entry._make(rows[0]) == entry


def test_a_lexicon_in_another_encoding_is_read_and_the_encoding_reported(words: Path) -> None:
    result = shell("segment", "-l", words, stdin="在杭研大厦".encode())
    assert result.out.decode() == "在 杭研大厦"
    assert result.err == f"cnlp: note: {words}: {NOTE}\n"


@pytest.mark.parametrize("name", ["gbk", "GB2312", "cp936", "gb18030"])
def test_the_encoding_can_be_named_before_and_after_the_file(words: Path, name: str) -> None:
    text = "在杭研大厦".encode("gbk")
    for options in (("--lexicon-encoding", name, "-l", words), ("-l", words, "--lexicon-encoding", name)):
        result = shell("segment", "--encoding", name, *options, stdin=text)
        assert (result.out.decode(), result.err) == ("在 杭研大厦", "")


def test_a_wrong_name_is_an_error_of_one_line(words: Path) -> None:
    result = shell("segment", "-l", words, "--lexicon-encoding", "utf8", stdin=b"x")
    assert result.code == 1 and result.err.count("\n") == 1 and "--lexicon-encoding" in result.err
    assert shell("segment", "--lexicon-encoding", "ebcdic", stdin=b"x").code == 2


@pytest.mark.parametrize("command", ["segment", "tag", "keywords"])
def test_every_command_with_a_lexicon_takes_it(command: str, words: Path) -> None:
    result = shell(command, "-l", words, stdin="在杭研大厦开会。在杭研大厦吃饭。".encode())
    assert result.code == 0 and "杭研大厦" in result.out.decode() and NOTE in result.err


def test_words_to_leave_out_can_be_in_another_encoding(tmp_path: Path) -> None:
    text, known = tmp_path / "text.txt", tmp_path / "known.txt"
    text.write_text(
        "狐狸说葡萄酸。狐狸不吃葡萄，吃葡萄的狐狸少。他种葡萄，狐狸看。葡萄甜，狐狸笑。" * 9, encoding="utf-8"
    )
    known.write_bytes("狐狸\n老虎\n".encode("gbk"))
    assert "狐狸" in shell("discover", "--min-pmi", "1.5", text).out.decode()
    result = shell("discover", "--min-pmi", "1.5", "-x", known, text)
    assert "狐狸" not in result.out.decode() and "葡萄" in result.out.decode() and NOTE in result.err
