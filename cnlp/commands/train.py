"""``cnlp train``: learn a model of one's own from files that are cut, tagged or marked.

The file appears under its name when it is whole. Ctrl-C ends training and keeps the best model so far.
"""

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
from cnlp.commands import vectors
from cnlp.commands.batch import Decorator
from cnlp.commands.choices import make_segmenter
from cnlp.commands.corpora import (
    FilesCommand,
    Part,
    corpus_encoding_option,
    corpus_format_option,
    entity_format_option,
    read_entity_parts,
    read_parts,
    repair_option,
)
from cnlp.commands.failures import INTERRUPTED
from cnlp.commands.outputs import refuse_output
from cnlp.corpus.entities import Sentence
from cnlp.corpus.sentence import TaggedSentence
from cnlp.ner.recognizer import EntityRecognizer

ROWS = 250_000  # of bigrams in a segmenter's file, as many as the shipped one has; chosen on its dev parts
EPOCHS = {"perceptron": 10, "crf": 16}
TAG_EPOCHS = 6

Card = dict[str, str]


class Learnt(NamedTuple):
    """What a method has learnt.

    Attributes:
        save: writes the file with a card.
        parameters: what it learnt with.
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
    """

    method: str
    description: str
    epochs: int
    words: Mapping[str, Any]

    def count(self, parts: Sequence[Part[S]]) -> str:
        """How much there is in the files."""

    def learn(self, train: list[Part[S]], dev: list[Part[S]]) -> Learnt:
        """Learn from the files, with the dev files to choose the epoch."""

    def score(self, path: str, dev: list[Part[S]]) -> str:
        """How the model in a file does on the dev files, in words."""


Words = list[Part[TaggedSentence]]
Entities = list[Part[Sentence]]


@click.group("train")
def command() -> None:
    """Learn a model of your own from files that are cut or tagged."""


command.add_command(vectors.command)


