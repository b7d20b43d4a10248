"""``cnlp info``: what is installed and which kernel runs; or the card of a model file."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

import cnlp
from cnlp._kernel import IS_NATIVE, PURE
from cnlp.model import registry
from cnlp.model.format import ModelFile
from cnlp.segmentation import DEFAULT_ALGORITHM

WIDTH = 14
SUFFIX = ".safetensors"


@click.command("info")
@click.argument("model", required=False, metavar="[MODEL]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(model: str | None, as_json: bool) -> None:
    """Show what is installed, or the card of a model file.

    MODEL is a model file of any kind, or the name of one in the package: what it is, training data and
    parameters, scores. Its data are verified with their checksum.
    """
    shown = _installation() if model is None else _model(model)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for name, value in shown.items():
        lines = [f"{key}: {item}" for key, item in value.items()] if isinstance(value, Mapping) else [value]
        for number, line in enumerate(lines):
            click.echo(f"{'' if number else name + ':':<{WIDTH}} {line}")


def _installation() -> dict[str, Any]:
    """What is installed; the shipped models are verified."""
    shipped = {name: open_verified(path) for name, path in _shipped().items()}
    return {
        "cnlp": cnlp.__version__,
        "Python": sys.version.split()[0],
        "kernel": "C" if IS_NATIVE else PURE,
        "algorithm": DEFAULT_ALGORITHM,
        "folder": os.path.dirname(registry.CORE),
        "models": {
            name: f"{file.field('description', file.kind)} ({os.path.getsize(file.path):,} bytes)"
            for name, file in shipped.items()
        },
        "checksums": "verified",
    }


def _model(path: str) -> dict[str, Any]:
    """The card of a model file, and what it holds."""
    shipped = _shipped()
    file = open_verified(shipped[path] if path in shipped and not os.path.exists(path) else path)
    card = file.card
    sizes = {name: f"{items:,} of {dtype}" for name, (dtype, items) in file.arrays.items()}
    first: dict[str, Any] = {name: card.pop(name) for name in ("kind", "name", "description") if name in card}
    size = f"{os.path.getsize(file.path):,} bytes"
    return {"model": file.path, "size": size, **first, **card, "arrays": sizes, "checksum": "verified"}


def open_verified(path: str) -> ModelFile:
    """A model file whose data are what was written.

    Raises:
        OSError: it cannot be read.
        ModelError: its data were altered, or it is not a model file.
    """
    file = ModelFile(path)
    file.verify()
    return file


def _shipped() -> dict[str, str]:
    """The model files of the package, by name."""
    paths = sorted(glob.glob(os.path.join(glob.escape(os.path.dirname(registry.CORE)), "*" + SUFFIX)))
    return {os.path.basename(path).removesuffix(SUFFIX): path for path in paths}
