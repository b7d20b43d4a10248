"""Linear sequence models over streams of rows: the weights of perceptron and CRF, and their learning.

A model gives a sequence of observations x and its tags t the score

    s(x, t) = sum over p of A[t_p-1, t_p] + sum over streams k and offsets d of W_k[key_k(p - d), d, t_p]

(:mod:`cnlp.sequence.templates` defines streams). Learning:

    perceptron  every sequence whose best path is wrong moves the weights towards the gold path and away from
                the found one, by 1, or by the least step that repairs it, at most C (passive-aggressive,
                PA-I). With a margin m the best path is sought with every wrong tag m better than it is. The
                result is the average of the weights over all steps. Collins 2002; Crammer et al. 2006.
    CRF         P(t | x) = exp s(x, t) / Z(x); minimises -log P + l2 / 2 |w|^2 by stochastic gradient steps
                or by L-BFGS. Lafferty, McCallum and Pereira 2001; Bottou 2010. With the probabilities Q of a
                teacher in place of gold tags the loss is - sum over t of Q(t) log P(t | x) (Hinton et al. 2015).

The loops run in C (``cnlp._kernel.training``), or in its numpy twin where that was not compiled (some hundred
times slower). Cost of an epoch: O(N S w T + N T^2) for N positions, S streams of window w and T tags.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from cnlp import errors
from cnlp._kernel import training_kernel as kernel
from cnlp.sequence.arrays import Bytes, Floats, Ints
from cnlp.sequence.templates import NOTHING, Template

BLOCKS = 10  # parts of a corpus that are left out in turn where features are counted in the corpus itself


@dataclass(frozen=True)
class Epoch:
    """One line of the training log.

    Attributes:
        number: from 1.
        wrong: tags that the perceptron had wrong in passing, margin included; ``None`` for a CRF.
        loss: negative log-likelihood in nats while passing; ``None`` for a perceptron.
        dev: the score on the dev part, ``None`` without one.
    """

    number: int
    wrong: int | None = None
    loss: float | None = None
    dev: float | None = None


def lookup(keys: Ints, table: Ints) -> Ints:
    """The place of each key in a sorted table, ``NOTHING`` where it is not there."""
    if not len(table):
        return np.full(len(keys), NOTHING, np.int64)
    place = np.searchsorted(table, keys)
    place[place == len(table)] = 0
    return np.where(table[place] == keys, place, NOTHING)


@dataclass(frozen=True)
class Stream:
    """A template's rows: the keys that have one, sorted; row i belongs to key i."""

    template: Template
    keys: Ints


def learn_stream(template: Template, keys: Ints, minimum: int) -> tuple[Stream, Ints]:
    """The stream of all keys that occur at least ``minimum`` times, and the row of each position."""
    seen, where, counts = np.unique(keys, return_inverse=True, return_counts=True)
    kept = (counts >= minimum) & (seen != NOTHING)
    rows = np.where(kept, np.cumsum(kept) - 1, NOTHING)
    return Stream(template, seen[kept]), rows[where]


def find_rows(stream: Stream, keys: Ints) -> Ints:
    """The row of each position, ``NOTHING`` where the stream has no such key."""
    return lookup(keys, stream.keys)


def buffer_of(size: int, dtype: npt.DTypeLike) -> tuple[bytearray, npt.NDArray[Any]]:
    """Zeroed memory that the kernel writes to, and its view."""
    data = bytearray(size * np.dtype(dtype).itemsize)
    return data, np.frombuffer(data, dtype)


