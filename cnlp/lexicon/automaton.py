"""The Aho-Corasick automaton: all occurrences of many words in one pass over the text.

A trie of the words, where each node also knows the longest of its own suffixes that is a node too; reading
a text is one walk that never goes back (Aho and Corasick 1975, "Efficient string matching: an aid to
bibliographic search"). Building costs O(total length of the words), finding O(length of the text + number of
matches), however many words there are. It scans with large or changing lists, such as gazetteers; to
segment with custom words, use :class:`cnlp.Lexicon`, which weighs them against the others.

The automaton is that of pyahocorasick; folding and the rule about runs of letters are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar, cast, overload

import ahocorasick

from cnlp import errors
from cnlp.lexicon.runs import is_inside_run
from cnlp.text.normalise import normalise

Value = TypeVar("Value")


class Automaton(Generic[Value]):
    """Finds all words of a list in a text. Immutable; one can be shared by any number of threads.

    A match never begins or ends inside a run of letters or digits, so ``art`` is not found in ``party``,
    unless ``partial`` is set. Words that fold to the same form are one; the last of them counts.

    Args:
        words: the words, or a mapping from each word to the value that :meth:`find_all` reports for it; a word
            without a value is reported as it was given.
        width: match full width and half width alike.
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        partial: matches may begin and end inside runs of letters and digits.

    Raises:
        TextTypeError: a word is not a str.
        ArgumentError: a word is empty.

    >>> cities = Automaton({"南京": 1, "南京市": 2, "長江": 3})
    >>> list(cities.find_all("南京市长江大桥"))
    [(0, 2, 1), (0, 3, 2), (3, 5, 3)]
    >>> list(cities.find_longest("南京市长江大桥"))
    [(0, 3, 2), (3, 5, 3)]
    """

    @overload
    def __init__(
        self,
        words: Mapping[str, Value],
        *,
        width: bool = True,
        case: bool = True,
        script: bool = True,
        partial: bool = False,
    ) -> None: ...

    @overload
    def __init__(
        self: Automaton[str],
        words: Iterable[str],
        *,
        width: bool = True,
        case: bool = True,
        script: bool = True,
        partial: bool = False,
    ) -> None: ...

    def __init__(
        self,
        words: Mapping[str, Value] | Iterable[str],
        *,
        width: bool = True,
        case: bool = True,
        script: bool = True,
        partial: bool = False,
    ) -> None:
        self._folds = {"width": width, "case": case, "script": script}
        self._partial = partial
        self._words: dict[str, tuple[str, Value]] = {}
        self._store(words)
        self._automaton = _build(self._words)

    def __len__(self) -> int:
        """The number of words, those that fold alike counted once."""
        return len(self._words)

    def __contains__(self, word: str) -> bool:
        """Is the word, folded, in the list?"""
        return self._fold(word, "word") in self._words

    @property
    def words(self) -> dict[str, Value]:
        """The words as they were given, and their values."""
        return dict(self._words.values())

    def add(self, words: Mapping[str, Value] | Iterable[str]) -> Automaton[Value]:
        """A new automaton with further words, which replace those of the same form.

        Building it costs as much as building it from all its words.

        >>> len(Automaton(["北京"]).add(["南京"]))
        2
        """
        other = self._copy()
        other._store(words)
        other._automaton = _build(other._words)
        return other

    def remove(self, words: Iterable[str]) -> Automaton[Value]:
        """A new automaton without these words; the costs are those of :meth:`add`.

        Raises:
            KeyError: a word is not in the list.

        >>> list(Automaton(["北京", "南京"]).remove(["北京"]).words)
        ['南京']
        """
        other = self._copy()
        for word in words:
            del other._words[self._fold(word, "word")]
        other._automaton = _build(other._words)
        return other

    def find_all(self, text: str) -> Iterator[tuple[int, int, Value]]:
        """All matches, overlapping ones too, by end, then start.

        Args:
            text: any str; offsets count its code points.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        folded = self._fold(text, "text")
        return self._matches(text, folded) if self._words else iter(())

    def find_longest(self, text: str) -> Iterator[tuple[int, int, Value]]:
        """Matches that do not overlap: from left to right, the longest that begins at each place.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        # Matches come by end, so the last one of each start is its longest.
        longest = {start: (end, value) for start, end, value in self.find_all(text)}
        return _leftmost(longest)

    def _matches(self, text: str, folded: str) -> Iterator[tuple[int, int, Value]]:
        for last, (size, value) in self._automaton.iter(folded):
            start, end = last + 1 - size, last + 1
            if self._partial or not (is_inside_run(text, start) or is_inside_run(text, end)):
                yield start, end, value

    def _fold(self, text: str, where: str) -> str:
        if not isinstance(text, str):
            raise errors.not_text(text, where)
        return normalise(text, **self._folds)

    def _store(self, words: Mapping[str, Value] | Iterable[str]) -> None:
        pairs = words.items() if isinstance(words, Mapping) else ((word, word) for word in words)
        for word, value in pairs:
            form = self._fold(word, "word")
            if not form:
                raise errors.ArgumentError("the word is empty")
            self._words[form] = word, cast(Value, value)

    def _copy(self) -> Automaton[Value]:
        other: Automaton[Value] = Automaton.__new__(Automaton)
        other._folds, other._partial, other._words = self._folds, self._partial, dict(self._words)
        return other


def _build(words: Mapping[str, tuple[str, Value]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for form, (_, value) in words.items():
        automaton.add_word(form, (len(form), value))
    automaton.make_automaton()
    return automaton


def _leftmost(longest: Mapping[int, tuple[int, Value]]) -> Iterator[tuple[int, int, Value]]:
    free = 0
    for start in sorted(longest):
        if start >= free:
            free, value = longest[start]
            yield start, free, value
