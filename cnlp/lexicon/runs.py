"""Runs of letters and digits, inside which no match of a lexicon begins or ends."""

from __future__ import annotations

from cnlp.text.characters import DIGIT, LATIN, LETTER, char_class

_CLASSES = (DIGIT, LATIN, LETTER)


def is_inside_run(text: str, position: int) -> bool:
    """Do letters or digits stand on both sides of the position?

    >>> is_inside_run("用ｉＰ15", 2), is_inside_run("用ｉＰ15", 1)
    (True, False)
    """
    return 0 < position < len(text) and _is_of_run(text[position - 1]) and _is_of_run(text[position])


def _is_of_run(char: str) -> bool:
    return char.isalnum() if char.isascii() else char_class(char) in _CLASSES
