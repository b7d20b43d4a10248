"""Fair timing on a shared machine: one pinned core, interleaved rounds, ratios taken within a round.

The clock is the processor time of this process: what other programs do on the machine does not count. A round
runs every contender once (A B C A B C …), so a slow spell hits all; a ratio is formed inside each round and
the median over the rounds is quoted. The garbage collector stays on, as users have it. Input is made anew
before every timing and outside of it, because a ``str`` that was cut once may carry a cached UTF-8 copy.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"cpu": time.process_time, "wall": time.perf_counter}


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to time.

    Attributes:
        name: how results call it.
        prepare: makes the input; not timed.
        work: consumes the input; timed.
        size: amount of work in one call (UTF-8 bytes, or characters).
    """

    name: str
    prepare: Callable[[], Any]
    work: Callable[[Any], None]
    size: int


def pin() -> int | None:
    """Bind this process to one core, the last of those it may use; ``None`` where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def as_installed(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables of a process that is timed from its start: what is installed was compiled before.

    >>> as_installed({"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C"})
    {'LANG': 'C'}
    """
    return {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}


def time_rounds(
    contenders: Sequence[Contender], rounds: int, clock: Clock = time.process_time
) -> dict[str, list[float]]:
    """Amount per second of every contender in every round, after one untimed call each.

    >>> idle = Contender("idle", lambda: 1000, lambda n: sum(range(n)) and None, 1000)
    >>> rates = time_rounds([idle], 3, time.perf_counter)
    >>> len(rates["idle"])
    3
    """
    for contender in contenders:
        contender.work(contender.prepare())
    rates: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            rates[contender.name].append(contender.size / _seconds(contender, clock))
    return rates


def _seconds(contender: Contender, clock: Clock) -> float:
    data = contender.prepare()
    start = clock()
    contender.work(data)
    return max(clock() - start, 1e-9)


def call_with_each(function: Callable[[Any], Any], items: Iterable[Any]) -> None:
    """The work of a contender that gets one item at a time; what it returns is dropped."""
    for item in items:
        function(item)


def spread(values: Sequence[float], digits: int = 4) -> dict[str, float]:
    """Median, least and greatest value, and the quartiles where there are three values or more.

    >>> spread([1.0, 2.0, 4.0])
    {'median': 2.0, 'min': 1.0, 'max': 4.0, 'q1': 1.5, 'q3': 3.0}
    """
    result = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    if len(values) >= 3:
        result["q1"], _, result["q3"] = statistics.quantiles(values, n=4, method="inclusive")
    return {name: round(value, digits) for name, value in result.items()}


def ratios(rates: Mapping[str, Sequence[float]], bases: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For every base and every other contender the spread of (rate / base's rate) over the rounds.

    >>> ratios({"a": [2.0, 9.0], "b": [1.0, 3.0]}, ["b"])
    {'b': {'a': {'median': 2.5, 'min': 2.0, 'max': 3.0}}}
    """
    return {
        base: {
            name: spread([one / other for one, other in zip(values, rates[base], strict=True)])
            for name, values in rates.items()
            if name != base
        }
        for base in bases
        if base in rates
    }
