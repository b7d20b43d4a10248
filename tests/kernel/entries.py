"""Every entry of the kernel that works on a text, as a function without arguments."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pos_taggers import random_pos_tagger
from taggers import random_tagger
from twins import ALGORITHMS, UserEntry, join, lay_over, learn

from cnlp._kernel import layout
from cnlp.keyphrases.classes import pack_classes
from cnlp.lexicon.trie import Trie
from cnlp.model.registry import open_model
from cnlp.segmentation.algorithms import SOURCES
from cnlp.types import Entity, Keyword, Token

BASE = learn([["中国", "人", "中国人"], ["中国人大", "国人", "大"]])
USERS = {
    "forced": [UserEntry("中国", layout.MODE_FORCE, 1, 0, False, ()), UserEntry("人大", 0, 1, 0, False, ())],
    "split and blocked": [
        UserEntry("中国人大", layout.MODE_SPLIT, 1, 0, False, (2, 2)),
        UserEntry("国人", layout.MODE_BLOCK, 1, 0, False, ()),
        UserEntry("人", layout.MODE_FORCE | layout.MODE_PARTIAL, 1, 0, True, ()),
    ],
}
LETTERS = array("I", [0x41, 0x5B, 0x61, 0x7B, 0x4E00, 0xA000]).tobytes()
LEVELS = array("d", [9.0, 1.5, 0.25]).tobytes()
WEIGHTS = array("d", [0.1 * k for k in range(73)]).tobytes()


@cache
def recognizer() -> tuple[Any, ...]:
    """The shipped recognizer of entities as arguments of ``EntityTagger``."""
    from cnlp.ner.linear import ARRAYS, OF_STANDARD

    file = open_model("ner", "entities")
    names = (tuple(file.read(name).decode().split("\n")) for name in ("label_names", "kind_names"))
    return Path(file.path).read_bytes(), file.ranges(*ARRAYS, *OF_STANDARD), float(file.field("unit")), Entity, *names


@cache
def classes() -> tuple[bytes, dict[str, tuple[int, int]]]:
    """Classes of some words, as ``Terms`` takes them."""
    arrays = Trie.build({"中": pack_classes(1, 1), "中国": pack_classes(2, 3), "大": pack_classes(1, 12)}).arrays()
    return join({name: data for name, (_, data) in arrays.items()})


def terms(kernel: Any, words: list[str]) -> list[Any]:
    """All that the terms of a document are asked for."""
    lexicon = kernel.Trie(*classes(), 2)
    one = kernel.Terms("".join(words), words, lexicon, None, LEVELS, None, LETTERS, 0x7FFF, 1, 4)
    scores, edges = one.frequencies(False, True), one.edges(3)
    headings = array("I", [0, 3, 7, 12]).tobytes()
    ranks = kernel.pagerank(len(one.terms()), *edges, 0.85, 1e-6, 5)
    found = [one.combine(Keyword, WEIGHTS, headings, 9, len(words), flag) for flag in (False, True)]
    return [one.terms(), ranks, one.rank(Keyword, scores, len(words)), one.features(headings, 9), *found]


def entries(kernel: Any, text: str, entries_of_user: Sequence[UserEntry]) -> dict[str, Callable[[], object]]:
    """Work of every kind over the text, over a list of its parts, and the making of the objects that do it."""
    user = lay_over(entries_of_user, BASE)
    parts = [text[start : start + 50] for start in range(0, len(text), 50)]
    words = [text[start : start + 2] for start in range(0, len(text), 2)]
    model, layer = BASE.model(kernel), user.overlay(kernel)
    weights = random_tagger(0).tagger(kernel)
    plain = kernel.Segmenter(model, layout.BIGRAM, None)
    tagging = kernel.Segmenter(model, layout.TAGGER, layer, weights)
    unknown = kernel.Segmenter(model, layout.BIGRAM, layer, weights)
    pos, names = random_pos_tagger(0).tagger(kernel), kernel.EntityTagger(*recognizer())
    where = BASE.ranges["pages"], BASE.ranges["codes"]
    pages, codes = (BASE.source[start : start + size] for start, size in where)
    forms = ["中国", "中国人", "人大", "大"]
    found: dict[str, Callable[[], object]] = {
        f"words {algorithm}": lambda algorithm=algorithm: kernel.Segmenter(model, algorithm, layer).words(text, None)
        for algorithm in ALGORITHMS
    }
    return found | {
        "segment": lambda: plain.segment(text),
        "segment_all": lambda: plain.segment_all(parts),
        "segment_bytes": lambda: plain.segment_bytes(text.encode(), b" "),
        "edges": lambda: model.edges(text, layer, None),
        "tagger": lambda: tagging.words(text, None),
        "constraints": lambda: tagging.constraints(text, None),
        "propose": lambda: unknown.propose(text, None),
        "unknown": lambda: unknown.words(text, None),
        "scores": lambda: weights.scores(text, layer),
        "tokens": lambda: pos.tokens(plain, Token, SOURCES, "w", text),
        "tokens_all": lambda: pos.tokens_all(plain, Token, SOURCES, "w", parts),
        "predict": lambda: pos.predict(["中国", "人", "大", "\n"] * (len(text) // 4), "w"),
        "entities": lambda: names.entities(plain, text),
        "entities_all": lambda: names.entities_all(plain, parts),
        "path_costs": lambda: model.path_costs(parts),
        "matches": lambda: BASE.trie(kernel).matches(text),
        "find_all": lambda: BASE.trie(kernel).find_all(words),
        "terms": lambda: terms(kernel, words),
        "build_trie": lambda: kernel.build_trie(forms, array("I", range(1, 5)).tobytes(), pages, codes),
        "making": lambda: [
            type(made)  # the repr of the objects would have their addresses
            for made in (
                BASE.model(kernel),
                user.overlay(kernel),
                random_tagger(0).tagger(kernel),
                kernel.EntityTagger(*recognizer()),
            )
        ],
    }
