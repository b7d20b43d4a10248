"""The score of named entities: strict spans, by label, by length, and by whether training had them.

A predicted entity is correct when a gold entity has the same start, end and label:

    P = correct / predicted entities     R = correct / gold entities     F1 = 2 P R / (P + R)

The overall figures count all entities together (micro average). Source: Tjong Kim Sang and De Meulder, CoNLL-2003
shared task, 2003. The tests compare the counts with those of seqeval (Nakayama 2018) in its strict mode, for tags
in BIO and IOBES and for BMES written as IOBES: seqeval takes no M, and in its default mode joins an entity that it
does not know how to end to the next one.

Every error has one kind: ``label`` (the span of a gold entity, another label), ``inside`` (begins or ends inside a
word, where words are known), ``boundary`` (overlaps a gold entity of the same label), ``both`` (overlaps gold entities
of other labels only), ``spurious`` (overlaps none); and, of gold entities that overlap no prediction, ``missed``. Time
is linear in the number of entities, for those of one sentence times the logarithm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from cnlp import errors

if TYPE_CHECKING:
    from typing import TypeAlias

    EntitySpan: TypeAlias = tuple[int, int, str]

ERROR_KINDS = ("missed", "spurious", "boundary", "label", "both", "inside")
LENGTHS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 8), (9, 12), (13, None))  # in characters, both ends inclusive


@dataclass(slots=True)
class EntityScore:
    """Counts of entities and the ratios that follow; a ratio without a denominator is 0.

    Attributes:
        gold: entities of the gold standard.
        predicted: entities of the prediction.
        correct: entities with the same span and label in both.

    >>> score = EntityScore(gold=4, predicted=5, correct=3)
    >>> score.precision, score.recall, round(score.f1, 3)
    (0.6, 0.75, 0.667)
    """

    gold: int = 0
    predicted: int = 0
    correct: int = 0

    @property
    def precision(self) -> float:
        """Share of the predicted entities that are correct, 0 to 1."""
        return self.correct / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold entities that were found, 0 to 1."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 to 1."""
        return 2 * self.correct / (self.gold + self.predicted) if self.gold + self.predicted else 0.0

    def as_dict(self) -> dict[str, float | int]:
        """Every ratio and count by name, ready for JSON."""
        names = ("precision", "recall", "f1", "gold", "predicted", "correct")
        return {name: getattr(self, name) for name in names}


class EntityError(NamedTuple):
    """One error.

    Attributes:
        kind: one of :data:`ERROR_KINDS`.
        sentence: number of the sentence, from 0.
        gold: the gold entity, ``None`` if there is none.
        predicted: the predicted entity, ``None`` if there is none.
    """

    kind: str
    sentence: int
    gold: EntitySpan | None
    predicted: EntitySpan | None


@dataclass
class EntityReport:
    """Everything that was counted.

    Attributes:
        overall: all entities.
        by_label: of each label; a predicted entity counts under the label it was given.
        by_length: of each range of lengths of :data:`LENGTHS`.
        by_seen: of entities whose text training had with this label (``True``) and of the others; empty without
            training entities.
        kinds: how many errors there are of each kind.
        confused: (gold label, predicted label), ``None`` for no entity: how often; ``boundary`` errors count under
            one label twice.
        errors: in the order of the text.
    """

    overall: EntityScore = field(default_factory=EntityScore)
    by_label: dict[str, EntityScore] = field(default_factory=dict)
    by_length: dict[tuple[int, int | None], EntityScore] = field(default_factory=dict)
    by_seen: dict[bool, EntityScore] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    confused: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    errors: list[EntityError] = field(default_factory=list)


