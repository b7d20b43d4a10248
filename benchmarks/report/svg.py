"""What pictures as SVG begin and end with."""

from __future__ import annotations

from collections.abc import Iterable


def drawing(width: int, height: int, parts: Iterable[str]) -> str:
    """The parts on a white ground.

    >>> drawing(720, 20, ['<path d="M0 0h9"/>']).splitlines()[1:3]
    ['<rect width="720" height="20" fill="white"/>', '<path d="M0 0h9"/>']
    """
    style = 'font-family="sans-serif" font-size="11"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {style}>'
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="white"/>', *parts, "</svg>", ""])
