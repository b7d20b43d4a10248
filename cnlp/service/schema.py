"""Requests and responses of the service; its OpenAPI description is made of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from cnlp.lexicon import Entry
from cnlp.names import Algorithm, KeywordMethod, Mode, Tagset
from cnlp.service.settings import MAX_ENTRIES, MAX_TEXTS, MAX_WORD

Text = Annotated[str, Field(description="One text; no character of it is lost.")]
Texts = Annotated[list[str], Field(max_length=MAX_TEXTS, description="Many texts; the answer has their order.")]
Word = Annotated[str, Field(min_length=1, max_length=MAX_WORD)]
LongWord = Annotated[str, Field(min_length=2, max_length=MAX_WORD)]


def _whole(value: object) -> object:
    """5.0 as 5: JSON has one type for both."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ListedWord(_Strict):
    """A word, or with ``regex`` an expression, that is added (``prefer``) or always segmented as one (``force``)."""

    word: Word
    mode: Literal["prefer", "force"] = "prefer"
    weight: Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)] | None = None
    tag: str | None = None
    partial: bool = False
    regex: bool = False

    @property
    def text(self) -> str:
        return self.word

    def entry(self) -> Entry:
        return Entry(self.word, self.weight, self.tag, self.mode, partial=self.partial, regex=self.regex)


class BlockedWord(_Strict):
    """A string that is never a word."""

    word: LongWord
    mode: Literal["block"]

    @property
    def text(self) -> str:
        return self.word

    def entry(self) -> Entry:
        return Entry(self.word, mode="block")


class SplitWord(_Strict):
    """A string that is always segmented into these pieces."""

    pieces: Annotated[list[Word], Field(min_length=1, max_length=100)]
    mode: Literal["split"]

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def entry(self) -> Entry:
        return Entry(self.text, mode="split", pieces=self.pieces)


LexiconEntries = Annotated[list[Word | ListedWord | BlockedWord | SplitWord], Field(max_length=MAX_ENTRIES)]


class AnyRequest(_Strict):
    """A text and the words of its user."""

    text: Text | Texts
    lexicon: LexiconEntries = []

    def entries(self) -> tuple[Entry | str, ...]:
        return tuple(item if isinstance(item, str) else item.entry() for item in self.lexicon)

    @property
    def expressions(self) -> int:
        """How many entries are regular expressions."""
        return sum(isinstance(item, ListedWord) and item.regex for item in self.lexicon)

    @property
    def matches(self) -> int:
        """How many places of entries there can be in the texts, at most."""
        lengths = {len(item if isinstance(item, str) else item.text) for item in self.lexicon}
        return len(lengths) * (len(self.text) if isinstance(self.text, str) else sum(map(len, self.text)))


class Segmentation(AnyRequest):
    """The settings of a segmentation besides."""

    algorithm: Algorithm | None = None
    standard: Annotated[str, Field(description="Segmentation standard, such as pku or msr.")] | None = None


class SegmentRequest(Segmentation):
    mode: Mode = "default"


class TagRequest(Segmentation):
    tagset: Tagset = "pfr"


class EntitiesRequest(AnyRequest):
    standard: Annotated[str, Field(description="Conventions of entities, such as general or msra.")] | None = None


class KeywordsRequest(Segmentation):
    method: KeywordMethod = "combined"
    top_k: Annotated[int, Field(ge=0, le=1000), BeforeValidator(_whole)] = 20


class ExplainRequest(Segmentation):
    text: Annotated[str, Field(max_length=200)]


class Words(BaseModel):
    words: list[str] | list[list[str]]


class TaggedToken(BaseModel):
    text: str
    start: int
    end: int
    tag: str | None


class Tokens(BaseModel):
    tokens: list[TaggedToken] | list[list[TaggedToken]]


class Entity(BaseModel):
    text: str
    start: int
    end: int
    label: str
    score: float
    name: str | None
    kind: str | None


class Entities(BaseModel):
    entities: list[Entity] | list[list[Entity]]


class Keyword(BaseModel):
    text: str
    score: float
    count: int
    spans: list[tuple[int, int]]


class Keywords(BaseModel):
    keywords: list[Keyword] | list[list[Keyword]]


class Candidate(BaseModel):
    text: str
    start: int
    end: int
    source: str
    cost: float
    path_cost: float | None
    chosen: bool


class Explanation(BaseModel):
    words: list[str]
    candidates: list[Candidate]


class Health(BaseModel):
    status: Literal["ok"]
    version: str


class Error(BaseModel):
    """An error: what was wrong, and what would be right."""

    error: str


def explain_fault(fault: dict[str, object]) -> str:
    """One finding of the validation as a sentence.

    >>> explain_fault({"loc": ("text",), "msg": "Field required", "input": {}, "type": "missing"})
    'text: field required'
    """
    place = ".".join(str(part) for part in tuple(fault["loc"]) or ("body",))  # type: ignore[arg-type]
    message = str(fault["msg"])
    return f"{place}: {message[:1].lower()}{message[1:]}"
