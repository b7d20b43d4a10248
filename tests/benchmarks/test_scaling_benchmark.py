"""What work costs as it grows: what is measured, the table and the picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import record
from benchmarks.measure import scaling
from benchmarks.report import growth


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "text.txt").write_text("王小明在北京。\n李雷在上海大学。\n" * 50, encoding="utf-8")
    monkeypatch.setenv("CNLP_DATA", str(tmp_path))
    return tmp_path / "scaling.json"


def test_parts_are_measured_one_after_the_other(output: Path) -> None:
    words = ["--megabytes", "0.003", "--rounds", "1", "--output", str(output)]
    assert scaling.main([*words, "--parts", "discovery", "--gigabytes", "0.00001"]) == 0
    lines = ["--parts", "lines", "threads", "lexicons", "--lengths", "10", "9000", "--threads", "2", "--lexicons", "9"]
    assert scaling.main([*words, *lines]) == 0
    results = record.load(output)["results"]
    assert set(results) == {"discovery", "lines", "threads", "lexicons", "cluster"}
    assert results["discovery"]["gigabytes"]["1e-05"]["peak_mb"]["median"] > 0
    assert results["lines"]["file"]["9000"]["bytes"] > 27_000  # a line is whole, whatever the size of the text
    assert results["cluster"]["discover"]["core_hours"] > 0
    made = growth.cost_as_work_grows(record.load(output))
    assert "| `cnlp.segment_batch(list)` | threads: 2 |" in made and "| `cnlp discover` on a cluster | 2 TB |" in made
    assert growth.plot(results).count("<circle") == 2 * (1 + 4 + 1 + 1)


def test_lines_have_the_length_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("甲 乙\n丙丁戊", encoding="utf-8")
    scaling.write_lines(str(tmp_path / "a"), str(tmp_path / "b"), "2")
    assert (tmp_path / "b").read_text(encoding="utf-8") == "甲乙\n丙丁\n"
    scaling.write_lines(str(tmp_path / "a"), str(tmp_path / "b"), "7")
    assert (tmp_path / "b").read_text(encoding="utf-8") == "甲乙丙丁戊甲乙\n"


def test_sizes_are_short_on_the_axis() -> None:
    assert [growth.short(size) for size in ("0", "0.1", "16", "100", "1000000")] == ["0", "0.1", "16", "10²", "10⁶"]
