"""The benchmark on present-day text: text as it was written, words compared without white space."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import record
from benchmarks.measure import present_day
from benchmarks.peers import environments
from benchmarks.peers.environments import PeerError
from benchmarks.report import tables
from benchmarks.report.markdown import origin
from cnlp import errors
from cnlp.corpus import AnnotatedSentence
from cnlp.corpus.registry import CORPORA

GOLD: list[dict[str, Any]] = [
    {"text": "点赞 7000 万", "words": ["点赞", "7000万"], "entities": [], "domain": "microblog"},
    {"text": "去北京", "words": ["去", "北京"], "entities": [[1, 3, "LOC"]], "domain": "travel_address"},
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two sentences and one new word."""
    for name, text in (
        (present_day.SENTENCES, "".join(json.dumps(line) + "\n" for line in GOLD)),
        (present_day.NEW_WORDS, "word\tkind\n点赞\tslang\n"),
    ):
        path = tmp_path / CORPORA[name].path
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CNLP_DATA", str(tmp_path))
    return tmp_path


def sentences() -> list[AnnotatedSentence]:
    return [AnnotatedSentence(line["text"], tuple(line["words"]), (), line["domain"]) for line in GOLD]


def test_words_are_compared_without_white_space() -> None:
    found = [present_day.visible(words) for words in (["点赞", " ", "7000 万"], ["去", "北京"])]
    cell = present_day.scores(sentences(), found, {"点赞"})
    assert cell["f1"] == cell["new_recall"] == 1.0 and cell["changed"] == 0
    assert cell["domains"] == {"microblog": 1.0, "travel_address": 1.0}


def test_the_recall_of_new_words_counts_them_alone() -> None:
    cell = present_day.scores(sentences(), [["点", "赞", "7000万"], ["去", "北京"]], {"点赞"})
    assert (cell["new_recall"], cell["recall"], cell["precision"]) == (0.0, 0.75, 0.6)


def test_a_changed_sentence_is_left_out_and_counted() -> None:
    cell = present_day.scores(sentences(), [["点赞", "7000"], ["去", "北京"]], {"点赞"})
    assert (cell["changed"], cell["f1"]) == (1, 1.0)


def test_cnlp_gets_the_text_as_it_was_written_and_a_missing_peer_is_reported(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []

    def load(algorithm: str | None) -> Any:
        def segment(text: str) -> list[str]:
            texts.append(text)
            return list(text)

        return segment

    def interpreter(name: str, install: bool = True) -> Path:
        raise PeerError("cannot be had")

    monkeypatch.setattr(present_day, "load_cnlp", load)
    monkeypatch.setattr(environments, "interpreter", interpreter)
    output = data / "present-day.json"
    assert present_day.main(["--systems", "cnlp", "jieba", "--output", str(output)]) == 1
    assert texts == [line["text"] for line in GOLD]
    made = record.load(output)
    results = made["results"]
    assert (results["sentences"], results["words"], results["new_words"]) == (2, 4, 1)
    assert results["systems"]["jieba"] == {"failed": "cannot be had"} and results["systems"]["cnlp"]["changed"] == 0
    assert set(made["data"]) == {CORPORA[name].path for name in (present_day.SENTENCES, present_day.NEW_WORDS)}
    (_, everything), (_, domains) = (tables.TABLES[name] for name in ("present-day", "present-day-domains"))
    assert "| recall of 1 new words |" in everything(made) and "jieba failed: cannot be had" in everything(made)
    assert "| travel address | 2 | .400 |" in domains(made)


def test_unknown_systems_are_refused() -> None:
    with pytest.raises(errors.ArgumentError, match="unknown system 'jiebba'"):
        present_day.main(["--systems", "jiebba"])


def test_the_overview_shows_a_dash_for_what_was_not_measured() -> None:
    base = {"machine": {"cpu": "CPU", "cores": 2, "python": "CPython 3.11"}, "versions": {"cnlp": "1", "jieba": None}}
    results: list[Any] = [
        {"systems": {"cnlp": {"f1": 0.9512, "new_recall": 0.84}, "jieba": {"f1": 0.8, "new_recall": 0.6}}},
        {"cnlp": {"mean_f1": 0.885}, "jieba": {"failed": "x"}},
        {
            "systems": {"cnlp": {"mb_per_s": {"median": 45.26}}, "jieba": {"mb_per_s": {"median": 1.0}}},
            "ratio_to": {"jieba": {"cnlp": {"median": 45.26}}},
        },
        {"cnlp": {"milliseconds": {"median": 22.5}}},
    ]
    days = ("2026-01-03", "2026-01-01", "2026-01-02", "2026-01-02")
    made = [
        {**base, "results": one, "date": f"{day}T00:00", "command": f"c{day[-1]}"}
        for one, day in zip(results, days, strict=True)
    ]
    rows = tables.TABLES["overview"][1](*made).splitlines()
    assert "| cnlp | .951 | .840 | .885 | 45 | 45 | 22 |" in rows
    assert "| jieba | .800 | .600 | – | 1 | 1 | – |" in rows
    assert "| wapic | – | – | – | – | – | – |" in rows
    assert (
        origin(*made)
        == "<sub>2026-01-01 to 2026-01-03, CPU (2 cores), CPython 3.11, cnlp 1, `c3`, `c1`, `c2`, `c2`</sub>"
    )
