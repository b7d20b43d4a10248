"""The corpora that a tagger of characters learns from: parts of several standards, clauses, blocks.

A line is split into clauses at 。！？； for training only; every sequence starts as if it followed a word of
one character, so decoding whole lines gives the same scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnlp import errors
from cnlp.segmentation.encode import PADS, PackedLines, pack_lines
from cnlp.sequence.arrays import Ints
from cnlp.sequence.linear import BLOCKS

CLAUSE_ENDS = frozenset("。!?;")


@dataclass(frozen=True)
class Part:
    """Sentences of one standard to learn from.

    Attributes:
        sentences: lists of words.
        standard: its name.
        source: parts with the same text have the same source; they are left out of the evidence together.
        repeat: how often an epoch sees each sentence.
    """

    sentences: Sequence[Sequence[str]]
    standard: str = ""
    source: str = ""
    repeat: int = 1


def check_parts(parts: Sequence[Part]) -> None:
    """Refuse parts without words, and empty words.

    Raises:
        ArgumentError: nothing to learn from, or an empty word.
    """
    if not any(any(words) for part in parts for words in part.sentences):
        raise errors.ArgumentError("no sentences to learn from")
    for part in parts:
        for number, words in enumerate(part.sentences):
            if "" in words:
                raise errors.ArgumentError(f"sentence {number} of {part.standard or 'the corpus'} has an empty word")


def cells_of(
    parts: Sequence[Part], packed: PackedLines, names: Sequence[str]
) -> tuple[Ints, Ints, list[int], list[int]]:
    """Of each position the standard and the cell; of each cell the standard and the block.

    A cell is a tenth of a part. Cells of the same tenth of the same source are one block, left out together.

    Args:
        parts: what to learn from.
        packed: its text.
        names: of the standards, in the order of their numbers.
    """
    n = len(packed.points)
    standards, cells = np.zeros(n, np.int64), np.zeros(n, np.int64)
    sources = list(dict.fromkeys(part.source or f"\0{i}" for i, part in enumerate(parts)))
    first = start = 0
    cell_standards: list[int] = []
    cell_blocks: list[int] = []
    for number, part in enumerate(parts):
        last = first + len(part.sentences)
        end = int(packed.ends[last - 1]) + PADS
        standard = names.index(part.standard)
        standards[start:end] = standard
        tenth = np.arange(end - start) * BLOCKS // (end - start)
        cells[start:end] = number * BLOCKS + tenth
        cell_standards += [standard] * BLOCKS
        source = sources.index(part.source or f"\0{number}")
        cell_blocks += range(source * BLOCKS, (source + 1) * BLOCKS)
        first, start = last, end
    return standards, cells, cell_standards, cell_blocks


def clauses(parts: Sequence[Part], packed: PackedLines, lengths: Ints) -> tuple[Ints, Ints]:
    """[clauses, 2] begins and ends, and how often an epoch sees each."""
    starts = np.flatnonzero(lengths)
    ends = starts + lengths[starts]
    closing = np.isin(packed.points[ends - 1], [ord(char) for char in CLAUSE_ENDS])
    cuts = ends[closing | (packed.points[ends] == 0)]
    begins = np.union1d(packed.begins[packed.ends > packed.begins], cuts[packed.points[cuts] != 0])
    sizes = np.fromiter((len(part.sentences) for part in parts), np.int64, len(parts))
    repeats = np.repeat([part.repeat for part in parts], sizes)
    line = np.searchsorted(packed.begins, begins, side="right") - 1
    return np.stack([begins, cuts], 1), repeats[line]


def clause_texts(parts: Sequence[Part], sequences: npt.NDArray[np.int32]) -> list[str]:
    """The text of each clause, as it was written."""
    lines = ["".join(words) for part in parts for words in part.sentences]
    begins = pack_lines(lines).begins
    line_of = np.searchsorted(begins, sequences[:, 0], side="right") - 1
    return [
        lines[line][begin - begins[line] : end - begins[line]]
        for line, (begin, end) in zip(line_of.tolist(), sequences.tolist(), strict=True)
    ]
