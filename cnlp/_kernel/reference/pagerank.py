"""PageRank in Python: the twin of pagerank.c (Page et al. 1999; in TextRank: Mihalcea, Tarau 2004)."""

from __future__ import annotations

from array import array


def pagerank(
    size: int, lefts: bytes, rights: bytes, weights: bytes, damping: float, tolerance: float, iterations: int
) -> tuple[bytes, int]:
    """PageRank of the nodes of a weighted undirected graph, as float64, and how many steps it took.

    Power iteration from equal ranks, until the ranks change by less than ``tolerance`` in sum. What nodes without
    neighbours have goes to all nodes alike.
    """
    left, right, weight = array("I", lefts), array("I", rights), array("d", weights)
    if not len(left) == len(right) == len(weight) or any(node >= size for node in (*left, *right)):
        raise ValueError("the arguments of pagerank do not fit together")
    neighbours: list[list[tuple[int, float]]] = [[] for _ in range(size)]
    sums = [0.0] * size
    for a, b, w in zip(left, right, weight, strict=True):
        for one, other in ((a, b), (b, a)):
            neighbours[one].append((other, w))
            sums[one] += w
    ranks = [1.0 / size] * size if size else []
    steps, change = 0, tolerance
    while steps < iterations and change >= tolerance:
        shares = [rank / total if total > 0 else 0.0 for rank, total in zip(ranks, sums, strict=True)]
        loose = 0.0
        for rank, total in zip(ranks, sums, strict=True):
            if total <= 0:
                loose += rank
        base = (1.0 - damping + damping * loose) / size if size else 0.0
        change = 0.0
        new = []
        for node, around in enumerate(neighbours):
            gathered = 0.0
            for other, w in around:
                gathered += shares[other] * w
            value = base + damping * gathered
            change += abs(value - ranks[node])
            new.append(value)
        ranks = new
        steps += 1
    return array("d", ranks).tobytes(), steps
