"""Chunks cover the text, are not too long, end where sentences end, and overlap by whole sentences."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnlp
from cnlp.errors import ArgumentError, TextTypeError

texts = st.text(alphabet="今天下雨。！？，、“”（） \nab1,", max_size=120)


@given(texts, st.integers(1, 40), st.data())
def test_laws(text: str, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size // 2))
    found = cnlp.chunks(text, size=size, overlap=overlap)
    assert all(chunk.text == text[chunk.start : chunk.end] and 0 < len(chunk.text) <= size for chunk in found)
    assert [chunk.start for chunk in found[:1]] == [0] * bool(text)
    assert [chunk.end for chunk in found[-1:]] == [len(text)] * bool(text)
    for one, other in pairwise(found):
        assert one.start < other.start <= one.end < other.end
        assert one.end - other.start <= overlap
    assert overlap or "".join(chunk.text for chunk in found) == text
    assert sum(len(chunk.text) for chunk in found) <= 4 * len(text) + size


def test_sentences_are_whole_where_they_fit() -> None:
    text = "他说：“我走了。别送！”然后呢？没有了。" * 20
    bounds = {0}
    for sentence in cnlp.sentences(text):
        bounds.add(max(bounds) + len(sentence))
    for overlap in (0, 12):
        found = cnlp.chunks(text, size=30, overlap=overlap)
        assert {chunk.start for chunk in found} | {chunk.end for chunk in found} <= bounds
        assert any(one.end > other.start for one, other in pairwise(found)) == bool(overlap)


def test_long_sentences_are_divided_at_pauses_not_in_numbers() -> None:
    found = cnlp.chunks("他花了1,000元买了一本旧书，又花了20,000元买了新的", size=16)
    assert [chunk.text for chunk in found] == ["他花了1,000元买了一本旧书，", "又花了20,000元买了新的"]
    assert [len(chunk.text) for chunk in cnlp.chunks("字" * 10, size=4)] == [4, 4, 2]


def test_what_is_out_of_range_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="size must be at least 1, got 0"):
        cnlp.chunks("好", size=0)
    with pytest.raises(ArgumentError, match="overlap must be from 0 to half of size, here 5, got 6"):
        cnlp.chunks("好", size=10, overlap=6)
    with pytest.raises(TextTypeError):
        cnlp.chunks(None)  # type: ignore[arg-type]
