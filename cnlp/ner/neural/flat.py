"""FLAT: the flat-lattice Transformer (Li, Yan, Qiu and Huang, FLAT: Chinese NER Using Flat-Lattice Transformer, 2020).

The characters of a sentence and the lexicon's words in it form one sequence. Every token has a head h and a tail
t: the positions of its first and last character, the same for a character. Two tokens i and j have four distances

    d_hh = h_i - h_j    d_ht = h_i - t_j    d_th = t_i - h_j    d_tt = t_i - t_j

each of which has a fixed vector p_d of sines and cosines (Vaswani et al. 2017), and these are fused into

    R_ij = ReLU(W_r [p_hh; p_th; p_ht; p_tt])        fusion "four", the paper's formula
    R_ij = ReLU(W_r [p_hh; p_tt])                    fusion "two", the default of the paper's code

Attention is Transformer-XL's (Dai et al. 2019), per head, with q = W_q x, k = W_k x and v = W_v x:

    A_ij = (q_i + u) . k_j + (q_i + w) . W_R R_ij        out_i = sum over j of softmax_j(A_ij) v_j

The paper writes v for the bias w. A feed-forward layer follows, each of both with a layer norm after it. Words serve
as keys and values; as queries only below the last layer, since only characters are tagged. Two habits of the paper's
code are the defaults: scores are not divided by sqrt(size of a head), and nothing is added to the output of a layer
before the norm (``residual=False``). Of a third one, k = x without W_k, the paper says nothing, and it is not here.

R_ij depends on h_i - h_j and the lengths of both tokens only. So a batch has at most (2n - 1) C different relations, C
the number of pairs of lengths in it, whichever sentence they come from: these are fused and projected once, multiplied
with all queries in one matrix product per head and gathered into place. Time is O(B n^2 C d) of dense products, memory
O(heads B n (n + m) + n C d), in place of O(B (n + m)^2 d) for the R_ij written out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from cnlp import errors
from cnlp.ner.neural.dropout import Dropout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnlp.ner.neural.data import WordLattice
    from cnlp.ner.neural.settings import Settings

FUSED = {"two": (0, 3), "four": (0, 2, 1, 3)}
PRODUCT = 1 << 19  # numbers of queries times relations computed in one block: 2 MB


class FlatTokens(NamedTuple):
    """The positions of the tokens of a batch: first n columns of characters, then m of words, padded."""

    head: Tensor  # (B, n + m) long
    tail: Tensor  # (B, n + m) long
    mask: Tensor  # (B, n + m) bool
    row: Tensor  # (E,) long, of each word of the lattice
    column: Tensor  # (E,) long


class Relations(NamedTuple):
    """The different relations of a batch."""

    distances: Tensor  # (U, 4) long: d_hh, d_ht, d_th, d_tt of each
    index: Tensor  # (B, queries, keys) long: the relation of query i and key j, -1 where j is padding


def lay_out(lattice: WordLattice, mask: Tensor) -> FlatTokens:
    """The flat lattice of a batch: ``mask`` (B, n) says where characters are.

    >>> import torch
    >>> from cnlp.ner.neural.data import WordLattice
    >>> words = WordLattice(torch.tensor([0, 1]), torch.tensor([0, 1]), torch.tensor([1, 2]))
    >>> tokens = lay_out(words, torch.tensor([[True, True, False], [True, True, True]]))
    >>> tokens.head.tolist(), tokens.tail.tolist()
    ([[0, 1, 2, 0], [0, 1, 2, 1]], [[0, 1, 2, 1], [0, 1, 2, 2]])
    """
    rows, n = mask.shape
    counts = torch.bincount(lattice.sentence, minlength=rows)
    first = torch.cumsum(counts, 0) - counts
    column = n + torch.arange(len(lattice.sentence), device=mask.device) - first[lattice.sentence]
    m = int(counts.max()) if len(lattice.sentence) else 0
    head = torch.zeros(rows, n + m, dtype=torch.long, device=mask.device)
    head[:, :n] = torch.arange(n, device=mask.device)
    tail = head.clone()
    filled = torch.zeros(rows, n + m, dtype=torch.bool, device=mask.device)
    filled[:, :n] = mask
    head[lattice.sentence, column] = lattice.start
    tail[lattice.sentence, column] = lattice.end
    filled[lattice.sentence, column] = True
    return FlatTokens(head, tail, filled, lattice.sentence, column)


def relate(tokens: FlatTokens, n: int, queries: int, fusion: str) -> Relations:
    """The relations of the first ``queries`` tokens of each sentence of at most n characters to all of its tokens.

    Pairs with the same d_hh differ by their kind: w_j - w_i for two distances, w_i and w_j for four, where
    w = t - h. No query has the same relation to two of its keys, for no two tokens of a sentence have the same place.
    """
    width = tokens.tail - tokens.head
    limit = int(width.max()) + 1
    here, there = width[:, :queries, None] if queries > n else width.new_zeros(1, 1, 1), width[:, None]
    kind = there - here + limit - 1 if fusion == "two" else here * limit + there
    present = torch.zeros(2 * limit * limit, dtype=torch.bool, device=kind.device)
    present[kind.flatten()] = True
    kinds = present.nonzero()[:, 0]
    rank = torch.cumsum(present, 0) - 1
    index = (tokens.head[:, :queries, None] - tokens.head[:, None] + n - 1) * len(kinds) + rank[kind]
    index = index.masked_fill(~tokens.mask[:, None], -1)
    if fusion == "two":
        here, there = torch.zeros_like(kinds), kinds - limit + 1
    else:
        here, there = kinds // limit, kinds % limit
    hh = torch.arange(1 - n, n, device=kinds.device)[:, None]
    distances = torch.stack(torch.broadcast_tensors(hh, hh - there, hh + here, hh + here - there), -1).flatten(0, 1)
    return Relations(distances.clamp(1 - n, n - 1), index)


def sinusoids(n: int, size: int, like: Tensor) -> Tensor:
    """The vectors of the distances 1 - n to n - 1: (2n - 1, size), first sines, then cosines."""
    scale = torch.arange(size // 2, device=like.device, dtype=like.dtype) * (-math.log(10000.0) / max(size // 2 - 1, 1))
    angles = torch.arange(1 - n, n, device=like.device, dtype=like.dtype)[:, None] * scale.exp()
    return torch.cat((angles.sin(), angles.cos()), 1)


class RelativeAttention(torch.autograd.Function):
    """Attention with relations looked up, and its gradient.

    Queries are multiplied with relations for one head at a time and for so many queries that the product stays in the
    processor's cache; a stretch of queries has a stretch of the relations, all in all little more than half of them.
    In the product's gradient each row holds what its keys have written there, without sums, because a query's keys
    have different relations. All padding shares a last column, which belongs to no relation.
    """

    @staticmethod
    def forward(
        ctx: Any, q: Tensor, k: Tensor, v: Tensor, r: Tensor, u: Tensor, w: Tensor, index: Tensor, mask: Tensor
    ) -> Tensor:
        """q (H, B, Q, s), k, v (H, B, T, s), r (H, U, s), u, w (H, s), index (B, Q, T), mask (B, T): (H, B, Q, s)."""
        by_place = q + w[:, None, None]
        scores = torch.matmul(q + u[:, None, None], k.transpose(2, 3))
        for rows, columns, place, product in _stretches(index, q):
            for head, found in enumerate(scores[:, :, rows]):
                torch.mm(by_place[head, :, rows].flatten(0, 1), r[head, columns].T, out=product[:, :-1])
                found += product.gather(1, place).view_as(found)
        scores.masked_fill_(~mask[:, None], torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores, -1)
        ctx.save_for_backward(q, k, v, r, u, w, index, weights)
        return torch.matmul(weights, v)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, r, u, w, index, weights = ctx.saved_tensors
        by_place = q + w[:, None, None]
        dv = torch.matmul(weights.transpose(2, 3), gradient)
        scores = torch._softmax_backward_data(torch.matmul(gradient, v.transpose(2, 3)), weights, -1, weights.dtype)
        dq = torch.matmul(scores, k)
        du = dq.sum((1, 2))
        dk = torch.matmul(scores.transpose(2, 3), q + u[:, None, None])
        dw = torch.empty_like(q)
        dr = torch.zeros_like(r)
        for rows, columns, place, product in _stretches(index, q):
            product.zero_()
            for head, found in enumerate(scores[:, :, rows]):
                product.scatter_(1, place, found.flatten(0, 1))
                spread = product[:, :-1]
                dw[head, :, rows] = torch.mm(spread, r[head, columns]).view_as(dw[head, :, rows])
                dr[head, columns].addmm_(spread.T, by_place[head, :, rows].flatten(0, 1))
        return dq.add_(dw), dk, dv, dr, du, dw.sum((1, 2)), None, None


def _stretches(index: Tensor, like: Tensor) -> Iterator[tuple[slice, slice, Tensor, Tensor]]:
    """Stretches of queries: the queries, their relations, the index into these (B queries, T), room for the product."""
    limit = PRODUCT if like.device.type == "cpu" else 64 * PRODUCT
    batch, queries, keys = index.shape
    widest = int(index.max()) + 1
    step = max(1, min(queries, limit // (batch * widest)))
    for start in range(0, queries, step):
        rows = slice(start, min(start + step, queries))
        part = index[:, rows].reshape(-1, keys)
        first, last = int(part.masked_fill(part < 0, widest).min()), int(part.max())
        width = last + 1 - first
        place = torch.where(part < 0, width, part - first)
        yield rows, slice(first, last + 1), place, like.new_empty(len(place), width + 1)


class Layer(nn.Module):
    """One layer of the Transformer: attention, norm, feed-forward layer, norm."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        size, heads = settings.hidden, settings.heads
        self.heads, self.residual = heads, settings.residual
        self.scale = (size // heads) ** -0.5 if settings.scaled else 1.0
        self.query = nn.Linear(size, size)
        self.key_value = nn.Linear(size, 2 * size)
        self.relation = nn.Linear(size, size)
        self.u = nn.Parameter(torch.empty(heads, size // heads))
        self.w = nn.Parameter(torch.empty(heads, size // heads))
        self.attention_norm = nn.LayerNorm(size)
        self.forward_norm = nn.LayerNorm(size)
        self.feed_forward = nn.Sequential(
            nn.Linear(size, settings.feed_forward),
            nn.ReLU(),
            Dropout(settings.feed_forward_dropout),
            nn.Linear(settings.feed_forward, size),
            Dropout(settings.feed_forward_dropout),
        )

    def forward(self, x: Tensor, fused: Tensor, relations: Relations, mask: Tensor) -> Tensor:
        """x (B, T, d), fused (U, d), relations for Q queries, mask (B, T): (B, Q, d)."""
        queries = x[:, : relations.index.shape[1]]
        q = self._split(self.query(queries) * self.scale)
        k, v = self.key_value(x).chunk(2, -1)
        r = self.relation(fused).unflatten(-1, (self.heads, -1)).transpose(0, 1).contiguous()
        u, w = self.u * self.scale, self.w * self.scale
        out = RelativeAttention.apply(q, self._split(k), self._split(v), r, u, w, relations.index, mask)
        out = out.permute(1, 2, 0, 3).flatten(2)
        out = self.attention_norm(out + queries if self.residual else out)
        after = self.feed_forward(out)
        return self.forward_norm(after + out if self.residual else after)

    def _split(self, x: Tensor) -> Tensor:
        """(B, T, d) to (H, B, T, d / H)."""
        return x.unflatten(-1, (self.heads, -1)).permute(2, 0, 1, 3).contiguous()


class FLAT(nn.Module):
    """The encoder: characters and the lattice's words in, one vector of ``size`` per character out.

    Args:
        character_size, word_size: widths of what comes in.
        settings: ``hidden`` (d), ``heads``, ``layers``, ``fusion`` (``"two"`` or ``"four"``), ``feed_forward`` (width),
            ``feed_forward_dropout``, ``scaled`` and ``residual``.

    Raises:
        ArgumentError: ``hidden`` is odd or no multiple of ``heads``.
    """

    def __init__(self, character_size: int, word_size: int, settings: Settings) -> None:
        super().__init__()
        if settings.hidden % settings.heads or settings.hidden % 2:
            wanted = f"even and a multiple of heads {settings.heads}"
            raise errors.ArgumentError(f"hidden {settings.hidden} must be {wanted}")
        self.size = settings.hidden
        self.fusion = settings.fusion
        self.character = nn.Linear(character_size, self.size)
        self.word = nn.Linear(word_size, self.size)
        self.fuse = nn.Linear(len(FUSED[self.fusion]) * self.size, self.size)
        self.layers = nn.ModuleList(Layer(settings) for _ in range(settings.layers))
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, characters: Tensor, words: Tensor, lattice: WordLattice, mask: Tensor) -> Tensor:
        """characters (B, n, character_size), words (E, word_size), mask (B, n): (B, n, size)."""
        n = mask.shape[1]
        tokens = lay_out(lattice, mask)
        total = tokens.mask.shape[1]
        x = nn.functional.pad(self.character(characters), (0, 0, 0, total - n))
        x = x.index_put((tokens.row, tokens.column), self.word(words))
        relations = None
        for layer in self.layers:
            queries = n if layer is self.layers[-1] else total
            if relations is None or relations.index.shape[1] != queries:
                relations = relate(tokens, n, queries, self.fusion)
                fused = self._fuse(relations.distances, n)
            x = layer(x, fused, relations, tokens.mask)
        return x

    def _fuse(self, distances: Tensor, n: int) -> Tensor:
        """R of each relation: (U, d). A distance's vector is multiplied with its part of W_r once, not each time."""
        table = sinusoids(n, self.size, self.fuse.weight)
        fused = self.fuse.bias
        for part, which in zip(self.fuse.weight.chunk(len(FUSED[self.fusion]), 1), FUSED[self.fusion], strict=True):
            fused = fused + nn.functional.embedding(distances[:, which] + n - 1, table @ part.T)
        return torch.relu(fused)
