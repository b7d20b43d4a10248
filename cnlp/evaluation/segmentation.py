"""The score of the SIGHAN bakeoffs: word precision, recall, F1, OOV recall and IV recall.

A predicted word is correct when a gold word has the same first and last character (exact spans):

    P = correct / predicted words     R = correct / gold words     F1 = 2 P R / (P + R)
    OOV recall = R over the gold words that the training word list lacks; IV recall = R over the others.

Source: Sproat and Emerson, The First International Chinese Word Segmentation Bakeoff, 2003, and its script
``score``. The script aligns the two word sequences of a line with ``diff``, where we compare spans. Word
counts, the OOV rate and the meaning of every figure are the same; two things differ. ``diff`` aligns equal
words at different places (gold ``a aa``, predicted ``aa a``) and misses a few at the same, so its count of
correct words is a little higher or lower: for jieba on the four SIGHAN 2005 tests P, R and F1 differ by .0003
at most, OOV recall by .0002. And the script takes a byte order mark for a part of the first word (CityU),
where our readers remove it.

Of m gold and n predicted words between two correct words, min(m, n) are substitutions, and the rest deletions
(gold) or insertions (predicted), as ``diff -y`` prints them. Time is linear in the number of words.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import accumulate, chain, zip_longest
from typing import NamedTuple

from cnlp import errors


@dataclass(frozen=True, slots=True)
class SegmentationScore:
    """Counts, in words, and the ratios that follow from them.

    A ratio without a denominator (no words, or no word list given) is ``None`` for the OOV and IV figures and
    0.0 for the others. Two scores add up to the score of both texts together.

    Attributes:
        gold_words: words of the gold standard.
        predicted_words: words of the prediction.
        correct_words: words with the same span in both.
        insertions: predicted words without a partner.
        deletions: gold words without a partner.
        substitutions: pairs of a gold word and the predicted word in its place.
        oov_words: gold words that the vocabulary lacks, ``None`` without a vocabulary.
        oov_correct: those of them that are correct, ``None`` without a vocabulary.

    >>> score = SegmentationScore(gold_words=4, predicted_words=5, correct_words=3)
    >>> score.precision, score.recall, round(score.f1, 3)
    (0.6, 0.75, 0.667)
    """

    gold_words: int = 0
    predicted_words: int = 0
    correct_words: int = 0
    insertions: int = 0
    deletions: int = 0
    substitutions: int = 0
    oov_words: int | None = None
    oov_correct: int | None = None

    @property
    def precision(self) -> float:
        """Share of the predicted words that are correct, 0 to 1."""
        return _ratio(self.correct_words, self.predicted_words) or 0.0

    @property
    def recall(self) -> float:
        """Share of the gold words that were found, 0 to 1."""
        return _ratio(self.correct_words, self.gold_words) or 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 to 1."""
        return _ratio(2 * self.correct_words, self.gold_words + self.predicted_words) or 0.0

    @property
    def oov_rate(self) -> float | None:
        """Share of the gold words that the vocabulary lacks."""
        return None if self.oov_words is None else _ratio(self.oov_words, self.gold_words)

    @property
    def oov_recall(self) -> float | None:
        """Recall over the gold words that the vocabulary lacks."""
        if self.oov_words is None or self.oov_correct is None:
            return None
        return _ratio(self.oov_correct, self.oov_words)

    @property
    def iv_recall(self) -> float | None:
        """Recall over the gold words that the vocabulary has."""
        if self.oov_words is None or self.oov_correct is None:
            return None
        return _ratio(self.correct_words - self.oov_correct, self.gold_words - self.oov_words)

    @property
    def precision_margin(self) -> float:
        """Half width of the 95% interval of P: 2 sqrt(P (1 - P) / n) (Sproat and Emerson, 2003)."""
        return _margin(self.precision, self.predicted_words)

    @property
    def recall_margin(self) -> float:
        """Half width of the 95% interval of R: 2 sqrt(R (1 - R) / n) (Sproat and Emerson, 2003)."""
        return _margin(self.recall, self.gold_words)

    def __add__(self, other: SegmentationScore) -> SegmentationScore:
        return SegmentationScore(
            self.gold_words + other.gold_words,
            self.predicted_words + other.predicted_words,
            self.correct_words + other.correct_words,
            self.insertions + other.insertions,
            self.deletions + other.deletions,
            self.substitutions + other.substitutions,
            _sum(self.oov_words, other.oov_words),
            _sum(self.oov_correct, other.oov_correct),
        )

    def as_dict(self) -> dict[str, float | int | None]:
        """Every count and ratio by name, ready for JSON.

        >>> SegmentationScore(4, 4, 4).as_dict()["f1"]
        1.0
        """
        return {name: getattr(self, name) for name in (*_RATIOS, *(field.name for field in fields(self)))}


