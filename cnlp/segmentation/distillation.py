"""Learning to segment from other segmenters, over text without borders of words.

The same as :mod:`cnlp.ner.distillation` with words: any segmenter can label text, and any student learn it; a student
with a conditional random field can learn the probabilities of the tags of a tagger, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np

from cnlp import errors
from cnlp._kernel.layout import N_TAGS
from cnlp.segmentation.corpora import Part, clause_texts
from cnlp.segmentation.segmenter import Segmenter
from cnlp.segmentation.tagger import TaggerModel
from cnlp.sequence import distillation
from cnlp.sequence.linear import Problem
from cnlp.sequence.targets import Targets, expected, mean, teach


class Teacher:
    """One segmenter, or several that vote.

    Args:
        models: the segmenters.

    Raises:
        ArgumentError: there are none.

    >>> Teacher([Segmenter(), Segmenter(algorithm="bigram"), Segmenter(["他说的"])]).label(["他说的确实在理"])
    [['他', '说', '的', '确实', '在理']]
    """

    def __init__(self, models: Segmenter | Sequence[Segmenter]) -> None:
        self.models = [models] if isinstance(models, Segmenter) else list(models)
        if not self.models:
            raise errors.ArgumentError("a teacher needs at least one model")

    def label(self, texts: Sequence[str]) -> list[list[str]]:
        """The words of the texts; they end where those of more than half of the models do."""
        votes: list[Counter[int]] = [Counter() for _ in texts]
        for model in self.models:
            for count, text in zip(votes, texts, strict=True):
                count.update(accumulate(map(len, model.segment(text))))
        found = []
        for text, count in zip(texts, votes, strict=True):
            ends = sorted(end for end, times in count.items() if 2 * times > len(self.models))
            found.append([text[start:end] for start, end in zip([0, *ends], ends, strict=False)])
        return found

    def targets(self, texts: Sequence[str], problem: Problem) -> Iterator[Targets]:
        """What a field of the tags B, M, E, S is to learn of each text, where no pattern and no user's word decides.

        Args:
            texts: to be tagged.
            problem: of the field, which says which tags may follow.

        Raises:
            ArgumentError: a model is not a tagger, so that it has no probabilities of tags.
        """
        taggers = [_tagger(model) for model in self.models]
        for text in texts:
            yield mean([_targets(tagger, text, problem) for tagger in taggers])


class Distillation(distillation.Distillation[Teacher]):
    """What is learnt from a teacher; the arguments are those of :class:`cnlp.sequence.distillation.Distillation`."""

    def join(self, parts: Sequence[Part], method: str) -> list[Part]:
        """The parts of a corpus and one more: the texts as the teacher segments them.

        Raises:
            ArgumentError: the parts follow several standards, or the teacher another one; or the method cannot learn
                what is to be learnt.
        """
        self.check_linear(method)
        standards = {part.standard for part in parts}
        self.check_standards(standards)
        for model in self.teacher.models:
            if model.standard is not None and standards - {"", model.standard}:
                raise errors.ArgumentError(f"the teacher follows {model.standard}, the corpus {standards.pop()}")
        return [*parts, Part(self.teacher.label(self.unlabelled), parts[0].standard)]

    def teach(self, problem: Problem, parts: Sequence[Part]) -> None:
        """Let the clauses of these parts learn what the teacher says of them, unless labels are all to be learnt."""
        if self.is_soft:
            teach(problem, self.teacher.targets(clause_texts(parts, problem.sequences), problem), self.alpha)


def _tagger(model: Segmenter) -> TaggerModel:
    if model.tagger is None:
        raise errors.ArgumentError(
            f"algorithm {model.algorithm!r} has no probabilities of tags to teach: take alpha=1, which teaches words"
        )
    return model.tagger


def _targets(tagger: TaggerModel, text: str, problem: Problem) -> Targets:
    unit = tagger.unit / tagger.temperature
    scores = np.frombuffer(tagger.tagger.scores(text), np.int16)[: len(text) * N_TAGS].reshape(-1, N_TAGS)
    steps = np.frombuffer(tagger.tagger.transitions, np.int32).reshape(N_TAGS, N_TAGS)
    return expected(scores * unit, steps * unit, problem.allowed, problem.start_tag)
