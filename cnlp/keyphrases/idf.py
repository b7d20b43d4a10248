"""Inverse document frequency: how specific a word is to a document.

    idf(w) = ln((N + s) / (df(w) + s))        Spärck Jones 1972, with additive smoothing s

N: documents of the corpus; df(w): how many of them have w; s: smoothing, 1 by default, as if one more document had
every word. A word that no document has gets df 0 and so the greatest IDF there is, ln((N + s) / s).

The shipped table was counted over public texts, one paragraph a document; ``dictionaries/SOURCES.md`` names them. It
is a trie that is mapped into memory. Custom tables are made by ``cnlp idf`` or by :meth:`TfIdf.fit`.
"""

from __future__ import annotations

import math
import os
from array import array
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.keyphrases.classes import pack_classes
from cnlp.lexicon.trie import Trie

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from cnlp.keyphrases.document_frequency import DocumentFrequencies

    IdfLike: TypeAlias = "Idf | str | os.PathLike[str]"


class Idf:
    """Document frequencies, ready to be looked up; immutable.

    Attributes:
        documents: N; 0 for a table that holds ready-made values, as jieba's does.

    >>> from cnlp.keyphrases.document_frequency import DocumentFrequencies
    >>> table = Idf.of(DocumentFrequencies(9, [("北京", 4)]))
    >>> round(table["北京"], 4), round(table["南京"], 4)
    (0.6931, 2.3026)
    """

    def __init__(self, documents: int, trie: Trie, levels: Sequence[float]) -> None:
        self.documents = documents
        self.trie = trie
        self._levels = levels  # df of each level, the first 0; or values, the first that of unseen words

    @classmethod
    def of(cls, table: DocumentFrequencies) -> Idf:
        """From document frequencies."""
        return cls._of(table.documents, table.counts, [0, *sorted(set(table.counts.values()))])

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Idf:
        """Read a table of ``cnlp idf``, or a file of ``word value`` lines as jieba's ``idf.txt``.

        The latter does not contain the number of documents: words that it lacks get its greatest value.

        Raises:
            OSError: the file cannot be read.
            FormatError: a line breaks the format; file and line are named.
        """
        from cnlp.keyphrases.document_frequency import DocumentFrequencies, is_table

        if is_table(path):
            return cls.of(DocumentFrequencies.read(path))
        values = _read_values(path)
        return cls._of(0, values, [max(values.values(), default=0.0), *sorted(set(values.values()))])

    @classmethod
    def _of(cls, documents: int, values: Mapping[str, float], levels: list[float]) -> Idf:
        number = {value: level for level, value in enumerate(levels) if level}
        trie = Trie.build({word: pack_classes(number[value]) for word, value in values.items()})
        return cls(documents, trie, levels)

    def levels(self, smoothing: float = 1.0) -> bytes:
        """IDF of each level as float64, for the kernel."""
        if not self.documents:
            return array("d", self._levels).tobytes()
        total = math.log(self.documents + smoothing)
        return array("d", (total - math.log(df + smoothing) for df in self._levels)).tobytes()

    def document_frequency(self, word: str) -> int:
        """In how many documents the word occurs; 0 if in none, or if the table holds ready-made values."""
        return int(self._levels[self._level(word)]) if self.documents else 0

    def __getitem__(self, word: str) -> float:
        """The IDF of a word with smoothing 1, in nats.

        Raises:
            TextTypeError: ``word`` is not a str.
        """
        value = self._levels[self._level(word)]
        return math.log((self.documents + 1) / (value + 1)) if self.documents else value

    def _level(self, word: str) -> int:
        value = self.trie.get(word)
        return (value - 1) >> 5 if value else 0


def as_idf(value: IdfLike | None) -> Idf | None:
    """A table, or that of a file.

    Raises:
        ArgumentError: it is neither.
        OSError: the file cannot be read.
        FormatError: a line of it breaks the format.
    """
    if value is None or isinstance(value, Idf):
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise errors.ArgumentError(f"idf must be an Idf, or the path of a table, not {type(value).__name__}")
    return Idf.read(value)


def _read_values(path: str | os.PathLike[str]) -> dict[str, float]:
    values: dict[str, float] = {}
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            try:
                word, last = line.decode("utf-8-sig" if number == 1 else "utf-8").strip().rsplit(maxsplit=1)
                value = float(last)
                if not math.isfinite(value):
                    raise ValueError
            except ValueError:
                if line.strip():
                    raise errors.bad_line(
                        path, number, "a word and its IDF needed, or a first line '# documents<TAB>number'"
                    ) from None
            else:
                values[word] = value
    return values
