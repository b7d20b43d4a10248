"""From counts to the arrays of a lexicon model: trie, unigram costs, bigram table.

Jelinek and Mercer (1980) interpolation gives the probability of a word w after a word v,

    P(w | v) = L * c(v, w) / c(v) + (1 - L) * c(w) / N

with counts c, N words in all, and L = 0.6 (``interpolation``), chosen on January 29 to 31 of PFR 1998
held out of the counts. The trie holds the cost of w, -ln(c(w) / N); the table holds, for each pair
seen, what the pair takes off that cost,

    bonus(v, w) = ln(1 + L / (1 - L) * c(v, w) * N / (c(v) * c(w)))

in steps of 1/16 nat, and ``word_cost`` = -ln(1 - L) is added for every word. The table is a hash table
of buckets of eight entries, each of 24 bits of fingerprint and 8 of bonus.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from itertools import product
from math import log

from cnlp._kernel import kernel
from cnlp._kernel.hashes import bigram_hash
from cnlp._kernel.layout import BONUS_STEP, COST_SCALE, PAIR_BUCKET, PAIRS_LEFT, PAIRS_RIGHT, to_cost
from cnlp.lexicon.alphabet import assign_codes, pack_alphabet
from cnlp.text.normalise import fold_table
from cnlp.text.patterns import PATTERNS
from cnlp.text.scanner import build_tables

INTERPOLATION = 0.6
MIN_BONUS = 1.0  # nats; leaving out the pairs below costs nothing on the held-out days
BEGIN = "<begin>"  # before the first word of a sentence
UNKNOWN = "<unknown>"  # a character that is in no word
_LOAD_FACTOR = 0.6
_RARE = 0.5  # count of a class or character never seen


def class_word(pattern: str) -> str:
    """How the counts name all the tokens that a pattern matches.

    >>> class_word("number")
    '<number>'
    """
    return f"<{pattern}>"


def compile_lexicon(
    counts: Mapping[str, float],
    bigrams: Mapping[tuple[str, str], int] | None = None,
    *,
    histories: Mapping[str, int] | None = None,
    interpolation: float = INTERPOLATION,
    folding: tuple[bool, bool, bool] = (True, True, True),
) -> tuple[dict[str, tuple[str, bytes]], dict[str, str]]:
    """Arrays and metadata of a lexicon model.

    Args:
        counts: of folded words, and of the classes of :func:`class_word` and ``UNKNOWN``.
        bigrams: counts of pairs of words or classes; the left one may be ``BEGIN``.
        histories: how often something followed each left word; by default the sum over its pairs,
            which is right unless rare pairs were left out.
        interpolation: the L of the formula, between 0 and 1.
        folding: width, case, script: what the trie's alphabet folds.

    Raises:
        ArgumentError: the words have more different characters than an alphabet can hold.
    """
    classes = [UNKNOWN, *(class_word(pattern.counted) for pattern in PATTERNS)]
    words = [word for word in counts if word not in set(classes)]
    total = sum(counts.values())
    fold = fold_table(*folding)
    codes = assign_codes(words)
    pages, cells = pack_alphabet(codes, fold)
    bonuses = list(_bonuses(counts, bigrams or {}, histories, total, interpolation))
    lefts, rights = {pair[0] for pair, _ in bonuses}, {pair[1] for pair, _ in bonuses}
    values = array("I")
    for word in words:
        flags = PAIRS_LEFT * (word in lefts) | PAIRS_RIGHT * (word in rights)
        values.append(1 + to_cost(log(total) - log(counts[word])) | flags)
    units, nodes = kernel.build_trie(words, values.tobytes(), pages, cells)
    units += bytes(-len(units) % 64)  # so that the buckets of the next array lie in one cache line each
    ids = {word: [node] for word, node in zip(words, array("I", nodes), strict=True)}
    for number, name in enumerate(classes, len(units) // 8):
        ids.setdefault(name, []).append(number)
    ids[BEGIN] = [0]
    class_costs = array("i", (to_cost(log(total) - log(counts.get(name, _RARE))) for name in classes))
    arrays = {
        "pages": ("U16", pages),
        "codes": ("U16", cells),
        "units": ("U64", units),
        "class_costs": ("I32", class_costs.tobytes()),
        "bigrams": ("U32", _hash_table(bonuses, ids)),
        **build_tables(),
    }
    metadata = {
        "kind": "lexicon",
        "max_length": str(max(map(len, words), default=0)),
        "weight_total": repr(float(total)),
        "words": str(len(words)),
        "bigrams": str(len(bonuses)),
        "word_cost": str(to_cost(-log(1 - interpolation)) if bigrams else 0),
        "interpolation": str(interpolation),
        "folding": ",".join(str(int(fold)) for fold in folding),
        "pattern_tags": ",".join(" ".join(pattern.tags) for pattern in PATTERNS),
    }
    return arrays, metadata


def _bonuses(
    counts: Mapping[str, float],
    pairs: Mapping[tuple[str, str], int],
    histories: Mapping[str, int] | None,
    total: float,
    interpolation: float,
) -> Iterator[tuple[tuple[str, str], int]]:
    """The bonus of each pair, in steps; a bonus below ``MIN_BONUS`` is as good as none."""
    odds = interpolation / (1 - interpolation)
    seen = dict(histories or {})
    if histories is None:
        for (left, _), count in pairs.items():
            seen[left] = seen.get(left, 0) + count
    for (left, right), count in pairs.items():
        nats = log(1 + odds * count / seen[left] * total / counts.get(right, _RARE))
        if nats >= MIN_BONUS:
            yield (left, right), min(255, round(nats * COST_SCALE / BONUS_STEP))


def _hash_table(bonuses: list[tuple[tuple[str, str], int]], ids: Mapping[str, list[int]]) -> bytes:
    entries = [
        (bigram_hash(left, right), steps)
        for pair, steps in bonuses
        for left, right in product(ids[pair[0]], ids[pair[1]])
    ]
    n_buckets = int(len(entries) / _LOAD_FACTOR / PAIR_BUCKET) + 1 if entries else 0
    table = array("I", bytes(4 * PAIR_BUCKET * n_buckets))
    free = [0] * n_buckets  # the first empty place of each bucket
    for hashed, steps in entries:
        bucket, fingerprint = (hashed >> 32) * n_buckets >> 32, hashed >> 8 & 0xFFFFFF
        while free[bucket] == PAIR_BUCKET:
            bucket = bucket + 1 if bucket + 1 < n_buckets else 0
        start, end = bucket * PAIR_BUCKET, bucket * PAIR_BUCKET + free[bucket]
        if all(entry >> 8 != fingerprint for entry in table[start:end]):  # else it would be ambiguous
            table[end] = fingerprint << 8 | steps
            free[bucket] += 1
    return table.tobytes()
