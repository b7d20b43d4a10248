"""Terms of a document in Python: the twin of terms.c, and the oracle it is tested against.

A document comes as words. Words that fold to the same characters (width, ASCII case) are one term. A word is not a
term, and separates those beside it, if it is a stop word, of a class that is not wanted, does not begin with a letter
or digit, or is a number. A blank between two Latin words is not a separator. The text between two separators is a run;
so is the word after a number, its unit.

A candidate is a term, or two to ``max_words`` different adjacent terms, none of them a verb, and not without 最 before
them (最短路). Its independent count is how often it occurs outside of longer candidates: its count less the greatest
count of a candidate one term longer.

Sums and comparisons are made in the same order as in C, so that both agree wherever their ``log`` and ``exp`` do.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from heapq import heapify, heappop
from math import exp, log
from typing import TYPE_CHECKING, Any, NamedTuple

from cnlp._kernel.layout import (
    FEATURE_CAPITAL,
    FEATURE_CONSTANT,
    FEATURE_COUNT,
    FEATURE_FIRST,
    FEATURE_FREE,
    FEATURE_FREE_AFTER,
    FEATURE_FREE_BEFORE,
    FEATURE_GREATEST_COUNT,
    FEATURE_HEADING,
    FEATURE_INDEPENDENT,
    FEATURE_LAST,
    FEATURE_LEAST_IDF,
    FEATURE_LENGTH,
    FEATURE_POSITION,
    FEATURE_SINGLE,
    FEATURE_SPAN,
    FEATURE_WORDS,
    LONGEST_CANDIDATE,
    MAX_WORDS,
    N_FEATURES,
    TERM_CLASSED,
    TERM_CLASSES,
    TERM_LEVEL_SHIFT,
    TERM_LISTED,
    TERM_REFUSED,
    TERM_STOP,
    TERM_VERB,
)

if TYPE_CHECKING:
    from cnlp._kernel.reference.segment import Segmenter
    from cnlp._kernel.reference.trie import Trie

NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两")
TIMES = frozenset("第年月日时分秒")  # and ordinals
_FOLD = {code: code + 32 for code in range(0x41, 0x5B)}
_FOLD |= {code: (lower + 32 if 0x41 <= (lower := code - 0xFEE0) <= 0x5A else lower) for code in range(0xFF01, 0xFF5F)}


class _Passage(NamedTuple):
    """A part of a text, whose features are those of a short text.

    Attributes:
        start, end: of it in the text.
        seen: of each candidate in it, as they begin, the shorter first: its first and last position, how often it
            occurs, how often at the begin and at the end of a run and at both, and whether ever in a heading.
        longer: the greatest count of a candidate one term longer.
    """

    start: int
    end: int
    seen: dict[int, list[int]]
    longer: dict[int, int]


class Terms:
    """The terms and candidates of one document.

    Args:
        text: the document.
        words: its words, joined they are ``text``; or the segmenter that makes them.
        lexicon: value - 1 of a word: level * 32 + is a stop word * 16 + class.
        idf: the same for document frequencies, if another table is to be used for them.
        levels: IDF of each level as float64; level 0 belongs to words that were seen in no document.
        stops: stop words, if others than the lexicon's are to be used.
        letters: bounds of the ranges of letters, as uint32: first, last + 1, first, …
        classes: bit mask of the classes that are wanted.
        min_length: characters that a term alone needs.
        max_words: terms of the longest candidate, at most ``MAX_WORDS``.
        kinds: a byte for each word, or none: 0: the lexicon decides; ``TERM_REFUSED``: not a term; ``TERM_CLASSED`` +
            its class, which is wanted; ``TERM_LISTED`` more: a term, unless it is one of ``stops``, and not left out
            as a part of better ones.
    """

    def __init__(
        self,
        text: str,
        words: list[str] | Segmenter,
        lexicon: Trie,
        idf: Trie | None,
        levels: bytes,
        stops: Trie | None,
        letters: bytes,
        classes: int,
        min_length: int,
        max_words: int,
        kinds: bytes = b"",
    ) -> None:
        if not isinstance(words, list):
            words = words.segment(text)
        if not 1 <= max_words <= MAX_WORDS or len(levels) % 8 or not levels or len(letters) % 4:
            raise ValueError("the arguments of Terms do not fit together")
        if kinds and len(kinds) != len(words):
            raise ValueError("the arguments of Terms do not fit together")
        if sum(map(len, words)) != len(text):
            raise ValueError("the words are not those of the text")
        self._text = text
        self._tables = lexicon, idf, stops
        self._levels = array("d", levels)
        self._letters = array("I", letters)
        self._classes, self._max_words = classes, max_words
        self._numbers: dict[str, int] = {}  # of a folded word; -1: no term
        self._names: list[str] = []
        self._class: list[int] = []
        self._idf: list[float] = []
        self._eligible: list[bool] = []
        self._listed: list[bool] = []
        # Of each term in the text: its number, where it lies, its place among all words, its run.
        self._terms: list[int] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._places: list[int] = []
        self._runs: list[int] = []
        self._index(words, min_length, kinds or bytes(len(words)))
        self._count()

    def _index(self, words: list[str], min_length: int, kinds: bytes) -> None:
        end = run = 0
        glue = False  # is the word before this one a blank that may join Latin words?
        after_number = False
        for place, word in enumerate(words):
            start, end = end, end + len(word)
            term = self._number(word, min_length, kinds[place]) if word else -1
            if term < 0:
                was_latin = bool(self._ends) and self._ends[-1] == start and self._text[start - 1].isascii()
                glue = word == " " and was_latin
                run += not glue
                last = word[-1:].translate(_FOLD)
                after_number = last in NUMERALS or "0" <= last <= "9"
                continue
            if glue and not word[0].isascii():
                run += 1
            glue = False
            self._terms.append(term)
            self._starts.append(start)
            self._ends.append(end)
            self._places.append(place)
            self._runs.append(run)
            run += after_number
            after_number = False

    def _number(self, word: str, min_length: int, own: int) -> int:
        folded = word.translate(_FOLD)
        number = self._numbers.get(folded)
        if number is None:
            lexicon, idf, stops = self._tables
            facts = lexicon.find(word)[1]
            kind = (facts - 1) % TERM_CLASSES if facts else 0
            classed = own >= TERM_CLASSED
            listed = classed and bool((own - TERM_CLASSED) & TERM_LISTED)
            stop = bool(stops.find(word)[1]) if stops else not listed and bool(facts and (facts - 1) & TERM_STOP)
            kind = (own - TERM_CLASSED) % TERM_CLASSES if classed else kind
            number = -1
            fits = (classed or self._classes >> kind & 1) and (listed or self._is_worded(word, folded[0]))
            if fits and not stop and own != TERM_REFUSED:
                number = len(self._names)
                counted = facts if idf is None else idf.find(word)[1]
                level = (counted - 1) >> TERM_LEVEL_SHIFT if counted else 0
                self._names.append(word)
                self._class.append(kind)
                self._idf.append(self._levels[level if level < len(self._levels) else 0])
                self._eligible.append(len(word) >= min_length)
                self._listed.append(listed)
            self._numbers[folded] = number
        return number

    def _is_worded(self, word: str, first: str) -> bool:
        if not self._is_letter(first) and not "0" <= first <= "9":
            return False
        return any(self._is_letter(char) and char not in NUMERALS | TIMES for char in word)

    def _is_letter(self, char: str) -> bool:
        return bisect_right(self._letters, ord(char)) % 2 == 1

    def _count(self) -> None:
        """Candidates: the terms, then longer ones in the order in which they begin, the shorter first."""
        size, terms, runs = len(self._names), self._terms, self._runs
        self._counts = [0] * size
        self._firsts = [-1] * size
        self._lengths = [1] * size
        known: dict[tuple[int, int], int] = {}
        self._at: list[list[int]] = []  # by place of a term: the candidates that begin there, by length
        for i, term in enumerate(terms):
            here = [term]
            seen = [term]
            cut = i > 0 and runs[i - 1] == runs[i] and self._text[self._starts[i - 1] : self._ends[i - 1]] == "最"
            for j in range(i + 1, i + 1 if cut else min(i + self._max_words, len(terms))):
                if runs[j] != runs[i] or terms[j] in seen or TERM_VERB in (self._class[term], self._class[terms[j]]):
                    break
                key = here[-1], terms[j]
                number = known.get(key)
                if number is None:
                    number = known[key] = len(self._counts)
                    self._counts.append(0)
                    self._firsts.append(-1)
                    self._lengths.append(len(here) + 1)
                here.append(number)
                seen.append(terms[j])
            for number in here:
                if self._firsts[number] < 0:
                    self._firsts[number] = i
                self._counts[number] += 1
            self._at.append(here)

    def _longer(self) -> list[int]:
        """The greatest count of a candidate one term longer that recurs; by candidate."""
        greatest = [0] * len(self._counts)
        for number, count in enumerate(self._counts):
            n, i = self._lengths[number], self._firsts[number]
            if n > 1 and count > 1:
                for part in (self._at[i][n - 2], *self._at[i + 1][n - 2 : n - 1]):  # no second one after 最
                    greatest[part] = max(greatest[part], count)
        return greatest

    def terms(self) -> list[str]:
        """The terms in the order of their numbers, as in their first occurrence."""
        return list(self._names)

    def frequencies(self, weighted: bool, sublinear: bool) -> bytes:
        """The count of each term as float64, or 1 + ln(count) if sublinear; times its IDF if weighted."""
        scores = array("d")
        for number, name_idf in enumerate(self._idf):
            count = self._counts[number]
            score = 1.0 + log(count) if sublinear else float(count)
            scores.append(score * name_idf if weighted else score)
        return scores.tobytes()

    def edges(self, window: int) -> tuple[bytes, bytes, bytes]:
        """Pairs of different terms that occur fewer than ``window`` words apart: left, right, how often.

        Only terms that may be keywords alone; the lesser number is left.
        """
        known: dict[tuple[int, int], int] = {}
        weights = array("d")
        eligible = [i for i, term in enumerate(self._terms) if self._eligible[term]]
        for k, i in enumerate(eligible):
            for j in eligible[k + 1 :]:
                if self._places[j] - self._places[i] >= window:
                    break
                left, right = self._terms[i], self._terms[j]
                if left == right:
                    continue
                key = (left, right) if left < right else (right, left)
                if key not in known:
                    known[key] = len(weights)
                    weights.append(0.0)
                weights[known[key]] += 1.0
        lefts = array("I", (left for left, _ in known))
        rights = array("I", (right for _, right in known))
        return lefts.tobytes(), rights.tobytes(), weights.tobytes()

    def rank(self, keyword: type[Any], scores: bytes, top_k: int) -> list[Any]:
        """The best candidates by the scores of their terms.

        A candidate of several terms must recur. Every occurrence of a term brings the same share of its score:
        score = independent count * sum of (score of term / count of term).
        """
        given = array("d", scores)
        if len(given) != len(self._names):
            raise ValueError("as many scores as terms are needed")
        longer = self._longer()
        ranked: list[tuple[float, int, int, int]] = []
        for number, count in enumerate(self._counts):
            n, i = self._lengths[number], self._firsts[number]
            independent = count - (0 if n == 1 and self._listed[number] else longer[number])
            if independent <= 0 or (count < 2 if n > 1 else not self._eligible[number]):
                continue
            if n == 1 and independent == count:
                score = given[number]
            else:
                score = 0.0
                for term in self._terms[i : i + n]:
                    score += given[term] / self._counts[term]
                score *= independent
            ranked.append((-score, i, n, number))
        return self._best(keyword, ranked, top_k, overlapping=False)

    def features(self, headings: bytes, longest: int) -> tuple[bytes, bytes]:
        """The features of each candidate that may be a keyword, by passage, as float64, and its first place there."""
        rows, spans = array("d"), array("I")
        for passage in self._passages(headings, longest, "features"):
            for number in passage.seen:
                if self._is_eligible(number):
                    i, n = passage.seen[number][0], self._lengths[number]
                    rows.extend(self._features(number, passage))
                    spans.extend((self._starts[i], self._ends[i + n - 1]))
        return rows.tobytes(), spans.tobytes()

    def combine(
        self, keyword: type[Any], weights: bytes, headings: bytes, longest: int, top_k: int, distinct: bool
    ) -> list[Any]:
        """The best candidates by the mean over the passages of the logistic function of their weighted features."""
        factors = array("d", weights)
        passages = self._passages(headings, longest, "combine")
        if len(factors) != N_FEATURES:
            raise ValueError("the arguments of combine do not fit together")
        sums = [0.0] * len(self._counts)
        for passage in passages:
            for number in filter(self._is_eligible, passage.seen):
                total = 0.0
                for factor, value in zip(factors, self._features(number, passage), strict=True):
                    if value:
                        total += factor * value
                sums[number] += 1.0 / (1.0 + exp(-total)) if total > -700 else 0.0
        ranked = [
            (-(total / len(passages)), self._firsts[number], self._lengths[number], number)
            for number, total in enumerate(sums)
            if self._is_eligible(number)
        ]
        return self._best(keyword, ranked, top_k, within=not distinct)

    def _is_eligible(self, number: int) -> bool:
        return number >= len(self._names) or self._eligible[number]

    def _passages(self, headings: bytes, longest: int, method: str) -> list[_Passage]:
        """The text in passages of at most ``longest`` characters, all of nearly the same length."""
        if len(headings) % 8 or longest < 1:
            raise ValueError(f"the arguments of {method} do not fit together")
        bounds, size = array("I", headings), len(self._text)
        count = (size - 1) // longest + 1 if size else 1
        passages, to = [], 0
        for number in range(count):
            start, end, begin = size * number // count, size * (number + 1) // count, to
            while to < len(self._starts) and self._starts[to] < end:
                to += 1
            passages.append(
                self._passage(range(begin, to), start, end, list(zip(bounds[::2], bounds[1::2], strict=True)))
            )
        return passages

    def _passage(self, positions: range, start: int, end: int, headings: list[tuple[int, int]]) -> _Passage:
        runs = self._runs
        passage = _Passage(start, end, {}, {})
        for i in positions:
            left = int(i == positions.start or runs[i - 1] != runs[i])
            heading = int(any(a <= self._starts[i] < b for a, b in headings))
            for n, number in enumerate(self._at[i][: positions.stop - i], 1):
                right = int(i + n == positions.stop or runs[i + n] != runs[i])
                facts = passage.seen.setdefault(number, [i, i, 0, 0, 0, 0, 0])
                facts[1] = i
                facts[2] += 1
                facts[3] += left
                facts[4] += right
                facts[5] += left * right
                facts[6] |= heading
        for number, (i, _, count, *_) in passage.seen.items():
            n = self._lengths[number]
            for part in (self._at[i][n - 2], *self._at[i + 1][n - 2 : n - 1]) if n > 1 else ():
                passage.longer[part] = max(passage.longer.get(part, 0), count)
        return passage

    def _features(self, number: int, passage: _Passage) -> list[float]:
        i, last, count, left, right, both, heading = passage.seen[number]
        n = self._lengths[number]
        members = self._terms[i : i + n]
        start, end = self._starts[i], self._ends[i + n - 1]
        row = [0.0] * N_FEATURES
        row[FEATURE_CONSTANT] = 1.0
        row[FEATURE_COUNT] = log(count)
        row[FEATURE_INDEPENDENT] = log(1 + max(count - passage.longer.get(number, 0), 0))
        row[FEATURE_FREE_BEFORE] = left / count
        row[FEATURE_FREE_AFTER] = right / count
        row[FEATURE_FREE] = both / count
        row[FEATURE_GREATEST_COUNT] = log(max(passage.seen[term][2] for term in members))
        row[FEATURE_LEAST_IDF] = min(self._idf[term] for term in members)
        row[FEATURE_HEADING] = float(heading)
        row[FEATURE_POSITION] = log(1 + start - passage.start)
        row[FEATURE_SPAN] = (self._starts[last] - start) / (passage.end - passage.start)
        row[FEATURE_CAPITAL] = float(any("A" <= char <= "Z" for char in self._text[start:end]))
        row[FEATURE_WORDS + n - 1] = 1.0
        row[FEATURE_LENGTH + min(end - start, LONGEST_CANDIDATE) - 1] = 1.0
        if n == 1:
            row[FEATURE_SINGLE + self._class[members[0]]] = 1.0
        else:
            row[FEATURE_FIRST + self._class[members[0]]] = 1.0
            row[FEATURE_LAST + self._class[members[-1]]] = 1.0
        return row

    def _best(
        self,
        keyword: type[Any],
        ranked: list[tuple[float, int, int, int]],
        top_k: int,
        *,
        within: bool = True,
        overlapping: bool = True,
    ) -> list[Any]:
        """The first by score, place, length; of the same text only once.

        Without ``within`` none that is a part of a better one, without ``overlapping`` none that shares terms of the
        text with better ones, a phrase in half of its occurrences or more, a term in all; listed terms in any case.
        """
        heapify(ranked)
        chosen: list[tuple[float, int]] = []
        texts: list[str] = []
        taken: set[int] = set()
        places: dict[int, list[int]] = {}
        for i, here in enumerate(self._at):
            for number in here:
                places.setdefault(number, []).append(i)
        while ranked and len(chosen) < top_k:
            score, i, n, number = heappop(ranked)
            text = self._text[self._starts[i] : self._ends[i + n - 1]].translate(_FOLD)
            listed = n == 1 and self._listed[number]
            if any(text == other if within or listed else text in other for other in texts):
                continue
            if not overlapping and self._max_words > 1:
                shared = sum(not taken.isdisjoint(range(place, place + n)) for place in places[number])
                if 2 * shared < len(places[number]) or (n == 1 and shared < len(places[number])):
                    taken.update(k for place in places[number] for k in range(place, place + n))
                elif not listed:
                    continue
            texts.append(text)
            chosen.append((-score, number))
        found = []
        for score, number in chosen:
            spans = tuple((self._starts[i], self._ends[i + self._lengths[number] - 1]) for i in places[number])
            found.append(keyword(self._text[slice(*spans[0])], score, self._counts[number], spans))
        return found
