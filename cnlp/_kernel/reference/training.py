"""The numpy twin of ``cnlp._kernel.training``: same names, same arguments, same results except for rounding.

It is the oracle that the C loops are tested against, and what trains where they were not compiled, some
hundred times slower. The layout of the arguments is drawn at the head of ``_kernel/python/training_module.c``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cnlp._kernel.layout import LONGEST_MATCH, LONGEST_PHRASE, N_STREAMS, N_TAGGER_STREAMS, NOTHING
from cnlp._kernel.reference.entity_features import observe_piece
from cnlp._kernel.reference.tagger_features import observe

_NEGLIGIBLE = 1e-3  # a difference of probabilities that a stochastic step leaves out
_FORBIDDEN = -1e30
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Data:
    ids: npt.NDArray[np.int32]
    windows: list[tuple[int, int]]
    bases: list[int]
    rates: list[float]
    sequences: list[tuple[int, int]]
    tags: npt.NDArray[np.uint8]
    allowed: npt.NDArray[np.bool_]
    n_tags: int
    transitions: int
    start_tag: int
    targets: npt.NDArray[np.float32]
    pairs: npt.NDArray[np.float32]

    @classmethod
    def of(cls, problem: tuple[Any, ...]) -> _Data:
        ids, windows, bases, rates, sequences, tags, allowed, n_tags, transitions, start_tag, targets, pairs = problem
        gold = np.frombuffer(tags, np.uint8)
        if not any(allowed[-n_tags:]):
            raise ValueError("no tag is allowed to be the last")
        return cls(
            np.frombuffer(ids, np.int32).reshape(-1, len(gold)) if len(gold) else np.zeros((0, 0), np.int32),
            [(int(low), int(high)) for low, high in np.frombuffer(windows, np.int32).reshape(-1, 2)],
            np.frombuffer(bases, np.int64).tolist(),
            np.frombuffer(rates, np.float32).tolist(),
            [(int(begin), int(end)) for begin, end in np.frombuffer(sequences, np.int32).reshape(-1, 2)],
            gold,
            np.frombuffer(allowed, np.uint8).reshape(-1, n_tags) != 0,
            n_tags,
            transitions,
            start_tag,
            np.frombuffer(targets, np.float32).reshape(-1, n_tags),
            np.frombuffer(pairs, np.float32).reshape(-1, n_tags, n_tags),
        )

    def features(self, position: int) -> list[tuple[int, float]]:
        """Index of the first tag's weight, and the rate, of every row that speaks about a position."""
        found = []
        for stream, (low, high) in enumerate(self.windows):
            for offset in range(low, high + 1):
                q = position - offset
                if 0 <= q < len(self.tags) and (row := int(self.ids[stream, q])) >= 0:
                    at = (row * (high - low + 1) + offset - low) * self.n_tags
                    found.append((self.bases[stream] + at, self.rates[stream]))
        return found

    def scores(self, weights: npt.NDArray[np.float32], begin: int, end: int) -> Reals:
        """[n, T]"""
        rows = np.zeros((end - begin, self.n_tags))
        for position in range(begin, end):
            for at, _ in self.features(position):
                rows[position - begin] += weights[at : at + self.n_tags]
        return rows

    def moves(self, weights: npt.NDArray[np.float32]) -> tuple[Reals, Reals]:
        """Transitions [T, T] and the start [T], the forbidden ones impossible."""
        n = self.n_tags
        table = weights[self.transitions : self.transitions + n * (n + 1)].reshape(n + 1, n).astype(float)
        start = table[self.start_tag if self.start_tag >= 0 else n]
        masked = np.where(self.allowed[: n + 1], np.vstack([table[:n], start]), _FORBIDDEN)
        return masked[:n], masked[n]

    def first(self) -> int:
        """Row of the transitions that a sequence starts from."""
        return self.start_tag if self.start_tag >= 0 else self.n_tags


