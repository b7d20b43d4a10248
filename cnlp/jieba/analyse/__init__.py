"""``jieba.analyse``: keywords by TF-IDF and TextRank with jieba's words, weights and order.

The better keywords are those of :func:`cnlp.keywords`; these are for programs that count on jieba's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from cnlp import errors
from cnlp.jieba import data, dt, posseg
from cnlp.jieba._prefix import Dictionary, count_candidates, text_rank
from cnlp.jieba.posseg import POSTokenizer
from cnlp.jieba.tokenizer import Tokenizer

DAMPING, ROUNDS, SPAN = 0.85, 10, 5


class Idf(Mapping[str, float]):
    """Inverse document frequencies of words; others have the median.

    >>> idf = Idf({"北京": 4.5, "大学": 5.5})
    >>> idf["北京"], idf.get("学"), idf.median, idf.of_words(["北京", "学"])
    (4.5, None, 5.5, [4.5, 5.5])
    """

    def __init__(self, table: Mapping[str, float]) -> None:
        self.median = sorted(table.values())[len(table) // 2]
        self._size = len(table)
        self._values = [self.median, *dict.fromkeys(table.values())]
        numbers = {value: number for number, value in enumerate(self._values[1:], 1)}
        self._numbers = Dictionary()  # half the memory of a dict, and asked for many words in less time
        for word, value in table.items():
            self._numbers.set(word, numbers[value])

    def __getitem__(self, word: str) -> float:
        number = self._numbers.get(word)
        if not number:
            raise KeyError(word)
        return self._values[number]

    def __iter__(self) -> Iterator[str]:
        return (word for word, number in self._numbers.items() if number)

    def __len__(self) -> int:
        return self._size

    def of_words(self, words: list[str]) -> list[float]:
        """The value of each word."""
        return [self._values[number] for number in self._numbers.get_each(words)]


class KeywordExtractor:
    """What both methods share: stop words, and the choice of the best."""

    # fmt: off
    STOP_WORDS = frozenset([
        "the", "of", "is", "and", "to", "in", "that", "we", "for", "an", "are", "by", "be", "as", "on", "with", "can",
        "if", "from", "which", "you", "it", "this", "then", "at", "have", "all", "not", "one", "has", "or",
    ])
    # fmt: on

    def __init__(self) -> None:
        self.stop_words = set(self.STOP_WORDS)

    def set_stop_words(self, stop_words_path: str) -> None:
        """Add the words of a file, one a line.

        Raises:
            OSError: the file cannot be read.
            EncodingError: it is not UTF-8.
        """
        self.stop_words.update(_read(stop_words_path).splitlines())

    def _count(self, terms: list[Any], are_pairs: bool) -> dict[Any, int]:
        """Those that may be keywords, in the order of the text, with how often they occur."""
        return count_candidates(terms, [term.word for term in terms] if are_pairs else terms, self.stop_words)


class TFIDF(KeywordExtractor):
    """Frequency in the text times inverse document frequency.

    Args:
        idf_path: lines of ``word idf``; ``None``: jieba's table.

    >>> TFIDF().extract_tags("北京大学的学生在北京大学读书", topK=2)
    ['北京大学', '读书']
    """

    def __init__(self, idf_path: str | None = None) -> None:
        super().__init__()
        self.tokenizer: Tokenizer = dt
        self.postokenizer: POSTokenizer = posseg.dt
        self._path = idf_path
        self._idf: Idf | None = None

    @property
    def median_idf(self) -> float:
        """What words have that the table lacks."""
        return self.idf_freq.median

    @property
    def idf_freq(self) -> Idf:
        """Inverse document frequencies, read when they are first asked for."""
        if self._idf is None:
            if self._path:
                self._read_idf(self._path)
            else:
                self._idf = Idf(data.idf())
        assert self._idf is not None
        return self._idf

    def set_idf_path(self, idf_path: str) -> None:
        """Take the table of this file.

        Raises:
            OSError: it cannot be read.
            FormatError: a line is not ``word idf``.
        """
        self._read_idf(idf_path)

    def _read_idf(self, path: str) -> None:
        table: dict[str, float] = {}
        for number, line in enumerate(_read(path).splitlines(), 1):
            try:
                word, value = line.strip().split(" ")
                table[word] = float(value)
            except ValueError:
                raise errors.bad_line(path, number, f"want 'word idf', got {line!r}") from None
        if not table:
            raise errors.bad_line(path, 1, "the table is empty; want 'word idf'")
        self._path = path
        self._idf = Idf(table)

    def extract_tags(
        self,
        sentence: str | bytes,
        topK: int | None = 20,
        withWeight: bool = False,
        allowPOS: Iterable[str] = (),
        withFlag: bool = False,
    ) -> list[Any]:
        """The keywords of a text, the best first.

        Args:
            sentence: the text.
            topK: how many; ``None``: all.
            withWeight: pairs of word and weight.
            allowPOS: only words with these parts of speech.
            withFlag: with ``allowPOS``: words as ``pair``, with their part of speech.
        """
        allowed = frozenset(allowPOS)
        terms: list[Any]
        if allowed:
            words = self.postokenizer.lcut(sentence)
            terms = [word if withFlag else word.word for word in words if word.flag in allowed]
        else:
            terms = self.tokenizer.lcut(sentence)
        are_pairs = bool(allowed) and withFlag
        counts = self._count(terms, are_pairs)
        values = self.idf_freq.of_words([term.word for term in counts] if are_pairs else list(counts))
        total = float(sum(counts.values()))
        weights = [(term, count * (value / total)) for (term, count), value in zip(counts.items(), values, strict=True)]
        return _best(weights, topK, withWeight)


class TextRank(KeywordExtractor):
    """Rank of words in the graph of neighbouring words (Mihalcea and Tarau 2004), as jieba computes it.

    >>> TextRank().textrank("线程与进程：线程是程序的一部分，进程是程序的执行", topK=2)
    ['进程', '程序']
    """

    def __init__(self) -> None:
        super().__init__()
        self.tokenizer = self.postokenizer = posseg.dt
        self.pos_filt = frozenset(("ns", "n", "vn", "v"))
        self.span = SPAN

    def textrank(
        self,
        sentence: str | bytes,
        topK: int | None = 20,
        withWeight: bool = False,
        allowPOS: Iterable[str] = ("ns", "n", "vn", "v"),
        withFlag: bool = False,
    ) -> list[Any]:
        """The keywords of a text, the best first; arguments as in :meth:`TFIDF.extract_tags`."""
        self.pos_filt = frozenset(allowPOS)
        words = self.tokenizer.lcut(sentence)
        candidates = self._count([word.word for word in words if word.flag in self.pos_filt], False)
        with_flag = bool(self.pos_filt) and withFlag
        terms: list[Any] = [
            (word if with_flag else word.word) if word.flag in self.pos_filt and word.word in candidates else None
            for word in words
        ]
        return _best(text_rank(terms, self.span, DAMPING, ROUNDS).items(), topK, withWeight)

    extract_tags = textrank


def _best(weights: Iterable[tuple[Any, float]], top: int | None, with_weight: bool) -> list[Any]:
    ranked = sorted(weights, key=itemgetter(1), reverse=True)
    if top:
        del ranked[top:]
    return ranked if with_weight else [term for term, _ in ranked]


def _read(path: str | os.PathLike[str]) -> str:
    with open(path, "rb") as file:
        content = file.read()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise errors.undecodable(path, "utf-8", error.start, content, errors.SAVE_AS_UTF8) from None


default_tfidf = TFIDF()
default_textrank = TextRank()
extract_tags = tfidf = default_tfidf.extract_tags
set_idf_path = default_tfidf.set_idf_path
textrank = default_textrank.extract_tags


def set_stop_words(stop_words_path: str) -> None:
    """Add the stop words of a file to both methods."""
    default_tfidf.set_stop_words(stop_words_path)
    default_textrank.set_stop_words(stop_words_path)


def __getattr__(name: str) -> Any:
    """``ChineseAnalyzer``, which needs Whoosh."""
    if name != "ChineseAnalyzer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cnlp.jieba.analyse.analyzer import ChineseAnalyzer

    return ChineseAnalyzer
