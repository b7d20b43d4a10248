"""Lexicon entries and the text files that hold them.

Our format, one entry a line, fields separated by tabs, only the word required::

    word    weight    tag    mode    extra

The mode is one of

    prefer   a candidate that wins over the pieces it is made of, but can be outweighed (default)
    force    always a word; of overlapping ones the longest, then the leftmost
    split    always split, into the pieces in ``extra``, which are separated by spaces
    block    never a word

and may be followed by flags, separated by commas: ``partial`` lets the word begin or end inside a
run of Latin letters or digits, ``regex`` makes the word a regular expression (prefer or force).

A file without any tab is read as jieba reads it: ``word [frequency] [tag]``, separated by spaces.
Lines that are blank or begin with ``#`` and a space are skipped. The encoding is UTF-8.
"""

from __future__ import annotations

import os

from cnlp import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final, NamedTuple, TypeAlias

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

_JIEBA_LINE = r"(?P<word>.+?)(?: (?P<weight>[0-9]+))?(?: (?P<tag>[a-z]+))?"


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
        mode: str = "prefer",
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


def read_entries(path: str | os.PathLike[str]) -> list[Entry]:
    """Read a lexicon file, ours or jieba's.

    Raises:
        OSError: the file cannot be read.
        EncodingError: it is not UTF-8.
        FormatError: a line breaks the format; the message names file, line and reason.
    """
    return list(map(Entry._make, read_rows(path)))


def read_rows(path: str | os.PathLike[str]) -> list[EntryRow]:
    """The same as plain tuples, which take a third of the time."""
    return list(_parse_rows(read_lines_at_once(path), path))


def read_lines_at_once(path: str | os.PathLike[str]) -> list[str]:
    """The lines of a UTF-8 file without their endings; a byte order mark is left out.

    Raises:
        OSError: the file cannot be read.
        EncodingError: it is not UTF-8; the byte's offset is named.
    """
    with open(path, "rb") as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from after the byte order mark
        offset = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        raise errors.undecodable(path, "utf-8", offset, data[offset:]) from None
    return text.replace("\r\n", "\n").split("\n")


def parse_entries(lines: Iterable[str], path: str | os.PathLike[str] = "<lexicon>") -> Iterator[Entry]:
    """Parse lines of a lexicon; ``path`` is for messages.

    >>> list(parse_entries(["云计算\\t\\t\\tforce"]))[0].mode
    'force'
    >>> list(parse_entries(["创新办 3 i"]))[0].tag
    'i'

    Raises:
        FormatError: a line breaks the format.
    """
    return map(Entry._make, _parse_rows([line.rstrip("\r\n") for line in lines], path))


def _parse_rows(lines: list[str], path: str | os.PathLike[str]) -> Iterator[EntryRow]:
    parse = _parse_tabs if any("\t" in line for line in lines) else _parse_jieba
    for number, line in enumerate(lines, 1):
        if line[:2] in ("", "#", "# ") or line.isspace():
            continue
        try:
            yield parse(line)
        except ValueError as error:
            raise errors.bad_line(path, number, str(error)) from None


def _parse_tabs(line: str) -> EntryRow:
    fields = line.split("\t")
    if len(fields) > 5:
        raise ValueError(f"at most 5 fields (word, weight, tag, mode, extra), got {len(fields)}")
    word = fields[0]
    if not any(fields[1::2]) and 0 < len(word) <= MAX_WORD_LENGTH:  # no weight, no mode: nothing to check
        return word, None, (fields[2] or None) if len(fields) > 2 else None, "prefer", (), False, False
    word, weight, tag, mode, extra = fields + [""] * (5 - len(fields))
    name, *flags = (mode or "prefer").split(",")
    for flag in flags:
        if flag not in ENTRY_FLAGS:
            raise errors.unknown_choice("flag", flag, ENTRY_FLAGS)
    return Entry(
        word,
        _parse_weight(weight),
        tag or None,
        name,
        tuple(extra.split()) if name == "split" else (),
        "partial" in flags,
        "regex" in flags,
    )


def _parse_weight(field: str) -> float | None:
    if not field:
        return None
    try:
        return float(field)
    except ValueError:
        raise ValueError(f"weight must be a number, got {field!r}") from None


def _parse_jieba(line: str) -> EntryRow:
    word, *rest = line.split(" ")
    if len(rest) == 2 and rest[0].isdigit() and rest[0].isascii() and 0 < len(word) <= MAX_WORD_LENGTH:
        weight, tag = rest
        if weight.strip("0") and tag.isalpha() and tag.islower() and tag.isascii():
            return word, float(weight), tag, "prefer", (), False, False  # as most lines are
    import re

    match = re.fullmatch(_JIEBA_LINE, line.strip())
    assert match
    word, frequency, kind = match["word"], match["weight"], match["tag"]
    if kind and not frequency and word.isascii():  # "hello world" is a word with a space, not a tagged one
        word, kind = f"{word} {kind}", None
    return Entry(word, float(frequency) if frequency and int(frequency) else None, kind)
