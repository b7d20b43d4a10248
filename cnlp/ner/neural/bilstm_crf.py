"""BiLSTM: an LSTM from left to right and one from right to left, side by side.

Under a CRF it is the tagger of Huang, Xu and Yu, Bidirectional LSTM-CRF models for sequence tagging, 2015, and of
Lample et al., Neural architectures for named entity recognition, 2016. Here each direction runs on padded input, the
second on every sentence reversed, which is faster on a CPU than packed sequences. Cost: O(n d^2).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cnlp.ner.neural.data import WordLattice
from cnlp.ner.neural.settings import Settings


class BiLSTM(nn.Module):
    """The encoder; the lexicon's words have no place in it.

    Args:
        character_size: C, width of the input.
        word_size: not used.
        settings: ``hidden`` is the width of both directions together; ``layers``.

    Attributes:
        size: H, width of the output.
    """

    def __init__(self, character_size: int, word_size: int, settings: Settings) -> None:
        super().__init__()
        half = settings.hidden // 2
        self.size = 2 * half
        widths = [character_size, *[self.size] * (settings.layers - 1)]
        self.forwards = nn.ModuleList(_lstm(width, half) for width in widths)
        self.backwards = nn.ModuleList(_lstm(width, half) for width in widths)
        self.dropout = nn.Dropout(settings.output_dropout)

    def forward(self, characters: Tensor, words: Tensor, lattice: WordLattice, mask: Tensor) -> Tensor:
        """Contexts of the characters.

        Args:
            characters: (B, n, C).
            words: (E, W), not used.
            lattice: not used.
            mask: (B, n) bool.

        Returns:
            (B, n, H); values after the end of a sentence are undefined.
        """
        places = torch.arange(mask.shape[1], device=mask.device).expand(mask.shape)
        lengths = mask.sum(1, keepdim=True)
        mirror = torch.where(mask, lengths - 1 - places, places)[:, :, None]
        output = characters
        for number, (left, right) in enumerate(zip(self.forwards, self.backwards, strict=True)):
            if number:
                output = self.dropout(output)
            backward = right(output.gather(1, mirror.expand_as(output)))[0]
            output = torch.cat([left(output)[0], backward.gather(1, mirror.expand_as(backward))], 2)
        return output


def _lstm(width: int, size: int) -> nn.LSTM:
    """One direction of one layer: orthogonal weights (Saxe 2014), the forget gate open (Jozefowicz 2015)."""
    lstm = nn.LSTM(width, size, batch_first=True)
    for name, weight in lstm.named_parameters():
        if name.startswith("weight_hh"):
            for gate in weight.data.split(size):
                nn.init.orthogonal_(gate)
        elif name.startswith("weight_ih"):
            nn.init.xavier_uniform_(weight)
        else:
            nn.init.zeros_(weight)
    nn.init.ones_(lstm.bias_ih_l0.data[size : 2 * size])
    return lstm
