"""New words in raw text: count n-grams, score them, leave out those that are not words.

The two methods share the counts. ``entropy`` takes the n-grams that stick together and are free on both sides
(:mod:`cnlp.discovery.scoring`); ``minimum_entropy`` splits the text between characters that do not belong
together (:mod:`cnlp.discovery.minimum_entropy`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from cnlp import errors
from cnlp.discovery import minimum_entropy, scoring
from cnlp.discovery.counting import MEMORY, NgramCounts, lines_between
from cnlp.discovery.runs import OnRead
from cnlp.discovery.scoring import CountWords
from cnlp.files.lines import read_text
from cnlp.names import DiscoveryMethod
from cnlp.types import Candidate

DISCOVERY_METHODS = ("entropy", "minimum_entropy")

_FILE_NAME = re.compile(r"\S{1,250}\.[A-Za-z]\w{1,4}")

TextSource: TypeAlias = "str | os.PathLike[str]"  # a text, or a file


class WordDiscovery:
    """Finds words in raw text, which may come in parts.

    Args:
        method: ``"entropy"`` or ``"minimum_entropy"``.
        max_length: longest word in characters, 1 to 6.
        min_count: rarer strings are not words; by default 5, and more for more than 6 million characters
            (:func:`cnlp.discovery.scoring.default_min_count`).
        min_pmi: nats; for ``entropy`` of an n-gram of two characters, each further one asks for one nat more
            (default 3); for ``minimum_entropy`` of two characters that stay together (default 1).
        min_entropy: nats, of the neighbours on either side; for ``entropy`` only.
        exclude: known words: a lexicon file, a :class:`cnlp.Lexicon`, or words.
        boundary_characters: no word begins or ends with one of them.
        subword_ratio: no word is part of a longer one that occurs at least this often, as a share.
        top_k: how many words; ``None``: all.
        memory: bytes to use, about; what does not fit goes to temporary files.
        workers: threads that sort.

    Attributes:
        counts_: :class:`cnlp.discovery.counting.NgramCounts` of all text so far.
        candidates_: the words, best first; made when first asked for.
        min_count_: the least count that was used; memory may have raised it.

    Source: see :mod:`cnlp.discovery.scoring`.

    >>> text = "狐狸说葡萄酸。狐狸不吃葡萄，吃葡萄的狐狸少。他种葡萄，狐狸看。葡萄甜，狐狸笑。"
    >>> [word.text for word in WordDiscovery(min_count=3, min_pmi=1.0).fit([text]).candidates_]
    ['狐狸', '葡萄']
    """

    counts_: NgramCounts
    min_count_: int
    _candidates: list[Candidate] | None = None

    def __init__(
        self,
        *,
        method: DiscoveryMethod = "entropy",
        max_length: int = 4,
        min_count: int | None = None,
        min_pmi: float | None = None,
        min_entropy: float = scoring.MIN_ENTROPY,
        exclude: TextSource | CountWords = (),
        boundary_characters: str = scoring.BOUNDARY_CHARACTERS,
        subword_ratio: float = scoring.SUBWORD_RATIO,
        top_k: int | None = None,
        memory: int = MEMORY,
        workers: int = 1,
    ) -> None:
        self.method = method
        self.max_length = max_length
        self.min_count = min_count
        self.min_pmi = min_pmi
        self.min_entropy = min_entropy
        self.exclude = exclude
        self.boundary_characters = boundary_characters
        self.subword_ratio = subword_ratio
        self.top_k = top_k
        self.memory = memory
        self.workers = workers

    def fit(self, texts: TextSource | Iterable[TextSource], *, encoding: str = "utf-8") -> WordDiscovery:
        """Find words in ``texts`` and nothing else; see :meth:`partial_fit`."""
        self.counts_ = self.new_counts()
        return self.partial_fit(texts, encoding=encoding)

    def partial_fit(self, texts: TextSource | Iterable[TextSource], *, encoding: str = "utf-8") -> WordDiscovery:
        """Count ``texts`` as well.

        Args:
            texts: strings, and files as ``pathlib.Path``; or one of them.
            encoding: of the files; one of :data:`cnlp.files.encodings.ENCODINGS`.

        Raises:
            ArgumentError: a parameter is out of range.
            EncodingError: a file is not in ``encoding``.
            OSError: a file cannot be read, or a temporary one not be written.
        """
        if not hasattr(self, "counts_"):
            self.counts_ = self.new_counts()
        self._candidates = None
        sources = _sources(texts)
        self.counts_.add(lines_between(_pieces(source, encoding) for source in sources))
        return self

    def merge(self, other: WordDiscovery) -> WordDiscovery:
        """Add what ``other`` has read; it stays as it is.

        Raises:
            ArgumentError: the longest n-grams differ.
        """
        if not hasattr(self, "counts_"):
            self.counts_ = self.new_counts()
        self._candidates = None
        self.counts_.merge(other.counts_)
        return self

    @property
    def candidates_(self) -> list[Candidate]:
        """The words, best first."""
        if self._candidates is None:
            self._candidates = self.find(self.counts_)
        return self._candidates

    def new_counts(self) -> NgramCounts:
        """Counts of no text."""
        return NgramCounts(max_length=self.max_length, memory=self.memory, workers=self.workers)

    def find(self, counts: NgramCounts, on_read: OnRead | None = None) -> list[Candidate]:
        """The words in what ``counts`` has read, best first.

        Args:
            counts: n-grams up to ``max_length``.
            on_read: called with the number of bytes after each read of a run.

        Raises:
            ArgumentError: a parameter is out of range.
            FormatError: the lexicon to exclude, or a run, is damaged.
        """
        errors.check_choice("method", self.method, DISCOVERY_METHODS)
        errors.check_number("min_entropy", self.min_entropy, whole=False)
        if self.min_pmi is not None:
            errors.check_number("min_pmi", self.min_pmi, whole=False)
        exclude = known_words(self.exclude)
        min_count = self.min_count if self.min_count is not None else scoring.default_min_count(counts.total)
        table = counts.table(min_count, on_read)
        self.min_count_ = table.min_count
        if self.method == "entropy":
            min_pmi = scoring.MIN_PMI if self.min_pmi is None else self.min_pmi
            found = scoring.entropy_candidates(table, min_pmi=min_pmi, min_entropy=self.min_entropy)
        else:
            min_pmi = minimum_entropy.MIN_PAIR_PMI if self.min_pmi is None else self.min_pmi
            found = minimum_entropy.minimum_entropy_candidates(
                counts, table, min_count=table.min_count, min_pmi=min_pmi, on_read=on_read
            )
        return scoring.choose_candidates(
            found,
            exclude=exclude,
            boundary_characters=self.boundary_characters,
            subword_ratio=self.subword_ratio,
            top_k=self.top_k,
        )


def known_words(exclude: TextSource | CountWords) -> CountWords:
    """The words to leave out; those of a file if it is a path.

    Raises:
        OSError: the file cannot be read.
        FormatError: it is not a lexicon.
    """
    if isinstance(exclude, (str, os.PathLike)):
        from cnlp.lexicon.reading import read_rows

        return {row[0] for row in read_rows(exclude)}
    if isinstance(exclude, (list, tuple, set, frozenset)):
        words = [entry[0] if isinstance(entry, tuple) and entry else entry for entry in exclude]
        return set(errors.check_strings("exclude", words))
    if not hasattr(exclude, "__contains__"):
        raise errors.ArgumentError(
            f"exclude must be a Lexicon, the path of a file, or a list of words, not {type(exclude).__name__}"
        )
    return exclude


def _sources(texts: TextSource | Iterable[TextSource]) -> Iterable[TextSource]:
    """Texts and files; what looks like the name of a file alone is not taken for a text.

    Raises:
        ArgumentError: it is the name of a file, or no texts.
    """
    if isinstance(texts, str) and _FILE_NAME.fullmatch(texts):
        raise errors.ArgumentError(f"texts: {texts[:80]!r} looks like the name of a file: give pathlib.Path of it")
    if isinstance(texts, (str, os.PathLike)):
        return [texts]
    if isinstance(texts, (bytes, bytearray)) or not hasattr(texts, "__iter__"):
        raise errors.TextTypeError(f"texts must be str, pathlib.Path, or several of them, not {type(texts).__name__}")
    return texts


def _pieces(source: TextSource, encoding: str) -> Iterator[str]:
    """A text as it is, a file in pieces."""
    if not isinstance(source, os.PathLike):
        yield source
        return
    with open(source, "rb") as stream:
        yield from read_text(stream, source, encoding)
