"""What the shipped recognizer finds in sentences of today, by the guideline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnlp

MARKED = re.compile(r"\[([^\]]+)/(PER|LOC|ORG)\]")
LINES = [
    line
    for line in Path(__file__).with_name("present_day.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def unmark(line: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text of a line, and its entities."""
    text, spans, reached = "", [], 0
    for match in MARKED.finditer(line):
        text += line[reached : match.start()]
        spans.append((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        reached = match.end()
    return text + line[reached:], spans


@pytest.mark.parametrize("line", LINES)
def test_persons_places_and_organisations(line: str) -> None:
    text, spans = unmark(line)
    found = cnlp.entities(text)
    assert [(each.start, each.end, each.label) for each in found if each.label in ("PER", "LOC", "ORG")] == spans


@pytest.mark.parametrize("text", [*LINES, "望京店今天开业。", "东京奥运会", "美剧和日剧", "粤菜馆", "新加坡元汇率"])
def test_no_place_is_one_character_of_a_longer_word(text: str) -> None:
    text = unmark(text)[0]
    words = {(token.start, token.end) for token in cnlp.tokenize(text)}
    places = [each for each in cnlp.entities(text) if each.label == "LOC" and each.end - each.start == 1]
    assert all((each.start, each.end) in words for each in places)
