"""Learning to tag words: the estimator for :mod:`cnlp.pos.tagger`, which declares the templates.

The perceptron is that of :mod:`cnlp.sequence.linear`; a word is a position. Needs numpy. On PFR January (a
million words, two forms) an epoch takes some ten seconds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from cnlp import errors
from cnlp._kernel.hashes import form_columns, mix_keys, stride_of, word_hash
from cnlp._kernel.layout import ABSENT, COLUMNS, MAX_TAGS, OUTSIDE, SMALLEST
from cnlp.model.format import write_model
from cnlp.pos.forms import as_bits, closed_tags
from cnlp.pos.rows import pack_rows
from cnlp.pos.tagger import KIND, TEMPLATES, UNSEEN, PartOfSpeech, WordTemplate, word_class
from cnlp.sequence import linear
from cnlp.sequence.arrays import Bytes, Floats, Hashes, Ints
from cnlp.sequence.layout import pack_dictionary, pack_pairs, pack_tagger_alphabet, per_code
from cnlp.sequence.linear import BLOCKS, Epoch, PerceptronState, Problem, Shape, Stream
from cnlp.sequence.templates import NOTHING, Template
from cnlp.text.character_types import character_type
from cnlp.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from typing_extensions import Self

    from cnlp.pos.tagger import WordClass

    Tagged: TypeAlias = tuple[Sequence[str], Sequence[str]]

_PADS = 3  # between sentences: as far as templates reach
_ALL_BITS = (1 << 64) - 1


class WordTagger:
    """Tags the words of sentences; an estimator with scikit-learn's contract.

    Args:
        epochs: passes over the corpus.
        margin: how much better than a wrong tag the right one must be.
        aggressiveness: the C of PA-I, the largest step.
        burn_in: epochs before averaging starts.
        dropout: the share of keys that are not seen in an epoch, others in each, so that the rest learn to do
            without them (Søgaard and Johannsen 2012); .3 is good for a million words, 0 for a few.
        min_count: words, pairs and classes seen less often have no row.
        min_tagged: words seen at least so often get only tags that they were seen with.
        dictionary: words of a general dictionary with their tags.
        clusters: words with their classes, 1 to 255, of :mod:`cnlp.pos.distribution`.
        seed: of the order in which the sentences are seen.

    Attributes:
        tags_: the tag set, sorted.
        counts_: how often the corpus has each folded word with each tag.
        log_: one :class:`Epoch` for each epoch.

    >>> model = WordTagger(epochs=3).fit([(["我", "爱", "你"], ["r", "v", "r"])] * 3)
    >>> model.predict([["你", "爱", "我"]])
    [['r', 'v', 'r']]
    """

    def __init__(
        self,
        *,
        epochs: int = 8,
        margin: float = 2.0,
        aggressiveness: float = 0.05,
        burn_in: int = 2,
        dropout: float = 0.0,
        min_count: int = 2,
        min_tagged: int = 20,
        dictionary: Mapping[str, str] | None = None,
        clusters: Mapping[str, int] | None = None,
        seed: int = 1,
    ) -> None:
        self.epochs = epochs
        self.margin = margin
        self.aggressiveness = aggressiveness
        self.burn_in = burn_in
        self.dropout = dropout
        self.min_count = min_count
        self.min_tagged = min_tagged
        self.dictionary = dictionary
        self.clusters = clusters
        self.seed = seed

    def fit(self, sentences: Sequence[Tagged], *, dev: Sequence[Tagged] | None = None, progress: bool = False) -> Self:
        """Learn from pairs of words and tags.

        Args:
            sentences: (words, tags) of each sentence.
            dev: sentences that choose the best epoch; ``None``: the last one.
            progress: show a progress bar.

        Raises:
            ArgumentError: nothing to learn from, or sentences whose words and tags differ in number.
        """
        return self.fit_parts([sentences], dev=dev, progress=progress)

    def fit_parts(
        self,
        parts: Sequence[Sequence[Tagged]],
        *,
        dev: Sequence[Tagged] | None = None,
        progress: bool = False,
    ) -> Self:
        """Learn from several forms of one corpus; their tenths are left out together.

        Raises:
            ArgumentError: as :meth:`fit`.
        """
        sentences = list(chain.from_iterable(parts))
        for number, (words, tags) in enumerate(sentences):
            if len(words) != len(tags):
                raise errors.ArgumentError(f"sentence {number} has {len(words)} words and {len(tags)} tags")
        self.tags_ = sorted({tag for _, tags in sentences for tag in tags})
        if not 0 < len(self.tags_) <= MAX_TAGS:
            raise errors.ArgumentError(f"{len(self.tags_)} tags; a tagger has 1 to {MAX_TAGS}")
        blocks = [i * BLOCKS // len(part) for part in parts for i in range(len(part))]
        flat = _Flat([words for words, _ in sentences])
        numbers = {tag: number for number, tag in enumerate(self.tags_)}
        gold = flat.spread([[numbers[tag] for tag in tags] for _, tags in sentences])
        block = flat.spread([[b] * len(words) for b, (words, _) in zip(blocks, sentences, strict=True)])
        self._set_alphabet(flat.words)
        streams: list[Stream] = []
        rows: list[Ints] = []
        columns = self._columns(flat, self._learn_classes(flat, gold, block))
        for number, template in enumerate(TEMPLATES):
            stream = Template(str(number), template.low, template.high)
            keys = _keys(number, template, columns, flat.ids)
            learnt, row = linear.learn_stream(stream, keys, self.min_count if template.is_open else 1)
            streams.append(learnt)
            rows.append(row)
        self.streams_ = streams
        self.shape_ = Shape.of(streams, len(self.tags_))
        problem = Problem(self.shape_, flat.sequences, gold.astype(np.uint8), self._allowed(), -1)
        for i, row in enumerate(rows):
            problem.ids[i] = row
        scorer = self._scorer(dev) if dev else None
        self._state = PerceptronState.zeros(self.shape_.n_weights)
        best = linear.run_epochs(
            _with_dropout(
                problem,
                linear.perceptron(
                    problem,
                    self._state,
                    order=np.arange(len(sentences)),
                    epochs=self.epochs,
                    margin=self.margin,
                    aggressiveness=self.aggressiveness,
                    burn_in=self.burn_in,
                    seed=self.seed,
                    score=scorer,
                ),
                self.dropout,
                self.seed,
            ),
            total=self.epochs,
            progress=progress,
            name="words",
        )
        assert best.weights is not None
        self.weights_: Floats = best.weights
        self.log_: list[Epoch] = best.log
        return self

    def predict(self, sentences: Iterable[Sequence[str]]) -> list[list[str]]:
        """The tags of the words of each sentence."""
        flat = _Flat(list(sentences))
        tags = self._problem_for(flat).decode(self.weights_)
        return [[self.tags_[tag] for tag in tags[begin:end]] for begin, end in flat.sequences.tolist()]

    def score(self, sentences: Sequence[Tagged]) -> float:
        """The share of words whose tag is right, 0 to 1."""
        right = total = 0
        for found, (_, tags) in zip(self.predict(words for words, _ in sentences), sentences, strict=True):
            right += sum(a == b for a, b in zip(found, tags, strict=True))
            total += len(tags)
        return right / total if total else 0.0

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        card: Mapping[str, str] | None = None,
        smallest: float = 0.0,
        clipped: float = 0.0,
    ) -> None:
        """Write a file for :class:`cnlp.pos.tagger.PartOfSpeech`, weights as whole numbers up to 127.

        Args:
            path: the file.
            card: more metadata.
            smallest: weights below this share of the largest are left out.
            clipped: the share of weights that are written as the largest of the others; so those are finer.

        Raises:
            OSError: the file cannot be written.
        """
        n = len(self.tags_)
        blocks = [self.shape_.block(self.weights_, i) for i in range(len(TEMPLATES))]
        moves = self.weights_[self.shape_.transitions :]
        sizes = np.concatenate([np.abs(block[block != 0]) for block in blocks])
        place = int(len(sizes) * (1 - clipped)) - 1
        largest = float(np.partition(sizes, place)[place]) if len(sizes) else 0.0
        unit = largest / 127 or 1.0
        rows: list[tuple[int, dict[int, dict[int, int]]]] = []
        for stream, block in zip(self.streams_, blocks, strict=True):
            padded = np.pad(block, ((0, 0), (0, 0), (0, stride_of(n) - n)))
            flat = padded.reshape(len(padded), padded.shape[1] * padded.shape[2])
            whole = np.rint(np.where(np.abs(flat) >= smallest * largest, flat, 0) / unit).clip(-127, 127).astype(int)
            rows.append((flat.shape[1], {}))
            for row in np.flatnonzero(whole.any(axis=1)).tolist():
                used = np.flatnonzero(whole[row])
                weights = dict(zip(used.tolist(), whole[row, used].tolist(), strict=True))
                rows[-1][1][int(stream.keys[row]) & _ALL_BITS] = weights
        words, coarse, sets = self._word_facts()
        pages, cells, types = self._alphabet
        arrays = {
            "pages": ("U16", pages),
            "codes": ("U16", cells),
            "types": ("U8", types),
            "templates": ("I8", b"".join(template.pack() for template in TEMPLATES)),
            **pack_rows(rows),
            "transitions": ("I16", np.rint(moves[: n * (n + 1)] / unit).astype("<i2").tobytes()),
            "words": ("U32", pack_pairs(words)),
            "coarse": ("U16", coarse),
            "sets": ("U64", sets),
            "dictionary": ("U32", self._pack_numbers(self._dictionary)),
            "clusters": ("U32", self._pack_numbers(self._clusters)),
        }
        parameters = {k: v for k, v in vars(self).items() if not k.startswith("_") and not k.endswith("_")}
        del parameters["dictionary"], parameters["clusters"]
        metadata = {"kind": KIND, "tags": ",".join(self.tags_), "unit": repr(unit)}
        write_model(path, arrays, {**metadata, "parameters": json.dumps(parameters), **(card or {})})

    @staticmethod
    def load(path: str | os.PathLike[str]) -> PartOfSpeech:
        """Read what :meth:`save` wrote: a tagger that learns no more.

        Raises:
            OSError: the file cannot be read.
            ModelError: it is damaged, or models something else.
        """
        return PartOfSpeech(path)

    # ---- features ----

    def _set_alphabet(self, words: Sequence[str]) -> None:
        """Codes of the characters that are known, and what dictionary and clusters say, by folded word."""
        folded = {normalise(word): tag for word, tag in (self.dictionary or {}).items()}
        characters = sorted({"0", "a"} | {char for word in chain(words, folded, self.clusters or ()) for char in word})
        self._codes, pages, cells = pack_tagger_alphabet(characters)
        self._alphabet = pages, cells, per_code(self._codes)[1]
        numbers = {tag: number for number, tag in enumerate(sorted(set(folded.values())), 1)}
        self._dictionary = {word: numbers[tag] for word, tag in folded.items()}
        self._clusters = {normalise(word): number for word, number in (self.clusters or {}).items()}

    def _codes_of(self, word: str) -> list[int]:
        return [self._codes.get(char) or 1 + character_type(char) for char in word]

    def _form(self, word: str) -> list[int]:
        return form_columns(self._codes_of(word), list(map(character_type, word)))

    def _learn_classes(self, flat: _Flat, gold: Ints, block: Ints) -> Ints:
        """[N] number of each word's class without its own block."""
        n_words, n_tags = len(flat.words), len(self.tags_)
        here = flat.ids >= 0
        cells = (flat.ids[here] * n_tags + gold[here]) * BLOCKS + block[here]
        seen, times = np.unique(cells, return_counts=True)
        counts: list[dict[int, dict[int, int]]] = [{} for _ in range(n_words)]  # word: block: tag: count
        for cell, count in zip(seen.tolist(), times.tolist(), strict=True):
            word, tag, number = cell // BLOCKS // n_tags, cell // BLOCKS % n_tags, cell % BLOCKS
            counts[word].setdefault(number, {})[tag] = count
        self.counts_: dict[str, dict[str, int]] = {}
        self._classes: dict[WordClass, int] = {UNSEEN: 0}
        without = np.zeros((n_words, BLOCKS), np.int64)
        for word, by_block in enumerate(counts):
            total: dict[int, int] = {}
            for tags in by_block.values():
                for tag, count in tags.items():
                    total[tag] = total.get(tag, 0) + count
            named = {self.tags_[tag]: count for tag, count in sorted(total.items())}
            self.counts_[flat.words[word]] = named
            for number, tags in by_block.items():
                rest = [(self.tags_[tag], count - tags.get(tag, 0)) for tag, count in total.items()]
                without[word, number] = self._class_number(rest)
            self._class_number(named.items())
        classes = np.zeros(len(flat.ids), np.int64)
        classes[here] = without[flat.ids[here], block[here]]
        return classes

    def _class_number(self, counts: Iterable[tuple[str, int]]) -> int:
        return self._classes.setdefault(word_class(counts), len(self._classes))

    def _columns(self, flat: _Flat, classes: Ints) -> dict[str, Hashes]:
        """[N] what each word shows, in the kernel's numbers; ``classes`` [N]."""
        forms = np.array([*map(self._form, flat.words), self._form("")], np.uint64)
        columns = {name: forms[flat.ids, k] for k, name in enumerate(COLUMNS[: forms.shape[1]])}
        for name, known in (("dictionary", self._dictionary), ("cluster", self._clusters)):
            numbers = np.array([*(known.get(word, 0) for word in flat.words), 0], np.uint64)
            columns[name] = numbers[flat.ids] + SMALLEST
        columns["class"] = classes.astype(np.uint64) + SMALLEST
        columns["coarse"] = self._coarse()[classes].astype(np.uint64) + SMALLEST
        for column in columns.values():
            column[flat.ids < 0] = OUTSIDE
        return columns

    def _coarse(self) -> Ints:
        """The number of the two most common tags, by number of the class."""
        numbers: dict[tuple[str, str], int] = {}
        return np.array([numbers.setdefault(kind[:2], len(numbers)) for kind in self._classes], np.int64)

    def _word_facts(self) -> tuple[dict[int, int], bytes, bytes]:
        """For the file: class and set of each word by its hash; the coarse classes; the sets as bits."""
        sets = {sum(1 << tag for tag in self._open_tags()): 0}
        facts = {}
        for word, counts in self.counts_.items():
            members = next(iter(sets))
            of_form = closed_tags(word)
            if of_form or sum(counts.values()) >= self.min_tagged:
                members = as_bits(self.tags_, {*counts, *of_form})
            numbers = self._class_number(counts.items()), sets.setdefault(members, len(sets))
            facts[word_hash(self._codes_of(word))] = numbers[0] << 16 | numbers[1]
        return facts, self._coarse().astype("<u2").tobytes(), np.array(list(sets), "<u8").tobytes()

    def _pack_numbers(self, numbers: Mapping[str, int]) -> bytes:
        return pack_dictionary({word_hash(self._codes_of(word)): number for word, number in numbers.items()})

    def _problem_for(self, flat: _Flat) -> Problem:
        """Sentences as they are seen after training."""
        of_word = [self._class_number(self.counts_.get(word, {}).items()) for word in flat.words]
        columns = self._columns(flat, np.array([*of_word, 0])[flat.ids])
        problem = Problem(self.shape_, flat.sequences, np.zeros(len(flat.ids), np.uint8), self._allowed(), -1)
        for number, (template, stream) in enumerate(zip(TEMPLATES, self.streams_, strict=True)):
            problem.ids[number] = linear.find_rows(stream, _keys(number, template, columns, flat.ids))
        return problem

    def _scorer(self, dev: Sequence[Tagged]) -> _Scorer:
        flat = _Flat([words for words, _ in dev])
        problem = self._problem_for(flat)
        gold: Bytes = flat.spread(
            [[self.tags_.index(tag) if tag in self.tags_ else 255 for tag in tags] for _, tags in dev]
        ).astype(np.uint8)
        here = flat.ids >= 0

        def score(weights: Floats) -> float:
            return float((problem.decode(weights) == gold)[here].mean())

        return score

    def _allowed(self) -> bytes:
        return bytes([1]) * (len(self.tags_) * (len(self.tags_) + 2))

    def _open_tags(self) -> list[int]:
        """Tags of words that were seen once or twice: what an unknown word can be."""
        found = {tag for counts in self.counts_.values() if sum(counts.values()) <= 2 for tag in counts} or set(
            self.tags_
        )
        return sorted(self.tags_.index(tag) for tag in found)


