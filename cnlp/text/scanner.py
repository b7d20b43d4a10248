"""The automaton of the patterns as flat arrays, and the loop over them that the C kernel repeats.

:func:`build_tables` returns little-endian arrays:

===================  ===  ====================  ========================================================
``constants``        U32  [9]                   states, categories, patterns, look-ahead, start, start after
                                                word, start after unit, after row, after day
``category_pages``   U16  [4352]                page of ``code_point >> 8``
``categories``       U8   [pages * 256]         category of a code point: ``[page << 8 | code_point & 255]``
``category_flags``   U8   [categories]          the bits below
``point_flags``      U8   [pages * 256]         the flags of a code point's category, to save a step
``category_class``   U8   [categories]          the class of :mod:`cnlp.text.characters`
``transitions``      U16  [states * categories] next state: ``[state * categories + category]``; 0 is dead
``accepts``          U8   [states]              0, or the number of the accepted pattern plus 1
``pattern_flags``    U8   [patterns]            bit 0 atomic, bit 1 takes the marks after it, bit 2
                                                isolated, bit 3 decisive, bit 4 veto, bit 5: the last character
                                                is context, bit 6: no standard splits it, bit 7 labelled
===================  ===  ====================  ========================================================

A category is a set of code points that no pattern distinguishes; width and case folding are baked into the map.
Its flags: 1 an atomic pattern can start here, 2 a soft one can, 4 letter or digit, 8 white space, 16 mark
(belongs to the character before it). The three bits from 32 on are a number. Of what
can come before a match: 1 ends a date, a measure or a share, 2 comes before the number of a house or of a series, 3
before the day of a month, as the beginning of the text does. Of runs: 4 Chinese numeral, 5 transcribes foreign names,
6 kana, 7 hangul.

The loop, from left to right, at position p (before 0 lies ``BEFORE_TEXT``, after the end is no character):

1. p is a start if its category can start an atomic pattern, or if it can start a soft one and p is not inside
   a run (p and the character before it have the same number from 32 on, 4 or more), or if the next character is a
   mark. Otherwise continue at p + 1.
2. Begin in state 2 if the character before p is a letter or digit, in state 3, 4 or 5 if its number from 32 on is 1, 2
   or 3, else in state 1. Read characters until the state is dead, the text ends, or ``LOOKAHEAD`` characters were read
   since p or since the last atomic accept, whichever is later. An accept lies one character back if its pattern has
   context. Remember the last accept of each kind (veto, decisive, other atomic, soft), but none that lies between two
   letters or digits, so that 1:1949 is not 1:19. (Such an atomic accept still moves the limit.) The decisive accept is
   the atomic one if it lies after the other and neither a veto nor a soft one after it.
3. Report the atomic match: up to its first digit if its pattern is labelled, lengthened over the marks after it if
   its pattern takes them. Then report the
   soft match if p may start one (1) and it ends after the atomic match.
4. Continue at the end of the atomic match, or at p + 1 if there was none.

The caller drops every edge, soft match or lexicon word, that begins or ends inside an atomic match.

Cost: a start reads at most ``LOOKAHEAD`` characters beyond the last atomic accept, and the loop continues at
that accept, or at the head of the run of letters and digits in which it lies; such a run is a match by
itself. So a character is read from at most ``LOOKAHEAD`` places before it and once or twice more: O(n)
whatever the text, and about n steps in prose.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from operator import xor
from typing import TYPE_CHECKING

from cnlp._kernel.layout import (
    AFTER_DAY,
    AFTER_ROW,
    AFTER_UNIT,
    BEFORE_TEXT,
    CLASS_DIGIT,
    EXTENDS,
    HAS_CONTEXT,
    IN_RUN,
    IS_ALNUM,
    IS_ATOMIC,
    IS_DECISIVE,
    IS_ISOLATED,
    IS_LABELLED,
    IS_SPACE,
    IS_VETO,
    IS_WHOLE,
    KIND,
    LOOKAHEAD,
    RUN_HANGUL,
    RUN_KANA,
    RUN_NUMERAL,
    RUN_TRANSCRIPTION,
    START,
    START_AFTER_ALNUM,
    START_AFTER_DAY,
    START_AFTER_ROW,
    START_AFTER_UNIT,
    STARTS_ATOMIC,
    STARTS_SOFT,
    TAKES_MARKS,
)
from cnlp.text import characters, dfa, patterns
from cnlp.text.normalise import fold_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnlp.text.dfa import Ranges


STARTS = START, START_AFTER_ALNUM, START_AFTER_UNIT, START_AFTER_ROW, START_AFTER_DAY


class PatternMatch:
    """Where a pattern matched: ``text[start:end]``, offsets in code points.

    >>> PatternMatch(0, 2, patterns.PATTERNS[0]) == PatternMatch(0, 2, patterns.PATTERNS[0])
    True
    """

    __slots__ = ("end", "pattern", "start")

    def __init__(self, start: int, end: int, pattern: patterns.Pattern) -> None:
        self.start = start
        self.end = end
        self.pattern = pattern

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PatternMatch):
            return NotImplemented
        return (self.start, self.end, self.pattern) == (other.start, other.end, other.pattern)

    def __hash__(self) -> int:
        return hash((self.start, self.end, self.pattern))

    def __repr__(self) -> str:
        return f"Match({self.start}, {self.end}, {self.pattern.name})"


class Tables:
    """The arrays as Python's loop reads them: one category for each code point in place of the pages."""

    def __init__(
        self,
        category_of: bytes,
        flags: bytes,
        classes: bytes,
        transitions: list[list[int]],
        accepts: bytes,
        pattern_flags: bytes,
    ) -> None:
        self.category_of = category_of
        self.flags = flags
        self.classes = classes
        self.transitions = transitions
        self.accepts = accepts
        self.pattern_flags = pattern_flags


