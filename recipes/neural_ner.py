"""Train the shipped neural entity models: ``python -m recipes.neural_ner``; with a name one of them.

Needs torch, the corpora (``CNLP_DATA``) and vectors, those that the benchmarks have too (``cnlp train vectors``, see
``docs/neural-entities.md``). The dev part chooses the epoch, and the seed where there are several. The test part is
scored once, with the file as it is written. With ``--runs`` a run that was interrupted resumes at its last epoch.

To be small, a model knows only the most frequent characters, bigrams and words of the vectors, and of its training part
what comes often enough. With all rows a file takes 20 MB and more.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cnlp.corpus.entities import Sentence, read_columns
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.ner.neural.recognizer import NeuralRecognizer
from cnlp.ner.neural.settings import defaults
from cnlp.ner.neural.trainer import train_seeds
from cnlp.ner.neural.vectors import Vectors
from recipes.ner import MSRA_TRAIN, msra

RESUME = "ner/resume/{}.char.bmes"

Parts = tuple[list[Sentence], list[Sentence], list[Sentence]]


def resume() -> Parts:
    """Train, dev and test of Resume."""
    train, dev, test = (
        list(read_columns(data_folder() / RESUME.format(part), "BMES", repair="drop"))
        for part in ("train", "dev", "test")
    )
    return train, dev, test


class Shipped(NamedTuple):
    """The settings and data of a shipped model.

    Attributes:
        output: its file.
        description: of its labels.
        files: that were learnt from, or chose epoch and seed.
        parts: reads train, dev and test.
        values: settings that are not FLAT's defaults for the corpus.
        seeds: one run for each.
        top: how many of the vectors' most frequent bigrams, and of their words, it knows.
    """

    output: str
    description: str
    files: Sequence[str]
    parts: Callable[[], Parts]
    values: dict[str, Any]
    seeds: Sequence[int]
    top: int


MODELS = {
    "msra": Shipped(
        "ner-msra-neural.safetensors",
        "Persons, places and organisations (PER, LOC, ORG)",
        (MSRA_TRAIN,),
        msra,
        {"least": 3, "epochs": 16},
        (1,),
        50_000,
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
    vectors = Vectors.load(options.vectors)
    for name in options.models or MODELS:
        shipped = MODELS[name]
        train, dev, test = shipped.parts()
        trained = train_seeds(
            defaults("flat", name).with_values(shipped.values),
            shipped.seeds,
            train,
            dev,
            vectors=vectors.top(shipped.top),
            out_dir=options.runs and Path(options.runs, name),
            resume=options.runs is not None,
            progress=options.progress,
        )
        model = NeuralRecognizer().take(trained)
        scores = {"dev": model.score(dev), "test": model.score(test)}
        print(name, *(f"{part} F1 {score:.4f}" for part, score in scores.items()), flush=True)
        seed = trained.settings.seed
        model.save(Path(options.folder, shipped.output), card(name, scores, options.vectors, seed))
    return 0


def card(name: str, scores: dict[str, float], vectors: str, seed: int) -> dict[str, str]:
    """The card of the model file."""
    shipped = MODELS[name]
    data = ", ".join(f"{file} (sha256 {file_sha256(data_folder() / file)})" for file in shipped.files)
    return {
        "name": Path(shipped.output).stem,
        "description": f"{shipped.description}; FLAT, a neural model",
        "seed": str(seed),
        "training_data": f"{data}; vectors of raw text (sha256 {file_sha256(vectors)}); words of dictionaries/core.tsv",
        "scores": ", ".join(f"strict F1 {part} {score:.4f}" for part, score in scores.items()),
        "licence": "MIT; learnt from corpora that are free for research",
        "source": f"python -m recipes.neural_ner {name}",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m recipes.neural_ner", description="Train the shipped neural entity models."
    )
    parser.add_argument("models", nargs="*", metavar="MODEL", help="msra, resume; both")
    parser.add_argument("--vectors", default="vectors.safetensors", help="of 'cnlp train vectors'")
    parser.add_argument("--runs", metavar="FOLDER", help="for checkpoints and metrics; the next run resumes there")
    parser.add_argument("--folder", default="cnlp/model", help="where the files go")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
