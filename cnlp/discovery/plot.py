"""A scatter plot of freedom against cohesion as an SVG file, which any browser shows.

One point for each n-gram: the lesser of its two entropies to the right, its PMI for each place where it could
be split upwards. The words chosen are coloured. The best of them are named where there is room: a name is put
beside, above or below its point, so that it covers no other name and no point of one, or is left out for the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import NamedTuple

from cnlp.discovery.scoring import Measures
from cnlp.text.svg import FONTS, svg_text, text_width
from cnlp.types import Candidate

_WIDTH, HEIGHT, _MARGIN = 900, 640, 60
MAX_POINTS = 4000  # of each kind; more would only hide each other
MAX_NAMES = 60

SIZE = 13  # of the font of names
_RADIUS = 2

_STYLE = (
    f"text{{font:12px {FONTS};fill:#333}}.other{{fill:#c8c8c8}}.word{{fill:#e08a80}}.named{{fill:#a01f10}}"
    f".name{{font-size:{SIZE}px;fill:#a01f10;stroke:#fff;stroke-width:3px;paint-order:stroke}}"
    "path{stroke:#666;fill:none}"
)


class Box(NamedTuple):
    """A rectangle in the plot."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Do they have room in common?"""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def scatter(measures: Iterable[Measures], words: Sequence[Candidate]) -> str:
    """The plot as SVG text.

    Args:
        measures: all n-grams.
        words: those that were chosen, best first.

    >>> word = Candidate("葡萄", 9, 4.0, 1.5, 2.0, 13.2)
    >>> "葡萄" in scatter([], [word])
    True
    """
    chosen = {word.text for word in words}
    grey = [_place(row.text, row) for row in measures if row.text not in chosen]
    red = [_place(word.text, word) for word in words]
    right = ceil(max((x for x, _ in grey + red), default=1.0)) or 1
    top = ceil(max((y for _, y in grey + red), default=1.0)) or 1

    def point(place: tuple[float, float]) -> tuple[float, float]:
        x, y = place
        return (
            _MARGIN + x / right * (_WIDTH - 2 * _MARGIN),
            HEIGHT - _MARGIN - max(0.0, y) / top * (HEIGHT - 2 * _MARGIN),
        )

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{HEIGHT}" viewBox="0 0 {_WIDTH} {HEIGHT}">',
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
        *_axes(right, top),
    ]
    for kind, places in (("other", _thin(grey)), ("word", red[:MAX_POINTS])):
        lines += (f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}"/>' for x, y in map(point, places))
    for text, (x, y), box in _names([(word.text, point(place)) for word, place in zip(words, red, strict=True)]):
        lines.append(f'<circle class="named" cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}"/>')
        lines.append(f'<text class="name" x="{box.left:.1f}" y="{box.bottom - 3:.1f}">{svg_text(text)}</text>')
    return "\n".join([*lines, "</svg>\n"])


def _names(words: Sequence[tuple[str, tuple[float, float]]]) -> list[tuple[str, tuple[float, float], Box]]:
    """Words with their points and where their names are, the best that have room."""
    placed: list[tuple[str, tuple[float, float], Box]] = []
    dots = [Box(x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for _, (x, y) in words[:MAX_POINTS]]
    taken = dots[:MAX_NAMES]  # and names, later
    for (text, (x, y)), dot in zip(words, dots, strict=False):
        if len(placed) == MAX_NAMES:
            break
        if any(dot.overlaps(box) for _, _, box in placed):
            continue
        for box in _boxes_beside(x, y, text_width(text, SIZE)):
            is_wide = box.left >= _MARGIN and box.right <= _WIDTH
            is_inside = is_wide and box.top >= 0 and box.bottom <= HEIGHT - _MARGIN
            if is_inside and not any(map(box.overlaps, taken)):
                placed.append((text, (x, y), box))
                taken += (box, dot)
                break
    return placed


def _boxes_beside(x: float, y: float, width: float) -> Iterator[Box]:
    """Where a name of this width may be, the best first: on the line of its point, or a line above or below."""
    gap, height = _RADIUS + 2, SIZE + 2
    places = [(left, y + (line - 0.5) * SIZE) for line in (0, -1, 1) for left in (x + gap, x - gap - width)]
    for left, top in (*places, (x - width / 2, y - gap - height), (x - width / 2, y + gap)):
        yield Box(left, top, left + width, top + height)


def _place(text: str, row: Measures | Candidate) -> tuple[float, float]:
    return min(row.left_entropy, row.right_entropy), row.pmi / (len(text) - 1)


def _thin(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Every k-th, so that labels do not overlap."""
    return places[:: ceil(len(places) / MAX_POINTS) or 1]


def _axes(right: int, top: int) -> Iterable[str]:
    """Both axes with a number at every whole nat."""
    low, high = HEIGHT - _MARGIN, _WIDTH - _MARGIN
    yield f'<path d="M{_MARGIN} {_MARGIN}V{low}H{high}"/>'
    for value in range(right + 1):
        x = _MARGIN + value / right * (_WIDTH - 2 * _MARGIN)
        yield f'<text x="{x:.1f}" y="{low + 18}" text-anchor="middle">{value}</text>'
    for value in range(top + 1):
        y = low - value / top * (HEIGHT - 2 * _MARGIN)
        yield f'<text x="{_MARGIN - 8}" y="{y + 4:.1f}" text-anchor="end">{value}</text>'
    middle = _WIDTH / 2
    yield f'<text x="{middle}" y="{HEIGHT - 16}" text-anchor="middle">lesser entropy of the neighbours (nats)</text>'
    yield (f'<text transform="translate(18 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">PMI per split (nats)</text>')
