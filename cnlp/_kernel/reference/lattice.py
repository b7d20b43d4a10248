"""The lattice of a text: the twin of lattice.c.

For every position the candidate words that begin there, each an edge ``(end, id, cost, source)``. Costs are
integers, -ln p in units of 1 / ``COST_SCALE`` nats, so both kernels agree to the last bit. Candidates come from the
base lexicon, the user's lexicon (an :class:`Overlay`) and the pattern scanner; a boundary inside an atomic pattern or a
forced word is forbidden, the ends of a forced word are hard: no edge crosses them. Where nothing as short is left,
the single character takes its place, so a path always exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnlp._kernel import deadline
from cnlp._kernel.layout import (
    CLASS_DIGIT,
    COST_MASK,
    COST_SCALE,
    EDGE,
    GLUED,
    HARD_BOUNDARY,
    IS_ALNUM,
    IS_ATOMIC,
    IS_DECISIVE,
    IS_ISOLATED,
    KIND,
    LONGEST_MATCH,
    MODE_BLOCK,
    MODE_FORCE,
    MODE_MASK,
    MODE_PARTIAL,
    MODE_PREFER,
    MODE_SPLIT,
    MODE_TAGGER,
    NO_BOUNDARY,
    SOURCE_CHARACTER,
    SOURCE_HIDDEN,
    SOURCE_LEXICON,
    SOURCE_PATTERN,
    SOURCE_TAGGER,
    SOURCE_USER,
    SYLLABLE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnlp._kernel.reference.tables import Overlay, Tables


UNKNOWN_COST = 2 * COST_MASK  # more than any word costs
PHRASE_MARGIN = 2 * COST_SCALE
LONGEST_BEFORE = 4  # characters of a word before its letters


class Edge(NamedTuple):
    """A candidate word that begins at a position."""

    end: int
    id: int
    cost: int
    source: int


class Lattice:
    """The permitted edges of a text by start, and the positions that no candidate crosses."""

    def __init__(
        self,
        model: Tables,
        text: str,
        overlay: Overlay | None,
        spans: bytes | None,
        for_tagger: bool = False,
        binding: int = IS_ATOMIC,
    ) -> None:
        self.for_tagger = for_tagger  # runs of kana and of hangul stay whole
        self.binding = binding  # flags of patterns, one of which makes a match bind: a tagger follows its standard
        self.model, self.overlay, self.size = model, overlay, len(text)
        self.text = text
        self.unknown = model.unknown
        self.codes = model.trie.encode(text)
        self.user_codes = overlay.trie.encode(text) if overlay else []
        self.flags = bytearray(self.size + 1)
        self.extras: list[list[Edge]] = [[] for _ in text]
        if model.use_patterns:
            self._load_patterns()
        self._load_constraints(spans)
        self.edges: list[list[Edge]] = []
        self.is_uncrossed = bytearray(self.size + 1)
        self._collect()

    def _load_patterns(self) -> None:
        model = self.model
        categories, flags = model.categories_and_flags(self.text)
        i = floor = 0
        while i < self.size:
            if self.for_tagger and flags[i] & SYLLABLE == SYLLABLE and (i == 0 or (flags[i] ^ flags[i - 1]) & KIND):
                self._glue_run(flags, i)
            atomic, soft = model.match_patterns(categories, flags, i)
            if soft and not self._is_blocked(i, soft[0]):
                self._add_pattern(i, *soft)
            if not atomic:
                i += 1
                continue
            end, pattern = atomic
            if self._is_blocked(i, end):
                self.extras[i].append(Edge(end, 0, 0, SOURCE_HIDDEN))
            else:
                self._add_pattern(i, end, pattern)
                flags_of_pattern = self.model.pattern_flags[pattern]
                if flags_of_pattern & self.binding:
                    self._forbid_inside(i, end)
                is_apart = flags_of_pattern & (IS_ISOLATED | IS_DECISIVE)
                can_be_glued = not is_apart and self.binding & (IS_ATOMIC | IS_DECISIVE)
                first, last = self._letter_word(i, end, pattern, floor) if can_be_glued else (0, 0)
                if last:
                    self._glue_letter_word((first, last), (i, end))
                    end = last
                elif flags_of_pattern & self.binding and is_apart:
                    self.flags[i] |= EDGE
                    self.flags[end] |= EDGE
            i = floor = end

    def _glue_letter_word(self, word: tuple[int, int], letters: tuple[int, int]) -> None:
        first, last = word
        self.flags[first + 1 : last] = bytes([NO_BOUNDARY | GLUED]) * (last - first - 1)
        self._forbid_inside(*letters)
        self.extras[first].append(Edge(last, 0, 0, SOURCE_HIDDEN))
        self.flags[first] |= EDGE
        self.flags[last] |= EDGE

    def _letter_word(self, start: int, end: int, pattern: int, floor: int) -> tuple[int, int]:
        """The word of the base that holds the letters and more, as letter_words.h says; (0, 0): none."""
        best = 0, 0
        if not self._has_letter(start, end):
            return best
        cost = self.model.class_costs[pattern + 1]
        for first in range(max(start - LONGEST_BEFORE, floor), start + 1):
            last = self._longest_word(first, end + (first == start))
            if last <= best[1] or self._is_blocked(first, last):
                continue
            if not self._is_crossed(first, start, end, last, cost) and not self._is_phrase(
                first, start, end, last, cost
            ):
                best = first, last
        return best

    def _has_letter(self, start: int, end: int) -> bool:
        categories, flags = self.model.categories_and_flags(self.text[start:end])
        is_digit = [self.model.classes[category] == CLASS_DIGIT for category in categories]
        return any(flag & IS_ALNUM and not digit for flag, digit in zip(flags, is_digit, strict=True))

    def _is_crossed(self, first: int, start: int, end: int, last: int, cost: int) -> bool:
        """Is a word that ends at the letters, or begins inside and ends after the word, more probable than it?"""
        whole, after = self._cost_of(first, last), self._cost_of(end, last)
        for i in range(max(first - LONGEST_MATCH, 0), first if first < start else 0):
            crossing = self._cost_of(i, start)
            if crossing < UNKNOWN_COST and crossing + cost + after < self._cost_of(i, first) + whole:
                return True
        cost += self._cost_of(first, start)
        for i in range(end, last):
            ending = self._longest_word(i, last + 1)
            if ending and cost + self._cost_of(end, i) + self._cost_of(i, ending) < whole + self._cost_of(last, ending):
                return True
        return False

    def _is_phrase(self, first: int, start: int, end: int, last: int, cost: int) -> bool:
        if 1 in (start - first, last - end):
            return False
        parts = cost + self._cost_of(first, start) + self._cost_of(end, last)
        return parts < self._cost_of(first, last) + PHRASE_MARGIN

    def _cost_of(self, start: int, end: int) -> int:
        """What a word of the base costs, 0 if it is empty, ``UNKNOWN_COST`` if it is not one."""
        if start == end:
            return 0
        costs = ((value & COST_MASK) - 1 for last, _, value in self.model.trie.walk(self.codes, start) if last == end)
        return next(costs, UNKNOWN_COST)

    def _longest_word(self, start: int, least: int) -> int:
        """The end of the longest word of the base that begins there, if not before ``least``; 0 if there is none."""
        ends = [end for end, _, _ in self.model.trie.walk(self.codes, start) if end >= least]
        return max((end for end in ends if not self._is_in_run(end)), default=0)

    def _is_in_run(self, position: int) -> bool:
        _, flags = self.model.categories_and_flags(self.text[position - 1 : position + 1])
        return len(flags) == 2 and bool(flags[0] & flags[1] & IS_ALNUM)

    def _add_pattern(self, start: int, end: int, pattern: int) -> None:
        edge = Edge(end, self.unknown + pattern + 1, self.model.class_costs[pattern + 1], SOURCE_PATTERN)
        self.extras[start].append(edge)

    def _forbid_inside(self, start: int, end: int) -> None:
        self.flags[start + 1 : end] = bytes([NO_BOUNDARY]) * (end - start - 1)

    def _glue_run(self, flags: list[int], start: int) -> None:
        end = start + 1
        if start and flags[start - 1] & SYLLABLE == SYLLABLE:
            self.flags[start] |= EDGE
        while end < self.size and not (flags[end] ^ flags[start]) & KIND:
            end += 1
        if not self._is_blocked(start, end):
            self.flags[start + 1 : end] = bytes([NO_BOUNDARY | GLUED]) * (end - start - 1)

    def _is_blocked(self, start: int, end: int) -> bool:
        """Does the user's lexicon say that this stretch is never a word?"""
        if not self.overlay or end - start > self.overlay.trie.max_length:
            return False
        for found, _, value in self.overlay.trie.walk(self.user_codes[:end], start):
            if found == end:
                return self.overlay.modes[value - 1] & MODE_MASK in (MODE_BLOCK, MODE_SPLIT)
        return False

    def _is_open(self, position: int) -> bool:
        return not self.flags[position] & NO_BOUNDARY

    def _reopen(self, position: int) -> None:
        self.flags[position] &= ~NO_BOUNDARY

    def _user_matches(self) -> Iterator[tuple[int, int, int]]:
        assert self.overlay
        for start in range(self.size):
            for end, _, value in self.overlay.trie.walk(self.user_codes, start):
                yield start, end, value - 1

    def _load_constraints(self, data: bytes | None) -> None:
        """Partial entries and spans reopen boundaries; force and split entries fix theirs."""
        overlay = self.overlay
        spans = unpack_spans(data, self.size)
        if not spans and not (overlay and (overlay.has_constraints or any(flag & GLUED for flag in self.flags))):
            return
        patterns = [list(edges) for edges in self.extras]
        for start, end, mode, _ in spans:
            if mode != MODE_TAGGER:
                self._reopen(start)
                self._reopen(end)
        forced = []
        if overlay:
            matches = list(self._user_matches())
            for start, end, entry in matches:
                mode = overlay.modes[entry]
                for position in (start, end):
                    if mode & MODE_PARTIAL or (self.flags[position] & GLUED and mode & MODE_MASK != MODE_BLOCK):
                        self._reopen(position)
            forced = [
                (start, end, entry, overlay.costs[entry])
                for start, end, entry in matches
                if overlay.modes[entry] & MODE_MASK in (MODE_FORCE, MODE_SPLIT)
                and self._is_open(start)
                and self._is_open(end)
            ]
        for start, end, mode, cost in spans:
            if mode == MODE_FORCE:
                forced.append((start, end, 0xFFFFFFFF, cost))
            else:
                source = SOURCE_TAGGER if mode == MODE_TAGGER else SOURCE_USER
                self.extras[start].append(Edge(end, self.unknown, cost, source))
        self._fix(forced)
        self._add_pieces(patterns)
        for edges in self.extras:
            edges.sort(key=lambda edge: (edge.end, edge.source, edge.id))

    def _fix(self, forced: list[tuple[int, int, int, int]]) -> None:
        """Longest first, then leftmost: fix each stretch that no fixed one overlaps."""
        fixed = bytearray(self.size)
        for start, end, entry, cost in sorted(forced, key=lambda f: (f[0] - f[1], f[0], f[2])):
            if any(fixed[start:end]):
                continue
            fixed[start:end] = b"\1" * (end - start)
            self._forbid_inside(start, end)
            self.flags[start] = self.flags[end] = HARD_BOUNDARY
            if entry == 0xFFFFFFFF:
                self.extras[start].append(Edge(end, self.unknown, cost, SOURCE_USER))
                continue
            assert self.overlay
            first, last = self.overlay.pieces_at[entry], self.overlay.pieces_at[entry + 1]
            for length in self.overlay.pieces[first:last]:
                if start + length > end:
                    break
                self.flags[start + length] = HARD_BOUNDARY
                self.extras[start].append(Edge(start + length, self.unknown, cost, SOURCE_USER))
                start += length
            if start < end:
                self.extras[start].append(Edge(end, self.overlay.ids[entry], cost, SOURCE_USER))

    def _add_pieces(self, patterns: list[list[Edge]]) -> None:
        """Atomic matches with reopened boundaries also offer the pieces between these."""
        for start, edges in enumerate(patterns):
            for end, identity, cost, source in edges:
                if source == SOURCE_HIDDEN:
                    continue
                if not self.model.pattern_flags[identity - self.unknown - 1] & IS_ATOMIC:
                    continue
                piece = start
                for i in range(start + 1, end + 1):
                    if i < end and not self._is_open(i):
                        continue
                    if (piece, i) != (start, end):
                        self.extras[piece].append(Edge(i, identity, cost, SOURCE_PATTERN))
                    piece = i

    def _collect(self) -> None:
        limit = furthest = 0
        for start in range(self.size):
            self.is_uncrossed[start] = furthest <= start
            if start % 1024 == 0:
                deadline.check()
            if limit <= start:
                limit = self.flags.find(HARD_BOUNDARY, start + 1)
                limit = limit if limit >= 0 else self.size
            candidates = self._candidates(start)
            edges = [
                edge
                for edge in candidates
                if edge.source != SOURCE_HIDDEN
                and edge.end <= limit
                and self._is_open(start)
                and self._is_open(edge.end)
            ]
            crossing = edges + [edge for edge in candidates if edge.source != SOURCE_LEXICON]
            furthest = max([furthest, start + 1, *(edge.end for edge in crossing)])
            if self._is_open(start) and self._is_open(start + 1) and all(edge.end != start + 1 for edge in edges):
                edges.append(Edge(start + 1, self.unknown, self.model.class_costs[0], SOURCE_CHARACTER))
            self.edges.append(edges)
        self.is_uncrossed[self.size] = 1

    def _candidates(self, start: int) -> list[Edge]:
        """User's words, base words that these do not hide, patterns and forced words."""
        candidates: list[Edge] = []
        if self.overlay:
            for end, _, value in self.overlay.trie.walk(self.user_codes, start):
                entry = value - 1
                is_word = self.overlay.modes[entry] & MODE_MASK in (MODE_PREFER, MODE_FORCE)
                source = SOURCE_USER if is_word else SOURCE_HIDDEN
                candidates.append(Edge(end, self.overlay.ids[entry], self.overlay.costs[entry], source))
        hidden = {edge.end for edge in candidates}
        for end, node, value in self.model.trie.walk(self.codes, start):
            if end not in hidden:
                candidates.append(Edge(end, node, (value & COST_MASK) - 1, SOURCE_LEXICON))
        return candidates + self.extras[start]


def unpack_spans(data: bytes | None, size: int) -> list[tuple[int, int, int, int]]:
    if data is None:
        return []
    unsigned, signed = memoryview(data).cast("I"), memoryview(data).cast("i")
    spans = [(unsigned[k], unsigned[k + 1], unsigned[k + 2], signed[k + 3]) for k in range(0, len(unsigned), 4)]
    starts = [span[0] for span in spans]
    if starts != sorted(starts) or any(not start < end <= size for start, end, _, _ in spans):
        raise ValueError("spans must be sorted and lie inside the text")
    return spans
