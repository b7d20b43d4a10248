"""The neural models that come with the package."""

from __future__ import annotations

import pytest

import cnlp
from cnlp.model.format import ModelFile
from cnlp.model.registry import path_of

pytest.importorskip("torch")


def test_the_shipped_model_of_curricula_vitae() -> None:
    text = "张伟先生，中国国籍，1970年出生，北京大学经济学硕士，现任华夏银行股份有限公司董事长。"
    found = {(entity.text, entity.label) for entity in cnlp.entities(text, model="ner-resume-neural")}
    assert {("张伟", "NAME"), ("北京大学", "ORG"), ("董事长", "TITLE")} <= found


def test_the_shipped_model_says_where_it_is_from() -> None:
    card = ModelFile(path_of("ner-resume-neural")).card
    assert card["kind"] == "neural-entities" and card["source"].startswith("python -m recipes.neural_ner")
    assert "strict F1 dev" in card["scores"] and "sha256" in card["training_data"]
