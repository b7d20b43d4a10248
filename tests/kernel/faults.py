"""Let each allocation of the kernel fail once: ``python tests/kernel/faults.py`` in a process of instrumented.py.

For every entry: the first allocation fails, then the second, and so on until a call makes none that fails; then again,
and all allocations after it fail too. Such a call must raise MemoryError, and give back whatever it had got.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from entries import USERS, entries
from instrumented import Instrument

TEXTS = ("中国人大" * 60 + "，a1-2。", "大中国人民 abc，2024年1月5日。\n" * 9)
MOST = 2000  # failing allocations of one call


def try_all(name: str, call: Callable[[], object], instrument: Instrument, *, lasting: bool) -> int:
    """Every allocation of the call fails once, or from there on; returns how many there are."""
    sound = repr(call())
    for number in range(1, MOST):
        before, live = instrument.allocations, instrument.live
        instrument.fail(number, lasting=lasting)
        try:
            answer = repr(call())
        except MemoryError:
            answer = ""
        instrument.fail(0)
        failed = instrument.allocations - before >= number
        if instrument.live != live:
            raise AssertionError(f"{name}: allocation {number} failed, {instrument.live - live} others were not freed")
        if failed and answer:
            raise AssertionError(f"{name}: allocation {number} failed, and there was no MemoryError")
        if answer and answer != sound:
            raise AssertionError(f"{name}: another answer after allocation {number} had failed")
        if not failed:
            return number - 1
    raise AssertionError(f"{name}: more than {MOST} allocations")


def main() -> None:
    """Try all entries; print how many allocations of each failed."""
    kernel = import_module("cnlp._kernel.native")
    instrument = Instrument(kernel)
    for user in USERS.values():
        for text in TEXTS:
            for name, call in entries(kernel, text, user).items():
                counts = [try_all(name, call, instrument, lasting=lasting) for lasting in (False, True)]
                print(f"{name}: {counts[0]} allocations", flush=True)


if __name__ == "__main__":
    sys.exit(main())
