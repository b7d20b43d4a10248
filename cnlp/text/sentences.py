"""Sentence splitting, without losing a character.

A sentence ends after 。！？!? (and runs of them), after an ellipsis …… or ... and at a line break. A period, of
ASCII or full width, ends it before white space, and before a Chinese character if one comes before it
(今天很好.明天更好.), but those of a foreign name, or a share, a date or a decimal (占3.5%.其余不详.); and not after an
abbreviation, an initial or a list number. The closing quotes and brackets after the end
belong to it, and so does the white space.

A quotation is part of the sentence around it: “你好。我走了。” is not split inside. It ends its
sentence only if its own last sentence ends there (…走了。”) and no comma follows. Inside brackets nothing
ends, unless they enclose the whole sentence, and inside titles (《你是谁？》) nothing at all. A pair counts
if it closes in its line within ``LONGEST_QUOTATION`` characters; longer quotations are split inside, and a
forgotten closing mark swallows nothing. Cost: O(n).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.text.characters import HAN, char_class
from cnlp.text.patterns import TRANSCRIPTION_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_QUOTATION = 200

_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", "﹁": "﹂", "﹃": "﹄", "«": "»", '"': '"', "＂": "＂"}
_BRACKETS = dict(zip("（【《〈〔［｛([{", "）】》〉〕］｝)]}", strict=True))
_CLOSERS = frozenset([*_QUOTES.values(), *_BRACKETS.values()]) - {'"', "＂"}
_OPENER_OF = {closer: opener for opener, closer in (_QUOTES | _BRACKETS).items()}
_ENDS = frozenset("。！？!?｡…")
_PERIODS = (".", "．")
_STOPS = _ENDS.union(_PERIODS)
_QUANTITY = re.compile(r".(?:[0-9]+(?:[.:/-][0-9]+)+|[0-9][%‰℃])$")
_LONGEST_QUANTITY = 20
_TITLES = frozenset("《〈")
_CONTINUES = frozenset("，、；：,;:")
_ABBREVIATIONS = frozenset((
    "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "ph.d", "inc", "ltd", "co", "corp", "dept",
    "u.s", "u.k", "vs", "etc", "e.g", "i.e", "cf", "al", "no", "vol", "fig", "eq", "ch", "sec", "pp",
))  # fmt: skip
_LONGEST_ABBREVIATION = 5


def sentences(text: str) -> list[str]:
    """The sentences of ``text``; joined they are the text.

    Args:
        text: any string.

    Raises:
        TextTypeError: ``text`` is not a str.

    >>> sentences("你好。他说：“我走了。别送！”然后呢？")
    ['你好。', '他说：“我走了。别送！”', '然后呢？']
    """
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of ``text`` start and end, in code points; together they cover it.

    White space between two sentences belongs to the first of them, at the head of the text to the next.

    >>> list(sentence_spans("好。\\n\\n走吧"))
    [(0, 4), (4, 6)]
    """
    if not isinstance(text, str):
        raise errors.not_text(text)
    start = offset = 0
    pending = None
    for line in text.splitlines(keepends=True):
        begin = 0
        for end in _ends(line):
            if not line[begin:end].isspace():
                if pending is not None:
                    yield start, pending
                    start = pending
                pending = offset + end
            elif pending is not None:
                pending = offset + end
            begin = end
        offset += len(line)
    if text:
        yield start, offset


def _ends(line: str) -> Iterator[int]:
    """The ends of the sentences in a line, its own end the last."""
    opened, closed = _pairs(line)
    length = len(line)
    depth = begin = position = 0
    while position < length:
        char = line[position]
        if position in opened:
            depth += 1
        elif position in closed:
            depth -= 1
        elif char in _STOPS:
            after, outermost = position, None
            while after < length and (line[after] in _STOPS or after in closed or line[after] in _CLOSERS):
                if after in closed:
                    depth -= 1
                    outermost = closed[after]
                after += 1
            if depth == 0 and _is_end(line, begin, position, after, outermost):
                while after < length and line[after].isspace():
                    after += 1
                if after < length:
                    yield after
                begin = after
            position = after
            continue
        position += 1
    yield length


def _is_end(line: str, begin: int, position: int, after: int, outermost: int | None) -> bool:
    """Whether the marks in ``line[position:after]`` end the sentence that began at ``begin``."""
    marks = line[position:after]
    following = line[after : after + 1]
    if outermost is not None:
        if following in _CONTINUES:
            return False
        if line[outermost] in _TITLES or (line[outermost] in _BRACKETS and line[begin:outermost].strip()):
            return False
    if _ENDS.isdisjoint(marks):
        return _period_ends(line, begin, position, following)
    if marks == "…":
        return False
    if marks in ("!", "?"):
        # Inside an address such as http://a.cn/x?id=1.
        return not (position > begin and _is_word(line[position - 1]) and following and _is_word(following))
    return True


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "/=_&%-#")


def _period_ends(line: str, begin: int, position: int, following: str) -> bool:
    """Whether an ASCII period (and the closing marks after it) ends the sentence."""
    before = line[position - 1 : position] if position > begin else ""
    if following and not following.isspace():
        is_ellipsis = line.startswith(("...", "．．．"), position)
        quantity = _QUANTITY.search(line, max(begin, position - _LONGEST_QUANTITY), position)
        return _is_han(following) and (is_ellipsis or bool(quantity) or _is_between_words(before, following))
    first = position
    while first > begin and position - first <= _LONGEST_ABBREVIATION and _is_letter(line[first - 1]):
        first -= 1
    word = line[first:position].lower()
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return False
    return not line[begin:position].strip().isdecimal() if position - begin < 8 else True


def _is_between_words(before: str, following: str) -> bool:
    """Between two Chinese characters, but not those of a foreign name (比尔.盖茨)."""
    is_name = before in TRANSCRIPTION_CHARACTERS and following in TRANSCRIPTION_CHARACTERS
    return _is_han(before) and _is_han(following) and not is_name


def _is_han(char: str) -> bool:
    return char_class(char) == HAN if char else False


def _is_letter(char: str) -> bool:
    return char.isascii() and (char.isalpha() or char == ".")


def _pairs(line: str) -> tuple[set[int], dict[int, int]]:
    """The places of the opening marks that have a partner, and the partner of each closing mark."""
    waiting: dict[str, list[int]] = {}
    opened: set[int] = set()
    closed: dict[int, int] = {}
    for position, char in enumerate(line):
        opener = _OPENER_OF.get(char)
        if opener is not None and waiting.get(opener):
            start = waiting[opener].pop()
            if position - start <= LONGEST_QUOTATION:
                opened.add(start)
                closed[position] = start
                continue
        if char in _QUOTES or char in _BRACKETS:
            waiting.setdefault(char, []).append(position)
    return opened, closed
