"""The Aho-Corasick automaton (1975): all occurrences of many strings in one pass over a text, and a choice among them.

An Aho-Corasick automaton is a trie of the strings, each node of which also knows the longest of its own suffixes that
is a node too; reading a text is one walk that never goes back. The automata are pyahocorasick's, and report numbers of
strings.

Cost: O(n d) for a text of n characters, of which at most d of the strings end at the same one; choosing the longest
adds O(n log n).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heapify, heappop, heappush, merge
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import ahocorasick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, TypeAlias

    Item: TypeAlias = tuple[int, str, Any]  # length, the string as it was given, its value
    Span: TypeAlias = tuple[int, int, Item]  # start, end


def build_automaton(forms: Iterable[tuple[str, int]]) -> ahocorasick.Automaton:
    """An automaton that reports the number of each form."""
    automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for form, number in forms:
        automaton.add_word(form, number)
    automaton.make_automaton()
    return automaton


class Search:
    """The places of one text where strings match.

    Args:
        folded: the text.
        inside: for each position whether no match begins or ends there; ``None`` if there is no such.
        longest: characters of the longest string, or more.
        automata: of the strings.
        items: the strings by number.
    """

    def __init__(
        self,
        folded: str,
        inside: bytearray | None,
        longest: int,
        automata: tuple[ahocorasick.Automaton, ...],
        items: list[Item | None],
    ) -> None:
        self._folded, self._inside, self._longest = folded, inside, longest
        self._automata, self._items = automata, items
        self._suffixes: dict[str, list[tuple[int, Item]]] = {}

    def all(self) -> Iterator[Span]:
        """Every match, by end, then start."""
        return (span for place in self._places() if (span := self._span(place)) is not None)

    def leftmost(self) -> Iterator[Span]:
        """From left to right the longest at each place.

        ``chosen`` is what that would be if the text ended here. A match that ends later replaces one that does not
        begin before it, and what was chosen after that; so the first is final when none that begins as early can come.
        """
        chosen: list[Span] = []
        free = 0  # where what is final ends
        for span in self._longest_of_each_end():
            end = span[1]
            final = bisect_left(chosen, end - self._longest, key=itemgetter(0))
            if final:
                yield from chosen[:final]
                free = chosen[final - 1][1]
                del chosen[:final]
            candidate: Span | None = span
            while candidate is not None:
                start = candidate[0]
                first = bisect_right(chosen, start, key=itemgetter(1))  # that may overlap it
                if start >= free and (first == len(chosen) or start <= chosen[first][0]):
                    chosen[first:] = [candidate]
                    break
                candidate = self._shorter(candidate, free if start < free else chosen[first][1])
        yield from chosen

    def longest(self) -> Iterator[Span]:
        """Of overlapping matches the longest, then the leftmost.

        Only the longest of each end competes. If it loses to one on its left, the next shorter takes its place, which
        happens log2(MAX_WORD_LENGTH) times at most: each winner is longer than all together that win later between
        the two.
        """
        ranked = [(start - end, start, span) for span in self._longest_of_each_end() for start, end, _ in [span]]
        heapify(ranked)
        taken = bytearray(len(self._folded))
        won = []
        while ranked:
            minus, start, span = heappop(ranked)
            reached = taken.rfind(1, start, span[1]) + 1
            if reached == 0:
                taken[start : span[1]] = b"\x01" * -minus
                won.append(span)
            elif (shorter := self._shorter(span, reached)) is not None:
                heappush(ranked, (shorter[0] - shorter[1], shorter[0], shorter))
        won.sort(key=itemgetter(0))
        return iter(won)

    def _places(self) -> Iterator[tuple[int, int]]:
        """Last position and number, of one position the longest first."""
        found = [automaton.iter(self._folded) for automaton in self._automata]
        return found[0] if len(found) == 1 else merge(*found, key=self._rank)

    def _rank(self, place: tuple[int, int]) -> tuple[int, int]:
        item = self._items[place[1]]
        return place[0], 0 if item is None else -item[0]

    def _span(self, place: tuple[int, int]) -> Span | None:
        """The match at a place, if it is allowed and its string has not been removed."""
        item = self._items[place[1]]
        if item is None:
            return None
        end = place[0] + 1
        start = end - item[0]
        return None if self._inside is not None and (self._inside[start] or self._inside[end]) else (start, end, item)

    def _longest_of_each_end(self) -> Iterator[Span]:
        for _, places in groupby(self._places(), itemgetter(0)):  # skips what is not asked for
            for place in places:
                span = self._span(place)
                if span is not None:
                    yield span
                    break

    def _shorter(self, span: Span, least: int) -> Span | None:
        """The longest match that ends where ``span`` does, from ``least`` on."""
        start, end, _ = span
        if least >= end:
            return None
        form = self._folded[start:end]
        if form not in self._suffixes:
            self._suffixes[form] = list(self._suffixes_of(form))
        sizes = self._suffixes[form]
        for k in range(bisect_right(sizes, end - least, key=itemgetter(0)) - 1, -1, -1):
            size, item = sizes[k]
            if self._inside is None or not self._inside[end - size]:
                return end - size, end, item
        return None

    def _suffixes_of(self, form: str) -> Iterator[tuple[int, Item]]:
        """The lengths of the strings that ``form`` ends with, without itself, and their items."""
        for size in range(1, len(form)):
            for automaton in self._automata:
                number = automaton.get(form[-size:], None)
                item = None if number is None else self._items[number]
                if item is not None:
                    yield size, item
