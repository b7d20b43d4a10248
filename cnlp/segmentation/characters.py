"""Segmentation by tagging characters: what the perceptron and the CRF have in common.

Each character gets one tag of BMES (first, inside, last, single); Xue 2003. The features are those of
:mod:`cnlp.segmentation.features`. A tagger may learn from corpora of several annotation standards at once: every
stream then has rows that all standards share and, for every standard but the first, rows of its own, and a
score is the sum of both (Daume 2007; for segmentation Qiu et al. 2013). The first standard is the reference.
Lexicon features are learnt leave-one-out: a tenth of a corpus is tagged with the lexicon of the other nine.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from cnlp import errors
from cnlp._kernel.layout import LONGEST_MATCH
from cnlp.model.format import write_model
from cnlp.model.registry import open_model
from cnlp.segmentation import encode
from cnlp.segmentation.corpora import Part, cells_of, check_parts, clauses
from cnlp.segmentation.encode import Keys, PackedLines, WordCounts, WordTable
from cnlp.segmentation.features import TEMPLATES
from cnlp.sequence.arrays import Bytes, Floats, Ints
from cnlp.sequence.estimator import Estimator
from cnlp.sequence.linear import Epoch, Problem, Shape, Stream, find_rows, learn_stream, run_epochs
from cnlp.sequence.schemes import tag_set, transition_mask
from cnlp.sequence.templates import NOTHING
from cnlp.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from cnlp.model.format import ModelFile
    from cnlp.model.registry import ModelLike
    from cnlp.segmentation.distillation import Distillation

KIND = "character-tagger"
TAGS = tuple(tag_set("BMES"))
START_TAG = TAGS.index("S")
ALLOWED = transition_mask(TAGS, "BMES")
KEPT_ROWS = frozenset(
    template.name for template in TEMPLATES if template.name.startswith("match") or template.name == "cover"
)
_RAW_CHARACTERS = 1_000_000  # of raw text are segmented together
LAYER_BITS = 6  # a row of a layer has the key: shared row << 6 | number of the layer


class CharacterTagger(Estimator):
    """A segmenter that learns; see :class:`Perceptron` and :class:`CRF` for the ways of learning.

    Attributes:
        standards_: names of the standards; the first is the reference.
        table_: the words that make match features.
        counts_: what the corpora and the dictionary say of them.
        weights_: the learnt weights, float32, as ``problem_`` lays them out.
        streams_: the keys of the rows.
        characters_: how often the corpora have each folded character.
        log_: one :class:`Epoch` for each epoch.
    """

    temperature: ClassVar[float]  # what weights are divided by, before they make probabilities
    epochs: int
    dictionary: Mapping[str, int] | None
    dictionaries: Mapping[str, Mapping[str, int]] | None = None
    families: Mapping[str, str] | None
    min_count: int
    seed: int

    standards_: list[str]
    table_: WordTable
    counts_: WordCounts
    streams_: list[Stream]
    weights_: Floats
    characters_: dict[str, int]
    log_: list[Epoch]

    # ---- learning ----

    def fit(
        self,
        sentences: Sequence[Sequence[str]],
        standards: Sequence[str] | None = None,
        *,
        dev: Sequence[Sequence[str]] | None = None,
        raw: Iterable[str] = (),
        progress: bool = False,
    ) -> Self:
        """Learn to segment text as in the sentences.

        Args:
            sentences: lists of words.
            standards: the annotation standard of each sentence; ``None`` where they have only one.
            dev: sentences (of the first standard) that choose the best epoch; ``None``: the last one.
            raw: unlabelled texts; the words that a first model finds in them twice join the dictionary of
                the second. (Self-training by a lexicon: Sun and Xu 2011; on PFR January 26 to 31 +.001 F1.)
            progress: show a progress bar with the dev score.

        Raises:
            ArgumentError: nothing to learn from, an empty word, or a standard too few or too many.
        """
        if standards is None:
            return self.fit_parts([Part(sentences)], dev=[Part(dev)] if dev else (), raw=raw, progress=progress)
        if len(standards) != len(sentences):
            raise errors.ArgumentError(f"{len(sentences)} sentences have {len(standards)} standards")
        parts = []
        for name in dict.fromkeys(standards):
            chosen = [words for words, its in zip(sentences, standards, strict=True) if its == name]
            parts.append(Part(chosen, name, name))
        return self.fit_parts(parts, dev=[Part(dev, standards[0])] if dev else (), raw=raw, progress=progress)

    def fit_parts(
        self,
        parts: Sequence[Part],
        *,
        dev: Sequence[Part] = (),
        raw: Iterable[str] = (),
        distillation: Distillation | None = None,
        progress: bool = False,
    ) -> Self:
        """Learn from corpora of several standards; other arguments as of :meth:`fit`.

        Args:
            distillation: what is learnt from a teacher besides, where there is one standard.

        Raises:
            ArgumentError: nothing to learn from, an empty word, too many standards; or what a teacher cannot teach.
        """
        self._dictionary = dict(self.dictionary or {})
        if distillation is not None:
            parts = distillation.join(parts, type(self).__name__.lower())
        self._learn(parts, dev, distillation, progress)
        found = self._words_of(raw)
        if found:
            self._dictionary |= found
            self._learn(parts, dev, distillation, progress)
        return self

    def _words_of(self, texts: Iterable[str]) -> dict[str, int]:
        """The words of two and more characters that the tagger finds more than once."""
        counts: Counter[str] = Counter()
        lines: list[str] = []
        size = 0
        for text in itertools.chain(texts, [None]):
            if text is None or size + len(text) > _RAW_CHARACTERS:
                counts.update(word for words in self.predict(lines) for word in words if len(word) > 1)
                lines, size = [], 0
            if text is not None:
                lines.append(text)
                size += len(text)
        return {word: count for word, count in counts.items() if count > 1}

    def _learn(self, parts: Sequence[Part], dev: Sequence[Part], lesson: Distillation | None, progress: bool) -> None:
        parts = [part for part in parts if part.sentences]
        check_parts(parts)
        self.standards_ = list(dict.fromkeys(part.standard for part in parts))
        if len(self.standards_) > 16:
            raise errors.ArgumentError(f"{len(self.standards_)} standards; one model can have 16")
        problem, order = self._learn_features(parts)
        if lesson is not None:
            lesson.teach(problem, parts)
        scorer = self._dev_score(dev) if dev else None
        best = run_epochs(
            self._epochs(problem, order, scorer),
            total=self._n_epochs(),
            progress=progress,
            name=type(self).__name__.lower(),
        )
        assert best.weights is not None
        self.weights_, self.log_ = best.weights, best.log

    def partial_fit(self, sentences: Sequence[Sequence[str]], *, standard: str | None = None) -> Self:
        """One more pass, over these sentences; the first call is a ``fit`` of one epoch.

        N-grams and words that the first call did not see get no rows, and stay unknown.

        Raises:
            ArgumentError: an empty word, a standard that the model does not know, or a method that is not online.
        """
        if not hasattr(self, "weights_"):
            epochs, self.epochs = self.epochs, 1
            try:
                return self.fit_parts([Part(sentences, standard or "")])
            finally:
                self.epochs = epochs
        part = Part(sentences, standard or self.standards_[0])
        check_parts([part])
        packed = encode.pack_lines("".join(words) for words in sentences)
        lengths = encode.word_lengths(packed, sentences)
        sequences, _ = clauses([part], packed, lengths)
        problem = self._problem_for(packed, part.standard, sequences, encode.word_tags(lengths))
        epoch, self.weights_ = self._one_pass(problem, np.arange(len(sequences)))
        self.log_.append(epoch)
        return self

    def _one_pass(self, problem: Problem, order: Ints) -> tuple[Epoch, Floats]:
        raise NotImplementedError

    def _epochs(
        self, problem: Problem, order: Ints, score: Callable[[Floats], float] | None
    ) -> Iterator[tuple[Epoch, Floats]]:
        raise NotImplementedError

    def _n_epochs(self) -> int:
        raise NotImplementedError

    @property
    def shape(self) -> Shape:
        """The position of each row in ``weights_``."""
        return Shape.of(self.streams_, len(TAGS))

    def _dev_score(self, dev: Sequence[Part]) -> Callable[[Floats], float]:
        """F1 over the parts together."""
        texts = [["".join(words) for words in part.sentences] for part in dev]
        packed = [encode.pack_lines(lines) for lines in texts]
        problems = [self._problem_for(p, part.standard) for p, part in zip(packed, dev, strict=True)]
        gold = [encode.word_lengths(p, part.sentences) for p, part in zip(packed, dev, strict=True)]

        def score(weights: Floats) -> float:
            correct = words = 0
            for problem, lines, expected in zip(problems, packed, gold, strict=True):
                found = encode.word_spans(problem.decode(weights), lines)
                correct += int(((found == expected) & (found > 0)).sum())
                words += int((expected > 0).sum()) + int((found > 0).sum())
            return 2 * correct / words if words else 0.0

        return score

    def _learn_features(self, parts: Sequence[Part]) -> tuple[Problem, Ints]:
        """Streams and evidence from the parts; the problem, and the sequences of an epoch."""
        sentences = [words for part in parts for words in part.sentences]
        packed = encode.pack_lines("".join(words) for words in sentences)
        lengths = encode.word_lengths(packed, sentences)
        seen, times = np.unique(packed.points[packed.points > 0], return_counts=True)
        self.characters_ = dict(zip(map(chr, seen.tolist()), times.tolist(), strict=True))
        standard_of, cells, cell_standards, cell_blocks = cells_of(parts, packed, self.standards_)
        dictionaries = [_folded(self._dictionary)]
        if self.dictionaries:
            others = {name: _folded(words) for name, words in self.dictionaries.items()}
            dictionaries = [others.get(name, dictionaries[0]) for name in self.standards_]
        vocabulary = {word for words in dictionaries for word in words if 2 <= len(word) <= LONGEST_MATCH}
        vocabulary |= {
            form
            for form in map(normalise, {word for words in sentences for word in words})
            if 2 <= len(form) <= LONGEST_MATCH
        }
        self.table_ = WordTable(vocabulary)
        starts, words = self.table_.find(packed.points)
        self.counts_ = encode.count_words(
            self.table_, starts, words, lengths, cells, cell_standards, cell_blocks, dictionaries
        )
        classes = self.counts_.evidence(words, standard_of[starts], cells[starts])
        keys = encode.tagger_keys(packed.points, starts, self.table_.lengths[words], classes)
        self.streams_, rows = self._learn_streams(keys, standard_of)
        sequences, repeats = clauses(parts, packed, lengths)
        problem = Problem(self.shape, sequences, encode.word_tags(lengths), ALLOWED, START_TAG)
        for number, row in enumerate(rows):
            problem.ids[number] = row
        return problem, np.repeat(np.arange(len(sequences)), repeats)

    def _learn_streams(self, keys: Keys, standards: Ints) -> tuple[list[Stream], list[Ints]]:
        streams: list[Stream] = []
        rows: list[Ints] = []
        for template in TEMPLATES:
            minimum = 1 if template.name in KEPT_ROWS else self.min_count
            stream, shared = learn_stream(template, keys.pop(template.name), minimum)
            streams.append(stream)
            rows.append(shared.astype(np.int32))
            for layer in self._layers():
                stream, row = learn_stream(template, _layer_keys(shared, layer[standards]), self.min_count)
                streams.append(stream)
                rows.append(row.astype(np.int32))
        return streams, rows

    def _layers(self) -> list[Ints]:
        """The layers besides the shared one: for each standard the number of its rows there, 0 for none."""
        layers = []
        if len(self.standards_) > 1:
            layers.append(np.arange(len(self.standards_)))
        if self.families:
            names = list(dict.fromkeys(self.families.values()))
            numbers = [names.index(self.families[s]) + 1 if s in self.families else 0 for s in self.standards_]
            layers.append(np.array(numbers))
        return layers

    def _problem_for(
        self, packed: PackedLines, standard: str | None, sequences: Ints | None = None, tags: Bytes | None = None
    ) -> Problem:
        """A text seen with one standard; its lines are the sequences unless others are given."""
        number = self._standard_number(standard)
        starts, words = self.table_.find(packed.points)
        classes = self.counts_.evidence(words, np.full(len(words), number))
        keys = encode.tagger_keys(packed.points, starts, self.table_.lengths[words], classes)
        problem = Problem(
            self.shape,
            np.stack([packed.begins, packed.ends], 1) if sequences is None else sequences,
            np.zeros(len(packed.points), np.uint8) if tags is None else tags,
            ALLOWED,
            START_TAG,
        )
        streams = iter(enumerate(self.streams_))
        for template in TEMPLATES:
            at, stream = next(streams)
            rows = find_rows(stream, keys[template.name])
            problem.ids[at] = rows
            for layer in self._layers():
                at, stream = next(streams)
                problem.ids[at] = find_rows(stream, _layer_keys(rows, np.full(len(rows), layer[number])))
        return problem

    def _standard_number(self, standard: str | None) -> int:
        if standard is None:
            return 0
        if standard not in self.standards_:
            raise errors.unknown_choice("standard", standard, self.standards_)
        return self.standards_.index(standard)

    # ---- files ----

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the whole tagger; :meth:`load` gives back the same weights, bit for bit.

        ``cnlp.segment(text, model=path)`` reads it too. A file for that alone, which opens at once and is a tenth as
        large, is what :func:`cnlp.segmentation.compact.pack_model` makes.

        Raises:
            OSError: the file cannot be written.
        """
        parameters = self.get_params()
        parameters.pop("dictionary")
        parameters.pop("dictionaries", None)
        several = range(len(self.standards_))
        by_standard = [self.counts_.standards == number for number in several]
        arrays = {
            "words": ("U8", "\n".join(self.table_.words).encode("utf-8", "surrogatepass")),
            "characters": ("U8", json.dumps(self.characters_).encode()),
            "as_word": ("I32", _sums(self.counts_.as_word, by_standard)),
            "as_text": ("I32", _sums(self.counts_.as_text, by_standard)),
            "frequencies": ("I32", self.counts_.frequencies.astype("<i4").tobytes()),
            "weights": ("F32", self.weights_.astype("<f4").tobytes()),
        }
        for number, stream in enumerate(self.streams_):
            arrays[f"keys.{number}"] = ("U64", stream.keys.astype("<i8").tobytes())
        metadata = {
            "kind": KIND,
            "method": type(self).__name__,
            "parameters": json.dumps(parameters),
            "standards": json.dumps(self.standards_),
            "streams": json.dumps([stream.template.name for stream in self.streams_]),
        }
        write_model(path, arrays, metadata)

    @classmethod
    def load(cls, model: ModelLike) -> Self:
        """Read a file that :meth:`save` wrote.

        Raises:
            OSError: the file cannot be read.
            ModelError: it is damaged, or holds something else.
        """
        file = open_model(model, KIND)
        if file.field("method") != cls.__name__:
            raise errors.bad_model(file.path, f"a {file.field('method')}, not a {cls.__name__}")
        with file.loading():
            return cls._of_file(file)

    @classmethod
    def _of_file(cls, file: ModelFile) -> Self:
        card = file.card
        model = cls(**json.loads(card["parameters"]))
        model.standards_ = json.loads(card["standards"])
        templates = {template.name: template for template in TEMPLATES}
        names = json.loads(card["streams"])

        def array(name: str, dtype: str) -> npt.NDArray[np.int64]:
            return np.frombuffer(file.read(name), dtype)

        words = bytes(array("words", "u1")).decode("utf-8", "surrogatepass").split("\n")
        model.table_ = WordTable(word for word in words if word)
        shape = len(model.table_.words), len(model.standards_)
        numbers = np.arange(shape[1])
        model.counts_ = WordCounts(
            array("as_word", "<i4").astype(np.int64).reshape(shape),
            array("as_text", "<i4").astype(np.int64).reshape(shape),
            numbers,
            numbers,
            array("frequencies", "<i4").astype(np.int64).reshape(-1, shape[0]),
        )
        model.characters_ = json.loads(bytes(array("characters", "u1")))
        model.streams_ = [Stream(templates[n], array(f"keys.{k}", "<i8").copy()) for k, n in enumerate(names)]
        model.weights_ = array("weights", "<f4").astype(np.float32)
        model.log_ = []
        if len(model.weights_) != model.shape.n_weights:
            raise errors.bad_model(file.path, f"{len(model.weights_)} weights, {model.shape.n_weights} expected")
        return model

    # ---- use ----

    def predict(self, texts: Iterable[str], *, standard: str | None = None) -> list[list[str]]:
        """The words of each text; joined they are the text.

        Raises:
            ArgumentError: the model does not know the standard.
        """
        lines = list(texts)
        packed = encode.pack_lines(lines)
        tags = self._problem_for(packed, standard).decode(self.weights_)
        lengths = encode.word_spans(tags, packed)
        return [
            _cut(line, lengths[begin:end])
            for line, begin, end in zip(lines, packed.begins.tolist(), packed.ends.tolist(), strict=True)
        ]

    def score(self, sentences: Sequence[Sequence[str]], *, standard: str | None = None) -> float:
        """Word F1 on segmented sentences, 0 to 1.

        Raises:
            ArgumentError: the model does not know the standard.
        """
        from cnlp.evaluation.segmentation import evaluate_segmentation

        predicted = self.predict(["".join(words) for words in sentences], standard=standard)
        return evaluate_segmentation(sentences, predicted).f1


def _cut(text: str, lengths: Ints) -> list[str]:
    starts = np.flatnonzero(lengths).tolist()
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=False)]


def _folded(dictionary: Mapping[str, int]) -> dict[str, int]:
    return {normalise(word): frequency for word, frequency in dictionary.items()}


def _sums(table: npt.NDArray[np.integer[Any]], groups: Sequence[npt.NDArray[np.bool_]]) -> bytes:
    """[words, groups]: the cells of each group together."""
    return np.stack([table[:, group].sum(1) for group in groups], 1).astype("<i4").tobytes()


def _layer_keys(rows: Ints, layers: Ints) -> Ints:
    """Keys of the rows of a layer alone; layer 0 has none."""
    return np.where((rows >= 0) & (layers > 0), rows << LAYER_BITS | layers, NOTHING)
