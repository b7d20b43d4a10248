"""Vectors: learnt from raw text, read from word2vec files, pruned, saved and looked up under folded text."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")

import numpy as np

from cnlp import errors
from cnlp.lexicon.trie import Trie
from cnlp.ner.neural.vectors import Vectors, VectorTable, fold, matches
from cnlp.ner.neural.word2vec import drop_shared, read_word2vec, train_vectors

LINES = ["南京市长江大桥建成通车。", "市长江大桥先生出席大会。", "武汉长江大桥是长江上的第一座大桥。"] * 5
WORDS = Trie.build(["南京", "南京市", "市长", "长江", "长江大桥", "大桥", "武汉", "出席", "party"])


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
    for bad in (data[:-1], data[:-3] + b"abc", data.replace(b'"words":"3 x 4"', b'"words":"9 x 4"'), b"", b"vectors"):
        (tmp_path / "bad").write_bytes(bad)
        with pytest.raises(errors.ModelError, match="bad"):
            Vectors.load(tmp_path / "bad")
    with pytest.raises(errors.ModelError, match=r"of kind 'lexicon'.*, not 'vectors'"):
        from cnlp.model.registry import CORE

        Vectors.load(CORE)


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


def test_folding_keeps_the_length_and_makes_every_digit_0() -> None:
    text = "２０１８年３月，ＩＢＭ İ 漢語\ud800\x00😀"
    assert len(fold(text)) == len(text)
    assert fold(text) == fold(fold(text))
    assert fold(text).startswith("0000年0月,ibm")


def test_no_word_begins_or_ends_inside_a_run_of_letters() -> None:
    trie = Trie.build(["art", "南京"])
    assert [(start, end) for start, end, _ in matches(trie, "party南京art")] == [(5, 7), (7, 10)]


@pytest.mark.parametrize("method", ["skip-gram", "cbow"])
@pytest.mark.parametrize("overlapping", [True, False])
def test_training_gives_vectors_of_what_occurs_often_enough(method: str, overlapping: bool) -> None:
    pytest.importorskip("gensim")
    epochs: list[tuple[str, int]] = []
    vectors = train_vectors(
        LINES, WORDS, method=method, size=6, epochs=2, min_counts={"bigrams": 10}, overlapping=overlapping,
        on_epoch=lambda name, epoch: epochs.append((name, epoch)),
    )  # fmt: skip
    assert vectors.characters.matrix.shape == (len(set("".join(LINES))), 6)
    assert set(vectors.bigrams) >= {"长江", "大桥"}
    assert "南京" not in vectors.bigrams
    longest = {"南京市", "市长", "长江大桥", "大桥", "长江", "武汉", "出席"}
    assert set(vectors.words) == (longest | {"南京"} if overlapping else longest)
    assert epochs == [(name, epoch) for name in ("characters", "bigrams", "words") for epoch in (1, 2)]
    assert all(np.isfinite(table.matrix).all() for table in (vectors.characters, vectors.bigrams, vectors.words))


def test_the_same_seed_gives_the_same_vectors() -> None:
    pytest.importorskip("gensim")
    one, same, other = (train_vectors(LINES, WORDS, size=6, epochs=1, seed=seed).words for seed in (1, 1, 2))
    assert np.array_equal(one.matrix, same.matrix)
    assert not np.array_equal(one.matrix, other.matrix)


def test_any_text_can_be_learnt_from() -> None:
    pytest.importorskip("gensim")
    lines = ["", " \t", "\ud800江", "a\x00b江", "江\u3000河\x1c江", "江" * 30_000]
    assert "江" in train_vectors(lines, Trie.build(["江河"]), tables=["characters"], size=2, epochs=1).characters


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ([], {}, "nothing learnt: no characters occur 1 times or more"),
        (["甲乙"], {}, "nothing learnt: no bigrams occur 3 times or more"),
        (["甲乙"] * 9, {}, "nothing learnt: no words of the lexicon occur 3 times or more"),
        (LINES, {"method": "glove"}, "unknown method 'glove'; choose one of: skip-gram, cbow"),
        (LINES, {"tables": ["glyphs"]}, "unknown table 'glyphs'"),
        (LINES, {"size": 0}, "size must be 1 or more, got 0"),
    ],
)
def test_what_cannot_be_learnt_is_said(lines: list[str], options: dict[str, Any], message: str) -> None:
    pytest.importorskip("gensim")
    with pytest.raises(errors.ArgumentError, match=message):
        train_vectors(lines, WORDS, **options)


def test_without_gensim_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **options: Any) -> Any:
        if name.startswith("gensim"):
            raise ImportError(name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(errors.MissingDependencyError, match=r"needs gensim: pip install 'cnlp\[neural\]'"):
        train_vectors(LINES, WORDS)


def test_lines_with_a_held_out_stretch_are_dropped() -> None:
    test, others = ["他 说南京市长江大桥于１９６８年通车"], ["甲", "说南京市长江大"]
    assert list(drop_shared(["说南京市长江 大桥于2024年", *others], test, 10)) == others


def word2vec_text(*, header: bool) -> bytes:
    lines = ["江 1 2 3", "ＡＢ 0.5 -1e-3 2", "ab 9 9 9", "長江 -1 0 1"]
    return ("4 3\n" * header + "\n".join(lines) + "\n").encode()


def word2vec_binary() -> bytes:
    rows = {"江": [1, 2, 3], "ＡＢ": [0.5, -1e-3, 2], "ab": [9, 9, 9], "長江": [-1, 0, 1]}
    return b"4 3\n" + b"".join(k.encode() + b" " + np.array(v, "<f4").tobytes() + b"\n" for k, v in rows.items())


@pytest.mark.parametrize("data", [word2vec_text(header=True), word2vec_text(header=False), word2vec_binary()])
def test_word2vec_files_are_read_and_folded(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "v").write_bytes(data)
    table = read_word2vec(tmp_path / "v")
    assert table.items == ["江", "ab", "长江"]
    assert np.allclose(table.matrix, [[1, 2, 3], [0.5, -1e-3, 2], [-1, 0, 1]], atol=1e-3)


def test_gensim_reads_and_writes_the_same_files(tmp_path: Path) -> None:
    gensim = pytest.importorskip("gensim")
    vectors = gensim.models.KeyedVectors(5)
    matrix = np.random.default_rng(1).standard_normal((3, 5)).astype(np.float32)
    vectors.add_vectors(["江", "长江", "大桥"], matrix)
    for binary in (True, False):
        vectors.save_word2vec_format(str(tmp_path / "v"), binary=binary)
        assert np.allclose(read_word2vec(tmp_path / "v").matrix, matrix, atol=2e-3)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "v:1: "),
        (b"2 3\n", "v:"),
        ("2 3\n江 1 2 3\n".encode(), "v:1: the header says 2 items, the file has 1"),
        ("2 3\n江 1 2 3\n河 1 2\n".encode(), "v:3: expected an item and 3 numbers, got 3 fields"),
        ("江 1 2 3\n河 1 x 3\n".encode(), "v:2: the fields after '河' are not a vector of numbers"),
        ("江 1 2 3\n河 1 nan 3\n".encode(), "v:2: the fields after '河' are not a vector of numbers"),
        ("江 1 2 3\n".encode("gb18030"), "v:1: the item is not UTF-8"),
        (word2vec_binary()[:-9], "v: truncated at byte 68: the header says 4 items"),
        ("江 1 2 7e4\n".encode(), "v:1: the fields after '江' are not a vector of numbers"),
        (word2vec_binary().replace(b"\x00\x00\x80?", b"\xff\xff\xff\xff"), "v: the bytes from 8 on are not a vector"),
        (word2vec_binary().replace("江".encode(), b"\xff\xfe\xfd", 1), "v: the item at byte 4 is not UTF-8"),
    ],
)
def test_damaged_word2vec_files_are_named_with_the_place(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "v").write_bytes(data)
    with pytest.raises(errors.FormatError, match=message.replace("(", r"\(")):
        read_word2vec(tmp_path / "v")
