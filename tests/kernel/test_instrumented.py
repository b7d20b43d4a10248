"""The kernel compiled with counters: failed allocations, and work that is in proportion to the text."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from instrumented import build, environment
from twins import needs_native

pytestmark = [needs_native, pytest.mark.skipif(not shutil.which("gcc"), reason="needs GCC")]
HERE = Path(__file__).parent
# Of a nested lexicon of 30 words that all match at each character, sorted; others need far less.
STEPS_PER_CHARACTER = 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the instrumented package is."""
    folder = tmp_path_factory.mktemp("instrumented")
    build(folder)
    return folder


def run(folder: Path, script: str) -> str:
    """What a script prints in a process of that package."""
    command = [sys.executable, str(HERE / script)]
    done = subprocess.run(command, env=environment(folder), cwd=folder, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-3000:]
    return done.stdout


def test_every_failed_allocation_is_a_memory_error(folder: Path) -> None:
    counts = [int(line.split()[-2]) for line in run(folder, "faults.py").splitlines()]
    assert len(counts) >= 100 and sum(counts) > 1000


def test_work_of_the_kernel_is_in_proportion_to_the_text(folder: Path) -> None:
    from work import SIZE

    found = json.loads(run(folder, "work.py"))
    assert len(found) > 300
    for name, once, twice in found:
        assert twice <= 3 * once + 20_000, name  # blocks double in size, so it is not exactly 2
        assert once <= STEPS_PER_CHARACTER * SIZE, name
