"""The keys of the recognizer's streams: the definition, which the twins run and C is tested against.

``cnlp/ner/FORMAT.md`` describes the streams. A key is a hash of the stream's number and of what is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnlp._kernel.hashes import mix
from cnlp._kernel.layout import EDGE_OF_TEXT, LONGEST_PHRASE, N_STREAMS
from cnlp._kernel.reference.tagger_features import repetition


def phrase_marks(n: int, phrases: Sequence[tuple[int, int, int]]) -> tuple[list[int], list[int], list[int]]:
    """What the longest known phrase that begins, ends, and lies around each of n positions says; 0 for none.

    Args:
        n: characters of the piece.
        phrases: start, length and class of each known phrase, sorted.
    """
    begin, end, inside = ([0] * n for _ in range(3))
    sizes = [0] * n, [0] * n
    for start, size, kind in phrases:
        begin[start] = kind * 16 + size
        last = start + size - 1
        if size > sizes[0][last]:
            sizes[0][last], end[last] = size, kind * 16 + size
        for p in range(start + 1, last):
            if size >= sizes[1][p]:
                sizes[1][p] = size
                inside[p] = kind * 16 + min(p - start, 3) * 4 + min(last - p, 3)
    return begin, end, inside


def observe_piece(
    symbols: Sequence[int],
    types: Sequence[int],
    edges: tuple[Sequence[int], Sequence[int]],
    words: Sequence[tuple[int, int, int, int]],
    phrases: Sequence[tuple[int, int, int]],
) -> list[list[int | None]]:
    """For each position of a piece the key of each stream; ``None`` where it has none.

    Args:
        symbols: class-folded codes of the characters.
        types: of the characters.
        edges: how each character begins, and how it ends, entities.
        words: end, hash, class and cluster of each word.
        phrases: start, length and class of each known phrase, sorted.
    """
    n = len(symbols)
    chars, kinds = [0, 0, *symbols, 0, 0], [0, 0, *types, 0, 0]
    begins, ends = edges[0], [0, *edges[1], 0, 0]
    marks = phrase_marks(n, phrases)
    around = [(0, EDGE_OF_TEXT, EDGE_OF_TEXT), *(word[:3] for word in words), (n, EDGE_OF_TEXT, EDGE_OF_TEXT)]
    clusters = [EDGE_OF_TEXT, EDGE_OF_TEXT, *(word[3] for word in words), EDGE_OF_TEXT, EDGE_OF_TEXT]
    keys: list[list[int | None]] = []
    at = 1
    for p in range(n):
        at += p >= around[at][0]
        (start, before, class_before), (end, word, kind), (_, after, class_after) = around[at - 1 : at + 2]
        place = 4 if end - start == 1 else 1 if p == start else 3 if p == end - 1 else 2
        here = chars[p : p + 5]
        begin, last, inside = (row[p] for row in marks)
        two_before, one_before, cluster, one_after, two_after = clusters[at - 1 : at + 4]
        parts = (
            (here[2],),
            (here[2], here[3]),
            (here[1], here[2], here[3]),
            (sum(kind << 3 * shift for shift, kind in enumerate(kinds[p : p + 5])),),
            (repetition(here, types[p]),),
            (word, place),
            (before, place),
            (after, place),
            (kind, place),
            (class_before, kind, place),
            (class_after, kind, place),
            (class_before, kind, class_after, place),
            (before, kind, place),
            (after, kind, place),
            (begin,) if begin else None,
            (last,) if last else None,
            (inside,) if inside else None,
            (begin, here[1]) if begin else None,
            (last, here[3]) if last else None,
            (begins[p], ends[p + 2], ends[p + 3]),
            (ends[p], ends[p + 1], kind, place),
            (cluster, place),
            (one_before, cluster, place),
            (one_after, cluster, place),
            (two_before, one_before, place),
            (two_after, one_after, place),
        )
        keys.append([None if part is None else mix(stream, *part) for stream, part in enumerate(parts)])
    return keys


def kind_keys(
    symbols: Sequence[int], span: tuple[int, int], label: int, clusters: tuple[int, int, int, int]
) -> list[int | None]:
    """The keys of what is seen of an entity; ``None`` for what it is too short for.

    Args:
        symbols: codes of the piece, as words have them.
        span: where the entity starts and ends.
        label: its number.
        clusters: of the word before, its first word, its last word, the word after.
    """
    start, end = span
    chars = [0, 0, *symbols, 0, 0]
    before, inside, after = chars[start : start + 2], symbols[start:end], chars[end + 2 : end + 4]
    last = chars[end : end + 2]
    parts: tuple[Sequence[int] | None, ...] = (
        last[1:],
        last,
        inside[-3:] if len(inside) > 2 else None,
        inside[:1],
        inside[:2] if len(inside) > 1 else None,
        (mix(*inside[:LONGEST_PHRASE]),),
        before,
        after,
        *((cluster,) for cluster in clusters),
        (min(len(inside), 8),),
    )
    return [None if part is None else mix(N_STREAMS + number, label, *part) for number, part in enumerate(parts)]
