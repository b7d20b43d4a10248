"""What the commands of ``cnlp train`` share: their options, and the way from files to a model file."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import click

import cnlp
from cnlp import errors
from cnlp.commands._errors import INTERRUPTED
from cnlp.commands.batch import Decorator
from cnlp.commands.corpora import Part, corpus_encoding_option, corpus_format_option
from cnlp.files.outputs import refuse_output

Card = dict[str, str]


class Learnt(NamedTuple):
    """What a method has learnt.

    Attributes:
        save: writes the file with a card.
        parameters: what it learnt with; empty where the file says it.
        log: one entry for each epoch; empty for a method that counts.
    """

    save: Callable[[str, Card], None]
    parameters: Mapping[str, Any]
    log: Sequence[Any] = ()


S = TypeVar("S")


class Task(Protocol[S]):
    """What the commands of this group differ in; S is a sentence of its files.

    Attributes:
        method: its name.
        description: what the card calls the model.
        epochs: how many are wanted.
        words: how many words the user's lexicon has.
        interrupted: what to say when Ctrl-C leaves nothing to write.
    """

    method: str
    description: str
    epochs: int
    words: Mapping[str, Any]
    interrupted: str

    def count(self, parts: Sequence[Part[S]]) -> str:
        """How much there is in the files."""

    def learn(self, train: list[Part[S]], dev: list[Part[S]]) -> Learnt:
        """Learn from the files, with the dev files to choose the epoch."""

    def score(self, path: str, gold: list[Part[S]]) -> str:
        """How the model in a file does on files that it has not learnt from, in words."""


NOTHING_LEARNT = "interrupted before anything was learnt: no model was written"


def common(
    method_names: Sequence[str], format_option: Decorator = corpus_format_option, *also: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options that all commands of this group have."""
    options: list[Decorator] = [
        click.option(
            "--method",
            *also,
            "method",
            type=click.Choice(method_names),
            default=method_names[0],
            show_default=True,
            help="What to learn with.",
        ),
        click.option(
            "--train",
            multiple=True,
            required=True,
            metavar="FILES",
            help="Files, folders or patterns to learn from; several may follow one --train.",
        ),
        click.option(
            "--dev",
            multiple=True,
            metavar="FILES",
            help="Files that are not learnt from: they choose the best epoch, and give the score.",
        ),
        click.option("-o", "--output", required=True, metavar="MODEL", help="The model file to write."),
        click.option("--force", is_flag=True, help="Replace MODEL if it exists."),
        click.option("--epochs", type=click.IntRange(1, 1000), help="Passes over the files."),
        click.option("--seed", type=int, default=1, show_default=True, help="Of the order of the sentences."),
        format_option,
        corpus_encoding_option,
    ]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def run(
    task: Task[S],
    output: str,
    force: bool,
    train: Sequence[str],
    dev: Sequence[str],
    read: Callable[[Sequence[str]], list[Part[S]]],
    test: Sequence[str] = (),
) -> None:
    """Read, learn, write, tell."""
    refuse_output(output, force, (*train, *dev, *test))
    parts, held_out, unseen = read(train), read(dev), read(test)
    say(f"{task.count(parts)} to learn from" + (f", {task.count(held_out)} held out" if held_out else ""))
    start = time.monotonic()
    try:
        learnt = task.learn(parts, held_out)
    except KeyboardInterrupt:
        say(task.interrupted)
        raise
    seconds = time.monotonic() - start
    card = make_card(task, learnt, parts, held_out)
    scores = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model")
        learnt.save(path, card)
        for name, gold in (("dev", held_out), ("test", unseen)):
            if gold:
                scores.append(f"{name} {task.score(path, gold)}")
                say(scores[-1])
    if scores:
        card["scores"] = ", ".join(scores)
    else:
        say("no score: name files that are held out with --dev")
    learnt.save(output, card)
    say(f"{output}: {os.path.getsize(output):,} bytes, learnt in {seconds:.1f} s")
    if 0 < len(learnt.log) < task.epochs:
        say(f"interrupted after {len(learnt.log)} of {task.epochs} epochs: the best of them is kept")
        click.get_current_context().exit(INTERRUPTED)


def make_card(task: Task[S], learnt: Learnt, parts: Sequence[Part[S]], held_out: Sequence[Part[S]]) -> Card:
    """What the file says of itself: how it was made, and of what."""
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
    """The arguments of an estimator's constructor, but for the words it was given."""
    kept = {name: value for name, value in vars(model).items() if not name.startswith("_") and not name.endswith("_")}
    return {name: value for name, value in kept.items() if name != "dictionary" and value is not None}


def say(line: str) -> None:
    """Tell the user on standard error, as standard output is for results."""
    click.echo(line, err=True)


def on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def read_all_entries(paths: Sequence[str]) -> Iterator[Any]:
    from cnlp.lexicon.entries import read_entries

    for path in paths:
        yield from (entry for entry in read_entries(path) if not entry.regex and entry.mode != "block")


def need_numpy() -> None:
    try:
        import numpy as np  # noqa: F401
    except ImportError:
        raise errors.missing_dependency("numpy", "train", "training") from None
