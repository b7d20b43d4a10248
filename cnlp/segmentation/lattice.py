"""The word lattice of a text in Python: edges, and the cost of a step from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnlp._kernel.layout import COST_SCALE

if TYPE_CHECKING:
    from cnlp.segmentation.segmenter import Segmenter


class Edge(NamedTuple):
    """A word that the lattice permits; ``id`` is the kernel's identity of it, where it has one."""

    start: int
    end: int
    id: int
    cost: int
    source: int


class Lattice:
    """The edges of a text and the costs of stepping from one to the next."""

    scale: float = COST_SCALE  # units of cost in a nat, or in the unit of the costs

    gains: dict[tuple[int, ...], float]  # by start and end: what preferred words gain of a tagger, besides evidence

    def __init__(self, segmenter: Segmenter, text: str) -> None:
        self.gains = {}
        lexicon = segmenter.lexicon
        self.model = lexicon.model
        self.is_bigram = segmenter.algorithm == "bigram"
        self.text = text
        edges = map(Edge._make, self.model.edges(text, lexicon.kernel_overlay, segmenter.spans(text)))
        # a forced word is proposed twice, as a match and as a constraint
        self.edges = sorted(dict.fromkeys(edges), key=lambda edge: edge[:2])
        self.beginning: list[list[int]] = [[] for _ in range(len(text) + 1)]
        self.ending: list[list[int]] = [[] for _ in range(len(text) + 1)]
        for k, (start, end, *_) in enumerate(self.edges):
            self.beginning[start].append(k)
            self.ending[end].append(k)

    def cheapest(self, start: int, end: int, source: int, path_costs: list[int | None]) -> int:
        """Of the edges of this span and source, the one on the cheapest path."""
        found = [k for k in self.beginning[start] if self.edges[k].end == end and self.edges[k].source == source]
        return min(found, key=lambda k: path_costs[k] or 0)

    def step(self, left: int | None, right: int) -> int:
        """The cost of edge ``right`` after edge ``left``; ``None``: at the beginning."""
        cost = self.edges[right].cost
        if not self.is_bigram:
            return cost
        before = 0 if left is None else self.edges[left].id
        return cost + self.model.word_cost - self.model.bonus(before, self.edges[right].id)

    def best_to(self) -> list[int | None]:
        """By edge: the cost of the cheapest path from the beginning up to and with it."""
        costs: list[int | None] = []
        for k, (start, *_) in enumerate(self.edges):
            if start == 0:
                costs.append(self.step(None, k))
                continue
            paths = [(costs[left], left) for left in self.ending[start]]
            reached = [cost + self.step(left, k) for cost, left in paths if cost is not None]
            costs.append(min(reached, default=None))
        return costs

    def best_from(self) -> list[int | None]:
        """By edge: the cost of the cheapest path from its end to the end of the text."""
        costs: list[int | None] = [None] * len(self.edges)
        for k in range(len(self.edges) - 1, -1, -1):
            end = self.edges[k].end
            if end == len(self.text):
                costs[k] = 0
                continue
            paths = [(costs[right], right) for right in self.beginning[end]]
            costs[k] = min((cost + self.step(k, right) for cost, right in paths if cost is not None), default=None)
        return costs

    def path_costs(self) -> list[int | None]:
        """By edge: the cost of the cheapest whole path through it; ``None``: no path leads through."""
        return [
            None if to is None or behind is None else to + behind
            for to, behind in zip(self.best_to(), self.best_from(), strict=True)
        ]
