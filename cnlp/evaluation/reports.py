"""Scores as a report: a dictionary for JSON, and the same as lines of text with aligned columns.

A report begins with its inputs (``gold``, ``prediction``, ``sentences``); the functions ``*_lines`` show a
whole report. ``listed_errors`` are examples of errors; ``confusion`` is a matrix: for each gold label or tag how often
the prediction has which in its place, where ``O`` is no entity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from cnlp.evaluation.entities import ERROR_KINDS, EntityError, EntityReport
from cnlp.evaluation.segmentation import Difference, SegmentationScore
from cnlp.evaluation.tables import lines_of, show
from cnlp.evaluation.tags import TagScore

if TYPE_CHECKING:
    from cnlp.evaluation.entities import EntitySpan

Report = dict[str, Any]

PLACES = 5  # examples shown of an error
CONTEXT = 6  # characters shown around an entity
OUTSIDE = "O"  # no entity
_ENTITY_ERRORS = {
    "missed": "missed",
    "spurious": "where nothing is",
    "label": "with a wrong label",
    "boundary": "with wrong bounds",
    "both": "with both wrong",
    "inside": "inside a word",
}


class WordErrors:
    """Errors of segmentation by their words, with the sentences where they occur."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter({"split": 0, "joined": 0, "crossing": 0})
        self._sentences: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}

    def add(self, sentence: int, found: Iterable[Difference]) -> None:
        """Count the errors of a sentence; ``sentence`` counts from 1."""
        for item in found:
            self.kinds[item.kind] += 1
            self._sentences.setdefault((item.gold, item.predicted), []).append(sentence)

    def most_common(self, n: int) -> list[dict[str, Any]]:
        """The ``n`` most common errors, with the numbers of some sentences."""
        ranked = sorted(self._sentences.items(), key=lambda item: (-len(item[1]), item[0]))[:n]
        return [
            {"count": len(sentences), "gold": list(gold), "predicted": list(found), "sentences": sentences[:PLACES]}
            for (gold, found), sentences in ranked
        ]


def segmentation_report(score: SegmentationScore, errors: WordErrors, n_errors: int) -> Report:
    """The scores of words and their ``n_errors`` most common errors."""
    return {**score.as_dict(), "errors": errors.kinds, "listed_errors": errors.most_common(n_errors)}


def segmentation_lines(report: Report) -> Iterator[str]:
    """A report with :func:`segmentation_report` as text."""
    yield from _heading(report)
    rows: list[tuple[object, ...]] = [
        ("precision", report["precision"], f"{report['correct_words']:,} of {report['predicted_words']:,} words"),
        ("recall", report["recall"], f"{report['correct_words']:,} of {report['gold_words']:,} words"),
        ("F1", report["f1"], ""),
    ]
    if report["oov_rate"] is not None:
        unknown = f"{report['oov_words']:,} words, {report['oov_rate']:.2%}, are unknown"
        rows += [("OOV recall", report["oov_recall"], unknown), ("IV recall", report["iv_recall"], "")]
    yield ""
    yield from lines_of(rows)
    yield ""
    kinds = report["errors"]
    yield (
        f"errors: {kinds['split']:,} words were split, {kinds['joined']:,} groups joined, "
        f"{kinds['crossing']:,} with other boundaries"
    )
    errors = [
        (" ".join(error["gold"]), " ".join(error["predicted"]), error["count"], " ".join(map(str, error["sentences"])))
        for error in report["listed_errors"]
    ]
    yield from _table(("gold", "prediction", "times", "in sentences"), errors, left=2)


def tag_report(given: TagScore, joint: TagScore, n_errors: int, *, has_vocabulary: bool) -> Report:
    """The scores of tags.

    Args:
        given: of tags on the gold words.
        joint: of words with their tags.
        n_errors: how many of the most common errors are shown.
        has_vocabulary: unknown words were counted.
    """
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
    correct = {(tag, tag): count for tag, count in given.correct.items() if count}
    report["confusion"] = _matrix(correct | {pair: words.total() for pair, words in given.confused.items()})
    ranked = sorted(given.confused.items(), key=lambda item: (-item[1].total(), item[0]))[:n_errors]
    report["listed_errors"] = [
        {
            "count": words.total(),
            "gold": gold,
            "predicted": found,
            "words": [word for word, _ in words.most_common(PLACES)],
        }
        for (gold, found), words in ranked
    ]
    return report


