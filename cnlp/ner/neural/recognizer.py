"""Named entities by a neural tagger: ``NeuralRecognizer``, to be used like the linear one.

A text longer than ``max_length`` is split at sentence ends, a longer sentence at commas or white space, a longer clause
anywhere. Pieces of similar length are tagged together. The best legal tags are the answer; an entity's score is its
marginal probability under the CRF. :mod:`cnlp.ner.neural.packing` draws the model file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.model.format import ModelFile, write_model
from cnlp.model.registry import open_model
from cnlp.ner.base import NEURAL_KIND, Recognizer, check_texts, open_entities
from cnlp.ner.neural.settings import Settings, defaults
from cnlp.types import Entity

try:
    from cnlp.ner.neural.model import find_targets, predict
    from cnlp.ner.neural.packing import pack_tagger, unpack_tagger
except ModuleNotFoundError as error:
    raise errors.missing_dependency(str(error.name), "neural", "a neural model") from None

if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Self

    from cnlp.model.format import Arrays
    from cnlp.model.registry import ModelLike
    from cnlp.ner.base import Labelled
    from cnlp.ner.neural.trainer import NeuralEpoch, Trained
    from cnlp.sequence.targets import Targets
    from cnlp.vectors.vectors import Vectors


class NeuralRecognizer(Recognizer):
    """Finds entities by a neural model; learns any labels from any corpus.

    Args:
        settings: the model and all its hyper-parameters; by default those of FLAT.
        device: where to compute: ``"cpu"``, ``"cuda"``, ...

    Attributes:
        labels_: the labels, sorted.
        standards_, standard_: the standards of the model, and the one that it follows.
        log_: one :class:`cnlp.ner.neural.trainer.NeuralEpoch` for each epoch; ``dev`` is strict F1.
        card_: the model card of a loaded file, or what ``fit`` knows of itself.
        arrays_: what its file has, see :mod:`cnlp.ner.neural.packing`.

    >>> corpus = [("王明在北京工作", [(0, 2, "PER"), (3, 5, "LOC")]), ("李明去上海", [(0, 2, "PER"), (3, 5, "LOC")])]
    >>> settings = defaults("bilstm-crf").with_values({"epochs": 5, "hidden": 20, "rate": 0.02})
    >>> model = NeuralRecognizer(settings).fit(corpus * 10)
    >>> [(entity.text, entity.label) for entity in model.entities("王明去上海工作")]
    [('王明', 'PER'), ('上海', 'LOC')]
    """

    labels_: list[str]
    standards_: list[str]
    standard_: str
    log_: list[NeuralEpoch]
    card_: dict[str, str]
    arrays_: Arrays

    def __init__(self, settings: Settings | None = None, *, device: str = "cpu") -> None:
        self.settings = settings
        self.device = device

    # ---- learning ----

    def fit(
        self,
        sentences: Sequence[Labelled],
        *,
        dev: Sequence[Labelled] | None = None,
        vectors: Vectors | None = None,
        lexicon: Iterable[str] | None = None,
        progress: bool = False,
        **options: Any,
    ) -> Self:
        """Learn entities.

        Args:
            sentences: texts with their spans ``(start, end, label)``, such as
                :class:`cnlp.corpus.entities.Sentence`; spans do not overlap.
            dev: sentences that choose the best epoch by strict F1; ``None``: the last epoch.
            vectors: pretrained embeddings, see :class:`cnlp.Vectors`.
            lexicon: words of the lattice; those of the shipped lexicon by default.
            progress: show a progress bar with the dev score.
            options: ``others`` (sentences of other standards), ``distillation``, ``out_dir``, ``resume`` and more of
                :func:`cnlp.ner.neural.trainer.train_neural`.

        Raises:
            ArgumentError: nothing to learn from, spans that overlap or reach outside, and what else
                :func:`cnlp.ner.neural.trainer.train_neural` refuses.
            TrainingError: out of memory; the loss is NaN or infinite.
        """
        from cnlp.ner.neural.trainer import train_neural

        words = None if lexicon is None else list(lexicon)
        trained = train_neural(
            self.settings or defaults("flat"),
            sentences,
            dev,
            vectors=vectors,
            lexicon=words,
            device=self.device,
            progress=progress,
            **options,
        )
        return self.take(trained, own_lexicon=words is not None)

    def take(self, trained: Trained, *, own_lexicon: bool = False) -> Self:
        """Take over what :func:`cnlp.ner.neural.trainer.train_neural` learnt, with the shipped or a custom lexicon."""
        self.log_ = trained.log
        self._mount(*pack_tagger(trained.model, trained.vocabulary, trained.settings, own_lexicon=own_lexicon))
        return self

    # ---- finding ----

    def predict(self, texts: Iterable[str]) -> list[list[Entity]]:
        """The entities of each text; texts of similar length are tagged together, so pass many.

        Raises:
            TextTypeError: a text is not a str, or ``texts`` itself is one.
            ArgumentError: nothing was learnt yet.
        """
        listed = check_texts(texts)
        standard = self.standards_.index(self.standard_)
        found = predict(self._model, self._vocabulary, listed, self._settings, standard)
        return [
            [Entity(text[start:end], start, end, label, score) for start, end, label, score in entities]
            for text, entities in zip(listed, found, strict=True)
        ]

    def targets(self, texts: Sequence[str], tags: Sequence[str], temperature: float = 1.0) -> list[Targets]:
        """How sure the model is of the tags of each text, which must be its own.

        Raises:
            ArgumentError: its tags are others, or nothing was learnt yet.
        """
        own = self._vocabulary.tags
        if own != list(tags):
            raise errors.ArgumentError(
                f"the teacher's tags are {', '.join(own)}, the student's {', '.join(tags)}: they need the same labels "
                "and scheme; or take alpha=1, which teaches labels alone"
            )
        standard = self.standards_.index(self.standard_)
        return find_targets(self._model, self._vocabulary, texts, self._settings, standard, temperature)

    # ---- files ----

    def save(self, path: str | os.PathLike[str], card: dict[str, str] | None = None) -> None:
        """Write the model; ``card`` is added to its model card.

        Raises:
            OSError: the file cannot be written.
            ArgumentError: nothing was learnt yet.
        """
        write_model(path, self.arrays_, {**self.card_, **(card or {})})

    @classmethod
    def load(cls, model: ModelLike, *, standard: str | None = None, device: str = "cpu") -> Self:
        """Open a model that :meth:`save` wrote, or a shipped one.

        Args:
            model: the file, or the name of a shipped model.
            standard: one of those that the model has; ``None`` for its first.
            device: where to compute.

        Raises:
            OSError: the file cannot be read.
            ModelError: it is damaged, or holds something else.
            ArgumentError: it has no such standard.
        """
        return cls.from_file(open_entities(model), standard=standard, device=device)

    @classmethod
    def from_file(cls, file: ModelFile, *, standard: str | None = None, device: str = "cpu") -> Self:
        """The model in an open file; errors as :meth:`load`."""
        file = open_model(file, NEURAL_KIND)
        with file.loading():
            arrays = {name: (dtype, file.read(name)) for name, (dtype, _) in file.arrays.items()}
            model = cls.of(arrays, file.card, device=device)
        if standard is not None:
            errors.check_choice("standard", standard, model.standards_)
            model.standard_ = standard
        return model

    @classmethod
    def of(cls, arrays: Arrays, card: dict[str, str], *, device: str = "cpu") -> Self:
        """What :func:`cnlp.ner.neural.packing.pack_tagger` returns, ready to tag.

        Raises:
            ValueError: something is missing or damaged.
        """
        recognizer = cls(device=device)
        recognizer._mount(arrays, card)
        return recognizer

    def __getstate__(self) -> dict[str, Any]:
        """For pickle, which takes it to worker processes: what its file has, not the model made of that."""
        return {name: value for name, value in vars(self).items() if name not in ("_model", "_vocabulary", "_settings")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if "arrays_" in state:
            self._mount(self.arrays_, self.card_, self.standard_)

    def __getattr__(self, name: str) -> Any:
        if name in ("_model", "_vocabulary", "arrays_", "standards_"):
            raise errors.ArgumentError("this recognizer has learnt nothing yet: call fit, or load a model")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _mount(self, arrays: Arrays, card: dict[str, str], standard: str | None = None) -> None:
        """Use the arrays of a file or of memory: a model that was just trained tags as it will from its file."""
        model, self._vocabulary, self._settings = unpack_tagger(arrays, card)
        self._model = model.to(self.device)
        self.arrays_, self.card_ = arrays, card
        self.standards_ = self._vocabulary.standards
        self.standard_ = self.standards_[0] if standard is None else standard
        self.labels_ = sorted({label for tag in self._vocabulary.tags if (label := tag.partition("-")[2])})
        self.kinds_ = {label: [] for label in self.labels_}
