"""``jieba.analyse.analyzer``: Chinese text in Whoosh, the search engine in Python. Needs whoosh-reloaded.

>>> [token.text for token in ChineseAnalyzer()("我的朋友来到清华大学，12 Miles")]
['我', '朋友', '来到', '清华', '华大', '大学', '清华大学', '12', 'mile']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from cnlp import errors
from cnlp.jieba import dt

try:
    from whoosh.analysis import LowercaseFilter, StemFilter, StopFilter, Token, Tokenizer
    from whoosh.lang.porter import stem
except ImportError as error:
    raise errors.MissingDependencyError(
        f"ChineseAnalyzer needs whoosh: pip install whoosh-reloaded ({error})"
    ) from None

# fmt: off
STOP_WORDS = frozenset([
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "have", "if", "in", "is", "it", "may", "not",
    "of", "on", "or", "tbd", "that", "the", "this", "to", "us", "we", "when", "will", "with", "yet", "you", "your",
    "的", "了", "和",
])
# fmt: on
_HAN = re.compile("[\u4e00-\u9fd5]")


class ChineseTokenizer(Tokenizer):
    """The words of a text for an index, without single characters that are not Chinese."""

    def __call__(self, text: str, **options: Any) -> Iterator[Token]:
        """One token object, filled in anew for each word, as Whoosh wants it."""
        token = Token()
        for word, start, end in dt.tokenize(text, mode="search"):
            if len(word) > 1 or _HAN.match(word):
                token.original = token.text = word
                token.pos = token.startchar = start
                token.endchar = end
                yield token


def ChineseAnalyzer(
    stoplist: Collection[str] = STOP_WORDS,
    minsize: int = 1,
    stemfn: Callable[[str], str] = stem,
    cachesize: int = 50000,
) -> Any:
    """An analyzer for a field of Whoosh: words of Chinese, stems of English, in small letters, without stop words."""
    stop, stems = StopFilter(stoplist=stoplist, minsize=minsize), StemFilter(stemfn=stemfn, cachesize=cachesize)
    return ChineseTokenizer() | LowercaseFilter() | stop | stems
