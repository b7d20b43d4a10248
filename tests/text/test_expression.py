"""Expressions match what Python's ``re`` matches, in a number of steps that is linear in the text."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp.errors import ArgumentError
from cnlp.text.expression import MAX_MATCH, Expression, exact_expression

PARTS = st.sampled_from(
    ["a", "b", "[ab]", "[^a]", ".", r"\d", r"[\da]", "(?:ab)", "(a|bc)", "一", r"\.", "-", "(|b|a)"]
)
COUNTS = st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,2}", "{1,}", "{,2}", "??", "*?", "+?", "{1,3}?"])
SOURCES = st.lists(st.tuples(PARTS, COUNTS), min_size=1, max_size=4).map(lambda each: "".join(a + b for a, b in each))
TEXTS = st.text(st.sampled_from("abc1一.-\n"), max_size=8)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(["", "^", "a|"]), SOURCES, st.sampled_from(["", r"\Z", "|b"]), TEXTS)
def test_the_matches_are_those_of_re(before: str, source: str, behind: str, text: str) -> None:
    if before == "^" and behind == "|b":
        before = ""
    pattern = re.compile(before + source + behind)
    try:
        expression = exact_expression(before + source + behind)
    except ArgumentError:
        assert pattern.fullmatch("")
        return
    assert list(expression.spans(text)) == [match.span() for match in pattern.finditer(text)]


@settings(deadline=None)
@given(SOURCES, TEXTS)
def test_all_ends_are_found_the_longest_first(source: str, text: str) -> None:
    pattern = re.compile(source)
    if pattern.fullmatch(""):
        return
    expression = Expression(source, width=False, case=False, script=False, longest=True)
    for start in range(len(text)):
        wanted = [end for end in range(len(text), start, -1) if pattern.fullmatch(text, start, end)]
        assert list(expression.ends(text, start)) == wanted
        openings = expression.openings()
        if wanted and openings is not None:
            seconds = openings[text[start]]
            assert seconds is None or text[start + 1] in seconds


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        (r"[\u4e00-\u9fff]+", "a中文b字", ["中文", "字"]),
        (r"[\x41-\x43\-]+", "ABCD-", ["ABC", "-"]),
        ("\\U00020000", "\U00020000", ["\U00020000"]),
        (r"[(?\d]+", "1(?x", ["1(?"]),
        ("[]a]+", "]a[", ["]a"]),
        (r"\D\W\S", "a-b", ["a-b"]),
        (r"(?P<year>\d{4})年", "2024年", ["2024年"]),
        ("第.+?条", "第一条和第二条", ["第一条", "第二条"]),
        ("北京|北京大学", "北京大学", ["北京"]),
        ("(a+)+$", "aabaa", ["aa"]),
        ("^a", "aa", ["a"]),
        ("^(a|bc)", "bca", ["bc"]),
        ("^(?:a|b)c", "bc", ["bc"]),
        (r"\d+", "１２3", ["１２3"]),
        ("a{", "a{", ["a{"]),
    ],
)
def test_syntax(source: str, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in exact_expression(source).spans(text)] == found


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (r"(a)\1", r"uses \\1, which cannot be matched in linear time"),
        ("(?=a)", r"uses \(\?="),
        ("(?<!a)b", r"uses \(\?<"),
        ("(?i)a", r"uses \(\?i"),
        ("(?P<x>a)(?P=x)", r"uses \(\?P"),
        ("a++", "uses possessive or stacked repetitions"),
        ("a**", "uses possessive or stacked repetitions"),
        (r"\bword", r"uses \\b"),
        ("a^", r"uses '\^' within it"),
        ("^a|b", r"write \^\(\?:a\|b\)"),
        (r"\A(a)b|c", r"write \^\(\?:a\|b\)"),
        ("(a", r"not a regular expression: '\(a'"),
        ("a)", "closes nothing"),
        ("[a", "']' is missing"),
        (r"[a-\d]", "a range ends in a class"),
        ("*a", "has nothing before it"),
        ("[z-a]", "the range z-a is empty"),
        ("a{3,1}", r"the count \{3,1\} is empty"),
        ("a*", "matches the empty text"),
        ("", "matches the empty text"),
        ("a*$", "matches the empty text"),
        ("a{4294967295}", "more than 10,000 states"),
        ("a{1,99999999999999999999}", "more than 10,000 states"),
        ("((a{200}){200}){200}", "more than 10,000 states"),
        ("(a|b)*a(a|b){20}", "takes more than 3,000,000 steps to make"),
        ("(" * 400 + "a" + ")" * 400, "more than 50 groups in one another"),
        ("a" * 2001, "at most 2000 are allowed"),
        (r"\U00110000", "uses"),
    ],
)
def test_what_cannot_be_used_is_refused(source: str, reason: str) -> None:
    with pytest.raises(ArgumentError, match=reason):
        exact_expression(source)


@pytest.mark.parametrize("source", ["(a+)+$", "(a|aa)+$", ".*.*=.*", "[^b]+b", "(a*)*b", "(.*)(.*)(.*)b"])
def test_texts_without_a_match_take_few_steps_a_character(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0

    class Counting(list[int]):
        def __getitem__(self, place: object) -> int:
            nonlocal counted
            counted += 1
            return list.__getitem__(self, place)  # type: ignore[call-overload, no-any-return]

    expression = Expression(source, width=False, case=False, script=False)
    expression._rows = [Counting(row) for row in expression._rows]
    for length in (1000, 4000):
        counted = 0
        assert not list(expression.spans("a" * length + "c"))
        assert counted <= 8 * length + 2 * MAX_MATCH


def test_a_match_has_a_greatest_length() -> None:
    assert [end - start for start, end in exact_expression("a+").spans("a" * 600)] == [256, 256, 88]


def test_an_expression_can_be_sent_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(Expression("[A-Z]+号")))
    assert list(copy.spans("在ａb号")) == [(1, 4)]
