"""Readers of the present-day text: sentences annotated by hand, and sentences labelled by a vote of teachers.

Both are files of the data folder (``CNLP_DATA``): ``modern/train.jsonl`` and ``silver/*.txt``; the README there says
how they were made. Blanks are not words in either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from cnlp.corpus.registry import data_folder

ANNOTATED = "modern/train.jsonl"
BLOCK = 163  # sentences; neighbours are alike, so whole blocks are held out
HELD_OUT = 9  # the held-out block of each ten

_ENTITY = re.compile(r"\{([^{}]*)\}(PER|LOC|ORG)(?= |$)")


class Sentence(NamedTuple):
    """A sentence with its entities as spans of words, half-open.

    ``agreed`` is whether all teachers segmented it alike, or it was annotated by hand; only then has it an identifier.
    """

    words: list[str]
    entities: list[tuple[int, int, str]]
    agreed: bool
    identifier: str = ""


def annotated(*, held_out: bool | None = None) -> Iterator[Sentence]:
    """The sentences annotated by hand: all, the held-out blocks only, or all but those."""
    with open(data_folder() / ANNOTATED, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if held_out is None or is_held_out(number) == held_out:
                row = json.loads(line)
                entities = list(_spans(row["text"], row["words"], row["entities"]))
                yield Sentence(row["words"], entities, True, row["id"])


def is_held_out(number: int) -> bool:
    """Is the sentence of this number, from 0, in a held-out block?"""
    return number // BLOCK % 10 == HELD_OUT


def _spans(text: str, words: list[str], entities: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Offsets into the text as offsets into the words; a label that splits a word is left out."""
    visible = list(accumulate((not char.isspace() for char in text), initial=0))
    starts = {end: index for index, end in enumerate(accumulate((len("".join(w.split())) for w in words), initial=0))}
    for start, end, label in entities:
        if visible[start] in starts and visible[end] in starts:
            yield starts[visible[start]], starts[visible[end]], label


def voted() -> Iterator[Sentence]:
    """The sentences labelled by the vote.

    Raises:
        ValueError: a line is not a mark, a blank and words.
    """
    for path in sorted((data_folder() / "silver").glob("*.txt")):
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line[:2] not in ("= ", "~ "):
                    raise ValueError(f"{path}, line {number}: it must begin with '= ' or '~ '")
                yield _voted(line[2:].rstrip("\n"), agreed=line[0] == "=")


def _voted(text: str, *, agreed: bool) -> Sentence:
    words: list[str] = []
    entities = []
    end = 0
    for entity in _ENTITY.finditer(text):
        words += text[end : entity.start()].split()
        start = len(words)
        words += entity[1].split()
        entities.append((start, len(words), entity[2]))
        end = entity.end()
    return Sentence(words + text[end:].split(), entities, agreed)
