"""``cnlp train``: learn a custom model from files that are segmented, tagged or annotated.

The file appears under its name when it is complete. Ctrl-C ends training and keeps the best model so far.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from cnlp.commands._corpora import FilesCommand, corpus_format_option
from cnlp.commands._distillation import DistillationOptions, distillation_options
from cnlp.commands._lexicons import LexiconFiles, lexicon_options
from cnlp.commands._options import SegmentationOptions
from cnlp.commands._training import (
    NOTHING_LEARNT,
    Learnt,
    need_numpy,
    on_terminal,
    parameters_of,
    read_all_entries,
    run_task,
    training_options,
)
from cnlp.commands.train_encoder import train_encoder
from cnlp.commands.train_ner import train_ner
from cnlp.commands.train_vectors import train_word_vectors
from cnlp.corpus.parts import CorpusFile, read_parts
from cnlp.corpus.sentence import TaggedSentence

if TYPE_CHECKING:
    from cnlp.commands._distillation import Texts
    from cnlp.segmentation.distillation import Distillation

EPOCHS = {"perceptron": 10, "crf": 16}
TAG_EPOCHS = 6

WordParts = list[CorpusFile[TaggedSentence]]


@click.group("train")
def command() -> None:
    """Learn a custom model from files that are segmented, tagged or annotated."""


command.add_command(train_ner)
command.add_command(train_encoder)
command.add_command(train_word_vectors)


@command.command("segment", cls=FilesCommand)
@training_options(("perceptron", "crf", "hmm", "bigram"), corpus_format_option("-f", "--format"))
@lexicon_options("Words that the files may lack, with their frequencies: word<TAB>frequency, or jieba's format.")
@click.option(
    "-s",
    "--standard",
    default="general",
    show_default=True,
    metavar="NAME",
    help="Name of the files' segmentation standard. Under general, numbers, addresses and emoji stay whole whatever "
    "was learnt; under any other name they are segmented as in the files.",
)
@distillation_options("A model, as for 'cnlp segment --model',")
def train_segment(
    method: str,
    train: tuple[str, ...],
    dev: tuple[str, ...],
    output: str,
    force: bool,
    epochs: int | None,
    seed: int,
    form: str | None,
    encoding: str,
    lexicons: LexiconFiles,
    standard: str,
    distillation: DistillationOptions,
) -> None:
    """Learn to segment text into words.

    The files contain words separated by blanks, or tagged words, whose tags are ignored. The model is for
    'cnlp segment --model FILE'. perceptron is the most accurate; crf is close and several times as slow to train.
    bigram counts words and their neighbours, takes a moment, and finds only words it has seen; hmm counts
    characters, is tiny and the least accurate.
    """
    words = _read_lexicons(lexicons)
    task = SegmentTask(method, epochs or EPOCHS.get(method, 1), seed, words, standard)
    texts = distillation.read(encoding)
    if texts is not None:
        task.learn_from(distillation, texts)
    run_task(task, output, force, train, dev, lambda files: read_parts(files, form, encoding))


@command.command("tag", cls=FilesCommand)
@training_options(("perceptron",), corpus_format_option("-f", "--format"))
@lexicon_options("Words that the files may lack, with their tags: word<TAB><TAB>tag, or jieba's format.")
def train_tag(
    method: str,
    train: tuple[str, ...],
    dev: tuple[str, ...],
    output: str,
    force: bool,
    epochs: int | None,
    seed: int,
    form: str | None,
    encoding: str,
    lexicons: LexiconFiles,
) -> None:
    """Learn parts of speech: the tags of words.

    The files contain words with their tags, in any tagset. The model is for 'cnlp tag --model FILE'.
    """
    tags = {entry.word: entry.tag for entry in read_all_entries(lexicons) if entry.tag}
    task = TagTask(method, epochs or TAG_EPOCHS, seed, tags)
    run_task(task, output, force, train, dev, lambda files: read_parts(files, form, encoding, tagged=True))


def _read_lexicons(lexicons: LexiconFiles) -> dict[str, int]:
    """Words and frequencies; the last file takes precedence."""
    return {entry.word: round(entry.weight or 1) for entry in read_all_entries(lexicons)}


class _WordTask:
    """Learning from words."""

    interrupted = NOTHING_LEARNT

    def count(self, parts: Sequence[CorpusFile[TaggedSentence]]) -> str:
        """Sentences and words."""
        sentences = list(_sentences(parts))
        return f"{len(sentences):,} sentences, {sum(len(sentence.words) for sentence in sentences):,} words"


class SegmentTask(_WordTask):
    """Learning to segment text."""

    description = "Segments Chinese text into words"

    def __init__(self, method: str, epochs: int, seed: int, words: Mapping[str, int], standard: str) -> None:
        self.method = method
        self.epochs = epochs
        self.seed = seed
        self.words = words
        self.standard = standard
        self.distillation: Distillation | None = None
        self.taught: dict[str, Any] = {}

    def learn_from(self, options: DistillationOptions, texts: Texts) -> None:
        """Let a teacher label texts to learn from.

        Raises:
            ArgumentError: a teacher does not have the standard, or the method cannot learn probabilities.
        """
        need_numpy()
        from cnlp.segmentation.distillation import Distillation, Teacher

        standard = self.standard if self.standard != "general" else None
        models = [SegmentationOptions(model=name, standard=standard).segmenter() for name in options.teacher]
        alpha = options.alpha_for(labels_alone=self.method != "crf")
        self.distillation = Distillation(Teacher(models), texts.sentences, alpha)
        self.distillation.check_linear(self.method)
        self.taught = options.parameters(texts, alpha)

    def learn(self, train: WordParts, dev: WordParts) -> Learnt:
        """Learn words."""
        sentences = _words(train)
        if self.distillation is not None and self.method not in EPOCHS:  # what counts has no other way to be taught
            sentences += self.distillation.teacher.label(self.distillation.unlabelled)
        if self.method == "bigram":
            from cnlp.segmentation.bigram import Bigram

            bigram = Bigram(words=self.words).fit(sentences)
            return Learnt(bigram.save, {"interpolation": bigram.interpolation, **self.taught})
        return self._learn_tagger(sentences, _words(dev))

    def _learn_tagger(self, sentences: list[list[str]], dev: list[list[str]]) -> Learnt:
        need_numpy()
        from cnlp.model.format import write_model
        from cnlp.segmentation.characters import CharacterTagger
        from cnlp.segmentation.compact import ROWS, compact, pack_hmm, pack_model
        from cnlp.segmentation.corpora import Part
        from cnlp.segmentation.crf import CRF
        from cnlp.segmentation.hmm import HMM
        from cnlp.segmentation.perceptron import Perceptron

        if self.method == "hmm":
            hmm = HMM(order=1).fit(sentences)
            arrays, metadata = pack_hmm(hmm)
            parameters = {**hmm.get_params(), **self.taught}
            return Learnt(lambda path, card: write_model(path, arrays, {**card, **metadata}), parameters)
        model: CharacterTagger
        if self.method == "perceptron":
            model = Perceptron(epochs=self.epochs, seed=self.seed, dictionary=self.words)
        else:
            model = CRF(epochs=self.epochs, seed=self.seed, dictionary=self.words)
        parts = [Part(sentences, self.standard)]
        held_out = [Part(dev, self.standard)] if dev else []
        model.fit_parts(parts, dev=held_out, distillation=self.distillation, progress=on_terminal())
        weights, unit = compact(model)
        arrays, metadata = pack_model(model, weights, unit)
        parameters = {**parameters_of(model), "rows": ROWS, **self.taught}
        return Learnt(lambda path, card: write_model(path, arrays, {**card, **metadata}), parameters, model.log_)

    def score(self, path: str, gold: WordParts) -> str:
        """Word F1 of the segmenter in the file."""
        from cnlp.evaluation.segmentation import evaluate_segmentation

        sentences = _words(gold)
        segmenter = SegmentationOptions(model=path).segmenter()
        score = evaluate_segmentation(sentences, (segmenter.segment("".join(words)) for words in sentences))
        return f"F1 {score.f1:.4f} (P {score.precision:.4f}, R {score.recall:.4f})"


class TagTask(_WordTask):
    """Learning parts of speech."""

    description = "Tags Chinese words with their parts of speech"

    def __init__(self, method: str, epochs: int, seed: int, words: Mapping[str, str]) -> None:
        self.method = method
        self.epochs = epochs
        self.seed = seed
        self.words = words

    def learn(self, train: WordParts, dev: WordParts) -> Learnt:
        """Learn the tags of words."""
        need_numpy()
        from cnlp.pos.training import WordTagger

        model = WordTagger(epochs=self.epochs, seed=self.seed, dictionary=self.words)
        model.fit(_tagged(train), dev=_tagged(dev), progress=on_terminal())
        return Learnt(lambda path, card: model.save(path, card=card), parameters_of(model), model.log_)

    def score(self, path: str, gold: WordParts) -> str:
        """Accuracy of the tagger in the file on given words."""
        from cnlp.pos.tagger import PartOfSpeech

        tagger, right, total = PartOfSpeech(path), 0, 0
        for words, tags in _tagged(gold):
            right += sum(a == b for a, b in zip(tagger.predict(words), tags, strict=True))
            total += len(tags)
        return f"accuracy {right / total:.4f} on given words"


def _sentences(parts: Sequence[CorpusFile[TaggedSentence]]) -> Iterator[TaggedSentence]:
    for part in parts:
        yield from part.sentences


def _words(parts: Sequence[CorpusFile[TaggedSentence]]) -> list[list[str]]:
    return [list(sentence.words) for sentence in _sentences(parts)]


def _tagged(parts: Sequence[CorpusFile[TaggedSentence]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(sentence.words, sentence.tags) for sentence in _sentences(parts)]
