"""Spark beside the shell command: what is measured, and the table of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import record
from benchmarks.measure import spark
from benchmarks.report import tables


def test_both_are_measured_on_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "text.txt").write_text("王小明在北京。\n" * 50, encoding="utf-8")
    monkeypatch.setenv("CNLP_DATA", str(tmp_path))
    seen: list[Any] = []

    def shell(words: list[str], source: Path, workers: int) -> Any:
        seen.append((words, source.stat().st_size, workers))
        return lambda: (0.5, {})

    monkeypatch.setattr(spark, "command", shell)
    monkeypatch.setattr(spark, "spark_run", lambda *_: 2.0)
    output = tmp_path / "spark.json"
    words = ["--megabytes", "0.001", "--rounds", "1", "--workers", "3", "--works", "segment", "ner"]
    assert spark.main([*words, "--output", str(output)]) == 0
    assert seen == [(["segment"], 1012, 3), (["ner"], 1012, 3)]
    results = record.load(output)["results"]
    assert results["ner"]["cnlp"]["median"] == 0.5 and results["ner"]["spark"]["median"] == 2.0
    _, make = tables.TABLES["spark"]
    assert "| `segment` | 0 | 2 | 0.0 | 0.0 |" in make(record.load(output))
