"""Names that are known: of known kind, for the finer kinds of the shipped recognizer, and lists of names as evidence.

CLUENER says which kind most of its entities are. Of its organisations, and of those and the places in the present-day
text, the ending says it: what ends in 大学 is a school. The best known short names are listed with the endings in
``dictionaries/entity_kinds.tsv``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from cnlp.corpus.entities import Sentence
from cnlp.ner.parts import OfKind
from cnlp.text._data import dictionary_path

_CLUENER = {
    "company": ("ORG", "company"),
    "government": ("ORG", "government"),
    "scene": ("LOC", "sight"),
    "book": ("WORK", "book"),
    "movie": ("WORK", "film"),
    "game": ("WORK", "game"),
}


def entities_of_kind(cluener: Iterable[Sentence], general: Iterable[Sentence]) -> list[OfKind]:
    """The entities whose kind is known, each in its sentence.

    Args:
        cluener: sentences with CLUENER's labels.
        general: sentences with PER, LOC, ORG.
    """
    return [*_of_cluener(cluener), *_of_general(general)]


@cache
def known_kinds() -> tuple[dict[tuple[str, str], str], list[tuple[str, str, str]]]:
    """The kinds of names, by label and name; and label, kind and ending, the first of which counts."""
    names, endings = {}, []
    with open(dictionary_path("entity_kinds.tsv"), encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            label, kind, which, words = line.rstrip("\n").split("\t")
            for word in words.split():
                if which == "names":
                    names[label, word] = kind
                else:
                    endings.append((label, kind, word))
    return names, endings


def listed_names() -> dict[str, str]:
    """The names of the list with their labels, without short ones with digits: all digits look alike, 3M as 5m."""
    short = {name for _, name in known_kinds()[0] if sum(not char.isdigit() for char in name) < min(len(name), 3)}
    return {name: label for label, name in known_kinds()[0] if name not in short}


def kind_of(label: str, text: str) -> str | None:
    """The kind that the list or the ending of a name says.

    >>> kind_of("ORG", "华为"), kind_of("ORG", "南京大学"), kind_of("LOC", "长安街"), kind_of("PER", "王明")
    ('company', 'school', 'address', None)
    """
    names, endings = known_kinds()
    if (label, text) in names:
        return names[label, text] or None
    found = (kind for of, kind, end in endings if of == label and len(text) > len(end) and text.endswith(end))
    return next(found, None)


def _of_cluener(sentences: Iterable[Sentence]) -> Iterator[OfKind]:
    for text, spans in sentences:
        for start, end, name in spans:
            label, kind = _CLUENER.get(name, (None, None))
            if name == "organization":
                label, kind = "ORG", kind_of("ORG", text[start:end]) or "team"
            elif name == "address":
                label, kind = "LOC", kind_of("LOC", text[start:end]) or "region"
            if label and kind:
                yield OfKind(text, start, end, label, kind)


def _of_general(sentences: Iterable[Sentence]) -> Iterator[OfKind]:
    for text, spans in sentences:
        for start, end, label in spans:
            kind = kind_of(label, text[start:end])
            if kind:
                yield OfKind(text, start, end, label, kind)
