"""Vectors of characters, of character bigrams and of words, in one file, and what can be asked of them.

The file is a model file (:mod:`cnlp.model.format`) of kind ``vectors``:

    characters.items     U8    the characters in UTF-8, separated by line feeds
    characters.matrix    F16   a row for each, one after another; the card's ``characters`` is "rows x columns"
    bigrams.*, words.*         the same of bigrams and of words

The matrices are mapped into memory and the items are read when the first one is looked up, so that what is not used
costs nothing, and processes share one copy.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np

from cnlp import errors
from cnlp.lexicon.trie import Trie
from cnlp.model.format import RESERVED, ModelFile, begins_model, write_model
from cnlp.model.registry import open_model
from cnlp.vectors.formats import read_word2vec, write_word2vec
from cnlp.vectors.tables import Floats, Halves, VectorTable, bigrams, cosines, fold, matches

KIND = "vectors"
TABLES = ("characters", "bigrams", "words")

_SHAPE = re.compile(r"([0-9]{1,10}) x ([0-9]{1,10})")


class Vectors:
    """Vectors of characters, bigrams and words; each table may be empty.

    Words, single characters among them, are looked up in the table of words; in that of characters where there are no
    words. Both are folded (:func:`cnlp.vectors.tables.fold`): 長江 is 长江, and every digit 0.

    Args:
        characters: their vectors; bigrams, words: likewise.
        card: where they come from.

    Raises:
        ArgumentError: an argument is something else.

    >>> matrix = np.array([[1, 0, 1], [2, 0, 1], [0, 1, 1], [0, 2, 1]], np.float16)
    >>> vectors = Vectors(words=VectorTable(["江", "河", "打印", "复印"], matrix))
    >>> [word for word, cosine in vectors.most_similar("江", 2)]
    ['河', '打印']
    >>> round(vectors.similarity("打印", "复印"), 2)
    0.95
    >>> vectors.analogy("江", "河", "打印", 1)[0][0]
    '复印'
    >>> "湖" in vectors, len(vectors)
    (False, 4)
    """

    def __init__(
        self,
        characters: VectorTable | None = None,
        bigrams: VectorTable | None = None,
        words: VectorTable | None = None,
        card: Mapping[str, str] | None = None,
    ) -> None:
        for name, table in (("characters", characters), ("bigrams", bigrams), ("words", words)):
            if not isinstance(table, (VectorTable, type(None))):
                raise errors.ArgumentError(f"{name} must be a VectorTable, not {type(table).__name__}")
        if not isinstance(card, (Mapping, type(None))) or not all(
            isinstance(value, str) for value in (card or {}).values()
        ):
            raise errors.ArgumentError("card must be texts by their names")
        self.characters = VectorTable.empty() if characters is None else characters
        self.bigrams = VectorTable.empty() if bigrams is None else bigrams
        self.words = VectorTable.empty() if words is None else words
        self.card = dict(card or {})

    @classmethod
    def load(cls, path: str | os.PathLike[str] | ModelFile) -> Vectors:
        """Open the file that :meth:`save` wrote, or read one of word2vec, text or binary, whose items become words.

        The file of :meth:`save` is mapped: it must not be overwritten in place while it is in use. One of word2vec is
        read as a whole; what is to be opened often is saved again.

        Raises:
            OSError: it cannot be read.
            ModelError: it is damaged, or holds no vectors.
            FormatError: a file of word2vec is damaged; the line, or the byte, is named.
        """
        if not isinstance(path, ModelFile) and _begins_with_text(path):
            return cls(words=read_word2vec(path))
        file = open_model(path, KIND, argument="path")
        return cls(**{name: _read(file, name) for name in TABLES}, card=file.card)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file, which appears when it is complete.

        Raises:
            OSError: it cannot be written.
        """
        arrays: dict[str, tuple[str, bytes]] = {}
        shapes = {}
        for name in TABLES:
            table: VectorTable = getattr(self, name)
            arrays[f"{name}.items"] = "U8", "\n".join(table.items).encode("utf-8", "surrogatepass")
            arrays[f"{name}.matrix"] = "F16", np.ascontiguousarray(table.matrix, "<f2").tobytes()
            shapes[name] = f"{len(table)} x {table.size if len(table) else 0}"
        card = {name: value for name, value in self.card.items() if name not in RESERVED}
        write_model(path, arrays, {**card, "kind": KIND, **shapes})

    def save_word2vec(self, path: str | os.PathLike[str], *, binary: bool = False) -> None:
        """Write the words, for other programs, as word2vec does; bigrams are left out.

        Args:
            path: the file to make or replace.
            binary: numbers as float32 instead of text.

        Raises:
            OSError: it cannot be written.
            ArgumentError: an item has a blank, which ends it in such files.
        """
        errors.check_flags(binary=binary)
        write_word2vec(path, self._table, binary)

    @property
    def _table(self) -> VectorTable:
        """What words are looked up in."""
        return self.words if len(self.words) else self.characters

    @property
    def size(self) -> int:
        """How long a word's vector is."""
        return self._table.size

    def __len__(self) -> int:
        """How many words have vectors."""
        return len(self._table)

    def __contains__(self, word: object) -> bool:
        """Has the word a vector?"""
        return isinstance(word, str) and fold(word) in self._table

    def __getitem__(self, word: str) -> Floats:
        """The vector of a word, of shape (size,).

        Raises:
            ArgumentError: it has none.
        """
        return self._table[self._known(word)].astype(np.float32)

    def __repr__(self) -> str:
        counts = ", ".join(f"{name}: {len(getattr(self, name)):,}" for name in TABLES)
        return f"<Vectors of size {self.size}; {counts}>"

    def similarity(self, first: str, second: str) -> float:
        """The cosine of the vectors of two words, from -1 to 1.

        Raises:
            ArgumentError: one of them has no vector.
        """
        return float(cosines(self[first][None], self[second])[0])

    def most_similar(self, word: str, n: int = 10) -> list[tuple[str, float]]:
        """The ``n`` words whose vectors have the highest cosine to that of ``word``, best first, with the cosines.

        Raises:
            ArgumentError: it has no vector, or ``n`` is not a whole number from 0.
        """
        return self._table.nearest(self[word], _count(n), [self._known(word)])

    def analogy(self, a: str, b: str, c: str, n: int = 1) -> list[tuple[str, float]]:
        """``a`` is to ``b`` as ``c`` is to which words? Those with the highest cosine to b - a + c.

        The vectors have length 1 before they are added; the three words are left out (3CosAdd, Mikolov et al. 2013).

        Raises:
            ArgumentError: one of the words has no vector, or ``n`` is not a whole number from 0.
        """
        first, second, third = (vector / (np.linalg.norm(vector) or 1) for vector in (self[a], self[b], self[c]))
        return self._table.nearest(second - first + third, _count(n), {self._known(word) for word in (a, b, c)})

    def vector(self, text: str) -> Floats:
        """A text's vector: the mean of the vectors of its words, of shape (size,).

        The words are those of :func:`cnlp.segment`. One that has no vector counts as its characters; what has none
        either, and what is neither letter nor digit, does not count. If nothing does, the vector is zero.

        Raises:
            TextTypeError: ``text`` is not a str.

        >>> vectors = Vectors(words=VectorTable(["长江", "大", "桥"], np.array([[3, 0], [0, 3], [0, 6]], np.float16)))
        >>> vectors.vector("长江，大桥。").tolist()
        [1.0, 3.0]
        """
        from cnlp.segmentation import segment

        table = self._table
        rows: list[int] = []
        for word in map(fold, segment(text)):
            parts = [word] if word in table else word
            rows += (table.rows[part] for part in parts if part in table and any(map(str.isalnum, part)))
        if not rows:
            return np.zeros(self.size, np.float32)
        mean: Floats = table.matrix[rows].mean(0, dtype=np.float32)
        return mean

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
        words_found = self.words.only(found | singles)
        return Vectors(self.characters.only(singles), self.bigrams.only(pairs), words_found, self.card)

    def top(self, count: int) -> Vectors:
        """Of each table the first ``count`` items."""
        return Vectors(self.characters.top(count), self.bigrams.top(count), self.words.top(count), self.card)

    def join(self, other: Vectors) -> Vectors:
        """The vectors of both side by side: each scaled to length 1, and zero where one has no vector.

        Args:
            other: its items come after those that are here.

        >>> one, other = (VectorTable(items, np.array([[2]], np.float16)) for items in ("江", "河"))
        >>> joined = Vectors(words=one).join(Vectors(words=other))
        >>> joined.words.items, joined.words.matrix.tolist()
        (['江', '河'], [[1.0, 0.0], [0.0, 1.0]])
        """
        tables = {name: getattr(self, name).join(getattr(other, name)) for name in TABLES}
        return Vectors(**tables, card={"source": "two files of vectors, joined"})

    def _known(self, word: str) -> str:
        """The word, folded.

        Raises:
            ArgumentError: it has no vector.
        """
        if not isinstance(word, str):
            raise errors.not_text(word, "word")
        form = fold(word)
        if form not in self._table:
            raise errors.ArgumentError(f"no vector for {word!r}: ask with 'in', or take vector(), which uses its parts")
        return form


