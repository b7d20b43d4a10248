"""The matcher finds what a naive search finds, at the same offsets, whatever was changed before."""

from __future__ import annotations

import copy
import pickle
import tracemalloc
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp import errors
from cnlp.lexicon.matcher import MATCH_MODES, Match, Matcher
from cnlp.text.characters import DIGIT, LATIN, LETTER, char_class
from cnlp.text.normalise import normalise

ALPHABET = "中国國aA９9 𠮷👍\u0301\ud800\udfff\x00é-"
strings = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=4)
lists = st.lists(strings, max_size=12)
texts = st.one_of(st.text(st.sampled_from(ALPHABET), max_size=30), st.text(max_size=20))
nested = st.lists(st.text("ab", min_size=1, max_size=7), max_size=12)
changes = st.lists(st.tuples(st.sampled_from(["add", "remove", "find", "copy", "pickle"]), strings), max_size=30)
Place = tuple[int, int, Any]


def is_open(text: str, position: int) -> bool:
    around = text[max(position - 1, 0) : position + 1]
    is_inside = 0 < position < len(text)
    return not (is_inside and all(char_class(char) in (DIGIT, LATIN, LETTER) for char in around))


def naive(values: dict[str, Any], text: str, folds: dict[str, bool], partial: bool) -> list[Place]:
    folded = normalise(text, **folds)
    return [
        (start, end, values[folded[start:end]])
        for end in range(1, len(text) + 1)
        for start in range(end)
        if folded[start:end] in values and (partial or (is_open(text, start) and is_open(text, end)))
    ]


def chosen(places: Iterable[Place], mode: str) -> list[Place]:
    """Of overlapping places those of the mode, by trying each in its order."""
    order = {"leftmost": lambda place: (place[0], -place[1]), "longest": lambda place: (place[0] - place[1], place[0])}
    if mode == "all":
        return list(places)
    won: list[Place] = []
    for place in sorted(places, key=order[mode]):
        if all(place[1] <= start or end <= place[0] for start, end, _ in won):
            won.append(place)
    return sorted(won)


def found(matcher: Matcher, text: str, mode: str = "longest") -> list[Place]:
    matches = matcher.find(text, mode)
    assert all(text[match.start : match.end] == match.text for match in matches)
    return [(match.start, match.end, match.value) for match in matches]


@settings(max_examples=500, deadline=None)
@given(strings=lists, text=texts, folds=st.tuples(*[st.booleans()] * 3), partial=st.booleans())
def test_finds_what_a_naive_search_finds(
    strings: list[str], text: str, folds: tuple[bool, bool, bool], partial: bool
) -> None:
    width, case, script = folds
    switches = {"width": width, "case": case, "script": script}
    matcher = Matcher(strings, width=width, case=case, script=script, partial=partial)
    places = naive({normalise(string, **switches): string for string in strings}, text, switches, partial)
    for mode in MATCH_MODES:
        assert found(matcher, text, mode) == chosen(places, mode)


@settings(max_examples=500, deadline=None)
@given(strings=nested, text=st.text("ab", max_size=40), is_whole=st.booleans())
def test_of_strings_within_strings_the_right_ones_are_chosen(strings: list[str], text: str, is_whole: bool) -> None:
    text, strings = (
        (text, strings) if not is_whole else (text.replace("a", "中"), [s.replace("a", "中") for s in strings])
    )
    matcher = Matcher(strings, partial=not is_whole)
    places = naive({string: string for string in strings}, text, {}, not is_whole)
    for mode in MATCH_MODES:
        assert found(matcher, text, mode) == chosen(places, mode)


@settings(max_examples=300, deadline=None)
@given(first=lists, changes=changes, text=texts)
def test_a_changed_matcher_is_as_one_made_anew(first: list[str], changes: list[tuple[str, str]], text: str) -> None:
    matcher = Matcher(first)
    expected = {normalise(string): string for string in first}
    for action, string in changes:
        if action == "add":
            matcher.add(string)
            expected[normalise(string)] = string
        elif action == "remove" and string in matcher:
            matcher.remove(string)
            del expected[normalise(string)]
        elif action == "copy":
            matcher = copy.copy(matcher)
        elif action == "pickle":
            matcher = pickle.loads(pickle.dumps(matcher))
        assert len(matcher) == len(expected) and (string in matcher) == (normalise(string) in expected)
        if action == "find":
            for mode in MATCH_MODES:
                assert found(matcher, text, mode) == chosen(naive(expected, text, {}, False), mode)
    assert sorted(matcher) == sorted(expected.values())
    assert found(matcher, text, "all") == naive(expected, text, {}, False)


