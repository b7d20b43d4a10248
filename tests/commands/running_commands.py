"""Running the command line: in this process where that is enough, as a real process where it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

import cnlp
from cnlp import commands
from cnlp._kernel import IS_NATIVE

ROOT = Path(cnlp.__file__).parent.parent
long = pytest.mark.skipif(not IS_NATIVE, reason="takes minutes with the pure-Python kernel")


class Result(NamedTuple):
    """What a run left: exit code, standard output and standard error."""

    code: int
    out: bytes
    err: str


def run_here(*arguments: str | Path, stdin: bytes = b"") -> Result:
    """Run the command line in this process."""
    with CliRunner().isolation(input=stdin) as (out, err, _):
        code = commands.run([str(argument) for argument in arguments])
        return Result(code, out.getvalue(), err.getvalue().decode("utf-8"))


def command_line(*arguments: str | Path) -> list[str]:
    """Arguments of a process that runs ``cnlp``."""
    return [sys.executable, "-m", "cnlp", *map(str, arguments)]


def environment() -> dict[str, str]:
    """This environment, with the package under test first in the path."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def run_process(*arguments: str | Path, stdin: bytes = b"", **options: Any) -> Result:
    """Run the command line as a process."""
    options = {"stdout": subprocess.PIPE, **options}
    done = subprocess.run(
        command_line(*arguments),
        input=stdin,
        stderr=subprocess.PIPE,
        env=environment(),
        timeout=120,
        **options,
    )
    return Result(done.returncode, done.stdout or b"", done.stderr.decode("utf-8"))
