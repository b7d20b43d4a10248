"""How often items occur near each other, counted in bounded memory.

A pair of items that are d places apart in a line, d at most ``window``, counts 1/d (Pennington et al. 2014); items that
are too rare to get vectors are taken out before. Counts are symmetric: x_ij = x_ji is the sum over all pairs, in either
order, so that an item beside itself counts twice.

Method. Of a chunk of the text all pairs are sorted by their key i * n + j, i <= j, and summed: a *run* on disk. The
runs are merged block by block: what is not above the lowest of the blocks' last keys is complete, so it is sorted,
summed and handed on. Then pairs are dealt to piles at random and each pile is shuffled, so that any stretch of the file
is a random sample of all pairs, as learning in small steps needs it. Each step takes at most about ``memory`` bytes,
whatever the size of the text, beside a row for each item. Cost: O(p log p) for p pairs; on disk 16 bytes for each pair
of each run, 12 in the end.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from cnlp.files.lines import naming, replacing

MEMORY = 256_000_000  # bytes
PAIR = np.dtype([("first", "<u4"), ("second", "<u4"), ("count", "<f4")])

_SUM = np.dtype([("key", "<u8"), ("count", "<f8")])
_PAIR_BYTES = 96  # while the pairs of a chunk are sorted: key, count and order, each two or three times
_LINES = 1000  # that are looked up at a time

Pairs = NDArray[np.void]


def count_items(path: str, least: int) -> list[str]:
    """The items that occur ``least`` times or more in a file of items separated by blanks, most frequent first."""
    counts: Counter[str] = Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            counts.update(line.split())
    kept = ((item, count) for item, count in counts.items() if count >= least)
    return [item for item, _ in sorted(kept, key=lambda pair: (-pair[1], pair[0]))]


def count_pairs(
    path: str, items: Sequence[str], window: int, output: str, *, memory: int = MEMORY, seed: int = 1
) -> int:
    """Write the pairs of a file of items, shuffled, as :data:`PAIR`: rows of ``items``, and their count.

    Args:
        path: items separated by blanks, a line a stretch of text.
        items: those that count; the others are taken out.
        window: how far apart they may be.
        output: the file to write, which appears when it is complete. What is temporary is in the same folder.
        memory: bytes to use, about.
        seed: of the shuffling.

    Returns:
        How many runs there were on disk.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text, counted = os.path.join(folder, "text"), os.path.join(folder, "pairs")
    ...     with open(text, "w", encoding="utf-8") as file:
    ...         _ = file.write("a b a\\n")
    ...     _ = count_pairs(text, ["a", "b"], 2, counted)
    ...     sorted(np.fromfile(counted, PAIR).tolist())
    [(0, 0, 1.0), (0, 1, 2.0)]
    """
    with tempfile.TemporaryDirectory(prefix=".cnlp-", dir=os.path.dirname(os.path.abspath(output))) as folder:
        runs: list[str] = []
        for pairs in _chunks(path, items, window, memory):
            runs.append(os.path.join(folder, f"{len(runs):06}"))
            pairs.tofile(runs[-1])
        rng = np.random.default_rng(seed)
        with replacing(output) as file, naming(output):
            for pile in _deal(_merge(runs, memory), sum(map(os.path.getsize, runs)), len(items), folder, memory, rng):
                file.write(rng.permutation(pile).tobytes())
    return len(runs)


def _chunks(path: str, items: Sequence[str], window: int, memory: int) -> Iterator[Pairs]:
    """The sorted sums of the pairs of each chunk of whole lines."""
    rows = {item: row for row, item in enumerate(items)}
    most = max(1, memory // (_PAIR_BYTES * window))  # items
    gap = [-1] * window  # no pair reaches across
    held: list[int] = []
    with open(path, encoding="utf-8") as file:
        while lines := list(islice(file, _LINES)):
            for line in lines:
                held += [rows[item] for item in line.split() if item in rows] + gap
                if len(held) >= most:
                    yield _sum_pairs(np.array(held), len(items), window)
                    held = []
    if held:
        yield _sum_pairs(np.array(held), len(items), window)


def _sum_pairs(rows: NDArray[np.int64], n_items: int, window: int) -> Pairs:
    """The sorted sums of all pairs of ``rows``; -1 is no item."""
    parts = []
    for distance in range(1, window + 1):
        left, right = rows[:-distance], rows[distance:]
        is_pair = (left >= 0) & (right >= 0)
        left, right = left[is_pair], right[is_pair]
        pairs = np.empty(len(left), _SUM)
        pairs["key"] = np.minimum(left, right) * n_items + np.maximum(left, right)
        pairs["count"] = np.where(left == right, 2, 1) / distance
        parts.append(pairs)
    return _sum_equal(np.concatenate(parts))


def _sum_equal(pairs: Pairs) -> Pairs:
    """Sorted by key, with one sum for each."""
    if not len(pairs):
        return pairs
    order = np.argsort(pairs["key"], kind="stable")
    keys, counts = pairs["key"][order], pairs["count"][order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    summed = np.empty(len(starts), _SUM)
    summed["key"], summed["count"] = keys[starts], np.add.reduceat(counts, starts)
    return summed


def _merge(runs: Sequence[str], memory: int) -> Iterator[Pairs]:
    """The sums of all runs in ascending blocks."""
    size = max(1, memory // (4 * _PAIR_BYTES * max(1, len(runs))))  # pairs of each run
    offsets = dict.fromkeys(runs, 0)
    blocks: dict[str, Pairs] = {}
    while True:
        for path in list(offsets):
            if not len(blocks.get(path, ())):
                blocks[path] = np.fromfile(path, _SUM, size, offset=offsets[path] * _SUM.itemsize)
                offsets[path] += len(blocks[path])
                if not len(blocks[path]):
                    del blocks[path], offsets[path]
        if not blocks:
            return
        complete = min(block["key"][-1] for block in blocks.values())
        ends = {path: int(np.searchsorted(block["key"], complete, "right")) for path, block in blocks.items()}
        yield _sum_equal(np.concatenate([block[: ends[path]] for path, block in blocks.items()]))
        blocks = {path: block[ends[path] :] for path, block in blocks.items()}


def _deal(
    sums: Iterator[Pairs], most_bytes: int, n_items: int, folder: str, memory: int, rng: np.random.Generator
) -> Iterator[Pairs]:
    """The pairs in piles, to which they are dealt at random."""
    n_piles = 1 + most_bytes // (memory // 4)
    paths = [os.path.join(folder, f"pile-{number}") for number in range(n_piles)]
    for block in _gather(sums, memory // 8):
        pairs = np.empty(len(block), PAIR)
        pairs["first"], pairs["second"] = np.divmod(block["key"], np.uint64(n_items))
        pairs["count"] = block["count"]
        numbers = rng.integers(n_piles, size=len(pairs))
        for number, path in enumerate(paths):
            with open(path, "ab") as file:
                pairs[numbers == number].tofile(file)
    for path in paths:
        if os.path.exists(path):
            yield np.fromfile(path, PAIR)
            os.unlink(path)


def _gather(blocks: Iterator[Pairs], size: int) -> Iterator[Pairs]:
    """Small blocks as blocks of about ``size`` bytes."""
    held: list[Pairs] = []
    n_bytes = 0
    for block in blocks:
        held.append(block)
        n_bytes += block.nbytes
        if n_bytes >= size:
            yield np.concatenate(held)
            held, n_bytes = [], 0
    if held:
        yield np.concatenate(held)
