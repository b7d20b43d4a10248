"""Vectors learnt from raw text by each method, and learning that is interrupted."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gensim")

import numpy as np

from cnlp import errors
from cnlp.files.work_folder import WorkFolder
from cnlp.lexicon.trie import Trie
from cnlp.names import VectorMethod
from cnlp.vectors.items import drop_shared
from cnlp.vectors.training import SUFFIXES, VECTOR_METHODS, train_vectors

LINES = ["南京市长江大桥建成通车。", "市长江大桥先生出席大会。", "武汉长江大桥是长江上的第一座大桥。"] * 5
WORDS = Trie.build(["南京", "南京市", "市长", "长江", "长江大桥", "大桥", "武汉", "出席", "party"])


@pytest.mark.parametrize("method", VECTOR_METHODS)
@pytest.mark.parametrize("overlapping", [True, False])
def test_training_gives_vectors_of_what_occurs_often_enough(method: VectorMethod, overlapping: bool) -> None:
    epochs: list[tuple[str, int]] = []
    vectors = train_vectors(
        LINES, WORDS, method=method, size=6, epochs=2, min_counts={"bigrams": 10}, overlapping=overlapping,
        on_epoch=lambda name, epoch, _: epochs.append((name, epoch)),
    )  # fmt: skip
    assert vectors.characters.matrix.shape == (len(set("".join(LINES))), 6)
    assert set(vectors.bigrams) >= {"长江", "大桥"}
    assert "南京" not in vectors.bigrams
    longest = {"南京市", "市长", "长江大桥", "大桥", "长江", "武汉", "出席"}
    assert {word for word in vectors.words if len(word) > 1} == (longest | {"南京"} if overlapping else longest)
    assert {word for word in vectors.words if len(word) == 1} == set("建成通车先生大会是上的第一座") | set(
        "" if overlapping else "江"
    )
    assert epochs == [(name, epoch) for name in ("characters", "bigrams", "words") for epoch in (1, 2)]
    assert all(np.isfinite(table.matrix).all() for table in (vectors.characters, vectors.bigrams, vectors.words))


@pytest.mark.parametrize("method", VECTOR_METHODS)
def test_the_same_seed_gives_the_same_vectors(method: VectorMethod) -> None:
    one, same, other = (
        train_vectors(LINES, WORDS, method=method, size=6, epochs=1, seed=seed).words for seed in (1, 1, 2)
    )
    assert np.array_equal(one.matrix, same.matrix)
    assert not np.array_equal(one.matrix, other.matrix)


def test_any_text_can_be_learnt_from() -> None:
    lines = ["", " \t", "\ud800江", "a\x00b江", "江\u3000河\x1c江", "江" * 30_000]
    assert "江" in train_vectors(lines, Trie.build(["江河"]), tables=["characters"], size=2, epochs=1).characters


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ([], {}, "nothing learnt: no characters occur 1 times or more"),
        (["甲乙"], {}, "nothing learnt: no bigrams occur 3 times or more"),
        (["甲乙"] * 9, {}, "nothing learnt: no words of the lexicon occur 3 times or more"),
        (LINES, {"method": "golve"}, r"unknown method 'golve'; .* \(did you mean 'glove'\?\)"),
        (LINES, {"seed": -1}, "seed must be from 0 to 2147483647, got -1"),
        (LINES, {"memory": 10}, "memory must be at least 1,000,000 bytes, got 10"),
        (LINES, {"tables": ["glyphs"]}, "unknown table 'glyphs'"),
        (LINES, {"size": 0}, "size must be 1 or more, got 0"),
    ],
)
def test_what_cannot_be_learnt_is_said(lines: list[str], options: dict[str, Any], message: str) -> None:
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


class Interrupted(Exception):
    """Something happens."""


def raising(_: str, epoch: int, __: float | None) -> None:
    """Stop after the second epoch of each table."""
    if epoch == 2:
        raise Interrupted


def no_lines() -> Iterator[str]:
    """Lines that are not to be read."""
    raise AssertionError
    yield ""


@pytest.mark.parametrize("method", VECTOR_METHODS)
def test_interrupted_learning_resumes_with_the_same_result(method: VectorMethod, tmp_path: Path) -> None:
    options: dict[str, Any] = {"method": method, "size": 6, "epochs": 3, "tables": ["characters", "words"]}
    expected = train_vectors(LINES, WORDS, held_out=["南京市长江大桥建"], shared=8, **options)
    work = WorkFolder(str(tmp_path / "work"), {}, SUFFIXES)
    lines = iter(LINES)
    for _ in options["tables"]:
        with pytest.raises(Interrupted):
            train_vectors(lines, WORDS, held_out=["南京市长江大桥建"], shared=8, work=work, on_epoch=raising, **options)
        lines = no_lines()
    seen: list[tuple[str, int]] = []
    vectors = train_vectors(
        lines, WORDS, work=work, on_epoch=lambda name, epoch, _: seen.append((name, epoch)), **options
    )
    assert seen == [("words", 3)]
    for name in options["tables"]:
        assert np.array_equal(getattr(vectors, name).matrix, getattr(expected, name).matrix)
    assert vectors.card["training_size"] == expected.card["training_size"] == "10 lines of 15"
    work.remove()
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("damaged", [b"", b"half", "another size"])
def test_a_damaged_checkpoint_is_named(damaged: bytes | str, tmp_path: Path) -> None:
    work = WorkFolder(str(tmp_path), {}, SUFFIXES)
    options: dict[str, Any] = {"method": "glove", "epochs": 1, "tables": ["characters"], "work": work}
    train_vectors(LINES, WORDS, size=2, **options)
    if isinstance(damaged, bytes):
        (tmp_path / "characters.checkpoint").write_bytes(damaged)
    with pytest.raises(errors.ModelError, match=r"characters.checkpoint: this checkpoint is damaged .* remove it"):
        train_vectors(LINES, WORDS, size=3, **options)
