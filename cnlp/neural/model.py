"""The neural tagger: embeddings, an encoder, a linear layer, a CRF. The encoder is what the three models differ in."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from cnlp.neural.crf import CRF
from cnlp.neural.data import Batch, Vocabulary, collate, cut_long, sorted_batches
from cnlp.neural.dropout import Dropout
from cnlp.neural.embeddings import Embeddings
from cnlp.neural.settings import MODELS as MODELS
from cnlp.neural.settings import Settings as Settings
from cnlp.tagging.schemes import transition_mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.neural.data import Span

ENCODERS = {
    "bilstm-crf": ("cnlp.neural.bilstm_crf", "BiLSTM"),
    "lattice-lstm": ("cnlp.neural.lattice_lstm", "LatticeLSTM"),
    "flat": ("cnlp.neural.flat", "FLAT"),
}


class NeuralTagger(nn.Module):
    """A tagger of characters.

    Args:
        sizes: how many rows characters, bigrams and words have, see :attr:`Vocabulary.sizes`.
        tags: all tags, by number.
        settings: the hyper-parameters.
    """

    def __init__(self, sizes: tuple[int, int, int], tags: Sequence[str], settings: Settings) -> None:
        super().__init__()
        self.embeddings = Embeddings(sizes, settings)
        module, name = ENCODERS[settings.model]
        encoder: Any = getattr(import_module(module), name)
        self.encoder = encoder(self.embeddings.character_size, self.embeddings.word_size, settings)
        self.dropout = Dropout(settings.output_dropout)
        self.linear = nn.Linear(self.encoder.size, len(tags))
        self.crf = CRF(transition_mask(tags, settings.scheme))

    def forward(self, batch: Batch) -> Tensor:
        """The emissions; (B, n, T)."""
        characters, words = self.embeddings(batch)
        emissions: Tensor = self.linear(self.dropout(self.encoder(characters, words, batch.lattice, batch.mask)))
        return emissions

    def loss(self, batch: Batch) -> Tensor:
        """Negative log-likelihood of the batch's tags: a scalar, in nats, the sum over sentences by their number."""
        assert batch.tags is not None
        return -self.crf.log_likelihood(self(batch), batch.tags, batch.mask).mean()

    def decode(self, batch: Batch) -> list[list[int]]:
        """The best legal tags of each sentence."""
        return self.crf.decode(self(batch), batch.mask)

    def marginals(self, batch: Batch) -> Tensor:
        """P(tag at position) of each sentence; (B, n, T), zero behind its end."""
        return self.crf.marginals(self(batch), batch.mask)


def predict(
    model: NeuralTagger, vocabulary: Vocabulary, texts: Sequence[str], settings: Settings, batch_size: int = 64
) -> list[list[Span]]:
    """The entities of each text, ``(start, end, label)``; long texts are cut and put together again.

    >>> predict.__name__
    'predict'
    """
    pieces = [
        (number, start, end)
        for number, text in enumerate(texts)
        for start, end in cut_long(text, settings.max_length)
        if start < end
    ]
    found: list[list[Span]] = [[] for _ in texts]
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for batch in sorted_batches([end - start for _, start, end in pieces], batch_size):
            chosen = [pieces[number] for number in batch]
            examples = [vocabulary.encode(texts[number][start:end]) for number, start, end in chosen]
            paths = model.decode(collate(examples).to(device))
            for (number, start, _), path in zip(chosen, paths, strict=True):
                found[number] += [(start + a, start + b, label) for a, b, label in vocabulary.spans(path)]
    model.train(was_training)
    return [sorted(spans) for spans in found]
