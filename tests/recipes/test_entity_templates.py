"""Sentences made of templates: addresses are one place, and what stands in a slot is marked as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("numpy")
from recipes import entity_templates as templates

PLACES = "南京市\t9\r江宁区\t8\r城区\t7\r长泾镇\t3\r前溪村\t2\r中山路\t1"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / templates.PLACES
    file.parent.mkdir(parents=True)
    file.write_text(PLACES, encoding="utf-8-sig")
    monkeypatch.setenv("CNLP_DATA", str(tmp_path))


@pytest.mark.usefixtures("folder")
def test_places_have_levels_and_no_common_words() -> None:
    assert templates.read_places() == [["南京市"], ["江宁区"], ["长泾镇"], ["前溪村"], ["中山路"]]


@pytest.mark.usefixtures("folder")
def test_every_sentence_has_the_entities_of_its_template() -> None:
    sentences = templates.template_sentences(50)
    addresses, persons, brands = sentences[:50], sentences[50:100], sentences[100:]
    assert len(brands) == 50
    for part, label in ((addresses, {"LOC", "PER"}), (persons, {"PER"}), (brands, {"ORG", "PROD"})):
        assert all(spans and {each[2] for each in spans} <= label for _, spans in part)
        assert not any(mark in text for text, _ in part for mark in "[]{}")
    assert any(end - start == 1 for _, spans in persons for start, end, _ in spans)  # 张 of 张总


def test_the_same_sentences_are_made_again(folder: None) -> None:
    assert templates.template_sentences(30) == templates.template_sentences(30)
