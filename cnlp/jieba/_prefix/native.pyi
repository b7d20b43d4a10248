"""The C module as mypy sees it; ``reference.py`` is the same in Python."""

from collections.abc import Iterator
from typing import Any, TypeVar

Made = TypeVar("Made", bound=Pair)

def text_rank(terms: list[Any], span: int, damping: float, rounds: int) -> dict[Any, float]: ...

class Dictionary:
    def __init__(self) -> None: ...
    def __len__(self) -> int: ...
    def set(self, word: str, frequency: int) -> None: ...
    def get(self, word: object) -> int | None: ...
    def items(self) -> list[tuple[str, int]]: ...
    def load(self, data: bytes, start: int, names: dict[str, int] | None = None) -> tuple[int, int, int]: ...
    def cut(
        self,
        text: str,
        log_total: float,
        mode: int,
        narrow: bool,
        search: bool,
        hmm: bytes | None,
        forced: Dictionary | None,
    ) -> list[str] | tuple[list[str], bytes] | None: ...

class TagHmm:
    def __init__(
        self, places: bytes, tags: bytes, start: bytes, steps: bytes, seen: str, emitted: str, emissions: bytes
    ) -> None: ...

class Pair:
    word: str
    flag: str
    def __init__(self, word: str, flag: str) -> None: ...
    def __iter__(self) -> Iterator[str]: ...

def tag_text(
    dictionary: Dictionary,
    text: str,
    log_total: float,
    tags: Dictionary,
    names: list[str],
    hmm: TagHmm | None,
    made: type[Made],
) -> list[Made]: ...
