"""Words by the principle of minimum entropy: split where characters do not belong together, count the pieces.

Language is stored best in the units that bring its entropy down: two characters that are met together more
often than by chance cost less as one unit. So

1. characters a, b stay together where ln p(ab) / (p(a) p(b)) >= ``min_pmi``; everywhere else the text is split;
2. the spans between the splits are candidates, counted;
3. rare spans are dropped;
4. back-check: a chain of pairs need not hold together as a whole, so a span stays only if its PMI, the least
   over its splits, is at least 3 nats for two characters and one more for each further one.

The score is PMI / (n - 1) * ln count for a span of n characters; the count is that of spans, occurrences within
longer spans are not in it. Spans longer than the longest n-gram counted are not considered. The split needs no
second reading of the text: each window shows a span with the characters on both sides of it.

Source: Su Jianlin, 最小熵原理（二）："当机立断"之词库构建, 2018, https://kexue.fm/archives/5476. Cost: that of merging
the runs once more.
"""

from __future__ import annotations

from math import log

from cnlp.discovery import scoring
from cnlp.discovery.counting import NgramCounts
from cnlp.discovery.runs import OnRead
from cnlp.discovery.scoring import is_cohesive, measure, pmi
from cnlp.discovery.table import CountTable
from cnlp.types import Candidate

MIN_PAIR_PMI = 1.0  # nats, of two characters that stay together

_BATCH = 50_000


def bound_pairs(table: CountTable, min_pmi: float = MIN_PAIR_PMI) -> list[str]:
    """Pairs of characters that are met together more often than by chance.

    Args:
        table: counts.
        min_pmi: nats.
    """
    pairs = []
    for first in range(0, table.size(2), _BATCH):
        for text, *_ in table.rows(2, first, _BATCH, 0.0):
            if pmi(text, table.count, table.total) >= min_pmi:
                pairs.append(text)
    return pairs


def minimum_entropy_candidates(
    counts: NgramCounts,
    table: CountTable,
    *,
    min_count: int = scoring.MIN_COUNT,
    min_pmi: float = MIN_PAIR_PMI,
    min_cohesion: float = scoring.MIN_PMI,
    on_read: OnRead | None = None,
) -> list[Candidate]:
    """The spans that stay whole often enough, unsorted.

    Args:
        counts: all windows.
        table: made of ``counts``.
        min_count: rarer spans are dropped.
        min_pmi: of two characters that stay together, in nats.
        min_cohesion: of a span, in nats; see :func:`cnlp.discovery.scoring.is_cohesive`.
        on_read: called with the number of bytes after each read of a run.
    """
    spans = dict(counts.spans(bound_pairs(table, min_pmi), min_count, on_read))
    found = []
    for row in measure(table, among=spans):
        if is_cohesive(row.text, row.pmi, min_cohesion):
            count = spans[row.text]
            score = row.pmi / (len(row.text) - 1) * log(count)
            found.append(Candidate(row.text, count, row.pmi, row.left_entropy, row.right_entropy, score))
    return found
