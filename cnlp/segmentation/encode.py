"""The features of :mod:`cnlp.segmentation.features` for whole corpora at once, as numpy arrays.

A corpus is one long row of code points, folded, with ``PADS`` zeros before, between and after its lines, so
that no window reaches from one line into another. The kernel computes the keys of the streams, from the words of the
lexicon that are found here and the evidence for them. Needs numpy, which only training does.

Cost: a corpus of n characters takes O(n log n) time (sorting its characters) and some 150 bytes a character.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cnlp._kernel import training_kernel as kernel
from cnlp._kernel.layout import LONGEST_MATCH, POINT_BITS, TAG_B, TAG_S
from cnlp.segmentation.features import (
    COUNT_BINS,
    DICTIONARY_BINS,
    NEVER_A_WORD,
    RATIO_BINS,
    TEMPLATES,
    fold_classes,
)
from cnlp.sequence.arrays import Ints
from cnlp.sequence.linear import lookup
from cnlp.sequence.templates import NOTHING
from cnlp.text.character_types import character_type
from cnlp.text.normalise import normalise

Keys: TypeAlias = dict[str, Ints]  # by template: one key for each position, NOTHING for none

PADS = 4


@dataclass(frozen=True)
class PackedLines:
    """Lines of text as one row of positions.

    Attributes:
        points: [N] folded code points, 0 between the lines.
        begins: [lines] first position of each line.
        ends: [lines] end of each line, exclusive.
    """

    points: Ints
    begins: Ints
    ends: Ints


def pack_lines(texts: Iterable[str]) -> PackedLines:
    """Lay out lines, folded.

    >>> packed = pack_lines(["中Ａ", "国"])
    >>> "".join(map(chr, packed.points)).split(chr(0) * 4)
    ['', '中a', '国', '']
    >>> packed.begins.tolist(), packed.ends.tolist()
    ([4, 10], [6, 11])
    """
    lines = [text.replace("\0", "\1") for text in texts]
    gap = "\0" * PADS
    joined = normalise(gap + gap.join([*lines, ""])) if lines else gap
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    lengths = np.fromiter(map(len, lines), np.int64, len(lines))
    ends = PADS * np.arange(1, len(lines) + 1) + np.cumsum(lengths)
    return PackedLines(points, ends - lengths, ends)


def word_lengths(packed: PackedLines, sentences: Sequence[Sequence[str]]) -> Ints:
    """[N] the length of the word that begins at each position, 0 where none does."""
    lengths = np.zeros(len(packed.points), np.int64)
    sizes = np.fromiter(map(len, chain.from_iterable(sentences)), np.int64)
    counts = np.fromiter(map(len, sentences), np.int64, len(sentences))
    before = np.cumsum(sizes) - sizes
    line = np.repeat(np.arange(len(sentences)), counts)
    lengths[before + PADS * (line + 1)] = sizes
    return lengths


def word_spans(tags: npt.NDArray[np.uint8], packed: PackedLines) -> Ints:
    """[N] the length of the word that the tags begin at each position, 0 where none begins."""
    here = packed.points != 0
    starts = np.flatnonzero(here & ((tags == TAG_B) | (tags == TAG_S)))
    lengths = np.zeros(len(tags), np.int64)
    bounds = np.union1d(starts, packed.ends)
    lengths[starts] = bounds[np.searchsorted(bounds, starts, side="right")] - starts if len(starts) else 0
    return lengths


def word_tags(lengths: Ints) -> npt.NDArray[np.uint8]:
    """[N] tags of BMES (0 to 3) from the lengths of words; pads get 3.

    >>> word_tags(np.array([3, 0, 0, 1, 2, 0])).tolist()
    [0, 1, 2, 3, 0, 2]
    """
    tags = np.full(len(lengths), 3, np.uint8)
    starts = np.flatnonzero(lengths > 1)
    sizes = lengths[starts]
    tags[starts] = 0
    for offset in range(1, int(sizes.max(initial=1))):
        inside = sizes > offset
        tags[starts[inside] + offset] = 1
    tags[starts + sizes - 1] = 2
    return tags


def tagger_keys(points: Ints, starts: Ints, lengths: Ints, evidence: Ints) -> Keys:
    """The keys of each stream at each position of a packed text, ``NOTHING`` where it has none.

    Args:
        points: [N] the packed text.
        starts: [matches]
        lengths: [matches] in characters.
        evidence: [matches] evidence classes; matches with ``NOTHING`` are left out.
    """
    known, where = np.unique(points, return_inverse=True)
    letters = [chr(point) for point in known.tolist()]
    types = np.array([character_type(char) if char != "\0" else 0 for char in letters], np.uint8)
    symbols = np.array([ord(fold_classes(char)) for char in letters], np.uint32)
    matches = np.stack([starts, lengths, evidence], 1).astype(np.int64)
    found = kernel.tagger_keys(symbols[where].tobytes(), types[where].tobytes(), matches.tobytes())
    return {template.name: np.frombuffer(stream, np.int64) for template, stream in zip(TEMPLATES, found, strict=True)}


class WordTable:
    """Words of 2 to 8 folded characters, found in a packed text: a trie with one sorted array for a level.

    >>> table = WordTable(["中国", "中国人", "国人"])
    >>> starts, words = table.find(pack_lines(["中国人"]).points)
    >>> [(int(start) - PADS, table.words[word]) for start, word in zip(starts, words)]
    [(0, '中国'), (1, '国人'), (0, '中国人')]
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(words)
        self.lengths = np.fromiter(map(len, self.words), np.int64, len(self.words))
        if len(self.words) and not 2 <= self.lengths.min() <= self.lengths.max() <= LONGEST_MATCH:
            raise ValueError(f"words must have 2 to {LONGEST_MATCH} characters")
        padded = "".join(word.ljust(LONGEST_MATCH, "\0") for word in self.words)
        points = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
        table = points.reshape(-1, LONGEST_MATCH)
        node = np.zeros(len(self.words), np.int64)
        self._levels: list[tuple[Ints, Ints]] = []
        for level in range(int(self.lengths.max(initial=0))):
            alive = np.flatnonzero(self.lengths > level)
            keys, node[alive] = np.unique(node[alive] << POINT_BITS | table[alive, level], return_inverse=True)
            word = np.full(len(keys), NOTHING, np.int64)
            ending = np.flatnonzero(self.lengths == level + 1)
            word[node[ending]] = ending
            self._levels.append((keys, word))

    def find(self, points: Ints) -> tuple[Ints, Ints]:
        """Starts and word numbers of all matches, ordered by length, then by start."""
        starts = np.flatnonzero(points)
        node = np.zeros(len(starts), np.int64)
        found: list[tuple[Ints, Ints]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        for level, (keys, word) in enumerate(self._levels):
            row = lookup(node << POINT_BITS | points[starts + level], keys)
            hit = row >= 0
            starts, node = starts[hit], row[hit]
            if len(starts) and starts[-1] + level + 1 >= len(points):
                starts, node = starts[:-1], node[:-1]  # cannot happen in packed text, whose end is padded
            here = word[node]
            found.append((starts[here >= 0], here[here >= 0]))
        return np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found])


