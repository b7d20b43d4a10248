"""The score of parts of speech: accuracy on words that are segmented correctly, and F1 of words with their tags.

    accuracy    words with the right tag / words with the right span; where the words were given, all words
    joint       a predicted word is correct when a gold word has the same span and the same tag:
                P = correct / predicted words     R = correct / gold words     F1 = 2 P R / (P + R)

Unknown words are those that a vocabulary lacks. Time is linear in the number of words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass
class TagScore:
    """Counts, in words, and the ratios that follow from them; a ratio without a denominator is 0.

    Attributes:
        gold: words of the gold standard by tag.
        predicted: words of the prediction by tag.
        correct: words with the same span and tag, by tag.
        cut_right: words with the same span.
        unknown: of these, the words that the vocabulary lacks.
        unknown_correct: of these, the words with the right tag.
        confused: (gold tag, predicted tag): the words, and how often each was confused.
    """

    gold: Counter[str] = field(default_factory=Counter)
    predicted: Counter[str] = field(default_factory=Counter)
    correct: Counter[str] = field(default_factory=Counter)
    cut_right: int = 0
    unknown: int = 0
    unknown_correct: int = 0
    confused: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    @property
    def accuracy(self) -> float:
        """Share of the right tags among the words with the right span."""
        return _ratio(self.correct.total(), self.cut_right)

    @property
    def unknown_accuracy(self) -> float:
        """The same for the words that the vocabulary lacks."""
        return _ratio(self.unknown_correct, self.unknown)

    @property
    def precision(self) -> float:
        """Share of the predicted words whose span and tag are right."""
        return _ratio(self.correct.total(), self.predicted.total())

    @property
    def recall(self) -> float:
        """Share of the gold words that were found with their tag."""
        return _ratio(self.correct.total(), self.gold.total())

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _ratio(2 * self.correct.total(), self.gold.total() + self.predicted.total())

    @property
    def segmentation_f1(self) -> float:
        """F1 of the spans alone."""
        return _ratio(2 * self.cut_right, self.gold.total() + self.predicted.total())

    def of_tag(self, tag: str) -> tuple[float, float, float]:
        """Precision, recall and F1 of one tag."""
        right, found, wanted = self.correct[tag], self.predicted[tag], self.gold[tag]
        return _ratio(right, found), _ratio(right, wanted), _ratio(2 * right, found + wanted)


class TagScorer:
    """Scores sentence by sentence.

    Args:
        vocabulary: the words known in training; ``None`` for none.

    >>> scorer = TagScorer({"我", "爱"})
    >>> scorer.add(["我", "爱", "北京"], ["r", "v", "ns"], ["我", "爱", "北京"], ["r", "v", "n"])
    >>> score = scorer.score
    >>> round(score.accuracy, 3), score.unknown_accuracy, dict(score.confused[("ns", "n")])
    (0.667, 0.0, {'北京': 1})
    """

    def __init__(self, vocabulary: Container[str] | None = None) -> None:
        self.vocabulary = vocabulary
        self.score = TagScore()

    def add(
        self,
        gold_words: Sequence[str],
        gold_tags: Sequence[str],
        predicted_words: Sequence[str],
        predicted_tags: Sequence[str],
    ) -> None:
        """Count one sentence; the words of both sides join to the same text."""
        score = self.score
        score.gold.update(gold_tags)
        score.predicted.update(predicted_tags)
        found = dict(zip(spans_of(predicted_words), predicted_tags, strict=True))
        for span, word, tag in zip(spans_of(gold_words), gold_words, gold_tags, strict=True):
            other = found.get(span)
            if other is None:
                continue
            is_unknown = self.vocabulary is not None and word not in self.vocabulary
            score.cut_right += 1
            score.unknown += is_unknown
            if other == tag:
                score.correct[tag] += 1
                score.unknown_correct += is_unknown
            else:
                score.confused.setdefault((tag, other), Counter())[word] += 1


def spans_of(words: Sequence[str]) -> list[tuple[int, int]]:
    """Where each word begins and ends in their text."""
    ends = list(accumulate(map(len, words)))
    return list(zip([0, *ends], ends, strict=False))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
