"""A bar chart of keywords and their scores as an SVG file, which any browser shows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cnlp.types import Keyword

_WIDTH, ROW, _MARGIN, _NAMES, VALUES = 720, 24, 12, 200, 80
_LONGEST = 14  # characters of a name; the rest is an ellipsis

_STYLE = "text{font:13px sans-serif;fill:#333}.value{fill:#666}rect.bar{fill:#2c6fbb}"


def bar_chart(keywords: Sequence[Keyword], title: str = "") -> str:
    """The chart as SVG text: one bar for each keyword, in their order, all from zero.

    >>> "长江" in bar_chart([Keyword("长江", 2.0, 2, ((0, 2), (5, 7)))])
    True
    """
    top = _MARGIN + (ROW if title else 0)
    height = top + ROW * len(keywords) + _MARGIN
    greatest = max((keyword.score for keyword in keywords), default=0.0)
    room = _WIDTH - 2 * _MARGIN - _NAMES - VALUES
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}">',
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
    ]
    if title:
        lines.append(f'<text x="{_MARGIN}" y="{_MARGIN + 12}">{_escape(title)}</text>')
    for number, keyword in enumerate(keywords):
        y = top + ROW * number
        width = room * keyword.score / greatest if greatest > 0 else 0.0
        left, base = _MARGIN + _NAMES, y + 17
        name = keyword.text if len(keyword.text) <= _LONGEST else keyword.text[: _LONGEST - 1] + "…"
        lines += (
            f'<text x="{left - 8}" y="{base}" text-anchor="end">{_escape(name)}</text>',
            f'<rect class="bar" x="{left}" y="{y + 4}" width="{width:.1f}" height="{ROW - 8}"/>',
            f'<text class="value" x="{left + width + 6:.1f}" y="{base}">{keyword.score:.4g}</text>',
        )
    return "\n".join([*lines, "</svg>\n"])


def _escape(text: str) -> str:
    """``text`` for XML, which has no place for control characters and lone surrogates."""
    return escape("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text))
