"""The device that a run computes on, its threads and its memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from cnlp import errors
from cnlp.ner.neural.denormals import tiny_is_zero


def find_device(name: str) -> torch.device:
    """The device of this name.

    Raises:
        ArgumentError: there is none, or torch cannot use it.
    """
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:  # an AssertionError says that torch was built without it
        reason = str(error).partition("\n")[0]
        raise errors.ArgumentError(f"device {name!r} cannot be used: {reason}; choose cpu") from None
    return device


@contextmanager
def computing(threads: int, device: torch.device) -> Iterator[None]:
    """A block that trains: so many threads, and tiny numbers are zero.

    After it threads and random numbers are as they were.
    """
    before = torch.get_num_threads()
    cuda = [torch.cuda.current_device()] if device.type == "cuda" else []
    with torch.random.fork_rng(cuda), tiny_is_zero():
        torch.set_num_threads(threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)


_SIGNS = "out of memory", "can't allocate memory", "storage size calculation overflowed"


@contextmanager
def naming_memory(where: str, remedy: str = "a smaller batch_size or max_length") -> Iterator[None]:
    """Say where memory ran out, and what to take; torch has no class for it on the processor."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        message = str(error).lower()
        if not (isinstance(error, MemoryError) or any(sign in message for sign in _SIGNS)):
            raise
        raise errors.TrainingError(f"out of memory {where}: take {remedy}") from None
