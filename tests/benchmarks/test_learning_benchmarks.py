"""Cells of augmentation and teachers: they resume, and tables pair them by seed."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="needs numpy")

from benchmarks import cells
from benchmarks import record as records
from benchmarks.measure import augmentation
from benchmarks.report import learning_tables


def test_cells_that_are_there_are_not_made_again(tmp_path: Path) -> None:
    path, made = tmp_path / "folder" / "cells.jsonl", []

    def make(cell: tuple[str, int]) -> float:
        made.append(cell)
        return len(made) / 10

    assert cells.complete(path, {}, [("甲", 1), ("乙", 1)], make) == {"甲": {"1": 0.1}, "乙": {"1": 0.2}}
    scores = {"甲": {"1": 0.1, "2": 0.3}, "乙": {"1": 0.2}}
    assert cells.complete(path, {}, [("甲", 1), ("甲", 2)], make) == cells.complete(path, {}, (), make) == scores
    assert len(made) == 3


def test_cells_of_the_last_result_are_kept_though_their_folder_is_lost(tmp_path: Path) -> None:
    output, wanted = tmp_path / "result.json", [("甲", 0.5, 1), ("甲", 0.5, 2)]
    assert cells.known(output) == {}
    records.save({"results": {"f1": {"甲 / 0.5": {"1": 0.7}, "乙 / 1.0": {"3": 0.2}}}}, output)
    found = cells.complete(tmp_path / "new" / "cells.jsonl", cells.known(output), wanted, lambda cell: 0.9)
    assert found == {"甲 / 0.5": {"1": 0.7, "2": 0.9}, "乙 / 1.0": {"3": 0.2}}


def test_a_seed_of_everything_comes_before_the_next() -> None:
    options = Namespace(seeds=2, shares=augmentation.SHARES, corpora=("weibo",), models=("crf",))
    plan = list(augmentation.plan(options))
    assert len(plan) == len(set(plan)) == 2 * 3 * len(augmentation.OPERATIONS)
    assert [cell.seed for cell in plan] == sorted(cell.seed for cell in plan)


def test_the_table_of_augmentation_pairs_seeds() -> None:
    f1 = {
        "weibo / 0.1 / crf / none": {"1": 0.4, "2": 0.5},
        "weibo / 0.1 / crf / swap": {"1": 0.42, "2": 0.52},
        "weibo / 1.0 / bilstm-crf / none": {"1": 0.6},
        "weibo / 1.0 / bilstm-crf / all": {"1": 0.59, "2": 0.9},
    }
    drawn = learning_tables.augmentation({"results": {"rates": {"swap": 0.5}, "f1": f1}}).splitlines()
    assert drawn[0] == "| dev F1 | seeds | none | twice | swap | all |"
    assert drawn[2:] == [
        "| Weibo, 10 %, CRF | 2 | .450 | – | +.020 ± .000 | – |",
        "| Weibo, all, BiLSTM-CRF | 1 | .600 | – | – | −.010 |",
    ]


def test_the_table_of_teachers_begins_with_the_student_alone() -> None:
    f1 = {"crf / 3000 / 0.5 / 1.0": {"1": 0.77}, "crf / 0 / 1.0 / 1.0": {"1": 0.75}}
    drawn = learning_tables.distillation({"results": {"teacher": {"f1": 0.8}, "f1": f1}}).splitlines()
    assert drawn[2:] == [
        "| teacher, FLAT | | | | | .800 | |",
        "| CRF | 0 | | | 1 | .750 | |",
        "| CRF | 3,000 | 0.5 | 1 | 1 | .770 | +.020 |",
    ]


def test_the_table_of_segmenters_shows_the_best_first_and_its_students() -> None:
    f1 = {
        "perceptron / 0": {"1": 0.9},
        "perceptron / 12000": {"1": 0.91},
        "flat, encoder / 0": {"1": 0.92, "2": 0.94},
    }
    record = {"results": {"f1": f1, "others": {"cnlp": 0.96, "LAC": 0.84}}}
    assert learning_tables.neural_segmentation(record).splitlines()[2:] == [
        "| FLAT, encoder | 0 | 2 | .930 | |",
        "| perceptron | 0 | 1 | .900 | |",
        "| perceptron | 12,000 | 1 | .910 | +.010 |",
        "| shipped cnlp | | | .960 | |",
        "| LAC | | | .840 | |",
    ]
