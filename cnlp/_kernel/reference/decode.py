"""Choosing a path through a lattice: the twin of decode.c."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp._kernel.layout import BACKWARD, BIDIRECTIONAL, FORWARD

if TYPE_CHECKING:
    from cnlp._kernel.reference.lattice import Edge, Lattice


def _follow(best: list[Edge | None], start: int, stop: int) -> list[tuple[int, int]]:
    words = []
    while start < stop:
        edge = best[start]
        assert edge
        words.append((edge.end, edge.source))
        start = edge.end
    return words


def unigram_path(lattice: Lattice) -> tuple[list[tuple[int, int]], int]:
    """The path with the least sum of costs; the longer word on the left if equal."""
    costs = [0] * (lattice.size + 1)
    best: list[Edge | None] = [None] * lattice.size
    for start in range(lattice.size - 1, -1, -1):
        if lattice.edges[start]:
            chosen = min(lattice.edges[start], key=lambda edge: (edge.cost + costs[edge.end], -edge.end))
            best[start] = chosen
            costs[start] = chosen[2] + costs[chosen[0]]
    return _follow(best, 0, lattice.size), costs[0]


def bigram_path(lattice: Lattice) -> tuple[list[tuple[int, int]], int]:
    """The path with the least sum of costs less bonuses; the longer previous word if equal."""
    if not lattice.size:
        return [], 0
    bonus, word_cost = lattice.model.bonus, lattice.model.word_cost
    # by end: (cost of the best path, id, start, source, predecessor's index at that start)
    ending: list[list[tuple[int, int, int, int, int]]] = [[] for _ in range(lattice.size + 1)]
    ending[0].append((0, 0, 0, 0, 0))
    for start, edges in enumerate(lattice.edges):
        for end, identity, cost, source in edges:
            paths = [path[0] - bonus(path[1], identity) for path in ending[start]]
            if paths:
                least = min(paths)
                ending[end].append((least + cost + word_cost, identity, start, source, paths.index(least)))
    end, words = lattice.size, []
    index = min(range(len(ending[end])), key=lambda k: ending[end][k][0])
    total = ending[end][index][0]
    while end > 0:
        _, _, start, source, previous = ending[end][index]
        words.append((end, source))
        end, index = start, previous
    return words[::-1], total


def _longest_from(lattice: Lattice) -> list[Edge | None]:
    """By start: the longest edge, the first of several."""
    return [max(edges, key=lambda edge: edge.end, default=None) for edges in lattice.edges]


def _longest_to(lattice: Lattice) -> list[tuple[int, int]]:
    """By end: (start, source) of the longest edge, the first of several."""
    longest = [(-1, 0)] * (lattice.size + 1)
    for start, edges in enumerate(lattice.edges):
        for end, _, _, source in edges:
            if longest[end][0] < 0:
                longest[end] = (start, source)
    return longest


def matching(lattice: Lattice, algorithm: int) -> list[tuple[int, int]]:
    """Maximum matching, stretch by stretch between positions that no candidate crosses.

    Bidirectional: fewer words, then fewer single characters, then the backward matching.
    """
    forward = _longest_from(lattice) if algorithm != BACKWARD else []
    backward = _longest_to(lattice) if algorithm != FORWARD else []
    cuts = [i for i in range(1, lattice.size + 1) if lattice.is_uncrossed[i]]
    words: list[tuple[int, int]] = []
    start = 0
    for stop in cuts:
        ahead = _follow(forward, start, stop) if forward else []
        back, end = [], stop
        while backward and end > start:
            back.append((end, backward[end][1]))
            end = backward[end][0]
        back.reverse()
        takes_forward = algorithm == FORWARD or (
            algorithm == BIDIRECTIONAL
            and (len(ahead), _count_singles(ahead, start)) < (len(back), _count_singles(back, start))
        )
        words += ahead if takes_forward else back
        start = stop
    return words


def _count_singles(words: list[tuple[int, int]], start: int) -> int:
    singles = 0
    for end, _ in words:
        singles += end == start + 1
        start = end
    return singles