def _common(
    method_names: Sequence[str], format_option: Decorator = corpus_format_option
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options that all commands of this group have."""
    options: list[Decorator] = [
        click.option(
            "--method",
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


@command.command("segment", cls=FilesCommand)
@_common(("perceptron", "crf", "hmm", "bigram"))
@click.option(
    "-l",
    "--lexicon",
    "lexicons",
    multiple=True,
    metavar="FILE",
    help="Words that the files may lack, with their frequencies: word<TAB>frequency, or jieba's format.",
)
@click.option(
    "-s",
    "--standard",
    default="general",
    show_default=True,
    metavar="NAME",
    help="What to call the files' way of cutting. Under general, numbers, addresses and emoji stay whole whatever "
    "was learnt; under any other name they are cut as in the files.",
)
def segment(
    method: str,
    train: tuple[str, ...],
    dev: tuple[str, ...],
    output: str,
    force: bool,
    epochs: int | None,
    seed: int,
    form: str | None,
    encoding: str,
    lexicons: tuple[str, ...],
    standard: str,
) -> None:
    """Learn to cut text into words.

    The files hold words parted by blanks, or tagged words, whose tags are left out. The model serves
    'cnlp segment --model MODEL'. perceptron is the most accurate; crf is close and several times as slow to train.
    bigram counts words and their neighbours, takes a moment, and finds only words it has seen; hmm counts
    characters, is tiny and the least accurate.
    """
    words = _read_lexicons(lexicons)
    task = SegmentTask(method, epochs or EPOCHS.get(method, 1), seed, words, standard)
    _run(task, output, force, train, dev, lambda files: read_parts(files, form, encoding))


@command.command("tag", cls=FilesCommand)
@_common(("perceptron",))
@click.option(
    "-l",
    "--lexicon",
    "lexicons",
    multiple=True,
    metavar="FILE",
    help="Words that the files may lack, with their tags: word<TAB><TAB>tag, or jieba's format.",
)
def tag(
    method: str,
    train: tuple[str, ...],
    dev: tuple[str, ...],
    output: str,
    force: bool,
    epochs: int | None,
    seed: int,
    form: str | None,
    encoding: str,
    lexicons: tuple[str, ...],
) -> None:
    """Learn parts of speech: the tags of words.

    The files hold words with their tags; any tags will do. The model serves 'cnlp tag --model MODEL'.
    """
    tags = {entry.word: entry.tag for entry in _entries(lexicons) if entry.tag}
    task = TagTask(method, epochs or TAG_EPOCHS, seed, tags)
    _run(task, output, force, train, dev, lambda files: read_parts(files, form, encoding, tagged=True))


@command.command("ner", cls=FilesCommand)
@_common(("crf", "perceptron"), entity_format_option)
@repair_option
def ner(
    method: str,
    train: tuple[str, ...],
    dev: tuple[str, ...],
    output: str,
    force: bool,
    epochs: int | None,
    seed: int,
    form: str | None,
    encoding: str,
    repair: str | None,
) -> None:
    """Learn to find named entities; any labels will do.

    The files hold text with entities in any format that 'cnlp convert' reads, such as a character and its tag a
    line. The model serves 'cnlp ner --model MODEL'. crf is the more accurate where there is much to learn from;
    perceptron learns faster and may win on small corpora: --dev tells.
    """
    task = EntityTask(method, epochs, seed)
    _run(task, output, force, train, dev, lambda files: read_entity_parts(files, form, encoding, repair=repair))


def _run(
    task: Task[S],
    output: str,
    force: bool,
    train: Sequence[str],
    dev: Sequence[str],
    read: Callable[[Sequence[str]], list[Part[S]]],
) -> None:
    """Read, learn, write, tell."""
    refuse_output(output, force, (*train, *dev))
    parts, held_out = read(train), read(dev)
    _say(f"{task.count(parts)} to learn from" + (f", {task.count(held_out)} held out" if held_out else ""))
    start = time.monotonic()
    try:
        learnt = task.learn(parts, held_out)
    except KeyboardInterrupt:
        _say("interrupted before anything was learnt: no model was written")
        raise
    seconds = time.monotonic() - start
    card = make_card(task, learnt, parts, held_out)
    score = ""
    if held_out:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model")
            learnt.save(path, card)
            score = task.score(path, held_out)
        card["scores"] = score
    learnt.save(output, card)
    _say(score or "no score: name files that are held out with --dev")
    _say(f"{output}: {os.path.getsize(output):,} bytes, learnt in {seconds:.1f} s")
    if 0 < len(learnt.log) < task.epochs:
        _say(f"interrupted after {len(learnt.log)} of {task.epochs} epochs: the best of them is kept")
        click.get_current_context().exit(INTERRUPTED)


def make_card(task: Task[S], learnt: Learnt, parts: Sequence[Part[S]], held_out: Sequence[Part[S]]) -> Card:
    """What the file says of itself: how it was made, and of what."""
    card = {
        "description": f"{task.description}; {task.method}",
        "method": task.method,
        "parameters": ", ".join(f"{name} {value}" for name, value in learnt.parameters.items()),
        "training_data": ", ".join(f"{part.name} (sha256 {part.sha256})" for part in parts),
        "training_size": task.count(parts),
        "source": "cnlp train",
        "cnlp": cnlp.__version__,
    }
    if task.words:
        card["training_lexicon"] = f"{len(task.words):,} words"
    if held_out:
        card["dev_data"] = ", ".join(f"{part.name} (sha256 {part.sha256})" for part in held_out)
    if learnt.log and learnt.log[0].dev is not None:
        card["dev_by_epoch"] = " ".join(f"{epoch.dev:.4f}" for epoch in learnt.log)
    return card


def _parameters(model: object) -> dict[str, Any]:
    """The arguments of an estimator's constructor, but for the words it was given."""
    kept = {name: value for name, value in vars(model).items() if not name.startswith("_") and not name.endswith("_")}
    return {name: value for name, value in kept.items() if name != "dictionary" and value is not None}


def _say(line: str) -> None:
    """Tell the user on standard error, as standard output is for results."""
    click.echo(line, err=True)


def _on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _entries(paths: Sequence[str]) -> Iterator[Any]:
    from cnlp.lexicon.entries import read_entries

    for path in paths:
        yield from (entry for entry in read_entries(path) if not entry.regex and entry.mode != "block")


def _read_lexicons(paths: Sequence[str]) -> dict[str, int]:
    """Words and frequencies, those of the last file uppermost."""
    return {entry.word: round(entry.weight or 1) for entry in _entries(paths)}


def _need_numpy() -> None:
    try:
        import numpy as np  # noqa: F401
    except ImportError:
        raise errors.missing_dependency("numpy", "train", "training") from None


class _WordTask:
    """What learns from words."""

    def count(self, parts: Sequence[Part[TaggedSentence]]) -> str:
        """Sentences and words."""
        sentences = list(_sentences(parts))
        return f"{len(sentences):,} sentences, {sum(len(sentence.words) for sentence in sentences):,} words"


class SegmentTask(_WordTask):
    """Learning to cut text."""

    description = "Cuts Chinese text into words"

    def __init__(self, method: str, epochs: int, seed: int, words: Mapping[str, int], standard: str) -> None:
        self.method = method
        self.epochs = epochs
        self.seed = seed
        self.words = words
        self.standard = standard

    def learn(self, train: Words, dev: Words) -> Learnt:
        """Learn words."""
        sentences = _words(train)
        if self.method == "bigram":
            from cnlp.segmentation.bigram import Bigram

            bigram = Bigram(words=self.words).fit(sentences)
            return Learnt(bigram.save, {"interpolation": bigram.interpolation})
        return self._learn_tagger(sentences, _words(dev))

    def _learn_tagger(self, sentences: list[list[str]], dev: list[list[str]]) -> Learnt:
        _need_numpy()
        from cnlp.models.format import write_model
        from cnlp.tagging import characters
        from cnlp.tagging.compact import compact, pack_hmm, pack_model
        from cnlp.tagging.crf import CRF
        from cnlp.tagging.hmm import HMM
        from cnlp.tagging.perceptron import Perceptron

        if self.method == "hmm":
            hmm = HMM(order=1).fit(sentences)
            arrays, metadata = pack_hmm(hmm)
            return Learnt(lambda path, card: write_model(path, arrays, {**card, **metadata}), hmm.get_params())
        model: characters.CharacterTagger
        if self.method == "perceptron":
            model = Perceptron(epochs=self.epochs, seed=self.seed, dictionary=self.words)
        else:
            model = CRF(epochs=self.epochs, seed=self.seed, dictionary=self.words)
        parts = [characters.Part(sentences, self.standard)]
        held_out = [characters.Part(dev, self.standard)] if dev else []
        model.fit_parts(parts, dev=held_out, progress=_on_terminal())
        weights, unit = compact(model, ROWS)
        arrays, metadata = pack_model(model, weights, unit)
        parameters = {**_parameters(model), "rows": ROWS}
        return Learnt(lambda path, card: write_model(path, arrays, {**card, **metadata}), parameters, model.log_)

    def score(self, path: str, dev: Words) -> str:
        """Word F1 of the segmenter in the file."""
        from cnlp.evaluation.segmentation import evaluate

        gold = _words(dev)
        segmenter = make_segmenter(model=path)
        score = evaluate(gold, (segmenter.segment("".join(words)) for words in gold))
        return f"dev F1 {score.f1:.4f} (P {score.precision:.4f}, R {score.recall:.4f})"


class TagTask(_WordTask):
    """Learning parts of speech."""

    description = "Tells the parts of speech of Chinese words"

    def __init__(self, method: str, epochs: int, seed: int, words: Mapping[str, str]) -> None:
        self.method = method
        self.epochs = epochs
        self.seed = seed
        self.words = words

    def learn(self, train: Words, dev: Words) -> Learnt:
        """Learn the tags of words."""
        _need_numpy()
        from cnlp.tagging.words import WordTagger

        model = WordTagger(epochs=self.epochs, seed=self.seed, dictionary=self.words)
        model.fit(_tagged(train), dev=_tagged(dev), progress=_on_terminal())
        return Learnt(lambda path, card: model.save(path, card=card), _parameters(model), model.log_)

    def score(self, path: str, dev: Words) -> str:
        """Accuracy of the tagger in the file on given words."""
        from cnlp.tagging.pos import PartOfSpeech

        tagger, right, total = PartOfSpeech(path), 0, 0
        for words, tags in _tagged(dev):
            right += sum(a == b for a, b in zip(tagger.predict(words), tags, strict=True))
            total += len(tags)
        return f"dev accuracy {right / total:.4f} on given words"


class EntityTask:
    """Learning to find named entities."""

    description = "Finds named entities in Chinese text"

    def __init__(self, method: str, epochs: int | None, seed: int) -> None:
        self.method = method
        self.words: Mapping[str, str] = {}
        self.model = EntityRecognizer(method=method, seed=seed)
        self.epochs = self.model.epochs = epochs or self.model.epochs

    def count(self, parts: Sequence[Part[Sentence]]) -> str:
        """Sentences, characters and entities."""
        sentences = [sentence for part in parts for sentence in part.sentences]
        characters, spans = (sum(len(sentence[side]) for sentence in sentences) for side in (0, 1))
        return f"{len(sentences):,} sentences, {characters:,} characters, {spans:,} entities"

    def learn(self, train: Entities, dev: Entities) -> Learnt:
        """Learn entities."""
        _need_numpy()
        sentences, held_out = ([sentence for part in parts for sentence in part.sentences] for parts in (train, dev))
        model = self.model.fit(sentences, dev=held_out, progress=_on_terminal())
        return Learnt(model.save, _parameters(model), model.log_)

    def score(self, path: str, dev: Entities) -> str:
        """Strict F1 of the model in the file."""
        from cnlp.evaluation.entities import EntityScorer

        model, scorer = EntityRecognizer.load(path), EntityScorer()
        for part in dev:
            for text, spans in part.sentences:
                scorer.add(text, spans, [(found.start, found.end, found.label) for found in model.entities(text)])
        score = scorer.report.overall
        return f"dev F1 {score.f1:.4f} (P {score.precision:.4f}, R {score.recall:.4f})"


def _sentences(parts: Sequence[Part[TaggedSentence]]) -> Iterator[TaggedSentence]:
    for part in parts:
        yield from part.sentences


def _words(parts: Sequence[Part[TaggedSentence]]) -> list[list[str]]:
    return [list(sentence.words) for sentence in _sentences(parts)]


def _tagged(parts: Sequence[Part[TaggedSentence]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(sentence.words, sentence.tags) for sentence in _sentences(parts)]
