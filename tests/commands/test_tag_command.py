"""``cnlp tag``: what ``cnlp segment`` writes, with tags."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running_commands import Result, run_here

import cnlp

Shell = Callable[..., Result]

SENTENCE = "他在北京大学读书，𠮷野家的饭很好吃。"
TEXTS = st.text(
    st.one_of(
        st.sampled_from("我们在中国人民大学学习 \t\r\n\u3000，。a1/%\\\0😀𠮷"),
        st.characters(blacklist_categories=["Cs"]),
    ),
    max_size=40,
)


def tagged(text: str, **choices: str) -> str:
    return " ".join(f"{token.text}/{token.tag}" for token in cnlp.tag(text, **choices))  # type: ignore[arg-type]


def one_line(result: Result, *parts: str, code: int = 1) -> None:
    assert result.code == code
    assert result.err.startswith("cnlp: error: ") and result.err.count("\n") == 1, result.err
    assert all(part in result.err for part in parts), result.err


def test_words_and_tags(shell: Shell) -> None:
    result = shell("tag", stdin=f"{SENTENCE}\r\n\n我们\t大学".encode())
    assert (result.code, result.err) == (0, "")
    assert result.out.decode() == f"{tagged(SENTENCE)}\r\n\n我们/r\t大学/n"


@pytest.mark.parametrize("tagset", ["pfr", "universal", "ctb"])
def test_tag_sets(shell: Shell, tagset: str) -> None:
    out = shell("tag", "--tagset", tagset, stdin="我爱北京".encode()).out.decode()
    assert out == tagged("我爱北京", tagset=tagset)


def test_words_that_are_cut_already(shell: Shell) -> None:
    words = ["他", "在", "北京大学", "读书", "。"]
    tags = cnlp.tag_words(words)
    line = "  他 在　北京大学\t读书 。 \r\n"
    out = shell("tag", "--words", stdin=line.encode()).out.decode()
    expected = line
    for word, tag in zip(words, tags, strict=True):
        expected = expected.replace(word, f"{word}/{tag}")
    assert out == expected
    record = json.loads(shell("tag", "--words", "-f", "jsonl", stdin=line.encode()).out)
    assert [token[0] for token in record["tokens"]] == words and record["text"] + record["end"] == line
    assert [token[3] for token in record["tokens"]] == tags
    assert all(record["text"][start:end] == word for word, start, end, _ in record["tokens"])
    rows = shell("tag", "-w", "-f", "tsv", stdin=line.encode()).out.decode().splitlines()
    assert rows[2] == f"1\t6\t10\t北京大学\t{tags[2]}"
    one_line(shell("tag", "--words", "-a", "bigram", stdin=b"x"), "--words leaves nothing for --algorithm", code=2)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_jsonl_holds_the_whole_input_and_exact_offsets(text: str) -> None:
    text = text.lstrip("\ufeff")
    out = run_here("tag", "--format", "jsonl", stdin=text.encode()).out.decode()
    records = [json.loads(line) for line in out.split("\n")[:-1]]
    assert "".join(record["text"] + record.get("end", "\n") for record in records) == text
    for record in records:
        assert all(record["text"][start:end] == word and tag for word, start, end, tag in record["tokens"])
        assert "".join(word for word, *_ in record["tokens"]) == record["text"]


def test_a_lexicon_gives_words_and_tags(shell: Shell, tmp_path: Path) -> None:
    for name, line in (("a.tsv", "饕餮兽面纹罍\t\t器\n"), ("b.tsv", "夔龙纹簋盖\n")):
        (tmp_path / name).write_text(line, encoding="utf-8")
    lexicons = ("-l", tmp_path / "a.tsv", "-l", tmp_path / "b.tsv")
    out = shell("tag", *lexicons, stdin="看饕餮兽面纹罍和夔龙纹簋盖".encode()).out.decode()
    assert "饕餮兽面纹罍/器" in out and "夔龙纹簋盖/" in out


def test_a_tagger_of_ones_own(shell: Shell, tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    path, model = tmp_path / "mine.txt", tmp_path / "m"
    path.write_text("我们/X 爱/Y 北京/Z\n" * 5, encoding="utf-8")
    assert shell("train", "tag", "--train", path, "-o", model).code == 0
    assert shell("tag", "--model", model, stdin="我们爱北京".encode()).out.decode() == "我们/X 爱/Y 北京/Z"
    assert shell("tag", "-w", "--model", model, stdin="我们 爱".encode()).out.decode() == "我们/X 爱/Y"
    report = json.loads(shell("evaluate", "tag", path, "--model", model, "-f", "json").out)
    assert report["accuracy"] == report["joint_f1"] == 1.0


def test_files_and_folders(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "in" / name).write_bytes("我们\n".encode("gb18030"))
    assert shell("tag", tmp_path / "in", "-o", tmp_path / "out", "-e", "gb18030", "-f", "tsv").code == 0
    assert (tmp_path / "out" / "b.txt.tsv").read_text(encoding="utf-8") == "1\t0\t2\t我们\tr\n"


def test_what_goes_wrong_is_one_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"ab\n\xff")
    one_line(shell("tag", tmp_path / "bad.txt", "-o", tmp_path / "out"), "bad.txt: not utf-8 at byte 3")
    assert not (tmp_path / "out").exists()
    (tmp_path / "m").write_bytes(b"no model")
    one_line(shell("tag", "--model", tmp_path / "m", stdin=b"x"), "this is not a model file")
    one_line(shell("tag", "--tagset", "863", stdin=b"x"), "863", code=2)
    one_line(shell("tag", "--standard", "863", stdin="我".encode()), "863", code=2)