def tag_lines(report: Report) -> Iterator[str]:
    """A report with :func:`tag_report` as text."""
    yield from _heading(report)
    rows: list[tuple[object, ...]] = [("accuracy on equal words", report["accuracy"])]
    if report["unknown_words"] is not None:
        rows.append((f"accuracy on the {show(report['unknown_words'])} unknown among them", report["unknown_accuracy"]))
    rows.append(("joint F1: word and tag", report["joint_f1"]))
    rows.append(("F1 of words", report["segmentation_f1"]))
    yield ""
    yield from lines_of(rows)
    tags = [(tag, row["precision"], row["recall"], row["f1"], row["words"]) for tag, row in report["tags"].items()]
    yield ""
    yield from lines_of([("tag", "precision", "recall", "F1", "words"), *tags])
    errors = [
        (error["gold"], error["predicted"], error["count"], " ".join(error["words"]))
        for error in report["listed_errors"]
    ]
    yield from _table(("gold", "prediction", "times", "such as"), errors, left=2)


def entity_report(report: EntityReport, sentences: Sequence[tuple[int, str]], n_errors: int) -> Report:
    """The scores of entities.

    Args:
        report: the counts.
        sentences: the line and the text of each.
        n_errors: how many errors of each kind are shown.
    """
    found: Report = {"overall": report.overall.as_dict()}
    labels = sorted(report.by_label, key=lambda label: (-report.by_label[label].gold, label))
    found["labels"] = {label: report.by_label[label].as_dict() for label in labels}
    found["lengths"] = {_range(limits): score.as_dict() for limits, score in sorted(report.by_length.items())}
    if report.by_seen:
        found["seen"], found["unseen"] = report.by_seen[True].as_dict(), report.by_seen[False].as_dict()
    found["errors"] = {kind: report.kinds[kind] for kind in ERROR_KINDS}
    pairs = Counter({(label, label): score.correct for label, score in report.by_label.items()})
    for (gold, label), count in report.confused.items():
        pairs[gold or OUTSIDE, label or OUTSIDE] += count
    found["confusion"] = _matrix(pairs)
    found["listed_errors"] = [
        {
            "kind": error.kind,
            "line": line,
            "gold": _marked(text, error.gold),
            "predicted": _marked(text, error.predicted),
        }
        for error in _some_of_each_kind(report.errors, n_errors)
        for line, text in [sentences[error.sentence]]
    ]
    return found


def _some_of_each_kind(errors: Sequence[EntityError], count: int) -> Iterator[EntityError]:
    """The first errors of every kind, kind by kind."""
    for kind in ERROR_KINDS:
        yield from islice((error for error in errors if error.kind == kind), count)


def entity_lines(report: Report) -> Iterator[str]:
    """A report with :func:`entity_report` as text."""
    yield from _heading(report)
    columns = ("precision", "recall", "f1", "gold", "predicted", "correct")
    groups = [("all", report["overall"]), *report["labels"].items()]
    groups += [(f"length {name}", score) for name, score in report["lengths"].items()]
    groups += [(name, report[name]) for name in ("seen", "unseen") if name in report]
    rows = [(name, *(score[column] for column in columns)) for name, score in groups]
    yield ""
    yield from lines_of([("", "precision", "recall", "F1", *columns[3:]), *rows])
    yield ""
    yield "errors: " + ", ".join(f"{report['errors'][kind]:,} {_ENTITY_ERRORS[kind]}" for kind in ERROR_KINDS)
    confused = [
        (gold, label, count - report["labels"][gold]["correct"] if label == gold else count)
        for gold, row in report["confusion"].items()
        for label, count in row.items()
    ]
    confused = sorted((row for row in confused if row[2]), key=lambda row: (-row[2], row))
    yield from _table(("gold", "prediction", "errors"), confused, left=2)
    listed = [
        (row["line"], row["kind"], row["gold"] or "-", row["predicted"] or "-") for row in report["listed_errors"]
    ]
    yield from _table(("line", "error", "gold", "prediction"), listed, left=4)


def _heading(report: Mapping[str, Any]) -> Iterator[str]:
    """The lines that name the inputs, and the tag set of tags."""
    rows = [("gold", f"{report['gold']}: {report['sentences']:,} sentences"), ("prediction", report["prediction"])]
    if report.get("tagset"):
        rows.append(("tag set", report["tagset"]))
    yield from lines_of(rows)


def _table(heading: Sequence[str], rows: Sequence[Sequence[object]], *, left: int) -> Iterator[str]:
    """An empty line and a table; nothing without rows."""
    if rows:
        yield ""
        yield from lines_of([heading, *rows], left=left)


def _matrix(pairs: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """Counts of pairs by the first and the second of each, in the order of the alphabet."""
    matrix: dict[str, dict[str, int]] = {}
    for (gold, found), count in sorted(pairs.items()):
        if count:
            matrix.setdefault(gold, {})[found] = count
    return matrix


def _range(limits: tuple[int, int | None]) -> str:
    low, high = limits
    return f"{low}+" if high is None else str(low) if low == high else f"{low}-{high}"


def _marked(text: str, span: EntitySpan | None) -> str | None:
    """An entity in brackets with its label and the text around it."""
    if span is None:
        return None
    start, end, label = span
    return f"{text[max(0, start - CONTEXT) : start]}[{text[start:end]}/{label}]{text[end : end + CONTEXT]}"