class _Flat:
    """Sentences as one row of word numbers, ``NOTHING`` between them."""

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        numbers: dict[str, int] = {}
        row = [NOTHING] * _PADS
        spans = []
        for words in sentences:
            spans.append((len(row), len(row) + len(words)))
            row += [numbers.setdefault(normalise(word), len(numbers)) for word in words]
            row += [NOTHING] * _PADS
        self.words = list(numbers)
        self.ids = np.array(row, np.int64)
        self.sequences = np.array(spans, np.int64).reshape(-1, 2)

    def spread(self, values: Iterable[Iterable[int]]) -> Ints:
        """[N] one value for each word, 0 between sentences."""
        result = np.zeros(len(self.ids), np.int64)
        result[self.ids >= 0] = np.fromiter(chain.from_iterable(values), np.int64)
        return result


def _with_dropout(
    problem: Problem, epochs: Iterator[tuple[Epoch, Floats]], rate: float, seed: int
) -> Iterator[tuple[Epoch, Floats]]:
    """The epochs, each over rows of which another share is left out."""
    if not rate:
        yield from epochs
        return
    rows, random = problem.ids.copy(), np.random.RandomState(errors.check_seed(seed))

    def leave_out() -> None:
        for stream, kept in enumerate(rows):
            problem.ids[stream] = np.where(random.random_sample(len(kept)) < rate, NOTHING, kept)

    leave_out()
    for epoch in epochs:
        yield epoch
        leave_out()


def _keys(number: int, template: WordTemplate, columns: Mapping[str, Hashes], ids: Ints) -> Ints:
    """[N] the template's key at each word, as the kernel hashes it."""
    values = [np.roll(columns[name], -offset) for name, offset in template.parts]
    keys = mix_keys(number, values).astype(np.int64)
    is_there = (ids >= 0) & np.logical_and.reduce([value != ABSENT for value in values])
    return np.where(is_there, keys, NOTHING)


if TYPE_CHECKING:
    _Scorer: TypeAlias = Callable[[Floats], float]
