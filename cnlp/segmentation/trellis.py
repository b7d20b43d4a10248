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
        before = TAG_S if left is None or _is_single(self.edges[left]) else TAG_E
        after = TAG_S if _is_single(self.edges[right]) else TAG_B
        return self.edges[right].cost - self._steps[before, after]

    def confidences(self) -> list[Confidence]:
        """Of the chosen words, from one pass forward and one backward (Baum 1972) over the edges."""
        heat = self.scale * self.temperature
        ahead = [0.0] * len(self.edges)  # by edge: ln of the sum over the ways up to and with it
        behind = [0.0] * len(self.edges)  # and behind it
        least_to, least_from = [0] * len(self.edges), [0] * len(self.edges)
        order = sorted(range(len(self.edges)), key=lambda k: self.edges[k].start)
        reachable = [False] * len(self.edges)
        for k in order:
            start = self.edges[k].start
            ways: list[tuple[float, int, int | None]] = [(0.0, 0, None)] if start == 0 else []
            ways += [(ahead[left], least_to[left], left) for left in self.ending[start] if reachable[left]]
            if ways:
                reachable[k] = True
                costs = [(total, least, self.step(left, k)) for total, least, left in ways]
                ahead[k] = _log_sum([total - cost / heat for total, _, cost in costs])
                least_to[k] = min(least + cost for _, least, cost in costs)
        ends = [False] * len(self.edges)
        for k in sorted(order, key=lambda k: -self.edges[k].end):
            end = self.edges[k].end
            if end == len(self.text):
                ends[k] = True
                continue
            rights = [(right, self.step(k, right)) for right in self.beginning[end] if ends[right]]
            if rights:
                ends[k] = True
                behind[k] = _log_sum([behind[right] - cost / heat for right, cost in rights])
                least_from[k] = min(least_from[right] + cost for right, cost in rights)
        whole = [k for k in order if reachable[k] and ends[k]]
        everything = _log_sum([ahead[k] + behind[k] for k in whole if self.edges[k].start == 0])
        index = {self.edges[k][:2]: k for k in whole}
        result = []
        for start, end in self.chosen:
            k = index[start, end]
            probability = min(1.0, exp(ahead[k] + behind[k] - everything))
            rivals = [
                least_to[other] + least_from[other]
                for other in whole
                if other != k and self.edges[other].start < end and start < self.edges[other].end
            ]
            margin = (min(rivals) - least_to[k] - least_from[k]) / self.scale if rivals else float("inf")
            result.append(Confidence(self.text[start:end], start, end, probability, margin))
        return result


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
