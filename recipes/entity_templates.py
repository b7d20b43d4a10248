"""Sentences made of templates, for what the annotated text has too little of: addresses, and persons by surname.

An address is one place, from the province to the room, with its numbers. Of 张总 the surname is the person; 老张 and
张某 are whole. The lists are ``dictionaries/entity_templates.tsv``; what stands where is drawn with a fixed seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence

from cnlp.corpus.entities import Sentence
from cnlp.text._data import dictionary_path

SEED = 1
MARKED = re.compile(r"\[([^\]]*)/(LOC|PER)\]")


def template_sentences(count: int) -> list[Sentence]:
    """So many sentences with an address, and as many with a person."""
    lists, chance = read_lists(), random.Random(SEED)
    return [*_addresses(lists, chance, count), *_persons(lists, chance, count)]


def read_lists() -> dict[str, list[str]]:
    """The lists by name."""
    lists: dict[str, list[str]] = {}
    with open(dictionary_path("entity_templates.tsv"), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                name, _, items = line.rstrip("\n").partition("\t")
                lists.setdefault(name, []).extend(items.split())
    return lists


def _addresses(lists: Mapping[str, Sequence[str]], chance: random.Random, count: int) -> Iterator[Sentence]:
    for _ in range(count):
        end = chance.choice(lists["ends"]) if chance.random() < 0.8 else ""
        numbers = [str(chance.randint(1, chance.choice((9, 99, 999)))) for _ in range(end.count("{}"))]
        place = chance.choice(lists["regions"]) + chance.choice(lists["roads"]) + end.format(*numbers)
        person = chance.choice(lists["surnames"]) + chance.choice(lists["given"])
        yield unmark(chance.choice(lists["addresses"]).format(f"[{place}/LOC]", p=f"[{person}/PER]"))


def _persons(lists: Mapping[str, Sequence[str]], chance: random.Random, count: int) -> Iterator[Sentence]:
    for _ in range(count):
        surname, given = chance.choice(lists["surnames"]), chance.choice(lists["given"])
        person = chance.choice(lists["persons"]).replace("S", surname).replace("G", given).replace("]", "/PER]")
        yield unmark(chance.choice(lists["clauses"]).format(person))


def unmark(text: str) -> Sentence:
    """The text without its marks, and its entities.

    >>> unmark("谢谢[张/PER]总")
    Sentence(text='谢谢张总', spans=((2, 3, 'PER'),))
    """
    plain, spans, reached = "", [], 0
    for match in MARKED.finditer(text):
        plain += text[reached : match.start()]
        spans.append((len(plain), len(plain) + len(match[1]), match[2]))
        plain += match[1]
        reached = match.end()
    return Sentence(plain + text[reached:], tuple(spans))
