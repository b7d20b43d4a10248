"""Features of the segmenting taggers: one declared table of templates, merged by n-gram into streams.

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

The kernel computes the keys, for scoring (``core/tagger_scores.c``) and for training (``core/training_keys.c``) by
the same functions (``core/tagger_features.h``); :mod:`cnlp._kernel.reference.tagger_features` defines them.

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

from cnlp._kernel.layout import TAGGER_STREAMS
from cnlp.sequence.templates import NOTHING, Template

TEMPLATES = tuple(Template(*stream) for stream in TAGGER_STREAMS)


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
    """The evidence for a word, as one of ``EVIDENCE_CLASSES`` numbers; ``NOTHING`` without any evidence.

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
