"""The kernel as mypy sees it: the types and functions of the C module, and of its twin in Python.

What each computes is written in ``cnlp/_kernel/reference``. Arrays are bytes in the machine's order; a ``Range`` is
where an array lies in its source: start and size in bytes.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeAlias, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")
Range: TypeAlias = tuple[int, int]
Edge: TypeAlias = tuple[int, int, int, int, int]  # start, end, id, cost, source
Word: TypeAlias = tuple[int, int]  # end, source

class Mapping:
    def __init__(self, path: str) -> None: ...
    def __len__(self) -> int: ...
    def read(self, start: int, size: int) -> bytes: ...

class Trie:
    def __init__(self, source: Mapping | bytes, arrays: dict[str, Range], max_length: int) -> None: ...
    def find(self, word: str) -> tuple[int, int]: ...
    def find_all(self, words: list[str]) -> bytes: ...
    def longest(self) -> int: ...
    def matches(self, text: str) -> list[tuple[int, int, int]]: ...

class Overlay:
    def __init__(
        self,
        trie: Trie,
        modes: bytes,
        costs: bytes,
        gains: bytes,
        ids: bytes,
        pieces: bytes,
        pieces_at: bytes,
    ) -> None: ...

class Model:
    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        max_length: int,
        word_cost: int,
        alphabet: tuple[bytes, bytes] | None,
        use_patterns: bool,
    ) -> None: ...
    @property
    def unknown(self) -> int: ...
    @property
    def word_cost(self) -> int: ...
    def edges(self, text: str, overlay: Overlay | None, spans: bytes | None) -> list[Edge]: ...
    def bonus(self, left: int, right: int) -> int: ...
    def path_costs(self, texts: list[str]) -> bytes: ...

class Tagger:
    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        standard: str,
        n_classes: int,
        nat: int,
        mark: int,
        binding: int,
    ) -> None: ...
    @property
    def transitions(self) -> bytes: ...
    def scores(self, text: str, overlay: Overlay | None = None) -> bytes: ...

class Segmenter:
    def __init__(self, model: Model, algorithm: int, overlay: Overlay | None, tagger: Tagger | None = None) -> None: ...
    def segment(self, text: str) -> list[str]: ...
    def segment_all(self, texts: list[str]) -> list[list[str]]: ...
    def segment_bytes(self, data: bytes, delimiter: bytes) -> bytes: ...
    def tokens(self, token: Callable[..., Any], sources: tuple[str, ...], text: str) -> list[Any]: ...
    def words(self, text: str, spans: bytes | None) -> list[Word]: ...
    def propose(self, text: str, spans: bytes | None) -> bytes: ...
    def constraints(self, text: str, spans: bytes | None) -> tuple[bytes, bytes]: ...

class WordTagger:
    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        tags: tuple[str, ...],
        model: Model,
        closed: bytes,
        nouns: int,
    ) -> None: ...
    def predict(self, words: list[str], space: str) -> list[str]: ...
    def tokens(
        self,
        segmenter: Segmenter,
        token: Callable[..., Any],
        sources: tuple[str, ...],
        space: str,
        text: str,
        spans: bytes | None = None,
    ) -> list[Any]: ...
    def tokens_all(
        self, segmenter: Segmenter, token: Callable[..., Any], sources: tuple[str, ...], space: str, texts: list[str]
    ) -> list[list[Any]]: ...

class EntityTagger:
    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        unit: float,
        entity: type[Any],
        labels: tuple[str, ...],
        kinds: tuple[str, ...],
    ) -> None: ...
    def entities(self, segmenter: Segmenter, text: str) -> list[Any]: ...
    def entities_all(self, segmenter: Segmenter, texts: list[str]) -> list[list[Any]]: ...

class Terms:
    def __init__(
        self,
        text: str,
        words: list[str] | Segmenter,
        lexicon: Trie,
        idf: Trie | None,
        levels: bytes,
        stops: Trie | None,
        letters: bytes,
        classes: int,
        min_length: int,
        max_words: int,
        kinds: bytes = b"",
    ) -> None: ...
    def terms(self) -> list[str]: ...
    def frequencies(self, weighted: bool, sublinear: bool) -> bytes: ...
    def edges(self, window: int) -> tuple[bytes, bytes, bytes]: ...
    def rank(self, keyword: type[Any], scores: bytes, top_k: int) -> list[Any]: ...
    def features(self, headings: bytes, longest: int) -> tuple[bytes, bytes]: ...
    def combine(
        self, keyword: type[Any], weights: bytes, headings: bytes, longest: int, top_k: int, distinct: bool
    ) -> list[Any]: ...

def build_trie(words: list[str], values: bytes, pages: bytes, codes: bytes) -> tuple[bytes, bytes]: ...
def cut_at(text: str, ends: bytes) -> list[str]: ...
def count_text(data: bytes) -> tuple[int, int]: ...
def pagerank(
    size: int, lefts: bytes, rights: bytes, weights: bytes, damping: float, tolerance: float, iterations: int
) -> tuple[bytes, int]: ...
def Shortcut(function: Callable[_P, _R], find: Callable[..., Callable[[str], _R] | None]) -> Callable[_P, _R]: ...
