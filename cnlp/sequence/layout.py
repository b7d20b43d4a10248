"""Pack a tagger's weights into the arrays that the kernel reads; FORMAT.md, beside this file, describes them.

Hash tables are laid out in buckets of one cache line, so that decoding reads memory once for each n-gram.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence

from cnlp._kernel.hashes import line_of, slot_of
from cnlp._kernel.layout import BIGRAM_BUCKET, CODE_POINT_PAGES, COVER_BUCKET, LINE, N_COVERS, N_MARKS
from cnlp.text.character_types import TYPES, character_type, character_types
from cnlp.text.normalise import fold_table

FIRST_CODE = 1 + len(TYPES)  # 0 is the boundary, then one code for the unseen characters of each type
_LOAD = 0.4  # at .6 a fifth of the lines spill over, which costs 2 to 5 % of the speed
_NO_MARKS: Mapping[int, int] = {}
_LOAD_OF_PAIRS = 0.7


def bigram_key(left: int, right: int) -> int:
    """The key of two class-folded codes."""
    return left << 16 | right


def cover_key(code: int, cover: int) -> int:
    """The key of a class-folded code and a cover of :func:`cnlp.segmentation.features.covers`."""
    return code * N_COVERS + cover + 1


def pack_tagger_alphabet(characters: Iterable[str]) -> tuple[dict[str, int], bytes, bytes]:
    """Codes of the folded characters in the order given, and the tables ``pages`` and ``codes``.

    Characters that fold to one of them get its code; all others get that of their type.

    >>> codes, pages, cells = pack_tagger_alphabet("中国")
    >>> codes, len(pages)
    ({'中': 9, '国': 10}, 8704)
    """
    codes = {char: FIRST_CODE + k for k, char in enumerate(characters)}
    code_of = array("H", (1 + kind for kind in character_types()))  # of an unseen character
    for char, code in codes.items():
        code_of[ord(char)] = code
    for point, folded in fold_table().items():
        code_of[point] = code_of[folded]
    pages, cells, known = array("H"), array("H"), dict[bytes, int]()
    for page in range(CODE_POINT_PAGES):
        block = code_of[page << 8 : (page + 1) << 8].tobytes()
        if block not in known:
            known[block] = len(cells) >> 8
            cells.frombytes(block)
        pages.append(known[block])
    return codes, pages.tobytes(), cells.tobytes()


def per_code(codes: Mapping[str, int]) -> tuple[bytes, bytes]:
    """The tables ``class_fold`` and ``types`` of an alphabet that has ``0`` and ``a`` if any digit or letter."""
    fold, types = array("H", range(FIRST_CODE + len(codes))), bytearray(FIRST_CODE + len(codes))
    types[1:FIRST_CODE] = bytes(range(len(TYPES)))
    for char, code in codes.items():
        types[code] = character_type(char)
        if "0" <= char <= "9":
            fold[code] = codes["0"]
        elif "a" <= char <= "z":
            fold[code] = codes["a"]
    return fold.tobytes(), bytes(types)


def marks_of(layers: Iterable[Iterable[int]]) -> dict[int, int]:
    """Which of the standards after ``general``, in their order, have a row for a key: bit n % 8 for the n-th.

    >>> marks_of([[5, 7], [7]])
    {5: 1, 7: 3}
    """
    marks: dict[int, int] = {}
    for number, keys in enumerate(layers):
        for key in keys:
            marks[key] = marks.get(key, 0) | 1 << number % N_MARKS
    return marks


def pack_bigrams(rows: Mapping[int, Sequence[int]], marks: Mapping[int, int] = _NO_MARKS) -> bytes:
    """Buckets of three: keys u32[3], spill u8, marks u8[3], rows i8[3][16]; rows by :func:`bigram_key`.

    Args:
        rows: the rows by key, those that are looked up most first: they lie where they are looked for.
        marks: of ``general``, what :func:`marks_of` says; a key without a row gets one of zeros.
    """
    everything = {**rows, **{key: bytes(16) for key in marks if key not in rows}}
    buckets = _fill(everything, BIGRAM_BUCKET)
    spill = bytearray(len(buckets))
    for at, members in enumerate(buckets):
        for key in members:
            home = line_of(key, len(buckets))
            while home != at:
                spill[home] |= 1 << (key & 7)
                home = (home + 1) % len(buckets)
    table = bytearray()
    for at, members in enumerate(buckets):
        padded = members + [0] * (BIGRAM_BUCKET - len(members))
        table += array("I", padded).tobytes()
        table += bytes([spill[at], *(marks.get(key, 0) for key in padded)])
        for key in padded:
            table += array("b", everything[key]).tobytes() if key else bytes(16)
    return bytes(table)


def pack_covers(rows: Mapping[int, Sequence[int]], marks: Mapping[int, int] = _NO_MARKS) -> bytes:
    """Buckets of eight: keys u32[8] with the marks in their upper bytes, rows i8[8][4]; rows by :func:`cover_key`.

    Arguments as those of :func:`pack_bigrams`.
    """
    everything = {**rows, **{key: bytes(4) for key in marks if key not in rows}}
    table = bytearray()
    for members in _fill(everything, COVER_BUCKET):
        padded = members + [0] * (COVER_BUCKET - len(members))
        table += array("I", [key | marks.get(key, 0) << 24 for key in padded]).tobytes()
        for key in padded:
            table += array("b", everything[key]).tobytes() if key else bytes(4)
    return bytes(table)


def _fill(keys: Collection[int], size: int) -> list[list[int]]:
    """The keys of each bucket; a key whose bucket is full goes to the next one with room."""
    n_buckets = max(1, int(len(keys) / _LOAD / size) + 1)
    buckets: list[list[int]] = [[] for _ in range(n_buckets)]
    for key in keys:
        at = line_of(key, n_buckets)
        while len(buckets[at]) == size:
            at = (at + 1) % n_buckets
        buckets[at].append(key)
    return buckets


def pad_line(data: bytes) -> bytes:
    """``data`` padded with zeros to a multiple of a cache line."""
    return data + bytes(-len(data) % LINE)


def pack_pairs(values: Mapping[int, int]) -> bytes:
    """A table of 32-bit pairs: the low half of a 64-bit hash, the value; a value of 0 is an empty slot."""
    size = int(len(values) / _LOAD_OF_PAIRS) + 1
    table = array("I", bytes(8 * size))
    for key, value in values.items():
        slot = slot_of(key, size)
        while table[2 * slot + 1]:
            slot = slot + 1 if slot + 1 < size else 0
        table[2 * slot], table[2 * slot + 1] = key & 0xFFFFFFFF, value
    return table.tobytes()


def pack_dictionary(values: Mapping[int, int]) -> bytes:
    """A table of 32-bit slots: 24 bits of a 64-bit hash, 8 bits of the value, 1 to 255; 0 is empty.

    A word that is not in it is taken for one that is about once in 10 million times.
    """
    size = int(len(values) / _LOAD_OF_PAIRS) + 1
    table = array("I", bytes(4 * size))
    for key, value in values.items():
        slot = slot_of(key, size)
        while table[slot]:
            slot = slot + 1 if slot + 1 < size else 0
        table[slot] = (key & 0xFFFFFF) << 8 | value
    return table.tobytes()
