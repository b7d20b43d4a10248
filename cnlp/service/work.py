"""Threads that do the work of requests: of a bounded number, in bounded time, the short apart from the long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from cnlp._kernel.deadline import deadline

_Result = TypeVar("_Result")


class BusyError(Exception):
    """As many requests as may wait are waiting."""


class Lane:
    """Threads that do one kind of work.

    Args:
        threads: how many.
        waiting: how many requests may be at work or wait for it.
        seconds: how long each may be at work.
    """

    def __init__(self, threads: int, waiting: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="cnlp")
        self._unfinished: set[Future[Any]] = set()
        self._waiting = waiting
        self._seconds = seconds

    async def run(self, function: Callable[[], _Result]) -> _Result:
        """What the function returns.

        Raises:
            BusyError: too many are waiting.
            TimeoutError: it was stopped at its deadline.
        """
        if len(self._unfinished) >= self._waiting:
            raise BusyError
        future = self._pool.submit(self._in_time, function)
        self._unfinished.add(future)  # it counts until its thread is free, even where its client went away
        future.add_done_callback(self._unfinished.discard)
        return await asyncio.wrap_future(future)

    def _in_time(self, function: Callable[[], _Result]) -> _Result:
        with deadline(self._seconds):
            return function()

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
