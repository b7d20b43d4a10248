"""What the taggers see: the declared windows, and keys that mean what the table says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp._kernel.reference.tagger_features import covers, observe
from cnlp.segmentation.features import EVIDENCE_CLASSES, TEMPLATES, evidence_class, fold_classes
from cnlp.sequence.templates import NOTHING
from cnlp.text.character_types import character_type

COUNTS = st.integers(0, 10_000)


@st.composite
def text_with_matches(draw):
    text = draw(st.text(alphabet="中国人民的一1a，\ud800", max_size=12))
    spans = [(i, n) for i in range(len(text)) for n in range(2, 9) if i + n <= len(text)]
    chosen = draw(st.lists(st.sampled_from(spans), unique=True)) if spans else []
    return text, [(start, length, start % 5) for start, length in chosen]


def keys_of(text, matches):
    """The keys of each stream, with characters as symbols."""
    return observe([ord(char) for char in text], [character_type(char) for char in text], matches)


class TestTemplates:
    def test_names_are_unique_and_windows_hold_the_position(self):
        assert len({template.name for template in TEMPLATES}) == len(TEMPLATES)
        assert all(template.low <= 0 <= template.high for template in TEMPLATES)

    @given(case=text_with_matches())
    def test_every_stream_has_a_key_slot_for_the_boundary_and_each_character(self, case):
        text, matches = case
        keys = keys_of(text, matches)
        assert set(keys) == {template.name for template in TEMPLATES}
        assert {len(stream) for stream in keys.values()} == {len(text) + 1}

    @given(case=text_with_matches())
    def test_every_match_is_seen_once(self, case):
        text, matches = case
        keys = keys_of(text, matches)
        seen = [
            (q - 1, length, key)
            for length in range(2, 9)
            for q, key in enumerate(keys[f"match{length}"])
            if key != NOTHING
        ]
        assert sorted(seen) == sorted(matches)

    def test_a_text_of_nothing_has_its_boundary(self):
        assert observe([], [], [])["bigram"] == [0]

    def test_class_folding_keeps_the_length(self):
        assert fold_classes("x2y国") == "a0a国"


class TestEvidence:
    @given(own=COUNTS, occurrences=COUNTS, anywhere=COUNTS, dictionary=st.integers(-1, 10_000))
    def test_stays_in_range(self, own, occurrences, anywhere, dictionary):
        assert NOTHING <= evidence_class(own, occurrences, anywhere, dictionary) < EVIDENCE_CLASSES

    def test_a_word_of_the_held_out_block_alone_is_no_match(self):
        assert evidence_class(own=0, occurrences=5, anywhere=0) == NOTHING

    @pytest.mark.parametrize("richer", [(2, 2, 2, -1), (1, 2, 1, -1), (1, 1, 1, 3), (0, 1, 1, -1)])
    def test_each_kind_of_evidence_counts(self, richer):
        assert evidence_class(1, 1, 1) != evidence_class(*richer)


class TestRepetition:
    def test_says_which_characters_are_equal(self):
        assert keys_of("高高兴兴地", [])["repetition"][3] == 0b011000
        assert keys_of("研究研究", [])["repetition"][3] == 0b000110

    def test_digits_numbers_and_letters_do_not_repeat(self):
        assert keys_of("一一11aa", [])["repetition"] == [NOTHING, *[0] * 6]


class TestCovers:
    @given(case=text_with_matches())
    def test_is_the_longest_of_each_kind(self, case):
        text, matches = case
        found = covers(len(text), matches)
        for position, key in enumerate(found):
            begins = [min(n, 5) - 1 for start, n, _ in matches if start == position]
            ends = [min(n, 5) - 1 for start, n, _ in matches if start + n - 1 == position]
            holds = [min(n, 5) - 1 for start, n, _ in matches if start < position < start + n - 1]
            longest = [max(kind, default=0) for kind in (begins, ends, holds)]
            assert [key // 25, key // 5 % 5, key % 5] == longest
