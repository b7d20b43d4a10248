"""GloVe (Pennington et al. 2014), and the simpler GloVe of Su Jianlin (2017): vectors whose products fit counts.

With x_ij how often i and j occur near each other (:mod:`cnlp.vectors.cooccurrence`), X_i the sum of row i and X that of
all, the weighted squared errors J are made small:

    glove            J = 1/2 sum_ij f(x_ij) (w_i . c_j + b_i + d_j - ln x_ij)^2                  vectors: w + c
    simpler-glove    J = 1/2 sum_ij f(x_ij) (v_i . v_j - ln (x_ij X / (X_i X_j)))^2              vectors: v

The second is GloVe with one set of vectors and no biases: what the biases would learn, the frequencies, is known. Its
products are the pointwise mutual information of the pairs, in nats. In both f(x) = min(1, (x / 100)^0.75).

AdaGrad, in steps of some thousand pairs of both orders. The errors e of a step are a sparse matrix E, the gradients E C
and E^T W, so an epoch costs a few multiplications of n x size for n pairs.

Sources: "GloVe: global vectors for word representation" (Pennington, Socher, Manning 2014); "更别致的词向量模型"
(Su 2017, kexue.fm/archives/4667 and the five after it).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cnlp import errors
from cnlp.files.progress import Progress
from cnlp.vectors.cooccurrence import PAIR, Pairs

RATE = 0.2  # of AdaGrad; the paper has 0.05, for steps of one pair. Of 0.05 and 0.2 this one has the lower loss.
MOST, POWER = 100.0, 0.75  # of f, as in the paper

_STEP = 1 << 14  # pairs
_BLOCK = 1 << 20  # pairs that are summed at a time

Matrix = NDArray[np.float32]


class GloVe:
    """Vectors learnt from counted pairs, an epoch at a time.

    Args:
        path: the pairs, of :func:`cnlp.vectors.cooccurrence.count_pairs`.
        items: those that the pairs are of.
        size: of a vector.
        simpler: one set of vectors, and no biases.
        seed: of the first vectors and of the order of the steps.

    Raises:
        MissingDependencyError: scipy is not installed.

    Attributes:
        items: as given.
        state: what learning changes: the factors and the sums of their squared gradients. GloVe's rows are
            ``[w, b, 1]`` and ``[c, 1, d]``, whose product has the biases in it.
        epoch_bytes: those of the pairs.
        loss: J of the last epoch, each step before its update, divided by the number of pairs.
    """

    def __init__(self, path: str, items: Sequence[str], *, size: int, simpler: bool, seed: int) -> None:
        try:
            import scipy.sparse  # noqa: F401
        except ImportError:
            raise errors.missing_dependency("scipy", "neural", "training vectors") from None
        self._path, self._size, self._seed = path, size, seed
        self.epoch_bytes = os.path.getsize(path)
        self._n_pairs = self.epoch_bytes // PAIR.itemsize
        self.items = list(items)
        self.loss: float | None = None
        rng = np.random.default_rng(seed)

        def factor(*constants: float) -> Matrix:
            first = (rng.random((len(items), size)) - 0.5) / size
            return np.hstack([first, np.tile(constants, (len(items), 1))]).astype(np.float32)

        self._factors = {"v": factor()} if simpler else {"w": factor(0, 1), "c": factor(1, 0)}
        self._squares = {f"{name}_squares": np.ones_like(matrix) for name, matrix in self._factors.items()}
        self.state: Mapping[str, Matrix] = {**self._factors, **self._squares}
        self._is_simpler = simpler
        self._log_sums = self._sum_rows() if simpler else np.zeros(len(items))

    def learn(self, epoch: int, progress: Progress) -> None:
        """One pass over the pairs; ``epoch`` counts from 0."""
        steps = -(-self._n_pairs // _STEP)
        losses = 0.0
        for step in np.random.default_rng([self._seed, epoch]).permutation(steps):
            pairs = self._read(int(step) * _STEP, _STEP)
            losses += self._step(pairs)
            progress.advance(pairs.nbytes)
        self.loss = losses / max(1, self._n_pairs)

    def vectors(self) -> Matrix:
        """Of each item its vector."""
        if self._is_simpler:
            return self.state["v"]
        learnt: Matrix = self.state["w"][:, : self._size] + self.state["c"][:, : self._size]
        return learnt

    def _read(self, start: int, count: int) -> Pairs:
        return np.fromfile(self._path, PAIR, count, offset=start * PAIR.itemsize)

    def _sum_rows(self) -> NDArray[np.float64]:
        """Of each item ln X_i - (ln X) / 2, which the mutual information of a pair has twice."""
        sums = np.zeros(len(self.items))
        for start in range(0, self._n_pairs, _BLOCK):
            pairs = self._read(start, _BLOCK)
            first, second, counts = pairs["first"], pairs["second"], pairs["count"]
            sums += np.bincount(first, counts, len(sums))
            sums += np.bincount(second, np.where(first == second, 0, counts), len(sums))
        logs: NDArray[np.float64] = np.log(np.maximum(sums, 1e-12)) - np.log(max(sums.sum(), 1e-12)) / 2
        return logs

    def _step(self, pairs: Pairs) -> float:
        """Learn from some pairs; returns their loss."""
        first, second, counts = pairs["first"], pairs["second"], pairs["count"].astype(np.float64)
        targets = np.log(counts) - self._log_sums[first] - self._log_sums[second]
        weights = np.minimum(1, (counts / MOST) ** POWER)
        used, places = np.unique(np.concatenate([first, second]), return_inverse=True)
        rows, columns = places[: len(first)], places[len(first) :]
        others = np.flatnonzero(first != second)
        if self._is_simpler:  # both orders of a pair are alike
            weights[others] *= 2
        else:
            rows, columns = np.concatenate([rows, columns[others]]), np.concatenate([columns, rows[others]])
            weights, targets = (np.concatenate([values, values[others]]) for values in (weights, targets))
        factors = [matrix[used] for matrix in self._factors.values()]
        loss, of_left, of_right = gradients(factors[0], factors[-1], rows, columns, weights, targets)
        if self._is_simpler:
            slopes = [of_left + of_right]
        else:
            slopes = [of_left, of_right]
            of_left[:, -1] = of_right[:, -2] = 0  # the ones that the other's biases are multiplied with
        for matrix, squares, factor, slope in zip(
            self._factors.values(), self._squares.values(), factors, slopes, strict=True
        ):
            summed = squares[used] + slope**2
            squares[used] = summed
            matrix[used] = factor - RATE * slope / np.sqrt(summed)
        return loss


def gradients(
    left: Matrix,
    right: Matrix,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    weights: NDArray[np.float64],
    targets: NDArray[np.float64],
) -> tuple[float, Matrix, Matrix]:
    """Half the weighted squares of the errors of the products, and the gradients of both factors.

    Args:
        left, right: the factors.
        rows, columns: of each pair, its row of ``left`` and its row of ``right``.
        weights, targets: of each pair.

    >>> left, right = np.array([[1, 2]], np.float32), np.array([[3, 1]], np.float32)
    >>> loss, of_left, of_right = gradients(left, right, *np.array([[0], [0]]), *np.array([[0.5], [3.0]]))
    >>> loss, of_left.tolist(), of_right.tolist()  # 1 * 3 + 2 * 1 is 2 too much
    (1.0, [[3.0, 1.0]], [[1.0, 2.0]])
    """
    from scipy.sparse import csr_matrix

    misses = np.einsum("ij,ij->i", left[rows], right[columns]) - targets
    slopes = (weights * misses).astype(np.float32)
    matrix = csr_matrix((slopes, (rows, columns)), shape=(len(left), len(right)))
    return float(slopes @ misses) / 2, matrix @ right, matrix.T @ left
