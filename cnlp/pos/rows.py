"""The rows of a part-of-speech tagger as its file has them: a hash table for each template, and rows of three kinds.

A row has a weight for each word of its window and each tag; most are 0. One or two others fit into the slot of the
table. Rows with many are dense, so that all are added at once. The rest are lists of entries. Rows with many weights
are those of common keys, so they come first: they are found at once, and share cache lines.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

from cnlp import errors
from cnlp._kernel.hashes import slot_of
from cnlp._kernel.layout import BUCKET_SLOTS, DENSE_ROW, DENSE_UNIT

_LOAD = 0.6  # of the tables
_LAST_PLACE = (1 << 23) - 1
_NO_ENTRY = 128  # the weight 0
DENSE_FROM = 12  # weights other than 0: from here on adding all is faster than adding these

Row = Mapping[int, int]


def pack_buckets(rows: Mapping[int, int]) -> bytes:
    """A table of buckets: 32-bit halves of hashes, then as many rows; of two keys that look equal the first counts.

    >>> array("I", pack_buckets({7: 5})).tolist()
    [7, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0]
    """
    size = int(len(rows) / (BUCKET_SLOTS * _LOAD)) + 1
    buckets: list[dict[int, int]] = [{} for _ in range(size)]
    for key, row in rows.items():
        low, bucket = key & 0xFFFFFFFF, slot_of(key, size)
        while len(buckets[bucket]) == BUCKET_SLOTS and low not in buckets[bucket]:
            bucket = bucket + 1 if bucket + 1 < size else 0
        buckets[bucket].setdefault(low, row)
    table = array("I")
    for known in buckets:
        empty = [0] * (BUCKET_SLOTS - len(known))
        table.extend([*known, *empty, *known.values(), *empty])
    return table.tobytes()


def pack_rows(templates: Iterable[tuple[int, Mapping[int, Row]]]) -> dict[str, tuple[str, bytes]]:
    """The arrays ``tables``, ``rows``, ``dense`` and ``entries``, each with its dtype.

    Args:
        templates: for each the size of its rows (words of the window, times the stride), and its rows by the hash of
            their key: weights other than 0, -127 to 127, by place (offset in the window, times the stride, plus tag).

    Raises:
        ArgumentError: there are more weights than places.

    >>> arrays = pack_rows([(16, {1: {0: 5, 4: -7}})])
    >>> hex(array("I", arrays["rows"][1])[BUCKET_SLOTS])
    '0x850479'
    """
    tables, rows = array("I"), bytearray()
    dense, entries = bytearray(), array("H", [0])  # place 0 is that of an empty slot
    for size, weights in templates:
        places = {}
        for key, row in sorted(weights.items(), key=lambda item: -len(item[1])):
            if max(len(entries), len(dense) // DENSE_UNIT) > _LAST_PLACE:
                raise errors.ArgumentError("there are more weights than a file can have; leave out small ones")
            listed = [place << 8 | weight + 128 for place, weight in row.items()]
            if len(row) <= 2:
                places[key] = [_NO_ENTRY, *listed][-2] << 16 | listed[-1]
            elif len(row) < DENSE_FROM:
                places[key] = len(entries) << 8
                entries.append(len(row))
                entries.extend(listed)
            else:
                places[key] = DENSE_ROW | len(dense) // DENSE_UNIT << 8
                line = array("b", bytes(size))
                for place, weight in row.items():
                    line[place] = weight
                dense += line.tobytes()
        table = pack_buckets(places)
        tables.append(len(table) // (8 * BUCKET_SLOTS))
        rows += table
    return {
        "tables": ("U32", tables.tobytes()),
        "rows": ("U64", bytes(rows)),  # the first array, so that a bucket is a cache line
        "dense": ("I8", bytes(dense)),
        "entries": ("U16", entries.tobytes()),
    }
