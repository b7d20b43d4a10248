"""The values that the package returns: plain frozen dataclasses, spans over the original text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A word and its span.

    Attributes:
        text: the word as in the original text; ``original[start:end] == text``.
        start: offset of its first character, counted in code points from 0.
        end: end offset, exclusive, in code points.
        tag: part of speech, or ``None`` where none was asked for or known.
        source: what proposed the word: ``"lexicon"``, ``"user"``, ``"pattern"``, ``"character"`` or ``"tagger"``.

    >>> Token("北京", 0, 2)
    Token(text='北京', start=0, end=2, tag=None, source=None)
    """

    text: str
    start: int
    end: int
    tag: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity and its span.

    Attributes:
        text: the mention as in the original text; ``original[start:end] == text``.
        start: offset of its first character, counted in code points from 0.
        end: end offset, exclusive, in code points.
        label: its type, such as ``"PER"``, ``"LOC"`` or ``"ORG"``; any string.
        score: how sure its source is, from 0 to 1; gazetteers and rules say 1.
        name: its canonical name from a gazetteer, or ``None``.
        kind: what it is more exactly, such as ``"company"``; ``None`` where its source does not say.

    >>> Entity("北大", 2, 4, "ORG", name="北京大学")
    Entity(text='北大', start=2, end=4, label='ORG', score=1.0, name='北京大学', kind=None)
    """

    text: str
    start: int
    end: int
    label: str
    score: float = 1.0
    name: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A model that comes with the package.

    Attributes:
        name: by which :func:`cnlp.load` and every ``model=`` know it.
        kind: what it is, such as ``"segmenter"`` or ``"entities"``.
        size: of its file, in bytes.
        standards: the conventions that it can follow, the default first; empty where there is no choice.
        description: what it does.
        path: of its file.

    >>> Model("hmm", "segmenter", 238_525, ("general",), "Segments text.", "hmm.safetensors").kind
    'segmenter'
    """

    name: str
    kind: str
    size: int
    standards: tuple[str, ...]
    description: str
    path: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A string that may be a word, found in raw text.

    Attributes:
        text: the string.
        count: how often it occurs.
        pmi: pointwise mutual information of its two parts where it falls apart most easily, in nats.
        left_entropy: entropy of its left neighbours, in nats.
        right_entropy: entropy of its right neighbours, in nats.
        score: the greater the better; comparable within one run and method.

    >>> Candidate("葡萄", 8, 2.0, 1.5, 3.0, 6.2).text
    '葡萄'
    """

    text: str
    count: int
    pmi: float
    left_entropy: float
    right_entropy: float
    score: float


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word, phrase or sentence that describes the content of a text.

    Attributes:
        text: its first occurrence in the original text.
        score: the greater the better; its meaning depends on the method.
        count: number of occurrences in the text.
        spans: start and end of each occurrence, in code points; ``original[start:end]`` equals ``text`` except
            for width and case.

    >>> Keyword("长江", 2.0, 1, ((0, 2),)).spans
    ((0, 2),)
    """

    text: str
    score: float
    count: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a text, of whole sentences.

    Attributes:
        text: the piece; ``original[start:end] == text``.
        start: offset of its first character, counted in code points from 0.
        end: end offset, exclusive, in code points.

    >>> Chunk("你好。", 0, 3).end
    3
    """

    text: str
    start: int
    end: int
