"""A small Transformer over characters (Vaswani et al. 2017), pre-trained here: what a character means in its context.

Every character is one token, folded as vectors are, between two line breaks, so that a text looks as it did in
pre-training. Layers normalise what they read, not what they write (Xiong et al. 2020):

    x = x + W_o attention(norm(x))        x = x + W_2 relu(W_1 norm(x))

Places are known by rotation (Su et al. 2021): of each head's queries and keys, halves a and b are turned by the angles
t 10000^(-2i/s) at place t, so a score depends on the distance of two characters alone. None sees farther than the
pieces of pre-training were long, so that no distance is new in a longer text. O(n^2 d) time for a text.

The model file (:mod:`cnlp.model.format`, kind ``character-encoder``):

    characters       U8    the characters that have rows, most frequent first, as UTF-8
    NAME             F16   a vector of weights under its name in torch
    NAME.rows        I8    a matrix of weights; each row is to be multiplied with its number of
    NAME.scales      F16
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from cnlp import errors
from cnlp.model.format import write_model
from cnlp.model.registry import open_model
from cnlp.ner.neural.data import PADDING, UNKNOWN_ROW
from cnlp.ner.neural.encoder import Freezable
from cnlp.vectors.tables import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnlp.model.format import Arrays
    from cnlp.model.registry import ModelLike
    from cnlp.sequence.arrays import Floats

KIND = "character-encoder"
BREAK = "\n"  # the token between lines
MASK_ROW = 2  # of what is to be guessed
FIRST_ROW = 3
LARGEST_BYTE = 127
_BASE = 10000.0


@dataclass(frozen=True)
class Shape:
    """The size of an encoder.

    Attributes:
        layers: how many.
        size: of a character's vector, a multiple of twice the heads.
        heads: of attention.
        length: the pieces of pre-training; no character sees one that is as far or farther.

    Raises:
        ArgumentError: one of them is not above 0, or the size not a multiple of twice the heads.
    """

    layers: int = 4
    size: int = 256
    heads: int = 4
    length: int = 128

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value <= 0:
                raise errors.ArgumentError(f"{name} must be above 0, got {value}")
        if self.size % (2 * self.heads):
            raise errors.ArgumentError(f"size {self.size} must be a multiple of twice the heads, {2 * self.heads}")

    def check_bytes(self, count: int) -> None:
        """Refuse a damaged file, before memory is taken for the layers.

        Raises:
            ValueError: ``count`` bytes are too few for them.
        """
        if 12 * self.layers * self.size**2 > count:
            raise ValueError("the layers are larger than the file")


class Layer(nn.Module):
    """Attention and a feed-forward layer four times as wide."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        size = shape.size
        self.heads = shape.heads
        self.attention_norm, self.forward_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        self.query_key_value, self.output = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.wide, self.narrow = nn.Linear(size, 4 * size), nn.Linear(4 * size, size)
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                last = name.startswith(("output", "narrow"))
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5 if last else 0.02)
            elif not name.startswith(("attention_norm", "forward_norm")):
                nn.init.zeros_(weight)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], hidden: Tensor | None) -> Tensor:
        """x (B, n, d); cosines and sines of the places, (n, s); ``hidden`` (B or 1, 1, n, n): what is not seen."""
        parts = self.query_key_value(self.attention_norm(x)).unflatten(-1, (3, self.heads, -1))
        cosine, sine = (values.to(parts.dtype)[:, None, None] for values in turn)
        both, value = parts.split((2, 1), 2)
        a, b = both.chunk(2, -1)
        both = both * cosine + torch.cat((-b, a), -1) * sine
        query, key = both.permute(2, 0, 3, 1, 4)
        scores = torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(2, 3))
        if hidden is not None:
            scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
        found = torch.matmul(torch.softmax(scores, -1).to(parts.dtype), value[:, :, 0].transpose(1, 2))
        x = x + self.output(found.transpose(1, 2).flatten(2))
        added: Tensor = self.narrow(torch.relu(self.wide(self.forward_norm(x))))
        return x + added


