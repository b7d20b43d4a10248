"""``cnlp info``: what is installed and which kernel runs; or the card of a model file."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

import click

import cnlp
from cnlp._kernel import IS_NATIVE, PURE
from cnlp.jieba.data import PATH as JIEBA
from cnlp.model.format import ModelFile
from cnlp.model.registry import CORE, open_model
from cnlp.segmentation import DEFAULT_ALGORITHM

WIDTH = 14
FOR_RESEARCH = ("free for research", "core.tsv")  # the second has counts and tags of PFR, which is so


@click.command("info")
@click.argument("model", required=False, metavar="[MODEL]")
@click.option("--licences", is_flag=True, help="Show the terms of each model file, and what it learnt from.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(model: str | None, licences: bool, as_json: bool) -> None:
    """Show what is installed, or the card of a model file.

    MODEL is the name of a model in the package, as --model of other commands takes it, or a model file of any kind:
    what it is, training data and parameters, scores. Its data are verified with their checksum.
    """
    if licences and model is not None:
        raise click.UsageError("--licences shows all model files: leave MODEL out")
    shown = _licences() if licences else _installation() if model is None else _model(model)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for name, value in shown.items():
        lines = [f"{key}: {item}" for key, item in value.items()] if isinstance(value, Mapping) else [value]
        for number, line in enumerate(lines):
            click.echo(f"{'' if number else name + ':':<{WIDTH}} {line}")


def _installation() -> dict[str, Any]:
    """What is installed; the shipped models are verified."""
    models = cnlp.models()
    for model in models:
        open_model(model.path)  # compares it with its checksum
    return {
        "cnlp": cnlp.__version__,
        "Python": sys.version.split()[0],
        "kernel": "C" if IS_NATIVE else PURE,
        "algorithm": DEFAULT_ALGORITHM,
        "folder": os.path.dirname(CORE),
        "models": {each.name: f"{each.description} ({each.kind}, {each.size:,} bytes)" for each in models},
        "checksums": "verified",
    }


def _licences() -> dict[str, dict[str, str]]:
    """The terms of each file and what it learnt from: first those of permissive sources only."""
    groups: dict[str, dict[str, str]] = {"permissive": {}, "research": {}}
    for path in (JIEBA, *(model.path for model in cnlp.models())):
        card = ModelFile(path).card
        learnt = re.sub(r" \(sha256 \w+\)|sha256 \w+; ", "", card["training_data"])
        terms = f"{card['licence']} (learnt from {learnt})"
        group = "research" if any(words in terms for words in FOR_RESEARCH) else "permissive"
        groups[group][card["name"]] = terms
    return groups


def _model(model: str) -> dict[str, Any]:
    """The card of a model file, and what it holds."""
    file = open_model(model)
    if file.is_trusted:  # others were compared with their checksum on opening
        file.verify()
    card = file.card
    sizes = {name: f"{items:,} of {dtype}" for name, (dtype, items) in file.arrays.items()}
    first: dict[str, Any] = {name: card.pop(name) for name in ("kind", "name", "description") if name in card}
    own = {"file": file.path, "file_size": f"{os.path.getsize(file.path):,} bytes"}  # no card has these names
    return {**own, **first, **card, "arrays": sizes, "checksum": "verified"}
