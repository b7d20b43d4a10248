"""Everyday words of the last fifteen years stay whole in ordinary sentences, and names of firms do."""

from __future__ import annotations

import pytest

import cnlp
from benchmarks.measure.everyday_words import WORDS

FRAMES = (
    "我觉得{}很重要。",
    "大家都在说{}的事。",
    "关于{}，你怎么看？",
    "{}是什么意思？",
    "昨天他又提到了{}。",
    "请问{}怎么样？",
    "听说{}最近很火。",
    "没有{}可不行。",
    "因为{}，我们又见面了。",
    "朋友推荐了{}给我。",
)


@pytest.mark.parametrize("word", WORDS)
def test_word_stays_whole(word: str) -> None:
    divided = [frame.format(word) for frame in FRAMES if word not in cnlp.segment(frame.format(word))]
    assert divided == []
