"""Explanations and n best paths agree with the enumeration of all paths."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import Entry, Lexicon, Segmenter, errors
from cnlp._kernel.layout import COST_SCALE
from cnlp.segmentation.bigram import Bigram

SMALL = Bigram().fit(
    [
        ["中国", "人", "大", "中", "国人"],
        ["中国人", "国", "大人", "人大"],
        ["国", "大国", "中", "人人"],
        ["十", "二十", "人", "十二", "中国"],
    ]
)
BIGRAM = SMALL.segmenter()
LAYER = BIGRAM.lexicon.overlay(
    [Entry("人中"), Entry("国大", mode="force"), Entry("大人", mode="block"), Entry("二十", weight=1e6)]
)
SEGMENTERS = {
    "bigram": BIGRAM,
    "unigram": Segmenter(BIGRAM.lexicon, algorithm="unigram"),
    "bigram with user": Segmenter(LAYER, algorithm="bigram"),
    "unigram with user": Segmenter(LAYER, algorithm="unigram"),
    "expression": Segmenter(LAYER.overlay([Entry("人.", regex=True, weight=3)]), algorithm="bigram"),
}
each_segmenter = pytest.mark.parametrize("segmenter", SEGMENTERS.values(), ids=SEGMENTERS)
short = st.text(st.sampled_from("中国人大十二十"), max_size=7)

Ends = tuple[int, ...]


def paths(segmenter: Segmenter, text: str) -> dict[Ends, float]:
    """The least cost of every segmentation, by its ends, from all paths through the lattice."""
    lexicon = segmenter.lexicon
    model = lexicon.model
    edges = model.edges(text, lexicon.kernel_overlay, lexicon.spans(text))
    is_bigram = segmenter.algorithm == "bigram"
    found: dict[Ends, int] = {}

    def walk(position: int, ends: Ends, before: int, cost: int) -> None:
        if position == len(text):
            found[ends] = min(cost, found.get(ends, cost))
        for start, end, identity, own, _ in edges:
            if start == position:
                step = own + (model.word_cost - model.bonus(before, identity) if is_bigram else 0)
                walk(end, (*ends, end), identity, cost + step)

    walk(0, (), 0, 0)
    return {ends: cost / COST_SCALE for ends, cost in found.items()}


def ends_of(words: tuple[str, ...] | list[str]) -> Ends:
    ends: list[int] = []
    for word in words:
        ends.append((ends[-1] if ends else 0) + len(word))
    return tuple(ends)


@each_segmenter
@settings(max_examples=150, deadline=None)
@given(text=short, n=st.integers(1, 12))
def test_n_best_paths_are_the_cheapest_of_all(segmenter: Segmenter, text: str, n: int) -> None:
    every = paths(segmenter, text)
    best = segmenter.n_best(text, n)
    assert [path.cost for path in best] == sorted(every.values())[:n]
    assert len({path.words for path in best}) == len(best)
    assert all("".join(path.words) == text and every[ends_of(path.words)] == path.cost for path in best)


@each_segmenter
@settings(max_examples=150, deadline=None)
@given(text=short)
def test_segmentation_is_the_cheapest_path(segmenter: Segmenter, text: str) -> None:
    every = paths(segmenter, text)
    assert every[ends_of(segmenter.segment(text))] == min(every.values())


@each_segmenter
@settings(max_examples=150, deadline=None)
@given(text=short)
def test_margins_are_the_cost_of_deciding_otherwise(segmenter: Segmenter, text: str) -> None:
    every, why = paths(segmenter, text), segmenter.explain(text)
    chosen = set(ends_of(segmenter.segment(text)))
    assert [boundary.position for boundary in why.boundaries] == list(range(1, len(text)))
    for boundary in why.boundaries:
        cut = [cost for ends, cost in every.items() if boundary.position in ends]
        uncut = [cost for ends, cost in every.items() if boundary.position not in ends]
        assert boundary.cut == (boundary.position in chosen)
        if cut and uncut:
            assert boundary.margin == pytest.approx(abs(min(cut) - min(uncut)))
        else:
            assert boundary.margin is None


@each_segmenter
@settings(max_examples=150, deadline=None)
@given(text=short)
def test_candidates_know_the_cheapest_path_through_them(segmenter: Segmenter, text: str) -> None:
    every, why = paths(segmenter, text), segmenter.explain(text)
    assert list(why.words) == segmenter.segment(text) == [word.text for word in why.candidates if word.chosen]
    by_span: dict[tuple[int, int], list[float]] = {}
    for word in why.candidates:
        if word.path_cost is not None:
            by_span.setdefault((word.start, word.end), []).append(word.path_cost)
    for (start, end), costs in by_span.items():
        through = [
            cost for ends, cost in every.items() if end in ends and (start == 0 or start in ends)
            and not any(start < other < end for other in ends)
        ]  # fmt: skip
        assert min(costs) == min(through)
    spans = [(word.start, word.end) for word in why.candidates]
    assert spans == sorted(spans)


def test_the_same_word_proposed_twice_does_not_push_other_paths_out() -> None:
    text = "二十二十二十"
    best = Segmenter().n_best(text, 15)
    assert len(best) == len({path.words for path in best}) == 15


@pytest.mark.parametrize("algorithm", ["forward", "backward", "bidirectional"])
def test_matching_is_explained_by_the_word_that_was_taken(algorithm: str) -> None:
    why = Segmenter(algorithm=algorithm).explain("研究生命起源")
    assert why.words == tuple(cnlp.segment("研究生命起源", algorithm=algorithm))
    assert all(boundary.margin is None for boundary in why.boundaries)
    assert any(f"{algorithm} matching took 研究" in boundary.reason for boundary in why.boundaries)


def test_an_explanation_reads_as_a_table() -> None:
    table = str(Segmenter(algorithm="bigram").explain("南京市长江大桥"))
    assert table.splitlines()[0] == "南京市 长江 大桥"
    assert "* 南京市\t0-3" in table and "  市长\t2-4" in table
    assert "  市|长\tcheaper by " in table and " nats than the best path with 市长" in table


def test_rules_are_named_where_they_decide() -> None:
    lexicon = Lexicon([Entry("的确", mode="force")])
    reasons = {
        boundary.position: boundary.reason
        for boundary in Segmenter(lexicon, algorithm="bigram").explain("他说的确实在，abc").boundaries
    }
    assert reasons[2] == "user's entry 的确: force"
    assert reasons[3] == "inside the user's entry 的确: force"
    assert reasons[6] == "no candidate word crosses here"
    assert reasons[8] == "inside the pattern match abc"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12), st.sampled_from(["forward", "backward", "bidirectional", "unigram", "bigram"]))
def test_any_text_can_be_explained(text: str, algorithm: str) -> None:
    segmenter = Segmenter(algorithm=algorithm)
    why = segmenter.explain(text)
    assert list(why.words) == segmenter.segment(text)
    assert str(why)


def test_n_best_needs_costs_and_a_number() -> None:
    with pytest.raises(errors.ArgumentError, match="'forward' has no costs to rank by; n_best needs unigram, bigram"):
        Segmenter(algorithm="forward").n_best("中国")
    with pytest.raises(errors.ArgumentError, match="n must be at least 1, got 0"):
        Segmenter().n_best("中国", 0)
    assert [path.words for path in Segmenter().n_best("")] == [()]
