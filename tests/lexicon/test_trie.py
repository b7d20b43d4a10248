"""Custom tries: built, saved, mapped, and asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import errors
from cnlp.lexicon.trie import Trie
from cnlp.text.normalise import normalise

words = st.text(st.sampled_from("中国國aA９ 𠮷👍\ud800\x00"), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(st.lists(words, max_size=20), st.text(st.sampled_from("中国國aA９ 𠮷👍\ud800\x00x"), max_size=30))
def test_finds_the_words_and_no_others(known: list[str], text: str) -> None:
    trie = Trie.build(known)
    numbers = {normalise(word): number for number, word in enumerate(known, 1)}
    folded = normalise(text)
    expected = [
        (start, end, numbers[folded[start:end]])
        for start in range(len(text))
        for end in range(start + 1, len(text) + 1)
        if folded[start:end] in numbers
    ]
    assert trie.matches(text) == expected
    assert len(trie) == len(numbers)
    for start in range(len(text) + 1):
        here = [(end, number) for first, end, number in expected if first == start]
        assert trie.longest_prefix(text, start) == (here[-1] if here else None)
    assert all(word in trie and trie.get(word) == numbers[normalise(word)] for word in known)


def test_a_saved_trie_is_the_same_when_mapped(tmp_path: Path) -> None:
    built = Trie.build({"南京": 7, "南京市": 9, "𠮷野家": 1})
    path = tmp_path / "cities.trie"
    built.save(path)
    mapped = Trie.load(path)
    text = "到南京市吃𠮷野家"
    assert mapped.matches(text) == built.matches(text) == [(1, 3, 7), (1, 4, 9), (5, 8, 1)]
    assert len(mapped) == 3 and mapped.max_length == 3
    mapped.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_folding_can_be_switched_off() -> None:
    assert "ＡＢ國" in Trie.build(["ab国"])
    assert "ＡＢ" not in Trie.build(["AB"], width=False)
    assert "ab" not in Trie.build(["AB"], case=False)
    assert "国" not in Trie.build(["國"], script=False)


def test_a_trie_of_no_words_can_be_saved_too(tmp_path: Path) -> None:
    Trie.build([]).save(tmp_path / "empty")
    empty = Trie.load(tmp_path / "empty")
    assert len(empty) == 0 and empty.matches("中国") == [] and "中" not in empty and "" not in empty


def test_what_is_no_trie_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"not a model file at all")
    with pytest.raises(errors.ModelError, match="x: this is not a model file"):
        Trie.load(path)
    Trie.build(["中国"]).save(path)
    path.write_bytes(path.read_bytes()[:-1] + b"\7")
    with pytest.raises(errors.ModelError, match="x: damaged: the data do not match their checksum"):
        Trie.load(path)
    model = cnlp.load()
    with pytest.raises(errors.ModelError, match=r"kind 'lexicon'.*, not 'trie'"):
        Trie.load(model._base.file.path)  # type: ignore[union-attr]
    with pytest.raises(FileNotFoundError):
        Trie.load(tmp_path / "missing")


def test_faults_are_named() -> None:
    with pytest.raises(errors.ArgumentError, match="the word is empty"):
        Trie.build(["中", ""])
    with pytest.raises(errors.ArgumentError, match="the number of '中' must be 1 to 16777215, got 0"):
        Trie.build({"中": 0})
    with pytest.raises(errors.TextTypeError, match="word must be str, not bytes"):
        Trie.build([b"x"])  # type: ignore[list-item]
    with pytest.raises(errors.TextTypeError, match="text must be str, not NoneType"):
        Trie.build([]).matches(None)  # type: ignore[arg-type]
    with pytest.raises(errors.ArgumentError, match="start must be 0 to 2, got 3"):
        Trie.build([]).longest_prefix("中国", 3)
