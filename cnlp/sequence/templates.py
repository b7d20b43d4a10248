"""Feature templates of linear sequence models, merged into streams.

A *stream* gives every position q of a sequence at most one key, and the key owns one row of weights: a score for
every tag of every position ``q + low .. q + high``. So the templates c[-2], c[-1], c[0], c[1] and c[2] are one stream,
and decoding reads memory once for a character instead of five times.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnlp._kernel.layout import NOTHING

__all__ = ["NOTHING", "Template"]


@dataclass(frozen=True, slots=True)
class Template:
    """One stream: its name and the window of positions that a row speaks about, relative to its key."""

    name: str
    low: int
    high: int

    @property
    def width(self) -> int:
        """Positions that a row speaks about."""
        return self.high - self.low + 1
