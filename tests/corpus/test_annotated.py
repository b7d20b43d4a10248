"""Sentences with words and entities as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnlp import errors
from cnlp.corpus import load_annotated, load_corpus, read_annotated
from cnlp.corpus.registry import CORPORA

GOOD = {"text": "共 7000 万\t元", "words": ["共", "7000万", "元"], "entities": [], "domain": "finance", "year": "2025"}


def write(path: Path, *records: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_words_may_span_blanks_of_the_text(tmp_path: Path) -> None:
    (sentence,) = read_annotated(write(tmp_path / "a.jsonl", GOOD))
    assert sentence.text == "共 7000 万\t元"
    assert sentence.words == ("共", "7000万", "元") and sentence.domain == "finance"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"words": ["共", "7000", "元"]}, "the words joined"),
        ({"words": ["共", "", "7000万", "元"]}, "the words joined"),
        ({"words": None}, "expected"),
        ({"entities": [[0, 1]]}, "expected"),
        ({"entities": [[0, 99, "LOC"]]}, r"entity \(0, 99, LOC\) is outside 0\.\.10"),
        ({"text": 3}, "text"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    path = write(tmp_path / "a.jsonl", GOOD, {**GOOD, **change})
    with pytest.raises(errors.FormatError, match=rf"a\.jsonl:2: .*{reason}"):
        list(read_annotated(path))


def test_a_registered_corpus_gives_words_or_whole_sentences(tmp_path: Path) -> None:
    write(tmp_path / CORPORA["present-day-dev"].path, GOOD)
    assert list(load_corpus("present-day-dev", tmp_path)) == [["共", "7000万", "元"]]
    assert next(load_annotated("present-day-dev", tmp_path)).text == GOOD["text"]
    with pytest.raises(errors.ArgumentError, match="unknown annotated corpus 'pku-test'"):
        load_annotated("pku-test", tmp_path)
