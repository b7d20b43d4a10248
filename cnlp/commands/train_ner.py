"""``cnlp train ner``: learn to find named entities, by a linear method or by a neural model."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import reduce
from statistics import fmean, stdev
from types import MappingProxyType
from typing import Any, NamedTuple

import click

from cnlp import errors
from cnlp.commands._augmentation import NO_AUGMENTATION, Augmentation, augmentation_options
from cnlp.commands._corpora import (
    FilesCommand,
    corpus_files_option,
    entity_format_option,
    print_repairs,
    repair_option,
)
from cnlp.commands._distillation import DistillationOptions, distillation_options
from cnlp.commands._lexicons import LexiconFiles, lexicon_options
from cnlp.commands._options import add_options
from cnlp.commands._training import (
    NOTHING_LEARNT,
    Learnt,
    need_numpy,
    on_terminal,
    parameters_of,
    read_all_entries,
    run_task,
    say,
    training_options,
)
from cnlp.corpus.entities import Repairs, Sentence
from cnlp.corpus.parts import CorpusFile, read_entity_parts
from cnlp.names import Repair
from cnlp.ner.base import LINEAR_METHODS
from cnlp.ner.distillation import Distillation, Teacher
from cnlp.ner.entities import load_recognizer
from cnlp.ner.linear import EntityRecognizer
from cnlp.ner.neural.settings import MODELS, TUNED_CORPORA, Settings, defaults, read_settings

EntityParts = list[CorpusFile[Sentence]]


def _parse_seeds(_: click.Context, __: click.Parameter, value: str | None) -> list[int]:
    """Numbers separated by commas."""
    try:
        seeds = [int(number) for number in value.split(",")] if value is not None else []
    except ValueError:
        raise click.BadParameter(f"expected whole numbers separated by commas, got {value!r}") from None
    return [errors.check_seed(seed) for seed in seeds]


def _parse_values(_: click.Context, __: click.Parameter, values: Sequence[str]) -> dict[str, Any]:
    """NAME=VALUE, the value as JSON if it is valid JSON, else as a string."""
    parsed: dict[str, Any] = {}
    for value in values:
        name, equals, given = value.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"expected NAME=VALUE, got {value!r}")
        try:
            parsed[name] = json.loads(given)
        except ValueError:
            parsed[name] = given
    return parsed


neural_options = add_options(
    [
        lexicon_options("Words of the lattice, instead of the shipped lexicon; as for 'cnlp lexicon check'."),
        click.option(
            "--vectors",
            multiple=True,
            metavar="FILE",
            help="Pretrained embeddings, see 'cnlp train vectors'; those of several files are joined.",
        ),
        click.option(
            "--seeds",
            callback=_parse_seeds,
            metavar="LIST",
            help="Train once with each of these, separated by commas, and keep the model with the best dev score.",
        ),
        click.option("--defaults", type=click.Choice(TUNED_CORPORA), help="Settings that were chosen for this corpus."),
        click.option("--settings", metavar="FILE", help="Settings as JSON or TOML; they override --defaults."),
        click.option(
            "--set",
            "values",
            multiple=True,
            callback=_parse_values,
            metavar="NAME=VALUE",
            help="One setting, such as rate=0.001; may be repeated, and overrides --settings.",
        ),
        click.option("--device", metavar="NAME", help="Where to compute: cpu, cuda, ...  [default: cpu]"),
        click.option("--threads", type=click.IntRange(1), help="Of the processor.  [default: 1]"),
        click.option(
            "--folder",
            metavar="PATH",
            help="For checkpoints, metrics and learning curve.  [default: the model file's name with .training]",
        ),
        click.option("--resume", is_flag=True, help="Resume the run in that folder, if there is one."),
    ]
)
"""The options of neural models; the command gets them by name."""


@click.command("ner", cls=FilesCommand)
@training_options((*LINEAR_METHODS, *MODELS), entity_format_option("-f", "--format"), "--model")
@repair_option
@corpus_files_option("--test", "Files on which the finished model is scored, once.")
@augmentation_options("--augment")
@distillation_options("A model, as for 'cnlp ner --model',", temperature=True)
@neural_options
def train_ner(
    method: str,
    train: tuple[str, ...],
    dev: tuple[str, ...],
    test: tuple[str, ...],
    output: str,
    force: bool,
    epochs: int | None,
    seed: int,
    form: str | None,
    encoding: str,
    repair: Repair | None,
    augmentation: Augmentation,
    distillation: DistillationOptions,
    **neural: Any,
) -> None:
    """Learn to find named entities, with any set of labels.

    The files contain text with entities in any format that 'cnlp convert' reads, such as a character and its tag per
    line. The model is for 'cnlp ner --model FILE'. Of the linear methods crf is more accurate on large corpora;
    perceptron learns faster and may win on small ones: compare them with --dev. The neural models bilstm-crf,
    lattice-lstm and flat take minutes to hours and need torch; the options from --lexicon on are for them. --augment
    makes more sentences of those of --train, see 'cnlp augment'.
    """
    if not augmentation and augmentation != NO_AUGMENTATION:
        raise click.UsageError("--copies, --gazetteer, --synonyms and --confusions are for --augment")
    lesson = _read_lesson(method, distillation, encoding)
    if method in LINEAR_METHODS:
        given = [name for name, value in neural.items() if value]
        if given:
            flag = {"lexicons": "lexicon", "values": "set"}.get(given[0], given[0])
            raise click.UsageError(f"--{flag} is for neural models: --model {', '.join(MODELS)}")
        task: EntityTask = LinearTask(method, epochs, seed, augmentation, lesson)
    else:
        if len(neural["seeds"]) > 1 and not dev:
            raise click.UsageError("--seeds needs --dev to choose among the models")
        task = NeuralTask(method, epochs, seed, output, augmentation, lesson, force=force, **neural)

    def read(arguments: Sequence[str]) -> EntityParts:
        repairs = Repairs()
        parts = read_entity_parts(arguments, form, encoding, repair=repair, repairs=repairs)
        if parts:
            print_repairs(", ".join(arguments), repair, repairs)
        return parts

    run_task(task, output, force, train, dev, read, test)


class Lesson(NamedTuple):
    """What a teacher teaches, and what the model's card has to say of it."""

    distillation: Distillation | None = None
    parameters: Mapping[str, Any] = MappingProxyType({})


