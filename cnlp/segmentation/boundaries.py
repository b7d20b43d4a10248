"""Where a listed name or term may begin and end in a text: where a word of the segmenter may.

A match between the borders of words (马云 in 马云/说) is a name, a match across them (马云 in 骑马/云游) is not. Inside
one longer word it is a name if the segmenter could have segmented there:

* the standard of Universal Dependencies, which splits compounds, splits there: 北京 in 北京市, but not 李明 in 李明亮,
  which it splits 李/明亮;
* or splitting the word there is nearly as good in the sentence: 李明 in 李明明/天.

What the lexicon does not have is often segmented wrongly. Such a name is one, even across the borders of words, if
segmenting it there is not much worse: 昌合城 in 昌合/城外. Names also begin and end at the dots of foreign names, and
at the words within topics (#华为发布会#) and mentions.

All these are margins of a tagger: how much better the best segmentation with both borders is than the best without one
of them, in nats. The limits were chosen on the dev parts of public sets, with their own words as names, and on
hand-written sentences. Cost: O(n) for the words of a text of n characters; a margin reads a word or name of at most
``LONGEST`` characters and ``CONTEXT`` characters on each side.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any

from cnlp._kernel.layout import N_TAGS, NO_BOUNDARY, TAG_B, TAG_E, TAG_M, TAG_S
from cnlp.lexicon import Lexicon, load_lexicon
from cnlp.segmentation import Segmenter
from cnlp.segmentation.tagger import DEFAULT_STANDARD
from cnlp.text.normalise import INTERPUNCTS

FINE_STANDARD = "ud"
SURE, NEAR = 1.75, -1.75  # least margins of the fine standard, and of the default one in the sentence
UNKNOWN = {2: -2.0, 3: -6.0}  # least margin of a name that the lexicon does not have, by its characters, or fewer
LONGEST = 16
CONTEXT = 8
SIGNS = "#@＃＠"  # topics and mentions begin with one
_DOT = re.compile(f"[·{INTERPUNCTS}]")
_IMPOSSIBLE = -(10**12)


class Boundaries:
    """The words of one text.

    Args:
        text: any str.
        words: its words; those of the default segmenter if ``None``.

    >>> words = Boundaries("马云骑马云游四方")
    >>> words.allow(0, 2), words.allow(3, 5)
    (True, False)
    """

    def __init__(self, text: str, words: Iterable[str] | None = None) -> None:
        self._text = text
        words = _segmenter(DEFAULT_STANDARD).segment(text) if words is None else words
        if any(sign in text for sign in SIGNS):
            words = [part for word in words for part in _parts(word)]
        self._ends = [0, *accumulate(map(len, words))]
        self._borders = frozenset(self._ends).union(*(match.span() for match in _DOT.finditer(text)))

    def allow(self, start: int, end: int) -> bool:
        """May a name begin and end there?"""
        if start in self._borders and end in self._borders:
            return True
        first = self._ends[bisect_right(self._ends, start) - 1]
        last = self._ends[bisect_left(self._ends, end)]
        is_in_one = bisect_left(self._ends, end) == bisect_right(self._ends, start)
        least = UNKNOWN.get(min(end - start, 3)) if self._text[start:end] not in _lexicon() else None
        if not (is_in_one or least):
            return False
        if last - first > LONGEST:
            return not is_in_one
        if is_in_one and margin(FINE_STANDARD, self._text[first:last], start - first, end - first) >= SURE:
            return True
        left = max(0, first - CONTEXT)
        found = margin(DEFAULT_STANDARD, self._text[left : last + CONTEXT], start - left, end - left)
        return found >= (least or NEAR)


@lru_cache(maxsize=1 << 14)
def margin(standard: str, text: str, start: int, end: int) -> float:
    """How much better the best segmentation with borders at both places is than the best without one, in nats.

    Minus infinity where a pattern, such as that of addresses, forbids one.

    >>> margin("ud", "北京市", 0, 2) > 0, margin("ud", "李明亮", 0, 2) > 0
    (True, False)
    """
    segmenter = _segmenter(standard)
    model = segmenter.tagger
    assert model is not None
    flags, _ = segmenter.kernel.constraints(text, None)
    if (flags[start] | flags[end]) & NO_BOUNDARY:
        return float("-inf")
    scores: Any = memoryview(model.tagger.scores(text)).cast("h", (len(text), N_TAGS)).tolist()
    steps: Any = memoryview(model.tagger.transitions).cast("i", (N_TAGS, N_TAGS)).tolist()
    inner = [place for place in (start, end) if 0 < place < len(text)]
    without = max((_best(scores, steps, (), (place,)) for place in inner), default=_IMPOSSIBLE)
    return (_best(scores, steps, inner, ()) - without) * model.unit / model.temperature


def _best(scores: list[list[int]], steps: list[list[int]], borders: Collection[int], joints: Collection[int]) -> int:
    """The score of the best tags (Viterbi 1967) with these borders of words, and none at the joints."""
    of_b, of_m, of_e, of_s = steps
    b, m, e, s = scores[0][TAG_B], _IMPOSSIBLE, _IMPOSSIBLE, scores[0][TAG_S]
    for place in range(1, len(scores)):
        row = scores[place]
        b, m, e, s = (
            row[TAG_B] + max(e + of_e[TAG_B], s + of_s[TAG_B]),
            row[TAG_M] + max(b + of_b[TAG_M], m + of_m[TAG_M]),
            row[TAG_E] + max(b + of_b[TAG_E], m + of_m[TAG_E]),
            row[TAG_S] + max(e + of_e[TAG_S], s + of_s[TAG_S]),
        )
        if place in borders:
            m = e = _IMPOSSIBLE
        elif place in joints:
            b = s = _IMPOSSIBLE
    return max(e, s)


def _parts(word: str) -> list[str]:
    """The words in a topic or a mention; another word by itself."""
    if len(word) == 1 or word[0] not in SIGNS:
        return [word]
    return [word[0], *_segmenter(DEFAULT_STANDARD).segment(word[1:])]


@cache
def _lexicon() -> Lexicon:
    return load_lexicon()


@cache
def _segmenter(standard: str) -> Segmenter:
    return Segmenter(standard=standard)
