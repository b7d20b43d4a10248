"""What a teacher says of a sequence, as a conditional random field learns it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cnlp.sequence.arrays import Bytes, Floats
from cnlp.sequence.linear import Problem, Shape


class Targets(NamedTuple):
    """Expected counts of one sequence.

    Attributes:
        tags: [n, T] the probability of each tag at each position.
        pairs: [T, T] how often each tag is expected after each tag, all positions together.
    """

    tags: Floats
    pairs: Floats


def of_tags(tags: Bytes, n_tags: int) -> Targets:
    """Those of tags that are certain.

    >>> of_tags(np.array([1, 0, 0], np.uint8), 2).pairs.tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    pairs = np.zeros((n_tags, n_tags), np.float32)
    np.add.at(pairs, (tags[:-1], tags[1:]), 1)
    return Targets(np.eye(n_tags, dtype=np.float32)[tags], pairs)


def mean(several: Sequence[Targets]) -> Targets:
    """The mean of what several teachers say of one sequence."""
    tags, pairs = zip(*several, strict=True)
    return Targets(np.stack(tags).mean(0), np.stack(pairs).mean(0))


def expected(scores: npt.NDArray[Any], transitions: npt.NDArray[Any], allowed: bytes, start_tag: int) -> Targets:
    """Those of a field.

    Args:
        scores: [n, T] of the tags.
        transitions: [T, T] of tags after tags.
        allowed: which may follow which, see :func:`cnlp.sequence.schemes.transition_mask`.
        start_tag: the tag before the sequence.
    """
    length, n_tags = scores.shape
    problem = Problem(Shape([(0, 0)], [length], n_tags), [(0, length)], np.zeros(length, np.uint8), allowed, start_tag)
    problem.ids[0] = np.arange(length)  # each position is a row, whose weights are its scores
    problem.targets = np.zeros((length, n_tags), np.float32)  # nothing is subtracted from what is expected
    problem.pairs = np.zeros((1, n_tags, n_tags), np.float32)
    weights = np.concatenate([scores.ravel(), transitions.ravel(), np.zeros(n_tags)]).astype(np.float32)
    counts = problem.loss_and_gradient(weights)[1]
    tags = counts[: length * n_tags].reshape(length, n_tags)
    pairs = counts[length * n_tags : -n_tags].reshape(n_tags, n_tags).copy()
    if length:
        pairs[start_tag] -= tags[0]  # the step from the tag before
    return Targets(tags, pairs)


def join(stretches: Sequence[Targets], n_tags: int) -> Targets:
    """Those of a sequence that was split; where two stretches meet, their tags are taken as independent."""
    if not stretches:
        return of_tags(np.zeros(0, np.uint8), n_tags)
    pairs = np.stack([stretch.pairs for stretch in stretches]).sum(0)
    for left, right in pairwise(stretches):
        pairs += np.outer(left.tags[-1], right.tags[0])
    return Targets(np.concatenate([stretch.tags for stretch in stretches]), pairs)


def teach(problem: Problem, targets: Iterable[Targets], alpha: float) -> None:
    """Let the sequences of a problem learn alpha times their tags and 1 - alpha times their targets.

    The loss is linear in what is learnt, so that this is alpha times the negative log-likelihood of the tags and
    1 - alpha times the cross entropy of the targets (Hinton, Vinyals and Dean, Distilling the knowledge in a neural
    network, 2015).
    """
    n_tags = problem.shape.n_tags
    problem.targets = np.zeros((len(problem.tags), n_tags), np.float32)
    problem.pairs = np.zeros((len(problem.sequences), n_tags, n_tags), np.float32)
    for number, ((begin, end), soft) in enumerate(zip(problem.sequences.tolist(), targets, strict=True)):
        hard = of_tags(problem.tags[begin:end], n_tags)
        problem.targets[begin:end] = alpha * hard.tags + (1 - alpha) * soft.tags
        problem.pairs[number] = alpha * hard.pairs + (1 - alpha) * soft.pairs
