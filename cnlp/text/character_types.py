"""Types of characters as the taggers' features have them: eight, so that three fit into nine bits.

Coarser than the classes of :mod:`cnlp.text.characters`, and finer where segmentation needs it: the characters of
numbers and those of times are types of their own.
"""

from __future__ import annotations

from string import ascii_lowercase, digits

from cnlp.text.characters import HAN, HANGUL, KANA, LATIN, LETTER, char_class, class_ranges

TYPES = ("boundary", "digit", "latin", "number", "time", "han", "symbol", "letter")
_BOUNDARY, _DIGIT, _LATIN, _NUMBER, _TIME, _HAN, _SYMBOL, _LETTER = range(8)
_NUMBERS = frozenset("〇零○一二三四五六七八九十百千万亿两")
_TIMES = frozenset("年月日时分秒点")
_HAN_SIGNS = frozenset("々〆")


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
    return _HAN if char in _HAN_SIGNS else _type_of_class(char_class(char))


def character_types() -> bytearray:
    """The type of each code point, in order; those that fold to another have a type of their own.

    >>> types = character_types()
    >>> len(types), TYPES[types[ord("三")]]
    (1114112, 'number')
    """
    types = bytearray()
    for first, last, kind in class_ranges():
        types += bytes([_type_of_class(kind)]) * (last + 1 - first)
    for char in (*digits, *ascii_lowercase, *_NUMBERS, *_TIMES, *_HAN_SIGNS):
        types[ord(char)] = character_type(char)
    return types


def _type_of_class(kind: int) -> int:
    if kind == HAN:
        return _HAN
    return _LETTER if kind in (LATIN, LETTER, KANA, HANGUL) else _SYMBOL
