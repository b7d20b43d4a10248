"""Layouts of lexicon files: from lines to entries.

Our format, one entry a line, fields separated by tabs, only the word required::

    word    weight    tag    mode    extra

The mode is one of

    prefer   a candidate that wins over the pieces it is made of, but can be outweighed (default)
    force    always a word; of overlapping ones the longest, then the leftmost
    split    always split, into the pieces in ``extra``, which are separated by spaces
    block    never a word

and may be followed by flags, separated by commas: ``partial`` lets the word begin or end inside a
run of Latin letters or digits, ``regex`` makes the word a regular expression (prefer or force).

Also read are the layouts of other segmenters, with tabs, commas or any blanks between the fields::

    word                      pkuseg, THULAC, LTP
    word weight tag           jieba; weight, tag or both may be missing
    word tag weight ...       HanLP; several tags, each with its weight
    word tag                  pkuseg
    word/tag word/tag         LAC; several words are to be split like this

What separates the fields is the same in the whole file. A line that does not fit is an error: nothing is guessed that
would make a word of a whole line. Blank lines and lines that begin with ``#`` and a space are skipped.
"""

from __future__ import annotations

from cnlp import errors
from cnlp.lexicon.entries import ENTRY_FLAGS, MAX_WORD_LENGTH, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from cnlp.lexicon.entries import EntryRow

EXPECTED = (
    "expected word<TAB>weight<TAB>tag<TAB>mode<TAB>extra, or word, frequency, tag, or word, tag, frequency, separated "
    "by tabs, commas or blanks, or word/tag"
)
UNCLEAR = f"cannot tell the word from the rest; {EXPECTED}; a tab after the word says that all before it is the word"
_SEPARATORS = ",，、;；|"
_SHORT_TAG = 4  # letters of jieba's longest tags


class ParsedLines:
    """The entries of a file.

    Attributes:
        layout: what was recognized, for people.
        rows: the entries.
        numbers: the line of each, from 1.
    """

    __slots__ = ("layout", "numbers", "rows")

    def __init__(self, layout: str, rows: list[EntryRow], numbers: list[int]) -> None:
        self.layout, self.rows, self.numbers = layout, rows, numbers


def parse_lines(lines: Sequence[str], path: str | os.PathLike[str] = "<lexicon>") -> ParsedLines:
    """Parse the lines of a file, without their endings.

    Args:
        lines: all of them: each says something about the layout of the file.
        path: for messages.

    Raises:
        FormatError: a line breaks the format, or its layout cannot be recognized; file, line and reason are named.

    >>> parse_lines(["云计算\\t\\t\\tforce"]).rows[0][3]
    'force'
    >>> parse_lines(["希望　v　7685　vn　616"]).rows[0][:3]
    ('希望', 8301.0, 'v')
    """
    numbers = [number for number, line in enumerate(lines, 1) if line[:2] not in ("", "#", "# ") and not line.isspace()]
    if len(numbers) < len(lines):
        lines = [lines[number - 1] for number in numbers]
    parser = _parser_of(lines)
    rows: list[EntryRow] = []
    late: list[int] = []
    place = 0
    try:
        for place, line in enumerate(lines):
            row = parser.row(line)
            if row is None:
                late.append(place)
            rows.append(row or _NO_ROW)
        tags = frozenset(row[2] for row in rows) if late else frozenset()
        for place in late:
            rows[place] = parser.late_row(lines[place], tags)
    except ValueError as error:
        raise errors.bad_line(path, numbers[place], str(error)) from None
    return ParsedLines(parser.layout, rows, numbers)


def format_entry(entry: Entry) -> str:
    """An entry as a line in our format, without the line ending.

    Raises:
        FormatError: word or tag have a tab or a line ending, or the line would be a comment.

    >>> format_entry(Entry("Color OS", 2.5, mode="force", partial=True))
    'Color OS\\t2.5\\t\\tforce,partial'
    """
    word = entry.word
    if any(char in word + (entry.tag or "") for char in "\t\r\n") or word.startswith("# "):
        raise errors.FormatError(f"a lexicon file cannot hold the word {word!r}")
    mode = ",".join([entry.mode, *(flag for flag in ENTRY_FLAGS if getattr(entry, flag))])
    weight = "" if entry.weight is None else f"{entry.weight:.15g}"
    fields = [word, weight, entry.tag or "", "" if mode == "prefer" else mode, " ".join(entry.pieces)]
    line = "\t".join(fields).rstrip("\t")
    return line if line != word or word.isalnum() else word + "\t"


