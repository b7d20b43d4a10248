"""Word2vec (Mikolov et al. 2013): vectors learnt with gensim.

Skip-gram with negative sampling learns to separate an item's neighbours in the text, at most ``window`` away, from
``negative`` items drawn at random; CBOW predicts the item from its neighbours. Frequent items are skipped at random
(subsampling). The rate falls from 0.025 to 0.0001, in a straight line over all epochs.

Source: "Distributed representations of words and phrases and their compositionality" (Mikolov et al. 2013).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnlp import errors
from cnlp.files.progress import Progress

RATE, LAST_RATE = 0.025, 0.0001


class Word2Vec:
    """A model of gensim, learnt an epoch at a time.

    Args:
        path: the items of each line, separated by blanks.
        skip_gram: skip-gram, or CBOW.
        size, window, negative, subsample, least, seed, workers: as for :func:`cnlp.vectors.training.train_vectors`.
        epochs: how many there will be.

    Raises:
        MissingDependencyError: gensim is not installed.

    Attributes:
        items: those that get vectors, most frequent first.
        epoch_bytes: those of the text.
        loss: not known.
    """

    def __init__(
        self,
        path: str,
        *,
        skip_gram: bool,
        size: int,
        window: int,
        negative: int,
        subsample: float,
        least: int,
        epochs: int,
        seed: int,
        workers: int,
    ) -> None:
        try:
            import gensim.models.word2vec as gensim
        except ImportError:
            raise errors.missing_dependency("gensim", "neural", "training vectors") from None
        logging.getLogger("gensim").setLevel(logging.ERROR)
        self.loss: float | None = None
        self.epoch_bytes = os.path.getsize(path)
        self._path, self._epochs, self._seed = path, epochs, seed
        self._model: Any = gensim.Word2Vec(
            vector_size=size, window=window, negative=negative, sample=subsample, min_count=least, seed=seed,
            sg=int(skip_gram), workers=workers,
        )  # fmt: skip
        self._model.build_vocab(corpus_file=path)
        self.items: list[str] = self._model.wv.index_to_key

    @property
    def state(self) -> Mapping[str, NDArray[np.float32]]:
        """What learning changes, in place."""
        return {"vectors": self._model.wv.vectors, "negative": self._model.syn1neg}

    def learn(self, epoch: int, progress: Progress) -> None:
        """One pass over the text; ``epoch`` counts from 0."""
        fall = (RATE - LAST_RATE) / self._epochs
        self._model.random.seed(self._seed + epoch)
        self._model.train(
            corpus_file=self._path, total_examples=self._model.corpus_count,
            total_words=self._model.corpus_total_words, epochs=1, start_alpha=RATE - epoch * fall,
            end_alpha=RATE - (epoch + 1) * fall,
        )  # fmt: skip
        progress.advance(self.epoch_bytes)

    def vectors(self) -> NDArray[np.float32]:
        """Of each item its vector."""
        learnt: NDArray[np.float32] = self._model.wv.vectors
        return learnt
