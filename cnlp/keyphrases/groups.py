"""Keywords of groups of texts: the words that one group has more often than the others have.

Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn: *Fightin' Words*, Political Analysis 16(4),
2008), each group i against all others together, j:

    delta(w)  = ln (y_i + a) / (n_i + a_0 - y_i - a)  -  ln (y_j + a) / (n_j + a_0 - y_j - a)
    var(w)    = 1 / (y_i + a)  +  1 / (y_j + a)
    score(w)  = delta(w) / sqrt(var(w))

    y_i, y_j   how often group i, or all others, have the word w      n_i, n_j   the same of all words
    a          the prior: how often w occurs in all groups            a_0        the sum of all a

The score is a z-score: above 1.96 the difference is more than chance in 95 of 100 cases. The prior draws rare words
towards no difference, so that neither words of one occurrence nor those that every group has come first. Cost: O(n)
for n characters, in any number of texts; memory grows with the different words of each group, not with the texts.
"""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest
from math import log, sqrt
from typing import TYPE_CHECKING, Generic, TypeVar

from cnlp import errors
from cnlp.text.normalise import normalise
from cnlp.types import Keyword

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    Group = TypeVar("Group", bound=Hashable)
else:
    Group = TypeVar("Group")


class GroupCounts(Generic[Group]):
    """Words counted by group; words that differ in width, case or script only are one.

    >>> counts = GroupCounts()
    >>> counts.add("酒店", {"房间": 4, "干净": 2})
    >>> counts.add("水果", {"苹果": 3, "干净": 2})
    >>> {group: [word.text for word in words] for group, words in counts.keywords(1).items()}
    {'酒店': ['房间'], '水果': ['苹果']}
    """

    def __init__(self) -> None:
        self._counts: dict[Group, Counter[str]] = {}
        self._keys: dict[str, str] = {}  # of words as they are written
        self._names: dict[str, str] = {}  # how a key was written first

    def add(self, group: Group, words: Mapping[str, int]) -> None:
        """Count words of a text of a group."""
        counts = self._counts.setdefault(group, Counter())
        for word, count in words.items():
            key = self._keys.get(word)
            if key is None:
                key = self._keys[word] = normalise(word)
                self._names.setdefault(key, word)
            counts[key] += count

    def keywords(self, top_k: int = 20) -> dict[Group, list[Keyword]]:
        """The words that each group has more often than the others, the best first; groups as they came.

        Raises:
            ArgumentError: there are not two groups; or ``top_k`` is negative.
        """
        if top_k < 0:
            raise errors.ArgumentError(f"top_k must be 0 or more, got {top_k}")
        if len(self._counts) < 2:
            have = ", ".join(repr(group) for group in self._counts) or "none"
            raise errors.ArgumentError(f"to compare, two groups of texts or more are needed; there are: {have}")
        prior: Counter[str] = Counter()
        for counts in self._counts.values():
            prior.update(counts)
        return {group: self._best(counts, prior, top_k) for group, counts in self._counts.items()}

    def _best(self, counts: Counter[str], prior: Counter[str], top_k: int) -> list[Keyword]:
        size, total = counts.total(), prior.total()
        scored = []
        for word, count in counts.items():
            score = log_odds(count, size, prior[word] - count, total - size, prior[word], total)
            if score > 0:
                scored.append((-score, -count, word))
        best = nsmallest(top_k, scored)
        return [Keyword(self._names[word], -score, -count, ()) for score, count, word in best]


def log_odds(count: int, size: int, others: int, others_size: int, prior: int, prior_size: int) -> float:
    """The z-score of the log-odds of a word in a group and in the others.

    Args:
        count, size: how often the group has the word; all its words.
        others, others_size: the same of the other groups.
        prior, prior_size: the same of the prior.

    Returns:
        0 if there is no other word.

    >>> round(log_odds(10, 100, 10, 1000, 20, 1100), 3)
    2.21
    """
    rest, others_rest = size + prior_size - count - prior, others_size + prior_size - others - prior
    if not rest or not others_rest:
        return 0.0
    delta = log((count + prior) / rest) - log((others + prior) / others_rest)
    return delta / sqrt(1 / (count + prior) + 1 / (others + prior))