def test_many_changes_keep_few_automata() -> None:
    matcher = Matcher(f"词{k}号" for k in range(1000))
    for k in range(1000, 1300):
        matcher.add(f"词{k}号")
        assert [match.text for match in matcher.find(f"词{k}号和词{k - 1000}号")] == [f"词{k}号", f"词{k - 1000}号"]
    assert len(matcher._automata) <= 12
    for k in range(1250):
        matcher.remove(f"词{k}号")
    assert len(matcher) == 50 and len(matcher._items) < 200
    assert [match.text for match in matcher.find("词1249号，词1250号")] == ["词1250号"]


def test_a_match_has_text_offsets_and_value() -> None:
    matcher = Matcher([("支付宝", "Alipay"), "微信"])
    assert matcher.find("用支付寶和微信") == [Match("支付寶", 1, 4, "Alipay"), Match("微信", 5, 7, "微信")]
    assert (matcher["支付寶"], matcher["微信"], "QQ" in matcher) == ("Alipay", "微信", False)
    with pytest.raises(KeyError, match="QQ"):
        matcher["QQ"]


def test_a_match_never_cuts_a_run_of_letters_or_digits_unless_partial() -> None:
    text = "party, art；1998年，IP地址，ＩＰｖ６，19岁"
    assert [match.start for match in Matcher(["art", "19", "IP"]).find(text)] == [7, 17, 27]
    assert [match.text for match in Matcher(["art"], partial=True).find("party")] == ["art"]


def test_a_longer_string_that_a_run_forbids_does_not_hide_a_shorter_one() -> None:
    matcher = Matcher(["苹果", "苹果A1"])
    for mode in MATCH_MODES:
        assert [match.text for match in matcher.find("苹果A15", mode)] == ["苹果"]


def test_strings_of_any_characters_are_found() -> None:
    text = "用Color OS，糖类抗原19-9，5w-30，👨‍👩‍👧，𠮷野家"
    wanted = ["Color OS", "糖类抗原19-9", "5w-30", "👨‍👩‍👧", "𠮷野家"]
    assert [match.text for match in Matcher(wanted).find(text)] == wanted


def test_matches_are_replaced_by_value_mask_or_function() -> None:
    matcher = Matcher({"微信": "WeChat", "微信支付": "WeChat Pay", "支付宝": "Alipay"})
    text = "微信支付和支付寶，微信群"
    assert matcher.replace(text) == "WeChat Pay和Alipay，WeChat群"
    assert matcher.replace(text, "*") == "****和***，**群"
    assert matcher.replace(text, "") == "和，群"
    assert matcher.replace(text, "[app]") == "[app]和[app]，[app]群"
    assert (
        matcher.replace(text, lambda match: f"<{match.start}:{match.text}>") == "<0:微信支付>和<5:支付寶>，<9:微信>群"
    )
    overlapping = Matcher(["南京市", "市长江大桥"])
    assert overlapping.replace("南京市长江大桥", "*") == "南京*****"
    assert overlapping.replace("南京市长江大桥", "*", "leftmost") == "***长江大桥"
    assert Matcher().replace("没有", "*") == "没有" and matcher.replace("") == ""


