"""``cnlp data`` lists corpora with their terms, and fetches none without consent."""

from __future__ import annotations

import json
from pathlib import Path

from running_commands import run_here

from cnlp.corpus.registry import CORPORA, CORPUS_SOURCES


def test_the_list_has_every_corpus_its_state_and_its_terms(tmp_path: Path) -> None:
    place = tmp_path / CORPORA["csl-dev"].path
    place.parent.mkdir(parents=True)
    place.write_text("something else", encoding="utf-8")
    result = run_here("data", "list", "--folder", tmp_path)
    assert result.code == 0
    lines = result.out.decode("utf-8").splitlines()
    states = {line.split()[0]: line.split()[4] for line in lines[1 : 1 + len(CORPORA)]}
    assert states == {name: "other" if name == "csl-dev" else "missing" for name in CORPORA}
    assert all(f"    terms: {source.terms}" in lines for source in CORPUS_SOURCES.values())


def test_the_list_for_programs(tmp_path: Path) -> None:
    result = run_here("data", "list", "--json", "--folder", tmp_path)
    shown = {entry["name"]: entry for entry in map(json.loads, result.out.decode("utf-8").splitlines())}
    assert list(shown) == list(CORPORA)
    assert shown["pku-test"]["member"] == "icwb2-data/gold/pku_test_gold.utf8"
    assert shown["csl-dev"]["url"].endswith("/benchmark/kg/dev.tsv")
    assert shown["pfr-199801"]["url"] is None


def test_nothing_is_fetched_without_consent(tmp_path: Path) -> None:
    result = run_here("data", "fetch", "csl-dev", "--folder", tmp_path)
    assert result.code == 2
    assert "terms: Apache-2.0" in result.err
    assert "add --yes" in result.err
    assert not list(tmp_path.iterdir())


def test_one_failure_does_not_stop_the_others(tmp_path: Path) -> None:
    result = run_here(
        "data", "fetch", "pfr", "csl-dev", "--yes", "--folder", tmp_path, "--mirror", "http://127.0.0.1:9"
    )
    assert result.code == 1
    assert result.err.count("cannot be reached") == 3
    result = run_here("data", "fetch", "pfr", "--yes", "--folder", tmp_path)
    assert result.code == 1
    assert result.err.count("no address that a program may fetch") == 2


def test_an_unknown_name(tmp_path: Path) -> None:
    result = run_here("data", "fetch", "ctb", "--yes", "--folder", tmp_path)
    assert result.code == 2
    assert "unknown corpus 'ctb'; choose one of: pku-test" in result.err
