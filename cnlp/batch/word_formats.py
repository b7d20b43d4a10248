r"""Words and tags of text as files, in UTF-8: functions of type :data:`cnlp.files.records.Format`.

text   The input with the delimiter put between words and nothing else changed. No delimiter is put next to
       white space, so every blank and every line ending of the input comes out as it was.
jsonl  One object per input line: ``{"text":"他说\t好","tokens":[["他",0,1],...]}``. ``text`` is the line
       without its ending; a token is [word, start, end] in code points, ``text[start:end] == word``.
       ``"end"`` is added when the line did not end with LF: ``"\r\n"``, ``"\r"``, or ``""`` at the end of
       the input.
tsv    One token per line: ``line<TAB>start<TAB>end<TAB>word``, no heading, no blank lines. ``line`` counts
       from 1, offsets are code points within the line; in words a backslash is written ``\\`` and a tab
       ``\t``. An empty input line has no row.

White space is a token too in jsonl and tsv: in mode ``default`` the words of a line join to the line.

Tags are added as ``word/tag`` in text, a fourth item in jsonl, a fifth column in tsv. A word without a tag has
no slash, ``null``, and an empty column. White space in text has no tag. Where the input is segmented already, blanks
separate its words and are not tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate

from cnlp.corpus.plain import WORD_PATTERN
from cnlp.files.lines import split_lines
from cnlp.files.records import Analysis, Format, Place, to_json
from cnlp.segmentation import Segmenter
from cnlp.types import Token

WordSpan = tuple[str, int, int] | tuple[str, int, int, str | None]  # word, start, end, and the tag if there are tags
Segment = Callable[[str], list[WordSpan]]

SUFFIXES = {"text": "", "jsonl": ".jsonl", "tsv": ".tsv"}
"""Names of the formats, and what each adds to a file's name in an output folder."""

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t"})


def make_word_format(name: str, segment: Segment, delimiter: str) -> Format:
    """The function that writes format ``name``, a key of :data:`SUFFIXES`, of what ``segment`` makes of a text.

    It raises ``UnicodeDecodeError`` with offsets in the chunk where the chunk is not UTF-8.
    """
    if name == "jsonl":
        return partial(_json_lines, segment)
    return partial(_tab_separated, segment) if name == "tsv" else partial(_delimited, segment, delimiter)


def make_word_analysis(segment: Segment, delimiter: str) -> Analysis:
    """The same of the fields of records."""
    return Analysis("tokens", segment, partial(_mark, segment, delimiter))


def make_segment(segmenter: Segmenter, mode: str) -> Segment:
    """The words that ``segmenter`` finds; in all modes except ``default`` they overlap."""
    return partial(_words if mode == "default" else _tokens, segmenter)


def tag_given_words(tag_words: Callable[[Sequence[str]], Sequence[str | None]]) -> Segment:
    """The words of a text that blanks separate, with their tags; the blanks are not words."""
    return partial(_tag_words, tag_words)


def segmented(segmenter: Segmenter, delimiter: bytes, chunk: bytes, _: Place) -> bytes:
    """The format ``text`` for words that cover the text."""
    return segmenter.segment_bytes(chunk, delimiter)


def tagged(tag_lines: Callable[[list[str]], list[list[Token]]], delimiter: str, chunk: bytes, _: Place) -> bytes:
    """The format ``text`` for words that cover the text and have tags."""
    lines = list(split_lines(chunk.decode("utf-8")))
    pieces: list[str] = []
    for tokens, (_line, ending) in zip(tag_lines([line for line, _ending in lines]), lines, strict=True):
        after_word = False
        for token in tokens:
            is_word = not token.text.isspace()
            if after_word and is_word:
                pieces.append(delimiter)
            pieces.append(f"{token.text}/{token.tag}" if is_word and token.tag else token.text)
            after_word = is_word
        pieces.append(ending)
    return "".join(pieces).encode("utf-8")


def _tab_separated(segment: Segment, chunk: bytes, place: Place) -> bytes:
    """The format ``tsv``."""
    return "".join(_rows(segment, chunk.decode("utf-8"), place.before + 1)).encode("utf-8")


def _rows(segment: Segment, text: str, first: int) -> Iterator[str]:
    """One row and a newline for each word of ``text``."""
    for line, (content, _) in enumerate(split_lines(text), first):
        for word, start, end, *tags in segment(content):
            columns = [word.translate(ESCAPES), *(tag or "" for tag in tags)]
            yield "\t".join(map(str, (line, start, end, *columns))) + "\n"


def _json_lines(segment: Segment, chunk: bytes, _: Place) -> bytes:
    """The format ``jsonl``."""
    return "".join(_objects(segment, chunk.decode("utf-8"))).encode("utf-8")


def _objects(segment: Segment, text: str) -> Iterator[str]:
    """One JSON object and a newline for each line of ``text``."""
    for content, ending in split_lines(text):
        record: dict[str, object] = {"text": content, "tokens": segment(content)}
        if ending != "\n":
            record["end"] = ending
        yield to_json(record) + "\n"


def _delimited(segment: Segment, delimiter: str, chunk: bytes, _: Place) -> bytes:
    """The format ``text`` for words that overlap or do not cover the text; what lies between comes out as it is."""
    return "".join(
        piece
        for content, ending in split_lines(chunk.decode("utf-8"))
        for piece in (_mark(segment, delimiter, content), ending)
    ).encode("utf-8")


def _mark(segment: Segment, delimiter: str, text: str) -> str:
    """A text with delimiters between its words."""
    return "".join(_join(text, segment(text), delimiter))


def _join(content: str, spans: list[WordSpan], delimiter: str) -> Iterator[str]:
    """Words of a line with delimiters between them, none next to white space; what no word covers stays."""
    reached = 0
    after_word = False
    lowest = list(accumulate((span[1] for span in reversed(spans)), min))  # of this word and all later ones
    for word, _, end, *tags in spans:
        next_start = lowest.pop()
        if next_start > reached:
            yield content[reached:next_start]
            after_word = not content[reached:next_start].isspace()
        is_word = not word.isspace()
        if after_word and is_word:
            yield delimiter
        yield f"{word}/{tags[0]}" if is_word and tags and tags[0] else word
        after_word = is_word
        reached = max(reached, end)
    yield content[reached:]


def _words(segmenter: Segmenter, text: str) -> list[WordSpan]:
    """Spans of words that cover the text: the ends are running sums of the lengths."""
    words = segmenter.segment(text)
    ends = list(accumulate(map(len, words)))
    return list(zip(words, [0, *ends], ends, strict=False))


def _tokens(segmenter: Segmenter, text: str) -> list[WordSpan]:
    """Spans of words that may overlap."""
    return [(token.text, token.start, token.end) for token in segmenter.tokenize(text)]


def _tag_words(tag_words: Callable[[Sequence[str]], Sequence[str | None]], line: str) -> list[WordSpan]:
    """Spans of words that blanks separate."""
    found = [(match.group(), *match.span()) for match in WORD_PATTERN.finditer(line)]
    tags = tag_words([word for word, _, _ in found])
    return [(*span, tag or None) for span, tag in zip(found, tags, strict=True)]
