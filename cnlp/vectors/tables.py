"""Vectors of characters, of character bigrams and of words, in one file.

A neural model looks its vectors up under folded text (:func:`fold`): width, case and script as everywhere in the
package, and every digit as 0, as Lattice LSTM does (Zhang and Yang 2018). :mod:`cnlp.ner.neural.word2vec` trains
vectors and reads those of others. The file is a model file (:mod:`cnlp.model.format`) of kind ``vectors``:

    characters.items     U8    the characters in UTF-8, separated by line feeds
    characters.matrix    F16   a row for each, one after another; the card's ``characters`` is "rows x columns"
    bigrams.*, words.*         the same of bigrams and of words
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnlp import errors
from cnlp.lexicon.runs import inside_runs
from cnlp.lexicon.trie import Trie
from cnlp.model.format import RESERVED, ModelFile, write_model
from cnlp.model.registry import open_model
from cnlp.text.normalise import fold_table

KIND = "vectors"
TABLES = ("characters", "bigrams", "words")

Halves = NDArray[np.float16]


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
        items: folded, all different.
        matrix: float16 of shape (items, size).

    Raises:
        ArgumentError: an item occurs twice, is empty or holds a line break, or there is not one row for each.

    Attributes:
        items, matrix: as given.
        rows: of each item its row in the matrix.

    >>> table = VectorTable(["江", "河"], np.array([[1, 2], [3, 4]], np.float16))
    >>> "江" in table, table["河"].tolist(), table.rows["河"]
    (True, [3.0, 4.0], 1)
    """

    def __init__(self, items: Sequence[str], matrix: Halves) -> None:
        self.items = list(items)
        self.matrix = matrix
        self.rows = {item: row for row, item in enumerate(self.items)}
        if matrix.ndim != 2 or len(matrix) != len(self.items):
            raise errors.ArgumentError(f"{len(self.items)} items need as many rows, not shape {matrix.shape}")
        if len(self.rows) < len(self.items):
            twice = next(item for row, item in enumerate(self.items) if self.rows[item] != row)
            raise errors.ArgumentError(f"the item {twice!r} occurs twice")
        for item in self.items:
            if not item or "\n" in item:
                raise errors.ArgumentError(f"the item {item!r} is empty or holds a line break")

    @classmethod
    def empty(cls) -> VectorTable:
        """No items."""
        return cls([], np.zeros((0, 0), np.float16))

    @property
    def size(self) -> int:
        """How long a vector is."""
        return int(self.matrix.shape[1])

    def __len__(self) -> int:
        """How many items."""
        return len(self.items)

    def __iter__(self) -> Iterator[str]:
        return iter(self.items)

    def __contains__(self, item: str) -> bool:
        """Has the item, folded as :func:`fold` does, a vector?"""
        return item in self.rows

    def __getitem__(self, item: str) -> Halves:
        """The vector of the item, of shape (size,)."""
        vector: Halves = self.matrix[self.rows[item]]
        return vector

    def only(self, wanted: Iterable[str]) -> VectorTable:
        """The items that are wanted, in their own order."""
        wanted = set(wanted)
        return self._take([row for row, item in enumerate(self.items) if item in wanted])

    def top(self, count: int) -> VectorTable:
        """The first ``count`` items: the most frequent ones of trained vectors."""
        return self._take(range(min(count, len(self))))

    def _take(self, rows: Sequence[int]) -> VectorTable:
        return VectorTable([self.items[row] for row in rows], self.matrix[list(rows)])


class Vectors:
    """Vectors of characters, bigrams and words; each table may be empty.

    Args:
        characters: their vectors; bigrams, words: likewise.
        card: where they come from.

    >>> import os, tempfile
    >>> rivers = Vectors(characters=VectorTable(["江", "河"], np.ones((2, 3), np.float16)), card={"seed": "1"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "rivers.safetensors")
    ...     rivers.save(path)
    ...     again = Vectors.load(path)
    >>> again.characters.items, again.characters.size, len(again.words), again.card["seed"]
    (['江', '河'], 3, 0, '1')
    """

    def __init__(
        self,
        characters: VectorTable | None = None,
        bigrams: VectorTable | None = None,
        words: VectorTable | None = None,
        card: Mapping[str, str] | None = None,
    ) -> None:
        self.characters = characters or VectorTable.empty()
        self.bigrams = bigrams or VectorTable.empty()
        self.words = words or VectorTable.empty()
        self.card = dict(card or {})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file, which appears when it is whole.

        Raises:
            OSError: it cannot be written.
        """
        arrays: dict[str, tuple[str, bytes]] = {}
        shapes = {}
        for name in TABLES:
            table: VectorTable = getattr(self, name)
            arrays[f"{name}.items"] = "U8", "\n".join(table.items).encode("utf-8", "surrogatepass")
            arrays[f"{name}.matrix"] = "F16", np.ascontiguousarray(table.matrix, "<f2").tobytes()
            shapes[name] = f"{len(table)} x {table.size}"
        card = {name: value for name, value in self.card.items() if name not in RESERVED}
        write_model(path, arrays, {**card, "kind": KIND, **shapes})

    @classmethod
    def load(cls, path: str | os.PathLike[str] | ModelFile) -> Vectors:
        """Read the file that :meth:`save` wrote.

        Raises:
            OSError: it cannot be read.
            ModelError: it is damaged, or holds no vectors.
        """
        file = open_model(path, KIND)
        return cls(**{name: _read(file, name) for name in TABLES}, card=file.card)

    def prune(self, texts: Iterable[str], words: Trie | None = None) -> Vectors:
        """The vectors that can be looked up in ``texts``.

        Args:
            texts: the texts to tag with them; any str.
            words: lexicon to match; by default all words that have vectors.
        """
        trie = words if words is not None else Trie.build(self.words.items)
        singles: set[str] = set()
        pairs: set[str] = set()
        found: set[str] = set()
        for text in map(fold, texts):
            singles.update(text)
            pairs.update(bigrams(text))
            found.update(text[start:end] for start, end, _ in matches(trie, text))
        return Vectors(self.characters.only(singles), self.bigrams.only(pairs), self.words.only(found), self.card)

    def top(self, count: int) -> Vectors:
        """Of each table the first ``count`` items."""
        return Vectors(self.characters.top(count), self.bigrams.top(count), self.words.top(count), self.card)


def _read(file: ModelFile, name: str) -> VectorTable:
    """One table of the file."""
    items, matrix = (file.read(f"{name}.{part}") for part in ("items", "matrix"))
    shape = [int(number) for number in file.field(name).split(" x ") if number.isdecimal()]
    with file.loading(f"table {name!r} cannot be used"):
        listed = items.decode("utf-8", "surrogatepass").split("\n") if items else []
        return VectorTable(listed, np.frombuffer(matrix, "<f2").reshape(shape))
