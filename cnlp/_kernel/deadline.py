"""Work that ends in time: within ``with deadline(seconds):`` the kernel's loops raise TimeoutError when time is up.

The kernel asks :func:`check` about every 50 milliseconds of long work (texts of 2,048 characters or more, lists of
texts), in C (``python/unlocked.h``) and in the twins; Python code that loops over texts calls it between them. The
deadline belongs to the context (PEP 567), so tasks and threads that are started with a copy of the context keep it, and
others do not see it.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_end: ContextVar[float | None] = ContextVar("_end", default=None)  # on the clock of monotonic()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Within the block, work that takes longer than ``seconds`` in all raises TimeoutError.

    An earlier deadline from outside stays.

    >>> import cnlp
    >>> with deadline(0):
    ...     words = cnlp.segment("大" * 10_000_000)
    Traceback (most recent call last):
    TimeoutError: the work was stopped at its deadline
    """
    outer, end = _end.get(), monotonic() + seconds
    token = _end.set(end if outer is None else min(end, outer))
    try:
        yield
    finally:
        _end.reset(token)


def check() -> None:
    """Raise TimeoutError after the deadline of this context, if it has one."""
    end = _end.get()
    if end is not None and monotonic() >= end:
        raise TimeoutError("the work was stopped at its deadline")
