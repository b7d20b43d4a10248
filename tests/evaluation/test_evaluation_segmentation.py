"""The SIGHAN score, checked by hand, by its laws, and against what the official script prints."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp import errors
from cnlp.evaluation import SegmentationScore, SegmentationScorer, evaluate_segmentation


@st.composite
def two_cuts(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """One text cut in two ways."""
    text = draw(st.text(alphabet="ab人\U00020000", min_size=1, max_size=30))

    def cut() -> list[str]:
        ends = sorted({*draw(st.sets(st.integers(1, len(text)))), len(text)})
        return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    return cut(), cut()


def test_by_hand() -> None:
    gold = ["共同", "创造", "美好", "的", "新", "世纪"]
    predicted = ["共同", "创", "造美", "好的", "新世纪"]
    score = evaluate_segmentation([gold], [predicted], {"共同", "创造", "的", "新世纪"})
    assert (score.gold_words, score.predicted_words, score.correct_words) == (6, 5, 1)
    assert (score.substitutions, score.deletions, score.insertions) == (4, 1, 0)
    assert score.precision == 1 / 5
    assert score.recall == 1 / 6
    assert score.f1 == pytest.approx(2 / 11)
    assert (score.oov_words, score.oov_correct) == (3, 0)
    assert score.oov_rate == 0.5
    assert score.oov_recall == 0.0
    assert score.iv_recall == pytest.approx(1 / 3)


def test_insertions() -> None:
    score = evaluate_segmentation([["北京大学", "好"]], [["北", "京", "大学", "好"]])
    assert (score.substitutions, score.deletions, score.insertions) == (1, 0, 2)


def test_a_word_at_another_place_is_not_correct_though_diff_would_align_it() -> None:
    assert evaluate_segmentation([["a", "aa"]], [["aa", "a"]]).correct_words == 0


def test_without_vocabulary_the_oov_figures_are_none() -> None:
    score = evaluate_segmentation([["a"]], [["a"]])
    assert score.oov_rate is score.oov_recall is score.iv_recall is None


def test_no_oov_word_no_oov_recall() -> None:
    score = evaluate_segmentation([["a"]], [["a"]], {"a"})
    assert score.oov_rate == 0.0
    assert score.oov_recall is None
    assert score.iv_recall == 1.0


def test_nothing_to_score() -> None:
    assert evaluate_segmentation([], []).f1 == 0.0
    assert evaluate_segmentation([[]], [[]]).as_dict()["precision"] == 0.0


def test_margins_are_those_of_the_bakeoff() -> None:
    score = SegmentationScore(gold_words=100, predicted_words=400, correct_words=80)
    assert score.recall_margin == pytest.approx(2 * math.sqrt(0.8 * 0.2 / 100))
    assert score.precision_margin == pytest.approx(2 * math.sqrt(0.2 * 0.8 / 400))


def test_other_characters_name_sentence_and_place() -> None:
    with pytest.raises(errors.FormatError) as caught:
        evaluate_segmentation([["你"], ["北京", "好"]], [["你"], ["北", "平好"]], name="out.txt")
    assert str(caught.value) == "out.txt:2: character 2 is '京' in the gold and '平' in the prediction"


def test_a_shorter_prediction_names_its_end() -> None:
    with pytest.raises(errors.FormatError, match="character 2 is '京' in the gold and the end in the prediction"):
        evaluate_segmentation([["北京"]], [["北"]])


@pytest.mark.parametrize(("gold", "predicted", "longer"), [(2, 1, "gold"), (1, 2, "prediction")])
def test_another_number_of_sentences(gold: int, predicted: int, longer: str) -> None:
    with pytest.raises(errors.FormatError, match=f":2: the {longer} has more sentences"):
        evaluate_segmentation([["a"]] * gold, [["a"]] * predicted)


def test_an_empty_word_is_refused() -> None:
    with pytest.raises(errors.FormatError, match="a word is empty"):
        evaluate_segmentation([["a"]], [["", "a"]])


@given(two_cuts())
def test_a_text_scored_against_itself_is_perfect(cuts: tuple[list[str], list[str]]) -> None:
    gold, _ = cuts
    score = evaluate_segmentation([gold], [tuple(gold)])
    assert score.precision == score.recall == score.f1 == 1.0
    assert score.insertions == score.deletions == score.substitutions == 0


@given(two_cuts())
def test_precision_and_recall_change_places_with_the_texts(cuts: tuple[list[str], list[str]]) -> None:
    gold, predicted = cuts
    here, there = evaluate_segmentation([gold], [predicted]), evaluate_segmentation([predicted], [gold])
    assert (here.precision, here.recall) == (there.recall, there.precision)
    assert (here.insertions, here.deletions) == (there.deletions, there.insertions)


@given(two_cuts())
def test_every_word_is_correct_or_edited(cuts: tuple[list[str], list[str]]) -> None:
    gold, predicted = cuts
    score = evaluate_segmentation([gold], [predicted])
    assert score.gold_words == score.correct_words + score.substitutions + score.deletions
    assert score.predicted_words == score.correct_words + score.substitutions + score.insertions
    spans = [{(len("".join(w[:i])), len("".join(w[: i + 1]))) for i in range(len(w))} for w in cuts]
    assert score.correct_words == len(spans[0] & spans[1])


@given(st.lists(two_cuts(), max_size=5), st.lists(two_cuts(), max_size=5))
def test_scores_add_up(first: list[tuple[list[str], list[str]]], second: list[tuple[list[str], list[str]]]) -> None:
    def scored(pairs: list[tuple[list[str], list[str]]]) -> SegmentationScore:
        scorer = SegmentationScorer({"a", "ab"})
        for gold, predicted in pairs:
            scorer.add(gold, predicted)
        return scorer.score()

    assert scored(first) + scored(second) == scored(first + second)


def test_a_hundred_thousand_words_in_a_second() -> None:
    gold = [["共同", "创造", "的", "新", "世纪"] * 6] * 3400
    predicted = [["共同", "创", "造", "的", "新世纪"] * 6] * 3400
    start = time.process_time()
    evaluate_segmentation(gold, predicted, {"共同"})
    assert time.process_time() - start < 1.0
