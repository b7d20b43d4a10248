"""The automaton accepts what the expressions say, as Python's own engine sees it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp.text import dfa

ALPHABET = "abc"
NAMES = {"ab": ((97, 98),)}


def build(*expressions: str, starts: int = 1) -> tuple[list[list[int]], list[int]]:
    trees = [dfa.parse(expression, NAMES) for expression in expressions]

    def categories_of(ranges: dfa.Ranges) -> list[int]:
        return [number for number, char in enumerate(ALPHABET) if any(low <= ord(char) <= high for low, high in ranges)]

    return dfa.determine(trees, [range(len(trees))] * starts, categories_of, len(ALPHABET))


def accepted(automaton: tuple[list[list[int]], list[int]], text: str, state: int = 1) -> int:
    transitions, accepts = automaton
    for char in text:
        state = transitions[state][ALPHABET.index(char)]
    return accepts[state]


@pytest.mark.parametrize(
    ("expression", "python"),
    [
        ("abc", "abc"),
        ("a|bc", "a|bc"),
        ("(ab?)*c+", "(ab?)*c+"),
        ("a{2,3}b{2}", "a{2,3}b{2}"),
        ("(a|b){2,}", "(a|b){2,}"),
        ("[a-b]c{0,2}", "[a-b]c{0,2}"),
        ("[^a]+", "[^a]+"),
        ("{ab}{2}c|{ab}", "[ab]{2}c|[ab]"),
        ("[{ab}c]a", "[abc]a"),
        ("((a|)(b|c))+", "((a|)(b|c))+"),
    ],
)
@given(text=st.text(ALPHABET, max_size=8))
def test_the_automaton_agrees_with_python(expression: str, python: str, text: str) -> None:
    assert bool(accepted(build(expression), text)) == bool(re.fullmatch(python, text))


def test_the_earlier_pattern_wins_a_tie() -> None:
    automaton = build("ab", "[ab]+")
    assert accepted(automaton, "ab") == 1
    assert accepted(automaton, "aba") == 2


def test_equal_starts_stay_two_states() -> None:
    transitions, _ = automaton = build("ab", starts=2)
    assert transitions[0] == [0, 0, 0]
    assert accepted(automaton, "ab", 1) == accepted(automaton, "ab", 2) == 1


def test_the_automaton_is_minimal() -> None:
    transitions, _ = build("ac|bc")
    assert len(transitions) == 4  # dead, start, after a or b, after c


@pytest.mark.parametrize("broken", ["(a", "a)", "*a", "a|+", "a\\"])
def test_a_broken_expression_is_an_error(broken: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(broken))):
        dfa.parse(broken, NAMES)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        dfa.parse("{nothing}", NAMES)


ranges = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)).map(lambda pair: (pair[0], sum(pair))))


@given(ranges, ranges)
def test_range_arithmetic_is_that_of_sets(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    def members(some: dfa.Ranges) -> set[int]:
        return {code for first, last in some for code in range(first, min(last, 60) + 1)}

    one, other = dfa.union(left), dfa.union(right)
    assert members(dfa.difference(one, other)) == members(one) - members(other)
    assert dfa.complement(dfa.complement(one)) == one
