"""The trellis of a tagger as words: for explaining, for n best paths and for confidence.

:class:`Trellis` lists words of at most ``LONGEST`` characters, counting what a pattern or a user's entry glues
together as one; a longer word is listed if it was chosen. A word costs what its tags score, with the sign
changed, so the cheapest path is the segmentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

from cnlp._kernel.layout import (
    BLOCKED,
    EDGE,
    HARD_BOUNDARY,
    N_TAGS,
    NO_BOUNDARY,
    SOURCE_LEXICON,
    SOURCE_TAGGER,
    SOURCE_USER,
    TAG_B,
    TAG_E,
    TAG_M,
    TAG_S,
)
from cnlp.segmentation.lattice import Edge, Lattice

if TYPE_CHECKING:
    from cnlp.segmentation.segmenter import Segmenter

LONGEST = 10


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure a tagger is of one word.

    Attributes:
        text, start, end: the word and its place.
        probability: the share of all segmentations that have the word, each weighed by exp(score / T). With
            T = 1 it is the marginal probability of a CRF; a perceptron's T was chosen so that of the words
            with probability p the share p is right (``benchmarks/measure/calibration.py``).
        margin: how much worse, in raw weight, the best segmentation without it scores; infinite if
            there is none.
    """

    text: str
    start: int
    end: int
    probability: float
    margin: float


