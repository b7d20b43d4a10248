"""Compile the shipped model from the texts in dictionaries/: ``python -m cnlp.lexicon.build``.

Run when the package is built; needs nothing but the package itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from cnlp import errors
from cnlp.lexicon.compile import compile_lexicon
from cnlp.model.format import write_model
from cnlp.model.registry import CORE
from cnlp.text._data import dictionary_path

# jieba's frequencies sum to this; users' weights are on the same scale.
WEIGHT_TOTAL = 60_101_967

CARD = {
    "name": "core",
    "description": "Chinese words and bigrams of words, for segmentation",
    "standard": "pku",
    "training_data": "PFR People's Daily, January and February 1998; present-day text annotated by hand and by a vote "
    "of teachers; dictionary of jieba 0.42.1; dictionaries/modern.tsv",
    "licence": "MIT; the counts were learnt from PFR, which is free for research, and from present-day text",
    "source": "dictionaries/core.tsv, dictionaries/bigrams.tsv; see dictionaries/SOURCES.md",
}


def rows_of(path: str) -> Iterator[list[str]]:
    """The fields of each line, comments left out.

    Raises:
        FormatError: a line has fewer than two fields.
    """
    with open(path, encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("# "):
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) < 2:
                raise errors.bad_line(path, number, "at least two fields are needed")
            yield fields


def read_counts(path: str) -> dict[str, float]:
    """Counts of words and classes."""
    return {fields[0]: float(fields[1]) for fields in rows_of(path)}


def read_bigrams(path: str) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """Counts of pairs, and how often something followed each left word."""
    pairs: dict[tuple[str, str], int] = {}
    histories = {}
    for left, history, *rights in rows_of(path):
        histories[left] = int(history)
        for right, count in zip(rights[::2], rights[1::2], strict=True):
            pairs[left, right] = int(count)
    return pairs, histories


def build(path: str = CORE, folder: str = "") -> None:
    """Write the shipped model to ``path`` from the texts in ``folder``, by default dictionaries/."""
    import hashlib

    folder = folder or os.path.dirname(dictionary_path("core.tsv"))
    sources = [os.path.join(folder, "core.tsv"), os.path.join(folder, "bigrams.tsv")]
    pairs, histories = read_bigrams(sources[1])
    arrays, metadata = compile_lexicon(read_counts(sources[0]), pairs, histories=histories)
    card = dict(CARD)
    for source in sources:
        with open(source, "rb") as file:
            card[f"sha256 of {os.path.basename(source)}"] = hashlib.sha256(file.read()).hexdigest()
    write_model(path, arrays, {**card, **metadata, "weight_total": repr(float(WEIGHT_TOTAL))})


if __name__ == "__main__":
    build(*sys.argv[1:3])