def _read_lesson(method: str, options: DistillationOptions, encoding: str) -> Lesson:
    """What the options ask for."""
    texts = options.read(encoding)
    if texts is None:
        return Lesson()
    alpha = options.alpha_for(labels_alone=method == "perceptron")
    teacher = Teacher([load_recognizer(name) for name in options.teacher])
    distillation = Distillation(teacher, texts.sentences, alpha, options.temperature or 1.0)
    return Lesson(distillation, options.parameters(texts, alpha))


class EntityTask:
    """Learning to find named entities."""

    description = "Finds named entities in Chinese text"
    method: str
    epochs: int
    words: Mapping[str, Any]
    interrupted = NOTHING_LEARNT
    seed: int
    augmentation: Augmentation
    lesson: Lesson

    def sentences_to_learn(self, train: EntityParts) -> list[Sentence]:
        """Those of the files, and what --augment makes of them."""
        sentences = _sentences(train)
        if not self.augmentation:
            return sentences
        made = self.augmentation.apply(sentences, self.seed)
        say(f"{len(made) - len(sentences):,} sentences added by --augment")
        return made

    def parameters(self) -> dict[str, Any]:
        """What the model's card has to say of augmentation and teachers."""
        return {**({"augment": str(self.augmentation)} if self.augmentation else {}), **self.lesson.parameters}

    def count(self, parts: Sequence[CorpusFile[Sentence]]) -> str:
        """Sentences, characters and entities."""
        sentences = _sentences(parts)
        characters = sum(len(sentence.text) for sentence in sentences)
        spans = sum(len(sentence.spans) for sentence in sentences)
        return f"{len(sentences):,} sentences, {characters:,} characters, {spans:,} entities"

    def learn(self, train: EntityParts, dev: EntityParts) -> Learnt:
        """Learn entities."""
        raise NotImplementedError

    def score(self, path: str, gold: EntityParts) -> str:
        """Strict F1 of the model in the file."""
        from cnlp.evaluation.entities import EntityScorer

        sentences, scorer = _sentences(gold), EntityScorer()
        found = load_recognizer(path).predict([sentence.text for sentence in sentences])
        for (text, spans), entities in zip(sentences, found, strict=True):
            scorer.add(text, spans, [(entity.start, entity.end, entity.label) for entity in entities])
        score = scorer.report.overall
        return f"F1 {score.f1:.4f} (P {score.precision:.4f}, R {score.recall:.4f})"


class LinearTask(EntityTask):
    """Learning a linear model."""

    def __init__(self, method: str, epochs: int | None, seed: int, augmentation: Augmentation, lesson: Lesson) -> None:
        self.method, self.seed, self.augmentation, self.lesson = method, seed, augmentation, lesson
        self.words = {}
        self.model = EntityRecognizer(method=method, seed=seed)
        self.epochs = self.model.epochs = epochs or self.model.epochs

    def learn(self, train: EntityParts, dev: EntityParts) -> Learnt:
        """Learn entities."""
        need_numpy()
        model = self.model.fit(
            self.sentences_to_learn(train),
            dev=_sentences(dev),
            distillation=self.lesson.distillation,
            progress=on_terminal(),
        )
        return Learnt(model.save, {**parameters_of(model), **self.parameters()}, model.log_)