@cache
def pattern_tables() -> Tables:
    """The compiled tables, made when first asked for (a fraction of a second) and then kept."""
    return _compile()


def build_tables() -> dict[str, tuple[str, bytes]]:
    """The arrays for the kernel: ``name -> (element type, little-endian bytes)``.

    A pure function of the sources: the same bytes come out wherever the package is built.

    >>> build_tables()["category_pages"][0]
    'U16'
    """
    tables = pattern_tables()
    pages: dict[bytes, int] = {}
    canvas = tables.category_of
    page_of = [pages.setdefault(canvas[at : at + 256], len(pages)) for at in range(0, len(canvas), 256)]
    sizes = len(tables.accepts), len(tables.flags), len(patterns.PATTERNS)
    return {
        "constants": (
            "U32",
            _little((*sizes, LOOKAHEAD, *STARTS), 4),
        ),
        "category_pages": ("U16", _little(page_of, 2)),
        "categories": ("U8", b"".join(pages)),
        "category_flags": ("U8", tables.flags),
        "point_flags": ("U8", b"".join(pages).translate(tables.flags.ljust(256, b"\0"))),
        "category_class": ("U8", tables.classes),
        "transitions": ("U16", b"".join(_little(row, 2) for row in tables.transitions)),
        "accepts": ("U8", tables.accepts),
        "pattern_flags": ("U8", tables.pattern_flags),
    }


