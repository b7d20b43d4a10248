"""The vote of teachers: majority of weights, entities at the borders of its words, and teachers that fail."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy")
from benchmarks.peers.environments import PeerError
from recipes import vote
from recipes.vote import Opinion

TEXT = "他在上海 市"


def opinion(words: str, labels: str = "") -> Opinion:
    return Opinion(words.split(), labels.split(","))


def test_more_than_half_of_the_weight_decides() -> None:
    one, other = opinion("他 在 上海 市"), opinion("他 在 上海市")
    assert vote.vote(TEXT, [(1.0, one), (1.1, other)]) == "~ 他 在 上海市"
    assert vote.vote(TEXT, [(1.0, one), (1.0, other)]) == "~ 他 在 上海市"
    assert vote.vote(TEXT, [(1.0, one), (1.1, other), (0.9, one)]) == "~ 他 在 上海 市"


def test_teachers_that_agree_are_marked() -> None:
    assert vote.vote(TEXT, [(1.0, opinion("他 在 上海市"))] * 3) == "= 他 在 上海市"


def test_an_entity_needs_the_borders_of_the_vote() -> None:
    names = opinion("他 在 上海市", "r,p,LOC")
    assert vote.vote(TEXT, [(1.0, opinion("他 在 上海 市")), (0.9, names)]) == "~ 他 在 {上海 市}LOC"
    assert vote.vote(TEXT, [(1.0, opinion("他 在上 海市")), (0.9, names)]) == "~ 他 在上 海市"


def test_a_teacher_that_changed_the_text_does_not_vote() -> None:
    assert vote.vote(TEXT, [(3.0, opinion("她 在上海 市")), (1.0, opinion("他 在 上海 市"))]) == "= 他 在 上海 市"
    assert vote.vote(TEXT, [(3.0, opinion("她 在上海 市"))]) is None
    assert vote.vote("  ", [(1.0, Opinion([]))]) is None


def test_a_teacher_that_fails_is_left_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def ask(teacher: str, lines: list[str]) -> list[Opinion]:
        if teacher != "cnlp":
            raise PeerError("not to be had")
        return [Opinion(list(line)) for line in lines]

    monkeypatch.setattr(vote, "ask", ask)
    assert list(vote.label(["上海"])) == ["= 上 海"]
    assert "MiNLP does not vote: not to be had" in capsys.readouterr().err
