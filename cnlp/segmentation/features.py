"""What the segmenting taggers see: one declared table of templates, merged by n-gram into streams.

A *stream* gives every position q of a text at most one key (an n-gram, a lexicon match, ...), and the key
owns one row of weights: a score for every tag of every position ``q + low .. q + high``. The score of
tag t at position p is

    s(p, t) = sum over streams k, offsets d = low_k .. high_k of  W_k[key_k(p - d), d, t]

so the nine usual templates over c[-2] .. c[2] are two streams: decoding reads memory once per n-gram, not
once per template. Offsets, in characters:

    stream      key at q                                       speaks about   known as
    unigram     c[q]                                           q-2 .. q+2     c-2 c-1 c0 c1 c2
    bigram      c[q] c[q+1]                                    q-1 .. q+2     c-2c-1 c-1c0 c0c1 c1c2
    types       types of c[q-1] c[q] c[q+1]                    q              t-1t0t1
    repetition  which of c[q-2] .. c[q+2] are equal            q              c0=c-1, c0=c-2, c-1=c1 ...
    match2..8   evidence class of the word c[q] .. c[q+L-1]    q-1 .. q+L     word begins, covers, ends here
    cover       lengths of the longest words that begin        q
                at q, end at q and hold q inside
    char_cover  c[q] and cover                                 q

Characters are folded first (:func:`cnlp.text.normalise.normalise`), then all ASCII digits become one and
all ASCII letters become one; lexicon matches are looked up before that second step. Evidence for a word is
what is known of it apart from the sentence at hand: how often the corpora of this standard have it as a word
and how often as mere characters, how often all corpora have it, how frequent a general dictionary says it
is. In training the evidence leaves out the tenth of the corpus that the sentence is from; without that, every
training word is known, and the tagger learns to trust its lexicon more than new text bears out (-.013 F1).

Sources: character templates, Ng and Low 2004; repetition, Tseng et al. 2005; lexicon features, Zhang,
Zhou and Huang 2014, Sun, Wang and Li 2012. Cost: O(n) for text of n characters and a given list of matches.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from cnlp._kernel.layout import COVER_CLASSES, FIRST_HAN, LONGEST_MATCH, N_COVERS
from cnlp.sequence.templates import NOTHING, Template
from cnlp.text.character_types import TYPES, character_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    WordMatch: TypeAlias = tuple[int, int, int]  # start, length in characters, evidence class

BOUNDARY = 0  # the character before and behind a text

_BOUNDARY, _HAN = TYPES.index("boundary"), TYPES.index("han")
assert _HAN == FIRST_HAN

TEMPLATES = (
    Template("unigram", -2, 2),
    Template("bigram", -1, 2),
    Template("types", 0, 0),
    Template("repetition", 0, 0),
    *(Template(f"match{length}", -1, length) for length in range(2, LONGEST_MATCH + 1)),
    Template("cover", 0, 0),
    Template("char_cover", 0, 0),
)


def fold_classes(folded: str) -> str:
    """All ASCII digits as ``0``, all ASCII lower case letters as ``a``; of the same length.

    >>> fold_classes("t恤1998年")
    'a恤0000年'
    """
    return folded.translate(_CLASS_TABLE)


_CLASS_TABLE = {ord(digit): "0" for digit in "0123456789"} | {
    ord(letter): "a" for letter in "abcdefghijklmnopqrstuvwxyz"
}


# Upper ends of the bins of evidence.
COUNT_BINS = (1, 2, 5, 20)
RATIO_BINS = (0.3, 0.8, 0.97)
DICTIONARY_BINS = (0, 3, 4, 10, 50, 500)
NEVER_A_WORD = 15  # own bucket: seen at least twice, never as a word
EVIDENCE_CLASSES = 8 * 16 * 8


def evidence_class(own: int, occurrences: int, anywhere: int, dictionary: int = -1) -> int:
    """What is known of a word, as one of ``EVIDENCE_CLASSES`` numbers; ``NOTHING`` without any evidence.

    Args:
        own: how often the corpora of this standard have it as a word.
        occurrences: how often their text has its characters side by side, as a word or not.
        anywhere: how often the corpora of all standards have it as a word.
        dictionary: its frequency in the general dictionary, -1 where it is not in it.

    >>> evidence_class(0, 0, 0), evidence_class(7, 7, 9), evidence_class(0, 3, 0, dictionary=5)
    (-1, 67, 504)
    """
    if own <= 0 and anywhere <= 0 and dictionary < 0:
        return NOTHING
    if own > 0:
        share = bisect_right(RATIO_BINS, own / max(occurrences, 1))
        own_bucket = 1 + 4 * min(bisect_right(COUNT_BINS, own) - 1, 1) + share
    else:
        own_bucket = NEVER_A_WORD if occurrences >= 2 else 0
    general = bisect_right(DICTIONARY_BINS, dictionary)
    return (general * 16 + own_bucket) * 8 + bisect_right(COUNT_BINS, anywhere)


def covers(n: int, matches: Sequence[WordMatch]) -> list[int]:
    """The key of ``cover`` at each of n positions: 25 * begins + 5 * ends + inside, as length classes.

    A length class is 0 for no word, else the length less one, 4 at most.

    >>> covers(4, [(0, 2, 1), (0, 3, 1)])
    [50, 7, 10, 0]
    """
    begins, ends, inside = [0] * n, [0] * n, [0] * n
    for start, length, _ in matches:
        size = min(length, COVER_CLASSES) - 1
        begins[start] = max(begins[start], size)
        ends[start + length - 1] = max(ends[start + length - 1], size)
        for position in range(start + 1, start + length - 1):
            inside[position] = max(inside[position], size)
    return [(b * COVER_CLASSES + e) * COVER_CLASSES + i for b, e, i in zip(begins, ends, inside, strict=True)]


def repetition(window: str) -> int:
    """Which of five characters are equal, as six bits; 0 around a digit, a number or a letter a-z.

    >>> repetition("高高兴兴地"), repetition("一一一一一")
    (24, 0)
    """
    two, one, here, next_one, next_two = tuple(window)
    if character_type(here) < _HAN:
        return 0
    pairs = ((here, one), (here, two), (next_one, one), (one, two), (here, next_one), (here, next_two))
    return sum((left == right) << bit for bit, (left, right) in enumerate(pairs))


def observe(text: str, matches: Sequence[WordMatch]) -> dict[str, list[int]]:
    """The keys of every stream, the definition that the kernel and the trainer are tested against.

    Args:
        text: folded by ``normalise`` and :func:`fold_classes`.
        matches: words of 2 to 8 characters found in it, with their evidence classes.

    Returns:
        For each template n + 1 keys: of the boundary before the text, then of each of its n characters.

    >>> keys = observe("中国", [(0, 2, 67)])
    >>> keys["match2"], keys["unigram"] == [NOTHING, ord("中"), ord("国")]
    ([-1, 67, -1], True)
    >>> keys["bigram"] == [ord("中"), ord("中") << 21 | ord("国"), ord("国") << 21]
    True
    """
    n = len(text)
    points = [BOUNDARY, *map(ord, text), BOUNDARY]
    types = [_BOUNDARY, *map(character_type, text), _BOUNDARY]
    padded = f"\0\0{text}\0\0"
    cover = covers(n, matches)
    keys = {template.name: [NOTHING] * (n + 1) for template in TEMPLATES}
    keys["unigram"][1:] = points[1 : n + 1]
    keys["bigram"] = [left << 21 | right for left, right in pairwise(points)]
    keys["types"][1:] = [types[i] * 64 + types[i + 1] * 8 + types[i + 2] for i in range(n)]
    keys["repetition"][1:] = [repetition(padded[i : i + 5]) for i in range(n)]
    keys["cover"][1:] = cover
    keys["char_cover"][1:] = [ord(char) * N_COVERS + key for char, key in zip(text, cover, strict=True)]
    for start, length, evidence in matches:
        keys[f"match{length}"][start + 1] = evidence
    return keys