def scan(tables: Tables, text: str) -> list[tuple[int, int, int]]:
    """The reference of the loop in the module's head.

    Args:
        tables: what :func:`pattern_tables` returns.
        text: not folded; the tables fold.

    Returns:
        ``(start, end, pattern)`` by start, then end; ``pattern`` counts rows of ``patterns.PATTERNS`` from 0.

    >>> [(start, end, patterns.PATTERNS[k].name) for start, end, k in scan(pattern_tables(), "共3千")]
    [(1, 2, 'number'), (1, 3, 'numeral')]
    """
    category_of, transitions, accepts = tables.category_of, tables.transitions, tables.accepts
    pattern_flags = tables.pattern_flags
    categories = bytes([category_of[ord(char)] for char in text])
    flags = categories.translate(tables.flags.ljust(256, b"\0"))
    length = len(text)
    start_after = {AFTER_UNIT: START_AFTER_UNIT, AFTER_ROW: START_AFTER_ROW, AFTER_DAY: START_AFTER_DAY}
    matches = []
    position = 0
    while position < length:
        before = flags[position - 1] if position else BEFORE_TEXT
        here = flags[position]
        soft_allowed = here & STARTS_SOFT and (not here & IN_RUN or (here ^ before) & KIND)
        if not (here & STARTS_ATOMIC or soft_allowed) and not (position + 1 < length and flags[position + 1] & EXTENDS):
            position += 1
            continue
        state = START_AFTER_ALNUM if before & IS_ALNUM else start_after.get(before & KIND, START)
        at, limit = position, position + LOOKAHEAD
        atomic = soft = decisive = 0
        atomic_end = soft_end = decisive_end = veto_end = position
        while at < length and at < limit:
            state = transitions[state][categories[at]]
            if not state:
                break
            at += 1
            accept = accepts[state]
            if not accept:
                continue
            kind = pattern_flags[accept - 1]
            reached = at - bool(kind & HAS_CONTEXT)
            if kind & IS_ATOMIC:
                limit = at + LOOKAHEAD
            if reached < length and flags[reached - 1] & flags[reached] & IS_ALNUM:
                continue
            if kind & IS_VETO:
                veto_end = reached
            elif kind & IS_DECISIVE:
                decisive, decisive_end = accept, reached
            elif kind & IS_ATOMIC:
                atomic, atomic_end = accept, reached
            else:
                soft, soft_end = accept, reached
        if decisive_end > atomic_end and decisive_end >= max(veto_end, soft_end):
            atomic, atomic_end = decisive, decisive_end
        if atomic:
            if pattern_flags[atomic - 1] & IS_LABELLED:
                kinds = bytes(tables.classes[category] for category in categories[position + 1 : atomic_end])
                atomic_end = position + 1 + kinds.find(CLASS_DIGIT)
            if pattern_flags[atomic - 1] & TAKES_MARKS:
                while atomic_end < length and flags[atomic_end] & EXTENDS:
                    atomic_end += 1
            matches.append((position, atomic_end, atomic - 1))
        if soft_allowed and soft_end > atomic_end:
            matches.append((position, soft_end, soft - 1))
        position = max(atomic_end, position + 1)
    return matches


def find_patterns(text: str) -> list[PatternMatch]:
    """All matches of the patterns, atomic and soft, as the kernel finds them.

    Args:
        text: the text as its user wrote it, not folded.

    Returns:
        Matches by start, then end. Atomic ones never overlap; soft ones may overlap everything, but none
        begins or ends inside an atomic match. The rule and its linear cost are
        at the head of this module.

    >>> [(text[m.start : m.end], m.pattern.name) for text in ["３千人，12.5%"] for m in find_patterns(text)]
    [('３', 'number'), ('３千', 'numeral'), ('12.5%', 'number')]
    """
    matches, inside = [], set[int]()
    for start, end, number in scan(pattern_tables(), text):
        matches.append(PatternMatch(start, end, patterns.PATTERNS[number]))
        if patterns.PATTERNS[number].atomic:
            inside.update(range(start + 1, end))
    return [match for match in matches if match.end not in inside or match.pattern.atomic]


def _compile() -> Tables:
    names = patterns.character_sets()
    trees = [dfa.parse(pattern.expression, names) for pattern in patterns.PATTERNS]
    exact = {names[name] for name in patterns.EXACT}
    sets = sorted({names["unit_end"], names["row_end"], names["day_before"]}.union(*map(dfa.sets_of, trees)))
    category_of, members, classes = _partition(sets, exact)
    everywhere = range(len(trees))
    starts = [[number for number in everywhere if place in patterns.PATTERNS[number].after] for place in patterns.AFTER]
    transitions, accepts = dfa.determine(trees, starts, members.__getitem__, len(classes))
    pattern_flags = bytes(map(_pattern_flags, patterns.PATTERNS))
    runs = {
        RUN_NUMERAL: members[names["numeral"]],
        RUN_TRANSCRIPTION: members[names["transcription"]],
        AFTER_DAY: members[names["day_before"]],
        AFTER_UNIT: members[names["unit_end"]],
        AFTER_ROW: members[names["row_end"]],
    }
    flags = _category_flags(transitions, accepts, pattern_flags, classes, runs)
    return Tables(category_of, flags, classes, transitions, bytes(accepts), pattern_flags)