def decode(problem: tuple[Any, ...], weights: bytes, paths: bytearray) -> None:
    """Viterbi paths of all sequences."""
    data, w = _Data.of(problem), np.frombuffer(weights, np.float32)
    view = np.frombuffer(paths, np.uint8)
    for begin, end in data.sequences:
        if end > begin:
            view[begin:end] = _viterbi(data, data.scores(w, begin, end), *data.moves(w))


def perceptron_epoch(
    problem: tuple[Any, ...],
    order: bytes,
    weights: bytearray,
    sums: bytearray,
    steps: int,
    margin: float,
    aggressiveness: float,
) -> tuple[int, int]:
    """One pass; the number of wrong tags and of steps."""
    data, w, total = _Data.of(problem), np.frombuffer(weights, np.float32), np.frombuffer(sums, np.float64)
    wrong = 0
    for number in np.frombuffer(order, np.int32):
        begin, end = data.sequences[number]
        steps += 1
        if end <= begin:
            continue
        gold = data.tags[begin:end].astype(int)
        scores = data.scores(w, begin, end)
        scores += margin * (np.arange(data.n_tags) != gold[:, None])
        moves, start = data.moves(w)
        path = _viterbi(data, scores, moves, start)
        misses = np.flatnonzero(path != gold)
        if not len(misses):
            continue
        wrong += len(misses)
        by = 1.0
        if aggressiveness > 0:
            rows = np.arange(end - begin)
            violation = scores[rows, path].sum() - scores[rows, gold].sum() + start[path[0]] - start[gold[0]]
            violation += moves[path[:-1], path[1:]].sum() - moves[gold[:-1], gold[1:]].sum()
            violation += 0.0 if margin > 0 else len(misses)
            norm = sum(2 * (1 + sum(rate for _, rate in data.features(begin + p))) for p in misses.tolist())
            by = min(violation / norm, aggressiveness)
            if by <= 0:
                continue
        for p in misses.tolist():
            for at, rate in data.features(begin + p):
                _move(w, total, at + gold[p], by * rate, steps)
                _move(w, total, at + path[p], -by * rate, steps)
        for tags, sign in ((gold, by), (path, -by)):
            before = [data.first(), *tags[:-1].tolist()]
            for left, right in zip(before, tags.tolist(), strict=True):
                _move(w, total, data.transitions + left * data.n_tags + right, sign, steps)
    return wrong, steps


def crf_gradient(problem: tuple[Any, ...], weights: bytes, gradient: bytearray) -> float:
    """Negative log-likelihood in nats; its gradient is added."""
    data, w, target = (
        _Data.of(problem),
        np.frombuffer(weights, np.float32),
        np.frombuffer(gradient, np.float32),
    )
    numbers = [number for number, (begin, end) in enumerate(data.sequences) if end > begin]
    return sum(_add_gradient(data, w, 1.0, number, target, 1.0) for number in numbers)


def crf_epoch(
    problem: tuple[Any, ...],
    order: bytes,
    weights: bytearray,
    steps: int,
    scale: float,
    rate: float,
    decay: float,
    l2: float,
) -> tuple[float, int, float]:
    """One pass of stochastic gradient steps: loss, steps, and the factor of the weights."""
    data, w = _Data.of(problem), np.frombuffer(weights, np.float32)
    loss = 0.0
    for number in np.frombuffer(order, np.int32):
        begin, end = data.sequences[number]
        eta = rate / (1 + decay * steps)
        steps += 1
        if end > begin:
            shrunk = scale * (1 - eta * l2)
            loss += _add_gradient(data, w, scale, number, w, -eta / shrunk, _NEGLIGIBLE)
            scale = shrunk
    return loss, steps, scale


def marginals(problem: tuple[Any, ...], weights: bytes, values: bytearray) -> None:
    """p(tag | sequence)."""
    data, w = _Data.of(problem), np.frombuffer(weights, np.float32)
    view = np.frombuffer(values, np.float64).reshape(-1, data.n_tags)
    for begin, end in data.sequences:
        if end > begin:
            view[begin:end] = _expect(data, data.scores(w, begin, end), *data.moves(w))[1]


