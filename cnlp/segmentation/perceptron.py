"""The averaged structured perceptron, with exact Viterbi and optional passive-aggressive steps.

Sources: Collins, Discriminative training methods for hidden Markov models, 2002; Crammer et al., Online
passive-aggressive algorithms, 2006 (PA-I); for segmentation, Ng and Low 2004. The update and its cost are at
the head of :mod:`cnlp.sequence.linear`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from cnlp.segmentation.characters import CharacterTagger
from cnlp.sequence import linear
from cnlp.sequence.arrays import Floats, Ints
from cnlp.sequence.linear import Epoch, PerceptronState, Problem


class Perceptron(CharacterTagger):
    """Segments by tagging characters.

    Args:
        epochs: passes over the corpus.
        margin: how much better than a wrong tag the right one must be; chosen on PFR January 22 to 31.
        aggressiveness: the C of PA-I, the largest step; 0 makes every step 1.
        burn_in: epochs before averaging starts.
        min_count: n-grams seen less often have no row.
        dictionary: words of a general dictionary with their frequencies, for match features.
        dictionaries: by standard, what it has in place of ``dictionary``: the frequencies of its own time.
        families: standards that resemble each other, with the name of what they form: rows of their own.
        seed: of the order in which the sentences are seen.

    >>> corpus = [["中国", "人民", "的", "生活"], ["人民", "生活", "在", "中国"]] * 10
    >>> model = Perceptron(epochs=3).fit(corpus)
    >>> model.predict(["中国人民在生活"])
    [['中国', '人民', '在', '生活']]
    """

    temperature = 4.0  # chosen by benchmarks/measure/calibration.py

    def __init__(
        self,
        *,
        epochs: int = 10,
        margin: float = 2.0,
        aggressiveness: float = 0.05,
        burn_in: int = 0,
        min_count: int = 2,
        dictionary: Mapping[str, int] | None = None,
        dictionaries: Mapping[str, Mapping[str, int]] | None = None,
        families: Mapping[str, str] | None = None,
        seed: int = 1,
    ) -> None:
        self.epochs = epochs
        self.margin = margin
        self.aggressiveness = aggressiveness
        self.burn_in = burn_in
        self.min_count = min_count
        self.dictionary = dictionary
        self.dictionaries = dictionaries
        self.families = families
        self.seed = seed

    def _n_epochs(self) -> int:
        return self.epochs

    def _epochs(
        self, problem: Problem, order: Ints, score: Callable[[Floats], float] | None
    ) -> Iterator[tuple[Epoch, Floats]]:
        self._state = PerceptronState.zeros(problem.shape.n_weights)
        return linear.perceptron(
            problem,
            self._state,
            order=order,
            epochs=self.epochs,
            margin=self.margin,
            aggressiveness=self.aggressiveness,
            burn_in=self.burn_in,
            seed=self.seed,
            score=score,
        )

    def _one_pass(self, problem: Problem, order: Ints) -> tuple[Epoch, Floats]:
        if not hasattr(self, "_state"):  # loaded from a file: continue from the average
            self._state = PerceptronState.zeros(problem.shape.n_weights)
            np.frombuffer(self._state.weights, np.float32)[:] = self.weights_
        return next(
            linear.perceptron(
                problem,
                self._state,
                order=order,
                epochs=1,
                margin=self.margin,
                aggressiveness=self.aggressiveness,
                burn_in=-1,
                seed=self.seed,
            )
        )
