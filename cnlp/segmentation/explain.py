"""The reasons for a segmentation: the lattice, its costs, and the decision at each boundary.

For the algorithms with costs, the cheapest path through each candidate is found by a Viterbi pass from
either end (min-marginals): the cheapest path with a boundary at a position against the cheapest one
without is the margin of the boundary. The n best paths come from a Viterbi pass that keeps
n predecessors at each candidate (Schwartz and Chow 1990). Costs are in nats: -ln of a probability;
those of a tagger are in points, its weights with the sign changed.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel.deadline import check
from cnlp.notebook import lattice
from cnlp.segmentation.algorithms import SOURCES, TAGGERS
from cnlp.segmentation.lattice import Lattice
from cnlp.segmentation.trellis import Trellis

if TYPE_CHECKING:
    from cnlp.segmentation.segmenter import Segmenter

_WITH_COSTS = ("unigram", "bigram", *TAGGERS)
_IN_SIGHT = 12.0  # raw weight: candidates of a tagger whose best path costs that much more are left out
_NAMED = 10  # words of a repr


@dataclass(frozen=True, slots=True)
class CandidateWord:
    """A candidate word at ``start``.

    Attributes:
        text, start, end: the word and its place.
        source: ``"lexicon"``, ``"user"``, ``"pattern"``, ``"character"`` or ``"tagger"``.
        cost: of the word by itself, in nats.
        path_cost: of the cheapest path through it, in nats; ``None`` for maximum matching.
        chosen: is it in the segmentation?
        gain: of a word of the user: by how much a tagger prefers it, besides taking it for a frequent word; part of
            the cost.
    """

    text: str
    start: int
    end: int
    source: str
    cost: float
    path_cost: float | None
    chosen: bool
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class Boundary:
    """A position between two characters and the decision there.

    Attributes:
        position: before the character with this offset.
        cut: do two words meet here?
        reason: in words.
        margin: how many nats the other decision would have cost more; ``None`` where there was no
            other, or the algorithm has no costs.
    """

    position: int
    cut: bool
    reason: str
    margin: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What :meth:`Segmenter.explain` returns; ``str`` of it is a readable table, a notebook draws it.

    Attributes:
        text: the segmented text.
        words: the segmentation.
        candidates: the lattice, by start and end.
        boundaries: one for each position between two characters.
    """

    text: str
    words: tuple[str, ...]
    candidates: tuple[CandidateWord, ...]
    boundaries: tuple[Boundary, ...]

    def __repr__(self) -> str:
        return f"<Explanation: {' '.join(self.words[:_NAMED])}{' …' if len(self.words) > _NAMED else ''}>"

    def _repr_html_(self) -> str:
        return lattice(self.text, self.words, self.candidates).html

    def __str__(self) -> str:
        lines = [" ".join(self.words), "", "candidates: word, place, source, cost, cost of its best path"]
        for word in self.candidates:
            best = "" if word.path_cost is None else f"{word.path_cost:8.2f}"
            mark = "*" if word.chosen else " "
            place = f"{word.start}-{word.end}"
            gain = f"  gains {word.gain:.2f}" if word.gain else ""
            lines.append(f"{mark} {word.text}\t{place:8}{word.source:10}{word.cost:8.2f}{best}{gain}")
        lines += ["", "boundaries"]
        for boundary in self.boundaries:
            before, after = self.text[boundary.position - 1], self.text[boundary.position]
            lines.append(f"  {before}{'|' if boundary.cut else ' '}{after}\t{boundary.reason}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Path:
    """One segmentation and its cost, in nats."""

    cost: float
    words: tuple[str, ...]


def _lattice(segmenter: Segmenter, text: str) -> Lattice:
    return Lattice(segmenter, text) if segmenter.tagger is None else Trellis(segmenter, text)


def _checked(text: str) -> str:
    if not isinstance(text, str):
        raise errors.not_text(text)
    return text


def explain(segmenter: Segmenter, text: str) -> Explanation:
    """See :meth:`Segmenter.explain`.

    >>> import cnlp
    >>> why = cnlp.Segmenter().explain("南京市长江大桥")
    >>> why.words
    ('南京市', '长江', '大桥')
    >>> [boundary.cut for boundary in why.boundaries]
    [False, False, True, False, True, False]
    """
    lattice = _lattice(segmenter, _checked(text))
    has_costs = segmenter.algorithm in _WITH_COSTS
    costs: list[int | None] = lattice.path_costs() if has_costs else [None] * len(lattice.edges)
    chosen, start = [], 0
    for end, source in segmenter.words(text):
        chosen.append(lattice.cheapest(start, end, source, costs))
        start = end
    taken = set(chosen)
    candidates = tuple(
        CandidateWord(
            text[start:end],
            start,
            end,
            SOURCES[source],
            cost / lattice.scale,
            None if costs[k] is None else costs[k] / lattice.scale,  # type: ignore[operator]
            k in taken,
            lattice.gains.get((start, end), 0.0),
        )
        for k, (start, end, _, cost, source) in enumerate(lattice.edges)
    )
    meeting: list[list[CandidateWord]] = [
        [] for _ in range(len(text) + 1)
    ]  # by position: words that end or begin there
    crossing: list[list[CandidateWord]] = [[] for _ in range(len(text) + 1)]  # words that it is inside of
    for word in candidates:
        meeting[word.start].append(word)
        meeting[word.end].append(word)
        for position in range(word.start + 1, word.end):
            crossing[position].append(word)
        check()
    boundaries = tuple(
        _boundary(segmenter, text, meeting[position], crossing[position], position) for position in range(1, len(text))
    )
    words = tuple(candidates[k].text for k in chosen)
    if segmenter.tagger is not None:  # every span is a candidate; show the close ones
        least = min((word.path_cost for word in candidates if word.path_cost is not None), default=0.0)
        candidates = tuple(
            word
            for word in candidates
            if word.chosen or (word.path_cost is not None and word.path_cost <= least + _IN_SIGHT)
        )
    return Explanation(text, words, candidates, boundaries)


def _boundary(
    segmenter: Segmenter, text: str, meeting: list[CandidateWord], crossing: list[CandidateWord], position: int
) -> Boundary:
    cut = any(word.chosen for word in meeting)
    if not crossing:
        return Boundary(position, True, _why_always(segmenter, text, meeting, position), None)
    if not meeting:
        return Boundary(position, False, f"inside {_named(crossing, segmenter)}", None)
    if segmenter.algorithm not in _WITH_COSTS:
        winner = next(word for word in (meeting if cut else crossing) if word.chosen)
        return Boundary(position, cut, f"{segmenter.algorithm} matching took {winner.text}", None)
    with_cut = min((w.path_cost for w in meeting if w.path_cost is not None), default=None)
    without = min((w.path_cost for w in crossing if w.path_cost is not None), default=None)
    if with_cut is None or without is None:
        return Boundary(position, cut, "the only path", None)
    margin = abs(with_cut - without)
    best = min(
        (word for word in (crossing if cut else meeting) if word.path_cost is not None),
        key=lambda word: word.path_cost or 0.0,
    )
    unit = "nats" if segmenter.tagger is None else "points"
    reason = f"cheaper by {margin:.2f} {unit} than the best path with {best.text}"
    return Boundary(position, cut, reason, margin)


def _why_always(segmenter: Segmenter, text: str, meeting: list[CandidateWord], position: int) -> str:
    for word in meeting:
        entry = segmenter.lexicon.entry_of(word.text) if word.source == "user" else None
        if entry and entry.mode == "force":
            return f"user's entry {entry.word}: force"
    return "no candidate word crosses here"


def _named(crossing: list[CandidateWord], segmenter: Segmenter) -> str:
    for word in crossing:
        entry = segmenter.lexicon.entry_of(word.text) if word.source == "user" else None
        if entry and entry.mode == "force":
            return f"the user's entry {entry.word}: force"
    for word in crossing:
        if word.source == "pattern":
            return f"the pattern match {word.text}"
    return crossing[0].text


def n_best(segmenter: Segmenter, text: str, n: int) -> list[Path]:
    """See :meth:`Segmenter.n_best`.

    >>> import cnlp
    >>> [path.words for path in cnlp.Segmenter().n_best("南京市长", 2)]
    [('南京', '市长'), ('南京市长',)]
    """
    if segmenter.algorithm not in _WITH_COSTS:
        raise errors.ArgumentError(
            f"algorithm {segmenter.algorithm!r} has no costs to rank by; n_best needs {', '.join(_WITH_COSTS)}"
        )
    errors.check_number("n", n)
    if n < 1:
        raise errors.ArgumentError(f"n must be at least 1, got {n}")
    lattice = _lattice(segmenter, _checked(text))
    if not text:
        return [Path(0.0, ())]
    # Two edges may be the same word, proposed twice, so paths are compared by their boundaries: a
    # sequence of boundaries has the number of (the sequence before its last, its last).
    numbers: dict[tuple[int, int], int] = {}
    best: list[list[tuple[int, int]]] = []  # by edge: (cost, sequence up to its start), the cheapest first
    for k, (start, *_) in enumerate(lattice.edges):
        check()
        paths = [(lattice.step(None, k), -1)] if start == 0 else []
        for left in lattice.ending[start]:
            step = lattice.step(left, k)
            for cost, before in best[left]:
                sequence = numbers.setdefault((before, start), len(numbers))
                paths.append((cost + step, sequence))
        best.append(_cheapest(paths, n))
    end = len(text)
    finals = [
        (cost, numbers.setdefault((before, end), len(numbers))) for k in lattice.ending[end] for cost, before in best[k]
    ]
    boundaries = {number: sequence for sequence, number in numbers.items()}
    return [Path(cost / lattice.scale, _words(text, boundaries, number)) for cost, number in _cheapest(finals, n)]


def _cheapest(paths: list[tuple[int, int]], n: int) -> list[tuple[int, int]]:
    """The n cheapest of (cost, sequence), each sequence once."""
    least: dict[int, int] = {}
    for cost, sequence in paths:
        least[sequence] = min(cost, least.get(sequence, cost))
    return heapq.nsmallest(n, ((cost, sequence) for sequence, cost in least.items()))


def _words(text: str, boundaries: dict[int, tuple[int, int]], number: int) -> tuple[str, ...]:
    words, (number, end) = [], boundaries[number]
    while end:
        number, start = boundaries[number] if number >= 0 else (-1, 0)
        words.append(text[start:end])
        end = start
    return tuple(reversed(words))