class Shape:
    """The offset of each stream's rows in the weights; the transitions [T][T] and the start [T] follow.

    Args:
        windows: (low, high) of each stream.
        rows: how many rows each stream has.
        n_tags: T.

    >>> shape = Shape([(-1, 1), (0, 0)], [2, 5], 4)
    >>> shape.bases.tolist(), shape.transitions, shape.n_weights
    ([0, 24], 44, 64)
    """

    def __init__(self, windows: Sequence[tuple[int, int]], rows: Sequence[int], n_tags: int) -> None:
        self.windows = np.array(windows, np.int32).reshape(-1, 2)
        self.rows = list(rows)
        self.n_tags = n_tags
        widths = (self.windows[:, 1] - self.windows[:, 0] + 1).astype(np.int64)
        ends = np.cumsum(np.array(self.rows, np.int64) * widths * n_tags)
        self.bases = np.concatenate([[0], ends]).astype(np.int64)[: len(self.rows)]
        self.transitions = int(ends[-1]) if len(ends) else 0
        self.n_weights = self.transitions + n_tags * (n_tags + 1)

    @classmethod
    def of(cls, streams: Sequence[Stream], n_tags: int) -> Shape:
        """The shape of a model that has these streams."""
        windows = [(stream.template.low, stream.template.high) for stream in streams]
        return cls(windows, [len(stream.keys) for stream in streams], n_tags)

    def block(self, weights: npt.NDArray[Any], stream: int) -> npt.NDArray[Any]:
        """[rows, width, T]: the view of one stream's weights."""
        low, high = self.windows[stream].tolist()
        shape = (self.rows[stream], high - low + 1, self.n_tags)
        start = int(self.bases[stream])
        return weights[start : start + shape[0] * shape[1] * shape[2]].reshape(shape)

    def table(self, weights: npt.NDArray[Any], stream: int) -> npt.NDArray[Any]:
        """[rows, width * T]: the same, flat; a stream may have no rows."""
        block = self.block(weights, stream)
        return block.reshape(block.shape[0], block.shape[1] * block.shape[2])


class Problem:
    """Sequences as the kernel wants them.

    Args:
        shape: of the weights.
        sequences: [Q, 2] begins and ends.
        tags: [N] gold tags; zeros where they are not known.
        allowed: [T][T], first [T], last [T] as bytes of 0 and 1 (``schemes.transition_mask``).
        start_tag: the tag before every sequence, -1 for a separate start.

    Attributes:
        ids: [S, N] row of each stream at each position; to be filled in.
        targets, pairs: [N, T] probabilities of tags and [Q, T, T] expected counts of transitions, which a CRF learns in
            place of the gold tags; empty where there is no teacher.
    """

    def __init__(
        self, shape: Shape, sequences: npt.ArrayLike, tags: Bytes, allowed: bytes, start_tag: int = -1
    ) -> None:
        self.shape = shape
        self.sequences = np.array(sequences, np.int32).reshape(-1, 2)
        self.tags = np.ascontiguousarray(tags, np.uint8)
        self.allowed = allowed
        self.start_tag = start_tag
        rates = np.ones(len(shape.rows), np.float32)
        self._ids, flat = buffer_of(len(shape.rows) * len(self.tags), np.int32)
        self.ids = flat.reshape(len(shape.rows), len(self.tags))
        self.ids.fill(NOTHING)
        self.targets = self.pairs = np.zeros(0, np.float32)
        self._fixed = (shape.windows.tobytes(), shape.bases.tobytes(), rates.tobytes())

    def arguments(self) -> tuple[object, ...]:
        """The tuple for the kernel."""
        return (
            self._ids,
            *self._fixed,
            self.sequences.tobytes(),
            self.tags.tobytes(),
            self.allowed,
            self.shape.n_tags,
            self.shape.transitions,
            self.start_tag,
            _bytes_of(self.targets),
            _bytes_of(self.pairs),
        )

    def decode(self, weights: Floats) -> Bytes:
        """[N] best tags of all sequences; 0 outside of them."""
        paths, view = buffer_of(len(self.tags), np.uint8)
        kernel.decode(self.arguments(), _bytes_of(weights), paths)
        return view

    def marginals(self, weights: Floats) -> npt.NDArray[np.float64]:
        """[N, T] probability of each tag given the sequence."""
        values, view = buffer_of(len(self.tags) * self.shape.n_tags, np.float64)
        kernel.marginals(self.arguments(), _bytes_of(weights), values)
        return view.reshape(-1, self.shape.n_tags)

    def loss_and_gradient(self, weights: Floats) -> tuple[float, Floats]:
        """Negative log-likelihood of the gold tags, or cross entropy of the targets, without L2; and its gradient."""
        gradient, view = buffer_of(self.shape.n_weights, np.float32)
        loss = kernel.crf_gradient(self.arguments(), _bytes_of(weights), gradient)
        return float(loss), view


