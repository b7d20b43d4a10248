"""Whether two corpora have the same text, and where they first differ: a prediction is scored on the gold text only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from cnlp import errors
from cnlp.corpus.entities import Sentence
from cnlp.corpus.formats import detect_format, locate
from cnlp.corpus.sentence import TaggedSentence


class WordCorpus(NamedTuple):
    """The sentences of a file of words.

    Attributes:
        path: of the file.
        form: its format, one of :data:`cnlp.corpus.formats.FORMATS`; ``None`` detects it.
        sentences: all of them.
    """

    path: str
    form: str | None
    sentences: Sequence[TaggedSentence]


class EntityCorpus(NamedTuple):
    """The sentences of a file of entities.

    Attributes:
        path: of the file.
        sentences: all of them, with the numbers of their first lines, from 1.
    """

    path: str
    sentences: Sequence[tuple[int, Sentence]]


def check_same_text(gold: WordCorpus, prediction: WordCorpus, encoding: str) -> None:
    """Compare the texts of two files of words.

    Raises:
        FormatError: they differ; line and column in both are named.
    """
    for number, (left, right) in enumerate(zip_longest(gold.sentences, prediction.sentences)):
        expected, got = left.text if left else "", right.text if right else ""
        if left and right and expected == got:
            continue
        at = _first_difference(expected, got)
        line, column = _locate(gold, number, at, encoding)
        other_line, other_column = _locate(prediction, number, at, encoding)
        raise errors.bad_line(
            prediction.path,
            other_line,
            f"the text differs from the gold standard's: column {other_column} has {_show(got, at)}, "
            f"{gold.path}:{line}, column {column} has {_show(expected, at)}",
        )


def check_same_sentences(gold: EntityCorpus, prediction: EntityCorpus) -> None:
    """Compare the texts of two files of entities.

    Raises:
        FormatError: they differ; the lines where the sentences begin and the character are named.
    """
    for left, right in zip_longest(gold.sentences, prediction.sentences):
        if left is None or right is None:
            last = prediction.sentences[-1][0] if prediction.sentences else 1
            line, shorter = (right[0], "gold standard") if right else (last, "file")
            counts = f"{len(gold.sentences)} gold and {len(prediction.sentences)} sentences"
            raise errors.bad_line(prediction.path, line, f"{counts}: the {shorter} ends here")
        (gold_line, expected), (line, got) = left, right
        if expected.text != got.text:
            at = _first_difference(expected.text, got.text)
            raise errors.bad_line(
                prediction.path,
                line,
                f"the sentence that begins here differs from {gold.path}:{gold_line}: character {at + 1} is "
                f"{_show(got.text, at)}, not {_show(expected.text, at)}",
            )


def _first_difference(left: str, right: str) -> int:
    """The offset of the first character that differs; 0 if none does."""
    return next((at for at, (a, b) in enumerate(zip_longest(left, right, fillvalue="")) if a != b), 0)


def _locate(corpus: WordCorpus, sentence: int, at: int, encoding: str) -> tuple[int, int]:
    """Line and column of a character of a sentence."""
    form = corpus.form or detect_format(corpus.path, encoding=encoding)
    return locate(corpus.path, form, sentence, at, encoding=encoding)


def _show(text: str, at: int) -> str:
    """The character at ``at``, as messages name it."""
    return repr(text[at]) if text[at:] else "the end"
