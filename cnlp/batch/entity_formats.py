r"""Entities of text as files, in UTF-8: functions of type :data:`cnlp.files.records.Format`.

text   The input with every entity put into brackets with its label: ``他在[北京/LOC]``. Nothing else changes.
jsonl  One object per input line: ``{"text":"他在北京","entities":[{"text":"北京","start":2,"end":4,"label":"LOC",
       "score":0.98}]}``; ``"name"`` is added where a gazetteer knows it, ``"kind"`` where the model does, and
       ``"end"`` as ``cnlp segment`` adds it. ``cnlp convert`` reads it.
tsv    One entity per line, ``line<TAB>start<TAB>end<TAB>label<TAB>text<TAB>score<TAB>name<TAB>kind``, no heading.
       ``line`` counts from 1, offsets are code points within the line; a backslash is written ``\\`` and a tab ``\t``.
bio    One character per line with its tag, ``京<TAB>I-LOC``, and an empty line after every line of the input.
html   A page that marks entities by colour, see :mod:`cnlp.html`. Its colours and its legend depend on all lines,
       so that it is made in two steps: the function finds the entities, :class:`HTML` shows them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

from cnlp.batch.word_formats import ESCAPES
from cnlp.files.lines import split_lines
from cnlp.files.records import Analysis, Format, Place, to_json
from cnlp.types import Entity

FindEntities = Callable[[Sequence[str]], list[list[Entity]]]
"""Finds the entities of several lines at once, which is faster with neural models."""

ENTITY_SUFFIXES = {"text": "", "jsonl": ".jsonl", "tsv": ".tsv", "bio": ".bio", "html": ".html"}
"""Names of the formats, and what each adds to a file's name in an output folder."""

_DIGITS = 4  # of a score


def make_entity_format(name: str, find: FindEntities) -> Format:
    """The function that writes format ``name`` with what ``find`` finds.

    It raises ``UnicodeDecodeError`` with offsets in the chunk where the chunk is not UTF-8.
    """
    if name == "tsv":
        return partial(_tab_separated, find)
    write = {"text": _marked, "jsonl": _object, "bio": _columns, "html": _for_page}[name]
    return partial(_by_line, write, find)


def make_entity_analysis(find: FindEntities) -> Analysis:
    """The same of the fields of records."""
    return Analysis("entities", partial(_as_dicts, find), partial(_mark, find))


def _by_line(write: Callable[[str, str, list[Entity]], str], find: FindEntities, chunk: bytes, _: Place) -> bytes:
    lines = list(split_lines(chunk.decode("utf-8")))
    found = find([line for line, _ in lines])
    written = [write(line, ending, some) for (line, ending), some in zip(lines, found, strict=True)]
    return "".join(written).encode("utf-8")


def _tab_separated(find: FindEntities, chunk: bytes, place: Place) -> bytes:
    """The format ``tsv``."""
    rows = []
    lines = [line for line, _ in split_lines(chunk.decode("utf-8"))]
    for line, found in enumerate(find(lines), place.before + 1):
        for entity in found:
            rows.append("\t".join([str(line), *map(str, _fields(entity))]) + "\n")
    return "".join(rows).encode("utf-8")


class HTML:
    """The format ``html`` from what its function gives."""

    def __init__(self) -> None:
        from cnlp.html import Page

        self.page = Page()
        self.begun = False

    def show(self, found: bytes) -> bytes:
        """The lines of a chunk, the head of the page before the first."""
        records = [json.loads(record) for record in found.splitlines()]
        body = "".join([self.page.line(text, [Entity(*fields) for fields in rest]) for text, *rest in records])
        head = "" if self.begun else self.page.head()
        self.begun = True
        return (head + body).encode("utf-8")

    def finish(self) -> bytes:
        """The legend; a page without lines has its head, too."""
        return (("" if self.begun else self.page.head()) + self.page.tail()).encode("utf-8")


def _marked(line: str, ending: str, entities: list[Entity]) -> str:
    """A line of format ``text``."""
    pieces = []
    reached = 0
    for entity in entities:
        pieces.append(f"{line[reached : entity.start]}[{entity.text}/{entity.label}]")
        reached = entity.end
    return "".join([*pieces, line[reached:], ending])


def _object(line: str, ending: str, entities: list[Entity]) -> str:
    """A line of format ``jsonl``."""
    record: dict[str, object] = {"text": line, "entities": list(map(_as_dict, entities))}
    if ending != "\n":
        record["end"] = ending
    return to_json(record) + "\n"


def _as_dicts(find: FindEntities, text: str) -> list[dict[str, object]]:
    return list(map(_as_dict, find([text])[0]))


def _mark(find: FindEntities, text: str) -> str:
    return _marked(text, "", find([text])[0])


def _as_dict(entity: Entity) -> dict[str, object]:
    fields = {
        "text": entity.text,
        "start": entity.start,
        "end": entity.end,
        "label": entity.label,
        "score": round(entity.score, _DIGITS),
    }
    known = {"name": entity.name, "kind": entity.kind}
    return {**fields, **{name: value for name, value in known.items() if value is not None}}


def _for_page(line: str, _: str, entities: list[Entity]) -> str:
    """A line and its entities for :class:`HTML`, a list in JSON."""
    found = [(each.text, each.start, each.end, each.label, each.score, each.name, each.kind) for each in entities]
    return to_json([line, *found]) + "\n"


def _columns(line: str, _: str, entities: list[Entity]) -> str:
    """The lines of format ``bio``; none for an empty line."""
    from cnlp.corpus.entities import Sentence, format_columns

    spans = tuple((entity.start, entity.end, entity.label) for entity in entities)
    return format_columns(Sentence(line, spans)) if line else ""


def _fields(entity: Entity) -> tuple[int, int, str, str, float, str, str]:
    """The fields of a row of format ``tsv``."""
    strings = (entity.label, entity.text, entity.name or "", entity.kind or "")
    label, text, name, kind = (field.translate(ESCAPES) for field in strings)
    return entity.start, entity.end, label, text, round(entity.score, _DIGITS), name, kind