def _bytes_of(weights: Floats) -> bytes:
    return np.ascontiguousarray(weights, np.float32).tobytes()


@dataclass
class PerceptronState:
    """Weights in training: the sums for the average, and the steps over all epochs."""

    weights: bytearray
    sums: bytearray
    steps: int = 0

    @classmethod
    def zeros(cls, size: int) -> PerceptronState:
        """Nothing learnt yet."""
        return cls(bytearray(4 * size), bytearray(8 * size))

    def average(self) -> Floats:
        """The averaged weights."""
        weights, sums = np.frombuffer(self.weights, np.float32), np.frombuffer(self.sums, np.float64)
        return (weights - sums / max(self.steps, 1)).astype(np.float32)

    def forget(self) -> None:
        """Start averaging here."""
        np.frombuffer(self.sums, np.float64)[:] = 0
        self.steps = 0


@dataclass
class Best:
    """Keeps the weights with the best dev score; without scores, the latest."""

    weights: Floats | None = None
    score: float = -1.0
    log: list[Epoch] = field(default_factory=list)

    def offer(self, epoch: Epoch, weights: Floats) -> None:
        """Take the weights if they are better."""
        self.log.append(epoch)
        if epoch.dev is None or epoch.dev > self.score or self.weights is None:
            self.weights = weights
            self.score = -1.0 if epoch.dev is None else epoch.dev


def perceptron(
    problem: Problem,
    state: PerceptronState,
    *,
    order: Sequence[int] | npt.NDArray[np.int64],
    epochs: int,
    margin: float,
    aggressiveness: float,
    burn_in: int,
    seed: int,
    score: Callable[[Floats], float] | None = None,
) -> Iterator[tuple[Epoch, Floats]]:
    """Train epoch by epoch; yields the log and the average so far.

    Args:
        problem: the sequences.
        state: is changed.
        order: numbers of the sequences of an epoch, one as often as it is to be seen; shuffled here.
        epochs: how many.
        margin, aggressiveness: m and C of the head of this module; C = 0 for steps of 1.
        burn_in: epochs before averaging starts.
        seed: of the shuffle.
        score: of averaged weights on the dev part.
    """
    shuffled = np.array(order, np.int32)
    random = np.random.RandomState(errors.check_seed(seed))
    for number in range(1, epochs + 1):
        if number == burn_in + 1:
            state.forget()
        random.shuffle(shuffled)
        arguments = problem.arguments(), shuffled.tobytes(), state.weights, state.sums, state.steps
        wrong, state.steps = kernel.perceptron_epoch(*arguments, margin, aggressiveness)
        weights = state.average()
        yield Epoch(number, wrong=wrong, dev=score(weights) if score else None), weights


@dataclass
class GradientState:
    """Weights on their way: ``weights * scale``, after so many steps, one for a sequence."""

    weights: bytearray
    steps: int = 0
    scale: float = 1.0

    def now(self) -> Floats:
        """The weights."""
        return (np.frombuffer(self.weights, np.float32) * self.scale).astype(np.float32)


