"""The plot of new words: names do not overlap, whatever the words."""

from __future__ import annotations

import random
from itertools import combinations
from xml.etree import ElementTree

import pytest

from cnlp import Candidate
from cnlp.discovery.plot import HEIGHT, MAX_NAMES, SIZE, Box, scatter
from cnlp.text.svg import text_width


def boxes(picture: str) -> list[Box]:
    """Where the names are."""
    root = ElementTree.fromstring(picture)
    found = []
    for node in root.iter():
        if node.get("class") == "name":
            left, base = float(node.get("x", 0)), float(node.get("y", 0))
            found.append(Box(left, base - SIZE + 2, left + text_width(node.text or "", SIZE), base + 3))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_names_do_not_overlap_and_are_inside(seed: int) -> None:
    chance = random.Random(seed)
    near = 10 ** chance.uniform(-3, 0.7)  # some clouds of points are dense
    words = [
        Candidate("词语新发现"[: chance.randint(2, 5)], 9, chance.gauss(6, near), chance.gauss(3, near), 9.0, 1.0)
        for _ in range(800)
    ]
    placed = boxes(scatter([], words))
    assert 1 <= len(placed) <= MAX_NAMES
    assert not any(one.overlaps(other) for one, other in combinations(placed, 2))
    assert all(box.left >= 0 and box.top >= 0 and box.right <= 900 and box.bottom <= HEIGHT for box in placed)


def test_as_many_are_named_as_there_may_be_if_there_is_room() -> None:
    words = [Candidate("葡萄", 9, 1 + k // 12, 1 + k % 12, 20.0, 1.0) for k in range(100)]
    assert len(boxes(scatter([], words))) == MAX_NAMES
