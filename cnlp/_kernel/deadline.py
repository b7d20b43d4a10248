"""Work that ends in time: within ``with deadline(seconds):`` the kernel's loops raise TimeoutError when time is up.

The kernel asks :func:`check` about every 50 milliseconds of long work (texts of 2,048 characters or more, lists of
texts), in C (``python/unlocked.h``) and in the twins; Python code that loops over texts calls it between them. The
deadline belongs to the context (PEP 567), so tasks and threads that are started with a copy of the context keep it, and
others do not see it.
"""

from __future__ import annotations

from contextvars import ContextVar
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextvars import Token

_end: ContextVar[float | None] = ContextVar("_end", default=None)  # on the clock of monotonic()


class deadline:  # a generator would need contextlib, which a cold start has no time for
    """Within the block, work that takes longer than ``seconds`` in all raises TimeoutError.

    An earlier deadline from outside stays.

    >>> import cnlp
    >>> with deadline(0):
    ...     words = cnlp.segment("大" * 10_000_000)
    Traceback (most recent call last):
    TimeoutError: the work was stopped at its deadline
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        outer, end = _end.get(), monotonic() + self._seconds
        self._token: Token[float | None] = _end.set(end if outer is None else min(end, outer))

    def __exit__(self, *error: object) -> None:
        _end.reset(self._token)


def check() -> None:
    """Raise TimeoutError after the deadline of this context, if it has one."""
    end = _end.get()
    if end is not None and monotonic() >= end:
        raise TimeoutError("the work was stopped at its deadline")
