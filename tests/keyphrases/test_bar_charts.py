"""Bar charts of keywords: everything is inside the picture, and nothing covers a name."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from cnlp import Keyword
from cnlp.keyphrases.plot import SIZE, bar_charts
from cnlp.text.svg import text_width

NAMES = ["酒店", "神经网络机器翻译模型系统", "VISTA", "一个特别特别特别特别长的关键词就放不下了", "a" * 60]


def chart(count: int) -> ElementTree.Element:
    words = [Keyword(name, 1234.5678 / rank, 10**7, ()) for rank, name in enumerate(NAMES, 1)]
    return ElementTree.fromstring(bar_charts({f"第{number}组" * 9: words for number in range(count)}))


def drawn(picture: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [node for node in picture.iter() if node.get("class") == name]


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_names_end_before_bars_and_values_inside(count: int) -> None:
    picture = chart(count)
    bars = drawn(picture, "bar")
    values = drawn(picture, "value")
    names = [node for node in picture.iter() if node.get("text-anchor") == "end"]
    assert len(bars) == len(values) == len(names) == count * len(NAMES)
    for name, bar, value in zip(names, bars, values, strict=True):
        left, right = float(name.get("x", 0)) - text_width(name.text or "", SIZE), float(value.get("x", 0))
        assert left >= 0 and float(name.get("x", 0)) <= float(bar.get("x", 0))
        assert float(bar.get("x", 0)) + float(bar.get("width", 0)) <= right
        assert right + text_width(value.text or "", 12) <= float(picture.get("width", 0))
        assert float(bar.get("y", 0)) + SIZE <= float(picture.get("height", 0))
    lefts = sorted({float(title.get("x", 0)) for title in drawn(picture, "title")})
    assert all(right - left >= 400 for left, right in pairwise(lefts))


def test_a_chart_without_keywords_and_one_of_zeros_are_drawn() -> None:
    assert drawn(ElementTree.fromstring(bar_charts({"空": []})), "bar") == []
    assert (
        drawn(ElementTree.fromstring(bar_charts({"零": [Keyword("词", 0.0, 1, ())]})), "bar")[0].get("width") == "0.0"
    )
    assert ElementTree.fromstring(bar_charts({})).get("width")
    assert "&lt;\N{REPLACEMENT CHARACTER}" in bar_charts({"<\x00": []})
