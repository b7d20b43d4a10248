"""jieba's algorithm in C and in Python give the same pieces."""

from __future__ import annotations

import math
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp.jieba._prefix import reference

native = pytest.importorskip("cnlp.jieba._prefix.native")

CHARACTERS = "的一是国北京大学AaT1.9%-+# \r\n\t，。𠮷龘\u3000\x1c\ud800"
WORDS = st.dictionaries(st.text(CHARACTERS, min_size=1, max_size=4), st.integers(0, 10**6), max_size=30)
LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "北京 34 ns",
                "大 5",
                "A 7 x",
                "",
                " 北 3",
                "北京",
                "北 -3 n",
                "\u3000 3",
                f"京 {10**20} n",
                "\x00大 5",
                "\x7f 1",
                "\ufeff京 2",
                "大" * 256 + " 1",
                "大" * 257 + " 1",
                "中 99999999999999999",
            ]
        ),
        st.text(st.characters(codec="utf-8"), max_size=6),
    )
)


def hmm(seed: int) -> bytes:
    numbers = array("d", [-((i * 7919 + seed) % 101) / 8 for i in range(20 + 4 * reference.N_HAN)])
    if seed % 2:
        numbers[20:] = array("d", [-3.14e100]) * (4 * reference.N_HAN)
    return numbers.tobytes()


HMMS = [hmm(seed) for seed in range(4)]


@settings(max_examples=500, deadline=None)
@given(
    WORDS,
    st.text(st.one_of(st.sampled_from(CHARACTERS), st.characters()), max_size=40),
    st.integers(0, 2),
    st.sampled_from(HMMS),
    st.booleans(),
    st.lists(st.text("的一是国北京", min_size=2, max_size=3), max_size=4),
)
def test_pieces_are_the_same(
    words: dict[str, int], text: str, mode: int, tables: bytes, search: bool, forced: list[str]
) -> None:
    results: list[Any] = []
    for kernel in (reference, native):
        dictionary, others = kernel.Dictionary(), kernel.Dictionary()
        for word, frequency in words.items():
            dictionary.set(word, frequency)
        for word in forced:
            others.set(word, 1)
        total = math.log(sum(words.values()) or 1)
        given_tables = tables if mode == reference.WITH_HMM else None
        search = search and mode != reference.ALL
        arguments = text, total, mode, search, given_tables, others
        found = dictionary.cut(*arguments), dictionary.tokens(*arguments)
        each = dictionary.get_each([text, *words, *forced, text[:2], "", *"大学" * 40])
        results.append((found, sorted(dictionary.items()), len(dictionary), dictionary.get(text), each))
    (expected, *_), (actual, *_) = results
    assert results[0][1:] == results[1][1:]
    assert actual in (expected, (None, None) if mode == reference.ALL else expected)
    if mode != reference.ALL:
        assert [word for word, *_ in expected[1]] == expected[0] == [text[start:end] for _, start, end in expected[1]]
        assert search or "".join(expected[0]) == text


@settings(max_examples=300, deadline=None)
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.integers(0, 3))
def test_dictionaries_are_read_alike(lines: list[str], end: str, start: int) -> None:
    data = end.join(lines).encode()
    results = []
    for kernel in (reference, native):
        dictionary = kernel.Dictionary()
        results.append((dictionary.load(data, min(start, len(data))), sorted(dictionary.items())))
    assert results[0] == results[1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("的一是国", min_size=1, max_size=6), min_size=60), st.booleans())
def test_long_dictionaries_are_read_alike(words: list[str], is_sorted: bool) -> None:
    lines = [f"{word} {number}\n" for number, word in enumerate(sorted(words) if is_sorted else words)]
    results = []
    for kernel in (reference, native):
        dictionary = kernel.Dictionary()
        results.append((dictionary.load("".join(lines).encode(), 0), sorted(dictionary.items())))
    assert results[0] == results[1]


@pytest.mark.parametrize("kernel", [reference, native])
def test_sums_end_before_they_overflow(kernel: Any) -> None:
    data = "中 99999999999999999\n".encode() * 100
    stop, total, lines = kernel.Dictionary().load(data, 0)
    assert (stop, total, lines) == (92 * len(data) // 100, 92 * (10**17 - 1), 92)


@pytest.mark.parametrize("kernel", [reference, native])
def test_what_cannot_be_is_refused(kernel: Any) -> None:
    dictionary = kernel.Dictionary()
    with pytest.raises(ValueError, match="0 or more"):
        dictionary.set("一", -1)
    with pytest.raises(ValueError, match="start must be"):
        dictionary.load(b"", 1)
    with pytest.raises(ValueError, match="the HMM has 3 bytes"):
        dictionary.cut("一", 0.0, reference.WITH_HMM, False, b"abc", None)
    with pytest.raises(TypeError):
        dictionary.cut(b"abc", 0.0, reference.WITH_HMM, False, HMMS[0], None)
    with pytest.raises(TypeError):
        dictionary.cut("abc")
    with pytest.raises(TypeError, match="words must be a list of str"):
        dictionary.get_each(["一", 1])
    for mode in (-1, reference.RUNS):
        with pytest.raises(ValueError, match=f"no such mode: {mode}"):
            dictionary.cut("一二", 0.0, mode, False, None, None)


@pytest.mark.parametrize("kernel", [reference, native])
def test_long_runs_take_no_stack(kernel: Any) -> None:
    dictionary = kernel.Dictionary()
    text = "龘" * 5000 + "a" * 5000
    assert "".join(dictionary.cut(text, 0.0, reference.WITH_HMM, False, HMMS[0], None)) == text


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.sampled_from("甲乙丙丁戊"), st.text(max_size=1)), max_size=60),
    st.integers(-1, 8),
    st.integers(0, 10),
)
def test_ranks_are_the_same(terms: list[str | None], span: int, rounds: int) -> None:
    expected = reference.text_rank(terms, span, 0.85, rounds)
    assert list(native.text_rank(terms, span, 0.85, rounds).items()) == list(expected.items())


@pytest.mark.parametrize("kernel", [reference, native])
def test_terms_that_cannot_be_sorted_are_refused(kernel: Any) -> None:
    with pytest.raises(TypeError):
        kernel.text_rank(["一", 2], 2, 0.85, 10)
    with pytest.raises(TypeError):
        kernel.text_rank([[], []], 2, 0.85, 10)


def test_words_beyond_those_that_are_kept_come_out() -> None:
    text = "".join(map(chr, range(reference.FIRST_HAN, reference.LAST_HAN)))
    dictionary = native.Dictionary()
    for _ in range(2):
        assert dictionary.cut(text, 0.0, reference.WORDS, False, None, None) == list(text)


@given(st.lists(st.text("京大 \tAİß𠀀", max_size=3)), st.sets(st.text("京大aß", min_size=2, max_size=3)))
def test_candidates_are_counted_alike(words: list[str], stops: set[str]) -> None:
    for terms in (words, [(word, len(word)) for word in words]):
        expected = reference.count_candidates(terms, words, stops)
        assert list(native.count_candidates(terms, words, stops).items()) == list(expected.items())


@pytest.mark.parametrize("kernel", [reference, native])
def test_what_cannot_be_counted_is_refused(kernel: Any) -> None:
    with pytest.raises(TypeError):
        kernel.count_candidates(["一二"], [12], set())
    with pytest.raises(TypeError):
        kernel.count_candidates([[]], ["一二"], set())
