"""``cnlp convert``: from every format to every other, and nothing half-written where it fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from running_commands import Result

from cnlp.corpus.entities import Sentence
from cnlp.corpus.entity_formats import WRITERS, read_entities

Shell = Callable[..., Result]
WANTED = [Sentence("他在北京。", ((2, 4, "LOC"),)), Sentence("王小川", ((0, 3, "PER"),))]
BIO = "他\tO\n在\tO\n北\tB-LOC\n京\tI-LOC\n。\tO\n\n王\tB-PER\n小\tI-PER\n川\tI-PER\n\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "in.bio"
    path.write_text(BIO, encoding="utf-8")
    return path


@pytest.mark.parametrize("format", [*WRITERS, "brat"])
def test_there_and_back(shell: Shell, corpus: Path, tmp_path: Path, format: str) -> None:
    there, back = tmp_path / "out.txt", tmp_path / "back.bio"
    result = shell("convert", corpus, there, "--from", "bio", "--to", format)
    assert (result.code, result.err) == (0, "")
    assert list(read_entities(there, format)) == WANTED
    assert shell("convert", there, back, "--to", "bio").code == 0
    assert back.read_text(encoding="utf-8") == BIO


def test_standard_output_and_new_labels(shell: Shell, corpus: Path) -> None:
    result = shell("convert", corpus, "-", "--from", "bio", "--to", "bmes", "--label", "LOC=NS", "--label", "PER=NR")
    assert result.out.decode().startswith("他\tO\n在\tO\n北\tB-NS\n京\tE-NS\n") and "B-NR" in result.out.decode()


def test_what_ner_writes_is_read(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    path.write_bytes(shell("ner", "--no-model", "-f", "jsonl", stdin="在3月5日\n".encode()).out)
    result = shell("convert", path, "-", "--from", "jsonl", "--to", "bio")
    assert result.out.decode() == "在\tO\n3\tB-DATE\n月\tI-DATE\n5\tI-DATE\n日\tI-DATE\n\n"


def test_other_encodings_are_read(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "in.bio"
    path.write_bytes(BIO.encode("gb18030"))
    assert shell("convert", path, "-", "--from", "bio", "--to", "bio", "-e", "gb18030").out.decode() == BIO


@pytest.mark.parametrize(
    ("content", "format", "to", "message"),
    [
        ("他\tO\n在\tI-LOC\n", "bio", "bmes", ":2: BIO: 'I-LOC' at position 1 is not allowed after 'O'"),
        ("他\tO\n\n在\n", "bio", "bmes", ":3: expected a character and its tag, got '在'"),
        (
            '\n{"text":"北京大学","entities":[{"start":0,"end":2,"label":"A"},{"start":1,"end":4,"label":"B"}]}\n',
            "jsonl",
            "bio",
            ":2: cannot be written as bio: '北京' (0, 2, A) overlaps '京大学' (1, 4, B)",
        ),
        ('{"text":"\\ud800","entities":[]}', "jsonl", "bio", ":1: a lone surrogate cannot be written in UTF-8"),
        (
            '{"text":"a\\nb","entities":[]}',
            "jsonl",
            "bio",
            ":1: cannot be written as bio: these columns cannot contain a line break",
        ),
        (
            '{"text":"a\\tb","entities":[]}',
            "jsonl",
            "conll",
            ":1: cannot be written as conll: these columns cannot contain a tab",
        ),
    ],
)
def test_what_is_broken_is_named_by_line_and_nothing_is_left(
    shell: Shell, tmp_path: Path, content: str, format: str, to: str, message: str
) -> None:
    path = tmp_path / "in"
    path.write_text(content, encoding="utf-8")
    result = shell("convert", path, tmp_path / "out", "--from", format, "--to", to)
    assert result.code == 1 and f"cnlp: error: {path}{message}" in result.err
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_repair_mends_tags_and_overlaps(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_text("他\tO\n在\tI-LOC\n", encoding="utf-8")
    for repair, out in (("begin", "他\tO\n在\tB-LOC\n\n"), ("drop", "他\tO\n在\tO\n\n")):
        result = shell("convert", path, "-", "--from", "bio", "--to", "bio", "--repair", repair)
        assert result.out.decode() == out
        assert result.err == f"cnlp: {path}: tags repaired: 1; overlapping entities left out: 0\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["in.bio", "out"], 2, "Missing option '--to'"),
        (["in.bio", "out", "--from", "bio", "--to", "weibo"], 2, "'weibo' is not one of"),
        (["missing", "-", "--from", "bio", "--to", "bio"], 1, "missing: No such file or directory"),
        (["missing", "a.xml", "--from", "bio", "--to", "brat"], 2, "a.xml: a brat document is a .txt and a .ann file"),
        (["in.bio", "-", "--from", "bio", "--to", "bio", "--label", "x"], 2, "expected OLD=NEW, got 'x'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(shell: Shell, arguments: list[str], code: int, message: str) -> None:
    result = shell("convert", *arguments)
    assert result.code == code and message in result.err and result.err.count("\n") == 1


def test_a_pipe_is_converted_if_its_format_is_named(shell: Shell) -> None:
    data = "去 O\n北 B-LOC\n京 I-LOC\n".encode("gbk")
    options = ("-e", "gbk", "--to", "bmes", "--output-encoding", "utf-16")
    result = shell("convert", "-", "-", "--from", "bio", *options, stdin=data)
    assert result == Result(0, "去\tO\n北\tB-LOC\n京\tE-LOC\n\n".encode("utf-16"), "")
    refused = shell("convert", "-", "-", *options, stdin=data)
    assert refused.code == 2 and "-: name the format, a pipe cannot be read twice" in refused.err
