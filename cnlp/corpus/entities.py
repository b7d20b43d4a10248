"""Sentences with named entities, and the format most corpora of them have: columns, a character a line.

A line holds the character (or word), white space, and its tag in BIO, BMES or IOBES; the tag is the last column and
columns between are skipped, so the columns of CoNLL-2002 and 2003 are read too. Columns are separated by tabs, or by
single spaces where the line has no tab; an empty first column means the separator itself. An empty line ends
the sentence. Tokens are joined without spaces, as Chinese is written, but for a blank between two words of letters
or digits. Sentences with tokens of several characters (English words) keep them, so that they are written as they were.

Sources: Tjong Kim Sang and De Meulder, CoNLL-2003 shared task, 2003; Levow, The Third International Chinese
Language Processing Bakeoff, 2006 (MSRA); Peng and Dredze, Named Entity Recognition for Chinese Social Media, 2015
(Weibo, each character followed by its position in its word: 科0 技1).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from cnlp import errors
from cnlp.corpus.lines import read_numbered_lines
from cnlp.names import Repair
from cnlp.sequence.schemes import Scheme, TagReader, spans_to_tags
from cnlp.text.characters import DIGIT, LATIN, LETTER, char_class

_DOCUMENT = "-DOCSTART-"
_POSITIONED = re.compile("([^0-9]+|[0-9])[0-9]+")


class Sentence(NamedTuple):
    """A text and its entities.

    Attributes:
        text: the sentence.
        spans: ``(start, end, label)``, by start, then end; offsets count code points of ``text``.

    >>> sentence = Sentence("他在北京", ((2, 4, "LOC"),))
    >>> [sentence.text[start:end] for start, end, label in sentence.spans]
    ['北京']
    """

    text: str
    spans: tuple[tuple[int, int, str], ...]


class TokenSentence(Sentence):
    """A sentence some of whose tokens have several characters.

    Attributes:
        tokens: where they start and end; between two of them may be a blank.
    """

    tokens: tuple[tuple[int, int], ...] = ()


@dataclass
class Repairs:
    """What a reader with ``repair`` changed.

    Attributes:
        tags: in how many places tags broke their scheme.
        overlaps: how many overlapping entities were left out.
    """

    tags: int = 0
    overlaps: int = 0


def read_columns(
    path: str | os.PathLike[str],
    scheme: str | Scheme = "BIO",
    *,
    positions: bool = False,
    repair: Repair | None = None,
    encoding: str = "utf-8",
) -> Iterator[Sentence]:
    """Yield each sentence of a file of columns.

    Args:
        path: the file; CR LF line ends and a byte order mark are tolerated.
        scheme: BIO, BMES or IOBES.
        positions: each character carries its position in its word (Weibo's 科0 技1), which is left out.
        repair: what to do with tags that break the scheme: ``None`` refuses them, ``"begin"`` begins a span with a
            tag that cannot continue the one before, ``"drop"`` drops spans that do not begin and end as they
            should; see :class:`cnlp.sequence.schemes.TagReader`.
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.ArgumentError: there is no such scheme or repair.
        cnlp.errors.EncodingError: the file is not in ``encoding``.
        cnlp.errors.FormatError: a line has no tag, or a tag that is not of the scheme, has no label, or is not allowed
            there; file and line are named.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.bio")
    ...     _ = path.write_text("他\\tO\\n在\\tO\\n北\\tB-LOC\\n京\\tI-LOC\\n\\n", encoding="utf-8")
    ...     list(read_columns(path))
    [Sentence(text='他在北京', spans=((2, 4, 'LOC'),))]
    """
    for _, sentence in number_columns(path, scheme, positions=positions, repair=repair, encoding=encoding):
        yield sentence


def number_columns(
    path: str | os.PathLike[str],
    scheme: str | Scheme = "BIO",
    *,
    positions: bool = False,
    repair: Repair | None = None,
    encoding: str = "utf-8",
    repairs: Repairs | None = None,
) -> Iterator[tuple[int, Sentence]]:
    """The same with the number of each sentence's first line; ``repairs`` counts the tags that break the scheme."""
    reader = TagReader(scheme, repair=repair)
    rows: list[_Row] = []
    number = 0
    for number, line in read_numbered_lines(path, encoding):
        row = _split(line)
        if row.tag:
            rows.append(row)
        elif line.strip():
            raise errors.bad_line(path, number, f"expected a character and its tag, got {line!r}")
        elif rows:
            yield number - len(rows), _sentence(path, number - len(rows), rows, reader, positions)
            rows = []
        if row.token == _DOCUMENT:
            rows = []
    if rows:
        first = number + 1 - len(rows)
        yield first, _sentence(path, first, rows, reader, positions)
    if repairs is not None:
        repairs.tags += reader.repaired


def format_columns(sentence: Sentence, scheme: str | Scheme = "BIO", *, between: str = "\t") -> str:
    r"""The sentence in columns, a character and its tag a line, with the empty line after it.

    Args:
        sentence: its spans must not overlap.
        scheme: BIO, BMES or IOBES.
        between: the text between character and tag: a tab, or other columns between spaces.

    Raises:
        ArgumentError: spans overlap, or the text has what columns cannot contain: a line break, or a tab where
            spaces part them.

    >>> format_columns(Sentence("去北京", ((1, 3, "LOC"),)), "BMES")
    '去\tO\n北\tB-LOC\n京\tE-LOC\n\n'
    """
    text = sentence.text
    tokens = getattr(sentence, "tokens", ()) or [(place, place + 1) for place in range(len(text))]
    if between[0] == " " and any(" " in text[start:end] != " " for start, end in tokens):
        raise errors.ArgumentError("a token of columns between spaces cannot contain a space")
    for name, char in (("line break", "\n"), ("line break", "\r"), ("tab", "\t")):
        if char in text and char != between:
            raise errors.ArgumentError(f"these columns cannot contain a {name}")
    check_overlap(text, sentence.spans)
    starts = {start: place for place, (start, _) in enumerate(tokens)}
    ends = {end: place for place, (_, end) in enumerate(tokens, 1)}
    spans = [(starts[start], ends[end], label) for start, end, label in sentence.spans]
    tags = spans_to_tags(spans, len(tokens), scheme)
    rows = [f"{text[start:end]}{between}{tag}\n" for (start, end), tag in zip(tokens, tags, strict=True)]
    return "".join(rows) + "\n"


def with_spans(sentence: Sentence, spans: Iterable[tuple[int, int, str]]) -> Sentence:
    """The sentence with other spans and the tokens that it had."""
    changed = sentence._replace(spans=tuple(spans))
    if isinstance(sentence, TokenSentence) and isinstance(changed, TokenSentence):
        changed.tokens = sentence.tokens
    return changed


def drop_overlaps(spans: Iterable[tuple[int, int, str]]) -> tuple[tuple[int, int, str], ...]:
    """Spans none of which overlaps another: the longest stay, then the leftmost, then the first given.

    >>> drop_overlaps([(0, 2, "LOC"), (0, 4, "ORG"), (3, 5, "LOC")])
    ((0, 4, 'ORG'),)
    """
    taken: set[int] = set()
    kept = []
    for start, end, label in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            kept.append((start, end, label))
    return tuple(sorted(kept))


def find_overlap(spans: Iterable[tuple[int, int, str]]) -> tuple[tuple[int, int, str], tuple[int, int, str]] | None:
    """Two spans that overlap, if there are any.

    >>> find_overlap([(0, 2, "LOC"), (3, 5, "LOC"), (1, 3, "ORG")])
    ((0, 2, 'LOC'), (1, 3, 'ORG'))
    """
    ordered = sorted(spans)
    return next(((one, other) for one, other in pairwise(ordered) if other[0] < one[1]), None)


class _Row(NamedTuple):
    """A line and its token and tag; the tag is empty where there is none."""

    line: str
    token: str
    tag: str


def _split(line: str) -> _Row:
    separator = "\t" if "\t" in line else " "
    columns = line.split(separator)
    return _Row(line, columns[0] or separator, columns[-1] if len(columns) > 1 else "")


def _sentence(
    path: str | os.PathLike[str], first: int, rows: Sequence[_Row], reader: TagReader, positions: bool
) -> Sentence:
    """The tokens from line ``first`` on."""
    tokens, tags = [row.token for row in rows], [row.tag for row in rows]
    try:
        spans = reader.spans(tags)
    except errors.TagError as error:
        place = min(error.position, len(rows) - 1)
        way = f"; {errors.REPAIR_TAGS}" if error.in_scheme else ""
        raise errors.bad_line(path, first + place, f"{error}, in the line {rows[place].line!r}{way}") from None
    if positions:
        tokens = [_without_position(path, first + place, token) for place, token in enumerate(tokens)]
    text, places = join_tokens(tokens)
    labelled = []
    for start, end, label in spans:
        if label is None:
            raise errors.bad_line(path, first + start, f"the tag {tags[start]!r} has no label")
        labelled.append((places[start][0], places[end - 1][1], label))
    if len(text) == len(tokens):
        return Sentence(text, tuple(labelled))
    sentence = TokenSentence(text, tuple(labelled))
    sentence.tokens = tuple(places)
    return sentence


def join_tokens(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """A text of the tokens, with a blank between two words of letters or digits, and where each token is in it.

    Tokens of one character are those of a corpus of characters, which lost its blanks: they are not parted.

    >>> join_tokens(["Hello", "World", "在", "北", "京"])
    ('Hello World在北京', [(0, 5), (6, 11), (11, 12), (12, 13), (13, 14)])
    """
    parts: list[str] = []
    places = []
    reached = 0
    for left, token in zip(("", *tokens), tokens, strict=False):
        if left and (len(left) > 1 or len(token) > 1) and _is_letter(left[-1]) and _is_letter(token[0]):
            parts.append(" ")
            reached += 1
        parts.append(token)
        places.append((reached, reached + len(token)))
        reached += len(token)
    return "".join(parts), places


def check_overlap(text: str, spans: Iterable[tuple[int, int, str]]) -> None:
    """Refuse spans of a text that overlap.

    Raises:
        ArgumentError: two do.
    """
    overlap = find_overlap(spans)
    if overlap:
        one, other = (f"{text[start:end]!r} ({start}, {end}, {label})" for start, end, label in overlap)
        raise errors.ArgumentError(f"{one} overlaps {other}; {errors.REPAIR_OVERLAPS}")


def _is_letter(char: str) -> bool:
    return char_class(char) in (DIGIT, LATIN, LETTER)


def _without_position(path: str | os.PathLike[str], number: int, token: str) -> str:
    """The character of a token such as 科0; a character that the source could not encode may be two characters."""
    match = _POSITIONED.fullmatch(token)
    if match is None:
        raise errors.bad_line(path, number, f"expected a character and its position in the word, got {token!r}")
    return match[1]
