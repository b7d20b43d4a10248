r"""A regular expression that is matched in linear time, whatever the expression and the text.

The expression becomes one deterministic automaton (:mod:`cnlp.text.dfa`), which reads a character in one step and
never goes back. The syntax is that of Python's ``re``, less what no such automaton can do: literals, ``.``,
``[a-z]``, ``[^a-z]``, ``( )``, ``(?: )``, ``|``, ``?``, ``*``, ``+``, ``{m}``, ``{m,n}``, ``{m,}``, ``\d``, ``\w``,
``\s``, ``\uXXXX`` and a backslash before a sign. A match is always the longest. Anchors, look-around, lazy
quantifiers and references to groups are refused.

``\d`` is 0 to 9, ``\w`` letters, digits and Chinese characters, ``\s`` white space. Width, case and script are
folded like the texts of a lexicon by default: ``ａ``, ``A`` and ``a`` are one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.text import dfa
from cnlp.text.normalise import fold_table

if TYPE_CHECKING:
    from typing import Any

    from cnlp.text.dfa import Ranges

MAX_EXPRESSION = 256
"""How many characters a match has at most, by default: what bounds the work at every place of a text."""

_START = 1
_MOST_STATES = 10_000
_FEW = 4096  # a set of more characters is not written out
_TOKEN = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)|\(\?(.?)|\{([0-9]+(?:,[0-9]*)?)\}|(.)", re.S)
_CLASSES = {"d": "digit", "w": "word", "s": "space"}
_SPECIAL = frozenset("()[]{}|?*+\\^-")


class Expression:
    """One expression, compiled. Immutable.

    Args:
        source: the expression, in the syntax above.
        width: match full width and half width alike.
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        max_length: how many characters a match has at most.

    Raises:
        ArgumentError: it is not in the syntax, or matches the empty text.

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
        max_length: int = MAX_EXPRESSION,
    ) -> None:
        try:
            tree = dfa.parse(translate(source), _named_sets())
            if _size(tree) > _MOST_STATES:
                raise ValueError(f"more than {_MOST_STATES} states")
            self._compile(tree, (width, case, script), max_length)
        except errors.CnlpError:
            raise
        except ValueError as error:
            raise errors.ArgumentError(f"not an expression that can be used: {source!r} ({error})") from None
        if self._accepts[_START]:
            raise errors.ArgumentError(f"the expression {source!r} matches the empty text")

    @classmethod
    def of_pattern(cls, source: str, names: Mapping[str, Ranges], *, max_length: int, width: bool = True) -> Expression:
        """An expression in the syntax of :mod:`cnlp.text.dfa`, which a row of :mod:`cnlp.text.patterns` has."""
        expression = cls.__new__(cls)
        expression._compile(dfa.parse(source, names), (width, True, True), max_length)
        return expression

    def _compile(self, tree: dfa.Node, folds: tuple[bool, bool, bool], max_length: int) -> None:
        fold = fold_table(*folds)
        tree = _fold_sets(tree, fold)
        sets = sorted(dfa.sets_of(tree))
        borders = sorted({0} | {border for ranges in sets for first, last in ranges for border in (first, last + 1)})
        signatures: dict[tuple[bool, ...], int] = {}
        categories = []
        for border in borders:
            signature = tuple(_contains(ranges, border) for ranges in sets)
            categories.append(signatures.setdefault(signature, len(signatures)))
        members = {
            ranges: [category for signature, category in signatures.items() if signature[number]]
            for number, ranges in enumerate(sets)
        }
        rows, accepts = dfa.determine([tree], [[0]], members.__getitem__, len(signatures), _MOST_STATES, minimal=False)
        self._folds, self._fold = folds, fold
        self._borders, self._categories = borders, categories
        self._rows, self._accepts = rows, accepts
        self._max_length = max_length

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_fold": None}  # a table of the package, which every process has

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _fold=fold_table(*state["_folds"]))

    def ends(self, text: str, start: int) -> Iterator[int]:
        """Where matches end that begin at ``start``, the longest first."""
        fold, rows, accepts = self._fold, self._rows, self._accepts
        borders, categories = self._borders, self._categories
        state = _START
        found = []
        for at in range(start, min(len(text), start + self._max_length)):
            code = ord(text[at])
            state = rows[state][categories[bisect_right(borders, fold.get(code, code)) - 1]]
            if not state:
                break
            if accepts[state]:
                found.append(at + 1)
        return reversed(found)

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
        following = {
            state: None if self._accepts[state] else self._live(state)
            for state in {self._rows[_START][category] for category in self._categories}
        }
        return {char: following[self._rows[_START][self._category(char)]] for char in first}

    def _category(self, char: str) -> int:
        code = self._fold.get(ord(char), ord(char))
        return self._categories[bisect_right(self._borders, code) - 1]

    def _live(self, state: int) -> frozenset[str] | None:
        """The characters that lead on from a state; ``None`` if they are too many to list."""
        row = self._rows[state]
        ends = [*self._borders[1:], 0x110000]
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


def translate(source: str) -> str:
    r"""An expression in the syntax of ``re`` in that of :mod:`cnlp.text.dfa`.

    Raises:
        ArgumentError: it uses what an automaton cannot do.

    >>> translate(r"(?:\d{3,4}-)?[\w.]+")
    '({digit}{3,4}\\-)?[{word}\\.]+'
    """
    if not isinstance(source, str):
        raise errors.not_text(source, "expression")
    parts: list[str] = []
    in_set = False
    for match in _TOKEN.finditer(source):
        code, escaped, group, count, char = match.groups()
        if code:
            parts.append("\\" + chr(int(code, 16)))
        elif escaped is not None:
            parts.append(_escape(source, escaped))
        elif in_set:
            # Inside a set a group or a count is just signs.
            for sign in match[0]:
                if sign == "]" and parts[-1] not in ("[", "[^"):
                    in_set = False
                    parts.append("]")
                elif sign == "^" and parts[-1] == "[":
                    parts[-1] = "[^"
                else:
                    parts.append(sign if sign == "-" or sign.isalnum() else "\\" + sign)
        elif group is not None:
            if group != ":":
                raise _unsupported(source, match[0])
            parts.append("(")
        elif count is not None:
            parts.append(f"{{{count}}}")
        elif char in "^$":
            raise _unsupported(source, char)
        elif char == "[":
            in_set = True
            parts.append("[")
        elif char == ".":
            parts.append("{any}")
        elif char in "(|)":
            parts.append(char)
        elif char in "?*+":
            if parts and parts[-1] in ("?", "*", "+"):
                raise _unsupported(source, "lazy or possessive quantifiers")
            parts.append(char)
        else:
            parts.append(char if char.isalnum() else "\\" + char)
    if in_set:
        raise errors.ArgumentError(f"not an expression: {source!r} (']' is missing)")
    return "".join(parts)


def _escape(source: str, char: str) -> str:
    if char in _CLASSES:
        return f"{{{_CLASSES[char]}}}"
    if char in "tnr":
        return {"t": "\t", "n": "\n", "r": "\r"}[char]
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
    return {
        "any": dfa.complement(((ord("\n"), ord("\n")),)),
        "digit": ((ord("0"), ord("9")),),
        "word": dfa.union([*((a, b) for a, b, value in class_ranges() if value in words), (ord("_"), ord("_"))]),
        "space": dfa.union((a, b) for a, b, value in class_ranges() if value == space),
    }


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
