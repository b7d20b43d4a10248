"""The bigram estimator: its probabilities by hand, its file, its score."""

from __future__ import annotations

from math import log
from pathlib import Path

import pytest

import cnlp
from cnlp import errors
from cnlp.segmentation.bigram import Bigram

CORPUS = [["甲", "乙"], ["甲", "丙"]]
STEP = 1 / 16  # nats; the table rounds to it


def cost(model: Bigram, text: str) -> float:
    return model.segmenter().n_best(text, 1)[0].cost


def test_counts_are_those_of_the_corpus() -> None:
    model = Bigram().fit([["甲", "1998年", "乙"], ["甲", "2024年", "http://a.cn"], []])
    assert model.counts_ == {"甲": 2, "<time>": 2, "乙": 1, "<url>": 1}
    assert model.bigrams_ == {
        ("<begin>", "甲"): 2,
        ("甲", "<time>"): 2,
        ("<time>", "乙"): 1,
        ("<time>", "<url>"): 1,
    }


def test_probabilities_are_those_of_the_formula() -> None:
    # P(甲|begin) = .6 * 2/2 + .4 * 2/4 = .8, P(乙|甲) = .6 * 1/2 + .4 * 1/4 = .4
    assert cost(Bigram().fit(CORPUS), "甲乙") == pytest.approx(-log(0.8) - log(0.4), abs=STEP)
    # P(乙|begin) = .4 * 1/4 = .1, P(甲|乙) = .4 * 2/4 = .2
    assert cost(Bigram().fit(CORPUS), "乙甲") == pytest.approx(-log(0.1) - log(0.2), abs=1e-3)


def test_interpolation_weighs_the_two_estimates() -> None:
    # P(甲|begin) = .9 + .1 * 2/4 = .95, P(乙|甲) = .9 * 1/2 + .1 * 1/4 = .475
    model = Bigram(interpolation=0.9).fit(CORPUS)
    assert cost(model, "甲乙") == pytest.approx(-log(0.95) - log(0.475), abs=STEP)


def test_further_words_count_as_unigrams_only() -> None:
    model = Bigram(words={"丁": 4, "甲": 2, "abc": 9}).fit(CORPUS)
    assert model.counts_ == {"甲": 4, "乙": 1, "丙": 1, "丁": 4}  # abc is a matter of the patterns
    # P(丁|begin) = .4 * 4/10
    assert cost(model, "丁") == pytest.approx(-log(0.16), abs=1e-3)


def test_learnt_segmenter_segments_what_it_has_seen() -> None:
    corpus = [["研究", "生命", "起源"], ["研究生", "的", "生命"], ["研究", "起源"]]
    model = Bigram().fit(corpus)
    assert model.score(corpus) == 1.0
    assert [model.segmenter().segment("".join(words)) for words in corpus] == corpus
    assert 0 < model.score([["研究生", "命", "起源"]]) < 1


def test_fitting_returns_the_model_and_leaves_its_parameters() -> None:
    words = {"丁": 1.0}
    model = Bigram(words=words, interpolation=0.5)
    assert model.fit(CORPUS) is model
    assert (model.words, model.interpolation, words) == (words, 0.5, {"丁": 1.0})


def test_fitting_again_forgets() -> None:
    model = Bigram().fit([["戊", "己"]])
    assert model.fit(CORPUS).counts_ == Bigram().fit(CORPUS).counts_


def test_in_parts_is_the_same_as_at_once() -> None:
    whole = Bigram(words={"丁": 4}).fit(CORPUS)
    parts = Bigram(words={"丁": 4}).partial_fit(CORPUS[:1]).partial_fit(CORPUS[1:])
    assert (parts.counts_, parts.bigrams_) == (whole.counts_, whole.bigrams_)


def test_parameters_are_read_and_set() -> None:
    model = Bigram().set_params(interpolation=0.5)
    assert model.get_params() == {"words": None, "interpolation": 0.5}
    assert repr(model) == "Bigram(interpolation=0.5)"


def test_saved_model_segments_alike(tmp_path: Path) -> None:
    model = Bigram().fit([["南京", "市长"], ["长江", "大桥"], ["南京", "长江", "大桥"]])
    path = tmp_path / "my.model"
    model.save(path, {"licence": "MIT", "description": 'a "small" model, 小'})
    lexicon = cnlp.load(path)
    assert lexicon.card["licence"] == "MIT" and lexicon.card["description"] == 'a "small" model, 小'
    for text in ("南京长江大桥", "南京市长大桥", "甲"):
        assert cnlp.segment(text, lexicon=lexicon) == model.segmenter().segment(text)


def test_saving_the_same_model_gives_the_same_file(tmp_path: Path) -> None:
    for name in "ab":
        Bigram().fit(CORPUS).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("name", ["version", "sha256", "kind", "max_length"])
def test_a_card_cannot_replace_what_the_reader_needs(tmp_path: Path, name: str) -> None:
    path = tmp_path / "my.model"
    with pytest.raises(errors.ArgumentError, match=f"the card cannot hold {name!r}"):
        Bigram().fit(CORPUS).save(path, {name: "7"})
    assert not path.exists()


@pytest.mark.parametrize("corpus", [[], [[]]])
def test_nothing_to_learn_from_is_refused(corpus: list[list[str]]) -> None:
    with pytest.raises(errors.ArgumentError, match="nothing to learn from: no sentence has a word"):
        Bigram().fit(corpus)


@pytest.mark.parametrize("interpolation", [-0.1, 1.0, 2.0])
def test_interpolation_outside_its_range_is_refused(interpolation: float) -> None:
    with pytest.raises(errors.ArgumentError, match="interpolation must be at least 0 and less than 1"):
        Bigram(interpolation=interpolation).fit(CORPUS)


@pytest.mark.parametrize("sentence", ["甲乙", [b"x"], [None], ["甲", ""]])
def test_what_is_no_sentence_of_words_is_refused(sentence: object) -> None:
    with pytest.raises(errors.CnlpError):
        Bigram().fit([sentence])  # type: ignore[list-item]
