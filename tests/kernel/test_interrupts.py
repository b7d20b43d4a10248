"""Long work ends at a deadline and at an interrupt, in every entry of the kernel; memory and objects stay usable."""

from __future__ import annotations

import asyncio
import signal
import threading
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from entries import USERS, entries
from twins import KERNELS, each_kernel, native, needs_native

import cnlp
from cnlp._kernel import reference
from cnlp._kernel.deadline import check, deadline

UNITS = {"clauses": "中国人民大，1大。\n", "crossed everywhere": "中国人大"}
SHORT = (
    "build_trie",
    "making",
    "matches",
    "find_all",
    "scores",
    "path_costs",
    "terms",
)  # as short as the text, or tested apart


def calls(kernel: Any, text: str) -> dict[str, Callable[[], object]]:
    """What works long on a long text."""
    found = entries(kernel, text, USERS["forced"])
    return {name: call for name, call in found.items() if name not in SHORT}


NAMES = list(calls(KERNELS[-1], ""))


@each_kernel
@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
@pytest.mark.parametrize("name", NAMES)
def test_work_ends_at_its_deadline(kernel: Any, unit: str, name: str) -> None:
    text = unit * ((3_000_000 if kernel is native else 3_000) // len(unit))
    work = calls(kernel, text)[name]
    with pytest.raises(TimeoutError, match="stopped at its deadline"), deadline(0):
        work()


@each_kernel
@pytest.mark.parametrize("name", NAMES)
def test_work_that_ends_in_time_is_as_without_a_deadline(kernel: Any, name: str) -> None:
    work = calls(kernel, "中国人民大，1大。\n" * 20)[name]
    with deadline(3600):
        assert repr(work()) == repr(calls(kernel, "中国人民大，1大。\n" * 20)[name]())


@needs_native
def test_random_walks_and_epochs_end_at_their_deadline() -> None:
    from cnlp._kernel import training

    edges = array("I", range(1_000_000)).tobytes()
    weights = array("d", [1.0]).tobytes() * 1_000_000
    with pytest.raises(TimeoutError), deadline(0):
        native.pagerank(1_000_000, edges, edges, weights, 0.85, 0.0, 10_000)
    n = 300_000
    problem = (
        bytes(4 * n), array("i", [0, 0]).tobytes(), bytes(8), bytes(4),
        array("i", [k for i in range(n // 3) for k in (3 * i, 3 * i + 3)]).tobytes(),
        bytes(n), b"\1" * (4 * 6), 4, 4, -1, b"", b"",
    )  # fmt: skip
    order = array("i", range(n // 3)).tobytes() * 20
    with pytest.raises(TimeoutError), deadline(0):
        training.perceptron_epoch(problem, order, bytearray(4 * 24), bytearray(8 * 24), 0, 1.0, 0.0)
    with pytest.raises(TimeoutError), deadline(0):
        training.crf_epoch(problem, order, bytearray(4 * 24), 0, 1.0, 0.1, 0.0, 0.0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs interval timers")
def test_signals_are_handled_while_the_kernel_works() -> None:
    seen: list[int] = []

    def handler(number: int, frame: object) -> None:
        seen.append(number)
        if len(seen) == 2:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        with pytest.raises(KeyboardInterrupt):  # one long call handles both; by itself it would handle only one
            cnlp.entities("他在网易杭研大厦见了王小川。" * 300_000)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert cnlp.segment("中国人") == cnlp.segment("中国人")


def test_inner_deadline_cannot_be_later_than_the_outer_one() -> None:
    with deadline(0), deadline(3600), pytest.raises(TimeoutError):
        check()
    check()


def test_deadline_belongs_to_its_context() -> None:
    failed: list[BaseException] = []

    def elsewhere() -> None:
        try:
            check()
        except TimeoutError as error:
            failed.append(error)

    async def task() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(check)

    with deadline(0):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        asyncio.run(task())
    assert not failed


@pytest.mark.parametrize("name", ["segment", "tokens", "entities"])
def test_object_works_on_after_it_was_stopped(name: str) -> None:
    kernel = KERNELS[-1]
    with pytest.raises(TimeoutError), deadline(0):
        calls(kernel, "中国人民大，1大。\n" * (300_000 if kernel is not reference else 300))[name]()
    calls(kernel, "中国人民大。")[name]()
