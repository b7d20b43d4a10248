"""Words whose form decides their part of speech: signs, numbers, dates, addresses, foreign letters.

The patterns of running text (:mod:`cnlp.text.patterns`) say which tags a word of their form can have: 18:00 is
``t``, a@b.com ``nx``. A word of signs alone (punctuation, symbols, arrows, emoji) is ``w``. Words that the training
corpus has with another tag keep that one too (℃ ``q``, ① ``m``), so context decides between them.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

SIGN_TAGS = ("w",)


def closed_tags(word: str) -> tuple[str, ...]:
    """The only tags that a word of this form can have; empty: any.

    >>> [closed_tags(word) for word in ("😂", "18:00", "a@b.com", "北京")]
    [('w',), ('t',), ('nx',), ()]
    """
    from cnlp.text.characters import DIGIT, HANGUL, char_class
    from cnlp.text.scanner import find_patterns

    if not any(DIGIT <= char_class(char) <= HANGUL for char in word):
        return SIGN_TAGS
    whole = [match.pattern for match in find_patterns(word) if (match.start, match.end) == (0, len(word))]
    return whole[0].tags if whole else ()


def pack_closed_tags(tags: Sequence[str], pattern_tags: Iterable[Collection[str]]) -> bytes:
    """For the kernel, uint64 for each pattern and one for signs: bits of the tags that its words can have; 0: any."""
    return array("Q", [as_bits(tags, names) for names in (*pattern_tags, SIGN_TAGS)]).tobytes()


def as_bits(tags: Sequence[str], names: Collection[str]) -> int:
    """A set of tags as bits, without those that are not in ``tags``.

    >>> as_bits(("n", "v", "w"), ("w", "x"))
    4
    """
    return sum(1 << tags.index(name) for name in names if name in tags)
