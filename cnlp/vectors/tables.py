"""Items and their vectors: what a table looks up, under folded text.

Text is folded (:func:`fold`): width, case and script as everywhere in the package, and every digit as 0, as Lattice
LSTM does (Zhang and Yang 2018). Vectors are float16, half the memory of float32 at no loss that a neighbour would show.
Sums are computed in float32, in blocks of rows, so that a mapped table of any size is searched in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnlp import errors
from cnlp.lazy import cached_property
from cnlp.lexicon.runs import inside_runs
from cnlp.lexicon.trie import Trie
from cnlp.text.normalise import fold_table

LARGEST = float(np.finfo(np.float16).max)

Halves = NDArray[np.float16]
Floats = NDArray[np.float32]

_BLOCK = 1 << 14  # rows that are compared at a time


def fold(text: str) -> str:
    """``text`` as vocabularies and vectors know it, character by character.

    >>> fold("第１２屆ＷＴＯ")
    '第00届wto'
    """
    return text.translate(_table())


@cache
def _table() -> Mapping[int, int]:
    digits = {ord(digit): ord("0") for digit in "0123456789"}
    folds = fold_table()
    return {**folds, **digits, **{code: digits[to] for code, to in folds.items() if to in digits}}


def bigrams(text: str) -> list[str]:
    """Each character with the one after it; the last one alone.

    >>> bigrams("长江大桥")
    ['长江', '江大', '大桥', '桥']
    """
    return [text[k : k + 2] for k in range(len(text))]


def matches(trie: Trie, text: str) -> list[tuple[int, int, int]]:
    """Start, end and number of the words of two characters or more in folded ``text``, by start, then end.

    None begins or ends inside a run of letters or digits.

    >>> matches(Trie.build(["南京", "南京市", "市长", "art"]), "南京市长,party")
    [(0, 2, 1), (0, 3, 2), (2, 4, 3)]
    """
    found = [match for match in trie.matches(text) if match[1] - match[0] > 1]
    inside = inside_runs(text) if found else None
    if inside is not None:
        found = [match for match in found if not (inside[match[0]] or inside[match[1]])]
    return found


class VectorTable:
    """Items and their vectors.

    Args:
        items: folded, all different; or a function that gives them when they are first needed.
        matrix: float16 of shape (items, size).

    Raises:
        ArgumentError: an item occurs twice, is empty or holds a line break, there is not one row for each, or a number
            is not finite.

    Attributes:
        matrix: as given.

    >>> table = VectorTable(["江", "河"], np.array([[1, 2], [3, 4]], np.float16))
    >>> "江" in table, table["河"].tolist(), table.rows["河"]
    (True, [3.0, 4.0], 1)
    """

    def __init__(self, items: Sequence[str] | Callable[[], list[str]], matrix: Halves) -> None:
        self.matrix = matrix
        self._items = items
        if not callable(items):
            if matrix.ndim != 2 or matrix.dtype != np.float16:
                raise errors.ArgumentError(
                    f"the matrix must be float16 with two dimensions, not {matrix.dtype} of shape {matrix.shape}"
                )
            if not np.isfinite(matrix).all():
                raise errors.ArgumentError("the matrix has numbers that are not finite")
            len(self.rows)  # raises what is wrong with them now

    @classmethod
    def empty(cls) -> VectorTable:
        """No items."""
        return cls([], np.zeros((0, 0), np.float16))

    @cached_property
    def items(self) -> list[str]:
        """The items, most frequent first where vectors were trained."""
        return self._items() if callable(self._items) else list(self._items)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Of each item its row in the matrix."""
        items = self.items
        rows = {item: row for row, item in enumerate(items)}
        if len(self.matrix) != len(items):
            raise errors.ArgumentError(f"{len(items)} items need as many rows, not shape {self.matrix.shape}")
        if len(rows) < len(items):
            twice = next(item for row, item in enumerate(items) if rows[item] != row)
            raise errors.ArgumentError(f"the item {twice!r} occurs twice")
        for item in items:
            if not item or "\n" in item:
                raise errors.ArgumentError(f"the item {item!r} is empty or holds a line break")
        return rows

    @property
    def size(self) -> int:
        """How long a vector is."""
        return int(self.matrix.shape[1])

    def __len__(self) -> int:
        """How many items."""
        return len(self.matrix)

    def __iter__(self) -> Iterator[str]:
        return iter(self.items)

    def __contains__(self, item: object) -> bool:
        """Has the item, folded as :func:`fold` does, a vector?"""
        return item in self.rows

    def __getitem__(self, item: str) -> Halves:
        """The vector of the item, of shape (size,)."""
        vector: Halves = self.matrix[self.rows[item]]
        return vector

    def nearest(self, vector: Floats, n: int, without: Collection[str] = ()) -> list[tuple[str, float]]:
        """The ``n`` items with the highest cosine to ``vector``, and these; of equal ones the more frequent first.

        Args:
            vector: of shape (size,).
            n: how many; fewer where there are not as many.
            without: items to leave out.

        >>> table = VectorTable(["江", "河", "山"], np.array([[1, 0], [2, 1], [-1, 1]], np.float16))
        >>> [item for item, _ in table.nearest(np.array([1, 0], np.float32), 2)]
        ['江', '河']
        """
        rows = self.rows
        scores = np.empty(len(self), np.float32)
        for start in range(0, len(self), _BLOCK):
            scores[start : start + _BLOCK] = cosines(self.matrix[start : start + _BLOCK].astype(np.float32), vector)
        scores[[rows[item] for item in without]] = -np.inf
        n = max(0, min(n, len(self) - len(without)))
        least = np.partition(scores, -n)[-n] if n else np.inf
        best = np.flatnonzero(scores >= least)
        best = best[np.argsort(-scores[best], kind="stable")][:n]
        return [(self.items[row], float(scores[row])) for row in best]

    def only(self, wanted: Iterable[str]) -> VectorTable:
        """The items that are wanted, in their own order."""
        wanted = set(wanted)
        return self._take([row for row, item in enumerate(self.items) if item in wanted])

    def top(self, count: int) -> VectorTable:
        """The first ``count`` items: the most frequent ones of trained vectors."""
        return self._take(range(min(count, len(self))))

    def join(self, other: VectorTable) -> VectorTable:
        """The vectors of both side by side, see :meth:`cnlp.vectors.vectors.Vectors.join`."""
        items = list(dict.fromkeys([*self.items, *other.items]))
        row_of = {item: row for row, item in enumerate(items)}
        matrix = np.zeros((len(items), self.size + other.size), np.float16)
        for table, columns in ((self, slice(self.size)), (other, slice(self.size, None))):
            vectors = table.matrix.astype(np.float32)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            matrix[[row_of[item] for item in table.items], columns] = vectors / np.where(lengths, lengths, 1)
        return VectorTable(items, matrix)

    def _take(self, rows: Sequence[int]) -> VectorTable:
        if not rows:
            return VectorTable.empty()
        return VectorTable([self.items[row] for row in rows], self.matrix[list(rows)])


def cosines(matrix: Floats, vector: Floats) -> Floats:
    """Of each row the cosine to ``vector``, from -1 to 1; 0 where one of them is zero, or not finite.

    >>> cosines(np.array([[3, 4], [0, 0]], np.float32), np.array([3, 4], np.float32)).tolist()
    [1.0, 0.0]
    """
    with np.errstate(invalid="ignore"):
        lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(vector)
        cosine = np.clip((matrix @ vector) / np.maximum(lengths, np.finfo(np.float32).tiny), -1, 1)
    found: Floats = np.nan_to_num(cosine)
    return found
