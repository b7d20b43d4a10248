"""Do neural taggers segment today's text better, and can they teach?

Writes ``benchmarks/results/neural-segmentation.json``. All learn the same annotated sentences: the perceptron, alone
and with the lexicon's words, and the neural taggers, for which each word is a span. These have the vectors of foolnltk
(Apache-2.0), FLAT also the lexicon's words, and "encoder" the shipped one. Then the perceptron learns
plain text besides, as FLAT segments it. The score is word F1 on present-day-dev, which chooses nothing: the last
epoch counts. Cells resume as those of :mod:`benchmarks.measure.augmentation`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from benchmarks import cells
from benchmarks import record as records
from benchmarks.measure.distillation import texts
from benchmarks.measure.neural_ner import ENCODER_VALUES
from benchmarks.measure.present_day import SENTENCES, new_words, scores, visible
from cnlp.corpus import AnnotatedSentence, load_annotated
from cnlp.corpus.entities import Sentence
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.ner.neural.recognizer import NeuralRecognizer
from cnlp.ner.neural.settings import defaults
from cnlp.segmentation.perceptron import Perceptron
from recipes import modern
from recipes.dictionary import read_dictionary
from recipes.neural_ner import foolnltk

WORD = "WORD"  # the label of every span
LINEAR = {"perceptron": False, "perceptron, lexicon": True}
NEURAL = ("bilstm-crf", "flat", "encoder-crf", "flat, encoder")
VALUES: dict[str, Any] = {"batch_size": 16, "epochs": 8}
TAUGHT = 12_000  # sentences of plain text
TEACHER = "flat"


class Cell(NamedTuple):
    """One training run; no sentences: without a teacher."""

    learner: str
    sentences: int
    seed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    path = options.folder / "neural-segmentation.jsonl"
    wanted = () if options.gather else plan(options)
    found = cells.complete(path, cells.known(options.output), wanted, lambda cell: f1(segmenter(cell, options)))
    record = records.new_record("neural_segmentation", words, packages=("torch",))
    record["data"] = {modern.ANNOTATED: file_sha256(data_folder() / modern.ANNOTATED)}
    others = records.load(records.RESULTS / "present-day.json")["results"]["systems"]
    shown = {name: others[name]["f1"] for name in ("cnlp", "LAC")}
    records.save({**record, "results": {"f1": found, "others": shown}}, options.output)
    return 0


def plan(options: argparse.Namespace) -> Iterator[Cell]:
    """The cells that are wanted, a seed of all before the next."""
    for seed in range(1, options.seeds + 1):
        for learner in options.learners:
            yield Cell(learner, 0, seed)
            if learner in LINEAR:
                yield Cell(learner, TAUGHT, seed)


def segmenter(cell: Cell, options: argparse.Namespace) -> Callable[[Sequence[str]], list[list[str]]]:
    """What a cell learns, as a function from texts to their words."""
    if cell.learner in NEURAL:
        path = options.folder / f"{cell.learner}.{cell.seed}.safetensors"
        if not path.exists():
            values = {**VALUES, "seed": cell.seed}
            if "encoder" in cell.learner:
                values |= ENCODER_VALUES
            settings = defaults(cell.learner.split(",")[0]).with_values(values)
            NeuralRecognizer(settings).fit(as_spans(annotated()), vectors=foolnltk()).save(path)
        return lambda some: segment(NeuralRecognizer.load(path), some)
    lesson = segmenter(Cell(TEACHER, 0, cell.seed), options)(texts()[: cell.sentences]) if cell.sentences else []
    dictionary = lexicon() if LINEAR[cell.learner] else None
    model = Perceptron(dictionary=dictionary, seed=cell.seed).fit([*annotated(), *lesson])
    return lambda some: model.predict(some)


def segment(model: NeuralRecognizer, some: Sequence[str]) -> list[list[str]]:
    """The words of texts; what is in none, such as white space, is between them."""
    found = []
    for text, spans in zip(some, model.predict(some), strict=True):
        borders = {0, len(text)}.union(*((span.start, span.end) for span in spans))
        found.append([text[start:end] for start, end in pairwise(sorted(borders))])
    return found


def as_spans(sentences: Sequence[Sequence[str]]) -> list[Sentence]:
    """Every word as a span.

    >>> as_spans([["我们", "好"]])
    [Sentence(text='我们好', spans=((0, 2, 'WORD'), (2, 3, 'WORD')))]
    """
    found = []
    for words in sentences:
        borders = accumulate(map(len, words), initial=0)
        found.append(Sentence("".join(words), tuple((start, end, WORD) for start, end in pairwise(borders))))
    return found


def f1(segment_all: Callable[[Sequence[str]], list[list[str]]]) -> float:
    """Word F1 on the present-day sentences."""
    found = [visible(words) for words in segment_all([sentence.text for sentence in gold()])]
    score: float = scores(gold(), found, new_words())["f1"]
    return round(score, 4)


@cache
def annotated() -> list[list[str]]:
    """The sentences to learn from."""
    return [sentence.words for sentence in modern.annotated()]


@cache
def gold() -> list[AnnotatedSentence]:
    """What is scored on."""
    return list(load_annotated(SENTENCES))


@cache
def lexicon() -> dict[str, int]:
    """The words of the shipped lexicon, with their frequencies."""
    return {word: round(frequency) for word, frequency in read_dictionary()[0].items()}


def _parser() -> argparse.ArgumentParser:
    parser = cells.parser("neural-segmentation", __doc__, seeds=3)
    parser.add_argument("--learners", nargs="+", choices=(*LINEAR, *NEURAL), default=(*LINEAR, *NEURAL))
    return parser


if __name__ == "__main__":
    sys.exit(main())
