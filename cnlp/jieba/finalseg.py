"""``jieba.finalseg``: words by the HMM alone, for text that the dictionary does not cover."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnlp.jieba import data, dt
from cnlp.jieba._prefix import Dictionary, layout
from cnlp.jieba.data import decoded

_HAN = re.compile("([\u4e00-\u9fd5]+)")
_LETTERS = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_NO_WORDS = Dictionary()

add_force_split = dt.add_force_split


def cut(sentence: str | bytes) -> Iterator[str]:
    """The words of a text, one after the other.

    >>> list(cut("韩玉赏鉴，3.5%的人"))
    ['韩玉赏', '鉴', '，', '3.5%', '的', '人']
    """
    for number, part in enumerate(_HAN.split(decoded(sentence))):
        if number % 2:
            yield from _NO_WORDS.cut(part, 0.0, layout.WITH_HMM, False, data.hmm(), dt.forced) or ()
        else:
            yield from filter(None, _LETTERS.split(part))
