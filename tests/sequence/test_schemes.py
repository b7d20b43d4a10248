"""Tagging schemes: both directions agree, and nothing illegal passes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp import errors
from cnlp.sequence.schemes import (
    SCHEMES,
    convert,
    get_scheme,
    spans_to_tags,
    tag_set,
    tags_to_spans,
    tags_to_words,
    transition_mask,
    words_to_tags,
)

SCHEME_NAMES = sorted(SCHEMES)
GOOD = {
    "BIO": ["B-PER", "I-PER", "I-PER", "B-PER", "O", "B-LOC", "I-LOC"],
    "BMES": ["B-PER", "M-PER", "E-PER", "S-PER", "O", "B-LOC", "E-LOC"],
    "IOBES": ["B-PER", "I-PER", "E-PER", "S-PER", "O", "B-LOC", "E-LOC"],
}
SPANS = [(0, 3, "PER"), (3, 4, "PER"), (5, 7, "LOC")]


@st.composite
def spans_with_length(draw):
    pieces = draw(st.lists(st.tuples(st.integers(1, 5), st.sampled_from([None, "PER", "ORG", "a-b"]), st.booleans())))
    spans, end = [], 0
    for size, label, kept in pieces:
        if kept:
            spans.append((end, end + size, label))
        end += size
    return spans, end


@pytest.mark.parametrize("name", SCHEME_NAMES)
class TestBothWays:
    def test_known_example(self, name):
        assert spans_to_tags(SPANS, 7, name) == GOOD[name]
        assert tags_to_spans(GOOD[name], name) == SPANS

    @given(case=spans_with_length())
    def test_spans_survive(self, name, case):
        spans, length = case
        assert tags_to_spans(spans_to_tags(spans, length, name), name) == spans

    @given(words=st.lists(st.text(min_size=1, max_size=4)))
    def test_words_survive(self, name, words):
        assert tags_to_words("".join(words), words_to_tags(words, name), name) == words

    @given(case=spans_with_length(), data=st.data())
    def test_every_legal_neighbour_is_in_the_mask(self, name, case, data):
        tags = spans_to_tags(*case, name)
        known = tag_set(name, ["PER", "ORG", "a-b"]) + tag_set(name)
        mask = transition_mask(known, name)
        n = len(known)
        for left, right in pairwise(tags):
            assert mask[known.index(left) * n + known.index(right)]
        if tags:
            assert mask[n * n + known.index(tags[0])]
            assert mask[n * n + n + known.index(tags[-1])]

    @pytest.mark.parametrize("other", SCHEME_NAMES)
    def test_conversion(self, name, other):
        assert convert(GOOD[name], name, other) == GOOD[other]


class TestStrict:
    @pytest.mark.parametrize(
        ("name", "tags", "message"),
        [
            ("BIO", ["I-PER"], "'I-PER' at position 0 is not allowed at the start"),
            ("BIO", ["B-PER", "I-LOC"], "'I-LOC' at position 1 is not allowed after 'B-PER'"),
            ("BMES", ["B", "S"], "'S' at position 1 is not allowed after 'B'"),
            ("BMES", ["S", "E"], "'E' at position 1 is not allowed after 'S'"),
            ("BMES", ["B", "M"], "the end is not allowed after 'M'"),
            ("IOBES", ["B-PER", "O"], "'O' at position 1 is not allowed after 'B-PER'"),
            ("IOBES", ["E-PER"], "'E-PER' at position 0 is not allowed at the start"),
        ],
    )
    def test_illegal_order_is_named(self, name, tags, message):
        with pytest.raises(errors.ArgumentError, match=message):
            tags_to_spans(tags, name)

    @pytest.mark.parametrize("tag", ["M", "X-PER", "B-", "O-PER", "", "-", "b"])
    def test_foreign_tags_are_refused(self, tag):
        with pytest.raises(errors.ArgumentError, match="is not a tag of BIO"):
            tags_to_spans([tag], "BIO")

    def test_a_tag_must_be_str(self):
        with pytest.raises(errors.TextTypeError):
            tags_to_spans([3], "BIO")

    @pytest.mark.parametrize("span", [(0, 0, None), (-1, 1, None), (2, 4, None), (2, 1, None)])
    def test_impossible_spans_are_refused(self, span):
        with pytest.raises(errors.ArgumentError, match="empty or reaches outside"):
            spans_to_tags([span], 3, "BIO")

    def test_overlap_is_refused(self):
        with pytest.raises(errors.ArgumentError, match="overlaps"):
            spans_to_tags([(0, 2, None), (1, 3, None)], 3, "BIO")

    def test_unknown_scheme_lists_the_known(self):
        with pytest.raises(errors.ArgumentError, match="BIO, BMES, IOBES"):
            get_scheme("BILOU")

    def test_a_word_must_not_be_empty(self):
        with pytest.raises(errors.ArgumentError):
            words_to_tags(["中", ""])

    def test_every_character_is_in_a_word(self):
        with pytest.raises(errors.ArgumentError, match="position 1 is in no word"):
            tags_to_words("中国", ["S", "O"])
        with pytest.raises(errors.ArgumentError, match="1 tags for 2 characters"):
            tags_to_words("中国", ["S"])
