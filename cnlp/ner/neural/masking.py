"""Raw text for pre-training: words found once, pieces in random order, characters to be guessed.

A shard is a file's text as numbers of four bytes, one a character: the code point, folded, and a bit where a word of
the segmenter begins. White space is one blank, and a line break follows each line. Shards are mapped, not read: of a
text of any size only what a step needs is in memory, besides four bytes for each piece.

A piece is the next ``length`` characters of a shard, whatever lines they are of, so that none is padding. Order and
masks depend on seed and step alone; that is all a run has to know to resume.

Masks are of whole words (Devlin et al. 2019, Cui et al. 2021): each word is chosen with a chance of 15 %, and of its
characters 80 % are shown as the mask, 10 % as any character, 10 % as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cnlp.files.lines import replacing
from cnlp.ner.neural.character_encoder import BREAK, FIRST_ROW, MASK_ROW
from cnlp.ner.neural.data import UNKNOWN_ROW
from cnlp.vectors.tables import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnlp.segmentation import Segmenter

SHARD = ".shard"
CHOSEN, MASKED, RANDOM = 0.15, 0.8, 0.1
_BEGINS = np.uint32(1 << 31)
_CODES = 0x110000
_GROUP = 4096  # lines segmented at a time
_STRETCH = 1 << 20  # characters counted at a time


class Masked(NamedTuple):
    """What a step learns from.

    Attributes:
        shown: (B, n) rows.
        chosen: (B, n) bool, what is to be guessed.
        true: (k,) rows of the chosen characters.
    """

    shown: NDArray[np.int64]
    chosen: NDArray[np.bool_]
    true: NDArray[np.int64]


def write_shard(lines: Iterable[str], segmenter: Segmenter, path: Path) -> None:
    """Write a file of the text; it appears when it is complete.

    Raises:
        OSError: it cannot be written.
    """
    with replacing(str(path)) as file:
        group: list[str] = []
        for line in lines:
            if text := " ".join(line.split()):
                group.append(text)
            if len(group) == _GROUP:
                file.write(_numbers(group, segmenter).tobytes())
                group.clear()
        if group:
            file.write(_numbers(group, segmenter).tobytes())


def _numbers(texts: list[str], segmenter: Segmenter) -> NDArray[np.uint32]:
    words = [word for found in segmenter.segment_many(texts) for word in (*found, BREAK)]
    codes = np.frombuffer(fold("".join(words)).encode("utf-32-le", "surrogatepass"), "<u4").copy()
    starts = list(accumulate(map(len, words), initial=0))
    codes[starts[:-1]] |= _BEGINS
    return codes


class Pieces:
    """The pieces of all shards.

    Args:
        shards: files of :func:`write_shard`.
        length: of a piece, in characters.
        held_out: how many pieces, chosen by chance, are not learnt from.
        seed: of the choice and of the order.

    Attributes:
        held: the numbers of the held-out pieces.
        train: those of the others.

    >>> import tempfile
    >>> from cnlp import Segmenter
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "news.shard")
    ...     write_shard(["我在北京。", "你  在上海"], Segmenter(), path)
    ...     pieces = Pieces([path], 5, 1, 1)
    ...     "".join(map(chr, pieces.read([1])[0][0])), pieces.read([0])[1].tolist()
    ('\\n你 在上', [[True, True, True, False, True]])
    """

    def __init__(self, shards: Sequence[Path], length: int, held_out: int, seed: int) -> None:
        self._shards = [np.memmap(path, "<u4", "r") for path in shards if path.stat().st_size]
        self._length, self._seed = length, seed
        self._first = np.cumsum([0, *(len(shard) // length for shard in self._shards)])
        order = np.random.default_rng(seed).permutation(int(self._first[-1])).astype(np.uint32)
        self.held, self.train = order[:held_out], order[held_out:]
        self._order = lru_cache(1)(self._shuffled)

    def count(self) -> NDArray[np.int64]:
        """How often each code point occurs."""
        counts = np.zeros(_CODES, np.int64)
        for shard in self._shards:
            for start in range(0, len(shard), _STRETCH):
                counts += np.bincount(shard[start : start + _STRETCH] & ~_BEGINS, minlength=_CODES)
        return counts

    def read(self, numbers: Iterable[int]) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
        """Code points of pieces, and whether a word begins there; both (B, length)."""
        rows = []
        for number in map(int, numbers):
            shard = int(np.searchsorted(self._first, number, "right")) - 1
            start = (number - int(self._first[shard])) * self._length
            rows.append(self._shards[shard][start : start + self._length])
        found = np.stack(rows)
        return found & ~_BEGINS, (found & _BEGINS) > 0

    def at(self, step: int, size: int) -> NDArray[np.uint32]:
        """The pieces of a step, counted from 0, of ``size`` each; every pass over the text has another order."""
        steps = len(self.train) // size
        epoch, place = divmod(step, steps)
        order: NDArray[np.uint32] = self._order(epoch)
        return order[place * size : (place + 1) * size]

    def _shuffled(self, epoch: int) -> NDArray[np.uint32]:
        return np.random.default_rng((self._seed, epoch)).permutation(self.train)


def frequent(counts: NDArray[np.int64], most: int, least: int) -> list[str]:
    """The characters that occur ``least`` times, most frequent first, at most so many; the line break always."""
    counts = counts.copy()
    counts[ord(BREAK)] = counts.max(initial=0) + least
    counts[0xD800:0xE000] = 0  # halves of a pair have no UTF-8
    order = np.argsort(-counts, kind="stable")[:most]
    return [chr(code) for code in order if counts[code] >= least]


def row_table(rows: dict[str, int]) -> NDArray[np.int64]:
    """Of each code point its row."""
    table = np.full(_CODES, UNKNOWN_ROW, np.int64)
    table[[ord(char) for char in rows]] = list(rows.values())
    return table


def mask_words(
    ids: NDArray[np.int64], begins: NDArray[np.bool_], unmasked: Sequence[int], rows: int, rng: np.random.Generator
) -> Masked:
    """Choose words to be guessed.

    Args:
        ids: (B, n) rows.
        begins: (B, n) where words begin; what is before the first one of a piece is a word too.
        unmasked: rows that are never chosen.
        rows: how many there are.
        rng: the source of chance.
    """
    begins = begins.copy()
    begins[:, 0] = True
    word = np.cumsum(begins).reshape(ids.shape) - 1
    chosen: Any = (rng.random(int(word[-1, -1]) + 1) < CHOSEN)[word] & ~np.isin(ids, unmasked)
    draw = rng.random(ids.shape)
    other = rng.integers(FIRST_ROW, rows, ids.shape)
    shown = np.where(chosen & (draw < MASKED), MASK_ROW, ids)
    shown = np.where(chosen & (draw >= 1 - RANDOM), other, shown)
    return Masked(shown, chosen, ids[chosen])
