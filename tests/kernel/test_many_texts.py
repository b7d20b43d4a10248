"""What the kernel does to many texts at once is what it does to one after the other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pos_taggers import random_pos_tagger
from test_twins import WITHOUT_BIGRAMS
from twins import each_kernel, lay_over, texts, user_entries

import cnlp
from cnlp import errors
from cnlp._kernel import layout
from cnlp.ner.entities import recognizer_for
from cnlp.segmentation import shipped_segmenter
from cnlp.segmentation.algorithms import SOURCES
from cnlp.types import Token

SEGMENTER = shipped_segmenter().kernel
often = settings(max_examples=60, deadline=None)


@each_kernel
@often
@given(data=st.data(), algorithm=st.integers(0, layout.BIGRAM))
def test_words_and_tokens(kernel: Any, data: Any, algorithm: int) -> None:
    several = data.draw(st.lists(texts, max_size=6))
    entries = data.draw(st.lists(user_entries(), max_size=4))
    user = lay_over(entries, WITHOUT_BIGRAMS).overlay(kernel) if entries else None
    segmenter = kernel.Segmenter(WITHOUT_BIGRAMS.model(kernel), algorithm, user)
    tagger = random_pos_tagger(0).tagger(kernel)
    assert segmenter.segment_all(several) == [segmenter.segment(text) for text in several]
    assert tagger.tokens_all(segmenter, Token, SOURCES, "w", several) == [
        tagger.tokens(segmenter, Token, SOURCES, "w", text) for text in several
    ]


@often
@given(st.lists(texts, max_size=6), st.sampled_from(["perceptron", "crf", "hmm"]))
def test_words_of_taggers_and_entities(several: list[str], algorithm: str) -> None:
    segmenter = cnlp.Segmenter(algorithm=algorithm)
    assert segmenter.segment_many(several) == [segmenter.segment(text) for text in several]
    tagger = recognizer_for()._tagger
    assert tagger.entities_all(SEGMENTER, several) == [tagger.entities(SEGMENTER, t) for t in several]


@each_kernel
def test_what_is_no_text_is_refused(kernel: Any) -> None:
    segmenter = kernel.Segmenter(WITHOUT_BIGRAMS.model(kernel), layout.UNIGRAM, None)
    tagger = random_pos_tagger(0).tagger(kernel)
    for wrong in (None, 1, b"bytes"):
        for call in (
            lambda: segmenter.segment_all(["好", wrong]),  # noqa: B023
            lambda: tagger.tokens_all(segmenter, Token, SOURCES, "w", ["好", wrong]),  # noqa: B023
        ):
            with pytest.raises(errors.TextTypeError):
                call()