class Trellis(Lattice):
    """The words that a tagger weighs, as a lattice of edges; costs are scores with the sign changed."""

    def __init__(self, segmenter: Segmenter, text: str) -> None:
        assert segmenter.tagger
        self.text = text
        self.scale = 1 / segmenter.tagger.unit  # units of cost per raw weight
        self.temperature = segmenter.tagger.temperature
        tagger, spans = segmenter.tagger.tagger, segmenter.lexicon.spans(text)
        self._steps = memoryview(tagger.transitions).cast("i", (N_TAGS, N_TAGS))
        scores = tagger.scores(text, segmenter.lexicon.kernel_overlay)
        padded = scores + bytes(2 * N_TAGS)  # an array of two dimensions is never empty
        self._scores = memoryview(padded).cast("h", (len(text) + 1, N_TAGS))
        self._middle = [0]
        for position in range(len(text)):
            self._middle.append(self._middle[-1] + self._scores[position, TAG_M])
        flags, packed = segmenter.kernel.constraints(text, spans)
        numbers = memoryview(packed).cast("i") if packed else ()
        wishes = [tuple(numbers[k : k + 3]) for k in range(0, len(numbers), 3)]
        sources, start = {}, 0
        for end, source in segmenter.words(text):
            sources[start, end] = source
            start = end
        self.chosen = list(sources)
        places = sorted({*_places(flags, len(text)), *sources, *(wish[:2] for wish in wishes)})
        bonuses: dict[tuple[int, ...], int] = {}
        for start, end, bonus in wishes:
            before = bonuses.get((start, end), 0)
            if bonus == BLOCKED or before == BLOCKED:
                bonuses[start, end] = BLOCKED if (start, end) not in sources else before
            else:
                bonuses[start, end] = before + bonus if end == start + 1 else max(before, bonus)
        self.gains = {place: bonus / self.scale for place, bonus in bonuses.items() if bonus != BLOCKED}
        self.edges = []
        self.beginning = [[] for _ in range(len(text) + 1)]
        self.ending = [[] for _ in range(len(text) + 1)]
        for start, end in places:
            bonus = bonuses.get((start, end), 0)
            if bonus == BLOCKED:
                continue
            self.beginning[start].append(len(self.edges))
            self.ending[end].append(len(self.edges))
            if (start, end) in sources:
                source = sources[start, end]
            elif bonus:
                source = SOURCE_USER
            else:
                source = SOURCE_LEXICON if text[start:end] in segmenter.lexicon else SOURCE_TAGGER
            cost = -self._score(start, end) - bonus
            self.edges.append(Edge(start, end, 0, cost, source))

    def _score(self, start: int, end: int) -> int:
        """Of the word by itself, the steps between its tags included."""
        scores, steps, last = self._scores, self._steps, end - 1
        if start == last:
            return scores[start, TAG_S]
        total = scores[start, TAG_B] + scores[last, TAG_E] + self._middle[last] - self._middle[start + 1]
        inner = last - start - 1
        if inner == 0:
            return total + steps[TAG_B, TAG_E]
        return total + steps[TAG_B, TAG_M] + (inner - 1) * steps[TAG_M, TAG_M] + steps[TAG_M, TAG_E]

    def step(self, left: int | None, right: int) -> int:
        """The cost of edge ``right`` after edge ``left``; ``None``: at the beginning."""
        return self._cost_after(TAG_S if left is None else self._last_tag(left), right)

    def confidences(self) -> list[Confidence]:
        """Of the chosen words, from one pass forward and one backward (Baum 1972) over the edges."""
        (ahead, least_to), (behind, least_from) = self._forward(), self._backward()
        whole = [
            None if to is None or rest is None else to + rest for to, rest in zip(least_to, least_from, strict=True)
        ]
        crossing: list[list[int]] = [[] for _ in range(len(self.text) + 1)]  # costs of the paths over a position
        for edge, cost in zip(self.edges, whole, strict=True):
            for position in range(edge.start + 1, edge.end if cost is not None else 0):
                crossing[position].append(cost)  # type: ignore[arg-type]
        over = [min(costs, default=None) for costs in crossing]
        everything = _log_sum([ahead[k] + behind[k] for k in self.beginning[0] if whole[k] is not None])
        index = {edge[:2]: k for k, edge in enumerate(self.edges) if whole[k] is not None}
        result = []
        for start, end in self.chosen:
            k = index[start, end]
            probability = min(1.0, exp(ahead[k] + behind[k] - everything))
            rivals = [over[start]]
            rivals += [whole[other] for place in range(start, end) for other in self.beginning[place] if other != k]
            costs = [cost for cost in rivals if cost is not None]
            margin = (min(costs) - whole[k]) / self.scale if costs else float("inf")  # type: ignore[operator]
            result.append(Confidence(self.text[start:end], start, end, probability, margin))
        return result

    def path_costs(self) -> list[int | None]:
        """By edge: the cost of the cheapest whole path through it; ``None``: no path leads through."""
        return [
            None if to is None or rest is None else to + rest
            for to, rest in zip(self._forward()[1], self._backward()[1], strict=True)
        ]

    # What a step costs depends on the tag before and the tag after it alone, so the edges that meet at a position
    # are summed by tag, and the work is in proportion to the edges.

    def _forward(self) -> tuple[list[float], list[int | None]]:
        """By edge: ln of the sum over the ways up to and with it, and the cost of the cheapest one."""
        ahead, least = [0.0] * len(self.edges), [None] * len(self.edges)  # type: list[float], list[int | None]
        for position, edges in enumerate(self.beginning):
            before: list[tuple[int, float, int]] = [(TAG_S, 0.0, 0)] if position == 0 else []
            for tag in (TAG_S, TAG_E):
                same = [k for k in self.ending[position] if least[k] is not None and self._last_tag(k) == tag]
                if same:
                    cheapest = min(least[k] for k in same)  # type: ignore[type-var]
                    before.append((tag, _log_sum([ahead[k] for k in same]), cheapest))  # type: ignore[arg-type]
            for k in edges if before else ():
                costs = [self._cost_after(tag, k) for tag, _, _ in before]
                ahead[k] = _log_sum([way[1] - cost / self._heat for way, cost in zip(before, costs, strict=True)])
                least[k] = min(way[2] + cost for way, cost in zip(before, costs, strict=True))
        return ahead, least

    def _backward(self) -> tuple[list[float], list[int | None]]:
        """By edge: ln of the sum over the ways from its end, and the cost of the cheapest one."""
        behind, least = [0.0] * len(self.edges), [None] * len(self.edges)  # type: list[float], list[int | None]
        for k in self.ending[len(self.text)]:
            least[k] = 0
        for position in range(len(self.text) - 1, 0, -1):
            rights = [k for k in self.beginning[position] if least[k] is not None]
            for tag in (TAG_S, TAG_E):
                same = [k for k in self.ending[position] if self._last_tag(k) == tag]
                if not (same and rights):
                    continue
                costs = [self._cost_after(tag, right) for right in rights]
                ways = _log_sum([behind[k] - cost / self._heat for k, cost in zip(rights, costs, strict=True)])
                cheapest = min(least[k] + cost for k, cost in zip(rights, costs, strict=True))  # type: ignore[operator]
                for k in same:
                    behind[k], least[k] = ways, cheapest
        return behind, least

    @property
    def _heat(self) -> float:
        return self.scale * self.temperature

    def _last_tag(self, edge: int) -> int:
        return TAG_S if _is_single(self.edges[edge]) else TAG_E

    def _cost_after(self, tag: int, edge: int) -> int:
        """The cost of an edge after a word whose last tag this is."""
        return self.edges[edge].cost - self._steps[tag, TAG_S if _is_single(self.edges[edge]) else TAG_B]


def _is_single(edge: Edge) -> bool:
    """Is the word one character?"""
    return edge.end == edge.start + 1


def _places(flags: bytes, size: int) -> list[tuple[int, int]]:
    """Allowed spans of words: between open positions, over no hard one."""
    hard = HARD_BOUNDARY | EDGE
    is_open = [p in (0, size) or not flags[p] & NO_BOUNDARY or flags[p] & hard for p in range(size + 1)]
    places = []
    for start in range(size):
        if not is_open[start]:
            continue
        pieces = 0
        for end in range(start + 1, size + 1):
            if is_open[end]:
                places.append((start, end))
                pieces += 1
            if pieces == LONGEST or flags[end] & hard:
                break
    return places


def _log_sum(values: list[float]) -> float:
    greatest = max(values)
    return greatest + log(sum(exp(value - greatest) for value in values))
