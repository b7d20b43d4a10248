"""Lexicons: the shipped words and the user's own."""

from __future__ import annotations

from cnlp.lexicon.lexicon import Lexicon as Lexicon
from cnlp.lexicon.lexicon import load_lexicon as load_lexicon

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.lexicon.entries import Entry as Entry


def __getattr__(name: str) -> object:
    # Entry is a dataclass, and importing dataclasses costs more than a cold start may.
    if name == "Entry":
        from cnlp.lexicon.entries import Entry

        return Entry
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
