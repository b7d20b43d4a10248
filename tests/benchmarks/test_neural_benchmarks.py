"""The neural benchmark's plan, tables and picture, from runs made up here."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ElementTree
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measure import neural_ner
from benchmarks.measure.neural_ner import Run, plan
from benchmarks.report import learning_curves, neural_tables
from benchmarks.report.neural_plot import plot
from cnlp.corpus.entities import Sentence

RUNS = 285  # of the plan


def made_up(runs: list[Run]) -> dict[str, Any]:
    """A record of these runs."""
    rng = random.Random(1)
    parts = [f"{part}{kind}" for part in ("test", "test, unseen sentences") for kind in ("", ".NAM", ".NOM")]
    done = [
        {
            **asdict(run),
            "scores": {part: {"f1": 0.5 + run.lexicon / 10 + rng.random() / 100} for part in ["dev", *parts]},
            "dev_by_epoch": [rng.random() for _ in range(run.seed + 2)],
            "epoch_s": 1.5, "best_epoch": run.seed, "sentences_per_s": 900, "peak_mb": 800,
        }
        for run in runs
    ]  # fmt: skip
    linear = {"resume": 0.9, "weibo": 0.6, "msra": 0.9}
    coverage = {"weibo": dict.fromkeys(("characters", "bigrams", "words"), (0.9, 0.8))}
    planned = [asdict(run) for run in plan()]
    return {"results": {"runs": done, "plan": planned, "linear": linear, "coverage": coverage}}


def test_the_plan_has_every_combination_once() -> None:
    names = [run.name for run in plan()]
    assert len(names) == len(set(names)) == RUNS
    assert not [name for name in names if "bilstm-crf" in name and ".lexicon" in name]
    assert {run.seed for run in plan() if run.corpus == "weibo"} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("count", [0, 1, 40, RUNS])
def test_tables_and_picture_stand_with_whatever_was_run(count: int) -> None:
    record = made_up(list(plan())[:count])
    for source, make in neural_tables.TABLES.values():
        assert source != "neural_ner.json" or make(record).startswith("| ")
    scores = neural_tables.neural_scores(record)
    assert (f"{RUNS - count} of {RUNS} runs are missing" in scores) == (count < RUNS)
    picture = ElementTree.fromstring(plot(record["results"]))
    dots = [circle for circle in picture.iter("{http://www.w3.org/2000/svg}circle") if circle.get("r") == "3.5"]
    done = list(plan())[:count]
    assert len(dots) == len([run for run in done if not run.added])
    curves = ElementTree.fromstring(learning_curves.plot(record["results"]))
    has_curve = [run for run in done if run.vectors in learning_curves.DASHES and (run.lexicon or "crf" in run.model)]
    drawn = {(run.corpus, run.model, run.vectors) for run in has_curve}
    assert len([path for path in curves.iter("{http://www.w3.org/2000/svg}path") if path.get("fill")]) == len(drawn)


def test_the_lexicon_s_share_is_that_of_runs_with_one_seed() -> None:
    pair = [Run("resume", "flat", "own", lexicon, "", 3) for lexicon in (True, False)]
    lone = [Run("resume", "flat", "own", True, "", 1), Run("resume", "flat", "own", False, "", 2)]
    record = made_up([*pair, *lone])
    f1 = [run["scores"]["test"]["f1"] for run in record["results"]["runs"]]
    row = neural_tables.neural_lexicon(record).splitlines()[-1]
    assert row.startswith("| Resume, FLAT | own vectors | 1 |")
    assert row.endswith(f"| +{f1[0] - f1[1]:.4f} |".replace("+0.", "+."))


def test_seen_sentences_and_kinds_are_scored_apart() -> None:
    gold = [Sentence("甲去北京", ((0, 1, "PER.NAM"),)), Sentence("那人来了", ((0, 2, "PER.NOM"),))]
    parts = {"train": gold[:1], "dev": gold, "test": gold}
    found = [[(0, 1, "PER.NAM")], []]
    cells = neural_ner.scores(parts, {"dev": found, "test": found})
    assert {name: cell["recall"] for name, cell in cells.items()} == {
        "dev": 0.5,
        "test": 0.5, "test.NAM": 1.0, "test.NOM": 0.0,
        "test, unseen sentences": 0.0, "test, unseen sentences.NAM": 0.0, "test, unseen sentences.NOM": 0.0,
    }  # fmt: skip


def test_a_run_that_another_command_makes_is_passed_over(tmp_path: Path) -> None:
    run = Run("resume", "flat", "own", True, "", 1)
    folder = tmp_path / run.name
    folder.mkdir()
    with neural_ner._claim(folder / "lock") as free, neural_ner._claim(folder / "lock") as taken:
        assert free
        assert not taken
        assert neural_ner.make_missing(Namespace(folder=tmp_path, vectors=None), [run]) == 0
