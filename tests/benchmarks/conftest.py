"""``benchmarks`` and the long tests are not installed: make them importable from the checkout."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "long")]


@pytest.fixture(autouse=True)
def _all_cores() -> Iterator[None]:
    """Benchmarks bind their process to one core, and the tests behind them are to have all again."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    yield
    if cores is not None:
        os.sched_setaffinity(0, cores)
