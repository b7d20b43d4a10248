r"""Regular expressions that are matched in linear time, whatever the expression and the text.

An expression becomes one deterministic automaton (:mod:`cnlp.text.dfa`), which reads a character in one step and never
goes back. The syntax and the choice among matches are those of Python's ``re`` (the first alternative, as many
repetitions as possible, as few with ``?`` after them), less what no such automaton can do:

    a  .  [a-z]  [^a-z]  ( )  (?: )  (?P<name> )  |      characters, sets, groups, alternatives
    ?  *  +  {m}  {m,n}  {m,}  {,n}  and  ??  *?  +?     repetitions
    \d  \w  \s  \D  \W  \S                               0 to 9 of either width; letters, digits, Chinese; white space
    \t  \n  \r  \f  \v  \xXX  \uXXXX  \UXXXXXXXX         characters by name or number; others after a backslash
    ^  \A  $  \Z                                         at the beginning and the end of the text

Look-around, references to groups, ``\b``, flags, possessive repetitions, and ``^`` elsewhere than at the beginning are
refused, and so are expressions whose automaton would be too large. A match has at most ``MAX_MATCH`` characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel.deadline import check
from cnlp.lazy import cached_property
from cnlp.text import dfa
from cnlp.text.normalise import fold_table

if TYPE_CHECKING:
    from typing import Any

    from cnlp.text.dfa import Ranges

MAX_SOURCE = 2000
"""How many characters an expression has at most."""
MAX_MATCH = 256
"""How many characters a match has at most, by default: what bounds the work at every place of a text."""

_START = 1
_MOST_STATES = 10_000
_MOST_STEPS = 3_000_000  # about a second
_MOST_GROUPS = 50  # within one another
_FEW = 4096  # a set of more characters is not written out
_END = 0x110000  # the code point that is read after the last one
_ESCAPE = r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<escaped>.))"
_TOKEN = re.compile(
    rf"{_ESCAPE}|\[(?P<inverted>\^?)(?P<set>\]?(?:\\.|[^\]\\])*)\]|(?P<group>\((?:\?(?:P<\w+>|.)?)?)"
    r"|(?P<count>\{(?:[0-9]+(?:,[0-9]*)?|,[0-9]+)\}|[?*+])(?P<few>[?+]?)|(?P<char>.)",
    re.S,
)
_IN_SET = re.compile(rf"{_ESCAPE}|(?P<char>.)", re.S)
_NAMES = {"d": "digit", "w": "word", "s": "space", "D": "no_digit", "W": "no_word", "S": "no_space"}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}


class Expression:
    """One expression, compiled. Immutable.

    Args:
        source: the expression, in the syntax above.
        width: match full width and half width alike (this, case and script as in a lexicon).
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        longest: the longest match is first, whatever the order of alternatives.
        max_match: how many characters a match has at most.

    Raises:
        ArgumentError: it is not in the syntax, matches the empty text, or is too large.

    >>> list(Expression(r"[A-Z]{2}\\d+").ends("型号ＡＢ１２", 2))
    [6, 5]
    """

    def __init__(
        self,
        source: str,
        *,
        width: bool = True,
        case: bool = True,
        script: bool = True,
        longest: bool = False,
        max_match: int = MAX_MATCH,
    ) -> None:
        anchored, translated = translate(source)
        try:
            tree = dfa.parse(translated, _named_sets())
            if _size(tree) > _MOST_STATES:
                raise ValueError(f"it has more than {_MOST_STATES:,} states")
            self._compile(tree, (width, case, script), longest, max_match)
        except ValueError as error:
            raise errors.ArgumentError(f"not a regular expression: {source!r} ({error})") from None
        self._anchored = anchored
        if self._accepts[_START] or self._accepts[self._rows[_START][self._categories[-1]]]:
            raise errors.ArgumentError(f"the regular expression matches the empty text: {source!r}")

    @classmethod
    def of_pattern(cls, source: str, names: Mapping[str, Ranges], *, max_match: int, width: bool = True) -> Expression:
        """An expression in the syntax of :mod:`cnlp.text.dfa`, which a row of :mod:`cnlp.text.patterns` has."""
        expression = cls.__new__(cls)
        expression._anchored = False
        expression._compile(dfa.parse(source, names), (width, True, True), True, max_match)
        return expression

    def _compile(self, tree: dfa.Node, folds: tuple[bool, bool, bool], longest: bool, max_match: int) -> None:
        fold = fold_table(*folds)
        tree = _fold_sets(tree, fold)
        sets = sorted(dfa.sets_of(tree))
        edges = {border for ranges in sets for first, last in ranges for border in (first, last + 1)}
        borders = sorted({0, _END} | edges - {_END + 1})
        signatures: dict[tuple[bool, ...], int] = {}
        categories = []
        for border in borders:
            signature = tuple(_contains(ranges, border) for ranges in sets)
            categories.append(signatures.setdefault(signature, len(signatures)))
        members = {
            ranges: [category for signature, category in signatures.items() if signature[number]]
            for number, ranges in enumerate(sets)
        }
        rows, accepts = dfa.determine(
            [tree],
            [[0]],
            members.__getitem__,
            len(signatures),
            most=_MOST_STEPS,
            minimal=False,
            longest=longest,
        )
        self._folds, self._fold = folds, fold
        self._borders, self._categories = borders, categories
        self._rows, self._accepts = rows, accepts
        self._max_match = max_match

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_fold": None}  # a table of the package, which every process has

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _fold=fold_table(*state["_folds"]))

    def ends(self, text: str, start: int) -> Iterator[int]:
        """Where matches end that begin at ``start``, the one to prefer first."""
        fold, rows, accepts = self._fold, self._rows, self._accepts
        borders, categories = self._borders, self._categories
        state = _START
        found: list[int] = []
        if self._anchored and start:
            return iter(found)
        stop = min(len(text), start + self._max_match)
        for at in range(start, stop):
            code = ord(text[at])
            state = rows[state][categories[bisect_right(borders, fold.get(code, code)) - 1]]
            if not state:
                return reversed(found)
            if accepts[state]:
                found.append(at + 1)
        if stop == len(text) and accepts[rows[state][categories[-1]]] and stop not in found[-1:]:
            found.append(stop)
        return reversed(found)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """The matches from left to right, none overlapping, as ``re.finditer`` finds them."""
        symbols: list[int] = []
        head, failed = 0, list[int]()  # the states of the last search that found nothing, from text[head] on
        free = 0
        for start in self._places(text):
            if start < free:
                continue
            check()
            symbols = symbols or [self._category(char) for char in text]
            end, states = self._search(symbols, start, head, failed)
            if end:
                yield start, end
                free = end
            else:
                head, failed = start, states

    def _search(self, symbols: list[int], start: int, head: int, failed: list[int]) -> tuple[int, list[int]]:
        """Where the match at ``start`` ends, 0 if there is none; the states of the search.

        In the state of an earlier search that found nothing, this one finds nothing as far as that one went. So a
        text without matches takes a few steps a character and not as many as a match can be long.
        """
        rows, accepts = self._rows, self._accepts
        state, end, at = _START, 0, start
        stop = min(len(symbols), start + self._max_match)
        states = []
        while at < stop:
            state = rows[state][symbols[at]]
            states.append(state)
            at += 1
            if not state:
                return end, states
            if accepts[state]:
                end = at
            elif not end and 0 <= at - 1 - head < len(failed) and failed[at - 1 - head] == state:
                states += failed[at - head :]
                state, at = states[-1], start + len(states)
                if not state:
                    return end, states
        if at == len(symbols) and accepts[rows[state][self._categories[-1]]]:
            end = at
        return end, states

    def _places(self, text: str) -> Iterable[int]:
        """Where a match may begin."""
        if self._anchored or self._opening is None:
            return range(min(len(text), 1) if self._anchored else len(text))
        return (match.start() for match in self._opening.finditer(text))

    @cached_property
    def _opening(self) -> re.Pattern[str] | None:
        """The characters with which a match can begin; ``None`` if they are too many to list."""
        first = self._live(_START)
        return None if first is None else one_of(first)

    def openings(self) -> dict[str, frozenset[str] | None] | None:
        """Each character with which a match can begin, and those that can then follow.

        Returns:
            ``None`` in place of characters that are too many to list, and of what follows where nothing must.

        >>> Expression("a[bc]|d", case=False, width=False).openings() == {"a": frozenset("bc"), "d": None}
        True
        """
        first = self._live(_START)
        if first is None:
            return None
        last = self._categories[-1]
        following = {
            state: None if self._accepts[state] or self._rows[state][last] else self._live(state)
            for state in {self._rows[_START][category] for category in self._categories}
        }
        return {char: following[self._rows[_START][self._category(char)]] for char in first}

    def _category(self, char: str) -> int:
        code = self._fold.get(ord(char), ord(char))
        return self._categories[bisect_right(self._borders, code) - 1]

    def _live(self, state: int) -> frozenset[str] | None:
        """The characters that lead on from a state; ``None`` if they are too many to list."""
        row = self._rows[state]
        ends = [*self._borders[1:], _END]
        ranges = [
            (first, end)
            for first, end, category in zip(self._borders, ends, self._categories, strict=True)
            if row[category]
        ]
        if sum(end - first for first, end in ranges) > _FEW:
            return None
        sources = _sources(self._folds)
        codes = {code for first, end in ranges for code in range(first, end) if code not in self._fold}
        return frozenset(map(chr, codes.union(*(sources.get(code, ()) for code in codes))))


def one_of(chars: Iterable[str]) -> re.Pattern[str]:
    """What matches any of these characters, and nothing where there are none.

    >>> one_of("^]").findall("a]^")
    [']', '^']
    """
    listed = "".join(sorted(chars))
    return re.compile(f"[{re.escape(listed)}]" if listed else "(?!)")


@lru_cache(maxsize=128)
def exact_expression(source: str) -> Expression:
    """The expression, matched against the text as it was written, nothing folded; errors as :class:`Expression`."""
    return Expression(source, width=False, case=False, script=False)


def translate(source: str) -> tuple[bool, str]:
    r"""An expression in the syntax of ``re`` in that of :mod:`cnlp.text.dfa`, and whether it began with ``^``.

    Raises:
        ArgumentError: it is too long, or uses what an automaton cannot do.

    >>> translate(r"(?:\d{3,4}-)?[\w.]+")
    (False, '({digit}{3,4}\\-)?[{word}\\.]+')
    """
    if not isinstance(source, str):
        raise errors.not_text(source, "expression")
    if len(source) > MAX_SOURCE:
        raise errors.ArgumentError(f"the expression has {len(source)} characters, at most {MAX_SOURCE} are allowed")
    anchor = re.match(r"\^|\\A", source)
    parts: list[str] = []
    repeated, depth = False, 0
    for match in _TOKEN.finditer(source, anchor.end() if anchor else 0):
        found = match.groupdict()
        count, char = found["count"], found["char"]
        if count is not None:
            if repeated or found["few"] == "+":
                raise _unsupported(source, "possessive or stacked repetitions")
            parts.append(count.replace("{,", "{0,") + found["few"])
        elif found["set"] is not None:
            parts.append(f"[{found['inverted']}{_translate_set(source, found['set'])}]")
        elif found["group"] is not None:
            if found["group"][1:2] and found["group"][2:3] != ":" and not found["group"].endswith(">"):
                raise _unsupported(source, match[0])
            depth += 1
            parts.append("(")
        elif char is None:
            parts.append(_escape(source, match))
        elif char == "^":
            raise _unsupported(source, "'^' within it")
        elif char == "[":
            raise errors.ArgumentError(f"not a regular expression: {source!r} (']' is missing)")
        elif char in "|)":
            if anchor and char == "|" and not depth:
                raise _unsupported(source, "'^' in the first alternative alone; write ^(?:a|b)")
            depth -= char == ")"
            parts.append(char)
        else:
            parts.append({".": "{any}", "$": "{end}"}.get(char) or (char if char.isalnum() else "\\" + char))
        repeated = count is not None
        if depth > _MOST_GROUPS:
            raise errors.ArgumentError(f"the expression {source!r} has more than {_MOST_GROUPS} groups in one another")
    return anchor is not None, "".join(parts)


def _translate_set(source: str, inside: str) -> str:
    parts: list[str] = []
    for match in _IN_SET.finditer(inside):
        char = match["char"]
        if char is not None:
            parts.append(char if char == "-" or char.isalnum() else "\\" + char)
        else:
            parts.append(_escape(source, match))
            if parts[-1][0] == "{" and len(parts) > 2 and parts[-2] == "-":
                raise errors.ArgumentError(f"not a regular expression: {source!r} (a range ends in a class)")
    return "".join(parts)


def _escape(source: str, match: re.Match[str]) -> str:
    digits = match["x"] or match["u"] or match["U"]
    if digits:
        code = int(digits, 16)
        if code >= _END:
            raise _unsupported(source, match[0])
        return "\\" + chr(code)
    char = match["escaped"]
    if char in _NAMES:
        return f"{{{_NAMES[char]}}}"
    if char == "Z":
        return "{end}"
    if char in _CONTROLS:
        return "\\" + _CONTROLS[char]
    if char.isascii() and char.isalnum():
        raise _unsupported(source, "\\" + char)
    return "\\" + char


def _unsupported(source: str, part: str) -> errors.ArgumentError:
    return errors.ArgumentError(f"the expression {source!r} uses {part}, which cannot be matched in linear time")


@cache
def _sources(folds: tuple[bool, bool, bool]) -> dict[int, list[int]]:
    """The code points that fold to each."""
    sources: dict[int, list[int]] = {}
    for code, target in fold_table(*folds).items():
        sources.setdefault(target, []).append(code)
    return sources


@cache
def _named_sets() -> dict[str, Ranges]:
    """The characters that ``.`` and the classes match."""
    from cnlp.text.characters import CLASS_NAMES, class_ranges

    words = {CLASS_NAMES.index(name) for name in ("digit", "latin", "letter", "han", "kana", "hangul", "mark")}
    space = CLASS_NAMES.index("space")
    sets = {
        "digit": ((ord("0"), ord("9")), (ord("０"), ord("９"))),
        "word": dfa.union([*((a, b) for a, b, value in class_ranges() if value in words), (ord("_"), ord("_"))]),
        "space": dfa.union((a, b) for a, b, value in class_ranges() if value == space),
    }
    inverted = {f"no_{name}": dfa.complement(ranges) for name, ranges in sets.items()}
    return {**sets, **inverted, "any": dfa.complement(((ord("\n"), ord("\n")),)), "end": ((_END, _END),)}


def _size(node: dfa.Node) -> int:
    """How many states the tree takes, about."""
    if node[0] == "set":
        return 1
    if node[0] == "repeat":
        size: int = _size(node[1]) * max(node[2], node[3] or 0, 1)
        return size
    return sum(map(_size, node[1])) + 1


def _fold_sets(node: dfa.Node, fold: Mapping[int, int]) -> dfa.Node:
    """The tree with every set folded, for text that is folded as it is read."""
    if node[0] == "set":
        return "set", _fold_ranges(node[1], fold)
    if node[0] == "repeat":
        return "repeat", _fold_sets(node[1], fold), *node[2:]
    return node[0], [_fold_sets(child, fold) for child in node[1]]


def _fold_ranges(ranges: Ranges, fold: Mapping[int, int]) -> Ranges:
    if sum(last - first for first, last in ranges) < len(fold):
        targets = {fold[code] for first, last in ranges for code in range(first, last + 1) if code in fold}
    else:
        targets = {target for code, target in fold.items() if _contains(ranges, code)}
    return dfa.union([*ranges, *((code, code) for code in targets)]) if targets else ranges


def _contains(ranges: Ranges, code: int) -> bool:
    place = bisect_right(ranges, (code, 0x110000)) - 1
    return place >= 0 and ranges[place][1] >= code
