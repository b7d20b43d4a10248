"""A scatter plot of freedom against cohesion as an SVG file, which any browser shows.

One point for each n-gram: the lesser of its two entropies to the right, its PMI for each place where it could
be split upwards. The words chosen are coloured, the best of them named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil

from cnlp.discovery.scoring import Measures
from cnlp.types import Candidate

_WIDTH, HEIGHT, _MARGIN = 900, 640, 60
MAX_POINTS = 4000  # of each kind; more would only hide each other
MAX_NAMES = 60

_STYLE = (
    "text{font:12px sans-serif;fill:#333}.other{fill:#bbb}.word{fill:#c0392b}"
    ".name{font-size:11px;fill:#c0392b}path{stroke:#666;fill:none}"
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
        lines += (f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="2"/>' for x, y in map(point, places))
    for word, place in list(zip(words, red, strict=True))[:MAX_NAMES]:
        x, y = point(place)
        lines.append(f'<text class="name" x="{x + 4:.1f}" y="{y + 4:.1f}">{escape(word.text)}</text>')
    return "\n".join([*lines, "</svg>\n"])


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
