"""Every example of the documentation runs, and every method of segmentation has one."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "docs" / "examples").glob("*.py"))
NEEDS = {
    "perceptron": "numpy",
    "crf": "numpy",
    "parts_of_speech": "numpy",
    "document_vectors": "sklearn",
    "train_flat": "torch",
    "search_postgresql": "pgserver",
    "search_whoosh": "whoosh",
    "dask_words": "dask.dataframe",
    "ray_entities": "ray.data",
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # some draw a picture
    monkeypatch.setattr("sys.argv", [str(path)])
    if path.stem in NEEDS:
        pytest.importorskip(NEEDS[path.stem])
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out


def test_every_method_has_an_example() -> None:
    names = {path.stem for path in EXAMPLES}
    segmentation = {"maximum_matching", "unigram", "bigram", "unknown_words", "hmm", "perceptron", "crf"}
    assert segmentation | {"parts_of_speech"} <= names
