"""The matcher: finds and replaces many strings in a text, with a list that may change.

A compiled automaton (:mod:`cnlp.lexicon.automaton`) cannot change. So the strings and values are in a list beside it,
by the numbers that it reports, where a removed one leaves a gap; when half of the list is gaps, it is made anew. Added
strings are compiled at the next search into an automaton of their own, together with those that are no larger, so that
there are at most log2(n) of them (Bentley and Saxe 1980, "Decomposable searching problems").
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from cnlp import errors
from cnlp.lexicon.automaton import Search, build_automaton
from cnlp.lexicon.entries import MAX_WORD_LENGTH, check_form
from cnlp.lexicon.reading import read_lines_at_once
from cnlp.lexicon.runs import inside_runs
from cnlp.text.normalise import normalise, normalise_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import ahocorasick

    from cnlp.lexicon.automaton import Item
    from cnlp.names import MatchMode

MATCH_MODES = ("longest", "leftmost", "all")
_ITSELF = object()


class Match(NamedTuple):
    """An occurrence of a string: ``original[start:end] == text``, offsets in code points.

    Attributes:
        text: as it is in the text.
        start, end: where it is.
        value: of the string; by default the string as it was listed.
    """

    text: str
    start: int
    end: int
    value: Any


class Matcher:
    """Finds and replaces all strings of a list in a text. It may be changed while any number of threads use it.

    A match never begins or ends inside a run of Latin letters or digits, so ``art`` is not found in ``party``, unless
    ``partial`` is set. Strings that fold to the same form are one; the last of them counts.

    Args:
        strings: strings, each its own value; pairs of a string and a value; a mapping; or the path of a file, one
            string a line, its value after a tab.
        width: match full width and half width alike.
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        partial: matches may begin and end inside runs of letters and digits.

    Raises:
        OSError: the file cannot be read.
        FormatError: a line of it breaks the format; file and line are named.
        TextTypeError: a string is not a str.
        ArgumentError: a string is empty or longer than 1,000 characters.

    >>> cities = Matcher({"南京": 1, "南京市": 2, "長江": 3})
    >>> [(match.text, match.start, match.value) for match in cities.find("南京市长江大桥")]
    [('南京市', 0, 2), ('长江', 3, 3)]
    """

    def __init__(
        self,
        strings: str | os.PathLike[str] | Mapping[str, Any] | Iterable[str | tuple[str, Any]] = (),
        *,
        width: bool = True,
        case: bool = True,
        script: bool = True,
        partial: bool = False,
    ) -> None:
        errors.check_flags(width=width, case=case, script=script, partial=partial)
        self._folds = {"width": width, "case": case, "script": script}
        self._partial = partial
        self._lock = Lock()
        self._restore(_read(strings) if isinstance(strings, (str, os.PathLike)) else _as_items(strings))

    def _restore(self, items: list[Item]) -> None:
        """List these and nothing else."""
        by_form = dict(zip(normalise_all([string for _, string, _ in items], **self._folds), items, strict=True))
        self._items: list[Item | None] = list(by_form.values())  # by number
        self._size = len(by_form)
        self._longest = max((size for size, _, _ in items), default=0)
        self._automata: tuple[ahocorasick.Automaton, ...] = ()  # the largest first
        self._added = {form: number for number, form in enumerate(by_form)}  # what no automaton has

    def __getstate__(self) -> dict[str, Any]:
        return {"folds": self._folds, "partial": self._partial, "items": self._listed()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._folds, self._partial, self._lock = state["folds"], state["partial"], Lock()
        self._restore(state["items"])

    def copy(self) -> Matcher:
        """A matcher with the same strings; changing one does not change the other."""
        other = Matcher.__new__(Matcher)
        with self._lock:
            other.__dict__.update(self.__dict__, _lock=Lock(), _items=list(self._items), _added=dict(self._added))
        return other

    __copy__ = copy

    def __len__(self) -> int:
        """The number of strings, those that fold alike counted once."""
        return self._size

    def __contains__(self, string: str) -> bool:
        """Is the string, folded, in the list?"""
        return self._find(string)[1] is not None

    def __getitem__(self, string: str) -> Any:
        """The value of the string.

        Raises:
            KeyError: the list does not have it.
        """
        _, item = self._find(string)
        if item is None:
            raise KeyError(string)
        return item[2]

    def __iter__(self) -> Iterator[str]:
        """The strings as they were given, as the list is now."""
        return iter([string for _, string, _ in self._listed()])

    def __repr__(self) -> str:
        return f"<Matcher of {self._size} strings>"

    def add(self, string: str, value: Any = _ITSELF) -> None:
        """List a string, in place of one that folds to the same form; its value is by default the string itself.

        Raises:
            TextTypeError: it is not a str.
            ArgumentError: it is empty or longer than 1,000 characters.
        """
        item = _item(string, string if value is _ITSELF else value)
        with self._lock:
            number, before = self._number(string)
            self._size += before is None
            self._longest = max(self._longest, item[0])
            if number is None:
                self._added[self._fold(string, "string")] = len(self._items)
                self._items.append(item)
            else:
                self._items[number] = item

    def remove(self, string: str) -> None:
        """Take a string off the list.

        Raises:
            TextTypeError: it is not a str.
            ArgumentError: the list does not have it.
        """
        with self._lock:
            number, item = self._number(string)
            if number is None or item is None:
                raise errors.ArgumentError(f"cannot remove {string!r}: the list does not have it")
            self._items[number] = None
            self._size -= 1
            if len(self._items) > 2 * self._size + 64:
                self._restore(self._listed())

    def find(self, text: str, mode: MatchMode = "longest") -> list[Match]:
        """The matches in a text.

        Args:
            text: any str.
            mode: of overlapping matches, ``"longest"``: the longest, then the leftmost; ``"leftmost"``: from left to
                right, at each place the longest; ``"all"``: every one, by end, then start.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: there is no such mode.

        >>> [match.text for match in Matcher(["南京市", "市长江大桥"]).find("南京市长江大桥", "leftmost")]
        ['南京市']
        """
        return list(self.iter_find(text, mode))

    def iter_find(self, text: str, mode: MatchMode = "longest") -> Iterator[Match]:
        """The same one by one, without a list of all of them.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: there is no such mode.
        """
        folded = self._fold(text, "text")
        if mode not in MATCH_MODES:
            raise errors.unknown_choice("mode", mode, MATCH_MODES)
        search = Search(folded, None if self._partial else inside_runs(text), *self._compile())
        spans = {"longest": search.longest, "leftmost": search.leftmost, "all": search.all}[mode]()
        return (Match(text[start:end], start, end, value) for start, end, (_, _, value) in spans)

    def replace(self, text: str, by: str | Callable[[Match], str] | None = None, mode: MatchMode = "longest") -> str:
        """The text with its matches replaced.

        Args:
            text: any str.
            by: ``None``: the value of each; one character: a mask, repeated for each of the match's; another text: that
                text, ``""`` to delete them; a function: what it returns for the match.
            mode: ``"longest"`` or ``"leftmost"``, see :meth:`find`.

        Raises:
            TextTypeError: ``text``, a value that is needed, or what the function returns is not a str.
            ArgumentError: ``by`` is something else, or the matches of the mode overlap.

        >>> Matcher(["赌博"]).replace("赌博网站", "*")
        '**网站'
        """
        if mode == "all":
            raise errors.ArgumentError("matches of mode 'all' overlap; choose one of: longest, leftmost")
        if not (by is None or isinstance(by, str) or callable(by)):
            raise errors.ArgumentError(f"by must be a str, a function or None, got {by!r}")
        pieces, reached = [], 0
        for match in self.iter_find(text, mode):
            pieces += [text[reached : match.start], _replacement(match, by)]
            reached = match.end
        return "".join([*pieces, text[reached:]])

    def _compile(self) -> tuple[int, tuple[ahocorasick.Automaton, ...], list[Item | None]]:
        """The greatest length, the automata of all strings, and the list that they number."""
        with self._lock:
            if self._added:
                kept, added = list(self._automata), list(self._added.items())
                while kept and len(kept[-1]) <= 2 * len(added):
                    added += kept.pop().items()
                self._automata, self._added = (*kept, build_automaton(added)), {}
            return self._longest, self._automata, self._items

    def _listed(self) -> list[Item]:
        return [item for item in self._items.copy() if item is not None]

    def _number(self, string: str) -> tuple[int | None, Item | None]:
        """The number and the item of a string; a number without an item is a gap."""
        form = self._fold(string, "string")
        number: int | None = self._added.get(form)
        for automaton in self._automata if number is None else ():
            number = automaton.get(form, None)
            if number is not None:
                break
        return number, None if number is None else self._items[number]

    def _find(self, string: str) -> tuple[int | None, Item | None]:
        with self._lock:
            return self._number(string)

    def _fold(self, text: str, where: str) -> str:
        if not isinstance(text, str):
            raise errors.not_text(text, where)
        return normalise(text, **self._folds)


def _replacement(match: Match, by: str | Callable[[Match], str] | None) -> str:
    if isinstance(by, str):
        return by * (match.end - match.start) if len(by) == 1 else by
    text = match.value if by is None else by(match)
    if not isinstance(text, str):
        raise errors.not_text(text, f"the {'value' if by is None else 'replacement'} of {match.text!r}")
    return text


def _as_items(strings: Mapping[str, Any] | Iterable[str | tuple[str, Any]]) -> list[Item]:
    pairs = strings.items() if isinstance(strings, Mapping) else strings
    if isinstance(pairs, (bytes, bytearray)) or not isinstance(pairs, Iterable):
        raise errors.TextTypeError(f"strings must be strings, a mapping or a path, not {type(pairs).__name__}")
    return [_item(*(given if isinstance(given, tuple) and len(given) == 2 else (given, given))) for given in pairs]


def _read(path: str | os.PathLike[str]) -> list[Item]:
    items = []
    values: dict[str, str] = {}  # many strings may share one
    lines, _ = read_lines_at_once(path, way=errors.SAVE_AS_UTF8)
    for number, line in enumerate(lines, start=1):
        if line[:2] in ("", "#", "# ") or line.isspace():
            continue
        string, tab, value = line.partition("\t")
        try:
            if "\t" in value:
                raise errors.ArgumentError("at most 2 fields (string, value), separated by a tab")
            items.append(_item(string, values.setdefault(value, value) if tab else string))
        except errors.ArgumentError as error:
            raise errors.bad_line(path, number, str(error)) from None
    return items


def _item(string: str, value: Any) -> Item:
    check_form(string, "string", MAX_WORD_LENGTH)
    return len(string), string, value
