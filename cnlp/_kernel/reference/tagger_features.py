"""The keys of the segmenter's streams: the definition, which the twins run and C is tested against.

:mod:`cnlp.segmentation.features` describes the streams. A symbol is a class-folded character: its code in a model's
alphabet where a text is scored, its code point in training, ``BOUNDARY`` outside of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from cnlp._kernel.layout import COVER_CLASSES, FIRST_HAN_TYPE, N_COVERS, NOTHING, POINT_BITS, TAGGER_STREAMS

if TYPE_CHECKING:
    from typing import TypeAlias

    WordMatch: TypeAlias = tuple[int, int, int]  # start, length in characters, evidence class

BOUNDARY = 0  # the symbol and the type before and after a text


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


def repetition(window: Sequence[object], kind: int) -> int:
    """Which of five characters are equal, as six bits; 0 around a digit, a number or a letter a-z.

    Args:
        window: anything that is equal where the characters are.
        kind: type of the third of them.

    >>> repetition("高高兴兴地", FIRST_HAN_TYPE), repetition("一一一一一", FIRST_HAN_TYPE - 1)
    (24, 0)
    """
    if kind < FIRST_HAN_TYPE:
        return 0
    two, one, here, next_one, next_two = window
    pairs = ((here, one), (here, two), (next_one, one), (one, two), (here, next_one), (here, next_two))
    return sum((left == right) << bit for bit, (left, right) in enumerate(pairs))


def observe(
    symbols: Sequence[int],
    types: Sequence[int],
    matches: Sequence[WordMatch],
    same: Sequence[int] | None = None,
    symbol_bits: int = POINT_BITS,
) -> dict[str, list[int]]:
    """The keys of every stream.

    Args:
        symbols: of each character of a text.
        types: of each character (:mod:`cnlp.text.character_types`).
        matches: words of 2 to 8 characters found in it, with their evidence classes.
        same: numbers that are equal where characters are, if symbols are not.
        symbol_bits: bits of the largest symbol.

    Returns:
        For each stream n + 1 keys: of the boundary before the text, then of each of its n characters.

    >>> keys = observe([7, 8], [5, 5], [(0, 2, 67)])
    >>> keys["match2"], keys["unigram"]
    ([-1, 67, -1], [-1, 7, 8])
    >>> keys["bigram"] == [7, 7 << 21 | 8, 8 << 21]
    True
    """
    n = len(symbols)
    kinds = [BOUNDARY, *types, BOUNDARY]
    equal = [BOUNDARY] * 2 + list(symbols if same is None else same) + [BOUNDARY] * 2
    cover = covers(n, matches)
    keys = {name: [NOTHING] * (n + 1) for name, _, _ in TAGGER_STREAMS}
    keys["unigram"][1:] = symbols
    keys["bigram"] = [left << symbol_bits | right for left, right in pairwise([BOUNDARY, *symbols, BOUNDARY])]
    keys["types"][1:] = [kinds[i] * 64 + kinds[i + 1] * 8 + kinds[i + 2] for i in range(n)]
    keys["repetition"][1:] = [repetition(equal[i : i + 5], kind) for i, kind in enumerate(types)]
    keys["cover"][1:] = cover
    keys["char_cover"][1:] = [symbol * N_COVERS + key for symbol, key in zip(symbols, cover, strict=True)]
    for start, length, evidence in matches:
        keys[f"match{length}"][start + 1] = evidence
    return keys
