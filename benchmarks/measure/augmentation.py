"""What does augmentation give a recognizer? Writes ``benchmarks/results/augmentation.json``.

A cell is a corpus (Resume, Weibo, the present-day sentences), a share of its training part, a model, an operation of
:mod:`cnlp.ner.augmentation` at its usual rate, and a seed: of the share, of what is made and of the training. The score
is strict F1 on the dev part, which has no other use: training ends after the default number of epochs. ``none`` and
``all`` have no and every operation; ``twice`` has each sentence twice, to tell what is due to the steps alone. A copy
is made of each sentence.

Cells are lines of ``--folder``/cells.jsonl. Those that are there, or in the last result, are not made again, so the
same command resumes. The result has all made so far. ``--gather`` trains nothing.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from benchmarks import cells
from benchmarks import record as records
from benchmarks.measure import neural_ner
from cnlp.corpus.entities import Sentence
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.ner.augmentation import RATES, augment, read_synonyms
from cnlp.ner.base import LINEAR_METHODS
from cnlp.ner.linear import EntityRecognizer
from recipes.modern import ANNOTATED
from recipes.ner import DEV, present_day

NEURAL = ("bilstm-crf", "flat")
CORPORA = ("resume", "weibo", "modern")
SHARES = (0.1, 0.3, 1.0)
OPERATIONS = ("none", "twice", *RATES, "all")
SYNONYMS = "lexicon/cilin.txt"


class Cell(NamedTuple):
    """One training run."""

    corpus: str
    share: float
    model: str
    operation: str
    seed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    wanted = () if options.gather else plan(options)
    f1 = cells.complete(options.folder / "cells.jsonl", cells.known(options.output), wanted, make)
    record: dict[str, Any] = records.new_record("augmentation", words)
    files = [ANNOTATED, DEV, SYNONYMS, *(neural_ner.FILES[name][at] for name in ("resume", "weibo") for at in (0, 1))]
    record["data"] = {name: file_sha256(data_folder() / name) for name in files}
    records.save({**record, "results": {"rates": dict(RATES), "f1": f1}}, options.output)
    return 0


def plan(options: argparse.Namespace) -> Iterator[Cell]:
    """The cells that are wanted: a seed of all, small shares first, then the next seed."""
    for seed in range(1, options.seeds + 1):
        for share in options.shares:
            for corpus in options.corpora:
                for model in options.models:
                    for operation in OPERATIONS:
                        yield Cell(corpus, share, model, operation, seed)


def make(cell: Cell) -> float:
    """The score of a cell."""
    train, dev = parts(cell.corpus)
    rng = random.Random(cell.seed)
    kept = set(rng.sample(range(len(train)), round(cell.share * len(train))))
    chosen = [sentence for number, sentence in enumerate(train) if number in kept]
    if cell.operation == "twice":
        chosen = [sentence for sentence in chosen for _ in range(2)]
    elif cell.operation != "none":
        rates: Mapping[str, float] = RATES if cell.operation == "all" else {cell.operation: RATES[cell.operation]}
        chosen = augment(chosen, rates, synonyms=synonyms(), seed=cell.seed)
    if cell.model in LINEAR_METHODS:
        return round(EntityRecognizer(method=cell.model, seed=cell.seed).fit(chosen).score(dev), 4)
    from cnlp.ner.neural.recognizer import NeuralRecognizer
    from cnlp.ner.neural.settings import defaults

    settings = defaults(cell.model, cell.corpus if cell.corpus != "modern" else "").with_values({"seed": cell.seed})
    return round(NeuralRecognizer(settings).fit(chosen).score(dev), 4)


@cache
def parts(corpus: str) -> tuple[list[Sentence], list[Sentence]]:
    """Train and dev."""
    if corpus == "modern":
        return present_day(hold_out=None), present_day(DEV)
    read = neural_ner.read(corpus)
    return read["train"], read["dev"]


@cache
def synonyms() -> dict[str, list[str]]:
    """Those of the Cilin thesaurus."""
    return read_synonyms(data_folder() / SYNONYMS)


def _parser() -> argparse.ArgumentParser:
    parser = cells.parser("augmentation", __doc__)
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=CORPORA)
    parser.add_argument("--shares", nargs="+", type=float, choices=SHARES, default=SHARES)
    parser.add_argument("--models", nargs="+", choices=(*LINEAR_METHODS, *NEURAL), default=(*LINEAR_METHODS, *NEURAL))
    return parser


if __name__ == "__main__":
    sys.exit(main())
