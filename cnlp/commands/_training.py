"""Shared by the commands of ``cnlp train``: their options, and the way from files to a model file."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import click

import cnlp
from cnlp import errors
from cnlp.commands._corpora import corpus_files_option
from cnlp.commands._encodings import encoding_option
from cnlp.commands._errors import INTERRUPTED
from cnlp.commands._lexicons import Decorator, LexiconFiles
from cnlp.commands._options import add_options
from cnlp.corpus.parts import CorpusFile, S
from cnlp.files.language import translate
from cnlp.files.outputs import refuse_output
from cnlp.lexicon import Entry

Card = dict[str, str]


class Learnt(NamedTuple):
    """The result of learning.

    Attributes:
        save: writes the file with a card.
        parameters: of the method; empty where the file contains them.
        log: one entry for each epoch; empty for a method that counts.
    """

    save: Callable[[str, Card], None]
    parameters: Mapping[str, Any]
    log: Sequence[Any] = ()


class Task(Protocol[S]):
    """What differs between the commands of this group; S is a sentence of their files.

    Attributes:
        method: its name.
        description: what the card calls the model.
        epochs: how many at most.
        words: how many words the user's lexicon has.
        interrupted: the message when Ctrl-C leaves nothing to write.
    """

    method: str
    description: str
    epochs: int
    words: Mapping[str, Any]
    interrupted: str

    def count(self, parts: Sequence[CorpusFile[S]]) -> str:
        """The size of the files in words."""

    def learn(self, train: list[CorpusFile[S]], dev: list[CorpusFile[S]]) -> Learnt:
        """Learn from the files, with the dev files to choose the epoch."""

    def score(self, path: str, gold: list[CorpusFile[S]]) -> str:
        """The score of the model in a file on held-out files, as text."""


NOTHING_LEARNT = "interrupted before anything was learnt: no model was written"


def method_option(names: Sequence[str], *also: str) -> Decorator:
    """``--method``; the first of ``names`` is the default."""
    return click.option(
        "--method",
        *also,
        "method",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="Learning method.",
    )


def epochs_option(default: int | None = None) -> Decorator:
    """``--epochs``."""
    return click.option(
        "--epochs", type=click.IntRange(1, 1000), default=default, show_default=True, help="Passes over the files."
    )


seed_option = click.option(
    "--seed", type=click.IntRange(0, errors.MAX_SEED), default=1, show_default=True, help="Seed of the random numbers."
)
output_options = add_options(
    [
        click.option("-o", "--output", required=True, metavar="FILE", help="The model file to write."),
        click.option("--force", is_flag=True, help="Replace FILE if it exists."),
    ]
)


def training_options(methods: Sequence[str], format_option: Decorator, *also: str) -> Decorator:
    """The options of a command that learns from corpora.

    Args:
        methods: names of learning methods; the first is the default.
        format_option: the format of the corpora.
        also: other names of ``--method``.
    """
    return add_options(
        [
            method_option(methods, *also),
            corpus_files_option(
                "--train", "Files, folders or patterns to learn from; several may follow one --train.", required=True
            ),
            corpus_files_option("--dev", "Held-out files: they select the best epoch, and give the score."),
            output_options,
            epochs_option(),
            seed_option,
            format_option,
            encoding_option,
        ]
    )


def run_task(
    task: Task[S],
    output: str,
    force: bool,
    train: Sequence[str],
    dev: Sequence[str],
    read: Callable[[Sequence[str]], list[CorpusFile[S]]],
    test: Sequence[str] = (),
) -> None:
    """Read the corpora, learn, write the model file and print its score."""
    refuse_output(output, force, (*train, *dev, *test))
    parts, held_out, unseen = read(train), read(dev), read(test)
    if held_out:
        say(f"{task.count(parts)} to learn from, {task.count(held_out)} held out")
    else:
        say(f"{task.count(parts)} to learn from")
    start = time.monotonic()
    try:
        learnt = task.learn(parts, held_out)
    except KeyboardInterrupt:
        say(task.interrupted)
        raise
    seconds = time.monotonic() - start
    card = make_card(task, learnt, parts, held_out)
    scores = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Windows keeps a file that is mapped
        path = os.path.join(folder, "model")
        learnt.save(path, card)
        for name, gold in (("dev", held_out), ("test", unseen)):
            if gold:
                scores.append(f"{name} {task.score(path, gold)}")
                say(scores[-1])
    if scores:
        card["scores"] = ", ".join(scores)
    else:
        say("no score: name held-out files with --dev")
    learnt.save(output, card)
    say(f"{output}: {os.path.getsize(output):,} bytes, learnt in {seconds:.1f} s")
    if 0 < len(learnt.log) < task.epochs:
        say(f"interrupted after {len(learnt.log)} of {task.epochs} epochs: the best of them is kept")
        click.get_current_context().exit(INTERRUPTED)


def make_card(task: Task[S], learnt: Learnt, parts: Sequence[CorpusFile[S]], held_out: Sequence[CorpusFile[S]]) -> Card:
    """The card of the model file: how it was made, and from what."""
    card = {
        "description": f"{task.description}; {task.method}",
        "method": task.method,
        "training_data": ", ".join(f"{part.name} (sha256 {part.sha256})" for part in parts),
        "training_size": task.count(parts),
        "source": "cnlp train",
        "cnlp": cnlp.__version__,
    }
    if learnt.parameters:
        card["parameters"] = ", ".join(f"{name} {value}" for name, value in learnt.parameters.items())
    if task.words:
        card["training_lexicon"] = f"{len(task.words):,} words"
    if held_out:
        card["dev_data"] = ", ".join(f"{part.name} (sha256 {part.sha256})" for part in held_out)
    if learnt.log and learnt.log[0].dev is not None:
        card["dev_by_epoch"] = " ".join(f"{epoch.dev:.4f}" for epoch in learnt.log)
    return card


def parameters_of(model: object) -> dict[str, Any]:
    """The arguments of an estimator's constructor, except the words it was given."""
    kept = {name: value for name, value in vars(model).items() if not name.startswith("_") and not name.endswith("_")}
    return {name: value for name, value in kept.items() if name != "dictionary" and value is not None}


def say(line: str) -> None:
    """Print on standard error, as standard output is for results, in the user's language."""
    click.echo(translate(line), err=True)


def on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def read_all_entries(lexicons: LexiconFiles) -> Iterator[Entry]:
    """The entries of the files that add words."""
    for file in lexicons.read():
        yield from (entry for entry in file.entries if not entry.regex and entry.mode != "block")


def need_numpy() -> None:
    try:
        import numpy as np  # noqa: F401
    except ImportError:
        raise errors.missing_dependency("numpy", "train", "training") from None
