"""``cnlp evaluate``: a gold standard against a file of predictions, or against a model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import click

from cnlp import errors
from cnlp.commands.choices import (
    algorithm_option,
    lexicon_option,
    make_segmenter,
    model_option,
    standard_option,
    unknown_option,
)
from cnlp.commands.corpora import FilesCommand, corpus_encoding_option, read_entity_parts, read_parts, repair_option
from cnlp.commands.ner import load_recognizer
from cnlp.corpus.entities import Sentence
from cnlp.corpus.entity_formats import READERS, detect_entities, number_entities
from cnlp.corpus.formats import FORMATS, detect_format, locate, read_sentences, read_tagged
from cnlp.corpus.plain import read_word_list
from cnlp.corpus.sentence import TaggedSentence
from cnlp.evaluation.entities import KINDS, EntityReport, EntityScorer
from cnlp.evaluation.segmentation import Difference, SegmentationScore, SegmentationScorer, differences
from cnlp.evaluation.tables import lines_of, show
from cnlp.evaluation.tags import TagScore, TagScorer

PLACES = 5  # examples shown of an error
CONTEXT = 6  # characters shown around an entity
ENTITY_ERRORS = {
    "missed": "missed",
    "spurious": "where nothing is",
    "label": "with a wrong label",
    "boundary": "with wrong bounds",
    "both": "with both wrong",
}

Report = dict[str, Any]


@click.group("evaluate")
def command() -> None:
    """Score a model, or a file of predictions, against a gold standard."""


def _common(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that all commands of this group have."""
    options = [
        click.argument("gold"),
        click.argument("prediction", required=False),
        click.option(
            "--train",
            multiple=True,
            metavar="FILES",
            help="What was learnt from: what is not in it is scored as unknown, too.",
        ),
        click.option(
            "--errors", "n_errors", type=click.IntRange(0), default=0, metavar="N", help="Show the N commonest errors."
        ),
        click.option(
            "-f",
            "--format",
            "form",
            type=click.Choice(("text", "json")),
            default="text",
            show_default=True,
            help="Of the report.",
        ),
        corpus_encoding_option,
    ]
    for option in reversed(options):
        function = option(function)
    return function


gold_format_option = click.option(
    "--gold-format",
    "gold_format",
    type=click.Choice(FORMATS),
    help="Of GOLD, as for 'cnlp train'.  [default: told from its first lines]",
)
vocabulary_option = click.option(
    "--vocabulary", metavar="FILE", help="Known words, one a line, such as a bakeoff's list of training words."
)


@command.command("segment", cls=FilesCommand)
@_common
@gold_format_option
@vocabulary_option
@algorithm_option
@unknown_option
@standard_option
@lexicon_option
@model_option
def segment(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    n_errors: int,
    form: str,
    encoding: str,
    gold_format: str | None,
    vocabulary: str | None,
    algorithm: str | None,
    unknown: str | None,
    standard: str | None,
    lexicons: tuple[str, ...],
    model: str | None,
) -> None:
    """Precision, recall and F1 of words; of known and unknown ones with --train or --vocabulary.

    GOLD is cut by hand; PREDICTION is the same text cut by any program. Without it the text of GOLD is cut by
    cnlp: by the default, or as --algorithm, --standard, --lexicon and --model say, as in 'cnlp segment'.
    """
    _refuse_both(prediction, algorithm, unknown, standard, model, *lexicons)
    known = known_words(train, vocabulary, encoding)
    sentences = list(read_sentences(gold, gold_format, encoding=encoding))
    if prediction is None:
        segmenter = make_segmenter(
            algorithm=algorithm, unknown=unknown, standard=standard, lexicons=lexicons, model=model
        )
        found: Iterable[Sequence[str]] = (segmenter.segment(sentence.text) for sentence in sentences)
        name = _describe_segmenter(segmenter.algorithm, segmenter.standard, model)
    else:
        other = list(read_sentences(prediction, encoding=encoding))
        check_same_text((gold, gold_format, sentences), (prediction, None, other), encoding)
        found, name = (sentence.words for sentence in other), prediction
    scorer, wrong = SegmentationScorer(known, name=name), ErrorList()
    for number, (sentence, words) in enumerate(zip(sentences, found, strict=True), 1):
        scorer.add(sentence.words, tuple(words))
        wrong.add(number, differences(sentence.words, tuple(words)))
    score = scorer.score()
    report: Report = {"gold": gold, "prediction": name, "sentences": len(sentences), **score.as_dict()}
    report |= {"errors": wrong.kinds, "commonest_errors": wrong.commonest(n_errors)}
    _print(report if form == "json" else _segmentation_lines(report, score, wrong))


