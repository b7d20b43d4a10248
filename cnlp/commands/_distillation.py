"""The options for learning from teachers, which the commands of ``cnlp train`` share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnlp.commands._corpora import corpus_files_option
from cnlp.commands._numbers import FiniteRange
from cnlp.commands._options import gather
from cnlp.commands._training import say
from cnlp.corpus.parts import CorpusFile, read_unlabelled
from cnlp.corpus.registry import file_sha256
from cnlp.sequence.distillation import TEMPERATURES

if TYPE_CHECKING:
    from cnlp.commands._lexicons import Decorator

ALPHA = 0.5


class DistillationOptions(NamedTuple):
    """What the options say.

    Attributes:
        teacher: models, names or paths.
        unlabelled: files, folders or patterns of plain text.
        alpha: the share of labels in the loss; ``None``: 1 for a method that learns labels alone, else ``ALPHA``.
        temperature: of the probabilities.
    """

    teacher: tuple[str, ...]
    unlabelled: tuple[str, ...]
    alpha: float | None
    temperature: float | None = None

    def read(self, encoding: str) -> Texts | None:
        """The texts of the files; ``None`` without a teacher.

        Raises:
            OSError: a file cannot be read.
            FormatError: a file has no text.
        """
        if bool(self.teacher) != bool(self.unlabelled):
            raise click.UsageError("--teacher and --unlabelled need each other")
        if not self.teacher:
            if (self.alpha, self.temperature) != (None, None):
                raise click.UsageError("--alpha and --temperature are for --teacher")
            return None
        files = read_unlabelled(self.unlabelled, encoding)
        texts = list(dict.fromkeys(text for file in files for text in file.sentences))
        say(f"{len(texts):,} sentences for the teacher to label")
        return Texts(texts, files)

    def alpha_for(self, labels_alone: bool) -> float:
        """The share of labels in the loss of a method."""
        return self.alpha if self.alpha is not None else 1.0 if labels_alone else ALPHA

    def parameters(self, texts: Texts, alpha: float) -> dict[str, Any]:
        """What the model's card has to say of teachers and texts."""
        taught = [_cited(name) for name in self.teacher]
        files = [f"{file.name} (sha256 {file.sha256})" for file in texts.files]
        temperature = {} if self.temperature is None else {"temperature": self.temperature}
        return {"teacher": " and ".join(taught), "unlabelled": " and ".join(files), "alpha": alpha, **temperature}


def _cited(model: str) -> str:
    """The name of a shipped model, or of a file with its checksum."""
    return f"{os.path.basename(model)} (sha256 {file_sha256(model)})" if os.path.isfile(model) else model


class Texts(NamedTuple):
    """Different sentences, and the files that have them."""

    sentences: list[str]
    files: list[CorpusFile[str]]


def distillation_options(models: str, *, temperature: bool = False) -> Decorator:
    """The options; the command gets them as ``distillation``.

    Args:
        models: what a teacher can be, for the help.
        temperature: have ``--temperature``.
    """
    options: list[Decorator] = [
        corpus_files_option(
            "--teacher",
            f"{models} that labels the text of --unlabelled, to learn from that, too; of several the majority counts.",
        ),
        corpus_files_option("--unlabelled", "Files, folders or patterns of plain text for the teacher."),
        click.option(
            "--alpha",
            type=FiniteRange(0, 1),
            help="Share of labels in what is learnt; the rest are the teacher's probabilities. If not given, 0.5, or "
            "1 for methods that learn labels alone.",
        ),
    ]
    if temperature:
        options.append(
            click.option(
                "--temperature",
                type=FiniteRange(*TEMPERATURES),
                help="Divides the scores before they make probabilities, of neural models only.  [default: 1]",
            )
        )
    names = DistillationOptions._fields if temperature else DistillationOptions._fields[:-1]
    return gather(DistillationOptions, "distillation", names, options)
