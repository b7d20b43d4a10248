"""jieba's algorithm in plain Python: the twin of ``prefix.c`` and ``tagging.c``, where it is described.

Only the words count here: same names, same arguments, same results.
"""

from __future__ import annotations

import math
import re
import sys
from array import array
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import Any

from cnlp.jieba._prefix.layout import (
    ALL,
    FIRST_HAN,
    LAST_HAN,
    LETTERS_PIECE,
    N_HAN,
    OTHER_PIECE,
    RUNS,
    SPACE_PIECE,
    UNKNOWN_PIECE,
    WITH_HMM,
    WORD_PIECE,
    WORDS,
)
from cnlp.jieba._prefix.tagging_reference import TagHmm, WordTags, entries, pair, tag_text

__all__ = ["Dictionary", "TagHmm", "WordTags", "count_candidates", "pair", "tag_text", "text_rank"]

_BLOCKS = re.compile("([\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+)")
_NARROW_BLOCKS = re.compile("([\u4e00-\u9fd5a-zA-Z0-9+#&._]+)")
_SPACE = re.compile(r"(\r\n|\s)")
_RUNS = re.compile(r"[\u4e00-\u9fd5]+|[a-zA-Z0-9]+(?:\.[0-9]+)?%?|[^\u4e00-\u9fd5a-zA-Z0-9]+")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_BEFORE = ((1, 3), (0, 2), (0, 2), (1, 3))  # of B E M S, as numbers

Piece = tuple[int, int, int]


