"""A BERT beside the embeddings (Devlin et al. 2019): a folder as Hugging Face writes it, read from disk, never fetched.

Every character is one token between [CLS] and [SEP], so that vectors and characters need no alignment; one
that the vocabulary lacks, white space among them, is tried in lower case, then unknown. FLAT, BiLSTM-CRF and Lattice
LSTM see the last layer's vector of a character joined to its embedding. The BERT is frozen for the first epochs, so
that the new layers' first steps do not spoil it, and then trained with a small share of the step size, as FLAT's code
does with ``cn-wwm``: frozen for 20 epochs, then 0.05 of the rate.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cnlp import errors

if TYPE_CHECKING:
    from typing_extensions import Self


class Freezable(nn.Module):
    """A pre-trained encoder, which is made frozen.

    Attributes:
        frozen: it is not trained.
    """

    def __init__(self) -> None:
        super().__init__()
        self.frozen = True

    def freeze(self, frozen: bool) -> None:
        """Train it no more, or again."""
        self.frozen = frozen
        for weight in self.parameters():
            weight.requires_grad_(not frozen)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """While it is frozen it drops nothing out."""
        super().train(mode and not self.frozen)
        self.training = mode
        return self


class BERT(Freezable):
    """Characters in context.

    Args:
        folder: with ``config.json``, ``vocab.txt`` and the weights, ``model.safetensors`` or ``pytorch_model.bin``.
        max_length: the longest sentence that will come, in characters.

    Raises:
        MissingDependencyError: transformers is not installed.
        ArgumentError: the folder has no such model, or the model has fewer places than ``max_length`` and two.

    Attributes:
        size: width of a character's vector.
    """

    def __init__(self, folder: str | os.PathLike[str], max_length: int) -> None:
        super().__init__()
        try:
            import transformers
        except ImportError:
            raise errors.missing_dependency("transformers", "bert", "encoder=") from None
        self.vocabulary = _read_vocabulary(Path(folder))
        name = os.fspath(folder)
        try:
            kind = transformers.AutoConfig.from_pretrained(name, local_files_only=True).model_type
            if kind != "bert":
                raise errors.ArgumentError(f"encoder {name!r} is of the type {kind!r}, wanted 'bert'")
            model = transformers.BertModel.from_pretrained(name, local_files_only=True, add_pooling_layer=False)
        except (OSError, ValueError) as error:
            if isinstance(error, errors.ArgumentError):
                raise
            raise errors.ArgumentError(f"encoder {name!r}: no BERT can be read: {error}") from None
        self.bert: Any = model.to(torch.float32)
        places, rows = model.config.max_position_embeddings, model.config.vocab_size
        if max_length + 2 > places:
            raise errors.ArgumentError(f"max_length may be {places - 2} with this encoder, got {max_length}")
        if max(self.vocabulary.values()) >= rows:
            raise errors.ArgumentError(f"encoder {name!r}: vocab.txt has more tokens than the model has rows, {rows}")
        self.size = int(model.config.hidden_size)

    def forward(self, texts: Sequence[str], mask: Tensor) -> Tensor:
        """The vectors of the characters of texts with mask (B, n): (B, n, size), zero after the end."""
        n = mask.shape[1]
        first, last, unknown, padding = (self.vocabulary[name] for name in SPECIAL)
        rows = [
            [first, *(self._row(char, unknown) for char in text), last] + [padding] * (n - len(text)) for text in texts
        ]
        ids = torch.tensor(rows, dtype=torch.long, device=mask.device)
        seen = torch.arange(n + 2, device=mask.device) < mask.sum(1, keepdim=True) + 2
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            hidden: Tensor = self.bert(input_ids=ids, attention_mask=seen.long()).last_hidden_state
        return hidden[:, 1:-1] * mask[:, :, None]

    def _row(self, char: str, unknown: int) -> int:
        found = self.vocabulary.get(char)
        return self.vocabulary.get(char.lower(), unknown) if found is None else found


SPECIAL = ("[CLS]", "[SEP]", "[UNK]", "[PAD]")


def _read_vocabulary(folder: Path) -> dict[str, int]:
    """The tokens of ``vocab.txt``, one a line, by row."""
    path = folder / "vocab.txt"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise errors.ArgumentError(f"encoder {os.fspath(folder)!r} is not a BERT folder: it has no vocab.txt") from None
    except UnicodeDecodeError as error:
        raise errors.ArgumentError(f"{path}: not UTF-8 at byte {error.start}") from None
    vocabulary = {line.rstrip("\r"): row for row, line in enumerate(lines) if line}
    missing = [name for name in SPECIAL if name not in vocabulary]
    if missing:
        raise errors.ArgumentError(f"{path}: {', '.join(missing)} missing")
    return vocabulary
