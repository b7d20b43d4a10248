"""Reports of scores: the same figures as a dictionary and as lines of text."""

from __future__ import annotations

import json

from cnlp.evaluation.entities import evaluate_entities
from cnlp.evaluation.reports import (
    Report,
    WordErrors,
    entity_lines,
    entity_report,
    segmentation_lines,
    segmentation_report,
    tag_lines,
    tag_report,
)
from cnlp.evaluation.segmentation import differences, evaluate_segmentation
from cnlp.evaluation.tags import TagScorer

COMPARED: Report = {"gold": "gold.txt", "prediction": "found.txt", "sentences": 1}


def test_words() -> None:
    gold, found = ["我", "爱", "北京"], ["我爱", "北京"]
    errors = WordErrors()
    errors.add(1, differences(gold, found))
    report = COMPARED | segmentation_report(evaluate_segmentation([gold], [found], {"我"}), errors, 5)
    assert json.loads(json.dumps(report))["listed_errors"] == [
        {"count": 1, "gold": ["我", "爱"], "predicted": ["我爱"], "sentences": [1]}
    ]
    assert "\n".join(segmentation_lines(report)) == (
        "gold        gold.txt: 1 sentences\n"
        "prediction  found.txt\n"
        "\n"
        "precision   0.5000  1 of 2 words\n"
        "recall      0.3333  1 of 3 words\n"
        "F1          0.4000\n"
        "OOV recall  0.5000  2 words, 66.67%, are unknown\n"
        "IV recall   0.0000\n"
        "\n"
        "errors: 0 words were split, 1 groups joined, 0 with other boundaries\n"
        "\n"
        "gold   prediction  times  in sentences\n"
        "我 爱  我爱            1  1"
    )


def test_tags() -> None:
    scorer = TagScorer()
    scorer.add(["我", "爱"], ["r", "v"], ["我", "爱"], ["r", "n"])
    report = COMPARED | tag_report(scorer.score, scorer.score, 5, has_vocabulary=False)
    assert report["unknown_words"] is None and report["accuracy"] == 0.5
    lines = list(tag_lines(report))
    assert lines[-2:] == ["gold  prediction  times  such as", "v     n               1  爱"]


def test_entities() -> None:
    scored = evaluate_entities(["他在北京大学"], [[(2, 6, "ORG")]], [[(2, 4, "LOC")]])
    report = COMPARED | entity_report(scored, [(7, "他在北京大学")], 5)
    assert report["listed_errors"] == [
        {"kind": "both", "line": 7, "gold": "他在[北京大学/ORG]", "predicted": "他在[北京/LOC]大学"}
    ]
    lines = list(entity_lines(report))
    assert any(line.startswith("errors: 0 missed, 0 where") and "1 with both wrong" in line for line in lines)
    assert lines[-1] == "7     both   他在[北京大学/ORG]  他在[北京/LOC]大学"