class CharacterEncoder(Freezable):
    """Characters in context.

    Args:
        characters: those that have rows, folded; the line break is one of them.
        shape: layers, widths.

    Raises:
        ArgumentError: a character occurs twice, or the line break does not.

    Attributes:
        rows: of each character its row.
        shape: as given.
        size: width of a character's vector.

    >>> encoder = CharacterEncoder(["\\n", *"我在北京"], Shape(layers=1, size=8, heads=2))
    >>> encoder(["我在", "北"], torch.tensor([[True, True], [True, False]])).shape
    torch.Size([2, 2, 8])
    """

    def __init__(self, characters: Sequence[str], shape: Shape) -> None:
        super().__init__()
        self.rows = {char: row for row, char in enumerate(characters, FIRST_ROW)}
        if len(self.rows) < len(characters) or BREAK not in self.rows:
            raise errors.ArgumentError("the characters must be different, and the line break one of them")
        self.shape, self.size = shape, shape.size
        self.table = nn.Embedding(FIRST_ROW + len(characters), shape.size)
        nn.init.normal_(self.table.weight, std=0.02)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.size)

    def forward(self, texts: Sequence[str], mask: Tensor) -> Tensor:
        """The vectors of the characters of texts with mask (B, n): (B, n, size), zero after the end.

        They have length 1, as the embeddings beside them, which would weigh nothing otherwise.
        """
        n = mask.shape[1]
        around, rows = self.rows[BREAK], []
        for text in texts:
            rows.append([around, *self.encode(text), around] + [PADDING] * (n - len(text)))
        ids = torch.tensor(rows, dtype=torch.long, device=mask.device)
        seen = torch.arange(n + 2, device=mask.device) < mask.sum(1, keepdim=True) + 2
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            found = self.contexts(self.table(ids), seen)
        return nn.functional.normalize(found[:, 1:-1], dim=2) * mask[:, :, None]

    def encode(self, text: str) -> list[int]:
        """The rows of a text's characters; all white space is a blank."""
        return [self.rows.get(" " if char.isspace() else char, UNKNOWN_ROW) for char in fold(text)]

    def contexts(self, x: Tensor, seen: Tensor | None = None) -> Tensor:
        """The last layer of embedded tokens (B, n, size) of which some are ``seen`` (B, n), or all."""
        n = x.shape[1]
        places = torch.arange(n, device=x.device)
        hidden = None if seen is None or bool(seen.all()) else ~seen[:, None, None]
        if n > self.shape.length:
            far = (places[:, None] - places).abs() >= self.shape.length
            hidden = far[None, None] if hidden is None else hidden | far
        width = self.size // self.shape.heads
        speeds = _BASE ** (-torch.arange(0, width, 2, device=x.device) / width)
        angles = (places[:, None] * speeds).repeat(1, 2)
        turn = angles.cos(), angles.sin()
        for layer in self.layers:
            x = layer(x, turn, hidden)
        normed: Tensor = self.norm(x)
        return normed

    # ---- files ----

    def save(self, path: str | os.PathLike[str], card: Mapping[str, str]) -> None:
        """Write the model file.

        Args:
            path: the file to make or replace.
            card: what its model card says besides.

        Raises:
            OSError: it cannot be written.
        """
        shape = {name: str(value) for name, value in asdict(self.shape).items()}
        write_model(path, self.arrays(), {**card, **shape, "kind": KIND})

    @classmethod
    def load(cls, model: ModelLike) -> CharacterEncoder:
        """Open a file, or a shipped encoder by its name; it is frozen.

        Raises:
            OSError: the file cannot be read.
            ModelError: it is damaged, or holds something else.
        """
        file = open_model(model, KIND, argument="encoder")
        numbers = {name: file.whole(name) for name in asdict(Shape())}
        with file.loading():
            shape = Shape(**numbers)
            shape.check_bytes(len(file.source))
            return cls.from_arrays(file.read, shape)

    def arrays(self) -> Arrays:
        """The arrays of its file."""
        packed: Arrays = {"characters": ("U8", "".join(self.rows).encode())}
        for name, weight in self.state_dict().items():
            packed |= _pack(name, weight.detach().cpu().numpy())
        return packed

    @classmethod
    def from_arrays(cls, read: Callable[[str], bytes], shape: Shape) -> CharacterEncoder:
        """The encoder, frozen, from the content of its arrays by their names."""
        encoder = cls(read("characters").decode(), shape)
        encoder.load_state_dict({name: _unpack(name, old, read) for name, old in encoder.state_dict().items()})
        return encoder.eval()


def _pack(name: str, weight: Floats) -> Arrays:
    if weight.ndim == 1:
        return {name: ("F16", weight.astype("<f2").tobytes())}
    scales = (np.abs(weight).max(1) / LARGEST_BYTE).astype("<f2")
    whole = np.rint(weight / np.maximum(scales, 1e-7)[:, None].astype(np.float32))
    whole = np.clip(whole, -LARGEST_BYTE, LARGEST_BYTE).astype(np.int8)
    return {f"{name}.rows": ("I8", whole.tobytes()), f"{name}.scales": ("F16", scales.tobytes())}


def _unpack(name: str, old: Tensor, read: Callable[[str], bytes]) -> Tensor:
    """What :func:`_pack` was given, as near as it may be, in the shape of ``old``."""
    if old.dim() == 1:
        return torch.from_numpy(np.frombuffer(read(name), "<f2").astype(np.float32).reshape(old.shape))
    whole = np.frombuffer(read(f"{name}.rows"), np.int8).reshape(old.shape)
    scales = np.frombuffer(read(f"{name}.scales"), "<f2").reshape(-1, 1)
    return torch.from_numpy(whole.astype(np.float32) * scales.astype(np.float32))
