"""Vectors: saved, opened without reading them, pruned, and looked up under folded text."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")

import numpy as np

import cnlp
from cnlp import errors
from cnlp.lexicon.trie import Trie
from cnlp.vectors.tables import VectorTable, fold, matches
from cnlp.vectors.vectors import Vectors

PARTS = (("items", "U8"), ("matrix", "F16"))


def small() -> Vectors:
    """A few vectors made by hand."""
    rng = np.random.default_rng(1)

    def table(*forms: str) -> VectorTable:
        return VectorTable(forms, rng.standard_normal((len(forms), 4)).astype(np.float16))

    return Vectors(table("江", "河", "\ud800"), table("长江", "江"), table("长江", "大桥", "长江大桥"), {"seed": "1"})


def test_a_saved_file_has_the_same_vectors_and_card(tmp_path: Path) -> None:
    vectors = small()
    vectors.save(tmp_path / "v")
    again = Vectors.load(tmp_path / "v")
    for name in ("characters", "bigrams", "words"):
        one, other = getattr(vectors, name), getattr(again, name)
        assert one.items == other.items
        assert np.array_equal(one.matrix, other.matrix)
    assert again.card["seed"] == "1"


def test_what_was_loaded_can_be_saved_again(tmp_path: Path) -> None:
    small().save(tmp_path / "v")
    Vectors.load(tmp_path / "v").top(1).save(tmp_path / "w")
    assert Vectors.load(tmp_path / "w").words.items == ["长江"]


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    small().save(tmp_path / "v")
    data = (tmp_path / "v").read_bytes()
    for bad in (data[:-1], data[:-3] + b"abc", data.replace(b'"words":"3 x 4"', b'"words":"9 x 4"'), b""):
        (tmp_path / "bad").write_bytes(bad)
        with pytest.raises(errors.ModelError, match="bad"):
            Vectors.load(tmp_path / "bad")
    with pytest.raises(errors.ModelError, match=r"of kind 'lexicon'.*, not 'vectors'"):
        from cnlp.model.registry import CORE

        Vectors.load(CORE)


def test_a_file_of_a_few_bytes_is_read_as_one_of_word2vec(tmp_path: Path) -> None:
    (tmp_path / "v").write_text("a 1 2\n")
    assert Vectors.load(tmp_path / "v")["a"].tolist() == [1, 2]
    (tmp_path / "v").write_text("3 2\n")
    with pytest.raises(errors.FormatError, match="v:1: the header says 3 items"):
        Vectors.load(tmp_path / "v")


def test_tables_that_were_emptied_can_be_saved_and_opened(tmp_path: Path) -> None:
    for emptied in (
        small().prune(["无"]),
        small().top(0),
        Vectors(words=VectorTable([], np.zeros((0, 8), np.float16))),
    ):
        emptied.save(tmp_path / "v")
        loaded = Vectors.load(tmp_path / "v")
        assert len(loaded) == 0 and loaded.vector("长江").size == 0
        assert loaded.join(small()).words.items == small().words.items


@pytest.mark.parametrize("matrix", [np.zeros((1, 2)), np.full((1, 2), np.nan, np.float16), np.zeros(2, np.float16)])
def test_a_matrix_that_is_not_of_finite_halves_is_refused(matrix: Any) -> None:
    with pytest.raises(errors.ArgumentError, match="the matrix"):
        VectorTable(["江"], matrix)


@pytest.mark.parametrize("forms", [["江", "江"], ["江", ""], ["江", "a\nb"], ["江"]])
def test_a_table_has_one_row_for_each_form(forms: list[str]) -> None:
    with pytest.raises(errors.ArgumentError):
        VectorTable(forms, np.zeros((2, 3), np.float16))


def test_pruning_keeps_what_can_be_looked_up() -> None:
    pruned = small().prune(["長江大桥"])
    assert pruned.characters.items == ["江"]
    assert pruned.bigrams.items == ["长江"]
    assert pruned.words.items == ["长江", "大桥", "长江大桥"]
    assert small().prune(["江"]).words.items == []


def test_joined_vectors_are_side_by_side_and_none_is_nan() -> None:
    one = Vectors(words=VectorTable(["江", "河"], np.array([[3, 4], [0, 0]], np.float16)))
    other = Vectors(words=VectorTable(["湖", "江"], np.array([[5], [-2]], np.float16)), bigrams=small().bigrams)
    joined = one.join(other)
    assert joined.words.items == ["江", "河", "湖"]
    assert np.allclose(joined.words.matrix, [[0.6, 0.8, -1], [0, 0, 0], [0, 0, 1]], atol=1e-3)
    assert joined.bigrams.items == other.bigrams.items and joined.bigrams.size == other.bigrams.size
    assert len(joined.characters) == 0


def test_folding_keeps_the_length_and_makes_every_digit_0() -> None:
    text = "２０１８年３月，ＩＢＭ İ 漢語\ud800\x00😀"
    assert len(fold(text)) == len(text)
    assert fold(text) == fold(fold(text))
    assert fold(text).startswith("0000年0月,ibm")


def test_no_word_begins_or_ends_inside_a_run_of_letters() -> None:
    trie = Trie.build(["art", "南京"])
    assert [(start, end) for start, end, _ in matches(trie, "party南京art")] == [(5, 7), (7, 10)]


def rivers() -> Vectors:
    """Words with vectors whose cosines are known."""
    matrix = [[1, 0, 0], [2, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [0, 0, 5], [0, 0, 0]]
    return Vectors(words=VectorTable(["江", "河", "长江", "00", "party", "零"], np.array(matrix, np.float16)))


def test_words_are_looked_up_folded() -> None:
    assert "長江" in rivers()
    assert "２０" in rivers()
    assert "湖" not in rivers()
    assert 5 not in rivers()
    assert rivers()["PARTY"].tolist() == [0, 0, 5]
    assert rivers()["PARTY"].dtype == np.float32


def test_similarity_is_the_cosine() -> None:
    vectors = rivers()
    assert vectors.similarity("江", "河") == 1
    assert vectors.similarity("江", "长江") == pytest.approx(0.6, abs=1e-3)
    assert vectors.similarity("江", "零") == 0


def test_the_most_similar_words_come_first_and_of_equal_ones_the_more_frequent() -> None:
    vectors = rivers()
    assert [word for word, _ in vectors.most_similar("河", 3)] == ["江", "长江", "00"]
    assert vectors.most_similar("河", 0) == []
    assert [word for word, _ in vectors.most_similar("河")] == ["江", "长江", "00", "party", "零"]


def test_blocks_of_rows_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = rivers().most_similar("河")
    monkeypatch.setattr("cnlp.vectors.tables._BLOCK", 2)
    assert rivers().most_similar("河") == expected


def test_an_analogy_leaves_its_words_out() -> None:
    table = VectorTable(
        ["王", "后", "男", "女", "山"], np.array([[1, 1], [1, -1], [0, 1], [0, -1], [1, 0]], np.float16)
    )
    vectors = Vectors(words=table)
    assert vectors.analogy("男", "女", "王")[0][0] == "后"
    assert {word for word, _ in vectors.analogy("男", "女", "王", 9)} == {"后", "山"}


def test_a_text_is_the_mean_of_its_words_and_of_the_characters_of_unknown_ones() -> None:
    vectors = rivers()
    assert vectors.vector("長江").tolist() == vectors["长江"].tolist()
    assert np.allclose(vectors.vector("长江，江河！"), (vectors["长江"] + vectors["江"] + vectors["河"]) / 3)
    assert vectors.vector("").tolist() == vectors.vector("。湖").tolist() == [0, 0, 0]


def test_characters_answer_where_there_are_no_words() -> None:
    vectors = Vectors(characters=VectorTable(["江", "河"], np.array([[1, 0], [0, 1]], np.float16)))
    assert ("河" in vectors, len(vectors), vectors.similarity("江", "河")) == (True, 2, 0)
    assert vectors.vector("江河").tolist() == [0.5, 0.5]


def test_an_unknown_word_is_named() -> None:
    for ask in (rivers().most_similar, rivers().__getitem__, lambda word: rivers().analogy("江", "河", word)):
        with pytest.raises(errors.ArgumentError, match=r"no vector for '湖': ask with 'in', or take vector\(\)"):
            ask("湖")
    with pytest.raises(errors.TextTypeError, match="word must be str, not int"):
        rivers().similarity("江", 5)  # type: ignore[arg-type]
    with pytest.raises(errors.ArgumentError, match="n must be 0 or more, got -1"):
        rivers().most_similar("江", -1)


@pytest.mark.parametrize("binary", [True, False])
def test_files_of_word2vec_are_opened_as_words(tmp_path: Path, binary: bool) -> None:
    rivers().save_word2vec(tmp_path / "v.vec", binary=binary)
    again = Vectors.load(tmp_path / "v.vec")
    assert again.words.items == rivers().words.items
    assert np.array_equal(again.words.matrix, rivers().words.matrix)


def test_an_opened_file_is_mapped_and_its_items_are_read_when_needed(tmp_path: Path) -> None:
    rivers().save(tmp_path / "v")
    vectors = cnlp.load(tmp_path / "v")
    assert isinstance(vectors.words.matrix.base, np.memmap)
    assert len(vectors) == 6
    assert "items" not in vars(vectors.words)
    assert vectors.most_similar("江", 1)[0][0] == "河"
    copied = cnlp.load(tmp_path / "v", copy=True)
    assert np.array_equal(copied.words.matrix, vectors.words.matrix)


def test_vectors_can_be_pickled(tmp_path: Path) -> None:
    rivers().save(tmp_path / "v")
    again = pickle.loads(pickle.dumps(Vectors.load(tmp_path / "v")))
    assert again.similarity("江", "河") == 1


def test_items_that_do_not_fit_are_found_when_they_are_read(tmp_path: Path) -> None:
    from cnlp.model.format import write_model

    arrays = {f"{name}.{part}": (dtype, b"") for name in ("characters", "bigrams", "words") for part, dtype in PARTS}
    arrays["words.matrix"] = "F16", bytes(8)
    for items in ("江", "江\n江", "江\n", "江\n河\n湖"):
        arrays["words.items"] = "U8", items.encode()
        card = {"kind": "vectors", "characters": "0 x 0", "bigrams": "0 x 0", "words": "2 x 2"}
        write_model(tmp_path / "v", arrays, card)
        with pytest.raises(errors.ModelError, match="v: damaged: the items of table 'words' cannot be used"):
            "江" in Vectors.load(tmp_path / "v")  # noqa: B015


@pytest.mark.parametrize("shape", ["9999999999 x 9999999999", "2 x", "-2 x -2", "0 x 9", "2 x " + "9" * 5000, "x"])
def test_a_card_that_promises_too_much_is_refused(tmp_path: Path, shape: str) -> None:
    from cnlp.model.format import write_model

    arrays = {f"{name}.{part}": (dtype, b"") for name in ("characters", "bigrams", "words") for part, dtype in PARTS}
    write_model(tmp_path / "v", arrays, {"kind": "vectors", "characters": shape, "bigrams": "0 x 0", "words": "0 x 0"})
    with pytest.raises(errors.ModelError, match="v: damaged: table 'characters' has 0 bytes"):
        Vectors.load(tmp_path / "v")
