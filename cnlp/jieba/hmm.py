"""The HMM for text that the dictionary does not cover: jieba's tables in the kernel's form."""

from __future__ import annotations

from array import array
from functools import cache

from cnlp.jieba import data
from cnlp.jieba._prefix.layout import FIRST_HAN, N_HAN

_TAGS = "BEMS"  # in the order that decides ties
IMPOSSIBLE = -3.14e100


@cache
def tables() -> bytes:
    """Log probabilities as doubles: start[4], transitions[4][4], emissions[Han character][4]."""
    start, steps, emissions = (data.table("finalseg", f"prob_{name}") for name in ("start", "trans", "emit"))
    numbers = array("d", (start[tag] for tag in _TAGS))
    numbers.extend(steps[tag].get(following, IMPOSSIBLE) for tag in _TAGS for following in _TAGS)
    rows = array("d", [IMPOSSIBLE]) * (4 * N_HAN)
    for column, tag in enumerate(_TAGS):
        for char, value in emissions[tag].items():
            place = ord(char) - FIRST_HAN
            if 0 <= place < N_HAN:
                rows[4 * place + column] = value
    return (numbers + rows).tobytes()
