"""The linear-chain conditional random field.

    P(t | x) = exp s(x, t) / sum over all t' of exp s(x, t')

with the score s of :mod:`cnlp.sequence.linear`, trained for maximal likelihood with L2 by stochastic gradient
steps or by L-BFGS, and able to say how sure it is of each tag (marginals). Sources: Lafferty, McCallum and
Pereira 2001; for segmentation Peng, Feng and McCallum 2004. An epoch costs three to five times what the
perceptron's does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from cnlp import errors
from cnlp.segmentation import encode
from cnlp.segmentation.characters import CharacterTagger
from cnlp.sequence import linear
from cnlp.sequence.arrays import Floats, Ints
from cnlp.sequence.linear import Epoch, GradientState, Problem

CRF_METHODS = ("sgd", "lbfgs")


class CRF(CharacterTagger):
    """Segments by tagging characters.

    Args:
        method: ``"sgd"`` or ``"lbfgs"``.
        epochs: passes over the corpus; for L-BFGS at most so many iterations.
        rate: first step size of the gradient steps; chosen on PFR January 22 to 31.
        l2: the factor of |w|^2 / 2: for one sequence with ``"sgd"``, for the whole corpus with ``"lbfgs"``.
        min_count: n-grams seen less often have no row.
        dictionary: words of a general dictionary with their frequencies, for match features.
        families: standards that resemble each other, with the name of what they form: rows of their own.
        seed: of the order in which the sentences are seen.

    >>> corpus = [["中国", "人民", "的", "生活"], ["人民", "生活", "在", "中国"]] * 10
    >>> model = CRF(epochs=5).fit(corpus)
    >>> model.predict(["中国人民在生活"])
    [['中国', '人民', '在', '生活']]
    """

    temperature = 1.0

    def __init__(
        self,
        *,
        method: str = "sgd",
        epochs: int = 16,
        rate: float = 0.1,
        l2: float = 1e-6,
        min_count: int = 2,
        dictionary: Mapping[str, int] | None = None,
        families: Mapping[str, str] | None = None,
        seed: int = 1,
    ) -> None:
        self.method = method
        self.epochs = epochs
        self.rate = rate
        self.l2 = l2
        self.min_count = min_count
        self.dictionary = dictionary
        self.families = families
        self.seed = seed

    def marginals(self, texts: Iterable[str], *, standard: str | None = None) -> list[npt.NDArray[np.float64]]:
        """For each text the probabilities of the tags B, M, E, S at each character: [characters, 4]."""
        packed = encode.pack_lines(texts)
        values = self._problem_for(packed, standard).marginals(self.weights_)
        return [values[begin:end] for begin, end in zip(packed.begins, packed.ends, strict=True)]

    def _n_epochs(self) -> int:
        return self.epochs

    def _epochs(
        self, problem: Problem, order: Ints, score: Callable[[Floats], float] | None
    ) -> Iterator[tuple[Epoch, Floats]]:
        if self.method not in CRF_METHODS:
            raise errors.unknown_choice("method", self.method, CRF_METHODS)
        if self.method == "lbfgs":
            return linear.crf_batch(problem, iterations=self.epochs, l2=self.l2, score=score)
        self._state = GradientState(bytearray(4 * problem.shape.n_weights))
        return linear.crf_online(
            problem,
            self._state,
            order=order,
            epochs=self.epochs,
            rate=self.rate,
            l2=self.l2,
            seed=self.seed,
            score=score,
        )

    def _one_pass(self, problem: Problem, order: Ints) -> tuple[Epoch, Floats]:
        if self.method != "sgd":
            raise errors.ArgumentError(f"method {self.method!r} learns from whole corpora only; 'sgd' is online")
        if not hasattr(self, "_state"):  # loaded from a file: steps as small as after so many epochs
            self._state = GradientState(bytearray(self.weights_.tobytes()), self.epochs * len(order))
        return next(
            linear.crf_online(
                problem,
                self._state,
                order=order,
                epochs=1,
                rate=self.rate,
                l2=self.l2,
                seed=self.seed,
            )
        )