class EntityScorer:
    """Scores sentence by sentence.

    Args:
        seen: (text, label) of the entities that training had; ``None`` if that is not asked.

    >>> scorer = EntityScorer({("北京", "LOC")})
    >>> scorer.add("王明在北京大学", [(0, 2, "PER"), (3, 7, "ORG")], [(0, 2, "PER"), (3, 5, "LOC")])
    >>> scorer.report.overall.f1, scorer.report.by_label["PER"].f1, dict(scorer.report.kinds)
    (0.5, 1.0, {'both': 1})
    """

    def __init__(self, seen: Collection[tuple[str, str]] | None = None) -> None:
        self.seen = seen
        self.report = EntityReport()
        self._sentences = 0
        if seen is not None:
            self.report.by_seen = {True: EntityScore(), False: EntityScore()}

    def add(
        self,
        text: str,
        gold: Iterable[EntitySpan],
        predicted: Iterable[EntitySpan],
        words: Iterable[tuple[int, int]] = (),
    ) -> None:
        """Count one sentence.

        Args:
            text: the sentence.
            gold: its entities, ``(start, end, label)``; one that is named twice counts once.
            predicted: those that were found.
            words: spans of words, so that errors inside of them have a kind of their own.

        Raises:
            ArgumentError: a span is empty or reaches outside the text.
        """
        expected, found = _checked(text, gold), _checked(text, predicted)
        common = set(expected) & set(found)
        for spans, name in ((expected, "gold"), (found, "predicted"), (common, "correct")):
            for span in spans:
                for score in self._scores(text, span):
                    setattr(score, name, getattr(score, name) + 1)
        wrong = [span for span in found if span not in common]
        lost = [span for span in expected if span not in common]
        inside = {place for start, end in words for place in range(start + 1, end)}
        for error in _errors(self._sentences, expected, found, lost, wrong, inside):
            self.report.errors.append(error)
            self.report.kinds[error.kind] += 1
            sides = error.gold and error.gold[2], error.predicted and error.predicted[2]
            self.report.confused[sides] += 1
        self._sentences += 1

    def _scores(self, text: str, span: EntitySpan) -> list[EntityScore]:
        """The scores that an entity counts in."""
        start, end, label = span
        report = self.report
        length = next(r for r in LENGTHS if r[0] <= end - start and (r[1] is None or end - start <= r[1]))
        scores = [
            report.overall,
            report.by_label.setdefault(label, EntityScore()),
            report.by_length.setdefault(length, EntityScore()),
        ]
        if self.seen is not None:
            scores.append(report.by_seen[(text[start:end], label) in self.seen])
        return scores


def evaluate_entities(
    texts: Sequence[str],
    gold: Sequence[Iterable[EntitySpan]],
    predicted: Sequence[Iterable[EntitySpan]],
    *,
    seen: Collection[tuple[str, str]] | None = None,
) -> EntityReport:
    """Score predictions for many sentences.

    Raises:
        ArgumentError: the sequences differ in length, or a span is empty or reaches outside its text.

    >>> evaluate_entities(["去北京"], [[(1, 3, "LOC")]], [[(1, 3, "LOC")]]).overall.f1
    1.0
    """
    if not len(texts) == len(gold) == len(predicted):
        raise errors.ArgumentError(f"{len(texts)} texts, {len(gold)} gold and {len(predicted)} predicted sentences")
    scorer = EntityScorer(seen)
    for text, expected, found in zip(texts, gold, predicted, strict=True):
        scorer.add(text, expected, found)
    return scorer.report


def _checked(text: str, spans: Iterable[EntitySpan]) -> list[EntitySpan]:
    """The spans without repetition, by start."""
    kept = sorted({(start, end, label) for start, end, label in spans})
    for start, end, _ in kept:
        if not 0 <= start < end <= len(text):
            raise errors.ArgumentError(f"span ({start}, {end}) is empty or reaches outside 0..{len(text)}")
    return kept


def _errors(
    sentence: int,
    gold: Sequence[EntitySpan],
    found: Sequence[EntitySpan],
    lost: Sequence[EntitySpan],
    wrong: Sequence[EntitySpan],
    inside: Collection[int],
) -> list[EntityError]:
    """The errors of a sentence by start: one for each wrong prediction and each gold entity that none overlaps.

    A wrong prediction is set against the gold entity that it shares most characters with, of those with its own
    label first.
    """
    made = []
    for span in wrong:
        rivals = [other for other in gold if _shared(span, other)]
        rival = max(
            rivals, key=lambda other: (other[:2] == span[:2], other[2] == span[2], _shared(span, other)), default=None
        )
        if rival is not None and rival[:2] == span[:2]:
            kind = "label"
        elif span[0] in inside or span[1] in inside:
            kind = "inside"
        elif rival is None:
            kind = "spurious"
        else:
            kind = "boundary" if rival[2] == span[2] else "both"
        made.append(EntityError(kind, sentence, rival, span))
    made += [
        EntityError("missed", sentence, span, None) for span in lost if not any(_shared(span, other) for other in found)
    ]
    return sorted(made, key=lambda error: (error.predicted or error.gold or (0, 0, ""))[:2])


def _shared(left: EntitySpan, right: EntitySpan) -> int:
    """How many characters two spans have in common."""
    return max(0, min(left[1], right[1]) - max(left[0], right[0]))
