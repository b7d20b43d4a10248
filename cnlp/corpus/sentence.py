"""The value that the tagged formats yield: words, their tags, and the brackets around some of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compound:
    """A bracketed unit of several words, such as PFR's ``[中央/n  电视台/n]nt``.

    Attributes:
        start: index of its first word in the sentence, from 0.
        end: index of its last word, plus 1.
        tag: the tag of the whole.

    >>> Compound(0, 2, "nt")
    Compound(start=0, end=2, tag='nt')
    """

    start: int
    end: int
    tag: str


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """One sentence (or paragraph, where the format keeps paragraphs) of a tagged corpus.

    Attributes:
        words: the words, in order.
        tags: one tag for each word.
        compounds: bracketed units in the order in which they close; empty unless they were asked for.
        identifier: the name that the corpus gives to the line, or ``None``.

    >>> sentence = TaggedSentence(("北京", "欢迎", "你"), ("ns", "v", "r"))
    >>> sentence.text
    '北京欢迎你'
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    compounds: tuple[Compound, ...] = ()
    identifier: str | None = None

    @property
    def text(self) -> str:
        """The sentence without the spaces between its words."""
        return "".join(self.words)
