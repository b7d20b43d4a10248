"""The work grows with the text and not faster, whatever the text: counted in table look-ups."""

from __future__ import annotations

from typing import Any

import pytest
from twins import learn

from cnlp._kernel import layout, reference

BASE = learn([["中国", "人", "中国人"], ["中国人大", "国人", "大"]])
UNITS = {
    "prose": "中国人民，大家好。",
    "one run of letters": "a",
    "one run of digits": "1",
    "thousands": "1,",
    "unclosed topics": "#中",
    "half an address": "a@",
    "addresses": "http://a",
    "marks": "e\u0301",
    "numerals": "一百",
    "names": "比尔·",
    "one sign": "…",
    "family": "👨\u200d",
    "crossed everywhere": "中国人大",
}


class Counted:
    """An array that counts how often an item is read."""

    def __init__(self, items: Any) -> None:
        self.items = items
        self.reads = 0

    def __getitem__(self, index: Any) -> Any:
        self.reads += 1
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)


def reads(text: str, algorithm: int) -> int:
    """How often the tables of patterns, words and bigrams are read to cut the text."""
    model = BASE.model(reference)
    tables = [Counted(model.transitions), Counted(model.trie.units), Counted(model.bigrams)]
    model.transitions, model.trie.units, model.bigrams = tables
    reference.Segmenter(model, algorithm, None).words(text, None)
    return sum(table.reads for table in tables)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_twice_the_text_is_twice_the_work(unit: str) -> None:
    text = unit * (1500 // len(unit))
    for algorithm in (layout.BIDIRECTIONAL, layout.BIGRAM):
        once, twice = reads(text, algorithm), reads(text * 2, algorithm)
        assert twice <= 2.2 * once + 1000


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_work_per_character_is_bounded(unit: str) -> None:
    text = unit * (1500 // len(unit))
    assert reads(text, layout.BIGRAM) <= 400 * len(text)
