"""A small recogniser that the tests share, learnt from sentences written for them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypeAlias

from cnlp.corpus.entities import Sentence
from cnlp.ner.linear import ARRAYS, OF_STANDARD, EntityRecognizer
from cnlp.ner.parts import OfKind, Part
from cnlp.types import Entity

PEOPLE = ("王小明", "李雷", "张秀英", "欧阳明月", "约翰·史密斯", "陈思")
PLACES = ("北京", "上海市", "云南省", "巴黎", "长白山")
COMPANIES = ("华夏银行", "新星电子有限公司", "北京大学", "世界卫生组织")
PATTERNS = (
    "{p}在{l}工作。",
    "昨天{o}宣布，{p}将去{l}",
    "{l}的{o}很有名！{p}说",
    "{o}总经理{p}",
    "今天天气很好，我去{l}玩",
)


def corpus() -> list[Sentence]:
    """Sentences with PER, LOC and ORG."""
    names = {"p": PEOPLE, "l": PLACES, "o": COMPANIES}
    labels = {"p": "PER", "l": "LOC", "o": "ORG"}
    sentences = []
    for number in range(120):
        text, spans = "", []
        rest = PATTERNS[number % len(PATTERNS)]
        while "{" in rest:
            before, _, behind = rest.partition("{")
            kind, rest = behind[0], behind[2:]
            name = names[kind][(number // len(PATTERNS) * 7 + number) % len(names[kind])]
            text += before
            spans.append((len(text), len(text) + len(name), labels[kind]))
            text += name
        sentences.append(Sentence(text + rest, tuple(spans)))
    return sentences


@cache
def model(method: str = "crf", scheme: str = "BMES") -> EntityRecognizer:
    """A recogniser of the corpus."""
    recognizer = EntityRecognizer(method=method, scheme=scheme, epochs=4, min_count=1, smallest=0.001)
    return recognizer.fit_parts([Part(corpus())], clusters=words_with_clusters(), kinds=kinds())


def words_with_clusters() -> dict[str, int]:
    """A cluster for each list of names."""
    return {word: number for number, words in enumerate((PEOPLE, PLACES, COMPANIES), 1) for word in words}


def kinds() -> list[OfKind]:
    """The companies of the corpus that end like one, and the other organisations."""
    return [
        OfKind(text, start, end, label, "company" if text[end - 2 : end] in ("银行", "公司") else "other")
        for text, spans in corpus()
        for start, end, label in spans
        if label == "ORG"
    ]


Arguments: TypeAlias = tuple[bytes, dict[str, tuple[int, int]], float, type[Entity], tuple[str, ...], tuple[str, ...]]


def arrays(path: Path) -> Arguments:
    """The arguments of ``EntityTagger`` that make the small model's: the bytes of its file, and so on."""
    model().save(path)
    loaded = EntityRecognizer.load(path)
    ranges = {name: loaded._ranges[name] for name in ARRAYS + OF_STANDARD}
    kinds = tuple(kind for kinds in loaded.kinds_.values() for kind in kinds)
    return path.read_bytes(), ranges, float(loaded.card_["unit"]), Entity, tuple(loaded.labels_), kinds