def _parser_of(lines: Sequence[str]) -> _Parser:
    if any("\t" in line for line in lines):
        return _Fields("\t")
    n_slashed = sum(map(_is_slashed, lines)) if any("/" in line for line in lines) else 0
    if n_slashed and 2 * n_slashed >= len(lines):
        return _Slashes()
    for comma in ",，":
        if any(comma in line and _is_record(_split(line, comma)) for line in lines):
            return _Fields(comma)
    return _Blanks()


class _Parser:
    """Parses the lines of one file.

    Attributes:
        layout: what was recognized, for people.
    """

    layout: str

    def row(self, line: str) -> EntryRow | None:
        """The entry of a line; ``None`` if all lines must be seen first. Raises ValueError where it has none."""
        raise NotImplementedError

    def late_row(self, line: str, tags: frozenset[str | None]) -> EntryRow:
        """The entry of such a line, from the tags of the others. Raises ValueError where it has none."""
        raise NotImplementedError


class _Fields(_Parser):
    """Fields separated by tabs or commas; what the second one is, the first line that has one decides."""

    def __init__(self, separator: str) -> None:
        self.separator = separator
        self.separators = "tabs" if separator == "\t" else "commas"
        self.layout = f"word, weight, tag, with {self.separators}"
        self.order = ""

    def row(self, line: str) -> EntryRow | None:
        fields = _split_tabs(line) if self.separator == "\t" else _split(line, self.separator)
        if len(fields) == 1:
            return _alone(fields[0])
        if fields[1]:
            self.order = self.order or _order(fields)
            if self.order == "tag":
                self.layout = f"word, tag, weight, with {self.separators}"
                return _tagged(fields)
        return _weighted(fields)


class _Slashes(_Parser):
    """LAC's lines: ``word/tag``, a word alone, or several of these, which the text is to be split into."""

    layout = "word/tag"

    def row(self, line: str) -> EntryRow | None:
        words, tags = [], []
        for item in line.split():
            word, slash, tag = item.rpartition("/")
            if slash and not (word and _is_tag(tag)):
                raise ValueError(f"{item!r} is not word/tag, as other lines are")
            words.append(word if slash else item)
            tags.append(tag or None if slash else None)
        if len(words) == 1:
            return Entry(words[0], None, tags[0])
        return Entry("".join(words), mode="split", pieces=words)


class _Blanks(_Parser):
    """Fields separated by blanks of any kind and number; a word of Latin letters may contain blanks."""

    def __init__(self) -> None:
        self.layout = "one word a line"
        self.seen: dict[str, int] = {}  # what follows words and may be a tag

    def row(self, line: str) -> EntryRow | None:
        fields = line.split()
        if len(fields) == 1:
            return _alone(fields[0])
        if len(fields) == 3 and _is_count(fields[1]) and len(fields[0]) <= MAX_WORD_LENGTH and _is_tag(fields[2]):
            self.layout = "word, weight, tag, with blanks"
            return fields[0], float(fields[1]) or None, fields[2], "prefer", (), False, False
        return self._other(line.strip(), fields)

    def _other(self, line: str, fields: list[str]) -> EntryRow | None:
        word, second, last = fields[0], fields[1], fields[-1]
        is_usual = not word.isascii() or (second.islower() and len(second) <= _SHORT_TAG)
        if len(fields) % 2 and _is_tag(second) and _is_record(fields) and is_usual:
            self.layout = "word, tag, weight, with blanks"
            return _tagged(fields)
        if _is_number(last):
            return self._weighted(line.rsplit(None, 1)[0], last, None)
        if len(fields) > 2 and _is_tag(last) and _is_number(fields[-2]):
            return self._weighted(line.rsplit(None, 2)[0], fields[-2], last)
        if len(fields) == 2 and _is_tag(last):
            if not word.isascii() and last.islower() and len(last) <= _SHORT_TAG:
                return self._weighted(word, "0", last)
            if not word.isascii():
                self.seen[last] = self.seen.get(last, 0) + 1
            return None
        if line.isascii():
            return Entry(line)
        raise ValueError(UNCLEAR)

    def late_row(self, line: str, tags: frozenset[str | None]) -> EntryRow:
        """Two fields of which the second is a tag if other lines have it."""
        word, tag = line.split()
        if tag in tags or self.seen.get(tag, 0) > 1:
            return self._weighted(word, "0", tag)
        if not word.isascii() or (len(tag) <= 2 and tag.islower()) or tag == "eng":
            raise ValueError(UNCLEAR)
        return Entry(line.strip())

    def _weighted(self, word: str, weight: str, tag: str | None) -> EntryRow:
        self.layout = "word, weight, tag, with blanks"
        return Entry(word, float(weight) or None, tag)


