"""The benchmark of vectors: which pairs it compares, and the area under the curve."""

from __future__ import annotations

import random

import pytest

pytest.importorskip("numpy")

import numpy as np

from benchmarks.measure.text_vectors import cosines, mean_of_words, scores
from benchmarks.measure.vectors import Triple, auc, measure, triples
from benchmarks.report.neural_tables import texts_by_vectors, vectors_and_synonyms
from cnlp.vectors.tables import VectorTable
from cnlp.vectors.vectors import Vectors

LISTED = ["Aa01A01= 人 士 人物", "Aa01A02# 人类 生人", "Bo01A01= 车 舆", "Ca01A01@ 今天"]
COUNTS = {"人": 100.0, "士": 5.0, "人物": 20.0, "车": 90.0, "今天": 30.0, "舆": 1.0}


def vectors(*words: str) -> Vectors:
    angles = np.linspace(0, 1, len(words))
    return Vectors(words=VectorTable(words, np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float16)))


def test_pairs_are_of_one_group_and_the_random_word_of_another_class() -> None:
    chosen = triples(LISTED, COUNTS, random.Random(1))
    assert {(triple.word, triple.synonym) for triple in chosen} == {
        ("人", "士"), ("人", "人物"), ("士", "人物"), ("车", "舆"),
    }  # fmt: skip
    assert {triple.random for triple in chosen[:3]} <= {"车", "舆", "今天"}
    assert chosen == triples(LISTED, COUNTS, random.Random(1))


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    file = vectors("甲", "乙", "丙", "丁")
    assert auc(file, [Triple("甲", "乙", "丙"), Triple("甲", "丁", "丙")]) == 0.5
    assert auc(file, [Triple("甲", "乙", "乙")]) == 0.5
    assert auc(file, []) is None


def test_files_are_compared_on_the_pairs_that_all_cover() -> None:
    chosen = [Triple("甲", "乙", "丙"), Triple("甲", "丁", "丙")]
    found = measure({"all": vectors("甲", "乙", "丙", "丁"), "some": vectors("甲", "乙", "丙")}, chosen)
    assert (found["pairs"], found["common"]) == (2, 1)
    assert [found["files"][name]["pairs"] for name in ("all", "some")] == [2, 1]
    assert found["files"]["all"]["auc_common"] == 1
    found["flat"] = {"random": {"1": 0.5, "2": 0.6}, "all": {"1": 0.51}}
    drawn = vectors_and_synonyms({"results": found})
    assert "| all | – | 4 x 2 | 2 of 2 | .500 | 1.000 | +.0100 |" in drawn
    assert "| some | – | 3 x 2 | 1 of 2 | 1.000 | 1.000 | – |" in drawn


def test_a_title_finds_the_abstract_that_has_its_words() -> None:
    represent = mean_of_words(vectors("长江", "大桥"))
    similar = cosines(represent(["长江", "大桥"]), represent(["长江长江，大桥", "大桥。"]))
    assert scores(similar) == {"mrr": 1.0, "first": 1.0}
    assert scores(cosines(represent(["无", "大桥"]), represent(["长江", "大桥"]))) == {"mrr": 0.75, "first": 0.5}
    drawn = texts_by_vectors({"results": {"papers": 2, "systems": {"TF-IDF": scores(similar)}}})
    assert drawn.splitlines()[2] == "| TF-IDF | 1.000 | 1.000 |"
