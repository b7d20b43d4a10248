"""The features of the recognizer for whole corpora at once, as numpy arrays.

A corpus is one long row of characters with ``PADS`` zeros before, between and after its pieces, so that no window
reaches from one piece into another. The kernel computes the keys of the streams, by the functions that it scores
with, from the words, phrases and classes that are found here. Needs numpy, which only training does.

Statistics learnt from the corpus itself (which phrases are entities, which characters begin and end them) are seen
leave-one-out: a tenth of the corpus is shown what the other nine have. Otherwise every entity of the training text
would be a known one, and the tagger would trust its lists more than new text bears out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from cnlp._kernel import training_kernel as kernel
from cnlp._kernel.hashes import mix
from cnlp._kernel.layout import (
    ENTITY_MULTIPLIER,
    ENTITY_STREAMS,
    LATIN_TYPE,
    LONGEST_PHRASE,
    PHRASE_WORDS,
)
from cnlp._kernel.pieces import piece_ends
from cnlp.segmentation.encode import PADS
from cnlp.sequence.arrays import Hashes, Ints
from cnlp.sequence.linear import BLOCKS
from cnlp.sequence.templates import NOTHING

SHARE_BINS = (0.2, 0.5, 0.8, 0.95)  # how many of a phrase's occurrences are entities
PHRASE_COUNT_BINS = (2, 5)
PHRASE_KINDS = (len(SHARE_BINS) + 1) * (len(PHRASE_COUNT_BINS) + 1)
EDGE_BINS = (0.02, 0.1, 0.3)  # how many of a character's occurrences begin, or end, an entity
LISTED = 511  # the kind of listed names of class 0; the next class has the one before
LABEL_LIMIT = 34  # labels that phrases can distinguish
_MULTIPLIER = np.uint64(ENTITY_MULTIPLIER)


@dataclass
class Piece:
    """A stretch of text that is tagged by itself.

    Attributes:
        text: as in the original.
        ends: where its words end.
        spans: its entities; offsets count from the piece's start.
    """

    text: str
    ends: list[int]
    spans: list[tuple[int, int, str]] = field(default_factory=list)


def cut_pieces(
    text: str, word_ends: Sequence[int], spans: Iterable[tuple[int, int, str]], *, keep: bool = False
) -> Iterator[Piece]:
    """The pieces of a text.

    Args:
        text: the text.
        word_ends: where its words end.
        spans: its entities; those that reach over the end of a piece are lost.
        keep: do not cut where an entity would be lost.

    >>> [piece.text for piece in cut_pieces("他来了。你呢", [1, 3, 4, 6], [])]
    ['他来了。', '你呢']
    """
    spans = list(spans)
    start = word = 0
    for end in piece_ends(text):
        if keep and any(first < end < last for first, last, _ in spans):
            continue
        ends = []
        while word < len(word_ends) and word_ends[word] <= end:
            ends.append(word_ends[word] - start)
            word += 1
        if not ends or ends[-1] < end - start:
            ends.append(end - start)
        inside = [span for span in spans if start <= span[0] and span[1] <= end]
        yield Piece(text[start:end], ends, [(first - start, last - start, label) for first, last, label in inside])
        start = end


def hash_stretches(chars: Ints, starts: Ints, lengths: Ints) -> Hashes:
    """The hashes of stretches of characters, of which the first ``LONGEST_PHRASE`` count."""
    value = np.ones(len(starts), np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(min(LONGEST_PHRASE, int(lengths.max(initial=0)))):
            longer = lengths > offset
            step = (value[longer] ^ chars[starts[longer] + offset].astype(np.uint64)) * _MULTIPLIER
            value[longer] = step ^ (step >> np.uint64(32))
    return value


@dataclass
class Alphabet:
    """Codes of characters: ``pages`` and ``codes`` as the model file has them, and tables by code."""

    pages: npt.NDArray[np.uint16]
    codes: npt.NDArray[np.uint16]
    class_fold: npt.NDArray[np.uint16]
    types: npt.NDArray[np.uint8]

    def __call__(self, text: str) -> Ints:
        """The codes of a text."""
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
        codes: Ints = self.codes[(self.pages[points >> 8].astype(np.int64) << 8) | (points & 255)].astype(np.int64)
        return codes

    def spelling(self, text: str) -> Ints:
        """The codes that make the words of a text: all digits as one, letters as themselves."""
        return self.spelt(self(text))

    def spelt(self, codes: Ints) -> Ints:
        """The same of codes."""
        folded: Ints = np.where(self.types[codes] == LATIN_TYPE, codes, self.class_fold[codes]).astype(np.int64)
        return folded


class Layout:
    """Pieces as one row of positions.

    Attributes:
        codes, chars, types: [N] code, class-folded code and type of each character; 0 between the pieces.
        spelt: [N] as chars, but letters as themselves: what makes words.
        begins, ends: [pieces] first position, end position, exclusive.
        starts, lengths: [words]
        word_of: [N] number of the word at each position, -1 between.
        piece_of: [words] number of the piece.
        candidates: starts and lengths of the stretches of up to ``PHRASE_WORDS`` words.
    """

    def __init__(self, pieces: Sequence[Piece], alphabet: Alphabet, sizes_of_parts: Sequence[int] = ()) -> None:
        sizes = np.fromiter((len(piece.text) for piece in pieces), np.int64, len(pieces))
        self.ends = np.cumsum(sizes + PADS)
        self.begins = self.ends - sizes
        n = int(self.ends[-1]) + PADS if len(pieces) else PADS
        borders = [0, *(self.ends[np.cumsum(sizes_of_parts or [len(pieces)]) - 1] if len(pieces) else [n])]
        self.parts = list(pairwise(borders))
        self.codes = np.zeros(n, np.int64)
        flat = alphabet("".join(piece.text for piece in pieces))
        here = np.repeat(self.begins - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
        self.codes[here] = flat
        self.here = np.zeros(n, bool)
        self.here[here] = True
        self.chars = np.where(self.here, alphabet.class_fold[self.codes], 0).astype(np.int64)
        self.spelt = np.where(self.here, alphabet.spelt(self.codes), 0)
        self.types = np.where(self.here, alphabet.types[self.codes], 0).astype(np.int64)
        counts = np.fromiter((len(piece.ends) for piece in pieces), np.int64, len(pieces))
        ends = np.fromiter((end for piece in pieces for end in piece.ends), np.int64, int(counts.sum()))
        self.piece_of = np.repeat(np.arange(len(pieces)), counts)
        ends = ends + self.begins[self.piece_of]
        self.starts = np.concatenate([[0], ends[:-1]]).astype(np.int64)[: len(ends)]
        first = np.flatnonzero(np.diff(self.piece_of, prepend=-1))
        self.starts[first] = self.begins[self.piece_of[first]]
        self.lengths = ends - self.starts
        self.word_of = np.full(n, NOTHING, np.int64)
        self.word_of[here] = np.repeat(np.arange(len(ends)), self.lengths)
        self.candidates = self._candidates(ends)
        self.hashes = hash_stretches(self.spelt, *self.candidates)

    def _candidates(self, ends: Ints) -> tuple[Ints, Ints]:
        starts, lengths = [], []
        words = np.arange(len(ends))
        for count in range(PHRASE_WORDS):
            left = words[: max(len(ends) - count, 0)]
            size = ends[left + count] - self.starts[left]
            kept = (self.piece_of[left] == self.piece_of[left + count]) & (size <= LONGEST_PHRASE)
            starts.append(self.starts[left][kept])
            lengths.append(size[kept])
        order = np.argsort(np.concatenate(lengths), kind="stable")
        return np.concatenate(starts)[order], np.concatenate(lengths)[order]

    def blocks(self) -> Ints:
        """[N] the tenth of its part that each position is in."""
        blocks = np.zeros(len(self.codes), np.int64)
        for begin, end in self.parts:
            blocks[begin:end] = np.arange(end - begin) * BLOCKS // (end - begin)
        return blocks


class Statistics:
    """Which phrases are entities, and which characters begin and end entities, counted by tenths of a corpus.

    Args:
        layout: the corpus.
        pieces: the same.
        labels: of the entities.
        alphabet: of the corpus.
        names: listed names with their class, from 0; the list, not the text, says what they are.

    Attributes:
        phrases: [P] hashes of the phrases that are entities somewhere, sorted.
    """

    def __init__(
        self,
        layout: Layout,
        pieces: Sequence[Piece],
        labels: Sequence[str],
        alphabet: Alphabet,
        names: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._numbers = {label: at for at, label in enumerate(labels)}
        starts, sizes, _ = self._spans(layout, pieces)
        short = sizes <= LONGEST_PHRASE
        self._alphabet = alphabet
        by_hash = {self._hash(name): LISTED - kind for name, kind in names.items() if len(name) <= LONGEST_PHRASE}
        self._listed = (
            np.array(sorted(by_hash), np.uint64),
            np.array([by_hash[key] for key in sorted(by_hash)], np.int64),
        )
        hashes = np.concatenate([hash_stretches(layout.spelt, starts[short], sizes[short]), self._listed[0]])
        self._set_phrases(np.unique(hashes))
        n_codes, n_labels = len(alphabet.types), len(labels)
        self.edges = [np.zeros((n_codes, BLOCKS + 1, n_labels), np.int32) for _ in range(2)]
        self.occurrences = np.zeros((n_codes, BLOCKS + 1), np.int32)
        self._add(layout, pieces, layout.blocks())

    def count(self, chunks: Iterable[Sequence[Piece]], names: Iterable[str]) -> None:
        """Count text that is not of the corpus, too; all of the corpus sees what it says.

        Args:
            chunks: its pieces, so many at a time as memory is for.
            names: entities of it that are to be phrases.
        """
        hashes = np.array([self._hash(name) for name in names if len(name) <= LONGEST_PHRASE], np.uint64)
        before = self.phrases, self.as_entity, self.as_text
        self._set_phrases(np.union1d(self.phrases, hashes))
        rows = np.searchsorted(self.phrases, before[0])
        self.as_entity[rows], self.as_text[rows] = before[1:]
        for pieces in chunks:
            layout = Layout(pieces, self._alphabet)
            self._add(layout, pieces, np.full(len(layout.codes), BLOCKS))

    def _hash(self, name: str) -> int:
        return mix(*self._alphabet.spelling(name).tolist())

    def _set_phrases(self, phrases: Hashes) -> None:
        self.phrases = phrases
        self.as_entity = np.zeros((len(phrases), BLOCKS + 1, len(self._numbers)), np.int32)
        self.as_text = np.zeros((len(phrases), BLOCKS + 1), np.int32)

    def _spans(self, layout: Layout, pieces: Sequence[Piece]) -> tuple[Ints, Ints, Ints]:
        """Starts, lengths and labels of the entities."""
        spans = [
            (begin + start, end - start, self._numbers[label])
            for piece, begin in zip(pieces, layout.begins.tolist(), strict=True)
            for start, end, label in piece.spans
        ]
        starts, sizes, labels = np.array(spans, np.int64).reshape(-1, 3).T
        return starts, sizes, labels

    def _add(self, layout: Layout, pieces: Sequence[Piece], blocks: Ints) -> None:
        """Count a text; the block of each position is given."""
        starts, sizes, labels = self._spans(layout, pieces)
        known, row = self.find(hash_stretches(layout.spelt, starts, sizes))
        known &= sizes <= LONGEST_PHRASE
        np.add.at(self.as_entity, (row[known], blocks[starts[known]], labels[known]), 1)
        found, row = self.find(layout.hashes)
        cells = row[found] * (BLOCKS + 1) + blocks[layout.candidates[0][found]]
        self.as_text += np.bincount(cells, minlength=self.as_text.size).astype(np.int32).reshape(self.as_text.shape)
        for counts, edge in zip(self.edges, (starts, starts + sizes - 1), strict=True):
            np.add.at(counts, (layout.codes[edge], blocks[edge], labels), 1)
        np.add.at(self.occurrences, (layout.codes[layout.here], blocks[layout.here]), 1)

    def find(self, hashes: Hashes) -> tuple[npt.NDArray[np.bool_], Ints]:
        """Which hashes are phrases, and the row of each."""
        if not len(self.phrases):
            return np.zeros(len(hashes), bool), np.zeros(len(hashes), np.int64)
        row = np.minimum(np.searchsorted(self.phrases, hashes), len(self.phrases) - 1)
        return self.phrases[row] == hashes, row

    def phrase_kinds(self, rows: Ints, blocks: Ints | None = None) -> Ints:
        """What is known of phrases, 1 to labels * ``PHRASE_KINDS``, 0 for nothing; without what ``blocks`` say."""
        entity, text = self.as_entity.sum(1)[rows], self.as_text.sum(1)[rows]
        if blocks is not None:
            entity = entity - self.as_entity[rows, blocks]
            text = text - self.as_text[rows, blocks]
        best = entity.max(1, initial=0)
        share = np.digitize(best / np.maximum(text, 1), SHARE_BINS)
        label = np.minimum(entity.argmax(1), LABEL_LIMIT - 1) if len(rows) else np.zeros(0, np.int64)
        kind = 1 + label * PHRASE_KINDS + share * (len(PHRASE_COUNT_BINS) + 1) + np.digitize(best, PHRASE_COUNT_BINS)
        listed, kinds = self._listed
        if not len(listed):
            return np.where(best > 0, kind, 0)
        place = np.minimum(np.searchsorted(listed, self.phrases[rows]), len(listed) - 1)
        return np.where(listed[place] == self.phrases[rows], kinds[place], np.where(best > 0, kind, 0))

    def edge_kinds(self, which: int, codes: Ints, blocks: Ints | None = None) -> Ints:
        """How a character begins (0) or ends (1) entities: 1 to labels * bins, 0 for hardly ever."""
        entity, text = self.edges[which].sum(1)[codes], self.occurrences.sum(1)[codes]
        if blocks is not None:
            entity = entity - self.edges[which][codes, blocks]
            text = text - self.occurrences[codes, blocks]
        share = np.digitize(entity.max(1, initial=0) / (text + 2), EDGE_BINS)
        label = np.minimum(entity.argmax(1), LABEL_LIMIT - 1) if len(codes) else np.zeros(0, np.int64)
        return np.where(share > 0, label * len(EDGE_BINS) + share, 0)


@dataclass
class Known:
    """What is known of words, by hash: the class of the lexicon, and the cluster."""

    lexicon: Mapping[int, int]
    clusters: Mapping[int, int]


def keys(layout: Layout, known: Known, statistics: Statistics, *, training: bool) -> Iterator[tuple[str, Ints]]:
    """The keys of each stream at each position, ``NOTHING`` where it has none.

    Args:
        layout: the text.
        known: what is known of words.
        statistics: of the training corpus.
        training: the text is the training corpus; what its own tenth says is left out.
    """
    blocks = layout.blocks() if training else None
    words = hash_stretches(layout.spelt, layout.starts, layout.lengths)
    lexicon, clusters = (
        np.fromiter((table.get(word, 0) for word in words.tolist()), np.int64, len(words))
        for table in (known.lexicon, known.clusters)
    )
    classes = lexicon * 6 + np.minimum(layout.lengths, 5)
    begins, ends = (statistics.edge_kinds(which, layout.codes, blocks) * layout.here for which in (0, 1))
    found = kernel.entity_keys(
        layout.chars.astype(np.uint32).tobytes(),
        layout.types.astype(np.uint32).tobytes(),
        begins.astype(np.uint8).tobytes(),
        ends.astype(np.uint8).tobytes(),
        np.stack([layout.starts, layout.lengths, words.view(np.int64), classes, clusters], 1).tobytes(),
        _known_phrases(layout, statistics, blocks).tobytes(),
    )
    for (name, _, _), stream in zip(ENTITY_STREAMS, found, strict=True):
        yield name, np.frombuffer(stream, np.int64)


def _known_phrases(layout: Layout, statistics: Statistics, blocks: Ints | None) -> Ints:
    """[P, 3] start, length and class of the phrases that are known as entities, by start, then by length."""
    found, rows = statistics.find(layout.hashes)
    starts, lengths, rows = layout.candidates[0][found], layout.candidates[1][found], rows[found]
    kinds = statistics.phrase_kinds(rows, None if blocks is None else blocks[starts])
    phrases: Ints = np.stack([starts, lengths, kinds], 1)[kinds > 0]
    return phrases[np.lexsort((phrases[:, 1], phrases[:, 0]))]
