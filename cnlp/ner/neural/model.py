"""The neural tagger: embeddings, an encoder, a linear layer, a CRF. The three models differ in the encoder."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cnlp.ner.neural.crf import CRFLayer
from cnlp.ner.neural.data import Batch, Vocabulary, collate, cut_long, sorted_batches
from cnlp.ner.neural.denormals import tiny_is_zero
from cnlp.ner.neural.dropout import Dropout
from cnlp.ner.neural.embeddings import Embeddings
from cnlp.ner.neural.settings import MODELS as MODELS
from cnlp.ner.neural.settings import Settings as Settings
from cnlp.sequence.schemes import transition_mask

if TYPE_CHECKING:
    from typing import TypeAlias

    Found: TypeAlias = tuple[int, int, str, float]  # start, end, label, probability

ENCODERS = {
    "bilstm-crf": ("cnlp.ner.neural.bilstm_crf", "BiLSTM"),
    "lattice-lstm": ("cnlp.ner.neural.lattice_lstm", "LatticeLSTM"),
    "flat": ("cnlp.ner.neural.flat", "FLAT"),
}


class NeuralTagger(nn.Module):
    """A tagger of characters.

    Args:
        sizes: how many rows characters, bigrams and words have, see :attr:`Vocabulary.sizes`.
        tags: all tags, by number.
        settings: the hyper-parameters.
        standards: how many standards the sentences follow. They share all weights, but each has corrections to those of
            the output (Daumé III 2007).
    """

    def __init__(
        self, sizes: tuple[int, int, int], tags: Sequence[str], settings: Settings, standards: int = 1
    ) -> None:
        super().__init__()
        self.embeddings = Embeddings(sizes, settings, standards)
        module, name = ENCODERS[settings.model]
        encoder: Any = getattr(import_module(module), name)
        self.encoder = encoder(self.embeddings.character_size, self.embeddings.word_size, settings)
        self.dropout = Dropout(settings.output_dropout)
        self.linear = nn.Linear(self.encoder.size, len(tags))
        self.corrections = None
        if standards > 1:
            self.corrections = nn.Parameter(torch.zeros(standards, self.encoder.size, len(tags)))
        self.crf = CRFLayer(transition_mask(tags, settings.scheme))

    def forward(self, batch: Batch) -> Tensor:
        """The emissions; (B, n, T)."""
        characters, words = self.embeddings(batch)
        hidden = self.dropout(self.encoder(characters, words, batch.lattice, batch.mask))
        emissions: Tensor = self.linear(hidden)
        if self.corrections is not None:
            emissions = emissions + torch.bmm(hidden, self.corrections[batch.standards])
        return emissions

    def loss(self, batch: Batch) -> Tensor:
        """Negative log-likelihood of the batch's tags: a scalar, in nats, the sum over sentences by their number."""
        assert batch.tags is not None
        return -self.crf.log_likelihood(self(batch), batch.tags, batch.mask).mean()

    def decode(self, batch: Batch) -> list[list[int]]:
        """The best legal tags of each sentence."""
        return self.crf.decode(self(batch), batch.mask)

    def marginals(self, batch: Batch) -> Tensor:
        """P(tag at position) of each sentence; (B, n, T), zero after its end."""
        return self.crf.marginals(self(batch), batch.mask)


def predict(
    model: NeuralTagger,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    settings: Settings,
    standard: int = 0,
    batch_size: int = 64,
) -> list[list[Found]]:
    """The entities of each text by start; long texts are split and joined again.

    Returns:
        for each text (start, end, label, probability of exactly this span and label).
    """
    pieces = [
        (number, start, end)
        for number, text in enumerate(texts)
        for start, end in cut_long(text, settings.max_length)
        if start < end
    ]
    found: list[list[Found]] = [[] for _ in texts]
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    with torch.inference_mode(), tiny_is_zero():
        for numbers in sorted_batches([end - start for _, start, end in pieces], batch_size):
            chosen = [pieces[number] for number in numbers]
            examples = [vocabulary.encode(texts[number][start:end], standard=standard) for number, start, end in chosen]
            batch = collate(examples).to(device)
            emissions = model(batch)
            paths = model.crf.decode(emissions, batch.mask)
            spans = [(row, *span) for row, path in enumerate(paths) for span in vocabulary.spans(path)]
            places = [(row, start, end - 1) for row, start, end, _ in spans]
            scores = model.crf.span_probabilities(emissions, batch.mask, paths, places)
            for (row, start, end, label), score in zip(spans, scores, strict=True):
                number, offset, _ = chosen[row]
                found[number].append((offset + start, offset + end, label, score))
    model.train(was_training)
    return [sorted(entities) for entities in found]