def _count(n: int) -> int:
    errors.check_number("n", n)
    if n < 0:
        raise errors.ArgumentError(f"n must be 0 or more, got {n}")
    return n


def _begins_with_text(path: str | os.PathLike[str]) -> bool:
    """Does the file begin with text, rather than with the length of a header?"""
    if not isinstance(path, (str, os.PathLike)) or not os.path.isfile(path):
        return False  # which open_model reports
    with open(path, "rb") as file:
        start = file.read(8)
    return bool(start) and not begins_model(start)


def _read(file: ModelFile, name: str) -> VectorTable:
    """One table of the file, mapped."""
    start, size = file.ranges(f"{name}.matrix")[f"{name}.matrix"]
    shape = _SHAPE.fullmatch(file.field(name))
    n_rows, n_columns = map(int, shape.groups()) if shape else (-1, 1)
    if 2 * n_rows * n_columns != size or (size == 0 and n_columns):
        raise errors.bad_model(file.path, f"damaged: table {name!r} has {size:,} bytes, not {file.field(name)[:50]}")
    return VectorTable(partial(_items, file, name, n_rows), _matrix(file, start, (n_rows, n_columns)))


def _matrix(file: ModelFile, start: int, shape: tuple[int, int]) -> Halves:
    """The numbers at ``start`` of the file."""
    if 0 in shape:
        return np.zeros(shape, np.float16)
    with file.loading("its vectors cannot be used"):
        if isinstance(file.source, bytes):
            return np.frombuffer(file.source, "<f2", shape[0] * shape[1], start).reshape(shape)
        return np.asarray(np.memmap(file.path, "<f2", "r", start, shape))


def _items(file: ModelFile, name: str, count: int) -> list[str]:
    """The items of a table.

    Raises:
        ModelError: they are not all different, or not one for each row.
    """
    data = file.read(f"{name}.items")
    with file.loading(f"the items of table {name!r} cannot be used"):
        items = data.decode("utf-8", "surrogatepass").split("\n") if data else []
        if len(items) != count or "" in items or len(set(items)) != count:
            raise ValueError(f"not {count:,} different items")
    return items
