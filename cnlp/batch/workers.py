"""One function over many items by several workers: results in order, memory bounded, no process left running.

:func:`ordered_map` keeps a window of items in flight, four for each worker, and gives results in the order of the
items, so that memory does not depend on how many there are and an endless source will do. Threads serve where the
function leaves the interpreter's lock alone, as :mod:`cnlp._kernel` does with whole chunks; processes where Python
itself works. A process gets the function once, pickled, and then only arguments, which like results ought to be bytes.

Processes are spawned on every system, unless the program has set another start method. A worker process ends when its
parent does, however that happens, and leaves Ctrl-C to it. Ctrl-C can interrupt the main thread anywhere, also where
it holds a lock that a worker waits for. So the executor is left to a thread of its own, with queues between the two,
which an interrupt leaves whole.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from cnlp import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Executor, Future
    from queue import SimpleQueue
    from typing import Any, TypeVar

    Context = TypeVar("Context")
    _Argument = TypeVar("_Argument")
    _Result = TypeVar("_Result")

IN_FLIGHT = 4  # items for each worker: one at work, the others waiting for it or for their turn
MAX_WEIGHT = 1 << 26  # of all items in flight, unless one weighs more
MAX_PROCESSES = 61  # more cannot be waited for on Windows


def count_workers(workers: int | None) -> int:
    """``workers``, or for ``None`` the number of cores that this process may use.

    Raises:
        ArgumentError: it is less than 1, or not a whole number.

    >>> count_workers(3), count_workers(None) > 0
    (3, True)
    """
    if workers is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise errors.ArgumentError(f"workers must be a whole number from 1, or None for all cores, got {workers!r}")
    return workers


def ordered_map(
    function: Callable[[_Argument], _Result],
    pairs: Iterable[tuple[Context, _Argument | None]],
    *,
    workers: int,
    processes: bool = False,
    weigh: Callable[[_Argument], int] | None = None,
) -> Generator[tuple[Context, Callable[[], _Result] | None], None, None]:
    """Apply a function to the second item of each pair; the first stays here and comes back beside the outcome.

    One worker is the calling thread, and reads no further than it is asked to. Several are started lazily, at the
    second item of work; they end when the iterator does, or is closed.

    Args:
        function: called with one argument; for processes it must be possible to pickle it.
        pairs: any iterable, may be endless. A pair with ``None`` as second item is passed through in its place.
        workers: from 1.
        processes: workers are processes; threads if not.
        weigh: the size of an argument in bytes or characters. While those in flight weigh ``MAX_WEIGHT`` or more, no
            more are read.

    Yields:
        The first item and, for work, a function without arguments, to be called once, that returns what
        ``function`` returned or raises what it raised. An error of ``pairs`` comes after all earlier results.

    Raises:
        WorkerError: ``function`` cannot be sent to a process, or a worker process was killed, or the iterator was
            carried into another process by ``os.fork``.

    >>> [(name, outcome()) for name, outcome in ordered_map(abs, [("a", -1), ("b", 2)], workers=2)]
    [('a', 1), ('b', 2)]
    """
    pool = _Pool(function, workers, processes)
    most = 1 if workers == 1 else IN_FLIGHT * workers
    waiting: deque[tuple[Context, _Task | None]] = deque()
    weight = 0
    source, end = iter(pairs), None
    try:
        while end is None or waiting:
            has_room = len(waiting) < most and weight < MAX_WEIGHT
            if end is None and has_room and not (waiting and _is_done(waiting[0][1])):
                try:
                    context, argument = next(source)
                    task = None if argument is None else pool.add(argument, weigh(argument) if weigh else 0)
                except Exception as error:  # StopIteration, too
                    end = error
                else:
                    waiting.append((context, task))
                    weight += task.weight if task else 0
                    del argument
            else:
                context, task = waiting.popleft()
                weight -= task.weight if task else 0
                yield context, None if task is None else partial(pool.result_of, task)
                pool.check_process()
    finally:
        pool.stop()
    if not isinstance(end, StopIteration):
        raise end


class _Task:
    """One item of work."""

    def __init__(self, argument: Any, weight: int) -> None:
        self.argument = argument
        self.weight = weight
        self.outcome: SimpleQueue[Future[Any]] | None = None  # once a worker is to do it; has one item when it is done


def _is_done(task: _Task | None) -> bool:
    return task is None or (task.outcome is not None and not task.outcome.empty())


class _Pool:
    """The workers, started lazily, at the second item of work."""

    def __init__(self, function: Callable[[Any], Any], workers: int, processes: bool) -> None:
        self.function = function
        self.workers = workers
        self.processes = processes
        self.owner = os.getpid()
        self.requests: SimpleQueue[Any] | None = None
        self.ended: SimpleQueue[None] | None = None
        self.first: _Task | None = None

    def add(self, argument: Any, weight: int) -> _Task:
        """A task for one more item.

        Raises:
            WorkerError: the function cannot be sent to a process.
        """
        task = _Task(argument, weight)
        if self.workers == 1:
            return task
        if self.requests is None:
            if self.first is None:
                self.first = task
                return task
            self._start()
            self._submit(self.first)
            self.first = None
        self._submit(task)
        return task

    def _start(self) -> None:
        from _thread import start_new_thread  # threading's would wait for it, with a lock
        from queue import SimpleQueue

        executor = _processes(self.function, self.workers) if self.processes else _threads(self.workers)
        self.requests, self.ended = SimpleQueue(), SimpleQueue()
        start_new_thread(_dispatch, (executor, self.requests, self.ended))

    def _submit(self, task: _Task) -> None:
        from queue import SimpleQueue

        assert self.requests is not None
        task.outcome = SimpleQueue()
        argument, task.argument = task.argument, None
        self.requests.put((_call if self.processes else self.function, argument, task.outcome))

    def result_of(self, task: _Task) -> Any:
        """The function's result; raises its exception.

        Raises:
            WorkerError: a worker process has ended.
        """
        if task.outcome is None:
            self.first = None
            return self.function(task.argument)
        from concurrent.futures import BrokenExecutor

        try:
            return task.outcome.get().result()
        except BrokenExecutor:
            raise errors.lost_worker() from None

    def check_process(self) -> None:
        """Workers do not follow their owner through ``os.fork``.

        Raises:
            WorkerError: this is another process.
        """
        if os.getpid() != self.owner:
            raise errors.forked()

    def stop(self) -> None:
        """Cancel what has not started, and wait for the rest."""
        if self.requests is not None and self.ended is not None and os.getpid() == self.owner:
            self.requests.put(None)
            if not sys.is_finalizing():  # at the end of the interpreter, the thread is no more
                self.ended.get()


def _dispatch(executor: Executor, requests: SimpleQueue[Any], ended: SimpleQueue[None]) -> None:
    """Give the executor what is asked for, until asked to stop; done items come into the queues of their tasks."""
    from concurrent.futures import Future

    if hasattr(signal, "pthread_sigmask"):  # a process that is only starting would answer Ctrl-C with a traceback
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        for function, argument, outcome in iter(requests.get, None):
            try:
                future = executor.submit(function, argument)
            except Exception as error:  # a worker has ended, or the interpreter does
                future = Future()
                future.set_exception(error)
            future.add_done_callback(outcome.put)
            del argument, outcome, future
        executor.shutdown(wait=True, cancel_futures=True)
    finally:
        ended.put(None)


def _threads(workers: int) -> Executor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(workers, "cnlp")


def _processes(function: Callable[[Any], Any], workers: int) -> Executor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise errors.unguarded()
    try:
        packed = pickle.dumps(function, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise errors.unsendable(error) from None
    context = multiprocessing.get_context(multiprocessing.get_start_method(allow_none=True) or "spawn")
    return ProcessPoolExecutor(min(workers, MAX_PROCESSES), context, initializer=_begin, initargs=(packed,))


# ---- in a worker process ----

_function: Callable[[Any], Any]


def _begin(packed: bytes) -> None:
    """Load the function; an error in it is raised by the first call for a result."""
    global _function
    import threading

    os.environ.setdefault("OMP_NUM_THREADS", "1")  # several processes with torch's threads each would slow each other

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _function = pickle.loads(packed)
    except Exception as error:
        _function = partial(_fail, error)


def _call(argument: Any) -> Any:
    return _function(argument)


def _fail(error: Exception, _: Any) -> Any:
    raise error


def _end_with_parent() -> None:
    """The pool's queues would wait for ever for a parent that was killed."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
