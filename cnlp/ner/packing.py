"""How the weights of a recognizer become arrays; they are drawn in ``FORMAT.md``. Needs numpy."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnlp._kernel.layout import ENTITY_STREAMS, FORBIDDEN, PHRASE_BUCKET, ROW_BUCKET
from cnlp.ner.parts import array_of
from cnlp.sequence.arrays import Floats, Ints
from cnlp.sequence.schemes import split_tag

if TYPE_CHECKING:
    from cnlp.ner.kinds import Kinds
    from cnlp.ner.training import Learner
    from cnlp.sequence.schemes import Scheme

UNIT = 1 / 256  # nats that one step of a score is, unless weights are too large for it
LARGEST_WEIGHT = 4095  # steps
LEVELS = 63  # sizes of weights that the file can distinguish
LOAD = 0.8
LONGEST_ROW = 255  # entries
WITH_TITLES = frozenset({"PER"})  # labels whose entities of one character may begin a longer word: 张 of 张总
COARSER = (1.6, 2.3)  # times ``smallest`` for rows without a copy of the standard: of the first one, of others


def pack(
    learner: Learner,
    kinds: Kinds,
    weights: Floats,
    tables: Mapping[str, bytes],
    within: Sequence[bool],
    smallest: float,
) -> tuple[dict[str, bytes], float]:
    """The arrays of a model, and the unit of its scores.

    Args:
        learner: what the weights belong to.
        kinds: weights of the finer kinds.
        weights: all of them.
        tables: the alphabet's.
        within: of the first standards, which get a table of rows, whether entities of one character can be anywhere
            within longer words, as in MSRA's text (中 and 美 in 中美).
        smallest: weights below this, in nats, are left out.
    """
    n_tags, shape = len(learner.tags), learner.shape
    largest = max(float(np.abs(weights).max(initial=0.0)) * learner.layers, 1e-6)
    unit = max(UNIT, largest / LARGEST_WEIGHT)
    smallest = max(min(smallest, largest / 2), unit)
    sizes = smallest * (max(largest, smallest * 2) / smallest) ** (np.arange(LEVELS) / (LEVELS - 1))
    steps = np.clip(np.rint(sizes / unit), 1, LARGEST_WEIGHT).astype(np.int16)
    codebook = np.concatenate([[0], steps, -steps, [0]]).astype("<i2")
    arrays = {**tables, "codebook": codebook.tobytes()}
    splits = [split_tag(tag, learner.scheme) for tag in learner.tags]
    for standard, anywhere in enumerate(within):
        arrays[array_of("rows", standard)], entries = _rows_of(learner, kinds, weights, standard, sizes)
        arrays[array_of("entries", standard)] = entries.tobytes()
        arrays[array_of("roles", standard)] = bytes(_role(learner.scheme, *split, anywhere) for split in splits)
    moves = weights[shape.transitions : shape.transitions + n_tags * (n_tags + 1)].reshape(n_tags + 1, n_tags)
    legal = np.frombuffer(learner.allowed, np.uint8).reshape(n_tags + 2, n_tags) != 0
    full = np.vstack([moves[:n_tags], moves[0], np.zeros(n_tags)])
    transitions = np.where(legal, np.clip(np.rint(full / unit), -0x7FFF, 0x7FFF), FORBIDDEN)
    labels = sorted({label for _, label in splits if label})
    statistics, codes = learner.statistics, np.arange(len(learner.alphabet.types))
    phrases = dict(learner.known.lexicon)
    for key, cluster in learner.known.clusters.items():
        phrases[key] = phrases.get(key, 0) | cluster << 16
    as_phrase = statistics.phrase_kinds(np.arange(len(statistics.phrases)))
    as_phrase[statistics.as_text.sum(1) == 0] = 0  # listed names that no text has
    for key, kind in zip(statistics.phrases.tolist(), as_phrase.tolist(), strict=True):
        if kind:
            phrases[key] = phrases.get(key, 0) | kind << 7
    arrays |= {
        "begin_class": statistics.edge_kinds(0, codes).astype(np.uint8).tobytes(),
        "end_class": statistics.edge_kinds(1, codes).astype(np.uint8).tobytes(),
        "phrases": _pack_phrases(phrases),
        "transitions": transitions.astype("<i2").tobytes(),
        "labels": bytes(labels.index(label) if label else 0 for _, label in splits),
        "kinds": bytes(map(labels.index, kinds.labels)),
    }
    return arrays, unit


def _role(scheme: Scheme, prefix: str, label: str | None, anywhere: bool) -> int:
    """What a tag does, see FORMAT.md."""
    if label is None or not scheme.opens(prefix):
        return 0 if label is None else 2
    return 4 if anywhere else 3 if label in WITH_TITLES else 1


def _rows_of(
    learner: Learner, kinds: Kinds, weights: Floats, standard: int, sizes: npt.NDArray[np.float64]
) -> tuple[bytes, array[int]]:
    """The table of rows of a standard, its copies added, and the entries; weights are rounded to ``sizes``."""
    entries = array("H", [0])  # so that no row begins at 0
    rows: dict[int, tuple[int, int]] = {}
    for number, _ in enumerate(ENTITY_STREAMS):
        at = number * learner.layers
        block = learner.shape.table(weights, at).copy()
        least = np.full((len(block), 1), sizes[0])
        if learner.layers > 1:
            copies = learner.streams[at + 1].keys
            own = np.flatnonzero(copies % learner.n_standards == standard)
            shared = copies[own] // learner.n_standards
            block[shared] += learner.shape.table(weights, at + 1)[own]
            least *= COARSER[standard > 0]
            least[shared] = sizes[0]
        _add_rows(rows, entries, learner.streams[at].keys, block, sizes, least)
    for stream, table in zip(kinds.streams, kinds.tables, strict=True):
        _add_rows(rows, entries, stream.keys, table, sizes, np.full((len(table), 1), sizes[0]))
    return _pack_rows(rows, entries)


def _add_rows(
    rows: dict[int, tuple[int, int]],
    entries: array[int],
    keys: Ints,
    block: Floats,
    sizes: npt.NDArray[np.float64],
    least: npt.NDArray[np.float64],
) -> None:
    """Add [keys, places] weights, those of ``least``, [keys, 1], and more."""
    borders = np.log(sizes[:-1]) / 2 + np.log(sizes[1:]) / 2
    row, place = np.nonzero(np.abs(block) >= least)
    value = block[row, place]
    level = 1 + np.searchsorted(borders, np.log(np.abs(value)))
    packed = (place << 7 | np.where(value > 0, level, level + LEVELS)).astype(np.uint16)
    firsts = np.searchsorted(row, np.arange(len(keys) + 1)).tolist()
    for key, first, last in zip(keys.view(np.uint64).tolist(), firsts, firsts[1:], strict=False):
        if last > first:
            chosen = packed[first:last]
            if last - first > LONGEST_ROW:
                order = np.sort(np.argsort(-np.abs(value[first:last]), kind="stable")[:LONGEST_ROW])
                chosen = chosen[order]
            rows[key] = len(entries), len(chosen)
            entries.frombytes(chosen.tobytes())


def _buckets(keys: Sequence[int], size: int) -> list[list[int]]:
    """Keys by bucket; a full one passes keys on to the next. Of two that look the same, the first is kept."""
    n_buckets = max(1, int(len(keys) / LOAD / size) + 1)
    buckets: list[list[int]] = [[] for _ in range(n_buckets)]
    seen = set()
    for key in keys:
        bucket = (key & 0xFFFFFFFF) * n_buckets >> 32
        if (bucket, key >> 32 | 1) in seen:
            continue
        seen.add((bucket, key >> 32 | 1))
        while len(buckets[bucket]) == size:
            bucket = (bucket + 1) % n_buckets
        buckets[bucket].append(key)
    return buckets


def _pack_rows(rows: Mapping[int, tuple[int, int]], entries: array[int]) -> tuple[bytes, array[int]]:
    table, ordered = bytearray(), array("H")
    for members in _buckets(list(rows), ROW_BUCKET):
        marks = [key >> 32 | 1 for key in members] + [0] * (ROW_BUCKET - len(members))
        table += array("I", [len(ordered), *marks]).tobytes()
        counts = bytearray(ROW_BUCKET)
        for slot, key in enumerate(members):
            start, counts[slot] = rows[key]
            ordered += entries[start : start + counts[slot]]
        table += counts
    return bytes(table), ordered or array("H", [0])


def _pack_phrases(phrases: Mapping[int, int]) -> bytes:
    table = bytearray()
    for members in _buckets(list(phrases), PHRASE_BUCKET):
        marks = [key >> 32 | 1 for key in members] + [0] * (PHRASE_BUCKET - len(members))
        values = [phrases[key] for key in members] + [0] * (PHRASE_BUCKET - len(members))
        table += array("I", marks + values).tobytes()
    return bytes(table)
