"""The tagger in C and in Python give the same scores and words, and the words are the best there are."""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from taggers import random_arrays, random_tagger
from test_twins import WITH_BIGRAMS, WITHOUT_BIGRAMS
from twins import (
    HAN,
    UserArrays,
    each_kernel,
    join,
    lay_over,
    native,
    needs_native,
    overlays,
    spans_of,
    texts,
    user_entries,
)

from cnlp._kernel import layout, reference
from cnlp._kernel.layout import BLOCKED
from cnlp._kernel.reference.tagger_features import covers, observe
from cnlp.segmentation.features import fold_classes
from cnlp.text.character_types import character_type
from cnlp.text.normalise import normalise

often = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
rarely = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 3)
standards = st.sampled_from(["general", "pku"])
B, M, E, S = range(4)


def segmenters(seed: int, standard: str, user: UserArrays | None, *, use_patterns: bool = True) -> list[Any]:
    """The segmenters of both kernels."""
    return [
        kernel.Segmenter(
            WITHOUT_BIGRAMS.model(kernel, use_patterns=use_patterns),
            layout.TAGGER,
            user.overlay(kernel) if user else None,
            random_tagger(seed).tagger(kernel, standard),
        )
        for kernel in (native, reference)
    ]


def assert_twins(segmenters: list[Any], text: str, spans: bytes | None) -> None:
    fast, slow = segmenters
    assert fast.constraints(text, spans) == slow.constraints(text, spans)
    assert fast.words(text, spans) == slow.words(text, spans)
    assert "".join(fast.segment(text)) == text
    assert fast.segment(text) == slow.segment(text)


@needs_native
@often
@given(seed=seeds, standard=standards, text=texts)
def test_scores_are_the_same(seed: int, standard: str, text: str) -> None:
    fast, slow = (random_tagger(seed).tagger(kernel, standard) for kernel in (native, reference))
    assert fast.scores(text) == slow.scores(text)
    assert fast.transitions == slow.transitions


@needs_native
@often
@given(data=st.data(), seed=seeds, standard=standards, text=texts)
def test_scores_with_words_of_the_user_are_the_same(data: st.DataObject, seed: int, standard: str, text: str) -> None:
    user = data.draw(overlays(WITHOUT_BIGRAMS))
    fast, slow = (
        random_tagger(seed).tagger(kernel, standard).scores(text, user.overlay(kernel) if user else None)
        for kernel in (native, reference)
    )
    assert fast == slow


@needs_native
@often
@given(data=st.data(), seed=seeds, standard=standards, text=texts, use_patterns=st.booleans())
def test_words_are_the_same(data: st.DataObject, seed: int, standard: str, text: str, use_patterns: bool) -> None:
    user, spans = data.draw(overlays(WITHOUT_BIGRAMS)), data.draw(spans_of(text))
    assert_twins(segmenters(seed, standard, user, use_patterns=use_patterns), text, spans)


@needs_native
@often
@given(data=st.data(), seed=seeds, standard=standards, text=texts, use_patterns=st.booleans())
def test_the_lattice_gets_the_same_words(
    data: st.DataObject, seed: int, standard: str, text: str, use_patterns: bool
) -> None:
    base = data.draw(st.sampled_from([WITHOUT_BIGRAMS, WITH_BIGRAMS]))
    user, spans = data.draw(overlays(base)), data.draw(spans_of(text))
    fast, slow = (
        kernel.Segmenter(
            base.model(kernel, use_patterns=use_patterns),
            layout.BIGRAM,
            user.overlay(kernel) if user else None,
            random_tagger(seed).tagger(kernel, standard),
        )
        for kernel in (native, reference)
    )
    assert fast.propose(text, spans) == slow.propose(text, spans)
    assert fast.words(text, spans) == slow.words(text, spans)
    assert "".join(fast.segment(text)) == text


@needs_native
@rarely
@given(data=st.data(), unit=texts.filter(bool), gap=st.integers(200, 250), tail=texts)
def test_windows_and_blocks_leave_no_trace(data: st.DataObject, unit: str, gap: int, tail: str) -> None:
    filler = data.draw(st.sampled_from(["国", "中国人大", "大人", "中。", "x ", "人大中"]))
    text = (filler * gap)[:gap] + unit + (filler * 710)[: data.draw(st.integers(700, 730))] + unit + tail
    user, spans = data.draw(overlays(WITHOUT_BIGRAMS)), data.draw(spans_of(text))
    assert_twins(segmenters(0, "pku", user), text, spans)


