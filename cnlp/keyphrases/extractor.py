"""What every method shares: which words are candidates, and how the best become keywords.

The words come from a segmenter. A word is a term unless it is a stop word, of a class that is not wanted, or without
a letter (numbers, punctuation); what the user lists decides first (:mod:`cnlp.keyphrases.own_terms`). A term alone
needs ``min_length`` characters. Adjacent terms may form phrases of up to four words; a blank between two Latin words
does not part them. Words that differ in width or ASCII case only are one. Cost: O(n) for a text of n characters, and
O(c log k) for k keywords of c candidates.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel import kernel
from cnlp.keyphrases.idf import as_idf
from cnlp.keyphrases.own_terms import OwnTerms
from cnlp.keyphrases.resources import resources_for
from cnlp.lazy import cached_property
from cnlp.lexicon.trie import Trie
from cnlp.segmentation import segmenter_for
from cnlp.types import Keyword

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnlp.keyphrases.idf import Idf, IdfLike
    from cnlp.keyphrases.resources import KeyphrasesLike
    from cnlp.segmentation.segmenter import SegmenterLike

LONGEST_KEYPHRASE = 4


class Extractor:
    """Base of the methods; immutable, so threads may share one.

    Args:
        phrases: join words that recur side by side.
        pos: parts of speech that are wanted, by the beginnings of their names, such as ``["n", "v"]``; see
            :mod:`cnlp.keyphrases.classes`; and tags of the segmenter's lexicon. All content words if ``None``.
        stopwords: words that are never keywords; the shipped list if ``None``.
        min_length: characters of the shortest keyword.
        idf: document frequencies, or the path of their table; the shipped ones if ``None``.
        model: the tables of the shipped ``"keyphrases"``, or others: the path of a file, or what :func:`cnlp.load`
            made of it.
        segmenter: what segments the text: what :func:`cnlp.segment` takes as its ``model``.
    """

    def __init__(
        self,
        *,
        phrases: bool = False,
        pos: Iterable[str] | None = None,
        stopwords: Iterable[str] | None = None,
        min_length: int = 2,
        idf: IdfLike | None = None,
        model: KeyphrasesLike | None = None,
        segmenter: SegmenterLike | None = None,
    ) -> None:
        errors.check_flags(phrases=phrases)
        errors.check_number("min_length", min_length)
        self.phrases = phrases
        self.pos = pos if pos is None or isinstance(pos, str) else errors.check_strings("pos", pos)
        self.stopwords = None if stopwords is None else _words_of(stopwords)
        self.min_length = min_length
        self.idf = as_idf(idf)
        self.model = None if model is None else resources_for(model)
        self.segmenter = segmenter

    def keywords(self, text: str, top_k: int = 20) -> list[Keyword]:
        """The best keywords, the best first.

        Args:
            text: any str.
            top_k: how many at most.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: ``top_k`` is negative, or there is no such part of speech.
        """
        if not isinstance(text, str):
            raise errors.not_text(text)
        errors.check_number("top_k", top_k)
        if top_k < 0:
            raise errors.ArgumentError(f"top_k must be 0 or more, got {top_k}")
        return self._found(text, self._terms(text), top_k)

    def counts(self, text: str) -> dict[str, int]:
        """How often each word of a text that may be a keyword occurs, by its first form there.

        Raises:
            TextTypeError: ``text`` is not a str.

        >>> Extractor().counts("长江大桥横跨在长江上。")
        {'长江': 2, '大桥': 1, '横跨': 1}
        """
        if not isinstance(text, str):
            raise errors.not_text(text)
        terms = self._terms(text)
        counts = memoryview(terms.frequencies(False, False)).cast("d")
        return {word: int(n) for word, n in zip(terms.terms(), counts, strict=True) if len(word) >= self.min_length}

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_tables", "_own")}

    def _found(self, text: str, terms: kernel.Terms, top_k: int) -> list[Keyword]:
        """The best."""
        return terms.rank(Keyword, self._scores(terms), top_k)

    def _scores(self, terms: kernel.Terms) -> bytes:
        """A score for each term, as float64."""
        raise NotImplementedError

    def _terms(self, text: str) -> kernel.Terms:
        words, kinds = self._own.words(text)
        return kernel.Terms(text, words, *self._tables, kinds)

    @cached_property
    def _own(self) -> OwnTerms:
        """What the user's lists decide."""
        resources = resources_for(self.model)
        idf = None if self.idf is resources.idf else self.idf
        return OwnTerms(segmenter_for(model=self.segmenter, argument="segmenter"), idf, self.pos, resources.lexicon)

    @cached_property
    def _tables(self) -> tuple[kernel.Trie, kernel.Trie | None, bytes, kernel.Trie | None, bytes, int, int, int]:
        """The arguments of the kernel's ``Terms`` besides the words."""
        resources, idf = resources_for(self.model), self._idf
        return (
            resources.lexicon,
            None if idf is resources.idf else idf.trie.handle,
            idf.levels(self._smoothing),
            None if self.stopwords is None else _trie_of(self.stopwords),
            resources.letters,
            self._own.classes,
            self.min_length,
            LONGEST_KEYPHRASE if self.phrases else 1,
        )

    @property
    def _idf(self) -> Idf:
        return self.idf or resources_for(self.model).idf

    _smoothing = 1.0


def read_stopwords(path: str | os.PathLike[str]) -> list[str]:
    """The words of a file, one a line; blank lines and lines that begin with ``#`` and a space are skipped.

    Raises:
        OSError: the file cannot be read.
        FormatError: a line is not UTF-8.
    """
    words = []
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            try:
                word = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                raise errors.bad_line(path, number, f"not UTF-8 at byte {error.start} of the line") from None
            if word and not word.startswith("# "):
                words.append(word)
    return words


def _words_of(stopwords: Iterable[str] | os.PathLike[str]) -> list[str]:
    """The words, or those of a file."""
    if isinstance(stopwords, os.PathLike):
        return read_stopwords(stopwords)
    if isinstance(stopwords, str):
        raise errors.ArgumentError("stopwords must be words, or their file as a pathlib.Path, not one str")
    return errors.check_strings("stopwords", stopwords)


def _trie_of(words: Iterable[str]) -> kernel.Trie:
    return Trie.build(word for word in words if word).handle
