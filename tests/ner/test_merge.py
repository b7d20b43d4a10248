"""Merging: one documented rule makes one list of what the model, gazetteers and rules found."""

from __future__ import annotations

import pytest
from gazetteers import entities, labels, texts
from hypothesis import given
from hypothesis import strategies as st

from cnlp.errors import ArgumentError
from cnlp.ner.gazetteer import GAZETTEER_MODES, Gazetteer
from cnlp.ner.merge import merge
from cnlp.types import Entity

TEXT = "王小川在北京大学"
PERSON = Entity("王小川", 0, 3, "PER", 0.9)
CITY = Entity("北京", 4, 6, "LOC", 0.8)
UNIVERSITY = Entity("北京大学", 4, 8, "ORG", 0.7)


def by_gazetteer(*entries: tuple[str, ...], model: list[Entity]) -> list[tuple[str, str, float]]:
    matches = Gazetteer(entries).matches(TEXT)
    return [(each.text, each.label, each.score) for each in merge(TEXT, model, matches=matches)]


def test_the_longest_wins_wherever_it_comes_from() -> None:
    assert merge(TEXT, [CITY, PERSON], rules=[UNIVERSITY]) == [PERSON, UNIVERSITY]
    assert merge(TEXT, [UNIVERSITY], rules=[CITY]) == [UNIVERSITY]
    assert by_gazetteer(("北京大学", "ORG"), model=[CITY]) == [("北京大学", "ORG", 1.0)]


def test_of_equally_long_ones_the_leftmost_wins() -> None:
    left, right = Entity("在北", 3, 5, "LOC"), Entity("北京", 4, 6, "LOC")
    assert merge(TEXT, [right], rules=[left]) == merge(TEXT, [left], rules=[right]) == [left]


def test_in_one_place_a_rule_wins_over_the_model_and_the_model_over_the_gazetteer() -> None:
    rule = Entity("北京", 4, 6, "DATE")
    assert merge(TEXT, [CITY], rules=[rule]) == [rule]
    assert by_gazetteer(("北京", "GPE"), model=[CITY]) == [("北京", "LOC", 0.8)]


def test_in_one_place_the_higher_score_wins() -> None:
    better = Entity("北京", 4, 6, "GPE", 0.81)
    assert merge(TEXT, [CITY, better]) == [better]


def test_a_forced_entry_wins_over_everything() -> None:
    assert by_gazetteer(("京", "X", "force"), model=[PERSON, UNIVERSITY]) == [("王小川", "PER", 0.9), ("京", "X", 1.0)]


def test_a_blocked_text_is_no_entity_but_may_be_part_of_one() -> None:
    assert by_gazetteer(("北京大学", "", "block"), model=[CITY, PERSON]) == [("王小川", "PER", 0.9)]
    assert by_gazetteer(("北京", "", "block"), model=[UNIVERSITY]) == [("北京大学", "ORG", 0.7)]
    assert by_gazetteer(("北京大学", "ORG", "block"), model=[CITY]) == [("北京", "LOC", 0.8)]


def test_the_models_entity_gets_the_canonical_name_of_its_label() -> None:
    matches = Gazetteer([("北京", "LOC", "prefer", "北京市"), ("王小川", "ORG", "prefer", "别人")]).matches(TEXT)
    assert [each.name for each in merge(TEXT, [PERSON, CITY], matches=matches)] == [None, "北京市"]


@pytest.mark.parametrize(
    "entity",
    [Entity("北京", 3, 5, "LOC"), Entity("", 3, 3, "LOC"), Entity("北京", -4, -2, "LOC"), Entity("x", 8, 9, "X")],
)
def test_what_does_not_stand_in_the_text_is_refused(entity: Entity) -> None:
    with pytest.raises(ArgumentError, match="does not match the text"):
        merge(TEXT, [entity])


@given(st.data(), texts)
def test_the_result_is_sorted_free_of_overlaps_and_exact(data: st.DataObject, text: str) -> None:
    model, rules = data.draw(entities(text)), data.draw(entities(text))
    words = data.draw(
        st.lists(
            st.tuples(st.sampled_from(["中国", "北京", "京", "a9", "国 "]), labels, st.sampled_from(GAZETTEER_MODES))
        )
    )
    matches = Gazetteer(words).matches(text)
    result = merge(text, model, matches=matches, rules=rules)
    ends = [0, *(entity.end for entity in result)]
    assert all(end <= entity.start for end, entity in zip(ends, result, strict=False))
    assert all(text[entity.start : entity.end] == entity.text for entity in result)
    places = {(entity.start, entity.end, entity.label) for entity in (*model, *rules)}
    places |= {match[:3] for match in matches if match.mode != "block"}
    assert {(entity.start, entity.end, entity.label) for entity in result} <= places


@given(st.data(), texts)
def test_nothing_is_left_out_without_a_reason(data: st.DataObject, text: str) -> None:
    model, rules = data.draw(entities(text)), data.draw(entities(text))
    result = merge(text, model, rules=rules)
    for entity in (*model, *rules):
        rivals = [each for each in result if each.start < entity.end and entity.start < each.end]
        assert rivals and max(each.end - each.start for each in rivals) >= entity.end - entity.start


@given(st.data(), texts)
def test_merging_again_changes_nothing(data: st.DataObject, text: str) -> None:
    once = merge(text, data.draw(entities(text)))
    assert merge(text, once) == once
