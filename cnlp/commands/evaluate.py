"""``cnlp evaluate``: a gold standard against a file of predictions, or against a model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

import click

from cnlp.commands._corpora import (
    FilesCommand,
    corpus_files_option,
    corpus_format_option,
    entity_format_option,
    repair_option,
)
from cnlp.commands._encodings import encoding_option
from cnlp.commands._lexicons import Decorator
from cnlp.commands._options import (
    SegmentationOptions,
    add_options,
    entity_standard_option,
    format_option,
    model_option,
    segmentation_options,
)
from cnlp.commands.ner import load_recognizer
from cnlp.commands.tag import TextTagger
from cnlp.corpus.comparison import EntityCorpus, WordCorpus, check_same_sentences, check_same_text
from cnlp.corpus.entity_formats import detect_entities, number_entities
from cnlp.corpus.formats import read_sentences, read_tagged
from cnlp.corpus.parts import read_entity_parts, read_parts
from cnlp.corpus.plain import read_word_list
from cnlp.evaluation.entities import EntityScorer
from cnlp.evaluation.reports import (
    Report,
    WordErrors,
    entity_lines,
    entity_report,
    segmentation_lines,
    segmentation_report,
    tag_lines,
    tag_report,
)
from cnlp.evaluation.segmentation import SegmentationScorer, differences
from cnlp.evaluation.tags import TagScorer
from cnlp.segmentation import shipped_segmenter


@click.group("evaluate")
def command() -> None:
    """Score a model, or a file of predictions, against a gold standard."""


def _options(gold_format: Callable[..., Decorator]) -> Decorator:
    """The options that all commands of this group have."""
    return add_options(
        [
            click.argument("gold"),
            click.argument("prediction", required=False),
            corpus_files_option("--train", "Training data: words or entities missing from it are also scored apart."),
            click.option(
                "--errors",
                "n_errors",
                type=click.IntRange(0),
                default=0,
                metavar="N",
                help="Show the N most common errors; of entities, the first N of every kind.",
            ),
            format_option(("text", "json"), "Format of the report."),
            encoding_option,
            gold_format("--gold-format"),
        ]
    )


vocabulary_option = click.option(
    "--vocabulary", metavar="FILE", help="Known words, one per line, such as a bakeoff's list of training words."
)
segmenter_options = segmentation_options("algorithm", "unknown", "standard", "lexicons", "model")


@command.command("segment", cls=FilesCommand)
@_options(corpus_format_option)
@vocabulary_option
@segmenter_options
def evaluate_segment(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    n_errors: int,
    format_: str,
    encoding: str,
    form: str | None,
    vocabulary: str | None,
    segmentation: SegmentationOptions,
) -> None:
    """Precision, recall and F1 of words; of known and unknown words with --train or --vocabulary.

    GOLD is segmented by hand; PREDICTION is the same text segmented by any program. Without it cnlp segments the
    text of GOLD: by default, or as --algorithm, --standard, --lexicon and --model say, as in 'cnlp segment'.
    """
    _refuse_both(prediction, not segmentation.is_default)
    known = _known_words(train, vocabulary, encoding)
    sentences = list(read_sentences(gold, form, encoding=encoding))
    if prediction is None:
        segmenter = segmentation.segmenter()
        found: Iterable[Sequence[str]] = (segmenter.segment(sentence.text) for sentence in sentences)
        chosen = ", ".join(filter(None, (segmenter.algorithm, segmenter.standard)))
        name = f"{segmentation.model or 'cnlp'} ({chosen})"
    else:
        other = list(read_sentences(prediction, encoding=encoding))
        check_same_text(WordCorpus(gold, form, sentences), WordCorpus(prediction, None, other), encoding)
        found, name = (sentence.words for sentence in other), prediction
    scorer, wrong = SegmentationScorer(known, name=name), WordErrors()
    for number, (sentence, words) in enumerate(zip(sentences, found, strict=True), 1):
        scorer.add(sentence.words, tuple(words))
        wrong.add(number, differences(sentence.words, tuple(words)))
    report: Report = {"gold": gold, "prediction": name, "sentences": len(sentences)}
    report |= segmentation_report(scorer.score(), wrong, n_errors)
    _print(report, format_, segmentation_lines)


@command.command("tag", cls=FilesCommand)
@_options(corpus_format_option)
@vocabulary_option
@segmenter_options
def evaluate_tag(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    n_errors: int,
    format_: str,
    encoding: str,
    form: str | None,
    vocabulary: str | None,
    segmentation: SegmentationOptions,
) -> None:
    """Accuracy of tags on given words, and F1 of words with their tags.

    GOLD is tagged by hand; PREDICTION is the same text tagged by any program. Without it cnlp, or --model, tags the
    words of GOLD; and its text is segmented, as --algorithm, --standard and --lexicon say, and tagged.
    """
    _refuse_both(prediction, not segmentation.is_default)
    known = _known_words(train, vocabulary, encoding)
    sentences = list(read_tagged(gold, form, encoding=encoding))
    given, joint = TagScorer(known), TagScorer(known)
    if prediction is None:
        model = segmentation.model
        tagger, name = (
            TextTagger(segmentation._replace(model=None).segmenter(), model=model),
            model or "the shipped tagger",
        )
        for sentence in sentences:
            given.add(sentence.words, sentence.tags, sentence.words, tagger.tag_words(sentence.words))
            tokens = tagger.tag(sentence.text)
            words, tags = [token.text for token in tokens], [token.tag or "" for token in tokens]
            joint.add(sentence.words, sentence.tags, words, tags)
    else:
        other, name = list(read_tagged(prediction, encoding=encoding)), prediction
        check_same_text(WordCorpus(gold, form, sentences), WordCorpus(prediction, None, other), encoding)
        for sentence, found in zip(sentences, other, strict=True):
            joint.add(sentence.words, sentence.tags, found.words, found.tags)
        given = joint
    report = {"gold": gold, "prediction": name, "sentences": len(sentences)}
    report |= tag_report(given.score, joint.score, n_errors, has_vocabulary=known is not None)
    _print(report, format_, tag_lines)


@command.command("ner", cls=FilesCommand)
@_options(entity_format_option)
@repair_option
@model_option("Model file to use instead of the shipped one.")
@entity_standard_option
def evaluate_ner(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    n_errors: int,
    format_: str,
    encoding: str,
    form: str | None,
    repair: str | None,
    model: str | None,
    standard: str | None,
) -> None:
    """Strict precision, recall and F1 of entities: of each label and length, and of unseen ones with --train.

    GOLD is annotated by hand; PREDICTION is the same text annotated by any program, in any format that 'cnlp convert'
    reads; tags in it that break their scheme mark nothing, as in seqeval's strict mode (in GOLD they are errors,
    unless --repair says otherwise). Without it the shipped model, or --model, finds the entities of GOLD's text.
    Errors are grouped by kind; those inside a word begin or end within a word that the segmenter finds.
    """
    _refuse_both(prediction, model is not None or standard is not None)
    seen = None
    if train:
        parts = read_entity_parts(train, None, encoding, repair="drop")
        sentences = (sentence for part in parts for sentence in part.sentences)
        seen = {(text[start:end], label) for text, spans in sentences for start, end, label in spans}
    kind = form or detect_entities(gold, encoding=encoding)
    expected = list(number_entities(gold, kind, repair=repair, encoding=encoding))
    if prediction is None:
        predicted = load_recognizer(model, standard).predict([sentence.text for _, sentence in expected])
        name = model or "the shipped model"
        found: Iterable[Iterable[tuple[int, int, str]]] = (
            [(entity.start, entity.end, entity.label) for entity in entities] for entities in predicted
        )
    else:
        kind = detect_entities(prediction, encoding=encoding)
        other = list(number_entities(prediction, kind, repair="drop", encoding=encoding))
        check_same_sentences(EntityCorpus(gold, expected), EntityCorpus(prediction, other))
        found, name = (sentence.spans for _, sentence in other), prediction
    scorer = EntityScorer(seen)
    for (_, sentence), spans in zip(expected, found, strict=True):
        words = [(word.start, word.end) for word in shipped_segmenter().tokenize(sentence.text)]
        scorer.add(sentence.text, sentence.spans, spans, words)
    report: Report = {"gold": gold, "prediction": name, "sentences": len(expected)}
    report |= entity_report(scorer.report, [(line, sentence.text) for line, sentence in expected], n_errors)
    _print(report, format_, entity_lines)


def _known_words(train: Sequence[str], vocabulary: str | None, encoding: str) -> frozenset[str] | None:
    """The words of the training files and of the list; ``None`` if neither is given."""
    if not train and vocabulary is None:
        return None
    words = {
        word for part in read_parts(train, None, encoding) for sentence in part.sentences for word in sentence.words
    }
    return frozenset(words | (read_word_list(vocabulary, encoding=encoding) if vocabulary else frozenset()))


def _refuse_both(prediction: str | None, has_model: bool) -> None:
    """A file of predictions needs no model."""
    if prediction is not None and has_model:
        raise click.UsageError("PREDICTION is scored as it is, without a model; leave it out to score a model")


def _print(report: Report, format_: str, lines: Callable[[Report], Iterator[str]]) -> None:
    text = [json.dumps(report, ensure_ascii=False, indent=2)] if format_ == "json" else lines(report)
    for line in text:
        click.echo(line)