def _weighted(fields: list[str]) -> EntryRow:
    """An entry in our order of the fields."""
    if len(fields) > 5:
        raise ValueError(f"at most 5 fields (word, weight, tag, mode, extra), got {len(fields)}")
    word, weight, tag, mode, extra = fields + [""] * (5 - len(fields))
    if not mode and not extra and 0 < len(word) <= MAX_WORD_LENGTH and (not weight or _is_count(weight)):
        return word, float(weight) if weight else None, tag or None, "prefer", (), False, False
    name, *flags = (mode or "prefer").split(",")
    for flag in flags:
        if flag not in ENTRY_FLAGS:
            raise errors.unknown_choice("flag", flag, ENTRY_FLAGS)
    pieces = tuple(extra.split()) if name == "split" else ()
    return Entry(word, _weight_of(weight), tag or None, name, pieces, "partial" in flags, "regex" in flags)  # type: ignore[arg-type]  # Entry checks the mode


def _weight_of(field: str) -> float | None:
    if not field:
        return None
    try:
        return float(field)
    except ValueError:
        raise ValueError(f"weight must be a number, got {field!r}") from None


def _tagged(fields: list[str]) -> EntryRow:
    """An entry in HanLP's order: word, tag, weight, tag, weight, ...; the tag with the greatest weight counts."""
    word, tags, weights = fields[0], fields[1::2], fields[2::2]
    if len(fields) == 2 and _is_tag(tags[0]):
        return Entry(word, None, tags[0])
    if len(fields) % 2 == 0 or not all(map(_is_tag, tags)) or not all(map(_is_number, weights)):
        raise ValueError(f"not word, tag, weight, as the first lines are; {EXPECTED}")
    counts = [float(weight) for weight in weights]
    return Entry(word, sum(counts) or None, tags[counts.index(max(counts))])


def _alone(word: str) -> EntryRow:
    """An entry that is a word and nothing else."""
    if not word.isalnum() and not _is_one_word(word):
        raise ValueError(UNCLEAR)
    if len(word) > MAX_WORD_LENGTH:
        return Entry(word)
    return word, None, None, "prefer", (), False, False


def _is_one_word(word: str) -> bool:
    """Whether there is nothing in it that separates fields or words."""
    if any(char in word for char in _SEPARATORS) and any(map(str.isalpha, word)):
        return False
    fields = word.split()
    if len(fields) > 1:
        return word.isascii() and not _is_number(fields[-1])
    return not _is_slashed(word)


def _order(fields: list[str]) -> str:
    """What the second field is."""
    if _is_number(fields[1]):
        return "weight"
    if _is_record(fields):
        return "tag"
    raise ValueError(f"{fields[1]!r} is neither a weight nor a tag; {EXPECTED}")


def _is_record(fields: list[str]) -> bool:
    """Are these a word and its weight or tag?"""
    if len(fields) < 2 or not any(map(str.isalpha, fields[0])):
        return False
    if _is_number(fields[1]) or not fields[1]:
        return len(fields) < 4
    is_whole = len(fields) == 2 or len(fields) % 2 == 1
    return is_whole and all(map(_is_tag, fields[1::2])) and all(map(_is_number, fields[2::2]))


def _is_slashed(line: str) -> bool:
    """Is every item word/tag, and a word not ASCII, as in TCP/IP?"""
    items = [item.rpartition("/") for item in line.split()]
    return all(word and _is_tag(tag) for word, _, tag in items) and not all(word.isascii() for word, _, _ in items)


def _split_tabs(line: str) -> list[str]:
    """Fields between tabs, without blanks around them, which only an expression or a word of blanks keeps."""
    fields = line.split("\t")
    if " " not in line and "\u3000" not in line:
        return fields
    word, *rest = fields
    rest = [field.strip() for field in rest]
    is_kept = word.isspace() or (len(rest) > 2 and "regex" in rest[2])
    return [word if is_kept else word.strip(), *rest]


def _split(line: str, comma: str) -> list[str]:
    """Fields between commas, without quotes and blanks around them."""
    if '"' not in line:
        return [field.strip() for field in line.split(comma)]
    import csv

    return [field.strip() for field in next(csv.reader([line], delimiter=comma, skipinitialspace=True))]


def _is_tag(field: str) -> bool:
    """Could it be a tag?"""
    if not field.isascii() or not field[:1].isalpha() or len(field) > 20:
        return False
    return field.isalnum() or field.replace("-", "").replace("_", "").isalnum()


def _is_count(field: str) -> bool:
    return field.isdigit() and field.isascii()


def _is_number(field: str) -> bool:
    if _is_count(field):
        return True
    if not field[:1].isdigit() and field[:1] != ".":
        return False
    try:
        return float(field) >= 0
    except ValueError:
        return False


_NO_ROW: EntryRow = ("", None, None, "prefer", (), False, False)