def tagger_keys(symbols: bytes, types: bytes, matches: bytes) -> tuple[bytearray, ...]:
    """The keys of the segmenter's streams at each position of a corpus, ``NOTHING`` where there is none.

    Args:
        symbols: uint32[N], with two zeros and more before, between and after lines.
        types: uint8[N].
        matches: int64[M][3]: start, length, evidence class; negative for no match.

    Returns:
        int64[N] for each stream.

    Raises:
        ValueError: the row does not begin and end with zeros, or a match is not in it.
    """
    row, kinds = np.frombuffer(symbols, np.uint32), np.frombuffer(types, np.uint8)
    if len(row) < 4 or row[:2].any() or row[-2:].any():
        raise ValueError("a row of symbols must begin and end with two zeros")
    found = np.frombuffer(matches, np.int64).reshape(-1, 3)
    for number, (start, length, _) in enumerate(found):
        if not 2 <= length <= LONGEST_MATCH or not 0 <= start <= len(row) - length:
            raise ValueError(f"match {number} lies outside of the row, or has a wrong length")
    keys = np.full((N_TAGGER_STREAMS, len(row)), NOTHING, np.int64)
    edges = np.diff((row > 0).astype(np.int8), prepend=0)
    for begin, end in zip(np.flatnonzero(edges > 0), np.flatnonzero(edges < 0), strict=True):
        inside = found[(found[:, 0] >= begin) & (found[:, 0] < end) & (found[:, 2] >= 0)] - np.array([begin, 0, 0])
        line = observe(row[begin:end].tolist(), kinds[begin:end].tolist(), inside.tolist())
        keys[:, begin - 1 : end] = list(line.values())
    return tuple(bytearray(stream.tobytes()) for stream in keys)


def entity_keys(
    symbols: bytes, types: bytes, begins: bytes, ends: bytes, words: bytes, phrases: bytes
) -> tuple[bytearray, ...]:
    """The keys of the recognizer's streams at each position of a corpus, ``NOTHING`` where there is none.

    Args:
        symbols: uint32[N], with two zeros and more before, between and after pieces.
        types: uint32[N].
        begins, ends: uint8[N], how characters begin and end entities.
        words: int64[W][5]: start, length, hash, class, cluster; words that touch are of one piece.
        phrases: int64[P][3]: start, length and class of phrases known as entities, sorted.

    Returns:
        int64[N] for each stream.

    Raises:
        ValueError: the row does not begin and end with zeros, or a word or phrase is not in it.
    """
    row, kinds = np.frombuffer(symbols, np.uint32), np.frombuffer(types, np.uint32)
    if len(row) < 4 or row[:2].any() or row[-2:].any():
        raise ValueError("a row of symbols must begin and end with two zeros")
    listed, known = np.frombuffer(words, np.int64).reshape(-1, 5), np.frombuffer(phrases, np.int64).reshape(-1, 3)
    last = 2
    for number, (start, length, *_) in enumerate(listed.tolist()):
        if start < last or length < 1 or start > len(row) - 2 - length:
            raise ValueError(f"word {number} lies outside of the row, or overlaps")
        last = start + length
    for number, (start, length, _) in enumerate(known.tolist()):
        if not 1 <= length <= LONGEST_PHRASE or not 2 <= start <= len(row) - 2 - length:
            raise ValueError(f"phrase {number} lies outside of the row, or is too long")
    keys = np.full((N_STREAMS, len(row)), NOTHING, np.int64)
    breaks = np.flatnonzero(listed[1:, 0] != listed[:-1, 0] + listed[:-1, 1]) + 1
    for piece in np.split(listed, breaks) if len(listed) else []:
        begin, end = int(piece[0, 0]), int(piece[-1, 0] + piece[-1, 1])
        inside = known[(known[:, 0] >= begin) & (known[:, 0] < end)] - np.array([begin, 0, 0])
        found = observe_piece(
            row[begin:end].tolist(),
            kinds[begin:end].tolist(),
            (list(begins[begin:end]), list(ends[begin:end])),
            [
                (start + size - begin, word % 2**64, kind, cluster)
                for start, size, word, kind, cluster in piece.tolist()
            ],
            inside.tolist(),
        )
        for p, seen in enumerate(found, begin):
            keys[:, p] = np.array([key if key is not None else 2**64 - 1 for key in seen], np.uint64).view(np.int64)
    return tuple(bytearray(stream.tobytes()) for stream in keys)


