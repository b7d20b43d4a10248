"""Numbers below 1e-38, which a processor computes with a hundred times slower than with others, taken as zero."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def tiny_is_zero() -> Iterator[None]:
    """In this thread, and those it starts, until the block ends. Attention's weights are often that small.

    >>> with tiny_is_zero():
    ...     print(is_zero())
    True
    """
    before = is_zero()
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def is_zero() -> bool:
    """Whether this thread does so."""
    return bool(torch.full((1,), 1e-38).mul(0.01) == 0)
