"""Two corpora of one text: where their texts first differ, since a prediction is scored on the gold text only, and both
in columns side by side, as conlleval reads them: character or word, gold tag, predicted tag, separated by tabs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from cnlp import errors
from cnlp.corpus.entities import Sentence, check_overlap
from cnlp.corpus.formats import detect_format, locate
from cnlp.corpus.sentence import TaggedSentence
from cnlp.evaluation.tags import spans_of
from cnlp.sequence.schemes import spans_to_tags, words_to_tags


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


def word_columns(gold: Sequence[str], found: Sequence[str]) -> str:
    r"""Each character with its place in a gold and in a found word, in BMES; an empty line after the last.

    >>> word_columns(["北京", "人"], ["北京人"])
    '北\tB\tB\n京\tE\tM\n人\tS\tE\n\n'
    """
    return _rows("".join(gold), words_to_tags(gold), words_to_tags(found))


def tag_columns(gold: TaggedSentence, found: TaggedSentence) -> str:
    r"""Each gold word with its tag and that of the found word in its place, ``_`` if there is none.

    >>> tag_columns(TaggedSentence(("去", "北京"), ("v", "ns")), TaggedSentence(("去", "北", "京"), ("v", "n", "n")))
    '去\tv\tv\n北京\tns\t_\n\n'
    """
    tags = dict(zip(spans_of(found.words), found.tags, strict=True))
    return _rows(gold.words, gold.tags, [tags.get(span, "_") for span in spans_of(gold.words)])


def entity_columns(gold: Sentence, found: Iterable[tuple[int, int, str]]) -> str:
    r"""Each character with its gold and its found tag, in BIO.

    Raises:
        ArgumentError: entities overlap, or the text has a line break or a tab.

    >>> entity_columns(Sentence("去北京", ((1, 3, "LOC"),)), [(1, 3, "ORG")])
    '去\tO\tO\n北\tB-LOC\tB-ORG\n京\tI-LOC\tI-ORG\n\n'
    """
    text, spans = gold
    if any(char in text for char in "\t\r\n"):
        raise errors.ArgumentError("columns cannot contain a line break or a tab")
    check_overlap(text, spans)
    check_overlap(text, found := list(found))
    return _rows(text, *(spans_to_tags(side, len(text), "BIO") for side in (spans, found)))


def _rows(tokens: Iterable[str], *columns: Iterable[str]) -> str:
    return "".join("\t".join(row) + "\n" for row in zip(tokens, *columns, strict=True)) + "\n"


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
