"""The standards of a recognizer: what it learns from, :class:`Part`, and the names of their arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cnlp.ner.base import Labelled

GENERAL = "general"


@dataclass(frozen=True)
class Part:
    """Sentences of one standard.

    Attributes:
        sentences: texts with their spans ``(start, end, label)``; what can be read only once becomes a list.
        standard: the name of their conventions.
        repeat: how often an epoch sees each sentence.
    """

    sentences: Sequence[Labelled]
    standard: str = GENERAL
    repeat: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.sentences, Sequence):
            object.__setattr__(self, "sentences", list(self.sentences))


class OfKind(NamedTuple):
    """An entity of known kind.

    Attributes:
        text: in which it occurs.
        start, end: its span.
        label: such as ``"ORG"``.
        kind: such as ``"company"``.
    """

    text: str
    start: int
    end: int
    label: str
    kind: str


def array_of(name: str, standard: int) -> str:
    """The name of the array of a standard; the first has no mark.

    >>> array_of("rows", 0), array_of("rows", 1)
    ('rows', 'rows.1')
    """
    return f"{name}.{standard}" if standard else name