_RATIOS = (
    "precision",
    "recall",
    "f1",
    "oov_rate",
    "oov_recall",
    "iv_recall",
    "precision_margin",
    "recall_margin",
)


class SegmentationScorer:
    """Scores sentence by sentence, in memory that does not grow.

    Args:
        vocabulary: the words known in training, for OOV and IV recall; ``None`` for none.
        name: of the prediction in errors, such as its file.

    >>> scorer = SegmentationScorer({"北京", "大学"})
    >>> scorer.add(["北京", "大学", "生"], ["北京", "大学生"])
    >>> score = scorer.score()
    >>> score.recall, score.oov_recall, score.iv_recall
    (0.3333333333333333, 0.0, 0.5)
    """

    def __init__(self, vocabulary: Container[str] | None = None, *, name: str = "prediction") -> None:
        self.vocabulary = vocabulary
        self.name = name
        self._sentences = 0
        self._counts = [0] * 8

    def add(self, gold: Sequence[str], predicted: Sequence[str]) -> None:
        """Count one sentence, given as its gold words and its predicted words.

        Raises:
            cnlp.errors.FormatError: a word is empty, or the characters of the two differ; the number of the
                sentence (from 1) and of the character (from 1) are named.
        """
        self._sentences += 1
        self._check(gold, predicted)
        matches = _matches(gold, predicted)
        found = [gold[index] for index, _ in matches]
        counts = [len(gold), len(predicted), len(matches), *_edits(matches, len(gold), len(predicted))]
        counts += [self._unknown(gold), self._unknown(found)]
        self._counts = [total + count for total, count in zip(self._counts, counts, strict=True)]

    def score(self) -> SegmentationScore:
        """The score of all sentences so far."""
        counts = self._counts if self.vocabulary is not None else self._counts[:6]
        return SegmentationScore(*counts)

    def _unknown(self, words: Sequence[str]) -> int:
        if self.vocabulary is None:
            return 0
        return sum(word not in self.vocabulary for word in words)

    def _check(self, gold: Sequence[str], predicted: Sequence[str]) -> None:
        if "" in gold or "" in predicted:
            raise errors.bad_line(self.name, self._sentences, "a word is empty")
        expected, got = "".join(gold), "".join(predicted)
        if expected != got:
            raise errors.bad_line(self.name, self._sentences, _difference(expected, got))


def evaluate_segmentation(
    gold: Iterable[Sequence[str]],
    predicted: Iterable[Sequence[str]],
    vocabulary: Container[str] | None = None,
    *,
    name: str = "prediction",
) -> SegmentationScore:
    """Score a prediction against the gold standard.

    Args:
        gold: the words of each sentence.
        predicted: the words of each sentence, same sentences in the same order.
        vocabulary: the words known in training, for OOV and IV recall; ``None`` for none.
        name: of the prediction in errors, such as its file.

    Raises:
        cnlp.errors.FormatError: the characters of a sentence differ, or one side has more sentences.

    >>> score = evaluate_segmentation([["你", "好"], ["北京"]], [["你好"], ["北京"]])
    >>> score.correct_words, score.gold_words, score.predicted_words, score.f1
    (1, 3, 2, 0.4)
    """
    scorer = SegmentationScorer(vocabulary, name=name)
    for number, (expected, got) in enumerate(zip_longest(gold, predicted), start=1):
        if expected is None or got is None:
            longer = "gold" if got is None else "prediction"
            raise errors.bad_line(name, number, f"the {longer} has more sentences than the other side")
        scorer.add(expected, got)
    return scorer.score()


