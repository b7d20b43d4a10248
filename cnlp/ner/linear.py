"""Named entities by a linear model over characters: :class:`EntityRecognizer`.

A text is segmented by the shipped segmenter and split into pieces at sentence ends. Every character gets a tag of
the scheme (B-PER, M-PER, ...); what is seen of it (characters, words and their dictionary tags, entities and their
first and last characters as the training corpus has them) is listed in ``cnlp/ner/FORMAT.md``. The score of tags t is

    s(x, t) = sum over p of A[t_p-1, t_p] + sum over streams k and offsets d of W_k[key_k(p - d), d, t_p]

and P(t | x) = exp s(x, t) / Z(x). The best legal t is the answer; an entity's score is the sum of P(t | x) over all
t in which it is a span: its marginal probability (forward-backward with the span's tags fixed; Culotta and
McCallum, Confidence estimation for information extraction, 2004). Weights come from a conditional random field
(Lafferty, McCallum and Pereira 2001) or from an averaged perceptron (Collins 2002). One factor scales them so that the
dev part is most likely (Platt 1999): a field that has seen its corpus often is too sure of itself, and the scores of a
perceptron mean nothing before. Without a dev part a perceptron is scaled on its training part, a field not at all.

Cost: O(n T^2) for n characters and T tags; a tag's row of weights is looked up 21 times a character.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel import kernel
from cnlp.lexicon.lexicon import as_lexicon
from cnlp.model.registry import open_model
from cnlp.ner.base import KIND, Recognizer, check_texts, open_entities
from cnlp.ner.parts import GENERAL, OfKind, Part, array_of
from cnlp.segmentation import segmenter_for
from cnlp.types import Entity

if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Self

    from cnlp._kernel.native import EntityTagger, Range
    from cnlp.lexicon.lexicon import Lexicon, LexiconLike
    from cnlp.model.format import ModelFile
    from cnlp.model.registry import ModelLike
    from cnlp.ner.base import Labelled
    from cnlp.ner.distillation import Distillation
    from cnlp.sequence.linear import Epoch

ARRAYS = (
    "pages", "codes", "class_fold", "types", "begin_class", "end_class", "phrases", "codebook", "transitions",
    "labels", "kinds",
)  # fmt: skip
OF_STANDARD = "rows", "entries", "roles"  # arrays that every standard has; of the second they are "rows.1" and so on
_AT_ONCE = 1000  # texts, so that memory does not depend on how many there are
_OF_PROCESS = ("_tagger", "_segmenter")  # the kernel's objects


class EntityRecognizer(Recognizer):
    """Finds entities; learns any labels from any corpus.

    Args:
        method: ``"crf"`` or ``"perceptron"``.
        scheme: the tags of characters inside: ``"BMES"``, ``"IOBES"`` (the same here) or ``"BIO"``.
        epochs: passes over the corpus.
        rate: first step size of the CRF; large corpora take a smaller one, as the shipped models did (0.02).
        l2: the factor of |w|^2 / 2 for one piece of text (CRF).
        margin, aggressiveness: how much better than a wrong tag the right one must be, and the largest step
            (perceptron).
        min_count: keys seen less often have no row.
        smallest: weights below this, in nats, are left out of the model; of several standards each keeps fewer of
            the weights for which it has no corrections.
        seed: of the order in which sentences are seen.

    Attributes:
        labels_: the labels, sorted.
        kinds_: of each label the finer kinds that are told apart; none for most models.
        standards_, standard_: the standards of the model, and the one that it follows.
        log_: one :class:`cnlp.sequence.linear.Epoch` for each epoch; ``dev`` is strict F1.
        card_: the model card of a loaded file, or what ``fit`` knows of itself.

    >>> corpus = [("王明在北京工作", [(0, 2, "PER"), (3, 5, "LOC")]), ("李明去上海", [(0, 2, "PER"), (3, 5, "LOC")])]
    >>> model = EntityRecognizer(epochs=10, min_count=1).fit(corpus * 5)
    >>> [(entity.text, entity.label) for entity in model.entities("王明去上海工作")]
    [('王明', 'PER'), ('上海', 'LOC')]
    """

    labels_: list[str]
    kinds_: dict[str, list[str]]
    standards_: list[str]
    standard_: str
    log_: list[Epoch]
    card_: dict[str, str]
    _file: ModelFile | None = None
    _lexicon: Lexicon | None = None

    def __init__(
        self,
        *,
        method: str = "crf",
        scheme: str = "BMES",
        epochs: int = 12,
        rate: float = 0.05,
        l2: float = 1e-6,
        margin: float = 1.0,
        aggressiveness: float = 0.05,
        min_count: int = 2,
        smallest: float = 0.02,
        seed: int = 1,
    ) -> None:
        self.method = method
        self.scheme = scheme
        self.epochs = epochs
        self.rate = rate
        self.l2 = l2
        self.margin = margin
        self.aggressiveness = aggressiveness
        self.min_count = min_count
        self.smallest = smallest
        self.seed = seed

    # ---- learning ----

    def fit(
        self,
        sentences: Sequence[Labelled],
        *,
        dev: Sequence[Labelled] | None = None,
        distillation: Distillation | None = None,
        progress: bool = False,
    ) -> Self:
        """Learn entities of one standard.

        Args:
            sentences: texts with their spans ``(start, end, label)``, such as
                :class:`cnlp.corpus.entities.Sentence`; spans do not overlap.
            dev: sentences that choose the best epoch by strict F1, and the factor that makes scores probabilities;
                ``None``: the last epoch.
            distillation: what is learnt from a teacher besides.
            progress: show a progress bar with the dev score.

        Raises:
            ArgumentError: nothing to learn from, spans that overlap or reach outside, an unknown method or
                scheme, or too many labels.
        """
        return self.fit_parts([Part(sentences)], dev=dev, distillation=distillation, progress=progress)

    def fit_parts(
        self,
        parts: Sequence[Part],
        *,
        dev: Sequence[Labelled] | None = None,
        calibration: Sequence[Labelled] | None = None,
        standards: Sequence[str] = (GENERAL,),
        clusters: Mapping[str, int] | None = None,
        kinds: Sequence[OfKind] = (),
        counted: Sequence[Labelled] = (),
        names: Mapping[str, str] | None = None,
        distillation: Distillation | None = None,
        progress: bool = False,
    ) -> Self:
        """Learn entities of several standards. They share weights, and each has corrections to them (Daumé III 2007).

        Args:
            parts: what to learn from.
            dev: as for :meth:`fit`, of the first standard.
            calibration: sentences for the factor alone; ``dev`` by default.
            standards: those that the model keeps, the default first; the others only help to learn.
            clusters: words by what is around them, 1 to 65,535, such as
                :func:`cnlp.pos.distribution.distributional_classes` makes.
            kinds: entities of known kind, which a classifier learns to tell apart.
            counted: sentences not to learn from; it is only counted which phrases are entities in them.
            names: lists of names, each with the list that it is of; what a list is worth is learnt.
            distillation: what is learnt from a teacher besides, where there is one standard.
            progress: show a progress bar with the dev score.

        Raises:
            ArgumentError: as :meth:`fit`, or a standard has no part.
        """
        from cnlp.ner.training import train_linear

        choosing = list(dev or ())
        scaling = choosing if calibration is None else list(calibration)
        given = clusters or {}, kinds, counted, names or {}, distillation
        train_linear(self, parts, choosing, scaling, list(standards), *given, progress)
        return self

    # ---- finding ----

    def entities(self, text: str) -> list[Entity]:
        """The entities of a text, by start; ``text[entity.start:entity.end] == entity.text``.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: nothing was learnt yet.
        """
        return self._tagger.entities(self._segmenter, text)

    def predict(self, texts: Iterable[str]) -> list[list[Entity]]:
        """The entities of each text, while which are found other threads run; errors as :meth:`entities`."""
        listed = check_texts(texts)
        groups = (listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE))
        return [found for group in groups for found in self._tagger.entities_all(self._segmenter, group)]

    def with_lexicon(self, lexicon: LexiconLike) -> Self:
        """The same recognizer, which knows the words of a lexicon besides.

        Raises:
            ArgumentError: it is no lexicon, path or list of words; or nothing was learnt yet.
        """
        self._tagger  # noqa: B018 - says so if nothing was learnt
        model = type(self).__new__(type(self))
        model.__dict__.update(self.__dict__)
        model._know(as_lexicon(lexicon))
        return model

    # ---- files ----

    def save(self, path: str | os.PathLike[str], card: dict[str, str] | None = None) -> None:
        """Write the model; ``card`` is added to its model card.

        Raises:
            OSError: the file cannot be written.
            ArgumentError: nothing was learnt yet.
        """
        from cnlp.model.format import write_model

        self._tagger  # noqa: B018 - says so if nothing was learnt
        write_model(path, self._arrays(), {**self.card_, **(card or {})})

    @classmethod
    def load(cls, model: ModelLike | None = None, *, standard: str | None = None) -> Self:
        """Open a model that :meth:`save` wrote, or a shipped one; it is mapped into memory, not read.

        Args:
            model: the file, or the name of a shipped model; ``None`` for the default one.
            standard: one of those that the model has; ``None`` for its first.

        Raises:
            OSError: the file cannot be read.
            ModelError: it is damaged, or holds something else.
            ArgumentError: it has no such standard.
        """
        return cls.from_file(open_entities(model), standard=standard)

    @classmethod
    def from_file(cls, file: ModelFile, lexicon: Lexicon | None = None, standard: str | None = None) -> Self:
        """The model in an open file, over the words of a lexicon; errors as :meth:`load`."""
        file = open_model(file, KIND)
        standards = file.field("standards").split(",")
        if standard is not None:
            errors.check_choice("standard", standard, standards)
        arrays = [
            *ARRAYS,
            "label_names",
            "kind_names",
            *(array_of(name, at) for at in range(len(standards)) for name in OF_STANDARD),
        ]
        with file.loading():
            model = cls(method=file.field("method"), scheme=file.field("scheme"))
            model._lexicon = lexicon
            model._mount(file.source, file.ranges(*arrays), file.number("unit"), standards, standard)
        model._file = file
        return model

    def __reduce__(self) -> tuple[Any, ...]:
        if self._file is not None:
            return type(self).from_file, (self._file, self._lexicon, self.standard_)
        return type(self)._copy, (self._state(),)

    def _state(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in _OF_PROCESS}

    @classmethod
    def _copy(cls, state: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.__dict__.update(state)
        if "_source" in state:
            model._mount(state["_source"], state["_ranges"], state["_unit"], state["standards_"], state["standard_"])
        return model

    def __getattr__(self, name: str) -> Any:
        if name == "_tagger":
            raise errors.ArgumentError("this recognizer has learnt nothing yet: call fit, or load a model")
        if name == "card_" and self._file is not None:
            return self._file.card
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _mount(
        self, source: Any, ranges: dict[str, Range], unit: float, standards: Sequence[str], standard: str | None = None
    ) -> None:
        """Take arrays of a file or of memory into use."""
        self.standards_ = list(standards)
        self.standard_ = standards[0] if standard is None else standard
        names = {}
        for which in ("label_names", "kind_names"):
            start, size = ranges[which]
            listed = source.read(start, size) if hasattr(source, "read") else source[start : start + size]
            names[which] = listed.decode("utf-8").split("\n") if listed else []
        self.labels_, kinds = names["label_names"], names["kind_names"]
        number = self.standards_.index(self.standard_)
        arrays = {name: ranges[name] for name in ARRAYS}
        arrays |= {name: ranges[array_of(name, number)] for name in OF_STANDARD}
        tagger: EntityTagger = kernel.EntityTagger(source, arrays, unit, Entity, tuple(self.labels_), tuple(kinds))
        start, size = ranges["kinds"]
        of = source.read(start, size) if hasattr(source, "read") else source[start : start + size]
        self.kinds_ = {
            label: [k for k, at in zip(kinds, of, strict=True) if at == n] for n, label in enumerate(self.labels_)
        }
        self._tagger = tagger
        self._know(self._lexicon)
        self._source, self._ranges, self._unit = source, ranges, unit

    def _know(self, lexicon: Lexicon | None) -> None:
        self._lexicon, self._segmenter = lexicon, segmenter_for(algorithm="perceptron", lexicon=lexicon).kernel

    def _arrays(self) -> dict[str, tuple[str, bytes]]:
        dtypes = dict.fromkeys(("pages", "codes", "class_fold", "entries"), "U16")
        dtypes |= {"codebook": "I16", "transitions": "I16", "phrases": "U64", "rows": "U64"}
        arrays = {}
        for name, (start, size) in self._ranges.items():
            source = self._source
            data = source.read(start, size) if hasattr(source, "read") else bytes(source[start : start + size])
            arrays[name] = (dtypes.get(name.partition(".")[0], "U8"), data)
        return arrays
