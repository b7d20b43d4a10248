"""Types of characters as the taggers' features have them: eight, so that three fit into nine bits.

Coarser than the classes of :mod:`cnlp.text.characters`, and finer where segmentation needs it: the characters of
numbers and those of times are types of their own.
"""

from __future__ import annotations

from cnlp.text.characters import HAN, HANGUL, KANA, LATIN, LETTER, char_class

TYPES = ("boundary", "digit", "latin", "number", "time", "han", "symbol", "letter")
_BOUNDARY, _DIGIT, _LATIN, _NUMBER, _TIME, _HAN, _SYMBOL, _LETTER = range(8)
_NUMBERS = frozenset("〇零○一二三四五六七八九十百千万亿两")
_TIMES = frozenset("年月日时分秒点")


def character_type(char: str) -> int:
    """Index into ``TYPES`` of a folded character.

    >>> [TYPES[character_type(char)] for char in "a三年国，😂か"]
    ['latin', 'number', 'time', 'han', 'symbol', 'symbol', 'letter']
    """
    if "0" <= char <= "9":
        return _DIGIT
    if "a" <= char <= "z":
        return _LATIN
    if char in _NUMBERS:
        return _NUMBER
    if char in _TIMES:
        return _TIME
    kind = char_class(char)
    if kind == HAN or char in "々〆":
        return _HAN
    return _LETTER if kind in (LATIN, LETTER, KANA, HANGUL) else _SYMBOL
