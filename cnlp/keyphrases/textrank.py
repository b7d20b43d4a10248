"""TextRank (Mihalcea and Tarau 2004): words, or sentences, that recommend each other.

    PR(v) = (1 - d) / n + d * sum over neighbours u of PR(u) * w(u, v) / sum over x of w(u, x)

Terms are nodes. Two are joined by an edge whose weight w is how often they occur fewer than ``window`` words apart
(2 to 10 in the paper). The ranks are PageRank's on this undirected graph: their sum is 1, and what terms without
neighbours have goes to all alike. They are found by power iteration from equal ranks until the sum of all changes is
below ``tolerance``. Cost: O(n * window) for the graph of n words, and O(edges) a step, about 70 steps for 1e-10.
"""

from __future__ import annotations

import math
from array import array
from itertools import combinations
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel import kernel
from cnlp.keyphrases.extractor import Extractor
from cnlp.text.sentences import sentence_spans
from cnlp.types import Keyword

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnlp.keyphrases.resources import KeyphrasesLike
    from cnlp.segmentation.segmenter import SegmenterLike


class TextRank(Extractor):
    """Scores words by PageRank on the graph of neighbours.

    Args:
        window: words from the first to the last of a pair, both included; at least 2.
        damping: d, from 0 to 1.
        tolerance: where to stop; each rank then is within 6 times as much of its limit for d = 0.85.
        max_iterations: steps at most.
        phrases, pos, stopwords, min_length, model, segmenter: see :class:`cnlp.keyphrases.Extractor`.

    >>> [keyword.text for keyword in TextRank().keywords("长江大桥横跨长江，游客在长江边看大桥。", 2)]
    ['长江', '大桥']
    """

    def __init__(
        self,
        *,
        window: int = 5,
        damping: float = 0.85,
        tolerance: float = 1e-10,
        max_iterations: int = 1000,
        phrases: bool = False,
        pos: Iterable[str] | None = None,
        stopwords: Iterable[str] | None = None,
        min_length: int = 2,
        model: KeyphrasesLike | None = None,
        segmenter: SegmenterLike | None = None,
    ) -> None:
        super().__init__(
            phrases=phrases, pos=pos, stopwords=stopwords, min_length=min_length, model=model, segmenter=segmenter
        )
        self.window = window
        self.damping = damping
        self.tolerance = tolerance
        self.max_iterations = max_iterations

    def graph(self, text: str) -> tuple[list[str], list[tuple[int, int, float]]]:
        """The terms, and the edges among their numbers with their weights.

        >>> TextRank(window=2).graph("长江大桥，长江大桥")
        (['长江', '大桥'], [(0, 1, 2.0)])
        """
        terms = self._terms(text)
        lefts, rights, weights = terms.edges(self._checked_window())
        return terms.terms(), list(zip(array("I", lefts), array("I", rights), array("d", weights), strict=True))

    def sentences(self, text: str, top_k: int = 3) -> list[Keyword]:
        """An extractive summary: the sentences with the highest ranks, the highest first.

        The weight of an edge is the likeness of two sentences: terms in common / (ln(terms of one) + ln(terms of the
        other)), with ln(1 + terms), so that sentences of one term need no exception. Time and memory grow with the
        square of the number of sentences that share terms.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: ``top_k`` is negative.

        >>> summary = TextRank().sentences("长江是大河。长江大桥在南京。南京是大城市。今天下雨。", 1)
        >>> [sentence.text for sentence in summary]
        ['长江大桥在南京。']
        """
        if not isinstance(text, str):
            raise errors.not_text(text)
        if top_k < 0:
            raise errors.ArgumentError(f"top_k must be 0 or more, got {top_k}")
        spans = [span for span in sentence_spans(text) if text[slice(*span)].strip()]
        members = [set(map(str.lower, self._terms(text[start:end]).terms())) for start, end in spans]
        ranks = self._pagerank(len(spans), *_likeness(members))
        order = sorted(range(len(spans)), key=lambda number: (-ranks[number], number))[:top_k]
        return [Keyword(text[slice(*spans[number])].strip(), ranks[number], 1, (_strip(text, *spans[number]),))
                for number in order]  # fmt: skip

    def _scores(self, terms: kernel.Terms) -> bytes:
        return self._pagerank(len(terms.frequencies(False, False)) // 8, *terms.edges(self._checked_window())).tobytes()

    def _pagerank(self, size: int, lefts: bytes, rights: bytes, weights: bytes) -> array[float]:
        if not 0 <= self.damping <= 1:
            raise errors.ArgumentError(f"damping must be 0 to 1, got {self.damping}")
        limits = self.damping, self.tolerance, self.max_iterations
        return array("d", kernel.pagerank(size, lefts, rights, weights, *limits)[0])

    def _checked_window(self) -> int:
        if self.window < 2:
            raise errors.ArgumentError(f"window must be 2 or more, got {self.window}")
        return self.window


def _likeness(members: list[set[str]]) -> tuple[bytes, bytes, bytes]:
    """Edges between sentences, as the kernel wants them."""
    having: dict[str, list[int]] = {}
    for number, terms in enumerate(members):
        for term in terms:
            having.setdefault(term, []).append(number)
    common: dict[tuple[int, int], int] = {}
    for numbers in having.values():
        for pair in combinations(numbers, 2):
            common[pair] = common.get(pair, 0) + 1
    logs = [math.log(1 + len(terms)) for terms in members]
    pairs = sorted(common)
    return (
        array("I", (left for left, _ in pairs)).tobytes(),
        array("I", (right for _, right in pairs)).tobytes(),
        array("d", (common[left, right] / (logs[left] + logs[right]) for left, right in pairs)).tobytes(),
    )


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
