"""From counts to words: cohesion, freedom, a score, and exclusions.

With N units in the text and p(x) = count(x) / N, logarithms natural, an n-gram w = c1 … cn has

    PMI            min over all splits w = ab of  ln p(w) / (p(a) p(b))          nats
    average MI     ln p(w) / (p(c1) … p(cn)),  divided by n                       nats per character
    entropy        H = -sum q(x) ln q(x)  over its left (right) neighbours x      nats
    branching      the number of different left (right) neighbours

An edge of the text (punctuation and the like) is a neighbour unlike any other each time it is met. A word sticks
together (PMI) and is free on both sides (the lesser entropy). Chance favours the PMI of longer n-grams, so each
character beyond two asks for a nat more, and the score divides by the places where the n-gram could be split:

    score = PMI / (n - 1) * min(H left, H right) * ln count

Sources: PMI: Church and Hanks, Word Association Norms, Mutual Information, and Lexicography, Computational
Linguistics 16(1), 1990; its least value over the splits and the entropy of both neighbours for Chinese words:
Luo and Song, An Integrated Method for Chinese Unknown Word Extraction, SIGHAN 2004; edges and branching: Feng et
al., Accessor Variety Criteria for Chinese Word Extraction, Computational Linguistics 30(1), 2004. The score was
chosen on People's Daily, January 1998, among two dozen (``docs/discovery.md``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import log, sqrt
from typing import Protocol

from cnlp import errors
from cnlp.discovery.table import CountTable
from cnlp.types import Candidate

MIN_COUNT = 5
MIN_PMI = 3.0  # nats, of two characters; each further one asks for one nat more
MIN_ENTROPY = 1.0  # nats
BOUNDARY_CHARACTERS = "的了是在和与"
SUBWORD_RATIO = 0.8

_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两第几数余多")
_MEASURES = frozenset("年月日号时点分秒岁元块角个名位次届条项件种米里亩斤吨倍")
_BATCH = 50_000


class CountWords(Protocol):
    """A set of words, a :class:`cnlp.Lexicon`, or any other container with a test of membership."""

    def __contains__(self, word: str, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Measures:
    """Statistics of an n-gram.

    Attributes:
        text: its characters.
        count: occurrences.
        pmi: least pointwise mutual information over its splits, in nats.
        average_mi: mutual information of all its characters, in nats per character.
        left_entropy: of its left neighbours, in nats.
        right_entropy: of its right neighbours, in nats.
        left_branching: different left neighbours, each edge counts as a different one.
        right_branching: different right neighbours, each edge counts as a different one.
    """

    text: str
    count: int
    pmi: float
    average_mi: float
    left_entropy: float
    right_entropy: float
    left_branching: int
    right_branching: int


def default_min_count(total: int) -> int:
    """The least count for a text of ``total`` units: 5, and beyond 6 million units sqrt(total) / 500.

    >>> default_min_count(1_000_000), default_min_count(400_000_000)
    (5, 40)
    """
    return max(MIN_COUNT, round(sqrt(total) / 500))


def pmi(text: str, count: Callable[[str], int], total: int) -> float:
    """Pointwise mutual information of the split at which ``text`` falls apart most easily, in nats.

    Args:
        text: two characters or more.
        count: occurrences of an n-gram.
        total: units of the whole text.

    >>> counts = {"葡": 2, "萄": 2, "葡萄": 2}
    >>> round(pmi("葡萄", counts.__getitem__, 8), 4)  # ln (2/8) / (2/8 * 2/8) = ln 4
    1.3863
    """
    product = max(count(text[:i]) * count(text[i:]) for i in range(1, len(text)))
    return log(count(text) * total / product)


def average_mi(text: str, count: Callable[[str], int], total: int) -> float:
    """Mutual information of all characters of ``text``, in nats per character.

    >>> counts = {"葡": 2, "萄": 2, "葡萄": 2}
    >>> round(average_mi("葡萄", counts.__getitem__, 8), 4)
    0.6931
    """
    apart = sum(log(count(char) / total) for char in text)
    return (log(count(text) / total) - apart) / len(text)


def score(text: str, count: int, pmi: float, left_entropy: float, right_entropy: float) -> float:
    """The combined score; see the head of this module.

    >>> score("葡萄", 8, 2.0, 1.5, 3.0) == 2.0 / 1 * 1.5 * log(8)
    True
    """
    return pmi / (len(text) - 1) * min(left_entropy, right_entropy) * log(count)


def is_cohesive(text: str, pmi: float, min_pmi: float) -> bool:
    """Does an n-gram stick together: ``min_pmi`` nats for two characters, one more for each further one?

    >>> is_cohesive("葡萄", 3.5, 3.0), is_cohesive("葡萄酒", 3.5, 3.0)
    (True, False)
    """
    return pmi >= min_pmi + len(text) - 2


def measure(table: CountTable, min_entropy: float = 0.0, among: CountWords | None = None) -> Iterator[Measures]:
    """All n-grams of two characters and more with their measures, in the order of their code points by length.

    Args:
        table: counts.
        min_entropy: those below it on either side are left out, in nats.
        among: those that are not in it are left out; ``None``: none.
    """
    for length in range(2, table.max_length + 1):
        for first in range(0, table.size(length), _BATCH):
            for text, count, left, right, lefts, rights in table.rows(length, first, _BATCH, min_entropy):
                if among is not None and text not in among:
                    continue
                cohesion = pmi(text, table.count, table.total)
                average = average_mi(text, table.count, table.total)
                yield Measures(text, count, cohesion, average, left, right, lefts, rights)


def entropy_candidates(
    table: CountTable, *, min_pmi: float = MIN_PMI, min_entropy: float = MIN_ENTROPY
) -> list[Candidate]:
    """The n-grams that stick together and are free on both sides, unsorted.

    Args:
        table: counts.
        min_pmi: nats, of two characters.
        min_entropy: nats, of the neighbours on either side.
    """
    return [
        Candidate(row.text, row.count, row.pmi, row.left_entropy, row.right_entropy, value)
        for row in measure(table, min_entropy)
        if is_cohesive(row.text, row.pmi, min_pmi)
        and (value := score(row.text, row.count, row.pmi, row.left_entropy, row.right_entropy)) > 0
    ]


def choose_candidates(
    found: Iterable[Candidate],
    *,
    exclude: CountWords = (),
    boundary_characters: str = BOUNDARY_CHARACTERS,
    subword_ratio: float = SUBWORD_RATIO,
    top_k: int | None = None,
) -> list[Candidate]:
    """The candidates that may be words, best first; equal scores in the order of their code points.

    Args:
        found: candidates.
        exclude: known words.
        boundary_characters: a candidate that begins or ends with one of them is none.
        subword_ratio: a candidate is dropped if a longer one contains it and occurs at least this often, as a share.
        top_k: how many; ``None``: all.

    Raises:
        ArgumentError: an argument is out of range.
    """
    if top_k is not None:
        errors.check_number("top_k", top_k)
    errors.check_number("subword_ratio", subword_ratio, whole=False)
    if not isinstance(boundary_characters, str):
        raise errors.not_text(boundary_characters, "boundary_characters")
    if top_k is not None and top_k < 1:
        raise errors.ArgumentError(f"top_k must be at least 1, got {top_k}")
    if not subword_ratio > 0:
        raise errors.ArgumentError(f"subword_ratio must be positive, got {subword_ratio}")
    found = list(found)
    covers = _covers(found)
    edges = frozenset(boundary_characters)
    kept = [
        candidate
        for candidate in found
        if candidate.text[0] not in edges
        and candidate.text[-1] not in edges
        and covers.get(candidate.text, 0) < subword_ratio * candidate.count
        and not is_number(candidate.text)
        and candidate.text not in exclude
    ]
    kept.sort(key=lambda candidate: (-candidate.score, candidate.text))
    return kept[:top_k]


def is_number(text: str) -> bool:
    """Are these numerals, perhaps with one measure word after them?

    >>> is_number("二十"), is_number("第三届"), is_number("三国")
    (True, True, False)
    """
    body = text[:-1] if text[-1] in _MEASURES else text
    return _NUMERALS.issuperset(body)


def _covers(found: Iterable[Candidate]) -> dict[str, int]:
    """For every part of a candidate the count of the most common candidate around it."""
    covers: dict[str, int] = {}
    for candidate in found:
        text = candidate.text
        for length in range(2, len(text)):
            for start in range(len(text) - length + 1):
                part = text[start : start + length]
                covers[part] = max(covers.get(part, 0), candidate.count)
    return covers
