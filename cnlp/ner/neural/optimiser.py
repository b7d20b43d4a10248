"""Gradient steps for few dense weights and very many embedding rows, of which a step touches a handful.

Dense weights take torch's Adam (Kingma and Ba 2015) or SGD with momentum. Rows of embeddings take their lazy variants:
only rows with a gradient move, and only their moments are updated, so a step costs what the batch's rows cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cnlp.ner.neural.settings import Settings

if TYPE_CHECKING:
    from cnlp.ner.neural.model import NeuralTagger


class SparseSGD(torch.optim.Optimizer):
    """SGD with momentum for sparse gradients; the velocity of a row rests while it has no gradient."""

    def __init__(self, parameters: Iterable[Tensor], rate: float, momentum: float) -> None:
        super().__init__(parameters, {"lr": rate, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """Move the rows that have a gradient."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                gradient = weight.grad.coalesce()
                rows, change = gradient.indices()[0], gradient.values()
                if group["momentum"]:
                    state = self.state[weight]
                    if not state:
                        state["velocity"] = torch.zeros_like(weight)
                    change = state["velocity"][rows] * group["momentum"] + change
                    state["velocity"][rows] = change
                weight.index_add_(0, rows, change, alpha=-group["lr"])


def make_optimisers(model: NeuralTagger, settings: Settings) -> list[torch.optim.Optimizer]:
    """One for dense weights, one for embeddings. Each group's ``share`` multiplies the step size."""
    rows = [table.weight for table in model.modules() if isinstance(table, nn.Embedding) and table.sparse]
    encoder = model.embeddings.encoder
    slow = [] if encoder is None else list(encoder.parameters())
    marked = set(map(id, rows + slow))
    dense: list[dict[str, Any]] = [
        {"params": [weight for weight in model.parameters() if id(weight) not in marked], "share": 1.0}
    ]
    if slow:
        dense.append({"params": slow, "share": settings.encoder_rate})
    sparse = [{"params": rows, "share": 1.0}]
    decay = settings.weight_decay
    if settings.optimiser == "adam":
        return [
            torch.optim.AdamW(dense, settings.rate, weight_decay=decay, fused=True),
            torch.optim.SparseAdam(sparse, settings.rate),
        ]
    return [
        torch.optim.SGD(dense, settings.rate, momentum=settings.momentum, weight_decay=decay),
        SparseSGD(sparse, settings.rate, settings.momentum),
    ]


def clip_gradient(model: nn.Module, largest: float) -> None:
    """Scale all gradients together so that their norm is at most ``largest`` (Pascanu et al. 2013)."""
    values = []
    for weight in model.parameters():
        if weight.grad is not None:
            if weight.grad.is_sparse:
                weight.grad = weight.grad.coalesce()
            values.append(weight.grad.values() if weight.grad.is_sparse else weight.grad)
    if values:
        norm = torch.stack([value.norm() for value in values]).norm()
        factor = (largest / (norm + 1e-6)).clamp(max=1.0)
        for value in values:
            value.mul_(factor)


def rate_factor(settings: Settings, step: int, steps_an_epoch: int) -> float:
    """The factor of the step size at a step, counted from 0.

    >>> [rate_factor(Settings(epochs=2, schedule="linear", warmup=0.5), step, 2) for step in range(4)]
    [0.5, 1.0, 1.0, 0.5]
    """
    total = settings.epochs * steps_an_epoch
    warm = round(settings.warmup * total)
    if step < warm or settings.schedule == "linear":
        return linear_factor(step, total, warm)
    if settings.schedule == "decay":
        factor: float = settings.decay ** (step // steps_an_epoch)
        return factor
    return 1.0


def linear_factor(step: int, total: int, warm: int) -> float:
    """A factor that rises to 1 in the first ``warm`` of ``total`` steps, then falls to zero after the last one."""
    return (step + 1) / warm if step < warm else (total - step) / (total - warm)
