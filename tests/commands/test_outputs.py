"""``cnlp segment -o``: files, folders, patterns, and what is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from running_commands import Result, run_process

Shell = Callable[..., Result]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with text, a hidden file, an image, and text below it."""
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.utf8", ".secret.txt", ".hidden/d.txt"):
        (folder / name).write_text(f"我们 {name}\n", encoding="utf-8")
    (folder / "image.PNG").write_bytes(b"\x89PNG\xff")
    return folder


def tree(folder: Path) -> list[str]:
    """All files below ``folder``."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_folder_is_read_in_order_without_hidden_and_binary_files(shell: Shell, corpus: Path) -> None:
    result = shell("segment", "-f", "jsonl", corpus)
    assert result.code == 0 and result.err == ""
    assert [line.split('"')[3] for line in result.out.decode().splitlines()] == [
        "我们 a.txt",
        "我们 b.txt",
        "我们 sub/c.utf8",
    ]


def test_one_input_to_one_file(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    assert shell("segment", corpus / "a.txt", "-o", tmp_path / "out.txt") == Result(0, b"", "")
    assert (tmp_path / "out.txt").read_bytes() == shell("segment", corpus / "a.txt").out


def test_standard_input_to_a_file(shell: Shell, tmp_path: Path) -> None:
    assert shell("segment", "-o", tmp_path / "out.txt", stdin="我们".encode()).code == 0
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "我们"


@pytest.mark.parametrize("form, suffix", [("text", ""), ("jsonl", ".jsonl"), ("tsv", ".tsv")])
def test_a_folder_is_mirrored(shell: Shell, corpus: Path, tmp_path: Path, form: str, suffix: str) -> None:
    assert shell("segment", corpus, "-q", "-f", form, "-o", tmp_path / "out") == Result(0, b"", "")
    assert tree(tmp_path / "out") == [name + suffix for name in ("a.txt", "b.txt", "sub/c.utf8")]


def test_an_output_folder_inside_the_input_is_not_read(shell: Shell, corpus: Path) -> None:
    for _ in range(2):
        assert shell("segment", corpus, "-o", corpus / "out").code == 0
    assert tree(corpus / "out") == ["a.txt", "b.txt", "sub/c.utf8"]


@pytest.mark.parametrize("output", ["made/", "there"])
def test_a_slash_or_an_existing_folder_means_a_folder(shell: Shell, corpus: Path, tmp_path: Path, output: str) -> None:
    (tmp_path / "there").mkdir()
    assert shell("segment", corpus / "a.txt", "-o", f"{tmp_path}/{output}").code == 0
    assert tree(tmp_path / output) == ["a.txt"]


def test_patterns_keep_the_path_below_their_fixed_part(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    assert shell("segment", corpus / "*.txt", "-o", tmp_path / "one").code == 0
    assert tree(tmp_path / "one") == ["a.txt", "b.txt"]
    assert shell("segment", corpus / "**" / "*.utf8", "-o", tmp_path / "two").code == 0
    assert tree(tmp_path / "two") == ["sub/c.utf8"]
    assert shell("segment", corpus / "s*", "-o", tmp_path / "three").code == 0
    assert tree(tmp_path / "three") == ["sub/c.utf8"]


def test_a_name_with_brackets_is_a_name(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text("我们", encoding="utf-8")
    assert shell("segment", tmp_path / "a[1].txt").out.decode() == "我们"


def test_several_inputs_and_one_file_are_refused(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("old")
    result = shell("segment", corpus / "a.txt", corpus / "b.txt", "-o", tmp_path / "out.txt")
    assert result.code == 2
    assert "out.txt: is not a folder; several inputs need a folder" in result.err
    assert (tmp_path / "out.txt").read_text() == "old"


def test_two_inputs_of_one_name_are_refused(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("我们", encoding="utf-8")
    result = shell("segment", corpus / "a.txt", tmp_path / "a.txt", "-o", tmp_path / "out")
    assert result.code == 2
    assert "would both be written to" in result.err
    assert not (tmp_path / "out").exists()


def test_output_equal_to_input_is_refused(shell: Shell, corpus: Path) -> None:
    for arguments in (
        (corpus / "a.txt", "-o", corpus / "a.txt"),
        (corpus / "a.txt", "-o", corpus),
        (corpus, "-o", corpus),
        (corpus / "b.txt", corpus / "a.txt", "-o", corpus),
    ):
        result = shell("segment", *arguments)
        assert result.code == 2
        assert result.err.startswith("cnlp: error: ") and "is also an input" in result.err
        assert result.err.count("\n") == 1
    assert (corpus / "a.txt").read_text(encoding="utf-8") == "我们 a.txt\n"


@pytest.mark.parametrize(
    "arguments",
    [
        "segment -l WORDS TEXT -o WORDS",
        "tag -l WORDS TEXT -o WORDS",
        "ner -g WORDS TEXT -o WORDS",
        "match --replace * WORDS TEXT -o WORDS",
        "keywords --stopwords WORDS TEXT -o WORDS",
        "discover TEXT -x WORDS --to-lexicon WORDS",
        "lexicon convert WORDS -o WORDS",
        "segment --model WORDS TEXT -o WORDS",
        "augment TAGS TAGS",
        "augment --synonyms WORDS TAGS WORDS",
        "convert --to bmes TAGS TAGS",
        "convert --to brat TAGS TAGS",
    ],
)
def test_no_command_overwrites_a_list_a_model_or_a_corpus(shell: Shell, tmp_path: Path, arguments: str) -> None:
    contents = {"WORDS": "天津\tLOC\n", "TEXT": "我在天津\n", "TAGS": "天\tB-LOC\n津\tI-LOC\n\n"}
    paths = {name: tmp_path / f"{name.lower()}.txt" for name in contents}
    for name, path in paths.items():
        path.write_text(contents[name], encoding="utf-8")
    result = shell(*(paths.get(word, word) for word in arguments.split()))
    assert result.code == 2 and "is also an input" in result.err and result.err.count("\n") == 1
    assert {name: path.read_text(encoding="utf-8") for name, path in paths.items()} == contents
    assert len(list(tmp_path.iterdir())) == len(contents)


def test_a_lexicon_in_the_output_folder_is_not_overwritten(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    words = tmp_path / "out" / "a.txt"
    words.parent.mkdir()
    words.write_text("天津\n", encoding="utf-8")
    result = shell("segment", "-l", words, corpus, "-o", words.parent)
    assert result.code == 2 and f"{words}: is also an input" in result.err
    assert words.read_text(encoding="utf-8") == "天津\n"


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_output_that_links_to_an_input_is_refused(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "soft").symlink_to(corpus / "a.txt")
    os.link(corpus / "a.txt", tmp_path / "hard")
    for link in ("soft", "hard"):
        assert shell("segment", corpus / "a.txt", "-o", tmp_path / link).code == 2


@pytest.mark.skipif(os.name != "posix", reason="redirection of POSIX")
def test_appending_to_an_input_is_refused(corpus: Path) -> None:
    path = corpus / "a.txt"
    before = path.read_bytes()
    with open(path, "ab") as stream:
        result = run_process("segment", path, stdout=stream)
    assert result.code == 2 and "standard output: is also an input" in result.err
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_loops_of_links_are_not_followed(shell: Shell, corpus: Path) -> None:
    (corpus / "sub" / "up").symlink_to(corpus)
    assert shell("segment", corpus).out.count(b"\n") == 3