def _move(weights: Any, sums: Any, at: int, by: float, step: int) -> None:
    weights[at] += by
    sums[at] += step * by


def _viterbi(data: _Data, scores: Reals, moves: Reals, start: Reals) -> npt.NDArray[np.intp]:
    best = start + scores[0]
    back = []
    for row in scores[1:]:
        reach = best[:, None] + moves
        back.append(reach.argmax(0))
        best = reach.max(0) + row
    tags = [int(np.where(data.allowed[-1], best, -np.inf).argmax())]
    for came in reversed(back):
        tags.append(int(came[tags[-1]]))
    return np.array(tags[::-1])


def _expect(data: _Data, scores: Reals, moves: Reals, start: Reals) -> tuple[float, Reals, Reals]:
    """log Z, marginals [n, T], expected transitions [T, T]: forward-backward in logarithms."""
    n = len(scores)
    alpha, beta = np.empty_like(scores), np.zeros_like(scores)
    beta[-1] = np.where(data.allowed[-1], 0.0, _FORBIDDEN)
    alpha[0] = start + scores[0]
    for p in range(1, n):
        alpha[p] = scores[p] + np.logaddexp.reduce(alpha[p - 1][:, None] + moves, axis=0)
    for p in range(n - 2, -1, -1):
        beta[p] = np.logaddexp.reduce(moves + (scores[p + 1] + beta[p + 1])[None, :], axis=1)
    log_z = float(np.logaddexp.reduce(alpha[-1] + beta[-1]))
    expected = np.zeros_like(moves)
    for p in range(1, n):
        expected += np.exp(alpha[p - 1][:, None] + moves + (scores[p] + beta[p])[None, :] - log_z)
    return log_z, np.exp(alpha + beta - log_z), expected


def _add_gradient(
    data: _Data, weights: Any, scale: float, number: int, target: Any, by: float, least: float = 0.0
) -> float:
    """The loss of one sequence; ``target`` moves by ``by`` times its gradient.

    Positions where no probability is off by ``least`` are left out.
    """
    n = data.n_tags
    begin, end = data.sequences[number]
    moves, start = (np.where(m > _FORBIDDEN, m * scale, _FORBIDDEN) for m in data.moves(weights))
    scores = data.scores(weights, begin, end) * scale
    log_z, chances, expected = _expect(data, scores, moves, start)
    wanted, pairs = _wanted(data, number)
    loss = log_z - (scores * wanted).sum() - (start * wanted[0])[start > _FORBIDDEN].sum()
    loss -= (moves * pairs)[moves > _FORBIDDEN].sum()
    chances -= wanted
    table = target[data.transitions : data.transitions + n * (n + 1)].reshape(n + 1, n)
    table[:n] += by * (expected - pairs)
    table[data.first()] += by * chances[0]
    for p in range(begin, end):
        if np.abs(chances[p - begin]).max() >= least:
            for at, _ in data.features(p):
                target[at : at + n] += by * chances[p - begin]
    return float(loss)


def _wanted(data: _Data, number: int) -> tuple[Reals, Reals]:
    """[n, T] probabilities and [T, T] counts of transitions that are to be learnt: the targets, or of the gold tags."""
    begin, end = data.sequences[number]
    if len(data.targets):
        return data.targets[begin:end].astype(float), data.pairs[number].astype(float)
    gold = data.tags[begin:end].astype(int)
    pairs = np.zeros((data.n_tags, data.n_tags))
    np.add.at(pairs, (gold[:-1], gold[1:]), 1)
    return np.eye(data.n_tags)[gold], pairs