@needs_native
@rarely
@given(
    entries=st.lists(user_entries(), min_size=1, max_size=5),
    unit=st.text(st.sampled_from(HAN + "a9 "), min_size=1, max_size=7),
    repeats=st.integers(150, 300),
)
def test_user_words_that_chain_across_blocks_are_treated_alike(entries: list[Any], unit: str, repeats: int) -> None:
    user = lay_over(entries, WITHOUT_BIGRAMS)
    assert_twins(segmenters(1, "pku", user), unit * (1 + repeats * 7 // len(unit)), None)


@needs_native
@pytest.mark.parametrize("text", ["a" * 3000, "…" * 2500, " " * 2500 + "中", "中国人大" * 800, "1," * 1500])
def test_long_runs_are_decoded_exactly(text: str) -> None:
    assert_twins(segmenters(2, "general", None), text, None)


@needs_native
@often
@given(text=st.text(st.sampled_from(HAN + " \né９a國👍\x00")), delimiter=st.sampled_from([b" ", b"", b"/"]))
def test_bytes_are_cut_the_same(text: str, delimiter: bytes) -> None:
    fast, slow = segmenters(0, "pku", None)
    assert fast.segment_bytes(text.encode(), delimiter) == slow.segment_bytes(text.encode(), delimiter)


# ---- the definition --------------------------------------------------------------------------------


@often
@given(seed=seeds, text=st.text(st.sampled_from("中国人大0123a9b一年，。的國１Ａ"), max_size=12))
def test_scores_are_the_sums_of_the_rows_that_the_features_name(seed: int, text: str) -> None:
    """Against the definition, with characters as symbols."""
    arrays = random_arrays(seed)
    tagger = random_tagger(seed).tagger(reference, "general")
    matches = [
        (start, end - start, tagger.profiles[value])
        for start, end, value in tagger.trie.matches(text)
        if value < len(tagger.profiles) and tagger.profiles[value] and end > start + 1
    ]
    folded = normalise(text)
    keys = observe([ord(char) for char in fold_classes(folded)], [character_type(char) for char in folded], matches)
    expected = [[0] * 4 for _ in text]

    def add(row: Any, first: int) -> None:
        for k in range(len(row) // 4):
            if 0 <= first + k < len(text):
                for tag in range(4):
                    expected[first + k][tag] += row[4 * k + tag]

    def table(name: str, code: str, row: int, width: int) -> array[int]:
        return array(code, arrays[f"general.{name}"])[row * width : (row + 1) * width]

    def code(point: int) -> int:
        return tagger.class_fold[tagger.trie.encode(chr(point))[0]] if point else 0

    from cnlp._kernel.reference.tagger import _find

    for q in range(-1, len(text)):
        key = keys["bigram"][q + 1]
        add(_find(tagger.bigrams[0], code(key >> 21) << 16 | code(key & 0x1FFFFF), (3, 16))[0], q - 1)
        if q < 0:
            continue
        add(table("unigram", "b", code(keys["unigram"][q + 1]), 20), q - 2)
        add(table("types", "h", keys["types"][q + 1], 4), q)
        add(table("repetition", "h", keys["repetition"][q + 1], 4), q)
        add(table("cover", "h", keys["cover"][q + 1], 4), q)
        point, cover = divmod(keys["char_cover"][q + 1], 125)
        add(_find(tagger.covers[0], code(point) * 125 + cover + 1, (8, 4))[0], q)
    for start, length, evidence in matches:
        add(table(f"match{length}", "h", evidence, (length + 2) * 4), start - 1)
    assert tagger.score(text) == expected
    assert keys["cover"][1:] == covers(len(text), matches)


def path_score(tagger: Any, scores: Any, wishes: list[tuple[int, int, int]], ends: tuple[int, ...]) -> int | None:
    """The score of a segmentation; ``None`` if it has a blocked word."""
    steps = memoryview(tagger.transitions).cast("i")
    total, before = 0, S
    for start, end in pairwise((0, *ends)):
        bonuses = [bonus for left, right, bonus in wishes if (left, right) == (start, end)]
        if BLOCKED in bonuses:
            return None
        total += (sum if end - start == 1 else max)([0, *bonuses])
        tags = [S] if end - start == 1 else [B, *[M] * (end - start - 2), E]
        for position, tag in enumerate(tags, start):
            total += steps[before * 4 + tag] + scores[position * 4 + tag]
            before = tag
    return total


@each_kernel
@often
@given(data=st.data(), seed=seeds, text=st.text(st.sampled_from(HAN + "国a9 "), min_size=1, max_size=8))
def test_no_segmentation_that_obeys_has_a_better_score(kernel: Any, data: st.DataObject, seed: int, text: str) -> None:
    user, spans = data.draw(overlays(WITHOUT_BIGRAMS)), data.draw(spans_of(text))
    tagger = random_tagger(seed).tagger(kernel, "pku")
    segmenter = kernel.Segmenter(
        WITHOUT_BIGRAMS.model(kernel), layout.TAGGER, user.overlay(kernel) if user else None, tagger
    )
    flags, packed = segmenter.constraints(text, spans)
    numbers = memoryview(packed).cast("i")
    wishes = [tuple(numbers[k : k + 3]) for k in range(0, len(numbers), 3)]
    scores = memoryview(tagger.scores(text, user.overlay(kernel) if user else None)).cast("h")
    preferred = {(start, end) for start, end, bonus in wishes if bonus != BLOCKED}
    hard = layout.HARD_BOUNDARY | layout.EDGE

    def obeys(ends: tuple[int, ...]) -> bool:
        for start, end in pairwise((0, *ends)):
            if end < len(text) and flags[end] & layout.NO_BOUNDARY and not flags[end] & hard:
                return False
            if (start, end) not in preferred and any(flag & hard for flag in flags[start + 1 : end]):
                return False
        return True

    found = tuple(end for end, _ in segmenter.words(text, spans))
    assert obeys(found)
    best = max(
        score
        for chosen in range(1 << (len(text) - 1))
        for ends in [(*(i + 1 for i in range(len(text) - 1) if chosen >> i & 1), len(text))]
        if obeys(ends)
        for score in [path_score(tagger, scores, wishes, ends)]  # type: ignore[arg-type]
        if score is not None
    )
    assert path_score(tagger, scores, wishes, found) == best  # type: ignore[arg-type]


# ---- damage ----------------------------------------------------------------------------------------


@each_kernel
@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("types", b"\x08" * 27, "character"),
        ("general.unigram", bytes(20), "weights"),
        ("pku.bigram", bytes(63), "hash table"),
        ("general.match3", array("h", [32767] * 6 * 5 * 4).tobytes(), "too large"),
        ("pku.profile", array("H", [0, 6]).tobytes(), "profiles"),
        ("transitions", bytes(30), "character"),
        ("class_fold", array("H", [999] * 27).tobytes(), "character|alphabet"),
    ],
)
def test_damaged_models_are_refused(kernel: Any, name: str, data: bytes, reason: str) -> None:
    source, ranges = join({**random_arrays(0), name: data})
    with pytest.raises(ValueError, match=reason):
        kernel.Tagger(source, ranges, "pku", 6, 1, 0, 0)


@each_kernel
def test_a_segmenter_has_a_tagger_where_it_can_use_one(kernel: Any) -> None:
    model, tagger = WITHOUT_BIGRAMS.model(kernel), random_tagger(0).tagger(kernel)
    with pytest.raises(TypeError, match="Tagger"):
        kernel.Segmenter(model, layout.TAGGER, None)
    with pytest.raises(TypeError, match="Tagger"):
        kernel.Segmenter(model, layout.UNIGRAM, None, tagger)
    with pytest.raises(ValueError, match="tagger"):
        kernel.Segmenter(model, layout.BIGRAM, None).constraints("", None)
    with pytest.raises(ValueError, match="tagger"):
        kernel.Segmenter(model, layout.BIGRAM, None).propose("", None)
