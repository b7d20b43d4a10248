"""Analyzers for scikit-learn: objects that turn a text into its terms, ``TfidfVectorizer(analyzer=Analyzer())``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.keyphrases.extractor import Extractor
from cnlp.lazy import cached_property
from cnlp.types import Keyword

if TYPE_CHECKING:
    from collections.abc import Iterable


class Analyzer:
    """Terms of a text in their order, with repeats, each in the form of its first occurrence.

    Can be pickled, cloned and sent to other processes.

    Args:
        phrases: instead of words, words and the phrases that recur in the text.
        pos, stopwords, min_length: see :class:`cnlp.keyphrases.Extractor`.

    >>> Analyzer()("长江大桥横跨在长江上。")
    ['长江', '大桥', '横跨', '长江']
    """

    def __init__(
        self,
        *,
        phrases: bool = False,
        pos: Iterable[str] | None = None,
        stopwords: Iterable[str] | None = None,
        min_length: int = 2,
    ) -> None:
        self.phrases = phrases
        self.pos = None if pos is None else tuple(pos)
        self.stopwords = None if stopwords is None else tuple(stopwords)
        self.min_length = min_length

    def __call__(self, text: str) -> list[str]:
        """The terms of a text.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        if not isinstance(text, str):
            raise errors.not_text(text)
        terms = self._extractor._terms(text)
        found = terms.rank(Keyword, terms.frequencies(False, False), len(text))
        places = sorted((start, -end, keyword.text) for keyword in found for start, end in keyword.spans)
        names, reached = [], 0
        for _, minus_end, name in places:
            if -minus_end > reached:  # not within a phrase
                names.append(name)
                reached = -minus_end
        return names

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "_extractor"}

    @cached_property
    def _extractor(self) -> Extractor:
        return Extractor(phrases=self.phrases, pos=self.pos, stopwords=self.stopwords, min_length=self.min_length)
