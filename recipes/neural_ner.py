"""Train the shipped neural entity models: ``python -m recipes.neural_ner``; with names those.

    general   today's text, and beside it samples of the other corpora of :mod:`recipes.ner`, each a standard. Products
              and works of sentences that were annotated without them are those that the shipped linear model finds. The
              last epoch counts. It is for measurements; the shipped linear model is better.
    resume    the corpus of that name. The dev part chooses epoch and seed. The test part is scored once, with the file
              as it is written.

Needs torch, the corpora (``CNLP_DATA``) and vectors, those that the benchmarks have too (``cnlp train vectors``, see
``docs/neural-entities.md``). With ``--runs`` a run that was interrupted resumes at its last epoch.

To be small, a model knows only the most frequent characters, bigrams and words of the vectors, and of its training part
what comes often enough. With all rows a file takes 20 MB and more.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cnlp.corpus.entities import Sentence, read_columns
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.lexicon.trie import Trie
from cnlp.model.registry import SHIPPED
from cnlp.ner.linear import EntityRecognizer
from cnlp.ner.neural.data import lattice_lexicon
from cnlp.ner.neural.recognizer import NeuralRecognizer
from cnlp.ner.neural.settings import defaults
from cnlp.ner.neural.trainer import train_seeds
from cnlp.ner.parts import GENERAL, Part
from cnlp.vectors.tables import VectorTable, fold
from cnlp.vectors.vectors import Vectors
from recipes import modern
from recipes.entity_templates import template_sentences
from recipes.ner import (
    AISHELL,
    ARTICLES,
    CLUENER,
    DEV,
    FINE,
    MSRA_TRAIN,
    PFR,
    SEED,
    TEMPLATES,
    WEIBO,
    coarse_score,
    other_corpora,
    present_day,
    silver,
    with_fine_labels,
    without_chinese,
)

RESUME = "ner/resume/{}.char.bmes"
MOST = {"msra": 24_000, "pfr": 20_000, "cluener": 5_000, "aishell": 6_000, "silver": 40_000}  # sentences an epoch
SILVER = (
    "sentences labelled by LAC 2.1.2 (Apache-2.0); made sentences with places of THUOCL (MIT) and names written here"
)
FOOLNLTK = "vectors/foolnltk_characters.txt", "vectors/foolnltk_characters_ner.f16.npy"
FOOLNLTK_WORDS = "vectors/foolnltk_words.txt", "vectors/foolnltk_words_pos.f16.npy"
SPECIAL = 3  # rows of foolnltk's tables that are not items, such as padding
REPEAT = 2  # times an epoch sees each present-day sentence


class Parts(NamedTuple):
    """Sentences to learn from, to choose by, and to score; and those of other standards, to learn from too."""

    train: list[Sentence]
    dev: list[Sentence] | None
    test: list[Sentence]
    others: Sequence[Part] = ()


def general() -> Parts:
    """Present-day sentences, and samples of the other corpora."""
    rng = random.Random(SEED)
    present = present_day()
    corpora = other_corpora() | {"silver": silver({sentence.text for sentence in present})[0]}
    others = [
        Part(rng.sample(corpus, min(MOST.get(name, len(corpus)), len(corpus))), name)
        for name, corpus in corpora.items()
    ]
    train = [*with_fine_labels(present, EntityRecognizer.load()), *without_chinese()] * REPEAT
    return Parts([*train, *template_sentences(TEMPLATES)], None, present_day(DEV), others)


def resume() -> Parts:
    """Train, dev and test of Resume."""
    train, dev, test = (
        list(read_columns(data_folder() / RESUME.format(part), "BMES", repair="drop"))
        for part in ("train", "dev", "test")
    )
    return Parts(train, dev, test)


def foolnltk() -> Vectors:
    """The vectors of foolnltk (Apache-2.0) for characters, and for words of the shipped lexicon; no bigrams."""
    lexicon = lattice_lexicon()
    return Vectors(_foolnltk(FOOLNLTK, None), None, _foolnltk(FOOLNLTK_WORDS, lexicon))


def _foolnltk(names: tuple[str, str], lexicon: Trie | None) -> VectorTable:
    items, matrix = (data_folder() / name for name in names)
    rows: dict[str, int] = {}
    for row, item in enumerate(items.read_text("utf-8").splitlines()):
        form = fold(item.strip())
        if row >= SPECIAL and form and (lexicon is None or form in lexicon):
            rows.setdefault(form, row)
    return VectorTable(list(rows), np.load(matrix)[list(rows.values())].astype(np.float16))


class Shipped(NamedTuple):
    """The settings and data of a shipped model.

    Attributes:
        output: its file.
        description: of its labels.
        files: that were learnt from, or chose epoch and seed.
        parts: reads them.
        values: settings that are not FLAT's defaults for the corpus.
        seeds: one run for each.
        top: how many of the vectors' most frequent bigrams, and of their words, it knows.
        vectors: reads them; from the file of the command line by default.
    """

    output: str
    description: str
    files: Sequence[str]
    parts: Callable[[], Parts]
    values: dict[str, Any]
    seeds: Sequence[int]
    top: int
    vectors: Callable[[], Vectors] | None = None


MODELS = {
    GENERAL: Shipped(
        "ner-general-neural.safetensors",
        "Persons, places, organisations, products and works (PER, LOC, ORG, PROD, WORK)",
        [modern.ANNOTATED, FINE, MSRA_TRAIN, PFR, CLUENER, *map(WEIBO.format, ("train", "dev")), AISHELL, ARTICLES],
        general,
        {"hidden": 160, "feed_forward": 480, "batch_size": 16, "least": 10, "epochs": 8},
        (1,),
        50_000,
        foolnltk,
    ),
    "resume": Shipped(
        "ner-resume-neural.safetensors",
        "Eight labels of curricula vitae: CONT, EDU, LOC, NAME, ORG, PRO, RACE, TITLE",
        [RESUME.format(part) for part in ("train", "dev")],
        resume,
        {},
        (1, 2, 3, 4, 5),
        20_000,
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    unknown = [name for name in options.models if name not in MODELS]
    if unknown:
        _parser().error(f"no model {unknown[0]!r}; choose from: {', '.join(MODELS)}")
    shipped_ones = [name for name, model in MODELS.items() if Path(model.output).stem in SHIPPED]
    for name in options.models or shipped_ones:
        shipped = MODELS[name]
        train, dev, test, others = shipped.parts()
        trained = train_seeds(
            defaults("flat", name).with_values(shipped.values),
            shipped.seeds,
            train,
            dev,
            others=others,
            vectors=(shipped.vectors() if shipped.vectors else Vectors.load(options.vectors)).top(shipped.top),
            out_dir=options.runs and Path(options.runs, name),
            resume=options.runs is not None,
            progress=options.progress,
        )
        model = NeuralRecognizer().take(trained)
        scores = {"dev": model.score(dev), "test": model.score(test)} if dev else {DEV: coarse_score(model, test)}
        print(name, *(f"{part} F1 {score:.4f}" for part, score in scores.items()), flush=True)
        seed = trained.settings.seed
        model.save(Path(options.folder, shipped.output), card(name, scores, options.vectors, seed))
    return 0


def card(name: str, scores: dict[str, float], vectors: str, seed: int) -> dict[str, str]:
    """The card of the model file."""
    shipped = MODELS[name]
    if name == GENERAL:
        known = f"{SILVER}; vectors of foolnltk 0.1.7 (Apache-2.0)"
    else:
        known = f"vectors of raw text (sha256 {file_sha256(vectors)})"
    data = ", ".join(f"{file} (sha256 {file_sha256(data_folder() / file)})" for file in shipped.files)
    return {
        "name": Path(shipped.output).stem,
        "description": f"{shipped.description}; FLAT, a neural model",
        "seed": str(seed),
        "training_data": f"{data}; {known}; words of dictionaries/core.tsv",
        "scores": ", ".join(f"strict F1 {part} {score:.4f}" for part, score in scores.items()),
        "licence": "MIT; learnt from corpora that are free for research",
        "source": f"python -m recipes.neural_ner {name}",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m recipes.neural_ner", description="Train the shipped neural entity models."
    )
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"{', '.join(MODELS)}; the shipped ones")
    parser.add_argument("--vectors", default="vectors.safetensors", help="of 'cnlp train vectors'")
    parser.add_argument("--runs", metavar="FOLDER", help="for checkpoints and metrics; the next run resumes there")
    parser.add_argument("--folder", default="cnlp/model", help="where the files go")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
