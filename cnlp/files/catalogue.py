"""Translations of texts and messages into Chinese, keyed by the English text as in gettext.

``zh.po`` is a PO file of gettext, for its editors and tools; it is read as it is, so that no compiled copy can differ
from it. An entry with the flag ``python-brace-format`` is a message with values:
``no field '{name}'; there are: {names}``.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import NamedTuple

CATALOGUE = os.path.join(os.path.dirname(__file__), "zh.po")
_TEXTS = ("message", "reason", "what", "hint")  # values with these names are themselves translated
_PLACES = 4  # in "file: line: reason" at most so many colons are before the reason
_FIELD = re.compile(r"\{(\w+)\}")


def translate(text: str, places: int = _PLACES) -> str:
    """``text`` in Chinese; unchanged if the catalogue lacks it.

    >>> translate("a.txt:3: expected word/tag, got '我'")
    "a.txt:3: 应为 词/词性，而不是 '我'"
    """
    whole, patterns = read_catalogue()
    if text in whole:
        return whole[text]
    for pattern in patterns:
        values = pattern.match(text)
        if values is not None:
            return pattern.fill({name: translate(value) if name in _TEXTS else value for name, value in values})
    place, colon, reason = text.partition(": ")
    return place + colon + translate(reason, places - 1) if colon and places else text


class Pattern(NamedTuple):
    """A message with values.

    Attributes:
        pieces: the English text between its values.
        names: of the values.
        translation: with ``{name}`` where a value is inserted.
    """

    pieces: list[str]
    names: list[str]
    translation: str

    def match(self, text: str) -> list[tuple[str, str]] | None:
        """The values in ``text``, each as short as possible; ``None`` for another message."""
        first, *between, last = self.pieces
        end = len(text) - len(last)
        if not (text.startswith(first) and text.endswith(last) and end >= len(first)):
            return None
        values, start = [], len(first)
        for piece in between:
            found = text.find(piece, start, end)
            if found < 0:
                return None
            values.append(text[start:found])
            start = found + len(piece)
        return list(zip(self.names, [*values, text[start:end]], strict=True))

    def fill(self, values: dict[str, str]) -> str:
        """The translation with ``values``."""
        return _FIELD.sub(lambda match: values[match[1]], self.translation)


@cache
def read_catalogue() -> tuple[dict[str, str], list[Pattern]]:
    """The translations of whole texts, and the messages with values, the most specific first."""
    whole: dict[str, str] = {}
    patterns: list[Pattern] = []
    with open(CATALOGUE, encoding="utf-8") as file:
        blocks = re.sub(r'"\n"', "", file.read()).split("\n\n")
    for block in blocks:
        lines = dict(line.partition(" ")[::2] for line in block.splitlines())
        text, translation = json.loads(lines["msgid"]), json.loads(lines["msgstr"])
        if lines.get("#,") == "python-brace-format":
            patterns.append(Pattern(_FIELD.split(text)[::2], _FIELD.findall(text), translation))
        elif text:  # the header has none
            whole[text] = translation
    patterns.sort(key=lambda pattern: (not pattern.pieces[0], -sum(map(len, pattern.pieces))))
    return whole, patterns