def test_a_file_has_a_string_a_line_and_its_value_after_a_tab(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_bytes("\ufeff# terms\n\n微信\tWeChat\r\nColor OS\n空值\t\n#1\n".encode())
    matcher = Matcher(path)
    assert {string: matcher[string] for string in matcher} == {
        "微信": "WeChat",
        "Color OS": "Color OS",
        "空值": "",
        "#1": "#1",
    }
    assert Matcher(str(path)).replace("空值微信") == "WeChat"
    path.write_text("微信\n甲\t乙\t丙\n", encoding="utf-8")
    with pytest.raises(
        errors.FormatError, match=r"words\.tsv:2: at most 2 fields \(string, value\), separated by a tab"
    ):
        Matcher(path)
    path.write_text("\t乙\n", encoding="utf-8")
    with pytest.raises(errors.FormatError, match=r"words\.tsv:1: the string is empty"):
        Matcher(path)
    with pytest.raises(FileNotFoundError):
        Matcher(tmp_path / "none")


@pytest.mark.parametrize("wrong", [None, b"\xe4", 1])
def test_what_is_no_text_is_refused(wrong: Any) -> None:
    matcher = Matcher(["中"])
    for call in (Matcher, lambda it: Matcher([it]), matcher.add, matcher.remove, matcher.find, matcher.replace):
        with pytest.raises(errors.TextTypeError, match=f"not {type(wrong).__name__}"):
            call(wrong)
    with pytest.raises(errors.TextTypeError):
        wrong in matcher  # noqa: B015
    with pytest.raises(errors.TextTypeError, match=f"the value of '中' must be str, not {type(wrong).__name__}"):
        Matcher({"中": wrong}).replace("中")
    with pytest.raises(errors.TextTypeError, match=f"the replacement of '中' must be str, not {type(wrong).__name__}"):
        matcher.replace("中", lambda _: wrong)
    assert len(matcher) == 1


def test_arguments_that_mean_nothing_are_refused() -> None:
    matcher = Matcher(["中"])
    for add in (matcher.add, lambda string: Matcher([string])):
        with pytest.raises(errors.ArgumentError, match="the string is empty"):
            add("")
        with pytest.raises(errors.ArgumentError, match="the string has 1001 characters, at most 1000 are allowed"):
            add("中" * 1001)
    with pytest.raises(errors.ArgumentError, match="cannot remove '国': the list does not have it"):
        matcher.remove("国")
    with pytest.raises(errors.ArgumentError, match="unknown mode 'first'; choose one of: longest, leftmost, all"):
        matcher.find("中", "first")
    with pytest.raises(errors.ArgumentError, match="matches of mode 'all' overlap; choose one of: longest, leftmost"):
        matcher.replace("中", "*", "all")
    with pytest.raises(errors.ArgumentError, match="by must be a str, a function or None, got 1"):
        matcher.replace("中", 1)  # type: ignore[arg-type]


def test_a_copy_is_independent() -> None:
    first = Matcher(["北京"])
    second = first.copy()
    second.add("南京")
    second.remove("北京")
    assert (list(first), list(second)) == (["北京"], ["南京"])
    assert [match.text for match in first.find("南京北京")] == ["北京"]


def test_strings_inside_strings_inside_strings_take_bounded_memory_and_linear_time() -> None:
    matcher = Matcher("中" * size for size in range(1, 101))
    text = "中" * 4_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in islice(matcher.iter_find(text, "all"), 100_000)) == 100_000
        assert sum(1 for _ in matcher.iter_find(text, "leftmost")) == 40
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()
    assert len(matcher.find(text)) == 40


def test_threads_search_while_others_change_the_list() -> None:
    matcher = Matcher([f"词{k}号" for k in range(500)] + ["中国"])
    text = "".join(f"中国人说词{k}号。" for k in range(600))
    always = {"中国", *(f"词{k}号" for k in range(100, 500))}
    known = {*always, *(f"词{k}号" for k in range(600))}

    def work(number: int) -> None:
        if number % 2:
            for k in range(number, 100, 8):
                matcher.remove(f"词{k}号")
                matcher.add(f"词{k + 500}号")
            return
        for mode in MATCH_MODES * 10:
            matches = matcher.find(text, mode)
            assert all(text[match.start : match.end] == match.text == match.value for match in matches)
            assert always <= {match.text for match in matches} <= known
            assert always <= set(matcher)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    removed = {f"词{k}号" for number in (1, 3, 5, 7) for k in range(number, 100, 8)}
    assert set(matcher).isdisjoint(removed) and len(matcher) == 501