@command.command("tag", cls=FilesCommand)
@_common
@gold_format_option
@vocabulary_option
@algorithm_option
@unknown_option
@standard_option
@lexicon_option
@model_option
def tag(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    n_errors: int,
    form: str,
    encoding: str,
    gold_format: str | None,
    vocabulary: str | None,
    algorithm: str | None,
    unknown: str | None,
    standard: str | None,
    lexicons: tuple[str, ...],
    model: str | None,
) -> None:
    """Accuracy of tags on given words, and F1 of words with their tags.

    GOLD is tagged by hand; PREDICTION is the same text tagged by any program. Without it the words of GOLD are
    tagged by cnlp, or by --model; and its text is cut, as --algorithm, --standard and --lexicon say, and tagged.
    """
    _refuse_both(prediction, algorithm, unknown, standard, model, *lexicons)
    known = known_words(train, vocabulary, encoding)
    sentences = list(read_tagged(gold, gold_format, encoding=encoding))
    given, joint = TagScorer(known), TagScorer(known)
    if prediction is None:
        from cnlp.commands.tag import Tagger

        segmenter = make_segmenter(algorithm=algorithm, unknown=unknown, standard=standard, lexicons=lexicons)
        tagger = Tagger(segmenter, model=model)
        name = model or "the shipped tagger"
        for sentence in sentences:
            given.add(sentence.words, sentence.tags, sentence.words, tagger.tag_words(sentence.words))
            tokens = tagger.tag(sentence.text)
            joint.add(
                sentence.words, sentence.tags, [token.text for token in tokens], [token.tag or "" for token in tokens]
            )
    else:
        other, name = list(read_tagged(prediction, encoding=encoding)), prediction
        check_same_text((gold, gold_format, sentences), (prediction, None, other), encoding)
        for sentence, found in zip(sentences, other, strict=True):
            joint.add(sentence.words, sentence.tags, found.words, found.tags)
        given = joint
    report = {"gold": gold, "prediction": name, "sentences": len(sentences)}
    report |= _tag_report(given.score, joint.score, known is not None, n_errors)
    _print(report if form == "json" else _tag_lines(report))


