"""``cnlp info``: what is installed, which kernel runs, and what is inside a model file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import chain

import click

import cnlp
from cnlp import models
from cnlp._kernel import IS_NATIVE
from cnlp.models.format import ModelFile
from cnlp.segmentation import DEFAULT_ALGORITHM

WIDTH = 14
PURE = "pure Python (no C extension: about 50 times slower; reinstall with a compiler)"


@click.command("info")
@click.argument("model", required=False, metavar="[MODEL]")
def command(model: str | None) -> None:
    """Show version, kernel and model, and verify the model.

    MODEL is a model file; the one in the package if missing. Below its size stands its model card.
    """
    for name, value in chain(_installation(), _model(model)):
        click.echo(f"{name + ':':<{WIDTH}} {value}")


def _installation() -> Iterator[tuple[str, str]]:
    """What does not depend on a model."""
    yield "cnlp", cnlp.__version__
    yield "Python", sys.version.split()[0]
    yield "kernel", "C" if IS_NATIVE else PURE
    yield "algorithm", DEFAULT_ALGORITHM


def _model(path: str | None) -> Iterator[tuple[str, str]]:
    """The card of a model file, and that its data are what was written.

    Raises:
        ModelError: they are not, or it is no model file.
    """
    model: ModelFile = models.open_model(path)
    model.verify()
    yield "model", str(model.path)
    yield "size", f"{os.path.getsize(model.path):,} bytes"
    yield from model.card.items()
    yield "checksum", "verified"
