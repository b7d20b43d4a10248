"""The benchmark of the character encoder: its plan, and words as entities."""

from __future__ import annotations

from argparse import Namespace

import pytest

pytest.importorskip("numpy", reason="needs numpy")

from benchmarks.measure import encoder


def test_a_model_alone_needs_its_encoder_and_a_seed_comes_before_the_next() -> None:
    options = Namespace(seeds=(1, 2), corpora=("weibo", "modern"), models=encoder.MODELS, uses=tuple(encoder.USES))
    plan = list(encoder.plan(options))
    assert len(plan) == len(set(plan)) == 2 * (2 + 1) * (4 + 4 + 2)
    assert [cell.seed for cell in plan] == sorted(cell.seed for cell in plan)
    assert {cell.use for cell in plan if cell.model == "encoder-crf"} == {"frozen", "alone"}


def test_words_are_entities_and_back() -> None:
    words = ["我", "在", "北京", "大学"]
    (sentence,) = encoder._spans([words])
    assert encoder._cut(sentence.text, [end for _, end, _ in sentence.spans]) == words
    assert encoder._cut("北京", []) == ["北京"]
