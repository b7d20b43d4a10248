"""Keywords of groups: the words that one group has more often than the others."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import errors
from cnlp.keyphrases import GroupCounts
from cnlp.keyphrases.groups import log_odds

REVIEWS = ["房间很干净，房间也大", "苹果很甜，苹果也脆，包装干净", "前台热情，房间干净", "苹果新鲜"]
GROUPS = ["酒店", "水果", "酒店", "水果"]
counters = st.dictionaries(st.sampled_from("甲乙丙丁戊"), st.integers(1, 50), max_size=5)


def fightin_words(groups: dict[str, Counter[str]]) -> dict[str, dict[str, float]]:
    """The log-odds of Monroe, Colaresi and Quinn (2008), their variance and z-score, in the symbols of the paper."""
    zeta: dict[str, dict[str, float]] = {}
    alpha = sum(groups.values(), Counter())
    alpha_0 = sum(alpha.values())
    for i in groups:
        y_i, y_j = groups[i], sum((groups[j] for j in groups if j != i), Counter())
        n_i, n_j = sum(y_i.values()), sum(y_j.values())
        zeta[i] = {}
        for w in alpha:
            omega_i = (y_i[w] + alpha[w]) / (n_i + alpha_0 - (y_i[w] + alpha[w]))
            omega_j = (y_j[w] + alpha[w]) / (n_j + alpha_0 - (y_j[w] + alpha[w]))
            delta = math.log(omega_i) - math.log(omega_j)
            variance = 1 / (y_i[w] + alpha[w]) + 1 / (y_j[w] + alpha[w])
            zeta[i][w] = delta / math.sqrt(variance)
    return zeta


@given(st.lists(counters, min_size=2, max_size=4))
@settings(max_examples=200, deadline=None)
def test_scores_are_those_of_the_paper(counts: list[dict[str, int]]) -> None:
    groups = {str(number): Counter(words) for number, words in enumerate(counts)}
    table: GroupCounts[str] = GroupCounts()
    for group, words in groups.items():
        table.add(group, words)
    found = table.keywords(100)
    assert list(found) == list(groups)
    if len(sum(groups.values(), Counter())) < 2:
        assert not any(found.values())
        return
    wanted = fightin_words(groups)
    for group, keywords in found.items():
        scores = {keyword.text: keyword.score for keyword in keywords}
        for word, count in groups[group].items():
            assert scores.get(word, 0.0) == pytest.approx(max(0.0, wanted[group][word]), abs=1e-12)
            assert all(keyword.count == count for keyword in keywords if keyword.text == word)


def test_a_group_has_the_words_that_the_others_lack() -> None:
    found = cnlp.keywords_by_group(REVIEWS, GROUPS)
    assert found["酒店"][0].text == "房间"
    assert found["水果"][0].text == "苹果"
    assert found["酒店"][0].count == 3 and found["酒店"][0].spans == ()
    assert "干净" not in {word.text for word in found["水果"]}


def test_words_that_all_groups_have_as_often_are_none_of_theirs() -> None:
    found = cnlp.keywords_by_group(["苹果新鲜", "苹果好吃"], [1, 2])
    assert "苹果" not in {word.text for words in found.values() for word in words}


def test_what_is_rare_comes_after_what_is_frequent() -> None:
    table: GroupCounts[str] = GroupCounts()
    table.add("a", {"often": 500, "once": 1, "common": 1000})
    table.add("b", {"often": 50, "common": 1000})
    assert [word.text for word in table.keywords()["a"]] == ["often", "once"]
    assert log_odds(1, 100, 0, 100, 1, 200) < 1.96 < log_odds(20, 100, 2, 100, 22, 200)


def test_texts_may_come_in_any_order_and_from_generators() -> None:
    pairs = list(zip(REVIEWS, GROUPS, strict=True)) * 3
    whole = cnlp.keywords_by_group(*zip(*pairs, strict=True))
    random.Random(1).shuffle(pairs)
    again = cnlp.keywords_by_group((text for text, _ in pairs), (group for _, group in pairs))
    assert {group: [(word.text, word.score) for word in words] for group, words in whole.items()} == {
        group: [(word.text, word.score) for word in words] for group, words in again.items()
    }


def test_width_case_and_script_do_not_matter() -> None:
    found = cnlp.keywords_by_group(["漢語教材", "汉语教材", "ＰＣ硬盘", "pc硬盘"], ["a", "a", "b", "b"])
    assert {word.text: word.count for word in found["a"]} == {"漢語": 2, "教材": 2}
    assert {word.text: word.count for word in found["b"]} == {"ＰＣ": 2, "硬盘": 2}


def test_options_choose_the_words() -> None:
    found = cnlp.keywords_by_group(REVIEWS, GROUPS, pos=["n"], stopwords=["苹果"], min_length=2, top_k=3)
    assert {word.text for words in found.values() for word in words} <= {"房间", "前台", "包装"}
    own = cnlp.keywords_by_group(["小艺音箱", "苹果手机"], ["a", "b"], lexicon=["小艺音箱"])
    assert [word.text for word in own["a"]] == ["小艺音箱"]


@pytest.mark.parametrize(
    ("texts", "groups", "message"),
    [
        (REVIEWS, ["酒店"], "as many groups as texts"),
        (["房间"], GROUPS, "as many groups as texts"),
        (["房间"], ["酒店"], "two groups of texts or more are needed; there are: '酒店'"),
        ([], [], "there are: none"),
        ("房间很干净", "酒店水果的", "texts must be a list, or another iterable, not str"),
        (REVIEWS, None, "groups must be a list, or another iterable, not NoneType"),
        (5, GROUPS, "texts must be a list, or another iterable, not int"),
        (["房间"], [["酒店"]], "a group must be a str, or another key of a dict, not list"),
    ],
)
def test_what_cannot_be_compared_is_refused(texts: Any, groups: Any, message: str) -> None:
    with pytest.raises(errors.ArgumentError, match=message):
        cnlp.keywords_by_group(texts, groups)


def test_other_types_than_text_are_refused() -> None:
    with pytest.raises(errors.TextTypeError):
        cnlp.keywords_by_group(["房间", None], ["a", "b"])  # type: ignore[list-item]
    with pytest.raises(errors.ArgumentError, match="top_k"):
        cnlp.keywords_by_group(REVIEWS, GROUPS, top_k=-1)
