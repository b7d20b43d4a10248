"""Fixtures that run the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from running_commands import Result, run_here, run_process


@pytest.fixture
def shell() -> Callable[..., Result]:
    """The command line in this process."""
    return run_here


@pytest.fixture
def process() -> Callable[..., Result]:
    """The command line as a process."""
    return run_process
