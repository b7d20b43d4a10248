"""The hashes that find a key's place in the tables of a model file; C computes the same.

Values are 64 bits unless they say otherwise. A table has buckets or slots; the upper half of a hash, times their
number, chooses one, the lower half distinguishes keys (Lemire 2019 has the multiplication in place of a division).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp._kernel.layout import (
    ABSENT,
    COLUMN_ENDS,
    COLUMN_FIRST,
    COLUMN_LAST,
    COLUMN_PREFIX,
    COLUMN_SECOND,
    COLUMN_SHAPE,
    COLUMN_SUFFIX,
    COLUMN_WORD,
    DENSE_UNIT,
    ENTITY_MULTIPLIER,
    PAIR_LEFT_MULTIPLIER,
    PAIR_RIGHT_MULTIPLIER,
    POS_MULTIPLIER,
    POS_SEED,
    SMALLEST,
    TAGGER_MULTIPLIER,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

_MASK = (1 << 64) - 1
_NO_TYPE = 8


def bigram_hash(left: int, right: int) -> int:
    """Of a pair of words: the upper 32 bits choose the bucket, the 24 below are the fingerprint."""
    return (left * PAIR_LEFT_MULTIPLIER + right * PAIR_RIGHT_MULTIPLIER) & _MASK


def line_of(key: int, n_lines: int) -> int:
    """The cache line of a 32-bit key in a table of the segmenter.

    >>> line_of(1, 100)
    61
    """
    return (key * TAGGER_MULTIPLIER & 0xFFFFFFFF) * n_lines >> 32


def slot_of(key: int, size: int) -> int:
    """The first slot to be looked at in a table of the part-of-speech tagger."""
    return (key >> 32) * size >> 32


def stride_of(n_tags: int) -> int:
    """The weights or scores of a word in the part-of-speech tagger: one for each tag, in whole units.

    >>> stride_of(43)
    48
    """
    return -(-n_tags // DENSE_UNIT) * DENSE_UNIT


def mix(*parts: int) -> int:
    """The hash of a few numbers, one after another.

    >>> mix(1, 2) == mix(2, 1)
    False
    """
    value = 1
    for part in parts:
        value = (value ^ part) * ENTITY_MULTIPLIER & _MASK
        value ^= value >> 32
    return value


def column_hash(column: int, numbers: Iterable[int]) -> int:
    """The value of a column of a word: the hash of what it shows there."""
    value = (column + 1) * POS_SEED & _MASK
    for number in numbers:
        value = (value ^ number) * POS_MULTIPLIER & _MASK
        value ^= value >> 29
    return value | SMALLEST


def word_hash(codes: Sequence[int]) -> int:
    """The hash of a word: its column ``word``, and what tables know it by."""
    return column_hash(COLUMN_WORD, codes)


def form_columns(codes: Sequence[int], types: Sequence[int]) -> list[int]:
    """What the form of a word shows: the columns up to ``shape``.

    Args:
        codes: of its characters.
        types: of its characters, 0 to 7.
    """
    n = len(codes)
    size = min(n, 4)
    first, last = codes[0] if n else 0, codes[-1] if n else 0
    runs = [kind for kind, before in zip(types, [_NO_TYPE, *types], strict=False) if kind != before]
    prefixes = [[first], *(codes[:k] for k in (2, 3) if n > k)]
    suffixes = [[last], *(codes[: -k - 1 : -1] for k in (2, 3) if n > k)]
    absent = [ABSENT] * (3 - len(prefixes))
    return [
        word_hash(codes),
        *(column_hash(k, part) for k, part in enumerate(prefixes, COLUMN_PREFIX)),
        *absent,
        *(column_hash(k, part) for k, part in enumerate(suffixes, COLUMN_SUFFIX)),
        *absent,
        column_hash(COLUMN_FIRST, [size, first]),
        column_hash(COLUMN_LAST, [size, last]),
        column_hash(COLUMN_ENDS, [size, first, last]),
        column_hash(COLUMN_SECOND, [codes[1]]) if n > 2 else ABSENT,
        column_hash(COLUMN_SHAPE, [*runs[:4], size]),
    ]


def mix_keys(template: int, values: Iterable[Any]) -> Any:
    """The hash of a template's key: of numbers, or of arrays of uint64, which wrap around by themselves."""
    key: Any = (template + 1) * POS_SEED & _MASK
    for value in values:
        key = (value ^ key) * POS_MULTIPLIER
        key = key & _MASK
        key = key ^ key >> 32
    return key