class NeuralTask(EntityTask):
    """Learning a neural model."""

    def __init__(
        self,
        method: str,
        epochs: int | None,
        seed: int,
        output: str,
        augmentation: Augmentation,
        lesson: Lesson,
        *,
        lexicons: LexiconFiles,
        vectors: Sequence[str],
        seeds: Sequence[int],
        defaults: str | None,
        settings: str | None,
        values: Mapping[str, Any],
        device: str | None,
        threads: int | None,
        folder: str | None,
        resume: bool,
        force: bool,
    ) -> None:
        self.method, self.seed, self.augmentation, self.lesson = method, seed, augmentation, lesson
        self.settings = _choose_settings(method, defaults, settings, values, epochs)
        self.epochs = self.settings.epochs
        self.seeds = list(dict.fromkeys(seeds)) or [seed]
        self.words = {entry.word: None for entry in read_all_entries(lexicons)}
        self.own_lexicon = bool(lexicons)
        self.vectors = vectors
        self.folder = folder or os.path.splitext(output)[0] + ".training"
        self.options = {"device": device or "cpu", "threads": threads or 1, "resume": resume}
        self.begins_anew = force

    @property
    def interrupted(self) -> str:  # type: ignore[override]
        """The message on Ctrl-C."""
        if not os.path.isdir(self.folder):
            return NOTHING_LEARNT
        return f"interrupted: resume with the same command and --resume; what was learnt is in {self.folder}"

    def learn(self, train: EntityParts, dev: EntityParts) -> Learnt:
        """Learn entities, once with each seed."""
        from cnlp.ner.neural.recognizer import NeuralRecognizer  # says what to install where torch is missing
        from cnlp.ner.neural.trainer import Trained, train_seeds
        from cnlp.ner.neural.trainer import train_neural as train_once
        from cnlp.vectors.vectors import Vectors

        self._refuse_lost_run()
        sentences, held_out = self.sentences_to_learn(train), _sentences(dev)
        options: dict[str, Any] = {
            **self.options,
            "vectors": reduce(Vectors.join, map(Vectors.load, self.vectors)) if self.vectors else None,
            "lexicon": list(self.words) if self.own_lexicon else None,
            "distillation": self.lesson.distillation,
            "progress": on_terminal(),
            "out_dir": self.folder,
        }
        scores: list[float] = []

        def on_seed(result: Trained) -> None:
            scores.append(result.dev or 0.0)
            say(f"seed {result.settings.seed}: dev F1 {scores[-1]:.4f} in epoch {result.best} of {len(result.log)}")

        if len(self.seeds) == 1:
            best = train_once(self.settings.with_values({"seed": self.seeds[0]}), sentences, held_out, **options)
        else:
            best = train_seeds(self.settings, self.seeds, sentences, held_out, on_seed=on_seed, **options)
            say(
                f"{len(scores)} seeds: dev F1 {fmean(scores):.4f} on average, standard deviation {stdev(scores):.4f}; "
                f"kept: seed {best.settings.seed}"
            )
        self.epochs = len(best.log)  # fewer than the settings allow if training stopped early
        return Learnt(NeuralRecognizer().take(best, own_lexicon=self.own_lexicon).save, self.parameters(), best.log)

    def _refuse_lost_run(self) -> None:
        """Do not write over the checkpoint of an interrupted run unasked.

        Raises:
            click.UsageError: there is one, and neither --resume nor --force.
        """
        from cnlp.ner.neural.run_folder import CHECKPOINT

        folders = [self.folder, *(os.path.join(self.folder, f"seed-{seed}") for seed in self.seeds)]
        found = next((folder for folder in folders if os.path.exists(os.path.join(folder, CHECKPOINT))), None)
        if found is not None and not (self.begins_anew or self.options["resume"]):
            raise click.UsageError(f"{found} has an earlier run: --resume continues it, --force begins anew")


def _choose_settings(
    model: str, corpus: str | None, path: str | None, values: Mapping[str, Any], epochs: int | None
) -> Settings:
    """Defaults, overridden by those of a file, single ones and the epochs.

    Raises:
        ArgumentError: a setting does not exist or cannot have this value; the file is named if the file has it.
        FormatError: the file is neither JSON nor TOML.
    """
    settings = defaults(model, corpus or "")
    if path is not None:
        try:
            settings = settings.with_values(read_settings(path))
        except errors.ArgumentError as error:
            raise errors.ArgumentError(f"{path}: {error}") from None
    settings = settings.with_values({**values, **({"epochs": epochs} if epochs is not None else {})})
    if settings.model != model:
        raise errors.ArgumentError(f"the settings are for {settings.model}, --model says {model}")
    return settings


def _sentences(parts: Sequence[CorpusFile[Sentence]]) -> list[Sentence]:
    return [sentence for part in parts for sentence in part.sentences]
