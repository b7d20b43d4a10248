"""The Lattice LSTM: an LSTM over characters into which the lexicon's words flow (Zhang and Yang, 2018, "Chinese NER
Using Lattice LSTM", section 3.2).

Symbols: ``x_j`` the vector of character j, ``x_be`` that of a word from character b to e, ``h`` outputs, ``c`` cells,
``s`` the logistic function, ``*`` elementwise. A word's cell starts from its first character's state and has no output
gate::

    i_be, f_be = s(W [x_be; h_b])          g_be = tanh(W [x_be; h_b])          c_be = f_be * c_b + i_be * g_be
    i_j, o_j   = s(U [x_j; h_(j-1)])       g_j  = tanh(U [x_j; h_(j-1)])       h_j  = o_j * tanh(c_j)

Each word has a gate, ``l_be = s(V [x_e; c_be])``. Where words end, their gates and the input gate are
normalised for each dimension, and earlier cells count through the words alone; elsewhere input and forget gate
are coupled::

    words end at j:  c_j = (exp(i_j) * g_j + sum_b exp(l_bj) * c_bj) / (exp(i_j) + sum_b exp(l_bj))
    none ends at j:  c_j = i_j * g_j + (1 - i_j) * c_(j-1)

The second direction runs over the reversed sentence, where words begin at their last character.

Cost: for each position and direction two products of (B, H) by (H, 3H), and one of (words, H) by (H, H). Both
directions share one loop over the positions; products with inputs are taken before it, gradients of weights after it.
Words are flat rows in the order of their ends, never padded. The gradient is written by hand: all that a gradient is
multiplied with is known before the loop backward begins, which leaves it a dozen small operations a step.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from cnlp import errors
from cnlp.ner.neural.data import WordLattice
from cnlp.ner.neural.settings import Settings


class LatticeLSTM(nn.Module):
    """The encoder: two Lattice LSTMs, one in each direction.

    Input weights start orthogonal, recurrent ones as the identity and biases at zero, as in the paper's code.

    Args:
        character_size: C, width of an embedded character.
        word_size: W, width of an embedded word.
        settings: ``hidden`` is the width of both directions together; without ``lexicon`` no word is read, and an
            LSTM with coupled gates of the same size remains; ``layers`` is 1, as in the paper.

    Attributes:
        size: width of the output.

    Raises:
        ArgumentError: ``hidden`` is odd, or ``layers`` is not 1.

    >>> from cnlp.ner.neural.settings import Settings
    >>> encoder = LatticeLSTM(4, 3, Settings(hidden=6))
    >>> one, none = torch.zeros(1, dtype=torch.long), torch.zeros(0, dtype=torch.long)
    >>> mask = torch.ones(1, 2, dtype=torch.bool)
    >>> encoder(torch.ones(1, 2, 4), torch.ones(1, 3), WordLattice(one, one, one + 1), mask).shape
    torch.Size([1, 2, 6])
    >>> encoder(torch.ones(1, 2, 4), torch.ones(0, 3), WordLattice(none, none, none), mask).shape
    torch.Size([1, 2, 6])
    """

    def __init__(self, character_size: int, word_size: int, settings: Settings) -> None:
        super().__init__()
        if settings.hidden % 2:
            raise errors.ArgumentError(f"hidden is {settings.hidden}: it must be even, half for each direction")
        if settings.layers != 1:
            raise errors.ArgumentError(f"layers is {settings.layers}: a Lattice LSTM has one")
        self.size = settings.hidden
        self.lexicon = settings.lexicon
        width = self.size // 2
        self.character = nn.Linear(character_size, 2 * 4 * width)  # for each direction o, i, g, and the words' l
        self.word = nn.Linear(word_size, 2 * 3 * width)  # for each direction i, f, g
        self.recurrent = nn.Parameter(torch.eye(width).repeat(2, 1, 3))
        self.word_recurrent = nn.Parameter(torch.eye(width).repeat(2, 1, 3))
        self.word_gate = nn.Parameter(torch.eye(width).repeat(2, 1, 1))
        for layer in (self.character, self.word):
            for block in layer.weight.data.split(width):
                nn.init.orthogonal_(block)
            nn.init.zeros_(layer.bias)

    def forward(self, characters: Tensor, words: Tensor, lattice: WordLattice, mask: Tensor) -> Tensor:
        """Contexts of the characters.

        Args:
            characters: (B, n, C).
            words: (E, W).
            lattice: positions of the E words.
            mask: (B, n) bool, true from the first character of a sentence to its last.

        Returns:
            (B, n, size), both directions side by side; zero after the end of a sentence.
        """
        batch, length, _ = characters.shape
        if not self.lexicon:
            words, lattice = words[:0], WordLattice(*(column[:0] for column in lattice))
        outputs: Tensor = _Recurrence.apply(  # type: ignore[no-untyped-call]
            self.character(characters).view(batch, length, 2, 2 * self.size),
            self.word(words).view(len(words), 2, 3 * self.size // 2),
            self.recurrent,
            self.word_recurrent,
            self.word_gate,
            _schedule(lattice, mask),
        )
        return outputs.masked_fill(~mask.unsqueeze(2), 0.0)


class _Schedule(NamedTuple):
    """The rows of the loop over n steps; a step has 2B states, first the B of the forward direction.

    A character's row in step order is ``(step * 2 + direction) * B + sentence``, in the input's order
    ``(sentence * n + position) * 2 + direction``.
    """

    steps: int
    batch: int
    characters: Tensor  # (n * 2B,) the input's row of each row in step order
    outputs: Tensor  # (B * n * 2,) the inverse of it
    words: Tensor  # (2E,) the words' input rows, word * 2 + direction, ordered by step and direction of their end
    unwords: Tensor  # (2E,) the inverse of it
    starts: Tensor  # (2E,) the row of the character each word starts from
    ends: Tensor  # (2E,) the row of the character at which it ends
    merged: Tensor  # (n * 2B,) bool, whether a word ends at the character
    counts: list[int]  # (n,) how many words end at each step
    splits: list[int]  # (n,) how many of them in the forward direction, which come first
    starting: list[bool]  # (n,) whether any word starts at the step


def _schedule(lattice: WordLattice, mask: Tensor) -> _Schedule:
    batch, n = mask.shape
    device = mask.device
    lengths = mask.sum(1)
    position = torch.arange(n, device=device).expand(batch, n)
    mirrored = torch.where(mask, lengths.unsqueeze(1) - 1 - position, position)
    step = torch.stack((position, mirrored), 2)  # (B, n, 2) of position and direction, and of step and direction too
    sentence = torch.arange(batch, device=device).view(batch, 1, 1)
    direction = torch.arange(2, device=device)
    outputs = (step * 2 + direction) * batch + sentence
    characters = ((sentence * n + step) * 2 + direction).permute(1, 2, 0)

    last = lengths[lattice.sentence] - 1
    starts = torch.stack((lattice.start, last - lattice.end), 1)
    ends = torch.stack((lattice.end, last - lattice.start), 1)
    row = direction * batch + lattice.sentence.unsqueeze(1)
    starts, ends = (starts * 2 * batch + row).view(-1), (ends * 2 * batch + row).view(-1)
    ends, words = torch.sort(ends, stable=True)
    starts = starts[words]
    merged = torch.zeros(n * 2 * batch, dtype=torch.bool, device=device)
    merged[ends] = True
    starting = torch.zeros(n, dtype=torch.bool, device=device)
    starting[torch.div(starts, 2 * batch, rounding_mode="floor")] = True
    counts = torch.bincount(torch.div(ends, batch, rounding_mode="floor"), minlength=2 * n).view(n, 2)
    return _Schedule(
        steps=n,
        batch=batch,
        characters=characters.reshape(-1),
        outputs=outputs.reshape(-1),
        words=words,
        unwords=torch.argsort(words),
        starts=starts,
        ends=ends,
        merged=merged,
        counts=counts.sum(1).tolist(),
        splits=counts[:, 0].tolist(),
        starting=starting.tolist(),
    )


class _Recurrence(torch.autograd.Function):
    """The loop over positions, with its gradient.

    tanh(x) is taken as 2 s(2x) - 1, with that 2 in the weights: several times as fast as torch's tanh on a CPU.
    """

    @staticmethod
    def forward(
        ctx: Any,
        characters: Tensor,  # (B, n, 2, 4H)
        words: Tensor,  # (E, 2, 3H)
        recurrent: Tensor,  # (2, H, 3H)
        word_recurrent: Tensor,  # (2, H, 3H)
        word_gate: Tensor,  # (2, H, H)
        schedule: _Schedule,
    ) -> Tensor:
        n, batch, width = schedule.steps, schedule.batch, recurrent.shape[1]
        rows = 2 * batch
        twice = recurrent.new_tensor([1.0, 1.0, 2.0]).repeat_interleave(width)
        recurrent_2, word_recurrent_2 = recurrent * twice, word_recurrent * twice
        by_step = characters.reshape(-1, 4 * width).index_select(0, schedule.characters)
        gates = by_step[:, : 3 * width] * twice  # (n * 2B, 3H) o, i, g
        cells = gates.new_empty(n * rows, width)
        outputs = gates.new_empty(n * rows, width)
        starts = gates.new_empty(n * rows, 3 * width)  # what words that start at the character take from h
        sums = gates.new_zeros(n * rows, 2 * width)  # over the words that end there: exp(l) * c_be, exp(l)
        word_gates = words.reshape(-1, 3 * width).index_select(0, schedule.words).mul_(twice)  # (2E, 3H) i, f, g
        lets = by_step[:, 3 * width :].index_select(0, schedule.ends)  # (2E, H) l
        first_cells, word_cells = torch.empty_like(lets), torch.empty_like(lets)  # c_b and c_be
        weighed = lets.new_empty(len(lets), 2 * width)  # exp(l) * c_be, exp(l)

        step_gates = gates.view(n, 2, batch, 3 * width).unbind()
        step_o, step_i, step_g = (part.split(rows) for part in gates.split(width, 1))
        step_cells, step_outputs, step_sums = cells.split(rows), outputs.split(rows), sums.split(rows)
        step_states = outputs.view(n, 2, batch, width).unbind()
        step_starts = starts.view(n, 2, batch, 3 * width).unbind()
        step_merged = schedule.merged.unsqueeze(1).split(rows)
        of_words = schedule.starts, schedule.ends % rows, word_gates, lets, first_cells, word_cells, weighed
        step_words = list(zip(*(rows_of.split(schedule.counts) for rows_of in of_words), strict=True))
        cell = gates.new_zeros(rows, width)
        for t in range(n):
            if t:
                step_gates[t].baddbmm_(step_states[t - 1], recurrent_2)
            step_gates[t].sigmoid_()
            i, g = step_i[t], step_g[t].mul_(2.0).sub_(1.0)
            cell = torch.lerp(cell, g, i, out=step_cells[t])
            if schedule.counts[t]:
                start, end, gate, let, first, word, weight = step_words[t]
                gate.add_(starts.index_select(0, start)).sigmoid_()
                word_i, word_f, word_g = gate.chunk(3, 1)
                torch.index_select(cells, 0, start, out=first)
                torch.mul(word_f, first, out=word).addcmul_(word_i, word_g.mul_(2.0).sub_(1.0))
                _add_by_direction(let, word, word_gate, schedule.splits[t]).sigmoid_()
                weight_cell, weight_let = weight.chunk(2, 1)
                torch.mul(torch.exp(let, out=weight_let), word, out=weight_cell)
                cell_sum, let_sum = step_sums[t].index_add_(0, end, weight).chunk(2, 1)
                own = i.exp()
                merged = torch.addcmul(cell_sum, own, g).div_(own.add_(let_sum))
                torch.where(step_merged[t], merged, cell, out=cell)
            torch.mul(cell, 2.0, out=step_outputs[t]).sigmoid_().mul_(2.0).sub_(1.0).mul_(step_o[t])
            if schedule.starting[t]:
                torch.bmm(step_states[t], word_recurrent_2, out=step_starts[t])
        ctx.save_for_backward(
            gates, cells, outputs, sums, word_gates, word_cells, first_cells, lets,
            recurrent, word_recurrent, word_gate,
        )  # fmt: skip
        ctx.schedule, ctx.shapes = schedule, (characters.shape, words.shape)
        return outputs.index_select(0, schedule.outputs).view(*characters.shape[:2], 2 * width)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        gates, cells, outputs, sums, word_gates, word_cells, first_cells, lets, *weights = ctx.saved_tensors
        schedule: _Schedule = ctx.schedule
        n, batch, width = schedule.steps, schedule.batch, cells.shape[1]
        rows = 2 * batch
        of_output, of_cell, of_rest, norm = _character_factors(gates, cells, sums, schedule)
        of_word, of_let, of_inside = _word_factors(
            word_gates, word_cells, first_cells, lets,
            norm.index_select(0, schedule.ends), cells.index_select(0, schedule.ends),
        )  # fmt: skip

        d_outputs = gradient.reshape(-1, width).index_select(0, schedule.characters)
        d_characters = gates.new_empty(n * rows, 4 * width)  # o, i, g, and the cell before; later l in its place
        d_starts = gates.new_zeros(n * rows, 4 * width)  # from words that start there: i, f, g, and c_b
        d_words = gates.new_empty(len(lets), 4 * width)  # the same for each word
        d_lets = torch.empty_like(lets)
        recurrent_t, word_recurrent_t, word_gate_t = (weight.transpose(1, 2) for weight in weights)

        step_of_output, step_of_cell, step_of_rest = (part.split(rows) for part in (of_output, of_cell, of_rest))
        step_outputs, step_states = d_outputs.split(rows), d_outputs.view(n, 2, batch, width).unbind()
        step_o, step_before = d_characters[:, :width].split(rows), d_characters[:, 3 * width :].split(rows)
        step_rest = d_characters.view(-1, 4, width)[:, 1:].split(rows)
        step_gates = d_characters.view(n, 2, batch, 4 * width)[..., : 3 * width].unbind()
        step_starts = d_starts.view(n, 2, batch, 4 * width)[..., : 3 * width].unbind()
        step_firsts = d_starts[:, 3 * width :].split(rows)
        of_words = (
            schedule.starts, schedule.ends % rows, of_word, of_let, of_inside,
            d_lets, d_words, d_words.view(-1, 4, width),
        )  # fmt: skip
        step_words = list(zip(*(rows_of.split(schedule.counts) for rows_of in of_words), strict=True))
        for t in range(n - 1, -1, -1):
            if schedule.starting[t]:
                step_states[t].baddbmm_(step_starts[t], word_recurrent_t)
            d_cell = step_firsts[t]
            if t + 1 < n:
                step_states[t].baddbmm_(step_gates[t + 1], recurrent_t)
                d_cell = d_cell + step_before[t + 1]
            torch.mul(step_outputs[t], step_of_output[t], out=step_o[t])
            d_cell = torch.addcmul(d_cell, step_outputs[t], step_of_cell[t])
            torch.mul(d_cell.unsqueeze(1), step_of_rest[t], out=step_rest[t])
            if schedule.counts[t]:
                start, end, share, let, inside, d_let, d_word, d_parts = step_words[t]
                d_word_cell = d_cell.index_select(0, end)
                torch.mul(d_word_cell, let, out=d_let)
                _add_by_direction(d_word_cell.mul_(share), d_let, word_gate_t, schedule.splits[t])
                torch.mul(d_word_cell.unsqueeze(1), inside, out=d_parts)
                d_starts.index_add_(0, start, d_word)

        def by_direction(rows_of: Tensor) -> Tensor:  # (n * 2B, k) to (2, n * B, k)
            return rows_of.view(n, 2, batch, -1).transpose(0, 1).reshape(2, n * batch, -1)

        states_t = by_direction(outputs).transpose(1, 2)
        d_recurrent = states_t[..., : (n - 1) * batch] @ by_direction(d_characters[:, : 3 * width])[:, batch:]
        d_word_recurrent = states_t @ by_direction(d_starts[:, : 3 * width])
        forward = (schedule.ends % rows < batch).unsqueeze(1)
        d_word_gate = torch.stack([word_cells.t() @ (d_lets * chosen) for chosen in (forward, ~forward)])
        d_characters[:, 3 * width :] = gates.new_zeros(n * rows, width).index_add_(0, schedule.ends, d_lets)
        shape, word_shape = ctx.shapes
        return (
            d_characters.index_select(0, schedule.outputs).view(shape),
            d_words[:, : 3 * width].index_select(0, schedule.unwords).view(word_shape),
            d_recurrent,
            d_word_recurrent,
            d_word_gate,
            None,
        )


def _add_by_direction(rows: Tensor, others: Tensor, weights: Tensor, split: int) -> Tensor:
    """rows += others @ weights[0] up to `split`, others @ weights[1] from there: (k, H), (k, H) and (2, H, H)."""
    if split:
        rows[:split].addmm_(others[:split], weights[0])
    if split < len(rows):
        rows[split:].addmm_(others[split:], weights[1])
    return rows


def _character_factors(
    gates: Tensor, cells: Tensor, sums: Tensor, schedule: _Schedule
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The factors of the characters' gradients, for all steps.

    Returns: from h to o before its s (n * 2B, H); from h to c (n * 2B, H); from c to i and g before their functions and
    to the cell before (n * 2B, 3, H); and the sum of exponentials that shares are taken of, (n * 2B, H).
    """
    width = cells.shape[1]
    o, i, g = gates.chunk(3, 1)
    squashed = torch.sigmoid(cells * 2.0).mul_(2.0).sub_(1.0)
    merged = schedule.merged.unsqueeze(1)
    before = torch.cat((cells.new_zeros(2 * schedule.batch, width), cells[: -2 * schedule.batch]))
    own = i.exp()
    norm = own + sums[:, width:]
    share = torch.where(merged, own / norm, i)
    rest = cells.new_empty(len(cells), 3, width)
    torch.where(merged, share * (g - cells), g - before, out=rest[:, 0]).mul_(i * (1.0 - i))
    torch.mul(share, 1.0 - g * g, out=rest[:, 1])
    torch.sub(1.0, i, out=rest[:, 2]).masked_fill_(merged, 0.0)
    return squashed * o * (1.0 - o), o * (1.0 - squashed * squashed), rest, norm


def _word_factors(
    word_gates: Tensor, word_cells: Tensor, first_cells: Tensor, lets: Tensor, norm: Tensor, cells: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The factors of the words' gradients, from `norm` and `cells` (2E, H) of the characters they end at.

    Returns: from c to c_be (2E, H); from c to l before its s (2E, H); from c_be to i, f and g before their functions
    and to c_b (2E, 4, H).
    """
    i, f, g = word_gates.chunk(3, 1)
    share = lets.exp().div_(norm)
    inside = lets.new_empty(len(lets), 4, lets.shape[1])
    torch.mul(g, i * (1.0 - i), out=inside[:, 0])
    torch.mul(first_cells, f * (1.0 - f), out=inside[:, 1])
    torch.mul(i, 1.0 - g * g, out=inside[:, 2])
    inside[:, 3] = f
    return share, share * (word_cells - cells) * lets * (1.0 - lets), inside
