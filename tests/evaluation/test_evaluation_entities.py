"""Scores of entities: seqeval's strict counts, and every entity and error counted once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnlp.errors import ArgumentError
from cnlp.evaluation.entities import ERROR_KINDS, EntityScorer, evaluate_entities
from cnlp.sequence.schemes import TagReader, convert, spans_to_tags, tag_set

LABELS = ("PER", "LOC", "ORG")
LENGTH = 14
TEXT = "abcdefghijklmn"


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int, str]]:
    """Entities of a sentence that do not overlap."""
    bounds = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=8)))
    return [(a, b, draw(st.sampled_from(LABELS))) for a, b in pairwise(bounds) if draw(st.booleans())]


SENTENCES = st.lists(st.tuples(spans(), spans()), min_size=1, max_size=4)


@pytest.mark.filterwarnings("ignore::Warning")
@settings(max_examples=150, deadline=None)
@given(SENTENCES, st.sampled_from(["BIO", "IOBES", "BMES"]))
def test_counts_are_those_of_seqeval(sentences: list[tuple[list, list]], scheme: str) -> None:  # type: ignore[type-arg]
    seqeval = pytest.importorskip("seqeval.metrics")
    from seqeval import scheme as schemes

    report = evaluate_entities(
        [TEXT] * len(sentences), [gold for gold, _ in sentences], [found for _, found in sentences]
    )
    gold, found = ([spans_to_tags(sentence[side], LENGTH, scheme) for sentence in sentences] for side in (0, 1))
    if scheme == "BMES":  # which seqeval does not know
        gold, found = ([convert(tags, "BMES", "IOBES") for tags in side] for side in (gold, found))
    strict = schemes.IOB2 if scheme == "BIO" else schemes.IOBES
    expected = seqeval.classification_report(
        gold, found, mode="strict", scheme=strict, output_dict=True, zero_division=0
    )
    for name, score in (("micro avg", report.overall), *report.by_label.items()):
        if not report.overall.gold and name == "micro avg":
            continue  # seqeval has no average of nothing
        if name not in expected:
            assert score.gold == 0  # seqeval leaves out labels that the gold standard lacks
            continue
        row = expected[name]
        assert row["support"] == score.gold
        assert (row["precision"], row["recall"], row["f1-score"]) == pytest.approx(
            (score.precision, score.recall, score.f1)
        )


@st.composite
def tag_pairs(draw: st.DrawFn) -> tuple[str, list[tuple[list[str], list[str]]]]:
    """A scheme, and sentences whose tags need not keep to it."""
    scheme = draw(st.sampled_from(["BIO", "IOBES"]))
    tag = st.sampled_from(["O", *tag_set(scheme, LABELS[:2])])
    tags = st.lists(tag, min_size=LENGTH, max_size=LENGTH)
    return scheme, draw(st.lists(st.tuples(tags, tags), min_size=1, max_size=4))


@pytest.mark.filterwarnings("ignore::Warning")
@settings(max_examples=150, deadline=None)
@given(tag_pairs())
def test_broken_tags_count_as_seqeval_counts_them(drawn: tuple[str, list[tuple[list[str], list[str]]]]) -> None:
    seqeval = pytest.importorskip("seqeval.metrics.v1")
    from seqeval import scheme as schemes

    scheme, pairs = drawn
    reader = TagReader(scheme, repair="drop")
    gold, found = ([reader.spans(pair[side]) for pair in pairs] for side in (0, 1))
    score = evaluate_entities([TEXT] * len(pairs), gold, found).overall  # type: ignore[arg-type]
    if not score.gold and not score.predicted:
        return
    strict = schemes.IOB2 if scheme == "BIO" else schemes.IOBES
    tags = ([pair[side] for pair in pairs] for side in (0, 1))
    expected = seqeval.precision_recall_fscore_support(*tags, average="micro", scheme=strict, zero_division=0)
    assert expected[:3] == pytest.approx((score.precision, score.recall, score.f1))


@given(SENTENCES)
def test_every_entity_and_every_error_is_counted_once(sentences: list[tuple[list, list]]) -> None:  # type: ignore[type-arg]
    scorer = EntityScorer({("a", "PER"), ("abc", "LOC")})
    for gold, found in sentences:
        scorer.add(TEXT, gold, found)
    report = scorer.report
    for parts in (report.by_label, report.by_length, report.by_seen):
        for name in ("gold", "predicted", "correct"):
            assert sum(getattr(score, name) for score in parts.values()) == getattr(report.overall, name)
    wrong = report.overall.predicted - report.overall.correct
    assert sum(report.kinds[kind] for kind in ERROR_KINDS if kind != "missed") == wrong
    assert len(report.errors) == report.kinds.total() == report.confused.total()
    for error in report.errors:
        assert (error.gold is None) == (error.kind == "spurious")
        assert (error.predicted is None) == (error.kind == "missed")


def test_kinds_of_errors() -> None:
    text = "王明在北京大学见了李雷和韩梅梅"
    gold = [(0, 2, "PER"), (3, 7, "ORG"), (9, 11, "PER"), (12, 15, "PER")]
    found = [(0, 2, "LOC"), (3, 5, "LOC"), (7, 8, "PER"), (12, 14, "PER")]
    report = evaluate_entities([text], [gold], [found], seen={("李雷", "PER")})
    assert [(error.kind, error.gold, error.predicted) for error in report.errors] == [
        ("label", gold[0], found[0]),
        ("both", gold[1], found[1]),
        ("spurious", None, found[2]),
        ("missed", gold[2], None),
        ("boundary", gold[3], found[3]),
    ]
    assert report.confused[("PER", "LOC")] == report.confused[(None, "PER")] == report.confused[("PER", None)] == 1
    assert (report.by_seen[True].gold, report.by_seen[False].gold) == (1, 3)
    assert report.by_length[(2, 2)].gold == 2 and report.by_length[(4, 5)].gold == 1


def test_errors_inside_words_have_a_kind_of_their_own() -> None:
    scorer = EntityScorer()
    words = [(0, 1), (1, 3), (3, 4), (4, 7), (7, 9)]
    scorer.add(
        "在望京店东京奥运会", [(1, 3, "LOC"), (4, 9, "ORG")], [(2, 3, "LOC"), (4, 6, "ORG"), (7, 9, "ORG")], words
    )
    assert [error.kind for error in scorer.report.errors] == ["inside", "inside", "boundary"]


def test_spans_outside_the_text_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"span \(1, 9\) is empty or reaches outside 0..3"):
        evaluate_entities(["abc"], [[(1, 9, "PER")]], [[]])
    with pytest.raises(ArgumentError, match="2 texts, 1 gold and 1 predicted"):
        evaluate_entities(["a", "b"], [[]], [[]])
    assert evaluate_entities([], [], []).overall.f1 == 0.0
