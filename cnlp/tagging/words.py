"""Learning to tag words: the estimator behind :mod:`cnlp.tagging.pos`, which declares the templates.

The perceptron is that of :mod:`cnlp.tagging.linear`; a word is a position. Needs numpy. On PFR January (a
million words, two forms) an epoch takes some five seconds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from cnlp import errors
from cnlp.models.format import write_model
from cnlp.tagging import linear
from cnlp.tagging.encode import BLOCKS, Ints, lookup
from cnlp.tagging.features import NOTHING
from cnlp.tagging.linear import Bytes, Epoch, Floats, PerceptronState, Problem, Shape, Stream
from cnlp.tagging.pos import (
    KIND,
    LETTERS,
    OUTSIDE,
    TEMPLATES,
    class_pair_key,
    find_dictionary_tag,
    make_dictionary,
    pair_key,
    triple_key,
    word_class,
    word_keys,
)
from cnlp.text.normalise import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from typing_extensions import Self

    Tagged: TypeAlias = tuple[Sequence[str], Sequence[str]]

_PADS = 2
_RARE = 1  # templates of word forms alone need no minimum: the class features stand against them


class WordTagger:
    """Tags the words of sentences; an estimator with scikit-learn's contract.

    Args:
        epochs: passes over the corpus.
        margin: how much better than a wrong tag the right one must be.
        aggressiveness: the C of PA-I, the largest step.
        burn_in: epochs before averaging starts.
        min_count: words, pairs and classes seen less often have no row of their own.
        min_tagged: words seen at least so often get only tags that they were seen with.
        dictionary: words of a general dictionary with their tags.
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
        epochs: int = 6,
        margin: float = 2.0,
        aggressiveness: float = 0.05,
        burn_in: int = 2,
        min_count: int = 2,
        min_tagged: int = 20,
        dictionary: Mapping[str, str] | None = None,
        seed: int = 1,
    ) -> None:
        self.epochs = epochs
        self.margin = margin
        self.aggressiveness = aggressiveness
        self.burn_in = burn_in
        self.min_count = min_count
        self.min_tagged = min_tagged
        self.dictionary = dictionary
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
        if not 0 < len(self.tags_) <= 64:
            raise errors.ArgumentError(f"{len(self.tags_)} tags; a tagger has 1 to 64")
        blocks = [i * BLOCKS // len(part) for part in parts for i in range(len(part))]
        self._set_dictionary()
        flat = _Flat([words for words, _ in sentences])
        gold = flat.spread([[self.tags_.index(tag) for tag in tags] for _, tags in sentences])
        block = flat.spread([[b] * len(words) for b, (words, _) in zip(blocks, sentences, strict=True)])
        kinds = self._learn_classes(flat, gold, block)
        streams: list[Stream] = []
        rows: list[Ints] = []
        self._keys: list[dict[str, int]] = []
        for template, (names, keys) in zip(TEMPLATES, self._stream_keys(flat, kinds), strict=True):
            minimum = self.min_count if template.name in ("word", "pair", "class_pair", "classes") else _RARE
            stream, row = linear.learn_stream(template, keys, minimum)
            streams.append(stream)
            rows.append(row)
            self._keys.append({names(key): i for i, key in enumerate(stream.keys.tolist())})
        self.shape_ = Shape.of(streams, len(self.tags_))
        problem = Problem(self.shape_, flat.sequences, gold.astype(np.uint8), self._allowed(), -1)
        for i, row in enumerate(rows):
            problem.ids[i] = row
        scorer = self._scorer(dev) if dev else None
        self._state = PerceptronState.zeros(self.shape_.n_weights)
        best = linear.run(
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
        self, path: str | os.PathLike[str], *, card: Mapping[str, str] | None = None, smallest: float = 0.0
    ) -> None:
        """Write a file for :class:`cnlp.tagging.pos.PartOfSpeech`, weights as whole numbers up to 127.

        Args:
            path: the file.
            card: more metadata.
            smallest: weights below this share of the largest are left out.

        Raises:
            OSError: the file cannot be written.
        """
        blocks = [self.shape_.block(self.weights_, i) for i in range(len(TEMPLATES))]
        n = len(self.tags_)
        moves = self.weights_[self.shape_.transitions :].reshape(n + 1, n)
        largest = max(float(np.abs(block).max(initial=0)) for block in blocks)
        unit = largest / 127 or 1.0
        keys: list[str] = []
        starts, entries = [0], []
        for names, block in zip(self._keys, blocks, strict=True):
            flat = block.reshape(len(names), block.shape[1] * block.shape[2])
            whole = np.rint(np.where(np.abs(flat) >= smallest * largest, flat, 0) / unit).astype(np.int64)
            for name, row in names.items():
                places = np.flatnonzero(whole[row])
                if len(places):
                    keys.append(name)
                    entries.append(places << 8 | whole[row, places] + 128)
                    starts.append(starts[-1] + len(places))
        sets = [" ".join(map(str, self._open_tags()))]
        facts: list[int] = []
        words: list[str] = []
        classes = [word_class([])]
        for word, counts in self.counts_.items():
            kind, members = word_class(list(counts.items())), sets[0]
            if sum(counts.values()) >= self.min_tagged:
                members = " ".join(str(self.tags_.index(tag)) for tag in sorted(counts))
            words.append(word)
            facts += (_place(kind, classes), _place(members, sets))
        arrays = {
            "keys": ("U8", "\n".join(keys).encode("utf-8", "surrogatepass")),
            "starts": ("U32", np.array(starts, "<u4").tobytes()),
            "entries": ("U16", np.concatenate([*entries, np.zeros(0, np.int64)]).astype("<u2").tobytes()),
            "transitions": ("I16", np.rint(moves / unit).astype("<i2").tobytes()),
            "words": ("U8", "\n".join(words).encode("utf-8", "surrogatepass")),
            "facts": ("U16", np.array(facts, "<u2").tobytes()),
            "classes": ("U8", "\n".join(classes).encode()),
            "sets": ("U8", "\n".join(sets).encode()),
            "dictionary": ("U32", self._dictionary.tobytes()),
            "dictionary_tags": ("U8", "\n".join(self._dictionary_tags).encode()),
        }
        parameters = {k: v for k, v in vars(self).items() if not k.startswith("_") and not k.endswith("_")}
        parameters.pop("dictionary")
        metadata = {"kind": KIND, "tags": ",".join(self.tags_), "unit": repr(unit)}
        write_model(path, arrays, {**metadata, "parameters": json.dumps(parameters), **(card or {})})

    # ---- features ----

    def _set_dictionary(self) -> None:
        folded = {normalise(word): tag for word, tag in (self.dictionary or {}).items()}
        self._dictionary_tags = ["", *sorted(set(folded.values()))]
        numbers = {tag: number for number, tag in enumerate(self._dictionary_tags)}
        self._dictionary = make_dictionary({word: numbers[tag] for word, tag in folded.items()})

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
        self._kinds = [OUTSIDE, word_class([])]
        places = {name: i for i, name in enumerate(self._kinds)}
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
                kind = word_class(rest)
                without[word, number] = places.setdefault(kind, len(places))
            whole = word_class(list(named.items()))
            places.setdefault(whole, len(places))
        self._kinds = list(places)
        kinds = np.zeros(len(flat.ids), np.int64)
        kinds[here] = without[flat.ids[here], block[here]]
        return kinds

    def _stream_keys(self, flat: _Flat, kinds: Ints) -> list[tuple[_Names, Ints]]:
        """For each template how to name a key, and [N] the keys."""
        columns: dict[str, tuple[list[str], Ints]] = {}
        tables: dict[str, dict[str, int]] = {template.name: {} for template in TEMPLATES}
        of_word = {name: np.full(len(flat.words) + 1, NOTHING, np.int64) for name in tables}
        for number, word in enumerate(flat.words):
            for name, key in word_keys(word):
                of_word[name][number] = tables[name].setdefault(key, len(tables[name]))
        for name, table in tables.items():
            columns[name] = list(table), of_word[name][flat.ids]
        n = len(flat.words) + 1
        here = flat.ids >= 0
        left, right = flat.ids, np.append(flat.ids[1:], NOTHING)
        pairs = np.where(here & (right >= 0), left * n + right, NOTHING)
        m = len(self._kinds)
        before, after = np.insert(kinds[:-1], 0, 0), np.append(kinds[1:], 0)
        triples = np.where(here, (before * m + kinds) * m + after, NOTHING)
        names: list[tuple[_Names, Ints]] = []
        for template in TEMPLATES:
            if template.name == "pair":
                names.append((lambda k: pair_key(flat.words[k // n], flat.words[k % n]), pairs))
            elif template.name == "class":
                names.append((lambda k: LETTERS["class"] + self._kinds[k], np.where(here, kinds, NOTHING)))
            elif template.name == "dictionary":
                of_words = [find_dictionary_tag(self._dictionary, word) for word in flat.words]
                keys = np.where(here, np.array([*of_words, 0])[flat.ids], NOTHING)
                names.append((lambda k: LETTERS["dictionary"] + self._dictionary_tags[k], keys))
            elif template.name == "class_pair":
                keys = np.where(here & (right >= 0), kinds * m + after, NOTHING)
                names.append((lambda k: class_pair_key(self._kinds[k // m], self._kinds[k % m]), keys))
            elif template.name == "classes":
                names.append((self._triple_name, triples))
            else:
                listed, keys = columns[template.name]
                names.append((listed.__getitem__, keys))
        return names

    def _triple_name(self, key: int) -> str:
        m = len(self._kinds)
        return triple_key(self._kinds[key // m // m], self._kinds[key // m % m], self._kinds[key % m])

    def _problem_for(self, flat: _Flat) -> Problem:
        """Sentences as they are seen after training."""
        places = {name: i for i, name in enumerate(self._kinds)}
        of_word = [
            places[word_class(list(self.counts_[word].items()) if word in self.counts_ else [])] for word in flat.words
        ]
        kinds = np.array([*of_word, 0])[flat.ids]
        problem = Problem(self.shape_, flat.sequences, np.zeros(len(flat.ids), np.uint8), self._allowed(), -1)
        for i, (names, keys) in enumerate(self._stream_keys(flat, kinds)):
            kept = self._keys[i]
            used = np.unique(keys[keys >= 0])
            rows = np.array([kept.get(names(key), NOTHING) for key in used.tolist()], np.int64)
            place = lookup(keys, used)
            if len(rows):
                problem.ids[i] = np.where(place >= 0, rows[place], NOTHING)
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


def _place(value: str, values: list[str]) -> int:
    """The place of a value in a list; at the end if it is new."""
    if value not in values:
        values.append(value)
    return values.index(value)


if TYPE_CHECKING:
    from collections.abc import Callable

    _Names: TypeAlias = Callable[[int], str]
    _Scorer: TypeAlias = Callable[[Floats], float]
