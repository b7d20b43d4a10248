"""``cnlp augment`` and ``cnlp train ner --augment``: more sentences in any format, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from running_commands import Result

from cnlp.corpus.entities import Sentence
from cnlp.corpus.entity_formats import read_entities

Shell = Callable[..., Result]
BIO = "王\tB-PER\n明\tI-PER\n去\tO\n北\tB-LOC\n京\tI-LOC\n\n李\tB-PER\n雷\tI-PER\n在\tO\n上\tB-LOC\n海\tI-LOC\n\n"
needs_numpy = pytest.mark.skipif(not find_spec("numpy"), reason="needs numpy")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "in.bio"
    path.write_text(BIO, encoding="utf-8")
    return path


def test_each_sentence_is_followed_by_what_is_made_of_it(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.bmes"
    result = shell("augment", corpus, out, "--to", "bmes", "--rate", "join=1")
    assert (result.code, result.err) == (0, "")
    assert [sentence.text for sentence in read_entities(out, "bmes")] == [
        "王明去北京", "王明去北京，李雷在上海", "李雷在上海", "李雷在上海，王明去北京",
    ]  # fmt: skip


def test_the_usual_operations_and_the_format_of_the_input(shell: Shell, corpus: Path) -> None:
    first = shell("augment", corpus, "-", "--copies", "3")
    assert first.code == 0 and first.out.decode().startswith("王\tB-PER\n") and len(first.out) > 2 * len(BIO)
    assert shell("augment", corpus, "-", "--copies", "3").out == first.out
    assert shell("augment", corpus, "-", "--copies", "3", "--seed", "2").out != first.out


def test_files_of_names_synonyms_and_confusions(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    names, chars = tmp_path / "names.txt", tmp_path / "chars.txt"
    names.write_text("乌鲁木齐\tLOC\n喀什\tLOC\tblock\n", encoding="utf-8")
    chars.write_text("去 云\n", encoding="utf-8")
    given = ("--gazetteer", names, "--confusions", chars, "--rate", "swap=1", "--rate", "confuse=1", "--copies", "9")
    lines = shell("augment", corpus, "-", "--to", "jsonl", *given).out.decode().splitlines()
    found = [Sentence(record["text"], ()) for record in map(json.loads, lines)]
    assert any("云乌鲁木齐" in text for text, _ in found) and not any("喀什" in text for text, _ in found)


@needs_numpy
def test_the_nearest_words_of_vectors_are_synonyms(shell: Shell, tmp_path: Path) -> None:
    import numpy as np

    from cnlp.vectors.tables import VectorTable
    from cnlp.vectors.vectors import Vectors

    path, vectors = tmp_path / "in.jsonl", tmp_path / "v.safetensors"
    path.write_text('{"text": "他很高兴", "entities": []}\n', encoding="utf-8")
    Vectors(words=VectorTable(["高兴", "开心", "石头"], np.array([[1, 0.1], [1, 0], [0, 1]], np.float16))).save(vectors)
    others = vectors.rename(tmp_path / "v.other"), tmp_path / "w.vec"
    others[1].write_text("3 2\n高兴 1 0.1\n开心 1 0\n石头 0 1\n", encoding="utf-8")
    for file in others:  # what a file is, not its name, says how it is read
        result = shell("augment", path, "-", "--rate", "synonyms=1", "--synonyms", file)
        assert [json.loads(line)["text"] for line in result.out.decode().splitlines()] == ["他很高兴", "他很开心"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rate", "swp"], "unknown operation 'swp'"),
        (["--rate", "swap=x"], "expected NAME=RATE, such as swap=0.5, got 'swap=x'"),
        (["--rate", "swap=2"], "rate of swap must be from 0 to 1, got 2.0"),
        (["--rate", "synonyms"], "synonyms need a list of them: --synonyms FILE"),
        (["--synonyms", "nowhere.txt"], "nowhere.txt: No such file"),
        (["--rate", "swap", "--synonyms", "IN"], "--synonyms is for the operation synonyms, which is not named"),
        (["--rate", "drop", "--gazetteer", "IN"], "--gazetteer is for the operation swap, which is not named"),
        (["--to", "conll", "--confusions", "IN"], "expected a character and those that may replace it"),
    ],
)
def test_what_is_refused(shell: Shell, tmp_path: Path, corpus: Path, options: list[str], message: str) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("一\n", encoding="utf-8")
    given = [str(empty) if option == "IN" else option for option in options]
    result = shell("augment", corpus, tmp_path / "out", *given)
    assert result.code and message in result.err and len(result.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_file_without_sentences_is_an_error_with_and_without_its_format(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "in.bio").write_text("\n", encoding="utf-8")
    for options in ((), ("--from", "bio")):
        result = shell("augment", tmp_path / "in.bio", tmp_path / "out", *options)
        assert result.code == 1 and "the file has no sentences" in result.err and not (tmp_path / "out").exists()


def test_the_line_of_a_sentence_that_cannot_be_written_is_that_of_its_original(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "好", "entities": []}\n{"text": "很\\n好", "entities": []}\n', encoding="utf-8")
    assert "in.jsonl:2: cannot be written as bio" in shell("augment", path, "-", "--to", "bio", "--rate", "cut").err


@needs_numpy
def test_training_learns_from_what_is_made(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    command = ("train", "ner", "--train", corpus, "-o", model, "--epochs", "2")
    result = shell(*command, "--augment", "join=1", "--augment", "swap")
    assert result.code == 0 and "sentences added by --augment" in result.err
    card = json.loads(shell("info", "--json", model).out)
    assert "augment join=1 swap=0.5 copies=1" in card["parameters"]
    assert (
        "--copies, --gazetteer, --synonyms and --confusions are for --augment" in shell(*command, "--copies", "2").err
    )


def test_a_label_that_no_sentence_has_is_noted(shell: Shell, corpus: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.tsv"
    names.write_text("小红\tPRE\n小兰\tPER\n", encoding="utf-8")
    result = shell("augment", corpus, "-", "--gazetteer", names, "--rate", "swap=1")
    assert result.code == 0
    assert result.err == "cnlp: note: no sentence has the labels PRE; the labels are LOC, PER\n"
