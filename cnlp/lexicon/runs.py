"""Runs of letters and digits, inside which no match of a lexicon begins or ends."""

from __future__ import annotations

import re
from functools import cache

from cnlp.text.characters import DIGIT, LATIN, LETTER, char_class, class_ranges

_CLASSES = (DIGIT, LATIN, LETTER)


def is_inside_run(text: str, position: int) -> bool:
    """Are there letters or digits on both sides of the position?

    >>> is_inside_run("用ｉＰ15", 2), is_inside_run("用ｉＰ15", 1)
    (True, False)
    """
    return 0 < position < len(text) and _is_of_run(text[position - 1]) and _is_of_run(text[position])


def inside_runs(text: str) -> bytearray | None:
    """For each position from 0 to the length of the text, whether :func:`is_inside_run` holds.

    Returns:
        One byte for each position; ``None`` if it holds nowhere, as in most sentences.

    >>> list(inside_runs("用ｉＰ15")), inside_runs("用A和1")
    ([0, 0, 1, 1, 1, 0], None)
    """
    runs = _runs()
    if runs.search(text) is None:
        return None
    inside = bytearray(len(text) + 1)
    for match in runs.finditer(text):
        start, end = match.start() + 1, match.end()
        inside[start:end] = b"\x01" * (end - start)
    return inside


@cache
def _runs() -> re.Pattern[str]:
    """Two characters of a run or more."""
    ranges = [f"{chr(first)}-{chr(last)}" for first, last, value in class_ranges() if value in _CLASSES and first > 127]
    return re.compile(f"[0-9A-Za-z{''.join(ranges)}]{{2,}}")


def _is_of_run(char: str) -> bool:
    return char.isalnum() if char.isascii() else char_class(char) in _CLASSES
