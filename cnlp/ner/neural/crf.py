"""The linear-chain conditional random field, batched (Lafferty, McCallum and Pereira 2001).

For emissions e (n, T), transitions A (T, T), first b (T,) and last z (T,) a path t has the score

    s(t) = b[t_1] + z[t_n] + sum over p of e[p, t_p] + sum over p of A[t_p-1, t_p]      P(t) = exp s(t) / Z

log Z comes from the forward recursion, P(t_p = i) from forward and backward together; both run in logarithms, as one
recursion over twice the batch: the backward one is the forward one of the reversed sentence. A step is a product of
matrices, log(exp(alpha - max) exp(A)) + max, in double precision. Forbidden transitions have the score minus
infinity: its probability is exactly zero. The gradient of log Z is written by hand: marginals for the emissions, sums
of the marginals of pairs for the transitions; autograd through the recursion takes several times as long.

Cost: O(n T^2) a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

_LARGEST = 700.0  # exp of it is finite in double precision


class CRFLayer(nn.Module):
    """Scores of neighbouring tags, and the quantities computed from them.

    Args:
        allowed: which tag may follow which, as :func:`cnlp.sequence.schemes.transition_mask` writes it: T * T bytes,
            then T for the first position and T for the last.

    >>> from cnlp.sequence.schemes import transition_mask
    >>> crf = CRFLayer(transition_mask(["B", "M", "E", "S"], "BMES"))
    >>> mask = torch.ones(1, 3, dtype=torch.bool)
    >>> crf.decode(torch.zeros(1, 3, 4), mask) in ([[0, 1, 2]], [[0, 2, 3]], [[3, 0, 2]], [[3, 3, 3]])
    True
    """

    def __init__(self, allowed: bytes) -> None:
        super().__init__()
        size = math.isqrt(len(allowed) + 1) - 1
        rows = torch.tensor(list(allowed), dtype=torch.bool).reshape(size + 2, size)
        barred = torch.zeros(size + 2, size).masked_fill(~rows, -math.inf)
        self.register_buffer("barred", barred, persistent=False)
        self.transitions = nn.Parameter(torch.zeros(size, size))
        self.first = nn.Parameter(torch.zeros(size))
        self.last = nn.Parameter(torch.zeros(size))

    def log_likelihood(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """log P of the tags.

        Args:
            emissions: (B, n, T).
            tags: (B, n) long; any number after the end.
            mask: (B, n) bool, true from the first position to the last one of each sentence, which has one at least.

        Returns:
            (B,), in nats.
        """
        lengths = mask.sum(1)
        log_z: Tensor = _LogPartition.apply(emissions, *self._scores(), lengths)
        return self._score(emissions, tags, mask, lengths) - log_z

    def marginals(self, emissions: Tensor, mask: Tensor) -> Tensor:
        """P(t_p = i) of every position; (B, n, T), zero after the end."""
        with torch.no_grad():
            alpha, beta, log_z = _forward_backward(emissions, *self._scores(), mask.sum(1))
            return _posteriors(alpha, beta, log_z, mask[:, :, None]).to(emissions.dtype)

    def cross_entropy(
        self, emissions: Tensor, targets: Tensor, pairs: Tensor, mask: Tensor, temperature: float = 1.0
    ) -> Tensor:
        """The cross entropy of a teacher's paths, where its scores and those here are divided by the temperature.

        Args:
            emissions: (B, n, T).
            targets: (B, n, T) the teacher's probabilities of tags, zero after the end.
            pairs: (B, T, T) its expected counts of transitions.
            mask: (B, n).
            temperature: above 0.

        Returns:
            (B,), in nats.
        """
        lengths = mask.sum(1)
        cooled = [scores / temperature for scores in (emissions, *self._scores())]
        log_z: Tensor = _LogPartition.apply(*cooled, lengths)
        ends = targets[torch.arange(len(lengths), device=lengths.device), lengths - 1]
        expected = (targets * emissions).sum((1, 2)) + (pairs * self.transitions).sum((1, 2))
        return log_z - (expected + targets[:, 0] @ self.first + ends @ self.last) / temperature

    def expected(self, emissions: Tensor, mask: Tensor, temperature: float = 1.0) -> tuple[Tensor, Tensor]:
        """What :meth:`cross_entropy` learns from a teacher: probabilities of tags and counts of transitions."""
        with torch.no_grad():
            lengths = mask.sum(1)
            emissions, transitions, first, last = (
                scores.double() / temperature for scores in (emissions, *self._scores())
            )
            alpha, beta, log_z = _forward_backward(emissions, transitions, first, last, lengths)
            left, right = _factors(emissions, alpha, beta, log_z, mask[:, 1:, None])
            pairs = torch.einsum("bni,bnj->bij", left, right) * transitions.exp()
            return _posteriors(alpha, beta, log_z, mask[:, :, None]).float(), pairs.float()

    def span_probabilities(
        self, emissions: Tensor, mask: Tensor, paths: Sequence[Sequence[int]], spans: Sequence[tuple[int, int, int]]
    ) -> list[float]:
        """Of each span the probability of all paths in which it is one: its marginal probability.

        The tags of the span are fixed and the tag after it does not continue it; the rest is summed (Culotta and
        McCallum, Confidence estimation for information extraction, 2004).

        Args:
            emissions: (B, n, T).
            mask: (B, n).
            paths: B legal paths, in which the spans are.
            spans: (sentence, first position, last position, inclusive).
        """
        if not spans:
            return []
        with torch.no_grad():
            transitions, first, last = (scores.double() for scores in self._scores())
            lengths, emissions = mask.sum(1), emissions.double()
            alpha, beta, log_z = _forward_backward(emissions, transitions, first, last, lengths)
            width = emissions.shape[1]
            tags = torch.tensor([[*path, *[0] * (width - len(path))] for path in paths], device=mask.device)
            steps = emissions.gather(2, tags[:, :, None])[:, :, 0].clone()
            steps[:, 1:] += transitions[tags[:, :-1], tags[:, 1:]]
            walked = steps.masked_fill(~mask, 0.0).cumsum(1)
            sentence, start, end = torch.tensor(spans, device=mask.device).T
            opened = alpha[sentence, start, tags[sentence, start]]
            inside = walked[sentence, end] - walked[sentence, start]
            # Tags that cannot begin a sentence continue a span: not allowed after the last position.
            tag, behind = tags[sentence, end], (end + 1).clamp(max=width - 1)
            onward = transitions[tag].masked_fill(self.barred[-2].isinf(), -math.inf)
            onward = (onward + emissions[sentence, behind] + beta[sentence, behind]).logsumexp(1)
            closed = torch.where(end + 1 == lengths[sentence], last[tag], onward)
            probabilities: list[float] = (opened + inside + closed - log_z[sentence]).exp().clamp(max=1.0).tolist()
            return probabilities

    def decode(self, emissions: Tensor, mask: Tensor) -> list[list[int]]:
        """The best legal path of each sentence (Viterbi 1967); emissions are (B, n, T)."""
        with torch.no_grad():
            transitions, first, last = (scores.to(emissions.dtype) for scores in self._scores())
            lengths = mask.sum(1)
            best = emissions[:, 0] + first
            bests = [best]
            for position in range(1, emissions.shape[1]):
                best = (best[:, :, None] + transitions).amax(1) + emissions[:, position]
                bests.append(best)
            final = torch.stack(bests)[lengths - 1, torch.arange(len(lengths), device=lengths.device)] + last
            tag = final.argmax(1)
            path = [tag]
            for position in range(emissions.shape[1] - 1, 0, -1):
                # Sought on the best path alone: the places of all maxima cost several times what the maxima do.
                before = (bests[position - 1] + transitions.T[tag]).argmax(1)
                tag = torch.where(position < lengths, before, tag)
                path.append(tag)
            paths: list[list[int]] = torch.stack(path[::-1], 1).tolist()
            return [tags[:length] for tags, length in zip(paths, lengths.tolist(), strict=True)]

    def _scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """Transitions, first and last, with minus infinity for forbidden ones."""
        return self.transitions + self.barred[:-2], self.first + self.barred[-2], self.last + self.barred[-1]

    def _score(self, emissions: Tensor, tags: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:
        """s(t); (B,)."""
        tags = tags * mask
        inner = emissions.gather(2, tags[:, :, None])[:, :, 0] * mask
        pairs = self.transitions[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]
        ends = tags.gather(1, lengths[:, None] - 1)[:, 0]
        return inner.sum(1) + pairs.sum(1) + self.first[tags[:, 0]] + self.last[ends]


def _reverse(values: Tensor, lengths: Tensor) -> Tensor:
    """Each sentence of (B, n, T) reversed; the padding stays."""
    places = torch.arange(values.shape[1], device=values.device).expand(values.shape[:2])
    places = torch.where(places < lengths[:, None], lengths[:, None] - 1 - places, places)
    return values.gather(1, places[:, :, None].expand_as(values))


def _forward_backward(
    emissions: Tensor, transitions: Tensor, first: Tensor, last: Tensor, lengths: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """log alpha (its own emission included) and log beta (without it), both (B, n, T), and log Z (B,); double."""
    scores = torch.stack([emissions, _reverse(emissions, lengths)]).double()
    steps = torch.stack([transitions, transitions.T]).double().exp()
    state = scores[:, :, 0] + torch.stack([first, last]).double()[:, None]
    states = [state]
    for position in range(1, scores.shape[2]):
        top = state.amax(2, keepdim=True)
        state = torch.bmm((state - top).exp(), steps).log() + top + scores[:, :, position]
        states.append(state)
    both = torch.stack(states, 2)
    alpha, beta = both[0], _reverse(both[1], lengths) - emissions
    ends = alpha[torch.arange(len(lengths), device=lengths.device), lengths - 1] + last
    return alpha, beta, ends.logsumexp(1)


def _posteriors(alpha: Tensor, beta: Tensor, log_z: Tensor, inside: Tensor) -> Tensor:
    """P(t_p = i), zero after the end, where alpha and beta may be anything."""
    return (alpha + beta - log_z[:, None, None]).masked_fill(~inside, -math.inf).exp()


def _factors(emissions: Tensor, alpha: Tensor, beta: Tensor, log_z: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Of P(t_p-1 = i, t_p = j), divided by exp(A[i, j]), what depends on i and what on j; the latter weighted."""
    top = alpha[:, :-1].amax(2, keepdim=True)
    left = (alpha[:, :-1] - top).exp()
    right = (emissions[:, 1:] + beta[:, 1:] + top - log_z[:, None, None]).clamp(max=_LARGEST).exp()
    return left, right * weight


class _LogPartition(torch.autograd.Function):
    """log Z of each sentence, with its gradient."""

    @staticmethod
    def forward(
        ctx: Any, emissions: Tensor, transitions: Tensor, first: Tensor, last: Tensor, lengths: Tensor
    ) -> Tensor:
        alpha, beta, log_z = _forward_backward(emissions, transitions, first, last, lengths)
        ctx.save_for_backward(emissions, transitions, alpha, beta, log_z, lengths)
        return log_z.to(emissions.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        emissions, transitions, alpha, beta, log_z, lengths = ctx.saved_tensors
        weight = gradients[0].double()[:, None, None]
        inside = (torch.arange(alpha.shape[1], device=alpha.device) < lengths[:, None])[:, :, None]
        shares = _posteriors(alpha, beta, log_z, inside) * weight
        left, right = _factors(emissions, alpha, beta, log_z, inside[:, 1:] * weight)
        pairs = torch.einsum("bni,bnj->ij", left, right) * transitions.double().exp()
        ends = shares[torch.arange(len(lengths), device=lengths.device), lengths - 1]
        kind = emissions.dtype
        return shares.to(kind), pairs.to(kind), shares[:, 0].sum(0).to(kind), ends.sum(0).to(kind), None
