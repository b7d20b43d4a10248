"""Every entry of the C kernel has a target for the fuzzer, and every target finds nothing in its first inputs."""

from __future__ import annotations

import random
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from twins import needs_native

pytest.importorskip("numpy")
pytestmark = needs_native
MODULES = ("cnlp._kernel.native", "cnlp._kernel.training", "cnlp._kernel.ngrams", "cnlp.jieba._prefix.native")
NAMES = (
    "trie", "lattice", "segmenter", "tagger", "garbage", "pos", "terms", "entities", "mapping", "training", "ngrams",
    "prefix", "tagging",
)  # fmt: skip


def test_no_entry_is_left_out() -> None:
    here = Path(__file__).parent
    used = (here / "targets.py").read_text(encoding="utf-8") + (here / "random_input.py").read_text(encoding="utf-8")
    for module in map(import_module, MODULES):
        for name, entry in vars(module).items():
            if name.startswith("_") or isinstance(entry, int) or name in ("layout", "Shortcut"):  # these take no input
                continue
            members = vars(entry) if isinstance(entry, type) else {}
            for member in [member for member in members if not member.startswith("_")] or [name]:
                assert f".{member}".lower() in used.lower(), f"{module.__name__}.{name} {member}"


@pytest.mark.parametrize("name", NAMES)
def test_first_inputs_find_nothing(name: str) -> None:
    from targets import TARGETS, Chance

    assert tuple(TARGETS) == NAMES
    for seed in range(15):
        TARGETS[name](Chance(random.Random(f"{name} {seed}").randbytes(300)))


def test_the_command_runs_a_target(tmp_path: Path) -> None:
    script = str(Path(__file__).parents[1] / "long" / "fuzz.py")
    command = [sys.executable, script, "--plain", "--random", "--seconds", "1", "--targets", "mapping"]
    done = subprocess.run([*command, "--findings", str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and " 0 findings" in done.stdout, done.stdout + done.stderr
    assert not list(tmp_path.iterdir())
