"""Entities: C, Python and the features of training agree; damaged arrays do no harm."""

from __future__ import annotations

import random
import sys
from array import array
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twins import needs_native

from cnlp._kernel import kernel as current
from cnlp._kernel.layout import NO_KIND
from cnlp._kernel.pieces import piece_ends
from cnlp._kernel.reference import EntityTagger
from cnlp.segmentation import shipped_segmenter

sys.path.insert(0, str(Path(__file__).parent.parent / "ner"))
pytest.importorskip("numpy")
import numpy as np
from entity_models import COMPANIES, PEOPLE, PLACES, arrays, corpus, model, words_with_clusters

SEGMENTER = shipped_segmenter().kernel
TEXTS = st.lists(
    st.sampled_from([*PEOPLE, *PLACES, *COMPANIES, "在", "工作", "。", "，", "A1", "９", "\ud800", "😀", "\n", "總經"])
    | st.text(max_size=3),
    max_size=40,
).map("".join)


@cache
def file() -> tuple[bytes, dict[str, tuple[int, int]], float]:
    """The small model's file."""
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
    assert [entity[:4] for entity in found] == [entity[:4] for entity in wanted]
    assert [entity[4] for entity in found] == pytest.approx([entity[4] for entity in wanted], abs=1e-12)


@needs_native
def test_long_texts_are_cut_alike() -> None:
    mine, twin = taggers()
    for text in ("王小明在北京，" * 150, "x" * 1100 + "王小明", "王" * 600 + "。李雷", "北京" * 400):
        assert [e[:4] for e in mine.entities(SEGMENTER, text)] == [e[:4] for e in twin.entities(SEGMENTER, text)]
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
    source, ranges, unit = file()
    start, size = ranges[name]
    numbers = array(item, source[start : start + size])
    numbers[index] = value
    damaged = source[:start] + numbers.tobytes() + source[start + size :]
    with pytest.raises(ValueError, match="damaged"):
        (current.EntityTagger, EntityTagger)[which](damaged, ranges, unit)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(("name", "change"), [("rows", -8), ("phrases", -8), ("types", -1), ("labels", -1)])
def test_short_arrays_are_refused(which: int, name: str, change: int) -> None:
    source, ranges, unit = file()
    start, size = ranges[name]
    with pytest.raises(ValueError, match="damaged"):
        (current.EntityTagger, EntityTagger)[which](source, {**ranges, name: (start, size + change)}, unit)
    with pytest.raises(ValueError, match="unit is damaged"):
        (current.EntityTagger, EntityTagger)[which](source, ranges, float("nan"))
    with pytest.raises(ValueError, match="missing"):
        (current.EntityTagger, EntityTagger)[which](source, {k: v for k, v in ranges.items() if k != name}, unit)


def test_random_damage_does_no_harm() -> None:
    source, ranges, unit = file()
    chance = random.Random(5)
    for _ in range(150):
        data = bytearray(source)
        for _ in range(chance.choice((1, 50, 5000))):
            start, size = ranges[chance.choice(list(ranges))]
            data[start + chance.randrange(size)] = chance.randrange(256)
        try:
            tagger = current.EntityTagger(bytes(data), ranges, unit)
        except ValueError:
            continue
        for text in ("王小明在北京工作。李雷去上海市", "欧阳明月" * 200):
            for start, end, _, kind, score in tagger.entities(SEGMENTER, text):
                assert 0 <= start < end <= len(text) and 0 <= kind <= NO_KIND and 0.0 <= score <= 1.0
