"""The twin of ``tagging.c``, where the algorithm is described: a part of :mod:`reference`."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnlp.jieba._prefix.layout import (
    ENGLISH,
    FIRST_HAN,
    LAST_HAN,
    LETTERS_PIECE,
    NO_TAG,
    NUMBER,
    RUNS,
    UNKNOWN_PIECE,
    WORD_PIECE,
    WORDS,
)

if TYPE_CHECKING:
    from cnlp.jieba._prefix.reference import Dictionary

_DETAILS = re.compile("[\u4e00-\u9fd5]+|[.0-9]+|[a-zA-Z0-9]+|[^\u4e00-\u9fd5.a-zA-Z0-9]+")
_LINE = re.compile(rb"([^ \n]+) ([0-9]{1,17})(?: ([^\n]*))?\r?(?:\n|\Z)")
_VISIBLE = re.compile(rb"[!-~]+")
_LONGEST_LINE_WORD = 256
_ODD = frozenset([0x7F, 0x85, 0xA0, *range(0x1680, 0x3001), 0xFEFF])  # a line that begins so is not read here
_IMPOSSIBLE, _NEVER = -3.14e100, float("-inf")
_MOST_STATES = 256


class pair:
    """A word and its part of speech."""

    __slots__ = ("flag", "word")
    __module__ = "cnlp.jieba.posseg"

    def __init__(self, word: str, flag: str) -> None:
        self.word = word
        self.flag = flag

    def __repr__(self) -> str:
        return f"pair({self.word!r}, {self.flag!r})"

    def __str__(self) -> str:
        return f"{self.word}/{self.flag}"

    def __iter__(self) -> Iterator[str]:
        return iter((self.word, self.flag))

    def __lt__(self, other: pair) -> bool:
        return self.word < other.word if isinstance(other, pair) else NotImplemented

    def __eq__(self, other: object) -> bool:
        return self.word == other.word and self.flag == other.flag if isinstance(other, pair) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.word)

    def __reduce__(self) -> tuple[type[pair], tuple[str, str]]:
        return type(self), (self.word, self.flag)

    def encode(self, encoding: str = "utf-8") -> bytes:
        return str(self).encode(encoding)


def entries(data: bytes, start: int) -> Iterator[tuple[str, int, bytes, int]]:
    """Word, frequency, tag and end of each line of a dictionary, up to one that wants a second look."""
    while start < len(data) and (match := _LINE.match(data, start)):
        try:
            word = match[1].decode()
        except UnicodeDecodeError:
            return
        first, start = ord(word[0]), match.end()
        if len(word) > _LONGEST_LINE_WORD or first <= 0x20 or first in _ODD:
            return
        yield word, int(match[2]), (match[3] or b"").removesuffix(b"\r"), start


class WordTags:
    """The numbers of the tags of a dictionary's words."""

    def __init__(self, words: Dictionary) -> None:
        self._words = words
        self._tags: dict[str, int] = {}

    def set(self, word: str, tag: int) -> None:
        if not 0 <= tag < 1 << 32:
            raise ValueError(f"a number must be 0 or more and fit 32 bits, got {tag}")
        if word:
            self._tags[word] = tag
        if self._words.get(word) is None:
            self._words.set(word, 0)

    def get(self, word: object) -> int:
        return self._tags.get(word, 0) if isinstance(word, str) else 0

    def load(self, data: bytes, start: int, numbers: dict[str, int]) -> tuple[int, int, int]:
        if not 0 <= start <= len(data):
            raise ValueError(f"start must be 0 to {len(data)}, got {start}")
        total = lines = 0
        for word, _, tag, end in entries(data, start):
            if not _VISIBLE.fullmatch(tag):
                break
            number = numbers.setdefault(tag.decode(), len(numbers) + 1)
            self.set(word, number)
            total, lines, start = total + number, lines + 1, end
        return start, total, lines


