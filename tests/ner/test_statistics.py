"""What a recognizer counts of names: in its corpus, in other sentences, in lists."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy")
import numpy as np
from entity_models import corpus

from cnlp.ner.encode import LISTED, PHRASE_KINDS, Layout, Statistics, hash_stretches
from cnlp.ner.training import _alphabet, pieces_of

LABELS = ["LOC", "ORG", "PER"]


def counted(names: dict[str, int]) -> tuple[Statistics, Layout]:
    """The statistics of the corpus, and its text."""
    pieces = [piece for text, spans in corpus() for piece in pieces_of(text, spans, keep=True)]
    alphabet, _ = _alphabet(pieces, {"蓝鲸重工": 1, "北京": 1})
    layout = Layout(pieces, alphabet)
    return Statistics(layout, pieces, LABELS, alphabet, names), layout


def kind(statistics: Statistics, name: str) -> int:
    """What is known of a name."""
    symbols = statistics._alphabet.spelling(name)
    found, row = statistics.find(hash_stretches(symbols, np.array([0]), np.array([len(name)])))
    return int(statistics.phrase_kinds(row)[0]) if found[0] else 0


def test_a_listed_name_has_the_kind_of_its_list() -> None:
    statistics, _ = counted({"蓝鲸重工": 1, "北京": 0})
    assert kind(statistics, "蓝鲸重工") == LISTED - 1
    assert kind(statistics, "北京") == LISTED
    assert 1 <= kind(statistics, "上海市") <= PHRASE_KINDS  # a place, as the corpus has it
    assert kind(statistics, "无人知晓") == 0


def test_other_sentences_make_phrases_known() -> None:
    statistics, _ = counted({})
    before = statistics.as_text.sum(), kind(statistics, "北京")
    pieces = list(pieces_of("蓝鲸重工在北京。", [(0, 4, "ORG"), (5, 7, "LOC")])) * 3
    statistics.count([pieces], ["蓝鲸重工"])
    assert PHRASE_KINDS < kind(statistics, "蓝鲸重工") <= 2 * PHRASE_KINDS
    assert kind(statistics, "北京") == before[1] and statistics.as_text.sum() > before[0]
