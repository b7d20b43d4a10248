"""What a tagger weighs, spelt out as words: for explaining, for n best paths and for confidence.

:class:`Trellis` lists words of at most ``LONGEST`` characters, counting what a pattern or a user's entry glues
together as one; a longer word is listed if it was chosen. A word costs what its tags score, with the sign
changed, so the cheapest path is the segmentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

from cnlp.segmentation.explain import Lattice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.segmentation.segmenter import Segmenter

LONGEST = 10
_NO_BOUNDARY, _HARD_OR_EDGE, _BLOCKED = 1, 2 | 8, -0x80000000
_B, _M, _E, _S = range(4)


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
        self._steps = memoryview(tagger.transitions).cast("i")
        self._scores = memoryview(tagger.scores(text)).cast("h") if text else ()
        self._middle = [0]
        for position in range(len(text)):
            self._middle.append(self._middle[-1] + self._scores[4 * position + _M])
        flags, packed = segmenter._cutter.constraints(text, spans)
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
            if bonus == _BLOCKED or before == _BLOCKED:
                bonuses[start, end] = _BLOCKED if (start, end) not in sources else before
            else:
                bonuses[start, end] = before + bonus if end == start + 1 else max(before, bonus)
        self.edges = []  # start, end, 1 if of one character, cost, source
        self.beginning = [[] for _ in range(len(text) + 1)]
        self.ending = [[] for _ in range(len(text) + 1)]
        for start, end in places:
            bonus = bonuses.get((start, end), 0)
            if bonus == _BLOCKED:
                continue
            self.beginning[start].append(len(self.edges))
            self.ending[end].append(len(self.edges))
            unproposed = 1 if bonus else 0 if text[start:end] in segmenter.lexicon else 4
            source = sources.get((start, end), unproposed)
            cost = -self._score(start, end) - bonus
            self.edges.append((start, end, int(end == start + 1), cost, source))

    def _score(self, start: int, end: int) -> int:
        """Of the word by itself, the steps between its tags included."""
        scores, steps, last = self._scores, self._steps, end - 1
        if start == last:
            return scores[4 * start + _S]
        total = scores[4 * start + _B] + scores[4 * last + _E] + self._middle[last] - self._middle[start + 1]
        inner = last - start - 1
        if inner == 0:
            return total + steps[4 * _B + _E]
        return total + steps[4 * _B + _M] + (inner - 1) * steps[4 * _M + _M] + steps[4 * _M + _E]

    def step(self, left: int | None, right: int) -> int:
        """The cost of edge ``right`` after edge ``left``; ``None``: at the beginning."""
        before = _S if left is None or self.edges[left][2] else _E
        return self.edges[right][3] - self._steps[4 * before + (_S if self.edges[right][2] else _B)]

    def confidences(self) -> list[Confidence]:
        """Of the chosen words, from one pass forward and one backward (Baum 1972) over the edges."""
        heat = self.scale * self.temperature
        ahead = [0.0] * len(self.edges)  # by edge: ln of the sum over the ways up to and with it
        behind = [0.0] * len(self.edges)  # and behind it
        least_to, least_from = [0] * len(self.edges), [0] * len(self.edges)
        order = sorted(range(len(self.edges)), key=lambda k: self.edges[k][0])
        reachable = [False] * len(self.edges)
        for k in order:
            start = self.edges[k][0]
            ways: list[tuple[float, int, int | None]] = [(0.0, 0, None)] if start == 0 else []
            ways += [(ahead[left], least_to[left], left) for left in self.ending[start] if reachable[left]]
            if ways:
                reachable[k] = True
                costs = [(total, least, self.step(left, k)) for total, least, left in ways]
                ahead[k] = _log_sum([total - cost / heat for total, _, cost in costs])
                least_to[k] = min(least + cost for _, least, cost in costs)
        ends = [False] * len(self.edges)
        for k in sorted(order, key=lambda k: -self.edges[k][1]):
            end = self.edges[k][1]
            if end == len(self.text):
                ends[k] = True
                continue
            rights = [(right, self.step(k, right)) for right in self.beginning[end] if ends[right]]
            if rights:
                ends[k] = True
                behind[k] = _log_sum([behind[right] - cost / heat for right, cost in rights])
                least_from[k] = min(least_from[right] + cost for right, cost in rights)
        whole = [k for k in order if reachable[k] and ends[k]]
        everything = _log_sum([ahead[k] + behind[k] for k in whole if self.edges[k][0] == 0])
        index = {self.edges[k][:2]: k for k in whole}
        result = []
        for start, end in self.chosen:
            k = index[start, end]
            probability = min(1.0, exp(ahead[k] + behind[k] - everything))
            rivals = [
                least_to[other] + least_from[other]
                for other in whole
                if other != k and self.edges[other][0] < end and start < self.edges[other][1]
            ]
            margin = (min(rivals) - least_to[k] - least_from[k]) / self.scale if rivals else float("inf")
            result.append(Confidence(self.text[start:end], start, end, probability, margin))
        return result


def _places(flags: bytes, size: int) -> list[tuple[int, int]]:
    """Where words may stand: between open positions, over no hard one."""
    is_open = [p in (0, size) or not flags[p] & _NO_BOUNDARY or flags[p] & _HARD_OR_EDGE for p in range(size + 1)]
    places = []
    for start in range(size):
        if not is_open[start]:
            continue
        pieces = 0
        for end in range(start + 1, size + 1):
            if is_open[end]:
                places.append((start, end))
                pieces += 1
            if pieces == LONGEST or flags[end] & _HARD_OR_EDGE:
                break
    return places


def _log_sum(values: list[float]) -> float:
    greatest = max(values)
    return greatest + log(sum(exp(value - greatest) for value in values))
