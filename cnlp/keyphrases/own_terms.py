"""Terms that the user's own lists decide: the tags of a lexicon, and the entries of a table of document frequencies.

A word that the segmenter's lexicon tags has the class of its tag, whatever the shipped table says of it; if the tag is
one of the user's own and asked for, it is a term in any case. An entry of the user's table is one word wherever it
begins and ends at words, so that terms of several words, or with blanks, are found as such; of overlapping ones the
longest, then the leftmost.

A table that was counted over a corpus has the words of every text. One without those (``COMMON_WORDS``) is a list of
terms: each of them is a candidate, also inside a longer word where the segmenter may split it
(:mod:`cnlp.segmentation.boundaries`), also if it is a numeral or another word that is none otherwise.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel.layout import TERM_CLASSED, TERM_CLASSES, TERM_LISTED, TERM_REFUSED
from cnlp.keyphrases.classes import CLASSES, CONTENT, class_mask, class_of
from cnlp.pos.tagsets import PFR
from cnlp.segmentation.boundaries import Boundaries
from cnlp.types import Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnlp._kernel import kernel
    from cnlp.keyphrases.idf import Idf
    from cnlp.segmentation import Segmenter

    Span = tuple[int, int]

COMMON_WORDS = ("的", "是", "在", "了", "和")


class OwnTerms:
    """What decides the terms of a text besides the shipped table.

    Args:
        segmenter: gives the words, and the tags of its lexicon.
        idf: a table of the user's, or ``None``.
        pos: the parts of speech that are wanted; all content words if ``None``.
        lexicon: the shipped table.

    Attributes:
        classes: bits of the classes that are wanted.

    Raises:
        ArgumentError: neither a class nor a tag of the lexicon has such a name.
    """

    def __init__(self, segmenter: Segmenter, idf: Idf | None, pos: Iterable[str] | None, lexicon: kernel.Trie) -> None:
        self._segmenter, self._idf, self._lexicon = segmenter, idf, lexicon
        tags = {entry.tag for entry in segmenter.lexicon.entries if entry.tag is not None}
        self._has_tags = bool(tags)
        wanted = None if pos is None else {pos} if isinstance(pos, str) else set(pos)
        self._wanted = wanted
        try:
            self.classes = class_mask(None if wanted is None else sorted(wanted - (tags - PFR.keys())))
        except errors.ArgumentError as error:
            raise error if not tags else errors.ArgumentError(f"{error}, {', '.join(sorted(tags))}") from None
        self._is_list = idf is not None and not any(word in idf.trie for word in COMMON_WORDS)

    def words(self, text: str) -> tuple[list[str] | kernel.Segmenter, bytes]:
        """What the kernel's ``Terms`` takes as words of a text, and as their kinds."""
        if not self._has_tags and self._idf is None:
            return self._segmenter.kernel if self._segmenter.is_plain else self._segmenter.segment(text), b""
        tokens = self._segmenter.tokenize(text) if self._has_tags else []
        kinds = {(token.start, token.end): self._kind(token) for token in tokens if token.tag is not None}
        words = [token.text for token in tokens] if tokens else self._segmenter.segment(text)
        terms = [] if self._idf is None else self._entries(self._idf, text, words)
        if terms:
            words = [text[start:end] for start, end in pairwise(_borders(words, terms))]
        if terms and self._is_list and self._wanted is None:
            kinds = {span: TERM_CLASSED + TERM_LISTED + self._class(text[slice(*span)]) for span in terms} | kinds
        if not kinds:
            return words, b""
        return words, bytes(kinds.get(span, 0) for span in pairwise(_ends(words)))

    def _kind(self, token: Token) -> int:
        """Of a word that the lexicon tags."""
        tag = token.tag or ""
        if tag in PFR:
            word_class = class_of(tag)
            return TERM_CLASSED + word_class if self.classes >> word_class & 1 else TERM_REFUSED
        if self._wanted is None:
            return TERM_CLASSED + CLASSES.index("unknown")
        return TERM_CLASSED + TERM_LISTED if tag in self._wanted else TERM_REFUSED

    def _class(self, word: str) -> int:
        """The class of a listed term; one of closed classes counts as unknown."""
        facts = self._lexicon.find(word)[1]
        word_class = (facts - 1) % TERM_CLASSES if facts else 0
        return word_class if CONTENT >> word_class & 1 else 0

    def _entries(self, idf: Idf, text: str, words: Sequence[str]) -> list[Span]:
        """Where entries of the table are words; only new ones if it was counted over a corpus."""
        matches = idf.trie.matches(text)
        if self._is_list:
            boundaries = Boundaries(text, words)
            return _longest([(start, end) for start, end, _ in matches if boundaries.allow(start, end)], len(text))
        after = dict(pairwise(_ends(words)))
        after[len(text)] = len(text)
        several = [(start, end) for start, end, _ in matches if end in after and after.get(start, end) < end]
        return _longest(several, len(text)) if several else []


def _ends(words: Iterable[str]) -> list[int]:
    return [0, *accumulate(map(len, words))]


def _borders(words: Iterable[str], terms: Iterable[Span]) -> list[int]:
    """Where words begin and end, in order, after the terms are words."""
    inside = {place for start, end in terms for place in range(start + 1, end)}
    return sorted({*_ends(words), *(place for span in terms for place in span)} - inside)


def _longest(spans: Sequence[Span], size: int) -> list[Span]:
    """Of overlapping spans the longest, then the leftmost."""
    taken = bytearray(size)
    chosen = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\x01" * (end - start)
            chosen.append((start, end))
    return chosen
