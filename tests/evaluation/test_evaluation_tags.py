"""Scores of parts of speech, and what lies between two segmentations."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnlp.evaluation.segmentation import differences, evaluate_segmentation
from cnlp.evaluation.tags import TagScorer

CUTS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12)


def words_of(cuts: list[bool]) -> list[str]:
    """The text abc... cut behind the places that are true."""
    words = [""]
    for number, cut in enumerate(cuts):
        words[-1] += chr(97 + number)
        if cut and number < len(cuts) - 1:
            words.append("")
    return words


@given(CUTS)
def test_differences_are_what_the_score_calls_wrong(cuts: list[tuple[bool, bool]]) -> None:
    gold, predicted = words_of([a for a, _ in cuts]), words_of([b for _, b in cuts])
    found = differences(gold, predicted)
    score = evaluate_segmentation([gold], [predicted])
    assert sum(len(item.gold) for item in found) == score.gold_words - score.correct_words
    assert sum(len(item.predicted) for item in found) == score.predicted_words - score.correct_words
    for item in found:
        text = "".join(item.gold)
        assert text == "".join(item.predicted) == "".join(gold)[item.start : item.start + len(text)]


@given(CUTS, st.data())
def test_joint_scores_count_spans_with_tags(cuts: list[tuple[bool, bool]], data: st.DataObject) -> None:
    gold, predicted = words_of([a for a, _ in cuts]), words_of([b for _, b in cuts])
    tags = st.sampled_from("nv")
    gold_tags = [data.draw(tags) for _ in gold]
    predicted_tags = [data.draw(tags) for _ in predicted]
    scorer = TagScorer({"a"})
    scorer.add(gold, gold_tags, predicted, predicted_tags)
    score = scorer.score

    def spans(words: list[str], tags: list[str]) -> set[tuple[str, str]]:
        return set(zip(words, tags, strict=True))  # every letter is unlike the others, so a word is a span

    right = spans(gold, gold_tags) & spans(predicted, predicted_tags)
    assert score.correct.total() == len(right)
    assert score.f1 == 2 * len(right) / (len(gold) + len(predicted))
    assert score.segmentation_f1 == evaluate_segmentation([gold], [predicted]).f1
    assert score.cut_right == score.correct.total() + sum(words.total() for words in score.confused.values())
    assert score.unknown == len(set(gold) & set(predicted) - {"a"})


def test_nothing_scores_nothing() -> None:
    score = TagScorer().score
    assert score.accuracy == score.f1 == score.unknown_accuracy == score.precision == score.recall == 0.0
