"""Classes of words by their neighbours."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy")

from cnlp.pos.distribution import distributional_classes

NOUNS, VERBS = ["书", "歌", "话", "信"], ["看", "听", "写"]
TEXT = [["我", verb, noun, "。"] for verb in VERBS for noun in NOUNS] * 2


def test_words_with_the_same_neighbours_are_in_one_class() -> None:
    found = distributional_classes(TEXT, n_classes=6, n_dimensions=4)
    assert len({found[word] for word in NOUNS}) == 1
    assert len({found[word] for word in VERBS}) == 1
    assert found["书"] != found["看"] != found["我"]


def test_classes_count_from_one_and_are_no_more_than_asked_for() -> None:
    found = distributional_classes(TEXT, n_classes=3, n_dimensions=4)
    assert set(found.values()) <= {1, 2, 3}
    assert set(found) == {*NOUNS, *VERBS, "我", "。"}


def test_rare_words_have_none_and_words_are_folded() -> None:
    found = distributional_classes([["Ａ", "b"], ["a", "c"]], n_classes=2, n_dimensions=2)
    assert set(found) == {"a"}
    assert distributional_classes([]) == {}


def test_the_same_text_and_seed_give_the_same_classes() -> None:
    assert distributional_classes(TEXT, n_classes=4) == distributional_classes(TEXT, n_classes=4)