class TagHmm:
    """A hidden Markov model whose states are a place in the word and a tag; numbers are bytes of doubles."""

    def __init__(
        self, places: bytes, tags: bytes, start: bytes, steps: bytes, seen: str, emitted: str, emissions: bytes
    ) -> None:
        size = len(places)
        if len(tags) != size or not 0 < size <= _MOST_STATES:
            raise ValueError(f"want 1 to {_MOST_STATES} places and tags, got {size} and {len(tags)}")
        self.places, self.tags = places.decode("latin-1"), tags
        self.start = _doubles(start, size)
        matrix = _doubles(steps, size * size)
        self.steps = [
            {to: step for to, step in enumerate(matrix[at : at + size]) if step != _NEVER}
            for at in range(0, size * size, size)
        ]
        numbers = _doubles(emissions, len(emissions) // 8)
        logarithms = [*self.start, *(step for row in self.steps for step in row.values()), *numbers]
        lines = emitted.split("\n")
        if (
            len(lines) != size
            or seen.count("\n") + 1 != size
            or sum(map(len, lines)) != len(numbers)
            or not all(_IMPOSSIBLE <= value <= 0 for value in logarithms)
        ):
            raise ValueError("the tables of the HMM of tags are damaged")
        values = iter(numbers)
        self.emissions = [{char: next(values) for char in characters} for characters in lines]
        self.seen: dict[str, list[int]] = {}
        for state, characters in enumerate(seen.split("\n")):
            for char in characters:
                self.seen.setdefault(char, []).append(state)
        self.all = range(size)

    def decode(self, text: str) -> list[int]:
        """The best states, among those that the characters were seen with."""
        best = self._begin(text[0])
        behind: list[dict[int, int]] = []
        for char in text[1:]:
            sources = [(state, score, self.steps[state]) for state, score in best.items()]
            expected = {to for _, _, steps in sources for to in steps}
            if not expected:
                last = max((score, state) for state, score in best.items())[1]
                best = self._begin(char)
                behind.append(dict.fromkeys(best, last))
                continue
            best, came = {}, {}
            for state in expected.intersection(self.seen.get(char, self.all)) or expected:
                emission = self.emissions[state].get(char, _IMPOSSIBLE)
                best[state], came[state] = max(
                    (score + steps[state] + emission, source) for source, score, steps in sources if state in steps
                )
            behind.append(came)
        state = max((score, state) for state, score in best.items())[1]
        path = [state]
        for came in reversed(behind):
            state = came[state]
            path.append(state)
        return path[::-1]

    def _begin(self, char: str) -> dict[int, float]:
        states = self.seen.get(char, self.all)
        return {state: self.start[state] + self.emissions[state].get(char, _IMPOSSIBLE) for state in states}

    def words(self, text: str) -> Iterator[tuple[str, int]]:
        """Words of Han characters and the numbers of their tags."""
        states = self.decode(text)
        begin = done = 0
        for i, state in enumerate(states):
            place = self.places[state]
            if place == "B":
                begin = i
            elif place in "ES":
                yield text[begin if place == "E" else i : i + 1], self.tags[state]
                done = i + 1
        if done < len(text):
            yield text[done:], self.tags[states[done]]


def _doubles(data: bytes, count: int) -> array[float]:
    if len(data) != 8 * count:
        raise ValueError(f"want {count} doubles, got {len(data)} bytes")
    return array("d", data)


def tag_text(
    dictionary: Dictionary, text: str, log_total: float, tags: WordTags, names: list[str], hmm: TagHmm | None
) -> list[pair]:
    """The words of a text with their tags."""
    found = list(_words(dictionary, text, log_total, tags, hmm))
    if any(number >= len(names) for _, number in found):
        raise ValueError(f"no name has the number {max(number for _, number in found)} of a tag")
    return [pair(word, names[number]) for word, number in found]


def _words(
    dictionary: Dictionary, text: str, log_total: float, tags: WordTags, hmm: TagHmm | None
) -> Iterator[tuple[str, int]]:
    for word, kind in dictionary.runs(text, log_total, WORDS if hmm is None else RUNS):
        if kind == WORD_PIECE:
            yield word, tags.get(word)
        elif kind == UNKNOWN_PIECE and hmm is not None:
            yield from _unknown(hmm, word)
        else:
            yield word, ENGLISH if kind == LETTERS_PIECE else NO_TAG


def _unknown(hmm: TagHmm, run: str) -> Iterator[tuple[str, int]]:
    """Words of single characters that the dictionary does not join."""
    for part in _DETAILS.findall(run):
        first = part[0]
        if FIRST_HAN <= ord(first) <= LAST_HAN:
            yield from hmm.words(part)
        else:
            yield part, NUMBER if first in ".0123456789" else ENGLISH if first.isalnum() else NO_TAG
