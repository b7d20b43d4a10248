"""A model, an algorithm and a user lexicon: the twin of the type Segmenter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel.layout import BIGRAM, FORWARD, IS_SPACE, TAGGER, UNIGRAM
from cnlp._kernel.reference import tagger as characters
from cnlp._kernel.reference.decode import bigram_path, matching, unigram_path
from cnlp._kernel.reference.lattice import Lattice

if TYPE_CHECKING:
    from typing import Any

    from cnlp._kernel.reference.tables import Overlay, Tables
    from cnlp._kernel.reference.tagger import Tagger


class Segmenter:
    """Segments texts; what :class:`cnlp.Segmenter` calls."""

    def __init__(self, model: Tables, algorithm: int, overlay: Overlay | None, tagger: Tagger | None = None) -> None:
        if not FORWARD <= algorithm <= TAGGER:
            raise ValueError("no such algorithm")
        if algorithm == TAGGER if tagger is None else algorithm < BIGRAM:
            raise TypeError("TAGGER needs a Tagger, BIGRAM can have one, no other algorithm has")
        self.tagger = tagger
        self.model = model
        self.algorithm = algorithm
        self.overlay = overlay

    def segment(self, text: str) -> list[str]:
        """The words of the text."""
        if not isinstance(text, str):
            raise errors.not_text(text)
        words, start = [], 0
        for end, _ in self.words(text, None):
            words.append(text[start:end])
            start = end
        return words

    def segment_all(self, texts: list[str]) -> list[list[str]]:
        """The words of each text."""
        return [self.segment(text) for text in texts]

    def tokens(self, token: Any, sources: tuple[str, ...], text: str) -> list[Any]:
        """The words as objects: ``token(text, start, end, tag, source)``, all without a tag."""
        if not isinstance(text, str):
            raise errors.not_text(text)
        found, start = [], 0
        for end, source in self.words(text, None):
            found.append(token(text[start:end], start, end, None, sources[source]))
            start = end
        return found

    def words(self, text: str, spans: bytes | None) -> list[tuple[int, int]]:
        """(end, source) of each word."""
        if self.tagger and self.algorithm == TAGGER:
            return characters.segment(self.tagger, self.model, self.overlay, text, spans)
        if self.tagger:
            spans = self.propose(text, spans)
        lattice = Lattice(self.model, text, self.overlay, spans)
        if self.algorithm == BIGRAM:
            return bigram_path(lattice)[0]
        if self.algorithm == UNIGRAM:
            return unigram_path(lattice)[0]
        return matching(lattice, self.algorithm)

    def propose(self, text: str, spans: bytes | None) -> bytes:
        """The spans, and the words that the tagger proposes to the lattice, as spans."""
        if not self.tagger:
            raise ValueError("words are proposed by a tagger")
        return characters.propose(self.tagger, self.model, self.overlay, text, spans)

    def constraints(self, text: str, spans: bytes | None) -> tuple[bytes, bytes]:
        """The constraints of a tagger: flags of the positions, bonuses as int32[3]."""
        if not self.tagger:
            raise ValueError("constraints are those of a tagger")
        return characters.constraints(self.tagger, self.model, self.overlay, text, spans)

    def segment_bytes(self, data: bytes, delimiter: bytes) -> bytes:
        """UTF-8 in, UTF-8 out; the delimiter is put between words, but not beside white space."""
        text = data.decode("utf-8")
        is_space = [bool(flag & IS_SPACE) for flag in self.model.categories_and_flags(text)[1]]
        parts, start = [], 0
        for end, _ in self.words(text, None):
            if start and not (is_space[start - 1] or is_space[start]):
                parts.append(delimiter)
            parts.append(text[start:end].encode("utf-8"))
            start = end
        return b"".join(parts)
