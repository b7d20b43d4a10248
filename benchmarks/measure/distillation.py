"""What does a teacher give a smaller recognizer? Writes ``benchmarks/results/distillation.json``.

The teacher is a neural model of present-day text (``python -m recipes.neural_ner general``). Students learn the
sentences that have all five labels, and so many sentences of plain text that the teacher labels. A cell is a student,
the number of sentences, alpha (1: the teacher's labels, 0: its probabilities, .5: both), the temperature, and a seed;
the score is strict F1 on modern/fine_dev, which has no other use. Cells resume as those of
:mod:`benchmarks.measure.augmentation`.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from benchmarks import cells
from benchmarks import record as records
from cnlp.corpus.entities import Sentence
from cnlp.corpus.parts import read_unlabelled
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.ner.base import LINEAR_METHODS
from cnlp.ner.distillation import Distillation, Teacher
from cnlp.ner.linear import EntityRecognizer
from cnlp.ner.neural.recognizer import NeuralRecognizer
from cnlp.ner.neural.settings import defaults
from cnlp.sequence.targets import Targets
from recipes.ner import FINE, FINE_DEV, present_day

TEXT = "raw/zhihu_excerpts_2021-2026.txt"
SIZES = (3000, 12000)
ALPHAS = (1.0, 0.5, 0.0)
LONGEST = 120  # characters of a sentence of plain text
STUDENTS = ("crf", "perceptron", "bilstm-crf")


class Cell(NamedTuple):
    """One training run; no sentences: without a teacher."""

    student: str
    sentences: int
    alpha: float
    temperature: float
    seed: int


class RememberingTeacher(Teacher):
    """Asks its model once about each text."""

    def __init__(self, model: NeuralRecognizer) -> None:
        super().__init__(model)
        self.labelled: dict[str, Sentence] = {}
        self.known: dict[tuple[float, str], Targets] = {}

    def label(self, texts: Sequence[str]) -> list[Sentence]:
        """As the teacher's."""
        new = [text for text in texts if text not in self.labelled]
        self.labelled |= dict(zip(new, super().label(new), strict=True))
        return [self.labelled[text] for text in texts]

    def targets(self, texts: Sequence[str], tags: Sequence[str], temperature: float = 1.0) -> Iterator[Targets]:
        """As the teacher's."""
        new = [text for text in dict.fromkeys(texts) if (temperature, text) not in self.known]
        for text, targets in zip(new, super().targets(new, tags, temperature), strict=True):
            self.known[temperature, text] = targets
        yield from (self.known[temperature, text] for text in texts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    teacher = RememberingTeacher(NeuralRecognizer.load(options.teacher))

    def make(cell: Cell) -> float:
        lesson = None
        if cell.sentences:
            lesson = Distillation(teacher, texts()[: cell.sentences], cell.alpha, cell.temperature)
        return round(train(cell, lesson).score(dev()), 4)

    wanted = () if options.gather else plan(options)
    card = {"sha256": file_sha256(options.teacher), "f1": round(teacher.models[0].score(dev()), 4)}
    last = cells.known(options.output) if cells.known(options.output, "teacher") == card else {}
    f1 = cells.complete(options.folder / "distillation.jsonl", last, wanted, make)
    record = records.new_record("distillation", words)
    record["data"] = {name: file_sha256(data_folder() / name) for name in (FINE, FINE_DEV, TEXT)}
    records.save({**record, "results": {"teacher": card, "f1": f1}}, options.output)
    return 0


def plan(options: argparse.Namespace) -> Iterator[Cell]:
    """The cells that are wanted, a seed of all before the next."""
    for seed in range(1, options.seeds + 1):
        for student in options.students:
            yield Cell(student, 0, 1.0, 1.0, seed)
            for size in SIZES:
                for alpha in ALPHAS[: 1 if student == "perceptron" else None]:
                    hot = student not in LINEAR_METHODS and alpha < 1
                    yield from (Cell(student, size, alpha, heat, seed) for heat in ((1.0, 2.0) if hot else (1.0,)))


def train(cell: Cell, lesson: Distillation | None) -> EntityRecognizer | NeuralRecognizer:
    """The student of a cell."""
    corpus = present_day(FINE)
    if cell.student in LINEAR_METHODS:
        return EntityRecognizer(method=cell.student, seed=cell.seed).fit(corpus, distillation=lesson)
    settings = defaults(cell.student).with_values({"seed": cell.seed})
    return NeuralRecognizer(settings).fit(corpus, distillation=lesson)


@cache
def dev() -> list[Sentence]:
    """What is scored on."""
    return present_day(FINE_DEV)


@cache
def texts() -> list[str]:
    """The sentences of plain text, the same ones first for each number of them."""
    (file,) = read_unlabelled([str(data_folder() / TEXT)], "utf-8")
    short = [text for text in file.sentences if len(text) <= LONGEST]
    return random.Random(1).sample(short, max(SIZES))


def _parser() -> argparse.ArgumentParser:
    parser = cells.parser("distillation", __doc__)
    parser.add_argument("--teacher", required=True, metavar="FILE", help="with the labels of modern/fine_train")
    parser.add_argument("--students", nargs="+", choices=STUDENTS, default=STUDENTS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
