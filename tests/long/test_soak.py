"""A batch that is killed and taken up again loses nothing: the short form of ``python tests/long/soak.py``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from soak import soak


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL as Unix has it")
def test_killed_batches_end_as_if_they_had_not_been(tmp_path: Path) -> None:
    *_, results = soak(tmp_path, rounds=5, files=40, seed=1)
    assert results["identical"] == results["rounds"] == 5
    assert results["lines lost or reordered"] == 0
    assert results["kills"] >= 3
