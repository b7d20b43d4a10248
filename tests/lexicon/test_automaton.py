"""The automaton finds what a naive search finds, at the same offsets of the original text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp import errors
from cnlp.lexicon.automaton import Automaton
from cnlp.text.characters import DIGIT, LATIN, LETTER, char_class
from cnlp.text.normalise import normalise

ALPHABET = "中国國aA９9 𠮷👍\u0301\ud800\udfff\x00é-"
words = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=4)
word_lists = st.lists(words, max_size=12)
texts = st.one_of(st.text(st.sampled_from(ALPHABET), max_size=30), st.text(max_size=20))


def is_open(text: str, position: int) -> bool:
    around = text[max(position - 1, 0) : position + 1]
    is_inside = 0 < position < len(text)
    return not (is_inside and all(char_class(char) in (DIGIT, LATIN, LETTER) for char in around))


def naive(
    words: list[str], text: str, folds: dict[str, bool] | None = None, partial: bool = False
) -> list[tuple[int, int, str]]:
    folds = folds or {}
    folded = normalise(text, **folds)
    values = {normalise(word, **folds): word for word in words}
    return [
        (start, end, values[folded[start:end]])
        for end in range(1, len(text) + 1)
        for start in range(end)
        if folded[start:end] in values and (partial or (is_open(text, start) and is_open(text, end)))
    ]


@settings(max_examples=500, deadline=None)
@given(words=word_lists, text=texts, folds=st.tuples(*[st.booleans()] * 3), partial=st.booleans())
def test_finds_all_that_a_naive_search_finds(
    words: list[str], text: str, folds: tuple[bool, bool, bool], partial: bool
) -> None:
    switches = dict(zip(("width", "case", "script"), folds, strict=True))
    width, case, script = folds
    automaton = Automaton(words, width=width, case=case, script=script, partial=partial)
    assert list(automaton.find_all(text)) == naive(words, text, switches, partial)


@settings(max_examples=500, deadline=None)
@given(words=word_lists, text=texts)
def test_longest_matches_are_leftmost_and_do_not_overlap(words: list[str], text: str) -> None:
    expected, free = [], 0
    for start, end, word in sorted(naive(words, text), key=lambda match: (match[0], -match[1])):
        if start >= free:
            expected.append((start, end, word))
            free = end
    assert list(Automaton(words).find_longest(text)) == expected


@settings(max_examples=200, deadline=None)
@given(first=word_lists, second=word_lists, text=texts)
def test_adding_and_removing_equals_building_anew(first: list[str], second: list[str], text: str) -> None:
    added = Automaton(first).add(second)
    assert list(added.find_all(text)) == naive([*first, *second], text)
    forms = {normalise(word) for word in second}
    left = [word for word in first if normalise(word) not in forms]
    removed = added.remove({normalise(word) for word in second})
    assert list(removed.find_all(text)) == naive(left, text)


def test_a_match_never_cuts_a_run_of_letters_or_digits() -> None:
    automaton = Automaton(["art", "19", "IP"])
    assert list(automaton.find_all("party, art；1998年，IP地址，ＩＰｖ６，19岁")) == [
        (7, 10, "art"),
        (17, 19, "IP"),
        (27, 29, "19"),
    ]


def test_partial_matches_are_found_when_asked_for() -> None:
    assert list(Automaton(["art"], partial=True).find_all("party")) == [(1, 4, "art")]


def test_words_of_any_characters_are_found() -> None:
    text = "用Color OS，糖类抗原19-9，5w-30，👨‍👩‍👧，𠮷野家"
    words = ["Color OS", "糖类抗原19-9", "5w-30", "👨‍👩‍👧", "𠮷野家"]
    assert [text[start:end] for start, end, _ in Automaton(words).find_longest(text)] == words


def test_values_are_reported_as_they_were_given() -> None:
    value = object()
    assert list(Automaton({"北京": value}).find_all("在北京")) == [(1, 3, value)]
    assert Automaton({"ＡＢ": 1, "ab": 2}).words == {"ab": 2}


def test_adding_leaves_the_first_automaton_as_it_was() -> None:
    first = Automaton(["北京"])
    second = first.add(["南京"])
    assert (len(first), len(second), "南京" in first, "南京" in second) == (1, 2, False, True)
    assert list(first.find_all("南京北京")) == [(2, 4, "北京")]


def test_an_automaton_of_no_words_finds_nothing() -> None:
    empty = Automaton([])
    assert list(empty.find_all("中国")) == list(empty.find_longest("中国")) == []
    assert list(Automaton(["中国"]).remove(["中国"]).find_all("中国")) == []


def test_faults_are_named() -> None:
    with pytest.raises(errors.ArgumentError, match="the word is empty"):
        Automaton([""])
    with pytest.raises(errors.TextTypeError, match="word must be str, not int"):
        Automaton([1])  # type: ignore[list-item]
    with pytest.raises(errors.TextTypeError, match="text must be str, not bytes"):
        Automaton(["中"]).find_all("中".encode())  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        Automaton(["中"]).remove(["国"])


def test_eight_threads_find_what_one_finds() -> None:
    automaton = Automaton([f"词{k}" for k in range(500)] + ["中国", "国人"])
    texts = [f"中国人说词{k}，还有词{k + 1}。" * 20 for k in range(64)]
    expected = [list(automaton.find_all(text)) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: list(automaton.find_all(text)), texts)) == expected
