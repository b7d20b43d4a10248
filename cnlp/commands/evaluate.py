"""``cnlp evaluate``: a gold standard against a file of predictions, or against a model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import click

from cnlp import errors
from cnlp.commands._corpora import (
    FilesCommand,
    corpus_files_option,
    corpus_format_option,
    entity_format_option,
    label_option,
    print_repairs,
    rename_labels,
    repair_option,
)
from cnlp.commands._encodings import encoding_option, output_encoding_option
from cnlp.commands._lexicons import Decorator
from cnlp.commands._options import (
    SegmentationOptions,
    add_options,
    entity_standard_option,
    format_option,
    gather,
    recognizer_option,
    segmentation_options,
    tagger_option,
)
from cnlp.commands.ner import load_recognizer
from cnlp.commands.tag import TextTagger
from cnlp.corpus.comparison import (
    EntityCorpus,
    WordCorpus,
    check_same_sentences,
    check_same_text,
    entity_columns,
    tag_columns,
    word_columns,
)
from cnlp.corpus.entities import Repairs, Sentence
from cnlp.corpus.entity_formats import detect_entities, number_entities
from cnlp.corpus.formats import read_sentences, read_tagged
from cnlp.corpus.parts import read_entity_parts, read_parts
from cnlp.corpus.plain import read_word_list
from cnlp.corpus.sentence import TaggedSentence
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
from cnlp.evaluation.tags import TagScore, TagScorer
from cnlp.files.messages import print_message
from cnlp.files.outputs import STANDARD_OUTPUT, write_text
from cnlp.names import Repair
from cnlp.pos.tagsets import TAGSETS, TagUse, common_tagset
from cnlp.segmentation import shipped_segmenter
from cnlp.types import Token


@click.group("evaluate")
def command() -> None:
    """Score a model, or a file of predictions, against a gold standard."""


class ReportOptions(NamedTuple):
    """The options for the report."""

    n_errors: int
    format_: str
    output: str
    output_encoding: str

    def write(self, report: Report, lines: Callable[[Report], Iterator[str]], columns: Iterable[str]) -> None:
        """Write a report.

        Args:
            report: its content.
            lines: makes text of it.
            columns: the sentences with gold and prediction side by side.
        """
        if self.format_ == "json":
            text: Iterable[str] = [json.dumps(report, ensure_ascii=False, indent=2) + "\n"]
        else:
            text = columns if self.format_ == "conll" else (line + "\n" for line in lines(report))
        write_text(self.output, text, self.output_encoding)


def _options(gold_format: Callable[..., Decorator]) -> Decorator:
    """The options that all commands of this group have."""
    report_options: list[Decorator] = [
        click.option(
            "--errors",
            "n_errors",
            type=click.IntRange(0),
            default=0,
            metavar="N",
            help="List the N most common errors; of entities, the first N of every kind.",
        ),
        format_option(
            ("text", "json", "conll"),
            "text: tables; json: scores, confusion matrix and errors; conll: each character, or each word with tags, "
            "with its gold and its predicted tag, separated by tabs, for conlleval and seqeval.",
        ),
        click.option(
            "-o",
            "--output",
            default=STANDARD_OUTPUT,
            metavar="FILE",
            help="Report to write.  [default: standard output]",
        ),
        output_encoding_option,
    ]
    return add_options(
        [
            click.argument("gold"),
            click.argument("prediction", required=False),
            corpus_files_option("--train", "Training data: words or entities missing from it are also scored apart."),
            gather(ReportOptions, "options", ReportOptions._fields, report_options),
            encoding_option,
            gold_format("--gold-format"),
        ]
    )


vocabulary_option = click.option(
    "--vocabulary", metavar="FILE", help="Known words, one per line, such as a bakeoff's list of training words."
)


@command.command("segment", cls=FilesCommand)
@_options(corpus_format_option)
@vocabulary_option
@segmentation_options("algorithm", "unknown", "standard", "lexicons", "model")
def evaluate_segment(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    options: ReportOptions,
    encoding: str,
    form: str | None,
    vocabulary: str | None,
    segmentation: SegmentationOptions,
) -> None:
    """Precision, recall and F1 of words; of known and unknown words with --train or --vocabulary.

    GOLD is segmented by hand; PREDICTION is the same text segmented by any program. Without it cnlp segments the
    text of GOLD: by default, or as --algorithm, --standard, --lexicon and --model say, as in 'cnlp segment'.
    """
    _check_prediction(prediction, not segmentation.is_default)
    known = _known_words(train, vocabulary, encoding)
    sentences = list(read_sentences(gold, form, encoding=encoding))
    if prediction is None:
        segmenter = segmentation.segmenter()
        found: list[Sequence[str]] = [segmenter.segment(sentence.text) for sentence in sentences]
        chosen = ", ".join(filter(None, (segmenter.algorithm, segmenter.standard)))
        name = f"{segmentation.model or 'cnlp'} ({chosen})"
    else:
        other = list(read_sentences(prediction, encoding=encoding))
        check_same_text(WordCorpus(gold, form, sentences), WordCorpus(prediction, None, other), encoding)
        found, name = [sentence.words for sentence in other], prediction
    scorer, wrong = SegmentationScorer(known, name=name), WordErrors()
    for number, (sentence, words) in enumerate(zip(sentences, found, strict=True), 1):
        scorer.add(sentence.words, tuple(words))
        wrong.add(number, differences(sentence.words, tuple(words)))
    report: Report = {"gold": gold, "prediction": name, "sentences": len(sentences)}
    report |= segmentation_report(scorer.score(), wrong, options.n_errors)
    columns = (word_columns(sentence.words, words) for sentence, words in zip(sentences, found, strict=True))
    options.write(report, segmentation_lines, columns)


@command.command("tag", cls=FilesCommand)
@_options(corpus_format_option)
@vocabulary_option
@click.option(
    "-t",
    "--tagset",
    type=click.Choice(TAGSETS),
    help="Compare in this set, to which the tags of both are converted: pfr: People's Daily; universal: UPOS; ctb: "
    "Chinese Treebank.  [default: that of both]",
)
@tagger_option
@segmentation_options("algorithm", "unknown", "standard", "lexicons", "segmenter")
def evaluate_tag(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    options: ReportOptions,
    encoding: str,
    form: str | None,
    vocabulary: str | None,
    tagset: str | None,
    model: str | None,
    segmentation: SegmentationOptions,
) -> None:
    """Accuracy of tags on given words, and F1 of words with their tags.

    GOLD is tagged by hand; PREDICTION is the same text tagged by any program. Without it cnlp, or --model, tags the
    words of GOLD; and its text is segmented, as --algorithm, --standard and --lexicon say, and tagged.
    """
    _check_prediction(prediction, model is not None or not segmentation.is_default)
    known = _known_words(train, vocabulary, encoding)
    sentences = list(read_tagged(gold, form, encoding=encoding))
    in_gold = TagUse(gold, Counter(tag for sentence in sentences for tag in sentence.tags))
    if prediction is None:
        tagger, name = TextTagger(segmentation.segmenter(), model=model), model or "the shipped tagger"
        in_prediction = TagUse(name, dict.fromkeys(tagger.tags, 1))
        common = common_tagset(in_gold, in_prediction, tagset)
        given = [TaggedSentence(words, tuple(tagger.tag_words(words))) for words in (each.words for each in sentences)]
        joint = [_tagged(tagger.tag(sentence.text)) for sentence in sentences]
    else:
        joint, name = list(read_tagged(prediction, encoding=encoding)), prediction
        check_same_text(WordCorpus(gold, form, sentences), WordCorpus(prediction, None, joint), encoding)
        in_prediction = TagUse(name, Counter(tag for sentence in joint for tag in sentence.tags))
        common = common_tagset(in_gold, in_prediction, tagset)
        given = joint
    _print_unknown(f"{gold}: tags that {in_gold.tagset} lacks", in_gold.unknown)
    sentences = [in_gold.convert(sentence, common) for sentence in sentences]
    given, joint = ([in_prediction.convert(sentence, common) for sentence in side] for side in (given, joint))
    report = {"gold": gold, "prediction": name, "sentences": len(sentences), "tagset": common}
    scores = _score_tags(sentences, given, known), _score_tags(sentences, joint, known)
    report |= tag_report(*scores, n_errors=options.n_errors, has_vocabulary=known is not None)
    options.write(report, tag_lines, map(tag_columns, sentences, given))


@command.command("ner", cls=FilesCommand)
@_options(entity_format_option)
@repair_option
@label_option
@recognizer_option
@entity_standard_option
def evaluate_ner(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    options: ReportOptions,
    encoding: str,
    form: str | None,
    repair: Repair | None,
    renames: dict[str, str],
    model: str | None,
    standard: str | None,
) -> None:
    """Strict precision, recall and F1 of entities: of each label and length, and of unseen ones with --train.

    GOLD is annotated by hand; PREDICTION is the same text annotated by any program, in any format that 'cnlp convert'
    reads; tags in it that break their scheme mark nothing, as in seqeval's strict mode (in GOLD they are errors,
    unless --repair says otherwise). Without it the shipped model, or --model, finds the entities of GOLD's text.
    Errors are grouped by kind; those inside a word begin or end within a word that the segmenter finds.
    """
    _check_prediction(prediction, model is not None or standard is not None)
    seen = None
    if train:
        parts = read_entity_parts(train, None, encoding, repair="drop")
        sentences = (rename_labels(sentence, renames) for part in parts for sentence in part.sentences)
        seen = {(text[start:end], label) for text, spans in sentences for start, end, label in spans}
    repairs = Repairs()
    expected = _read_entities(gold, form, repair, encoding, renames, repairs)
    print_repairs(gold, repair, repairs)
    labels = Counter(label for _, sentence in expected for _, _, label in sentence.spans)
    if prediction is None:
        recognizer, name = load_recognizer(model, standard), model or "the shipped model"
        _check_labels(gold, labels, name, recognizer.labels_)
        predicted = recognizer.predict([sentence.text for _, sentence in expected])
        found = [[(entity.start, entity.end, entity.label) for entity in entities] for entities in predicted]
    else:
        name, other = prediction, _read_entities(prediction, None, "drop", encoding, renames)
        check_same_sentences(EntityCorpus(gold, expected), EntityCorpus(prediction, other))
        found = [list(sentence.spans) for _, sentence in other]
        _check_labels(gold, labels, name, {label for spans in found for _, _, label in spans})
    scorer = EntityScorer(seen)
    for (_, sentence), spans in zip(expected, found, strict=True):
        words = [(word.start, word.end) for word in shipped_segmenter().tokenize(sentence.text)]
        scorer.add(sentence.text, sentence.spans, spans, words)
    report: Report = {"gold": gold, "prediction": name, "sentences": len(expected)}
    report |= entity_report(scorer.report, [(line, sentence.text) for line, sentence in expected], options.n_errors)
    options.write(report, entity_lines, _entity_columns(gold, expected, found))


def _read_entities(
    path: str,
    form: str | None,
    repair: Repair | None,
    encoding: str,
    renames: Mapping[str, str],
    repairs: Repairs | None = None,
) -> list[tuple[int, Sentence]]:
    """The sentences of a file and their lines."""
    kind = form or detect_entities(path, encoding=encoding)
    numbered = number_entities(path, kind, repair=repair, encoding=encoding, repairs=repairs)
    return [(line, rename_labels(sentence, renames)) for line, sentence in numbered]


def _check_labels(gold: str, labels: Counter[str], prediction: str, others: Collection[str]) -> None:
    """Print which gold labels the prediction lacks.

    Raises:
        ArgumentError: it has none of them, so that no entity can be right.
    """
    if labels and others and not set(labels) & set(others):
        mine, theirs = (", ".join(sorted(side)) for side in (labels, others))
        raise errors.ArgumentError(
            f"the labels differ: {gold} has {mine}, and {prediction} has {theirs}; --label OLD=NEW renames one"
        )
    unknown = {label: count for label, count in labels.items() if label not in others}
    _print_unknown(f"{gold}: labels that {prediction} lacks", unknown)


def _print_unknown(what: str, counts: Mapping[str, int]) -> None:
    """Print labels or tags of the gold standard that the other side does not know."""
    if counts:
        shown = ", ".join(f"{name} ({count:,})" for name, count in counts.items())
        print_message(f"note: {what}: {shown}")


def _entity_columns(
    gold: str, expected: Sequence[tuple[int, Sentence]], found: Sequence[Iterable[tuple[int, int, str]]]
) -> Iterator[str]:
    """Gold and found entities side by side."""
    for (line, sentence), spans in zip(expected, found, strict=True):
        try:
            yield entity_columns(sentence, spans)
        except errors.ArgumentError as error:
            raise errors.bad_line(gold, line, str(error)) from None


def _tagged(tokens: Sequence[Token]) -> TaggedSentence:
    return TaggedSentence(tuple(token.text for token in tokens), tuple(token.tag or "" for token in tokens))


def _score_tags(
    gold: Sequence[TaggedSentence], found: Sequence[TaggedSentence], known: frozenset[str] | None
) -> TagScore:
    """The score of all sentences."""
    scorer = TagScorer(known)
    for sentence, other in zip(gold, found, strict=True):
        scorer.add(sentence.words, sentence.tags, other.words, other.tags)
    return scorer.score


def _known_words(train: Sequence[str], vocabulary: str | None, encoding: str) -> frozenset[str] | None:
    """The words of the training files and of the list; ``None`` if neither is given."""
    if not train and vocabulary is None:
        return None
    words = {
        word for part in read_parts(train, None, encoding) for sentence in part.sentences for word in sentence.words
    }
    return frozenset(words | (read_word_list(vocabulary, encoding=encoding) if vocabulary else frozenset()))


def _check_prediction(prediction: str | None, has_model: bool) -> None:
    """A file of predictions needs no model."""
    if prediction is not None and has_model:
        raise click.UsageError("PREDICTION is scored as it is, without a model; leave it out to score a model")
