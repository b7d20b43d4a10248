"""Learning to find entities from other recognizers, over text without labels.

A :class:`Teacher` labels the text, and the student learns these sentences as it learns a corpus: hard labels, for any
teacher and student. A student with a conditional random field can learn how sure the teacher is, too: the
probabilities of its tags and of their transitions. Its loss on a sentence x is then

    alpha * -log P(t | x)  +  (1 - alpha) * T^2 * -sum over t' of Q_T(t' | x) log P_T(t' | x)

with the tags t of the corpus, or those that the teacher found, the teacher Q, and all scores divided by the temperature
T in P_T and Q_T. Sources: Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015; Tang et al.,
Distilling task-specific knowledge from BERT into simple neural networks, 2019. Several teachers vote for labels, and
the mean of their probabilities counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.corpus.entities import Sentence
from cnlp.ner.base import Recognizer
from cnlp.ner.parts import Part
from cnlp.sequence import distillation

if TYPE_CHECKING:
    from cnlp.sequence.targets import Targets

_AT_ONCE = 1000  # texts, so that memory does not depend on how many there are


class Teacher:
    """One recognizer, or several with the same labels.

    Args:
        models: the recognizers.

    Attributes:
        labels: those that they find.

    Raises:
        ArgumentError: there are none, or their labels differ.
    """

    def __init__(self, models: Recognizer | Sequence[Recognizer]) -> None:
        self.models = [models] if isinstance(models, Recognizer) else list(models)
        if not self.models:
            raise errors.ArgumentError("a teacher needs at least one model")
        for model in self.models:
            if not isinstance(model, Recognizer):
                raise errors.ArgumentError(
                    f"a teacher is a recognizer, as cnlp.load opens it, not {type(model).__name__}"
                )
        self.labels = self.models[0].labels_
        for model in self.models[1:]:
            check_labels("one teacher", self.labels, "another", model.labels_)

    def label(self, texts: Sequence[str]) -> list[Sentence]:
        """The texts with the entities that more than half of the models find."""
        votes: list[Counter[tuple[int, int, str]]] = [Counter() for _ in texts]
        for model in self.models:
            for count, found in zip(votes, model.predict(texts), strict=True):
                count.update((entity.start, entity.end, entity.label) for entity in found)
        return [
            Sentence(text, tuple(sorted(span for span, times in count.items() if 2 * times > len(self.models))))
            for text, count in zip(texts, votes, strict=True)
        ]

    def targets(self, texts: Sequence[str], tags: Sequence[str], temperature: float = 1.0) -> Iterator[Targets]:
        """What a field with these tags is to learn of each text; errors as of :meth:`Recognizer.targets`."""
        from cnlp.sequence.targets import mean

        for start in range(0, len(texts), _AT_ONCE):
            by_model = [model.targets(texts[start : start + _AT_ONCE], tags, temperature) for model in self.models]
            yield from map(mean, zip(*by_model, strict=True))


class Distillation(distillation.Distillation[Teacher]):
    """What is learnt from a teacher; the arguments are those of :class:`cnlp.sequence.distillation.Distillation`."""

    def join(self, parts: Sequence[Part]) -> list[Part]:
        """The parts of a corpus and one more: the texts as the teacher labels them.

        Raises:
            ArgumentError: the parts follow several standards, or the teacher has other labels.
        """
        self.check_standards({part.standard for part in parts})
        labels = {label for part in parts for _, spans in part.sentences for _, _, label in spans}
        check_labels("the teacher", self.teacher.labels, "the corpus", labels)
        return [*parts, Part(self.teacher.label(self.unlabelled), parts[0].standard)]


def check_labels(one: str, labels: Sequence[str], other: str, others: Sequence[str] | set[str]) -> None:
    """Refuse labels that differ.

    Raises:
        ArgumentError: they do; both are listed.
    """
    if sorted(labels) != sorted(others):
        shown, rest = (", ".join(sorted(some)) or "none" for some in (labels, others))
        raise errors.ArgumentError(f"the labels differ: {one} has {shown}, and {other} has {rest}")