class Difference(NamedTuple):
    """Words of the gold standard, and the words of the prediction in their place.

    Attributes:
        gold: the words that the prediction does not have.
        predicted: the words that it has instead; both join to the same text.
        start: offset of the first of them in the sentence, in characters from 0.
    """

    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    start: int

    @property
    def kind(self) -> str:
        """``"split"``: one word was split; ``"joined"``: several became one; ``"crossing"``: anything else."""
        if len(self.gold) == 1:
            return "split"
        return "joined" if len(self.predicted) == 1 else "crossing"


def differences(gold: Sequence[str], predicted: Sequence[str]) -> list[Difference]:
    """What lies between the words that both have; each difference is as short as can be.

    >>> for item in differences(["江", "泽民", "来到", "北京"], ["江泽民", "来", "到", "北京"]):
    ...     print(item.kind, item.gold, item.predicted, item.start)
    joined ('江', '泽民') ('江泽民',) 0
    split ('来到',) ('来', '到') 3
    """
    if gold == predicted:
        return []
    gold_ends, predicted_ends = list(accumulate(map(len, gold))), list(accumulate(map(len, predicted)))
    common = set(gold_ends) & set(predicted_ends)
    found = []
    i = j = start = 0
    for end in sorted(common):
        first, second = i, j
        i, j = gold_ends.index(end, i) + 1, predicted_ends.index(end, j) + 1
        if i - first > 1 or j - second > 1:
            found.append(Difference(tuple(gold[first:i]), tuple(predicted[second:j]), start))
        start = end
    return found


def _spans(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of each word, in characters."""
    ends = list(accumulate(map(len, words)))
    return zip(chain((0,), ends), ends, strict=False)


def _matches(gold: Sequence[str], predicted: Sequence[str]) -> list[tuple[int, int]]:
    """(gold index, predicted index) of the words with the same span."""
    if gold == predicted:
        return [(index, index) for index in range(len(gold))]
    index_of = {span: index for index, span in enumerate(_spans(predicted))}
    return [(index, index_of[span]) for index, span in enumerate(_spans(gold)) if span in index_of]


def _edits(matches: Sequence[tuple[int, int]], gold_words: int, predicted_words: int) -> tuple[int, int, int]:
    """Insertions, deletions, substitutions between the matches."""
    insertions = deletions = substitutions = 0
    last_gold = last_predicted = -1
    for gold_index, predicted_index in chain(matches, ((gold_words, predicted_words),)):
        missed, extra = gold_index - last_gold - 1, predicted_index - last_predicted - 1
        substitutions += min(missed, extra)
        insertions += max(extra - missed, 0)
        deletions += max(missed - extra, 0)
        last_gold, last_predicted = gold_index, predicted_index
    return insertions, deletions, substitutions


def _difference(expected: str, got: str) -> str:
    """The first character where two texts differ."""
    pairs = enumerate(zip_longest(expected, got, fillvalue=""), start=1)
    position, (left, right) = next(item for item in pairs if item[1][0] != item[1][1])
    shown = [repr(side) if side else "the end" for side in (left, right)]
    return f"character {position} is {shown[0]} in the gold and {shown[1]} in the prediction"


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _sum(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right


def _margin(share: float, count: int) -> float:
    return 2 * math.sqrt(share * (1 - share) / count) if count else 0.0