@dataclass(frozen=True)
class WordCounts:
    """What corpora say of the words of a table, kept apart by cells, so that one can be left out.

    A cell is a tenth of one part of the corpora. Cells of one *block* hold the same text (PFR with names in
    one word and in two) and are left out together.

    Attributes:
        as_word: [words, cells] how often it is a word.
        as_text: [words, cells] how often its characters are adjacent.
        standards: [cells] number of the cell's standard.
        blocks: [cells] number of the cell's block.
        frequencies: [standards or 1, words] in the dictionary of the standard, -1 where it has none.
    """

    as_word: npt.NDArray[np.integer[Any]]
    as_text: npt.NDArray[np.integer[Any]]
    standards: Ints
    blocks: Ints
    frequencies: Ints

    def evidence(self, words: Ints, standards: Ints, cells: Ints | None = None) -> Ints:
        """[matches] evidence classes.

        Args:
            words: [matches] word numbers.
            standards: [matches] or one, number of the standard that asks.
            cells: [matches] where the match is, to leave its block out; ``None`` outside of the corpora.
        """
        n_standards = int(self.standards.max(initial=0)) + 1
        own, occurrences = (
            np.stack([table[:, self.standards == s].sum(1) for s in range(n_standards)], 1)[words, standards]
            for table in (self.as_word, self.as_text)
        )
        anywhere = self.as_word.sum(1)[words]
        if cells is not None:
            own = own - self.as_word[words, cells]
            occurrences = occurrences - self.as_text[words, cells]
            n_blocks = int(self.blocks.max(initial=0)) + 1
            by_block = np.stack([self.as_word[:, self.blocks == b].sum(1) for b in range(n_blocks)], 1)
            anywhere = anywhere - by_block[words, self.blocks[cells]]
        row = standards if len(self.frequencies) > 1 else 0
        return evidence_classes(own, occurrences, anywhere, self.frequencies[row, words])


def evidence_classes(own: Ints, occurrences: Ints, anywhere: Ints, dictionary: Ints) -> Ints:
    """:func:`cnlp.segmentation.features.evidence_class` of many words."""
    bins = np.array(COUNT_BINS)
    share = np.digitize(own / np.maximum(occurrences, 1), RATIO_BINS)
    known = 1 + 4 * np.minimum(np.digitize(own, bins) - 1, 1) + share
    own_bucket = np.where(own > 0, known, np.where(occurrences >= 2, NEVER_A_WORD, 0))
    general = np.digitize(dictionary, DICTIONARY_BINS)
    classes = (general * 16 + own_bucket) * 8 + np.digitize(anywhere, bins)
    return np.where((own > 0) | (anywhere > 0) | (dictionary >= 0), classes, NOTHING)


def count_words(
    table: WordTable,
    starts: Ints,
    words: Ints,
    lengths: Ints,
    cells: Ints,
    standards: Sequence[int],
    blocks: Sequence[int],
    dictionaries: Sequence[Mapping[str, int]],
) -> WordCounts:
    """Count the words of a table in a packed corpus.

    Args:
        table: the words.
        starts, words: the matches, from ``table.find``.
        lengths: [N] from :func:`word_lengths`.
        cells: [N] the cell of each position.
        standards, blocks: of each cell.
        dictionaries: frequencies by folded word, for every standard or one for all.
    """
    n_words, n_cells = len(table.words), len(standards)
    flat = words * n_cells + cells[starts]
    is_word = lengths[starts] == table.lengths[words]
    as_word, as_text = (
        np.bincount(flat[chosen], minlength=n_words * n_cells).astype(np.int32).reshape(n_words, n_cells)
        for chosen in (is_word, slice(None))
    )
    frequencies = np.array([[dictionary.get(word, -1) for word in table.words] for dictionary in dictionaries])
    return WordCounts(as_word, as_text, np.array(standards), np.array(blocks), frequencies)
