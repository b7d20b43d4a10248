"""The alphabet of a trie: from code points to small codes, through the folding.

A two-level table: ``codes[pages[point >> 8] << 8 | point & 255]``. A character and everything that
folds to it (full width, capital, Traditional) get the same code, so that a trie matches folded text
without anyone folding it. Code 0: the character is in no word.
"""

from __future__ import annotations

from cnlp import errors
from cnlp._kernel.layout import CODE_POINT_PAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_CODES = 0xFFFF


def assign_codes(words: Iterable[str], *, ranked: bool = True) -> dict[int, int]:
    """Codes from 1 on for the code points of the words.

    Args:
        words: folded words.
        ranked: the most frequent first, so that they lie side by side in the trie, which keeps it in
            the cache; else by code point, which takes less time.

    Raises:
        ArgumentError: there are more than 65,535 different characters.

    >>> assign_codes(["中国", "国"])
    {22269: 1, 20013: 2}
    """
    text = "".join(words)
    if ranked:
        from collections import Counter

        counts = Counter(text)
        chars = sorted(counts, key=lambda char: (-counts[char], char))
    else:
        chars = sorted(set(text))
    if len(chars) > MAX_CODES:
        raise errors.ArgumentError(f"a lexicon can hold {MAX_CODES} different characters at most")
    return {ord(char): code for code, char in enumerate(chars, 1)}


def pack_alphabet(codes: Mapping[int, int], fold: Mapping[int, int]) -> tuple[bytes, bytes]:
    """The two levels as arrays of uint16.

    Args:
        codes: code of each folded code point.
        fold: folded code point of every code point that folding changes.
    """
    coded = dict(codes)
    coded.update((point, codes[target]) for point, target in fold.items() if target in codes)
    starts = {page: start << 8 for start, page in enumerate(dict.fromkeys(point >> 8 for point in coded), 1)}
    pages, cells = bytearray(2 * CODE_POINT_PAGES), bytearray(2 * 256 * (1 + len(starts)))
    page_numbers, numbers = memoryview(pages).cast("H"), memoryview(cells).cast("H")
    for page, start in starts.items():
        page_numbers[page] = start >> 8
    for point, code in coded.items():
        numbers[starts[point >> 8] | point & 255] = code
    return bytes(pages), bytes(cells)


def unpack_alphabet(pages: bytes, cells: bytes, fold: Mapping[int, int]) -> dict[int, int]:
    """The codes that :func:`pack_alphabet` was given: those of the folded code points."""
    page, cell = memoryview(pages).cast("H"), memoryview(cells).cast("H")
    return {
        block << 8 | low: cell[start << 8 | low]
        for block, start in enumerate(page)
        if start
        for low in range(256)
        if cell[start << 8 | low] and (block << 8 | low) not in fold
    }