def _pattern_flags(row: patterns.Pattern) -> int:
    return (
        IS_ATOMIC * row.atomic
        | TAKES_MARKS * row.takes_marks
        | IS_ISOLATED * row.isolated
        | IS_DECISIVE * row.decisive
        | IS_VETO * row.veto
        | HAS_CONTEXT * row.context
        | IS_WHOLE * row.whole
        | IS_LABELLED * row.labelled
    )


def _partition(sets: Sequence[Ranges], exact: set[Ranges]) -> tuple[bytes, dict[Ranges, list[int]], bytes]:
    """Splits Unicode into categories.

    Returns:
        The category of each code point, the categories of each set, the character class of each category.
    """
    fold = fold_table(True, True, False)
    starts_of_class = [first for first, _, _ in characters.class_ranges()]
    toggles = dict.fromkeys([*starts_of_class, *fold, *(code + 1 for code in fold)], 0)
    exact_sets = 0
    for index, ranges in enumerate(sets):
        exact_sets |= (ranges in exact) << index
        for edge in (edge for first, last in ranges for edge in (first, last + 1)):
            toggles[edge] = toggles.get(edge, 0) ^ 1 << index
    toggles.pop(characters.LAST_CODE_POINT + 1, None)
    starts = sorted(toggles)
    # Bit i of inside[k]: the code points from starts[k] on lie in set i.
    inside = list(accumulate((toggles[start] for start in starts), xor))

    numbers: dict[tuple[int, int], int] = {}
    canvas = bytearray()
    for index, start in enumerate(starts):
        folded = fold.get(start, start)
        within = inside[bisect_right(starts, folded) - 1] & ~exact_sets | inside[index] & exact_sets
        category = numbers.setdefault((characters.char_class(chr(folded)), within), len(numbers))
        stop = starts[index + 1] if index + 1 < len(starts) else characters.LAST_CODE_POINT + 1
        canvas += bytes((category,)) * (stop - start)
    members = {
        ranges: [number for (_, within), number in numbers.items() if within >> index & 1]
        for index, ranges in enumerate(sets)
    }
    return bytes(canvas), members, bytes(value for value, _ in numbers)


def _category_flags(
    transitions: Sequence[Sequence[int]],
    accepts: Sequence[int],
    pattern_flags: bytes,
    classes: bytes,
    runs: Mapping[int, Sequence[int]],
) -> bytes:
    """The flags of each category, those of starting read off the automaton."""
    bit_of_class = {
        characters.DIGIT: IS_ALNUM,
        characters.LATIN: IS_ALNUM,
        characters.LETTER: IS_ALNUM,
        characters.SPACE: IS_SPACE,
        characters.MARK: EXTENDS,
        characters.KANA: RUN_KANA,
        characters.HANGUL: RUN_HANGUL,
    }
    marks = {category for category, value in enumerate(classes) if value == characters.MARK}
    atomic = {state for state, accept in enumerate(accepts) if accept and pattern_flags[accept - 1] & IS_ATOMIC}
    soft = {state for state, accept in enumerate(accepts) if accept} - atomic
    to_atomic, to_soft = _leading_to(atomic, transitions), _leading_to(soft, transitions)
    flags = bytearray(bit_of_class.get(value, 0) for value in classes)
    for category in range(len(classes)):
        for run, its_categories in runs.items():
            if category in its_categories:  # the later run wins
                flags[category] = flags[category] & ~KIND | run
        # Every character starts a cluster if a mark follows; the loop looks for the mark instead.
        second = set(range(len(classes))) - marks
        for state in {transitions[start][category] for start in STARTS}:
            if state in atomic or any(transitions[state][next_one] in to_atomic for next_one in second):
                flags[category] |= STARTS_ATOMIC
            if state in to_soft:
                flags[category] |= STARTS_SOFT
    return bytes(flags)


def _leading_to(goals: set[int], transitions: Sequence[Sequence[int]]) -> set[int]:
    """``goals`` and every state from which one of them can be reached."""
    leading, size = set(goals), -1
    while len(leading) > size:
        size = len(leading)
        leading |= {state for state, row in enumerate(transitions) if not leading.isdisjoint(row)}
    return leading


def _little(numbers: Iterable[int], size: int) -> bytes:
    return b"".join(number.to_bytes(size, "little") for number in numbers)
