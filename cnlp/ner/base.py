"""What every recognizer of entities offers, whatever its model: :class:`Recognizer`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.model.registry import open_model
from cnlp.types import Entity

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnlp.evaluation.entities import EntitySpan
    from cnlp.model.format import ModelFile
    from cnlp.model.registry import ModelLike
    from cnlp.sequence.targets import Targets

    Labelled: TypeAlias = tuple[str, Sequence[EntitySpan]]

KIND = "entities"  # of model files of the linear recognizer
NEURAL_KIND = "neural-entities"
LINEAR_METHODS = ("crf", "perceptron")  # by which the linear recognizer learns
DEFAULT = "ner"  # the shipped model that is taken if none is named


class Recognizer:
    """What finds entities: :class:`cnlp.ner.linear.EntityRecognizer` or
    :class:`cnlp.ner.neural.recognizer.NeuralRecognizer`.

    Attributes:
        labels_: the labels, sorted.
        kinds_: of each label the finer kinds that the model tells apart.
        card_: the model card of a loaded file, or what ``fit`` knows of itself.
    """

    labels_: list[str]
    kinds_: dict[str, list[str]]
    card_: dict[str, str]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {', '.join(getattr(self, 'labels_', ())) or 'has learnt nothing yet'}>"

    def entities(self, text: str) -> list[Entity]:
        """The entities of a text, by start; ``text[entity.start:entity.end] == entity.text``.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: nothing was learnt yet.
        """
        return self.predict([text])[0]

    def predict(self, texts: Iterable[str]) -> list[list[Entity]]:
        """The entities of each text.

        Raises:
            TextTypeError: a text is not a str, or ``texts`` itself is one.
        """
        raise NotImplementedError

    def targets(self, texts: Sequence[str], tags: Sequence[str], temperature: float = 1.0) -> list[Targets]:
        """How sure the model is of the tags of each text, for :class:`cnlp.ner.distillation.Teacher`.

        Args:
            texts: to be tagged.
            tags: those of the student, by number.
            temperature: by which all scores are divided.

        Raises:
            ArgumentError: the model is linear, so that its file gives no probabilities of tags; or has other tags.
        """
        raise errors.ArgumentError(
            "the probabilities of tags can be learnt from neural teachers only; from a linear one take alpha=1, which "
            "teaches labels alone"
        )

    def score(self, sentences: Iterable[Labelled]) -> float:
        """F1 over exact spans with their labels, all sentences together; 0 where there are none."""
        listed = list(sentences)
        correct = found = gold = 0
        for (_, spans), predicted in zip(listed, self.predict([text for text, _ in listed]), strict=True):
            expected = {(start, end, label) for start, end, label in spans}
            given = {(entity.start, entity.end, entity.label) for entity in predicted}
            correct += len(expected & given)
            found += len(given)
            gold += len(expected)
        return 2 * correct / (found + gold) if found + gold else 0.0

    def save(self, path: str | os.PathLike[str], card: dict[str, str] | None = None) -> None:
        """Write the model; ``card`` is added to its model card.

        Raises:
            OSError: the file cannot be written.
            ArgumentError: nothing was learnt yet.
        """
        raise NotImplementedError


def check_texts(texts: Iterable[str]) -> list[str]:
    """Several texts as a list.

    Raises:
        TextTypeError: a text is not a str, or ``texts`` itself is one.
    """
    if isinstance(texts, (str, bytes)):
        raise errors.TextTypeError("texts must be several texts, such as a list of str; for one: entities(text)")
    listed = list(texts)
    for text in listed:
        if not isinstance(text, str):
            raise errors.not_text(text)
    return listed


def check_sentences(sentences: Sequence[Labelled], what: str) -> None:
    """Refuse what is not texts with their spans, such as the names of files.

    Args:
        sentences: to check.
        what: the name of the argument.

    Raises:
        ArgumentError: an item is something else.
    """
    for place, sentence in enumerate(sentences):
        if not isinstance(sentence, (tuple, list)) or len(sentence) != 2 or not isinstance(sentence[0], str):
            raise errors.ArgumentError(
                f"item {place} (from 0) of {what} must be a text and its spans (start, end, label), not "
                f"{type(sentence).__name__}; cnlp.corpus.entity_formats.read_entities reads files"
            )


def open_entities(model: ModelLike | None = None) -> ModelFile:
    """The file of a recognizer: that of a name or path, or the default one."""
    return open_model(DEFAULT if model is None else model, KIND, NEURAL_KIND)
