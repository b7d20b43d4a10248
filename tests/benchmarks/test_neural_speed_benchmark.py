"""The speed of neural models: every model in batches of every size, variants beside the plain one."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs torch")

from benchmarks import record as records
from benchmarks.measure import neural_speed
from benchmarks.report import neural_tables
from cnlp.corpus.entities import Sentence
from cnlp.ner.linear import EntityRecognizer
from cnlp.ner.neural.recognizer import NeuralRecognizer
from cnlp.ner.neural.settings import defaults

TRAIN = [Sentence("王明在北京工作", ((0, 2, "PER"), (3, 5, "LOC"))), Sentence("李明去上海", ((0, 2, "PER"),))]
SETTINGS = defaults("lattice-lstm").with_values({"epochs": 1, "hidden": 4})


def test_models_are_timed_in_batches_and_as_variants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linear, neural = EntityRecognizer(epochs=1).fit(TRAIN), NeuralRecognizer(SETTINGS).fit(TRAIN, lexicon=["北京"])
    monkeypatch.setattr(neural_speed, "read", lambda corpus: dict.fromkeys(("train", "dev", "test"), TRAIN))
    monkeypatch.setattr(neural_speed, "recognizers", lambda train, epochs: (linear, {"lattice-lstm": neural}))
    monkeypatch.setattr(neural_speed, "pin", lambda: 0)
    monkeypatch.setattr(neural_speed, "FILES", {"resume": []})
    neural_speed.main(["--rounds", "1", "--output", str(tmp_path / "neural-speed.json")])
    record = records.load(tmp_path / "neural-speed.json")
    assert record["results"]["variants"]["lattice-lstm"].keys() == {"bfloat16", "int8"}
    drawn = neural_tables.neural_batches(record).splitlines()
    assert drawn[2].startswith("| linear CRF, sentence by sentence |")
    assert drawn[3].startswith("| Lattice LSTM |")
    assert len(drawn[0].split("|")) == len(neural_speed.SIZES) + 3
    assert neural_tables.neural_variants(record).splitlines()[0].endswith("| bfloat16 | int8 |")
