"""The registry of public corpora, and the corpora themselves where they are at hand."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cnlp import errors
from cnlp.corpus import CORPORA, data_folder, load_corpus, load_tagged, load_vocabulary, registry, verify

try:
    FOLDER: Path | None = data_folder()
except errors.ArgumentError:
    FOLDER = None

needs_corpora = pytest.mark.skipif(FOLDER is None, reason="no folder of corpora: set CNLP_DATA")

# Words as counted by the keepers of the data (README of the folder, and the bakeoff's own tables).
WORDS = {
    "pku-test": 104372,
    "msr-test": 106873,
    "as-test": 122610,
    "cityu-test": 40936,
    "sxu-test": 113527,
    "msr-sample-train": 237645,
    "pfr-199801": 1121447,
}


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNLP_DATA", str(tmp_path))
    assert data_folder() == tmp_path


def test_no_folder_is_an_error_that_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNLP_DATA", str(tmp_path / "none"))
    with pytest.raises(errors.ArgumentError, match="CNLP_DATA"):
        data_folder()


def test_unknown_corpus() -> None:
    with pytest.raises(errors.ArgumentError, match="choose one of: pku-test"):
        load_corpus("ctb")


def test_plain_text_has_no_tags(tmp_path: Path) -> None:
    with pytest.raises(errors.ArgumentError, match="unknown tagged corpus 'pku-test'"):
        load_tagged("pku-test", tmp_path)


def test_a_word_list_has_no_sentences(tmp_path: Path) -> None:
    with pytest.raises(errors.ArgumentError):
        load_corpus("pku-words", tmp_path)


def test_names_vocabularies_and_checksums_are_sound() -> None:
    for name, corpus in CORPORA.items():
        assert corpus.name == name
        assert corpus.vocabulary is None or CORPORA[corpus.vocabulary].format == "word_list"
        assert len(corpus.sha256) == 64
        assert corpus.split in ("train", "dev", "test", "words")
    assert len({corpus.path for corpus in CORPORA.values()}) == len(CORPORA)


def test_loading_from_a_folder(tmp_path: Path) -> None:
    for name, text in (
        ("pku-test", "北京  大学\n"),
        ("zhuxian-dev", "第一_OD 章_M\n"),
        ("pku-words", "北京\n"),
    ):
        path = tmp_path / CORPORA[name].path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert list(load_corpus("pku-test", tmp_path)) == [["北京", "大学"]]
    assert list(load_corpus("zhuxian-dev", tmp_path)) == [["第一", "章"]]
    assert next(load_tagged("zhuxian-dev", tmp_path)).tags == ("OD", "M")
    assert load_vocabulary("pku-test", tmp_path) == frozenset({"北京"})
    assert load_vocabulary("zhuxian-dev", tmp_path) is None
    assert not verify("pku-test", tmp_path)


def test_sha256_of_a_file_longer_than_a_block(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * 3_000_000)
    assert registry.file_sha256(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()


@needs_corpora
@pytest.mark.parametrize("name", CORPORA)
def test_the_file_is_the_registered_one_and_can_be_read(name: str) -> None:
    assert verify(name)
    assert (data_folder() / CORPORA[name].path).stat().st_size == CORPORA[name].size
    if CORPORA[name].format not in ("words", "pfr", "conll", "word_pos", "annotated"):
        return
    words = sum(map(len, load_corpus(name)))
    assert words == WORDS.get(name, words) > 0


@needs_corpora
def test_the_official_word_lists() -> None:
    vocabulary = load_vocabulary("pku-test")
    assert vocabulary is not None
    assert len(vocabulary) == 55303
