"""Train the shipped neural entity models: ``python -m cnlp.models.train_neural_ner``; with a name one of them.

Needs torch, the corpora (``CNLP_DATA``) and vectors, those that the benchmarks have too (``cnlp train vectors``, see
``docs/neural-entities.md``). Model, settings and seed are those of the run of ``benchmarks.neural_ner`` that its dev
part liked best; ``--trained`` takes such a run's model file in place of training. The test part is scored once, with
the file as it is written.

A file keeps a row for what its training part has often enough, and for the most frequent characters, bigrams and words
of the vectors; everything else is the unknown row. With all rows a file takes 20 MB and more. Strict F1 on dev, FLAT:
Resume .950 with all rows, .943 with 67,000 (2.5 MB); a third of MSRA .899 and, with 179,000 (6.1 MB), .889.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from cnlp.corpus.entities import Sentence, read_columns
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.lexicon.trie import Trie
from cnlp.models.train_ner import MSRA_TRAIN, msra
from cnlp.neural.packing import pack, unpack
from cnlp.neural.recognizer import NeuralRecognizer
from cnlp.neural.settings import defaults
from cnlp.neural.vectors import TABLES, Vectors, bigrams, fold, matches

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
    """What a shipped model is made of.

    Attributes:
        output: its file.
        description: of its labels.
        files: that were learnt from, or chose the epoch.
        parts: reads train, dev and test.
        model, seed: of the run.
        least: how often what the training part has must stand there to keep its row.
        top: how many of the vectors' most frequent bigrams, and of their words, keep theirs.
    """

    output: str
    description: str
    files: Sequence[str]
    parts: Callable[[], Parts]
    model: str
    seed: int
    least: int
    top: int


MODELS = {
    "msra": Shipped(
        "ner-msra-neural.safetensors",
        "Persons, places and organisations (PER, LOC, ORG)",
        (MSRA_TRAIN,),
        lambda: msra()[:3],
        "flat",
        1,
        3,
        50_000,
    ),
    "resume": Shipped(
        "ner-resume-neural.safetensors",
        "Eight labels of curricula vitae: CONT, EDU, LOC, NAME, ORG, PRO, RACE, TITLE",
        [RESUME.format(part) for part in ("train", "dev")],
        resume,
        "flat",
        2,
        1,
        20_000,
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    unknown = [name for name in options.models if name not in MODELS]
    if unknown:
        _parser().error(f"no model {unknown[0]!r}; choose from: {', '.join(MODELS)}")
    if options.trained is not None and len(options.models) != 1:
        _parser().error("--trained is for one MODEL")
    vectors = Vectors.load(options.vectors)
    for name in options.models or MODELS:
        shipped = MODELS[name]
        train, dev, test = shipped.parts()
        if options.trained is not None:
            model = NeuralRecognizer.load(options.trained)
        else:
            settings = defaults(shipped.model, name).with_values({"seed": shipped.seed})
            model = NeuralRecognizer(settings).fit(train, dev=dev, vectors=vectors, progress=options.progress)
        print(name, f"all rows: dev F1 {model.score(dev):.4f}", flush=True)
        small = keep_rows(model, train, vectors, shipped.least, shipped.top)
        scores = {"dev": small.score(dev), "test": small.score(test)}
        print(name, *(f"{part} F1 {score:.4f}" for part, score in scores.items()), flush=True)
        small.save(Path(options.folder, shipped.output), card(name, scores, options.vectors))
    return 0


def keep_rows(
    model: NeuralRecognizer, train: Sequence[Sentence], vectors: Vectors, least: int, top: int
) -> NeuralRecognizer:
    """The model with fewer rows: those of what ``train`` has ``least`` times, and of the ``top`` of the vectors."""
    tagger, vocabulary, settings = unpack(model.arrays_, model.card_)
    counts = count(train, vocabulary.lexicon)
    kept = {
        table: {item for item, times in counts[table].items() if times >= least}.union(
            getattr(vectors, table).items[:top]
        )
        for table in TABLES
    }
    return NeuralRecognizer.of(*pack(tagger, vocabulary, settings, kept=kept))


def count(sentences: Sequence[Sentence], lexicon: Trie | None) -> dict[str, Counter[str]]:
    """How often characters, bigrams and lexicon words stand in sentences."""
    counts: dict[str, Counter[str]] = {table: Counter() for table in TABLES}
    for text in (fold(sentence.text) for sentence in sentences):
        counts["characters"].update(text)
        counts["bigrams"].update(bigrams(text))
        if lexicon is not None:
            counts["words"].update(text[start:end] for start, end, _ in matches(lexicon, text))
    return counts


def card(name: str, scores: dict[str, float], vectors: str) -> dict[str, str]:
    """What the model file says of itself."""
    shipped = MODELS[name]
    data = ", ".join(f"{file} (sha256 {file_sha256(data_folder() / file)})" for file in shipped.files)
    return {
        "name": Path(shipped.output).stem,
        "description": f"{shipped.description}; {shipped.model}, a neural model",
        "seed": str(shipped.seed),
        "training_data": f"{data}; vectors of raw text (sha256 {file_sha256(vectors)}); words of dictionaries/core.tsv",
        "scores": ", ".join(f"strict F1 {part} {score:.4f}" for part, score in scores.items()),
        "licence": "MIT; learnt from corpora that are free for research",
        "source": f"python -m cnlp.models.train_neural_ner {name}",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m cnlp.models.train_neural_ner", description="Train the shipped neural entity models."
    )
    parser.add_argument("models", nargs="*", metavar="MODEL", help="msra, resume; both")
    parser.add_argument("--vectors", default="vectors.safetensors", help="of 'cnlp train vectors'")
    parser.add_argument("--trained", metavar="FILE", help="a model that was trained already, by the benchmark")
    parser.add_argument("--folder", default="cnlp/models", help="where the files go")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
