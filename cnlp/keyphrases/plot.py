"""Bar charts of keywords and their scores as an SVG file, which any browser shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cnlp.text.svg import FONTS, shortened, svg_text, text_width
from cnlp.types import Keyword

ROW, SIZE = 26, 14  # height of a row, size of the font
_WIDTH, _MARGIN, _GAP, VALUES = 480, 16, 8, 170
_LONGEST = 12 * SIZE  # room for the longest name
_COLUMNS = 3

_STYLE = (
    f"text{{font:{SIZE}px {FONTS};fill:#222}}.title{{font-weight:600}}.value{{fill:#666;font-size:12px}}"
    "rect.bar{fill:#2c6fbb}"
)


def bar_charts(charts: Mapping[str, Sequence[Keyword]]) -> str:
    """A chart for each title as SVG text, side by side: one bar for each keyword, in their order, all from zero.

    Bars of one chart have one scale. After each are the score and how often the keyword occurs.

    >>> "长江" in bar_charts({"a.txt": [Keyword("长江", 2.0, 2, ((0, 2), (5, 7)))]})
    True
    """
    columns = max(1, min(_COLUMNS, len(charts)))
    rows = [list(charts.items())[start : start + columns] for start in range(0, len(charts), columns)]
    heights = [_MARGIN + ROW * (1 + max(len(keywords) for _, keywords in row)) for row in rows]
    width, height = columns * _WIDTH + _MARGIN, sum(heights) + _MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
    ]
    top = _MARGIN
    for row, above in zip(rows, heights, strict=True):
        for column, (title, keywords) in enumerate(row):
            lines += _chart(title, keywords, _MARGIN + column * _WIDTH, top)
        top += above
    return "\n".join([*lines, "</svg>\n"])


def _chart(title: str, keywords: Sequence[Keyword], left: int, top: int) -> Iterator[str]:
    yield f'<text class="title" x="{left}" y="{top + SIZE}">{svg_text(shortened(title, _WIDTH - _GAP, SIZE))}</text>'
    names = [shortened(keyword.text, _LONGEST, SIZE) for keyword in keywords]
    begin = left + max((text_width(name, SIZE) for name in names), default=0.0) + _GAP
    room = left + _WIDTH - VALUES - begin
    greatest = max((keyword.score for keyword in keywords), default=0.0)
    for number, (name, keyword) in enumerate(zip(names, keywords, strict=True), 1):
        y = top + ROW * number
        length = room * keyword.score / greatest if greatest > 0 else 0.0
        yield f'<text x="{begin - _GAP:.1f}" y="{y + SIZE}" text-anchor="end">{svg_text(name)}</text>'
        yield f'<rect class="bar" x="{begin:.1f}" y="{y + 2}" width="{length:.1f}" height="{SIZE}" rx="2"/>'
        score = f"{keyword.score:.3g}" if keyword.score < 100 else f"{keyword.score:,.0f}"
        value = f"{score} · {keyword.count:,}×"
        yield f'<text class="value" x="{begin + length + _GAP:.1f}" y="{y + SIZE - 1}">{value}</text>'
