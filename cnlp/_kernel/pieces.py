"""Where a text is cut into the pieces in which entities are sought; entities.c has the same rule."""

from __future__ import annotations

from cnlp._kernel.layout import PIECE_LENGTH, SOFT_LENGTH

_ENDS = frozenset("。！？!?\n\r")
_SOFT_ENDS = frozenset("，、；：,;: \t\u3000")


def piece_ends(text: str) -> list[int]:
    """Where the pieces of a text end: after 。！？ and line breaks, in long ones after a comma.

    >>> piece_ends("他来了。你呢？好"), piece_ends("")
    ([4, 7, 8], [])
    """
    ends, start = [], 0
    for position, char in enumerate(text, 1):
        length = position - start
        soft = length >= SOFT_LENGTH and char in _SOFT_ENDS
        if char in _ENDS or soft or length == PIECE_LENGTH or position == len(text):
            ends.append(position)
            start = position
    return ends
