"""Sentences made of templates, for what the annotated text has too little of: addresses, persons by title, brands.

An address is one place, from the province to the room, with its numbers. Its places are drawn from THUOCL's list: any
city meets any town, often one that makes a word across the border, such as the 市长 of 江阴市长泾镇. Of 张总 the
surname is the person; 老张 and 张某 are whole. A company that acts is an organisation, what one uses or buys at is a
product. The lists are ``dictionaries/entity_templates.tsv`` and the names of ``entity_kinds.tsv``; all is drawn with a
fixed seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from cnlp.corpus.entities import Sentence
from cnlp.corpus.registry import data_folder
from cnlp.ner.training import WORD_TAGS, read_lexicon
from cnlp.text._data import dictionary_path
from recipes.entity_kinds import known_kinds

SEED = 1
MARKED = re.compile(r"\[([^\]]*)/([A-Z]+)\]")
PLACES = "lexicon/thuocl/THUOCL_diming.txt"
LEVELS = (  # endings of the names of a level, how many of the best known names, how often an address has the level
    (("市",), 400, 0.75),
    (("区", "县"), 1000, 0.6),
    (("镇", "乡", "街道"), 3000, 0.55),
    (("村", "社区"), 2000, 0.15),
    (("路", "街", "大道", "巷"), 2000, 0.5),
)
PROVINCE, BARE, NUMBER = 0.5, 0.2, 0.8  # how often one begins it, it is without 省 or 市, and a road has a number
ACROSS = 0.4  # how often a place is one that makes a word with the character before it

Lists = Mapping[str, Sequence[str]]


def template_sentences(count: int) -> list[Sentence]:
    """So many sentences with an address, as many with a person, and as many with brands."""
    lists, chance = read_lists(), random.Random(SEED)
    return [
        unmark(text)
        for texts in (_addresses(lists, read_places(), chance), _persons(lists, chance), _brands(lists, chance))
        for text in islice(texts, count)
    ]


def read_lists() -> dict[str, list[str]]:
    """The lists by name; companies and products are those known, and what one buys at is both."""
    lists: dict[str, list[str]] = {}
    with open(dictionary_path("entity_templates.tsv"), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                name, _, items = line.rstrip("\n").partition("\t")
                lists.setdefault(name, []).extend(items.split())
    names, _ = known_kinds()
    lists["companies"] = [name for (label, name), kind in names.items() if (label, kind) == ("ORG", "company")]
    lists["products"] = [name for label, name in names if label == "PROD" and name.isascii() and name.isalpha()]
    return lists


def read_places() -> list[list[str]]:
    """Names of places of each level, without words such as 城区 that name no place."""
    text = (data_folder() / PLACES).read_text("utf-8-sig")
    lexicon, place = read_lexicon(), WORD_TAGS.index("ns") + 1
    names = [line.partition("\t")[0].strip() for line in text.splitlines()]
    names = [name for name in names if len(name) > 2 and (lexicon.get(name, 4 * place + 1) - 1) // 4 == place]
    return [[name for name in names if name.endswith(ends)][:size] for ends, size, _ in LEVELS]


def _addresses(lists: Lists, places: Sequence[Sequence[str]], chance: random.Random) -> Iterator[str]:
    def bare(name: str) -> str:
        return name[:-1] if chance.random() < BARE and len(name) == 3 and name[-1] in "省市" else name

    lexicon = read_lexicon()
    while True:
        parts = [bare(chance.choice(lists["provinces"]))] if chance.random() < PROVINCE else []
        for names, (*_, share) in zip(places, LEVELS, strict=True):
            if chance.random() < share:
                across = [name for name in names if parts and parts[-1][-1] + name[0] in lexicon]
                parts.append(bare(chance.choice(across if across and chance.random() < ACROSS else names)))
        if len(parts) < 2:
            continue
        if parts[-1].endswith(LEVELS[-1][0]) and chance.random() < NUMBER:
            end = chance.choice(lists["ends"])
            parts.append(end.format(*(chance.randint(1, chance.choice((9, 99, 999))) for _ in range(end.count("{}")))))
        person = chance.choice(lists["surnames"]) + chance.choice(lists["given"])
        yield chance.choice(lists["addresses"]).format(f"[{''.join(parts)}/LOC]", p=f"[{person}/PER]")


def _persons(lists: Lists, chance: random.Random) -> Iterator[str]:
    while True:
        surname, given = chance.choice(lists["surnames"]), chance.choice(lists["given"])
        person = chance.choice(lists["persons"]).replace("T", chance.choice(lists["titles"]))
        person = person.replace("S", surname).replace("G", given).replace("]", "/PER]")
        yield chance.choice(lists["clauses"]).format(person)


def _brands(lists: Lists, chance: random.Random) -> Iterator[str]:
    """Sentences with companies (O), and with products or what one buys at (P)."""
    while True:
        text = chance.choice(lists["brands"])
        yield re.sub(
            "[OP]",
            lambda slot: (
                f"[{chance.choice(lists['companies'])}/ORG]"
                if slot[0] == "O"
                else f"[{chance.choice(lists[chance.choice(('products', 'platforms'))])}/PROD]"
            ),
            text,
        )


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
