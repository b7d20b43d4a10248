"""Sentences with words and named entities, one JSON object a line: the form of the present-day text.

``{"text": "住 7000 万人", "words": ["住", "7000万", "人"], "entities": [], "domain": "travel"}``. The words joined are
the text without its white space, so that a word may span a blank of the text. Entities are ``[start, end, label]``,
half-open offsets into the text in code points. ``domain`` may be missing; other keys are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from cnlp import errors
from cnlp.corpus.entity_json import number_records


class AnnotatedSentence(NamedTuple):
    """A sentence as it was written, and what annotators found in it.

    Attributes:
        text: the sentence with its white space.
        words: its words without white space.
        spans: ``(start, end, label)`` of each entity; offsets into ``text``, ``end`` exclusive.
        domain: the kind of text, empty where it is not stated.
    """

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int, str], ...] = ()
    domain: str = ""


def read_annotated(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> Iterator[AnnotatedSentence]:
    r"""Yield each sentence of a file.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: the file is not in ``encoding``.
        cnlp.errors.FormatError: a line is not such an object, its words are not those of its text, or an entity lies
            outside of it; file and line are named.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.jsonl")
    ...     _ = path.write_text(
    ...         '{"text": "去 上海", "words": ["去", "上海"], "entities": [[2, 4, "LOC"]]}\n', encoding="utf-8"
    ...     )
    ...     next(read_annotated(path))
    AnnotatedSentence(text='去 上海', words=('去', '上海'), spans=((2, 4, 'LOC'),), domain='')
    """
    for number, record in number_records(path, encoding):
        try:
            words = tuple(map(str, record["words"]))
            spans = tuple((int(start), int(end), str(label)) for start, end, label in record["entities"])
        except (KeyError, TypeError, ValueError):
            raise errors.bad_line(
                path, number, 'expected "words": [...], "entities": [[start, end, label], ...]'
            ) from None
        text = record["text"]
        if "" in words or "".join(words) != "".join(text.split()):
            raise errors.bad_line(path, number, "the words joined are not the text without white space")
        for start, end, label in spans:
            if not 0 <= start < end <= len(text):
                raise errors.bad_line(path, number, f"entity ({start}, {end}, {label}) is outside 0..{len(text)}")
        yield AnnotatedSentence(text, words, spans, str(record.get("domain", "")))
