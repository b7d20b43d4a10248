"""Embeddings of characters, of their bigrams and of lexicon words, with sparse gradients."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from cnlp import errors
from cnlp.model.registry import SHIPPED
from cnlp.ner.neural.data import PADDING, UNKNOWN_ROW, Batch, Vocabulary
from cnlp.ner.neural.dropout import Dropout
from cnlp.ner.neural.settings import Settings

if TYPE_CHECKING:
    from cnlp.ner.neural.character_encoder import CharacterEncoder
    from cnlp.ner.neural.encoder import BERT
    from cnlp.vectors.tables import VectorTable
    from cnlp.vectors.vectors import Vectors

MOST_BYTES = 2_000_000_000  # of what an encoder said
TEXTS = 32  # that are encoded at a time


class Embeddings(nn.Module):
    """Rows for the items of a batch.

    Gradients are sparse: a step costs as much as the rows it touches, however many there are.

    Args:
        sizes: how many rows characters, bigrams and words have.
        settings: their widths and dropouts.
        standards: each has a vector that is added to its sentences' characters, if there are two or more.
        encoder: of characters; by default the one that the settings name.

    Attributes:
        character_size: width of a character's embedding, C, with the output of an encoder if there is one.
        word_size: width of an embedded word, W.
    """

    def __init__(
        self,
        sizes: tuple[int, int, int],
        settings: Settings,
        standards: int = 1,
        encoder: CharacterEncoder | None = None,
    ) -> None:
        super().__init__()
        widths = (settings.character_size, settings.bigram_size, settings.word_size)
        self.characters, self.bigrams, self.words = (
            _table(size, width, settings.normalise) for size, width in zip(sizes, widths, strict=True)
        )
        self.character_dropout = Dropout(settings.embedding_dropout)
        self.word_dropout = Dropout(settings.word_dropout)
        self.token_dropout = settings.token_dropout
        self.character_size = settings.character_size + settings.bigram_size
        self.word_size = settings.word_size
        self.encoder_bfloat16 = settings.encoder_bfloat16
        self.encoder = encoder if encoder or not settings.encoder else _open_encoder(settings)
        self.encoded: dict[str, Tensor] = {}
        if self.encoder is not None:
            self.character_size += self.encoder.size
        if not self.character_size:
            raise errors.ArgumentError("nothing to learn from: no encoder, and character_size and bigram_size are 0")
        self.standards = None
        if standards > 1:
            self.standards = nn.Parameter(torch.zeros(standards, self.character_size))

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Characters (B, n, C) and words (E, W)."""
        parts = [self.characters(self._forget(batch.characters)), self.bigrams(self._forget(batch.bigrams))]
        if self.training and self.encoded:
            kept = [self.encoded[text] for text in batch.texts]
            parts.append(pad_sequence(kept, batch_first=True).float())
        elif self.encoder is not None:
            parts.append(self._encode(self.encoder, batch.texts, batch.mask))
        characters = self.character_dropout(torch.cat(parts, 2))
        if self.standards is not None:
            characters = characters + self.standards[batch.standards][:, None]
        return characters, self.word_dropout(self.words(self._forget(batch.words)))

    def freeze(self, frozen: bool, texts: Sequence[str]) -> None:
        """Train the encoder no more, or again; what a frozen one says of the texts to train on is kept, up to 2 GB.

        Texts are encoded in the same batches whatever epoch begins, so that a run that resumes gets the same numbers.
        """
        if self.encoder is None:
            return
        self.encoder.freeze(frozen)
        if not frozen:
            self.encoded.clear()
        if not frozen or self.encoded:
            return
        different = sorted(set(texts), key=lambda text: (len(text), text))
        if sum(map(len, different)) * self.encoder.size * 2 > MOST_BYTES:
            return
        device = self.characters.weight.device
        for start in range(0, len(different), TEXTS):
            some = different[start : start + TEXTS]
            lengths = torch.tensor([len(text) for text in some], device=device)
            mask = torch.arange(len(some[-1]), device=device) < lengths[:, None]
            found = self._encode(self.encoder, some, mask)
            self.encoded |= {text: row[: len(text)].half() for text, row in zip(some, found, strict=True)}

    def _encode(self, encoder: nn.Module, texts: Sequence[str], mask: Tensor) -> Tensor:
        """The encoder's vectors of texts with mask (B, n): (B, n, size)."""
        with torch.autocast(mask.device.type, torch.bfloat16, enabled=self.encoder_bfloat16):
            found: Tensor = encoder(texts, mask)
        return found.float()

    @torch.no_grad()
    def fill(self, vocabulary: Vocabulary, vectors: Vectors, normalise: bool) -> None:
        """Take over the pretrained rows, each scaled to length 1 if so wished."""
        for name in ("characters", "bigrams", "words"):
            given: VectorTable = getattr(vectors, name)
            rows: Mapping[str, int] = getattr(vocabulary, name)
            common = [
                (rows[item], row) for item, row in given.rows.items() if rows.get(item, UNKNOWN_ROW) != UNKNOWN_ROW
            ]
            if common:
                target, source = torch.tensor(common).T
                values = torch.from_numpy(given.matrix.astype("float32"))[source]
                getattr(self, name).weight[target] = nn.functional.normalize(values) if normalise else values

    def _forget(self, rows: Tensor) -> Tensor:
        """In training: some rows become the unknown one, which is learnt so."""
        if not (self.training and self.token_dropout):
            return rows
        forgotten = torch.rand(rows.shape, device=rows.device) < self.token_dropout
        return torch.where(forgotten & (rows != PADDING), UNKNOWN_ROW, rows)


def _open_encoder(settings: Settings) -> BERT | CharacterEncoder:
    """The shipped one by its name, a BERT's folder, or a file of ``cnlp train encoder``."""
    if settings.encoder not in SHIPPED and os.path.isdir(settings.encoder):
        from cnlp.ner.neural.encoder import BERT

        return BERT(settings.encoder, settings.max_length)
    from cnlp.ner.neural.character_encoder import CharacterEncoder

    return CharacterEncoder.load(settings.encoder)


def _table(size: int, width: int, normalise: bool) -> nn.Embedding:
    if not width:  # torch warns of what is empty
        return nn.Embedding.from_pretrained(torch.empty(size, 0), freeze=False, padding_idx=PADDING, sparse=True)
    table = nn.Embedding(size, width, padding_idx=PADDING, sparse=True)
    bound = (3 / width) ** 0.5
    with torch.no_grad():
        table.weight.uniform_(-bound, bound)
        if normalise:
            table.weight.div_(table.weight.norm(dim=1, keepdim=True))
        table.weight[PADDING] = 0
    return table