@command.command("ner", cls=FilesCommand)
@_common
@click.option(
    "--gold-format",
    "gold_format",
    type=click.Choice(tuple(READERS)),
    help="Of GOLD, as for 'cnlp convert'.  [default: told from its first lines]",
)
@repair_option
@click.option("--model", metavar="PATH", help="Model file to use in place of the one in the package.")
def ner(
    gold: str,
    prediction: str | None,
    train: tuple[str, ...],
    n_errors: int,
    form: str,
    encoding: str,
    gold_format: str | None,
    repair: str | None,
    model: str | None,
) -> None:
    """Strict precision, recall and F1 of entities: of each label and length, and of unseen ones with --train.

    GOLD is marked by hand; PREDICTION is the same text marked by any program, in any format that 'cnlp convert'
    reads; tags in it that break their scheme mark nothing, as in seqeval's strict mode (in GOLD they are errors,
    unless --repair says otherwise). Without it the text of GOLD
    is marked by the shipped model, or by --model.
    """
    _refuse_both(prediction, model)
    seen = None
    if train:
        parts = read_entity_parts(train, None, encoding, repair="drop")
        sentences = (sentence for part in parts for sentence in part.sentences)
        seen = {(text[start:end], label) for text, spans in sentences for start, end, label in spans}
    kind = gold_format or detect_entities(gold, encoding=encoding)
    expected = list(number_entities(gold, kind, repair=repair, encoding=encoding))
    if prediction is None:
        predicted = load_recognizer(model)([sentence.text for _, sentence in expected])
        name = model or "the shipped model"
        found: Iterable[Iterable[tuple[int, int, str]]] = (
            [(entity.start, entity.end, entity.label) for entity in entities] for entities in predicted
        )
    else:
        kind = detect_entities(prediction, encoding=encoding)
        other = list(number_entities(prediction, kind, repair="drop", encoding=encoding))
        check_same_sentences(gold, expected, prediction, other)
        found, name = (sentence.spans for _, sentence in other), prediction
    scorer = EntityScorer(seen)
    for (_, sentence), spans in zip(expected, found, strict=True):
        scorer.add(sentence.text, sentence.spans, spans)
    report: Report = {"gold": gold, "prediction": name, "sentences": len(expected)}
    report |= _entity_report(scorer.report, [(line, sentence.text) for line, sentence in expected], n_errors)
    _print(report if form == "json" else _entity_lines(report))