def crf_online(
    problem: Problem,
    state: GradientState,
    *,
    order: Sequence[int] | npt.NDArray[np.int64],
    epochs: int,
    rate: float,
    l2: float,
    seed: int,
    score: Callable[[Floats], float] | None = None,
) -> Iterator[tuple[Epoch, Floats]]:
    """Stochastic gradient steps of size rate / (1 + steps / sequences); changes the state, yields log and weights."""
    shuffled = np.array(order, np.int32)
    random = np.random.RandomState(errors.check_seed(seed))
    for number in range(1, epochs + 1):
        random.shuffle(shuffled)
        arguments = problem.arguments(), shuffled.tobytes(), state.weights, state.steps, state.scale
        loss, state.steps, state.scale = kernel.crf_epoch(*arguments, rate, 1.0 / max(len(shuffled), 1), l2)
        if not math.isfinite(loss):
            reason = f"training diverged in pass {number}: the loss is {loss}; take a rate below {rate:g}"
            raise errors.ArgumentError(reason)
        now = state.now()
        yield Epoch(number, loss=loss, dev=score(now) if score else None), now


def crf_batch(
    problem: Problem, *, iterations: int, l2: float, score: Callable[[Floats], float] | None = None
) -> Iterator[tuple[Epoch, Floats]]:
    """L-BFGS (Nocedal 1980; memory 10, backtracking to Armijo's condition); yields the log and the weights.

    Stops before ``iterations`` when the gradient is a thousandth of |w|, as CRFsuite does.
    """

    def objective(w: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        loss, gradient = problem.loss_and_gradient(w.astype(np.float32))
        return loss + 0.5 * l2 * float(w @ w), gradient + l2 * w

    w = np.zeros(problem.shape.n_weights)
    value, slope = objective(w)
    memory: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]] = []
    for number in range(1, iterations + 1):
        direction = -_inverse_hessian(slope, memory)
        step = 1.0 if memory else 1.0 / max(float(np.linalg.norm(slope)), 1.0)
        descent = float(slope @ direction)
        for _ in range(30):
            new_w = w + step * direction
            new_value, new_slope = objective(new_w)
            if new_value <= value + 1e-4 * step * descent:
                break
            step /= 2
        else:
            return
        moved, turned = new_w - w, new_slope - slope
        curvature = float(moved @ turned)
        if curvature > 1e-10:
            memory = [*memory[-9:], (moved, turned, 1.0 / curvature)]
        w, value, slope = new_w, new_value, new_slope
        weights = w.astype(np.float32)
        yield Epoch(number, loss=value, dev=score(weights) if score else None), weights
        if np.linalg.norm(slope) <= 1e-3 * max(1.0, float(np.linalg.norm(w))):
            return


def _inverse_hessian(
    slope: npt.NDArray[np.float64],
    memory: Sequence[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]],
) -> npt.NDArray[np.float64]:
    """The two loops of L-BFGS: the approximate inverse Hessian times the gradient."""
    q = slope.copy()
    shares = []
    for moved, turned, inverse in reversed(memory):
        shares.append(inverse * float(moved @ q))
        q -= shares[-1] * turned
    if memory:
        moved, turned, inverse = memory[-1]
        q *= 1.0 / (inverse * float(turned @ turned))
    for (moved, turned, inverse), share in zip(memory, reversed(shares), strict=True):
        q += moved * (share - inverse * float(turned @ q))
    return q


def run_epochs(
    epochs: Iterator[tuple[Epoch, Floats]], *, total: int, progress: bool, name: str, best: Best | None = None
) -> Best:
    """Go through the epochs; an interrupt (Ctrl-C) ends training and keeps the best model so far.

    Raises:
        KeyboardInterrupt: nothing was learnt yet.
        MissingDependencyError: progress is asked for and tqdm is missing.
    """
    best = best or Best()
    bar = _progress_bar(total, name) if progress else None
    try:
        for epoch, weights in epochs:
            best.offer(epoch, weights)
            if bar is not None:
                shown = {"wrong": epoch.wrong, "loss": epoch.loss, "dev": epoch.dev}
                bar.set_postfix({key: value for key, value in shown.items() if value is not None})
                bar.update()
    except KeyboardInterrupt:
        if best.weights is None:
            raise
    finally:
        if bar is not None:
            bar.close()
    return best


def _progress_bar(total: int, name: str) -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        raise errors.missing_dependency("tqdm", "train", "a progress bar") from None
    return tqdm(total=total, desc=name, unit="epoch")
