"""What pictures in SVG share: fonts that have Chinese, text that XML can hold, and how wide it is."""

from __future__ import annotations

from html import escape
from unicodedata import east_asian_width

FONTS = "system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
_NARROW = 0.62  # of the size of the font: a digit or a letter of the usual fonts, rounded up


def svg_text(text: str) -> str:
    """``text`` for XML, which has no place for control characters and lone surrogates.

    >>> svg_text("a<b\\x00")
    'a&lt;b\N{REPLACEMENT CHARACTER}'
    """
    return escape("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text))


def text_width(text: str, size: float) -> float:
    """How wide a text is at most, in the unit of the size of its font.

    >>> text_width("长江", 12)
    24.0
    """
    return float(sum(size if east_asian_width(char) in "WFA" else _NARROW * size for char in text))


def shortened(text: str, width: float, size: float) -> str:
    """``text``, or as much of it as fits with an ellipsis.

    >>> shortened("南京市长江大桥", 60, 12)
    '南京市长…'
    """
    if text_width(text, size) <= width:
        return text
    while text and text_width(text, size) > width - size:
        text = text[:-1]
    return text + "…"