class Dictionary:
    """Words with frequencies, and all their prefixes."""

    def __init__(self) -> None:
        self._frequencies: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._frequencies)

    def set(self, word: str, frequency: int) -> None:
        if frequency < 0:
            raise ValueError(f"a frequency must be 0 or more, got {frequency}")
        if word:
            self._frequencies[word] = frequency
        for end in range(1, len(word)):
            self._frequencies.setdefault(word[:end], 0)

    def get(self, word: object) -> int | None:
        return self._frequencies.get(word) if isinstance(word, str) else None

    def get_each(self, words: list[str]) -> list[int]:
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise TypeError("words must be a list of str")
        return [self._frequencies.get(word, 0) for word in words]

    def items(self) -> list[tuple[str, int]]:
        return list(self._frequencies.items())

    def load(self, data: bytes, start: int) -> tuple[int, int, int]:
        if not 0 <= start <= len(data):
            raise ValueError(f"start must be 0 to {len(data)}, got {start}")
        total = lines = 0
        for word, frequency, _, end in entries(data, start):
            if total + frequency >= 1 << 63:
                break
            self.set(word, frequency)
            total, lines, start = total + frequency, lines + 1, end
        return start, total, lines

    def cut(
        self, text: str, log_total: float, mode: int, search: bool, hmm: bytes | None, forced: Dictionary | None
    ) -> list[str]:
        cut, pieces = self._cut(text, log_total, mode, search, hmm, forced)
        return [cut.word(piece) for piece in pieces]

    def tokens(
        self, text: str, log_total: float, mode: int, search: bool, hmm: bytes | None, forced: Dictionary | None
    ) -> list[tuple[str, int, int]]:
        cut, pieces = self._cut(text, log_total, mode, search, hmm, forced)
        return [(cut.word(piece), piece[0], piece[1]) for piece in pieces]

    def runs(self, text: str, log_total: float, mode: int) -> list[tuple[str, int]]:
        """Words and runs for tagging, with their kinds."""
        cut = _Cut(self, text, log_total, mode, None, None)
        return [(text[start:end], kind) for start, end, kind in cut.pieces(_NARROW_BLOCKS)]

    def _cut(
        self, text: str, log_total: float, mode: int, search: bool, hmm: bytes | None, forced: Dictionary | None
    ) -> tuple[_Cut, Iterable[Piece]]:
        if mode not in (WORDS, WITH_HMM, ALL):
            raise ValueError(f"no such mode: {mode}")
        cut = _Cut(self, text, log_total, mode, Hmm(hmm) if mode == WITH_HMM and hmm is not None else None, forced)
        pieces = cut.pieces(_BLOCKS)
        return cut, self._search(text, pieces) if search else pieces

    def _search(self, text: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
        for start, end, kind in pieces:
            for size in (2, 3):
                if end - start > size:
                    for at in range(start, end - size + 1):
                        if self._frequencies.get(text[at : at + size]):
                            yield at, at + size, WORD_PIECE
            yield start, end, kind


class Hmm:
    """Log probabilities of the tags B E M S; its bytes are doubles: 4 of the start, 16 of steps, 4 a character."""

    def __init__(self, data: bytes) -> None:
        if len(data) != 8 * (20 + 4 * N_HAN):
            raise ValueError(f"the HMM has {len(data)} bytes")
        numbers = array("d", data)
        self.start, self.steps, self.emissions = numbers[:4], numbers[4:20], numbers[20:]

    def tags(self, text: str) -> list[int]:
        rows = [self.emissions[at : at + 4] for at in ((ord(char) - FIRST_HAN) * 4 for char in text)]
        best = [self.start[tag] + rows[0][tag] for tag in range(4)]
        behind: list[list[int]] = []
        for row in rows[1:]:
            reached = [max((best[b] + self.steps[4 * b + tag] + row[tag], b) for b in _BEFORE[tag]) for tag in range(4)]
            best = [score for score, _ in reached]
            behind.append([tag for _, tag in reached])
        tag = max((best[tag], tag) for tag in (1, 3))[1]
        path = [tag]
        for came in reversed(behind):
            tag = came[tag]
            path.append(tag)
        return path[::-1]


class _Cut:
    """One text in one mode."""

    def __init__(
        self, dictionary: Dictionary, text: str, log_total: float, mode: int, hmm: Hmm | None, forced: Dictionary | None
    ) -> None:
        self.frequencies = dictionary._frequencies
        self.text, self.log_total, self.mode, self.hmm = text, log_total, mode, hmm
        self.forced = {} if forced is None else forced._frequencies
        self.composed: dict[tuple[int, int], str] = {}  # letters that are not side by side

    def word(self, piece: Piece) -> str:
        start, end, _ = piece
        return self.composed.get((start, end), self.text[start:end])

    def pieces(self, blocks: re.Pattern[str]) -> Iterator[Piece]:
        at = 0
        for number, part in enumerate(blocks.split(self.text)):
            if part:
                end = at + len(part)
                yield from self._block(at, end) if number % 2 else self._between(at, part)
                at = end

    def _between(self, at: int, part: str) -> Iterator[Piece]:
        for number, piece in enumerate(_SPACE.split(part)):
            if number % 2:
                yield at, at + len(piece), SPACE_PIECE
            elif self.mode == ALL:
                yield at, at + len(piece), OTHER_PIECE
            else:
                yield from ((i, i + 1, OTHER_PIECE) for i in range(at, at + len(piece)))
            at += len(piece)

    def _ends(self, start: int, limit: int) -> list[int]:
        """The ends of the dictionary's words that begin here."""
        ends = []
        for end in range(start + 1, limit + 1):
            frequency = self.frequencies.get(self.text[start:end])
            if frequency is None:
                break
            if frequency:
                ends.append(end)
        return ends or [start + 1]

    def _block(self, start: int, end: int) -> Iterator[Piece]:
        if self.mode == ALL:
            yield from self._every_word(start, end)
            return
        route: dict[int, tuple[float, int]] = {end: (0.0, 0)}
        for i in range(end - 1, start - 1, -1):
            route[i] = max(
                (math.log(self.frequencies.get(self.text[i:j]) or 1) - self.log_total + route[j][0], j)
                for j in self._ends(i, end)
            )
        singles = i = start
        while i < end:
            stop = route[i][1]
            if stop - i > 1 or (self.mode == WORDS and self.text[i] not in _LETTERS):
                yield from self._flush(singles, i)
                yield i, stop, WORD_PIECE
                singles = stop
            i = stop
        yield from self._flush(singles, end)

    def _flush(self, start: int, end: int) -> Iterator[Piece]:
        """Single characters, or letters, that waited."""
        if start == end:
            return
        if self.mode == WORDS:
            yield start, end, LETTERS_PIECE
        elif end - start == 1 or self.frequencies.get(self.text[start:end]):
            yield from ((i, i + 1, WORD_PIECE) for i in range(start, end))
        elif self.mode == RUNS:
            yield start, end, UNKNOWN_PIECE
        else:
            for run in _RUNS.finditer(self.text, start, end):
                yield from self._unknown(*run.span())

    def _unknown(self, start: int, end: int) -> Iterator[Piece]:
        if self.hmm is None or not FIRST_HAN <= ord(self.text[start]) <= LAST_HAN:
            yield start, end, UNKNOWN_PIECE
            return
        begin = done = start
        for i, tag in enumerate(self.hmm.tags(self.text[start:end]), start):
            if tag in (0, 3):
                begin = i
            if tag in (1, 3):
                yield from self._found(begin, i + 1)
                done = i + 1
        if done < end:
            yield from self._found(done, end)

    def _found(self, start: int, end: int) -> Iterator[Piece]:
        if self.forced.get(self.text[start:end]) and end - start > 1:
            yield from ((i, i + 1, WORD_PIECE) for i in range(start, end))
        else:
            yield start, end, UNKNOWN_PIECE

    def _every_word(self, start: int, end: int) -> Iterator[Piece]:
        covered, letters, first, last = start, "", 0, 0
        for i in range(start, end):
            if letters and self.text[i] not in _LETTERS:
                yield self._compose(first, last, letters)
                letters = ""
            ends = self._ends(i, end)
            if len(ends) > 1 or i < covered:
                for stop in ends:
                    if stop > i + 1:
                        yield i, stop, WORD_PIECE
                        covered = stop
                continue
            covered = ends[0]
            if self.text[i] not in _LETTERS:
                yield i, covered, WORD_PIECE
                continue
            first = first if letters else i
            letters += self.text[i:covered]
            last = covered
        if letters:
            yield self._compose(first, last, letters)

    def _compose(self, first: int, last: int, letters: str) -> Piece:
        if letters != self.text[first:last]:
            # Not a stretch of the text: marked by ends in reverse order.
            first, last = len(self.text) + 1 + len(self.composed), first
            self.composed[first, last] = letters
        return first, last, LETTERS_PIECE


# ---- keywords ----------------------------------------------------------------------------------------------------


def count_candidates(terms: list[Any], texts: list[str], stops: Container[str]) -> dict[Any, int]:
    counts: dict[Any, int] = {}
    for term, text in zip(terms, texts, strict=False):
        if len(text) > 1 and len(text.strip()) > 1 and text.lower() not in stops:
            counts[term] = counts.get(term, 0) + 1
    return counts


def text_rank(terms: list[Any], span: int, damping: float, rounds: int) -> dict[Any, float]:
    counts: dict[tuple[Any, Any], int] = defaultdict(int)
    for i, left in enumerate(terms):
        if left is not None:
            for right in terms[i + 1 : i + max(span, 1)]:
                if right is not None:
                    counts[left, right] += 1
    edges: dict[Any, list[tuple[Any, int]]] = defaultdict(list)
    for (left, right), weight in counts.items():
        edges[left].append((right, weight))
        edges[right].append((left, weight))
    sums = {term: float(sum(weight for _, weight in near)) for term, near in edges.items()}
    order = [(term, [(other, weight / sums[other]) for other, weight in edges[term]]) for term in sorted(edges)]
    ranks = {term: 1.0 / len(edges) for term in edges}
    for _ in range(rounds):
        for term, near in order:
            score = 0.0
            for other, share in near:
                score += share * ranks[other]
            ranks[term] = (1 - damping) + damping * score
    low = min([sys.float_info.max, *ranks.values()])
    high = max([sys.float_info.min, *ranks.values()])
    return {term: (rank - low / 10.0) / (high - low / 10.0) for term, rank in ranks.items()}
