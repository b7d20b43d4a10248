"""The neural tagger: embeddings, an encoder, a linear layer, a CRF. The models differ in the encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from operator import itemgetter
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
from cnlp.sequence.targets import Targets, join

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnlp.ner.neural.character_encoder import CharacterEncoder

    Found: TypeAlias = tuple[int, int, str, float]  # start, end, label, probability

ENCODERS = {
    "bilstm-crf": ("cnlp.ner.neural.bilstm_crf", "BiLSTM"),
    "lattice-lstm": ("cnlp.ner.neural.lattice_lstm", "LatticeLSTM"),
    "flat": ("cnlp.ner.neural.flat", "FLAT"),
    "encoder-crf": ("cnlp.ner.neural.unchanged", "Unchanged"),
}


class NeuralTagger(nn.Module):
    """A tagger of characters.

    Args:
        sizes: how many rows characters, bigrams and words have, see :attr:`Vocabulary.sizes`.
        tags: all tags, by number.
        settings: the hyper-parameters.
        standards: how many standards the sentences follow. They share all weights, but each has corrections to those of
            the output (Daumé III 2007).
        encoder: of characters; by default the one that the settings name.
    """

    def __init__(
        self,
        sizes: tuple[int, int, int],
        tags: Sequence[str],
        settings: Settings,
        standards: int = 1,
        encoder: CharacterEncoder | None = None,
    ) -> None:
        super().__init__()
        self.embeddings = Embeddings(sizes, settings, standards, encoder)
        module, name = ENCODERS[settings.model]
        layers: Any = getattr(import_module(module), name)
        self.encoder = layers(self.embeddings.character_size, self.embeddings.word_size, settings)
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

    def loss(self, batch: Batch, alpha: float = 1.0, temperature: float = 1.0) -> Tensor:
        """A scalar, in nats, the mean over the batch's sentences.

        Negative log-likelihood of the tags; ``alpha`` below 1 adds what the targets teach, see
        :mod:`cnlp.ner.distillation`.
        """
        assert batch.tags is not None
        emissions = self(batch)
        loss = -self.crf.log_likelihood(emissions, batch.tags, batch.mask).mean()
        if batch.targets is None or batch.pairs is None:
            return loss
        soft = self.crf.cross_entropy(emissions, batch.targets, batch.pairs, batch.mask, temperature).mean()
        return alpha * loss + (1 - alpha) * temperature**2 * soft

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
    found: list[list[Found]] = [[] for _ in texts]
    for chosen, batch, emissions in _batches(model, vocabulary, texts, settings, standard, batch_size):
        paths = model.crf.decode(emissions, batch.mask)
        spans = [(row, *span) for row, path in enumerate(paths) for span in vocabulary.spans(path)]
        places = [(row, start, end - 1) for row, start, end, _ in spans]
        scores = model.crf.span_probabilities(emissions, batch.mask, paths, places)
        for (row, start, end, label), score in zip(spans, scores, strict=True):
            number, offset, _ = chosen[row]
            found[number].append((offset + start, offset + end, label, score))
    return [sorted(entities) for entities in found]


def find_targets(
    model: NeuralTagger,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    settings: Settings,
    standard: int = 0,
    temperature: float = 1.0,
    batch_size: int = 64,
) -> list[Targets]:
    """What a student is to learn of each text, see :mod:`cnlp.ner.distillation`."""
    found: list[list[tuple[int, Targets]]] = [[] for _ in texts]
    for chosen, batch, emissions in _batches(model, vocabulary, texts, settings, standard, batch_size):
        tags, pairs = (values.cpu().numpy() for values in model.crf.expected(emissions, batch.mask, temperature))
        for row, (number, start, end) in enumerate(chosen):
            found[number].append((start, Targets(tags[row, : end - start].copy(), pairs[row])))
    return [join([each for _, each in sorted(some, key=itemgetter(0))], len(vocabulary.tags)) for some in found]


def _batches(
    model: NeuralTagger,
    vocabulary: Vocabulary,
    texts: Sequence[str],
    settings: Settings,
    standard: int,
    batch_size: int,
) -> Iterator[tuple[list[tuple[int, int, int]], Batch, Tensor]]:
    """Pieces of the texts (number of the text, start, end), as a batch and with their emissions, for inference."""
    pieces = [
        (number, start, end)
        for number, text in enumerate(texts)
        for start, end in cut_long(text, settings.max_length)
        if start < end
    ]
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    with torch.inference_mode(), tiny_is_zero():
        for numbers in sorted_batches([end - start for _, start, end in pieces], batch_size):
            chosen = [pieces[number] for number in numbers]
            examples = [vocabulary.encode(texts[number][start:end], standard=standard) for number, start, end in chosen]
            batch = collate(examples).to(device)
            yield chosen, batch, model(batch)
    model.train(was_training)
