"""Lexicon entries."""

from __future__ import annotations

from cnlp import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final, NamedTuple, TypeAlias

    from cnlp.names import EntryMode

    # An Entry, or the same fields as a plain tuple.
    EntryRow: TypeAlias = tuple[str, float | None, str | None, str, tuple[str, ...], bool, bool]

    class _Fields(NamedTuple):
        word: str
        weight: float | None
        tag: str | None
        mode: str
        pieces: tuple[str, ...]
        partial: bool
        regex: bool
else:  # importing typing, collections or re takes longer than compiling a small lexicon
    from operator import itemgetter

    class _Fields(tuple):
        """A named tuple of the fields above."""

        __slots__ = ()
        _fields = ("word", "weight", "tag", "mode", "pieces", "partial", "regex")
        word, weight, tag, mode, pieces, partial, regex = map(property, map(itemgetter, range(7)))

        @classmethod
        def _make(cls, fields):
            return tuple.__new__(cls, fields)

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"


ENTRY_MODES = ("prefer", "force", "split", "block")
ENTRY_FLAGS = ("partial", "regex")
MAX_WORD_LENGTH = 1000  # code points; also bounds the depth of the trie
WORD: Final = 0  # places in a Row
REGEX: Final = 6


class Entry(_Fields):
    """One entry of a lexicon: an immutable tuple of fields.

    Attributes:
        word: any characters, white space and punctuation included; with ``regex`` an expression in the syntax of
            :mod:`cnlp.text.expression`, matched against the original text.
        weight: how often the word occurs, on the scale of the base lexicon (about 60 million words
            in all); ``None``: just enough to win over the word's pieces.
        tag: part of speech, any string.
        mode: ``"prefer"``, ``"force"``, ``"split"`` or ``"block"``.
        pieces: for ``split``: the words to cut into; together they are ``word``.
        partial: may begin and end inside a run of Latin letters or digits.
        regex: ``word`` is a regular expression.

    Raises:
        ArgumentError: the fields contradict each other.

    >>> Entry("云计算", mode="force").word
    '云计算'
    """

    __slots__ = ()

    def __new__(
        cls,
        word: str,
        weight: float | None = None,
        tag: str | None = None,
        mode: EntryMode = "prefer",
        pieces: Iterable[str] = (),
        partial: bool = False,
        regex: bool = False,
    ) -> Entry:
        entry = cls._make((word, weight, tag, mode, tuple(pieces), partial, regex))
        reason = _fault(entry)
        if reason:
            raise errors.ArgumentError(reason)
        return entry


def _fault(entry: Entry) -> str:
    if not isinstance(entry.word, str):
        return str(errors.not_text(entry.word, "word"))
    if not entry.word:
        return "the word is empty"
    if len(entry.word) > MAX_WORD_LENGTH:
        return f"the word has {len(entry.word)} characters, at most {MAX_WORD_LENGTH} are allowed"
    if entry.mode not in ENTRY_MODES:
        return str(errors.unknown_choice("mode", entry.mode, ENTRY_MODES))
    if entry.tag is not None and not isinstance(entry.tag, str):
        return str(errors.not_text(entry.tag, "tag"))
    if entry.weight is not None and not hasattr(type(entry.weight), "__float__"):
        return f"weight must be a number, not {type(entry.weight).__name__}"
    if entry.weight is not None and not 0 <= entry.weight < float("inf"):
        return f"weight must be a number from 0 on, got {entry.weight!r}"
    if entry.mode == "split" and "".join(entry.pieces) != entry.word:
        return f"the pieces {' '.join(entry.pieces)!r} do not make up the word {entry.word!r}"
    if entry.mode == "split" and not all(entry.pieces):
        return "a piece is empty"
    if entry.mode != "split" and entry.pieces:
        return "pieces are for the mode 'split' only"
    if entry.mode == "block" and len(entry.word) == 1:
        return "a single character cannot be blocked: nothing could replace it"
    if entry.regex:
        return _regex_fault(entry)
    return ""


def _regex_fault(entry: Entry) -> str:
    from cnlp.text.expression import exact_expression

    if entry.mode not in ("prefer", "force"):
        return f"a regular expression cannot have the mode {entry.mode!r}"
    try:
        exact_expression(entry.word)
    except errors.ArgumentError as error:
        return str(error)
    return ""


def check_form(form: object, name: str, most: int) -> None:
    """Refuse a form that cannot be listed; ``name`` is what the message calls it.

    Raises:
        TextTypeError: it is no str.
        ArgumentError: it is empty, or longer than ``most`` characters.
    """
    if not isinstance(form, str):
        raise errors.not_text(form, name)
    if not form:
        raise errors.ArgumentError(f"the {name} is empty")
    if len(form) > most:
        raise errors.ArgumentError(f"the {name} has {len(form)} characters, at most {most} are allowed")
