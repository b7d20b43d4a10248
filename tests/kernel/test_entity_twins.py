"""Entities: C, Python and the features of training agree; damaged arrays do no harm."""

from __future__ import annotations

import random
import sys
from array import array
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twins import needs_native

from cnlp._kernel import kernel as current
from cnlp._kernel.pieces import piece_ends
from cnlp._kernel.reference import EntityTagger
from cnlp.segmentation import shipped_segmenter
from cnlp.types import Entity

sys.path.insert(0, str(Path(__file__).parent.parent / "ner"))
pytest.importorskip("numpy")
import numpy as np
from entity_models import COMPANIES, PEOPLE, PLACES, Arguments, arrays, corpus, model, words_with_clusters

SEGMENTER = shipped_segmenter().kernel
TEXTS = st.lists(
    st.sampled_from([*PEOPLE, *PLACES, *COMPANIES, "在", "工作", "。", "，", "A1", "９", "\ud800", "😀", "\n", "總經"])
    | st.text(max_size=3),
    max_size=40,
).map("".join)


@cache
def file() -> Arguments:
    """The small model's file, as arguments of ``EntityTagger``."""
    with TemporaryDirectory() as folder:
        return arrays(Path(folder, "ner.safetensors"))


@cache
def taggers() -> tuple[Any, EntityTagger]:
    """The tagger of the kernel in use and its twin."""
    return current.EntityTagger(*file()), EntityTagger(*file())


@needs_native
@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_c_and_python_find_the_same(text: str) -> None:
    mine, twin = taggers()
    found, wanted = mine.entities(SEGMENTER, text), twin.entities(SEGMENTER, text)
    assert without_scores(found) == without_scores(wanted)
    assert [entity.score for entity in found] == pytest.approx([entity.score for entity in wanted], abs=1e-12)


def without_scores(entities: list[Entity]) -> list[Entity]:
    return [replace(entity, score=1.0) for entity in entities]


@needs_native
def test_long_texts_are_cut_alike() -> None:
    mine, twin = taggers()
    for text in ("王小明在北京，" * 150, "x" * 1100 + "王小明", "王" * 600 + "。李雷", "北京" * 400):
        assert without_scores(mine.entities(SEGMENTER, text)) == without_scores(twin.entities(SEGMENTER, text))
        assert max(b - a for a, b in zip([0, *piece_ends(text)], piece_ends(text), strict=False)) <= 512


def test_training_sees_what_the_twin_sees() -> None:
    from cnlp.ner import training
    from cnlp.ner.encode import Alphabet, Known, Layout, Piece, Statistics, keys

    twin = taggers()[1]
    pieces = [piece for text, spans in corpus() for piece in training.pieces_of(text, spans, keep=True)]
    alphabet = Alphabet(*(np.frombuffer(t, t.format) for t in (twin.pages, twin.codes, twin.class_fold, twin.types)))
    statistics = Statistics(Layout(pieces, alphabet), pieces, model().labels_, alphabet)
    lexicon = training._hash_words(training.read_lexicon(), alphabet)
    clusters = training._hash_words(words_with_clusters(), alphabet)
    lines = "李雷去長白山", "b1，王" * 9
    texts = [Piece(text, [end for end, _ in SEGMENTER.words(text, None)]) for text in lines]
    layout = Layout(texts, alphabet)
    seen = [row for _, row in keys(layout, Known(lexicon, clusters), statistics, training=False)]
    for piece, begin in zip(texts, layout.begins.tolist(), strict=True):
        for position, wanted in enumerate(twin.keys(piece.text, piece.ends)):
            found = [int(row[begin + position]) for row in seen]
            assert [key % 2**64 for key in found if key != -1] == [key for key in wanted if key is not None]


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("name", "item", "index", "value"),
    [
        ("pages", "H", 0x4E, 0xFFFF), ("codes", "H", 3, 0xFFFF), ("class_fold", "H", 3, 0xFFFF), ("types", "B", 3, 9),
        ("roles", "B", 0, 1), ("roles", "B", 3, 5), ("codebook", "h", 5, 4096), ("transitions", "h", 0, -0x8000),
    ],
)  # fmt: skip
def test_damage_is_refused(which: int, name: str, item: str, index: int, value: int) -> None:
    source, ranges, *rest = file()
    start, size = ranges[name]
    numbers = array(item, source[start : start + size])
    numbers[index] = value
    damaged = source[:start] + numbers.tobytes() + source[start + size :]
    with pytest.raises(ValueError, match="damaged"):
        (current.EntityTagger, EntityTagger)[which](damaged, ranges, *rest)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(("name", "change"), [("rows", -8), ("phrases", -8), ("types", -1), ("labels", -1)])
def test_short_arrays_are_refused(which: int, name: str, change: int) -> None:
    source, ranges, unit, *rest = file()
    start, size = ranges[name]
    make = (current.EntityTagger, EntityTagger)[which]
    with pytest.raises(ValueError, match="damaged"):
        make(source, {**ranges, name: (start, size + change)}, unit, *rest)
    with pytest.raises(ValueError, match="unit is damaged"):
        make(source, ranges, float("nan"), *rest)
    with pytest.raises(ValueError, match="missing"):
        make(source, {k: v for k, v in ranges.items() if k != name}, unit, *rest)
    with pytest.raises(ValueError, match="table of labels is damaged"):
        make(source, ranges, unit, Entity, ("LOC",), ())
    with pytest.raises(ValueError, match="table of kinds is damaged"):
        make(source, ranges, unit, *rest[:-1], ("company",))


def test_random_damage_does_no_harm() -> None:
    source, ranges, *rest = file()
    chance = random.Random(5)
    for _ in range(150):
        data = bytearray(source)
        for _ in range(chance.choice((1, 50, 5000))):
            start, size = ranges[chance.choice(list(ranges))]
            data[start + chance.randrange(size)] = chance.randrange(256)
        try:
            tagger = current.EntityTagger(bytes(data), ranges, *rest)
        except ValueError:
            continue
        for text in ("王小明在北京工作。李雷去上海市", "欧阳明月" * 200):
            for entity in tagger.entities(SEGMENTER, text):
                assert text[entity.start : entity.end] == entity.text != "" and 0.0 <= entity.score <= 1.0
