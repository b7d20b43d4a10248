r"""The forms that ``cnlp ner`` writes, always in UTF-8. Each turns a chunk of complete lines into bytes.

text   The input with every entity put into brackets, its label behind it: ``他在[北京/LOC]``. Nothing else changes.
jsonl  One object per input line: ``{"text":"他在北京","entities":[{"text":"北京","start":2,"end":4,"label":"LOC",
       "score":0.98}]}``; ``"name"`` is added where a gazetteer knows it, and ``"end"`` as ``cnlp segment`` adds it.
       ``cnlp convert`` reads it.
tsv    One entity per line: ``line<TAB>start<TAB>end<TAB>label<TAB>text<TAB>score<TAB>name``, no heading. ``line``
       counts from 1, offsets are code points within the line; a backslash is written ``\\`` and a tab ``\t``.
bio    One character per line with its tag, ``京<TAB>I-LOC``, and an empty line behind every line of the input.
html   A page that marks entities by colour, see :mod:`cnlp.ner.html`.
"""

from __future__ import annotations

from collections.abc import Callable

from cnlp.commands.formats import ESCAPES, Document, Format, to_json
from cnlp.io import split_lines
from cnlp.types import Entity

Find = Callable[[str], list[Entity]]

SUFFIXES = {"text": "", "jsonl": ".jsonl", "tsv": ".tsv", "bio": ".bio", "html": ".html"}
"""Names of the formats, and what each adds to a file's name in an output folder."""

_DIGITS = 4  # of a score


def make_format(name: str, find: Find) -> Format:
    """The function that writes format ``name`` with what ``find`` finds; use a new one for each output.

    It raises ``UnicodeDecodeError`` with offsets in the chunk where the chunk is not UTF-8.
    """
    if name == "html":
        return HTML(find)
    if name == "tsv":
        return TabSeparated(find)
    write = {"text": _marked, "jsonl": _object, "bio": _columns}[name]

    def form(chunk: bytes) -> bytes:
        lines = split_lines(chunk.decode("utf-8"))
        return "".join([write(line, ending, find(line)) for line, ending in lines]).encode("utf-8")

    return form


class TabSeparated:
    """The format ``tsv``; counts the lines of all chunks it is given."""

    def __init__(self, find: Find) -> None:
        self.find = find
        self.line = 0

    def __call__(self, chunk: bytes) -> bytes:
        """Rows of the entities in ``chunk``."""
        rows = []
        for content, _ in split_lines(chunk.decode("utf-8")):
            self.line += 1
            for start, end, label, text, score, name in map(_fields, self.find(content)):
                rows.append(f"{self.line}\t{start}\t{end}\t{label}\t{text}\t{score}\t{name}\n")
        return "".join(rows).encode("utf-8")


class HTML(Document):
    """The format ``html``."""

    def __init__(self, find: Find) -> None:
        from cnlp.ner.html import Page

        self.find = find
        self.page = Page()
        self.begun = False

    def __call__(self, chunk: bytes) -> bytes:
        """The lines in ``chunk``, the head of the page before the first."""
        lines = split_lines(chunk.decode("utf-8"))
        body = "".join([self.page.line(content, self.find(content)) for content, _ in lines])
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
    record: dict[str, object] = {"text": line, "entities": [_as_dict(entity) for entity in entities]}
    if ending != "\n":
        record["end"] = ending
    return to_json(record) + "\n"


def _as_dict(entity: Entity) -> dict[str, object]:
    fields = {
        "text": entity.text,
        "start": entity.start,
        "end": entity.end,
        "label": entity.label,
        "score": round(entity.score, _DIGITS),
    }
    return fields if entity.name is None else {**fields, "name": entity.name}


def _columns(line: str, _: str, entities: list[Entity]) -> str:
    """The lines of format ``bio``; none for an empty line."""
    from cnlp.corpus.entities import Sentence, format_columns

    spans = tuple((entity.start, entity.end, entity.label) for entity in entities)
    return format_columns(Sentence(line, spans)) if line else ""


def _fields(entity: Entity) -> tuple[int, int, str, str, float, str]:
    """The fields of a row of format ``tsv``."""
    label, text, name = (field.translate(ESCAPES) for field in (entity.label, entity.text, entity.name or ""))
    return entity.start, entity.end, label, text, round(entity.score, _DIGITS), name