class ErrorList:
    """Errors counted by what stands where, with the sentences where they occur."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter({"split": 0, "joined": 0, "crossing": 0})
        self._places: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}

    def add(self, sentence: int, found: Iterable[Difference]) -> None:
        """Count the errors of a sentence; ``sentence`` counts from 1."""
        for item in found:
            self.kinds[item.kind] += 1
            self._places.setdefault((item.gold, item.predicted), []).append(sentence)

    def commonest(self, n: int) -> list[dict[str, Any]]:
        """The ``n`` commonest, with the numbers of some sentences."""
        ranked = sorted(self._places.items(), key=lambda item: (-len(item[1]), item[0]))[:n]
        return [
            {"count": len(places), "gold": list(gold), "predicted": list(found), "sentences": places[:PLACES]}
            for (gold, found), places in ranked
        ]


def known_words(train: Sequence[str], vocabulary: str | None, encoding: str) -> frozenset[str] | None:
    """The words of the training files and of the list; ``None`` if neither is given."""
    if not train and vocabulary is None:
        return None
    words = {
        word for part in read_parts(train, None, encoding) for sentence in part.sentences for word in sentence.words
    }
    return frozenset(words | (read_word_list(vocabulary, encoding=encoding) if vocabulary else frozenset()))


Side = tuple[str, "str | None", Sequence[TaggedSentence]]


def check_same_text(gold: Side, prediction: Side, encoding: str) -> None:
    """Compare the texts of two files.

    Raises:
        FormatError: they differ; line and column in both are named.
    """
    for number, (left, right) in enumerate(zip_longest(gold[2], prediction[2])):
        expected, got = left.text if left else "", right.text if right else ""
        if left and right and expected == got:
            continue
        pairs = zip_longest(expected, got, fillvalue="")
        at = next(place for place, (a, b) in enumerate(pairs) if a != b) if expected != got else 0
        places = [
            locate(path, form or detect_format(path, encoding=encoding), number, at, encoding=encoding)
            for path, form, _ in (gold, prediction)
        ]
        shown = [repr(text[at]) if text[at:] else "the end" for text in (expected, got)]
        (line, column), (other_line, other_column) = places
        raise errors.bad_line(
            prediction[0],
            other_line,
            f"the text differs from the gold standard's: column {other_column} has {shown[1]}, "
            f"{gold[0]}:{line}, column {column} has {shown[0]}",
        )


def check_same_sentences(
    gold: str, expected: Sequence[tuple[int, Sentence]], prediction: str, found: Sequence[tuple[int, Sentence]]
) -> None:
    """Compare the texts of two files with entities.

    Raises:
        FormatError: they differ; the lines where the sentences begin and the character are named.
    """
    for left, right in zip_longest(expected, found):
        if left is None or right is None:
            line, longer = (right[0], "gold standard ends") if right else (found[-1][0] if found else 1, "file ends")
            raise errors.bad_line(
                prediction, line, f"{len(expected)} gold and {len(found)} sentences: the {longer} here"
            )
        if left[1].text != right[1].text:
            pairs = zip_longest(left[1].text, right[1].text, fillvalue="")
            at = next(place for place, (a, b) in enumerate(pairs) if a != b)
            shown = [repr(text[at]) if text[at:] else "the end" for text in (left[1].text, right[1].text)]
            raise errors.bad_line(
                prediction,
                right[0],
                f"the sentence that begins here differs from {gold}:{left[0]}: character {at + 1} is {shown[1]}, "
                f"not {shown[0]}",
            )


def _refuse_both(prediction: str | None, *choices: str | None) -> None:
    """A file of predictions needs no model."""
    if prediction is not None and any(choice is not None for choice in choices):
        raise click.UsageError("PREDICTION is cut already; leave it out to score a model")


def _describe_segmenter(algorithm: str, standard: str | None, model: str | None) -> str:
    chosen = ", ".join(filter(None, (algorithm, standard)))
    return f"{model or 'cnlp'} ({chosen})"


def _print(report: Report | Iterable[str]) -> None:
    if isinstance(report, dict):
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for line in report:
        click.echo(line)


def heading(report: Mapping[str, Any]) -> Iterator[str]:
    """The lines that say what was compared."""
    yield from lines_of(
        [("gold", f"{report['gold']}: {report['sentences']:,} sentences"), ("prediction", report["prediction"])]
    )


def _segmentation_lines(report: Report, score: SegmentationScore, wrong: ErrorList) -> Iterator[str]:
    yield from heading(report)
    rows: list[tuple[object, ...]] = [
        ("precision", score.precision, f"{score.correct_words:,} of {score.predicted_words:,} words"),
        ("recall", score.recall, f"{score.correct_words:,} of {score.gold_words:,} words"),
        ("F1", score.f1, ""),
    ]
    if score.oov_rate is not None and score.oov_words is not None:
        rows.append(("OOV recall", score.oov_recall, f"{score.oov_words:,} words, {score.oov_rate:.2%}, are unknown"))
        rows.append(("IV recall", score.iv_recall, ""))
    yield ""
    yield from lines_of(rows)
    yield ""
    kinds = wrong.kinds
    yield (
        f"errors: {kinds['split']:,} words were split, {kinds['joined']:,} groups joined, "
        f"{kinds['crossing']:,} cut elsewhere"
    )
    listed = report["commonest_errors"]
    if listed:
        yield ""
        yield from lines_of(
            [
                ("gold", "prediction", "times", "in sentences"),
                *(
                    (" ".join(e["gold"]), " ".join(e["predicted"]), e["count"], " ".join(map(str, e["sentences"])))
                    for e in listed
                ),
            ],
            left=2,
        )


def _tag_report(given: TagScore, joint: TagScore, has_vocabulary: bool, n_errors: int) -> Report:
    report: Report = {
        "words": given.gold.total(),
        "accuracy": given.accuracy,
        "unknown_words": given.unknown if has_vocabulary else None,
        "unknown_accuracy": given.unknown_accuracy if given.unknown else None,
        "joint_precision": joint.precision,
        "joint_recall": joint.recall,
        "joint_f1": joint.f1,
        "segmentation_f1": joint.segmentation_f1,
    }
    report["tags"] = {
        tag: dict(zip(("precision", "recall", "f1", "words"), (*given.of_tag(tag), count), strict=True))
        for tag, count in given.gold.most_common()
    }
    ranked = sorted(given.confused.items(), key=lambda item: (-item[1].total(), item[0]))[:n_errors]
    report["commonest_errors"] = [
        {
            "count": words.total(),
            "gold": gold,
            "predicted": found,
            "words": [word for word, _ in words.most_common(PLACES)],
        }
        for (gold, found), words in ranked
    ]
    return report


def _tag_lines(report: Report) -> Iterator[str]:
    yield from heading(report)
    yield ""
    rows: list[tuple[object, ...]] = [("accuracy on words that are cut alike", report["accuracy"])]
    if report["unknown_words"] is not None:
        rows.append((f"accuracy on the {show(report['unknown_words'])} unknown among them", report["unknown_accuracy"]))
    rows.append(("joint F1: word and tag", report["joint_f1"]))
    rows.append(("F1 of words", report["segmentation_f1"]))
    yield from lines_of(rows)
    yield ""
    yield from lines_of(
        [
            ("tag", "precision", "recall", "F1", "words"),
            *((tag, row["precision"], row["recall"], row["f1"], row["words"]) for tag, row in report["tags"].items()),
        ]
    )
    if report["commonest_errors"]:
        yield ""
        yield from lines_of(
            [
                ("gold", "prediction", "times", "such as"),
                *((e["gold"], e["predicted"], e["count"], " ".join(e["words"])) for e in report["commonest_errors"]),
            ],
            left=2,
        )


def _entity_report(report: EntityReport, sentences: Sequence[tuple[int, str]], n_errors: int) -> Report:
    found: Report = {"overall": report.overall.as_dict()}
    labels = sorted(report.by_label, key=lambda label: (-report.by_label[label].gold, label))
    found["labels"] = {label: report.by_label[label].as_dict() for label in labels}
    found["lengths"] = {_range(limits): score.as_dict() for limits, score in sorted(report.by_length.items())}
    if report.by_seen:
        found["seen"], found["unseen"] = report.by_seen[True].as_dict(), report.by_seen[False].as_dict()
    found["errors"] = {kind: report.kinds[kind] for kind in KINDS}
    ranked = sorted(report.confused.items(), key=lambda item: (-item[1], str(item[0])))
    found["confused"] = [{"gold": gold, "predicted": label, "count": count} for (gold, label), count in ranked]
    found["listed_errors"] = [
        {
            "kind": error.kind,
            "line": line,
            "gold": _marked(text, error.gold),
            "predicted": _marked(text, error.predicted),
        }
        for error in report.errors[:n_errors]
        for line, text in [sentences[error.sentence]]
    ]
    return found


def _range(limits: tuple[int, int | None]) -> str:
    low, high = limits
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


def _marked(text: str, span: tuple[int, int, str] | None) -> str | None:
    """An entity in brackets with its label and what stands around it."""
    if span is None:
        return None
    start, end, label = span
    return f"{text[max(0, start - CONTEXT) : start]}[{text[start:end]}/{label}]{text[end : end + CONTEXT]}"


def _entity_lines(report: Report) -> Iterator[str]:
    yield from heading(report)
    columns = ("precision", "recall", "f1", "gold", "predicted", "correct")

    def rows(named: Iterable[tuple[str, Mapping[str, Any]]]) -> list[tuple[object, ...]]:
        return [(name, *(score[column] for column in columns)) for name, score in named]

    yield ""
    groups = [("all", report["overall"]), *report["labels"].items()]
    groups += [(f"length {name}", score) for name, score in report["lengths"].items()]
    groups += [(name, report[name]) for name in ("seen", "unseen") if name in report]
    yield from lines_of([("", "precision", "recall", "F1", *columns[3:]), *rows(groups)])
    yield ""
    yield "errors: " + ", ".join(f"{report['errors'][kind]:,} {ENTITY_ERRORS[kind]}" for kind in KINDS)
    if report["confused"]:
        yield ""
        confused = [(row["gold"] or "-", row["predicted"] or "-", row["count"]) for row in report["confused"]]
        yield from lines_of([("gold", "prediction", "errors"), *confused], left=2)
    if report["listed_errors"]:
        yield ""
        listed = [
            (row["line"], row["kind"], row["gold"] or "-", row["predicted"] or "-") for row in report["listed_errors"]
        ]
        yield from lines_of([("line", "error", "gold", "prediction"), *listed], left=4)
