"""Measures equal what a hand computes, and each filter drops what it says."""

from __future__ import annotations

from math import exp, isclose, log

import pytest

from cnlp.discovery import minimum_entropy, scoring
from cnlp.discovery.counting import NgramCounts
from cnlp.discovery.table import CountTable
from cnlp.errors import ArgumentError
from cnlp.types import Candidate

# 20 units. 葡萄 4 times: after 吃 twice, after 的 once, at an edge once; before edges 3 times and 皮 once.
TEXT = "吃葡萄，吃葡萄皮。的葡萄！葡萄？萄，皮皮皮，的的"


def table_of(text: str, min_count: int = 1) -> CountTable:
    counts = NgramCounts(max_length=3)
    counts.add([text])
    return counts.table(min_count)


def test_measures_are_those_of_a_hand() -> None:
    table = table_of(TEXT)
    assert table.total == 18
    rows = {row.text: row for row in scoring.measure(table)}
    row = rows["葡萄"]
    assert (row.count, row.left_branching, row.right_branching) == (4, 3, 4)
    # p(葡萄) = 4/18, p(葡) = 4/18, p(萄) = 5/18
    assert isclose(row.pmi, log((4 / 18) / (4 / 18 * 5 / 18)))
    assert isclose(row.average_mi, log((4 / 18) / (4 / 18 * 5 / 18)) / 2)
    # left: 吃 2, 的 1, an edge; right: 皮 1, three edges
    assert isclose(row.left_entropy, -(2 / 4 * log(2 / 4) + 2 * (1 / 4 * log(1 / 4))))
    assert isclose(row.right_entropy, log(4))
    # 吃|葡萄: p = 2/18 over 2/18 * 4/18; 吃葡|萄: 2/18 over 2/18 * 5/18, where it falls apart
    assert isclose(rows["吃葡萄"].pmi, log(18 / 5))
    assert isclose(rows["吃葡萄"].average_mi, log((2 / 18) / (2 / 18 * 4 / 18 * 5 / 18)) / 3)


def test_the_score_is_cohesion_times_freedom_times_log_of_count() -> None:
    assert isclose(scoring.score("甲乙丙", round(exp(3)), 4.0, 1.5, 9.0), 4 / 2 * 1.5 * log(round(exp(3))))


def test_candidates_stick_together_and_are_free() -> None:
    table = table_of(TEXT)
    assert {word.text for word in scoring.entropy_candidates(table, min_pmi=1.0, min_entropy=1.0)} == {"葡萄"}
    assert {word.text for word in scoring.entropy_candidates(table, min_pmi=1.3, min_entropy=1.0)} == set()
    assert {word.text for word in scoring.entropy_candidates(table, min_pmi=1.0, min_entropy=1.1)} == set()


def word(text: str, count: int = 10, score: float = 1.0) -> Candidate:
    return Candidate(text, count, 5.0, 2.0, 2.0, score)


def texts(words: list[Candidate]) -> list[str]:
    return [word.text for word in words]


def test_best_first_and_equals_in_order() -> None:
    words = [word("乙甲"), word("甲乙"), word("丁丁", score=3.0)]
    assert texts(scoring.choose_candidates(words)) == ["丁丁", "乙甲", "甲乙"]
    assert texts(scoring.choose_candidates(reversed(words), top_k=2)) == ["丁丁", "乙甲"]


def test_known_words_boundary_characters_and_numbers_are_left_out() -> None:
    words = [word("葡萄"), word("的葡"), word("萄的"), word("二十"), word("狐狸")]
    assert texts(scoring.choose_candidates(words, exclude={"狐狸"})) == ["葡萄"]
    assert set(texts(scoring.choose_candidates(words, boundary_characters="葡"))) == {"萄的", "狐狸"}


def test_a_part_of_a_longer_word_is_left_out_if_it_hardly_stands_alone() -> None:
    words = [word("弼马温", 9), word("弼马", 10), word("马温", 20)]
    assert texts(scoring.choose_candidates(words)) == ["弼马温", "马温"]
    assert texts(scoring.choose_candidates(words, subword_ratio=0.95)) == ["弼马", "弼马温", "马温"]
    assert texts(scoring.choose_candidates(words, exclude={"弼马温"})) == ["马温"]  # a known word has parts too


@pytest.mark.parametrize("number", ["二十", "第三", "三百年", "一九九八年", "几个"])
def test_numbers(number: str) -> None:
    assert scoring.is_number(number)


@pytest.mark.parametrize("text", ["三国", "百姓", "十分好", "四川"])
def test_no_numbers(text: str) -> None:
    assert not scoring.is_number(text)


@pytest.mark.parametrize(
    ("settings", "reason"), [({"top_k": 0}, "top_k must be"), ({"subword_ratio": 0.0}, "subword_ratio must be")]
)
def test_settings_are_checked(settings: dict[str, float], reason: str) -> None:
    with pytest.raises(ArgumentError, match=reason):
        scoring.choose_candidates([], **settings)  # type: ignore[arg-type]


def test_minimum_entropy_counts_what_the_cuts_leave() -> None:
    counts = NgramCounts(max_length=3)
    counts.add([TEXT])
    table = counts.table(1)
    # 吃葡 18*2/(2*4), 葡萄 18*4/(4*5), 萄皮 18*1/(5*4), 皮皮 18*2/(4*4), 的葡 18*1/(3*4), 的的 18*1/(3*3)
    assert set(minimum_entropy.bound_pairs(table, 0.5)) == {"吃葡", "葡萄", "皮皮", "的的"}
    found = minimum_entropy.minimum_entropy_candidates(counts, table, min_count=1, min_pmi=0.5, min_cohesion=0.5)
    # 吃葡萄|皮 and 的|葡萄 are cut; 皮皮皮 and 吃葡萄 hold together too weakly for three characters
    assert {word.text: word.count for word in found} == {"葡萄": 2, "的的": 1}
    assert isclose(found[1].score, log(18 * 4 / (4 * 5)) * log(2))
    weak = minimum_entropy.minimum_entropy_candidates(counts, table, min_count=2, min_pmi=0.5, min_cohesion=0.2)
    assert {word.text: word.count for word in weak} == {"葡萄": 2, "吃葡萄": 2}
    assert isclose(weak[1].score, log(18 / 5) / 2 * log(2))
    back = minimum_entropy.minimum_entropy_candidates(counts, table, min_count=1, min_pmi=0.5, min_cohesion=0.7)
    assert {word.text for word in back} == {"葡萄"}


def test_cohesion_asks_more_of_longer_ngrams() -> None:
    assert scoring.is_cohesive("甲乙", 3.0, 3.0) and not scoring.is_cohesive("甲乙", 2.9, 3.0)
    assert scoring.is_cohesive("甲乙丙丁", 5.0, 3.0) and not scoring.is_cohesive("甲乙丙丁", 4.9, 3.0)
