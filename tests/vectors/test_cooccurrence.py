"""Pairs that occur near each other: the same counts as by a dict, in any memory."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("numpy")

import numpy as np

from cnlp.vectors import cooccurrence
from cnlp.vectors.cooccurrence import PAIR, count_items, count_pairs

Result = tuple[int, "np.ndarray"]

LINES = ["a b c a", "b", "", "c c x b", "a b"]


def literal(lines: Sequence[str], items: Sequence[str], window: int) -> Counter[tuple[int, int]]:
    """Every pair of every line, in both orders, weighted by the distance; then those of a row up to the diagonal."""
    counts: Counter[tuple[int, int]] = Counter()
    for line in lines:
        rows = [items.index(item) for item in line.split() if item in items]
        for at, row in enumerate(rows):
            for other in range(max(0, at - window), min(len(rows), at + window + 1)):
                if other != at:
                    counts[row, rows[other]] += 1 / abs(at - other)  # type: ignore[assignment]
    return Counter({pair: count for pair, count in counts.items() if pair[0] <= pair[1]})


def counted(
    lines: Sequence[str], items: Sequence[str], window: int, folder: Path, **options: int
) -> tuple[int, np.ndarray]:
    """The number of runs, and the pairs."""
    (folder / "text").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    runs = count_pairs(str(folder / "text"), items, window, str(folder / "pairs"), **options)
    return runs, np.fromfile(folder / "pairs", PAIR)


@pytest.mark.parametrize("window", [1, 2, 5])
def test_pairs_are_counted_in_both_orders_by_distance_within_lines(window: int, tmp_path: Path) -> None:
    items = ["a", "b", "c"]
    _, pairs = counted(LINES, items, window, tmp_path)
    found = {(first, second): count for first, second, count in pairs.tolist()}
    assert found == pytest.approx(literal(LINES, items, window))


def test_known_counts(tmp_path: Path) -> None:
    _, pairs = counted(["a b c a", "c c"], ["a", "b", "c"], 2, tmp_path)
    assert {(i, j): n for i, j, n in pairs.tolist()} == {(0, 1): 1.5, (0, 2): 1.5, (1, 2): 1, (2, 2): 2}


def test_items_are_those_that_occur_often_enough_most_frequent_first(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("\n".join(LINES), encoding="utf-8")
    assert count_items(str(tmp_path / "text"), 2) == ["b", "a", "c"]


def test_any_memory_gives_the_same_counts_through_more_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooccurrence, "_LINES", 3)
    rng = random.Random(1)
    items = [str(number) for number in range(50)]
    lines = [" ".join(rng.choices(items, k=rng.randrange(30))) for _ in range(300)]
    sizes = []
    for memory in (100_000_000, 100_000, 20_000):
        runs, pairs = counted(lines, items, 4, tmp_path, memory=memory)
        sizes.append(runs)
        found = {(first, second): count for first, second, count in pairs.tolist()}
        assert len(found) == len(pairs)
        assert found == pytest.approx(literal(lines, items, 4), rel=1e-6)
    assert sizes[0] == 1 < sizes[1] < sizes[2]
    assert sorted(os.listdir(tmp_path)) == ["pairs", "text"]


def test_no_step_holds_more_than_the_memory_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooccurrence, "_LINES", 3)
    most = 0
    real = cooccurrence._sum_equal

    def watched(pairs: np.ndarray) -> np.ndarray:
        nonlocal most
        most = max(most, len(pairs))
        return real(pairs)

    monkeypatch.setattr(cooccurrence, "_sum_equal", watched)
    rng = random.Random(1)
    items = [str(number) for number in range(1000)]
    lines = [" ".join(rng.choices(items, k=20)) for _ in range(500)]
    runs, pairs = counted(lines, items, 5, tmp_path, memory=200_000)
    assert runs > 10
    assert len(pairs) > 40_000
    assert most * cooccurrence._PAIR_BYTES <= 200_000 + 5 * 25 * cooccurrence._PAIR_BYTES  # and a line that goes beyond


def test_pairs_are_shuffled_by_the_seed(tmp_path: Path) -> None:
    lines = [" ".join(str(number) for number in range(100))]
    items = lines[0].split()
    one, same, other = (counted(lines, items, 3, tmp_path, seed=seed)[1].tolist() for seed in (1, 1, 2))
    assert one == same != other
    assert sorted(one) == sorted(other) != one


def test_a_text_without_pairs_gives_an_empty_file(tmp_path: Path) -> None:
    assert len(counted(["a", "", "b"], ["a", "b"], 5, tmp_path)[1]) == 0
    assert len(counted([], [], 5, tmp_path)[1]) == 0
