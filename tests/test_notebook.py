"""Results in notebooks: what they show, and the notebook of the documentation, which is executed."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path

import pytest

import cnlp
from cnlp import Entity, Keyword, Token, errors
from cnlp.notebook import LONGEST

ROOT = Path(__file__).parent.parent
TOUR = ROOT / "docs" / "examples" / "tour.ipynb"
TEXT = '他在<北京> & "上海"\n看<script>alert(1)</script>'


def shown(view: object) -> str:
    """The text that a notebook shows, without tags and scores."""
    body = re.sub(r"<style>.*?</style>|<small>.*?</small>", "", view._repr_html_(), flags=re.DOTALL)  # type: ignore[attr-defined]
    return html.unescape(re.sub(r"<[^>]*>", "", body)).strip()


@pytest.mark.parametrize("analyse", [cnlp.tokenize, cnlp.tag, cnlp.entities, cnlp.keywords])
def test_the_text_is_shown_as_it_is_and_nothing_in_it_is_run(analyse: object) -> None:
    view = cnlp.show(TEXT, analyse(TEXT))  # type: ignore[operator]
    assert shown(view) == TEXT
    assert "<script" not in view._repr_html_()


def test_words_entities_and_keywords_are_marked() -> None:
    assert "北京<small>ns</small>" in cnlp.show("北京", [Token("北京", 0, 2, "ns")]).html
    assert "北京<small>LOC</small>" in cnlp.show("在北京", [Entity("北京", 1, 3, "LOC", 0.5)]).html
    page = cnlp.show("长江很长，长江", [Keyword("长江", 2.0, 2, ((0, 2), (5, 7)))]).html
    assert page.count(">长江</mark>") == 2 and "2.000 · 2" in page


def test_of_overlapping_ones_the_first_and_longest_is_marked() -> None:
    found = [Entity("北京", 0, 2, "LOC"), Entity("北京大学", 0, 4, "ORG")]
    assert "北京大学<small>ORG" in cnlp.show("北京大学", found).html
    assert shown(cnlp.show("北京大学", cnlp.Segmenter(mode="full").tokenize("北京大学"))) == "北京大学"


def test_nothing_found_is_the_text() -> None:
    assert shown(cnlp.show("你好", [])) == "你好"


def test_results_of_another_text_are_an_error() -> None:
    with pytest.raises(errors.ArgumentError, match="'北京' at 0 to 2 is not in this text"):
        cnlp.show("上海", [Entity("北京", 0, 2, "LOC")])
    with pytest.raises(errors.TextTypeError, match="not of str"):
        cnlp.show("上海", ["上海"])  # type: ignore[list-item]
    with pytest.raises(errors.TextTypeError, match="not of NoneType"):
        cnlp.show("上海", None)  # type: ignore[arg-type]
    with pytest.raises(errors.TextTypeError, match="text must be str"):
        cnlp.show([], [])  # type: ignore[arg-type]


def test_an_explanation_is_drawn() -> None:
    page = cnlp.Segmenter(algorithm="bigram").explain("<南京市长江大桥")._repr_html_()
    assert page.count('class="chosen"') == 4 and "<title>长江  lexicon" in page and "<南" not in page
    long = cnlp.Segmenter().explain("长江" * LONGEST)._repr_html_()
    assert long.count("<text x") <= 3 * LONGEST


@pytest.mark.parametrize(
    "value",
    [
        cnlp.Segmenter(),
        cnlp.Segmenter(cnlp.Lexicon(["云"] * 10_000), algorithm="bigram", unknown="hmm"),
        cnlp.Lexicon([f"词{number}" for number in range(10_000)]),
        cnlp.Gazetteer([("北大", "ORG")] * 1_000),
        cnlp.Matcher(["北大"] * 1_000),
        cnlp.Rules(),
        cnlp.EntityRecognizer(),
        cnlp.EntityRecognizer.load(),
        cnlp.load("pos"),
        cnlp.Segmenter().explain("长江" * 500),
        cnlp.show("北京" * 1_000, []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_reprs_are_short_and_say_what_it_is(value: object) -> None:
    assert len(repr(value)) < 160 and type(value).__name__ in repr(value) and " at 0x" not in repr(value)


def test_the_notebook_of_the_documentation_gives_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    book = nbformat.read(TOUR, as_version=4)
    before = [cell.get("outputs") for cell in book.cells]
    nbclient.NotebookClient(book, kernel_name="python3", record_timing=False, startup_timeout=300).execute()
    assert [cell.get("outputs") for cell in book.cells] == before
