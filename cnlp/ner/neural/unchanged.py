"""No layers between the embeddings, a pre-trained encoder's output among them, and the CRF."""

from __future__ import annotations

from torch import Tensor, nn

from cnlp.ner.neural.data import WordLattice
from cnlp.ner.neural.settings import Settings


class Unchanged(nn.Module):
    """Returns what comes in.

    Args:
        character_size: C, width of the input.
        word_size, settings: not used.

    Attributes:
        size: width of the output, C.
    """

    def __init__(self, character_size: int, word_size: int, settings: Settings) -> None:
        super().__init__()
        self.size = character_size

    def forward(self, characters: Tensor, words: Tensor, lattice: WordLattice, mask: Tensor) -> Tensor:
        """characters (B, n, C): the same; the others are not used."""
        return characters
