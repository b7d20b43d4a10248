"""What does the character encoder give? Writes ``benchmarks/results/encoder.json``.

A cell is a corpus, a model, how the encoder is used, a part and a seed; the score is strict F1 of entities, and of
words for the corpus ``words``: the present-day sentences segmented, with other corpora's standards beside.

    none     no encoder: characters and bigrams alone
    frozen   the encoder's output beside the embeddings, as it is
    tuned    the same, trained with a share of the step size
    alone    tuned, in place of the embeddings of characters and bigrams

Each model is trained once, with the defaults of its corpus, on one thread; it stays in ``--folder``, and its dev and
test scores are cells of their own. Cells are lines of ``--folder``/cells.jsonl; those that are there are not made
again, so the same command resumes. ``--gather`` trains nothing.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import cells
from benchmarks import record as records
from benchmarks.measure import neural_ner
from cnlp.corpus.entities import Sentence
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.evaluation.segmentation import evaluate_segmentation
from cnlp.ner.parts import GENERAL, Part
from recipes import segmenter
from recipes.modern import ANNOTATED
from recipes.ner import DEV, present_day

CORPORA = ("resume", "weibo", "modern", "msra", "words")
MODELS = ("flat", "bilstm-crf", "encoder-crf")
USES: dict[str, dict[str, Any]] = {
    "none": {},
    "frozen": {"encoder_frozen": 1000},
    "tuned": {"encoder_frozen": 1, "encoder_rate": 0.2},
    "alone": {"encoder_frozen": 1, "encoder_rate": 0.2, "character_size": 0, "bigram_size": 0},
}
CELL_USES = {"encoder-crf": ("frozen", "alone")}
PARTS = {"resume": ("dev", "test"), "weibo": ("dev", "test"), "msra": ("dev", "test")}  # of others dev alone
WORD = "W"


class Cell(NamedTuple):
    """One score."""

    corpus: str
    model: str
    use: str
    part: str
    seed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    wanted = () if options.gather else plan(options)
    done = cells.complete(options.folder / "cells.jsonl", wanted, lambda cell: make(cell, options))
    record: dict[str, Any] = records.new_record("encoder", words, packages=["torch"])
    files = [ANNOTATED, DEV, *(name for corpus in ("resume", "weibo") for name in neural_ner.FILES[corpus])]
    record["data"] = {name: file_sha256(data_folder() / name) for name in files}
    record["encoder"] = file_sha256(options.encoder) if options.encoder.exists() else None
    records.save({**record, "results": {"uses": USES, "f1": cells.by_seed(done)}}, options.output)
    return 0


def plan(options: argparse.Namespace) -> Iterator[Cell]:
    """The cells that are wanted: a seed of all, then the next."""
    for seed in options.seeds:
        for corpus in options.corpora:
            for model in options.models:
                for use in CELL_USES.get(model, tuple(USES)):
                    if use in options.uses:
                        for part in PARTS.get(corpus, ("dev",)):
                            yield Cell(corpus, model, use, part, seed)


def make(cell: Cell, options: argparse.Namespace) -> float:
    """The score of a cell; trains the model unless it is there."""
    from cnlp.ner.neural.recognizer import NeuralRecognizer

    path = options.folder / f"{cell.corpus}.{cell.model}.{cell.use}.{cell.seed}.safetensors"
    if not path.exists():
        train(cell, options).save(path)
    recognizer = NeuralRecognizer.load(path)
    gold = parts(cell.corpus)[cell.part]
    if cell.corpus != "words":
        return round(recognizer.score(gold), 4)
    found = recognizer.predict([text for text, _ in gold])
    segmented = (_cut(text, [each.end for each in some]) for (text, _), some in zip(gold, found, strict=True))
    right = [[text[start:end] for start, end, _ in spans] for text, spans in gold]
    return round(evaluate_segmentation(right, segmented).f1, 4)


def train(cell: Cell, options: argparse.Namespace) -> Any:
    """The model of a cell; an interrupted training resumes after its last epoch."""
    from cnlp.ner.neural.recognizer import NeuralRecognizer
    from cnlp.ner.neural.settings import TUNED_CORPORA, defaults
    from cnlp.vectors.vectors import Vectors

    values = dict(USES[cell.use])
    if values:
        values["encoder"] = str(options.encoder.resolve())
    if cell.corpus == "words":
        values["epochs"] = 4
    settings = defaults(cell.model, cell.corpus if cell.corpus in TUNED_CORPORA else "")
    with_vectors = options.vectors is not None and cell.use != "alone" and cell.model != "encoder-crf"
    return NeuralRecognizer(settings.with_values({**values, "seed": cell.seed})).fit(
        parts(cell.corpus)["train"],
        vectors=Vectors.load(options.vectors) if with_vectors else None,
        others=other_standards() if cell.corpus == "words" else (),
        out_dir=options.folder / "runs" / ".".join(map(str, (cell.corpus, cell.model, cell.use, cell.seed))),
        resume=True,
    )


@cache
def parts(corpus: str) -> dict[str, Sequence[Any]]:
    """Train, dev and, where there is one, test."""
    if corpus == "modern":
        return {"train": present_day(hold_out=None), "dev": present_day(DEV)}
    if corpus == "words":
        return {"train": _spans(segmenter.present_day(held_out=None)), "dev": _spans(_words_of_dev())}
    return dict(neural_ner.read(corpus))


@cache
def other_standards() -> tuple[Part, ...]:
    """A tenth of the corpora that follow other standards."""
    found, _ = segmenter.training_parts(hold_out=False)
    return tuple(Part(_spans(part.sentences[::10]), part.standard) for part in found if part.standard != GENERAL)


def _words_of_dev() -> Iterator[list[str]]:
    for line in (data_folder() / DEV).read_text("utf-8").splitlines():
        yield json.loads(line)["words"]


def _spans(segmented: Iterable[Sequence[str]]) -> list[Sentence]:
    """Words as entities of one label."""
    made = []
    for words in segmented:
        ends = [0]
        for word in words:
            ends.append(ends[-1] + len(word))
        spans = [(start, end, WORD) for start, end in itertools.pairwise(ends)]
        made.append(Sentence("".join(words), tuple(spans)))
    return made


def _cut(text: str, ends: Sequence[int]) -> list[str]:
    bounds = sorted({0, len(text), *ends})
    return [text[start:end] for start, end in itertools.pairwise(bounds)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.encoder", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--encoder", type=Path, default=Path("encoder.safetensors"), help="of 'cnlp train encoder'")
    parser.add_argument("--vectors", type=Path, help="of 'cnlp train vectors', for the embeddings of all cells")
    parser.add_argument("--corpora", nargs="+", choices=CORPORA, default=("resume", "weibo", "modern"))
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--uses", nargs="+", choices=tuple(USES), default=tuple(USES))
    parser.add_argument("--seeds", nargs="+", type=int, default=(1, 2, 3, 4, 5))
    parser.add_argument("--folder", type=Path, default=Path("build/encoder"), help="of cells and models")
    parser.add_argument("--gather", action="store_true", help="only collect the cells that are there")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "encoder.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
