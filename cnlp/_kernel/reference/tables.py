"""The arrays of a lexicon model and of a user lexicon, and the pattern scanner: the twin of scanner.c."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp._kernel.hashes import bigram_hash
from cnlp._kernel.layout import (
    AFTER_DAY,
    AFTER_ROW,
    AFTER_UNIT,
    BEFORE_TEXT,
    BONUS_STEP,
    CLASS_DIGIT,
    EXTENDS,
    HAS_CONTEXT,
    IN_RUN,
    IS_ALNUM,
    IS_ATOMIC,
    IS_DECISIVE,
    IS_LABELLED,
    IS_VETO,
    KIND,
    LOOKAHEAD,
    MODE_FORCE,
    MODE_MASK,
    MODE_PARTIAL,
    MODE_PREFER,
    MODE_SPLIT,
    NO_GAIN,
    PAIR_BUCKET,
    PAIRS_LEFT,
    PAIRS_RIGHT,
    START,
    START_AFTER_ALNUM,
    START_AFTER_DAY,
    START_AFTER_ROW,
    START_AFTER_UNIT,
    STARTS_ATOMIC,
    STARTS_SOFT,
    TAKES_MARKS,
)
from cnlp._kernel.reference.files import Mapping, check_pages, named_array
from cnlp._kernel.reference.trie import Trie

if TYPE_CHECKING:
    from cnlp._kernel.reference.files import Range


class Overlay:
    """A compiled user lexicon: word k of the trie has value k + 1."""

    def __init__(
        self, trie: Trie, modes: bytes, costs: bytes, gains: bytes, ids: bytes, pieces: bytes, pieces_at: bytes
    ) -> None:
        self.trie = trie
        self.modes = modes
        self.costs = memoryview(costs).cast("i")
        self.gains = memoryview(gains).cast("i")
        self.ids = memoryview(ids).cast("I")
        self.pieces = memoryview(pieces).cast("I")
        self.pieces_at = memoryview(pieces_at).cast("I")
        kinds = {mode & MODE_MASK for mode in modes}
        self.has_constraints = bool(kinds & {MODE_FORCE, MODE_SPLIT}) or any(mode & MODE_PARTIAL for mode in modes)

    def is_evidence(self, entry: int) -> bool:
        """Is the entry, to a tagger, a word like those that it knows best?"""
        return self.modes[entry] & MODE_MASK == MODE_PREFER and self.gains[entry] != NO_GAIN


class Tables:
    """Base lexicon, patterns and bigrams: everything a decoder shares between threads."""

    def __init__(
        self,
        source: Mapping | bytes,
        arrays: dict[str, Range],
        max_length: int,
        word_cost: int,
        alphabet: tuple[bytes, bytes] | None,
        use_patterns: bool,
    ) -> None:
        self.word_cost = word_cost
        self.trie = Trie(source, arrays, max_length)
        if alphabet:
            self.trie.pages, self.trie.codes = (memoryview(part).cast("H") for part in alphabet)
            check_pages(self.trie.pages, self.trie.codes, "the alphabet")
        self.use_patterns = use_patterns
        self.category_pages = named_array(source, arrays, "category_pages", "H")
        self.categories = named_array(source, arrays, "categories", "B")
        self.n_categories = len(named_array(source, arrays, "category_flags", "B"))
        self.classes = named_array(source, arrays, "category_class", "B")
        self.point_flags = named_array(source, arrays, "point_flags", "B")
        self.transitions = named_array(source, arrays, "transitions", "H")
        self.accepts = named_array(source, arrays, "accepts", "B")
        self.pattern_flags = named_array(source, arrays, "pattern_flags", "B")
        self.class_costs = named_array(source, arrays, "class_costs", "i")
        self.bigrams = named_array(source, arrays, "bigrams", "I")
        check_pages(self.category_pages, self.categories, "the category table")
        if (
            len(self.transitions) != len(self.accepts) * self.n_categories
            or len(self.point_flags) != len(self.categories)
            or len(self.classes) != self.n_categories
            or max(self.categories) >= self.n_categories
            or max(self.transitions) >= len(self.accepts)
            or max(self.accepts) > len(self.pattern_flags)
        ):
            raise ValueError("the pattern table is damaged")
        roots = ((code, self.trie.units[code]) for code in set(self.trie.codes))
        if any(unit and unit & 0xFFFF != code for code, unit in roots):
            raise ValueError("the trie is damaged")
        if len(self.bigrams) % PAIR_BUCKET:
            raise ValueError("the bigram table is damaged")
        if len(self.class_costs) != len(self.pattern_flags) + 1:
            raise ValueError("the table of class costs is damaged")

    def bonus(self, left: int, right: int) -> int:
        """What the bigram table takes off the cost of word ``right`` after word ``left``.

        The table is asked only if it has pairs with both; a word's value says so.
        """
        table = self.bigrams
        if not (len(table) and self._has_pairs(left, PAIRS_LEFT) and self._has_pairs(right, PAIRS_RIGHT)):
            return 0
        hashed, n_buckets = bigram_hash(left, right), len(table) // PAIR_BUCKET
        bucket = (hashed >> 32) * n_buckets >> 32
        for _ in range(n_buckets):
            entries = table[bucket * PAIR_BUCKET : (bucket + 1) * PAIR_BUCKET]
            for entry in entries:
                if entry and entry >> 8 == hashed >> 8 & 0xFFFFFF:
                    return (entry & 255) * BONUS_STEP
            if entries[PAIR_BUCKET - 1] == 0:
                return 0
            bucket = bucket + 1 if bucket + 1 < n_buckets else 0
        return 0

    def _has_pairs(self, word: int, side: int) -> bool:
        """Classes and the beginning always can have pairs."""
        return word == 0 or word >= self.unknown or bool(self.trie.units[word] >> 40 & side)

    @property
    def unknown(self) -> int:
        """Id of the class of unknown words; pattern k is ``unknown + 1 + k``."""
        return len(self.trie.units)

    def categories_and_flags(self, text: str) -> tuple[list[int], list[int]]:
        """The pattern scanner's category of each character, and its flags."""
        cells = [self.category_pages[point >> 8] << 8 | point & 255 for point in map(ord, text)]
        return [self.categories[cell] for cell in cells], [self.point_flags[cell] for cell in cells]

    def match_patterns(self, categories: list[int], flags: list[int], start: int) -> tuple[Range | None, Range | None]:
        """(end, pattern) of the longest atomic and of the longest soft match from ``start`` on."""
        size, width = len(categories), self.n_categories
        before = flags[start - 1] if start else BEFORE_TEXT
        here = flags[start]
        soft_allowed = here & STARTS_SOFT and (not here & IN_RUN or (here ^ before) & KIND)
        if not (here & STARTS_ATOMIC or soft_allowed) and not (start + 1 < size and flags[start + 1] & EXTENDS):
            return None, None
        end, limit = start, start + LOOKAHEAD
        start_after = {AFTER_UNIT: START_AFTER_UNIT, AFTER_ROW: START_AFTER_ROW, AFTER_DAY: START_AFTER_DAY}
        state = START_AFTER_ALNUM if before & IS_ALNUM else start_after.get(before & KIND, START)
        atomic = soft = decisive = (0, 0)
        veto = start
        while end < size and end < limit:
            state = self.transitions[state * width + categories[end]]
            if state == 0:
                break
            end += 1
            pattern = self.accepts[state] - 1
            if pattern < 0:
                continue
            kind = self.pattern_flags[pattern]
            reached = end - bool(kind & HAS_CONTEXT)
            if reached == start:
                continue  # only in a damaged file: a match has characters of its own
            if kind & IS_ATOMIC:
                limit = end + LOOKAHEAD
            if reached < size and flags[reached - 1] & flags[reached] & IS_ALNUM:
                continue  # nothing ends between two letters or digits
            if kind & IS_VETO:
                veto = reached
            elif kind & IS_DECISIVE:
                decisive = reached, pattern
            elif kind & IS_ATOMIC:
                atomic = reached, pattern
            else:
                soft = reached, pattern
        if decisive[0] > atomic[0] and decisive[0] >= max(veto, soft[0]):
            atomic = decisive
        end = atomic[0]
        if end and self.pattern_flags[atomic[1]] & IS_LABELLED:
            kinds = [self.classes[category] for category in categories[start + 1 : end]]
            end = start + 1 + kinds.index(CLASS_DIGIT) if CLASS_DIGIT in kinds else end
            atomic = end, atomic[1]
        if end and self.pattern_flags[atomic[1]] & TAKES_MARKS:
            while end < size and flags[end] & EXTENDS:
                end += 1
            atomic = end, atomic[1]
        return atomic if end else None, soft if soft_allowed and soft[0] > end else None
