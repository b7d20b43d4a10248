"""A general double-array trie: build it from words, save it, map it, look words up.

A trie (Fredkin 1960) in two arrays (Aoe 1989), here packed into one of 64-bit units: the children of a node
lie at its base plus their codes, so a step is one addition and one comparison. It is what the lexicons
are made of; a saved trie is mapped into memory, so that it opens at once, however large it is, and all
processes share it. Looking a word up costs O(its length). Unlike a lexicon it knows nothing of runs of
letters: it reports every occurrence.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cnlp import errors
from cnlp._kernel import kernel
from cnlp._kernel.layout import MAX_VALUE
from cnlp.lexicon.alphabet import assign_codes, pack_alphabet
from cnlp.lexicon.base import prove_longest
from cnlp.model.format import ModelFile, write_model
from cnlp.model.registry import open_model
from cnlp.text.normalise import fold_table, normalise_all

KIND = "trie"
_RANKED = 100_000  # of more words, ranking the characters costs more time than it saves
_ARRAYS = ("units", "pages", "codes")
_DTYPES = {"units": "U64", "pages": "U16", "codes": "U16"}


class Trie:
    """Words with a number each, immutable; :meth:`build` or :meth:`load` makes one.

    >>> trie = Trie.build(["南京", "南京市", "长江"])
    >>> "南京市" in trie, "南" in trie
    (True, False)
    >>> trie.matches("南京市長江大桥")
    [(0, 2, 1), (0, 3, 2), (3, 5, 3)]
    """

    def __init__(
        self,
        source: kernel.Mapping | bytes,
        ranges: dict[str, tuple[int, int]],
        fields: Mapping[str, str],
    ) -> None:
        self.max_length = int(fields["max_length"])
        self._size = int(fields["words"])
        self._source, self._ranges, self._fields = source, ranges, dict(fields)
        self._trie = kernel.Trie(source, ranges, self.max_length)
        self._file: ModelFile | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        if self._file is not None:
            return Trie.from_file, (self._file,)
        return Trie, (self._source, self._ranges, self._fields)

    @classmethod
    def build(
        cls,
        words: Iterable[str] | Mapping[str, int],
        *,
        width: bool = True,
        case: bool = True,
        script: bool = True,
    ) -> Trie:
        """A trie of the words.

        Args:
            words: the words, numbered from 1 in their order, or a mapping to other numbers, from 1 to
                ``MAX_VALUE``. Words that fold to the same form are one; the last of them counts.
            width: match full width and half width alike.
            case: match capital and small letters alike.
            script: match Traditional and Simplified Chinese alike.

        Raises:
            TextTypeError: a word is not a str.
            ArgumentError: a word is empty, a number out of range, or there are more than 65,535 different
                characters, or more words than a trie can hold (16 million nodes).
        """
        given = list(words)
        numbers = list(words.values()) if isinstance(words, Mapping) else range(1, len(given) + 1)
        _check(given, numbers)
        values = dict(zip(normalise_all(given, width=width, case=case, script=script), numbers, strict=True))
        forms = list(values)
        fold = fold_table(width, case, script)
        pages, codes = pack_alphabet(assign_codes(forms, ranked=len(forms) <= _RANKED), fold)
        try:
            units, _ = kernel.build_trie(forms, array("I", values.values()).tobytes(), pages, codes)
        except OverflowError:
            raise errors.ArgumentError(f"{len(forms)} words are too many for one trie") from None
        source = units + pages + codes
        ranges, start = {}, 0
        for name, data in zip(_ARRAYS, (units, pages, codes), strict=True):
            ranges[name] = start, len(data)
            start += len(data)
        longest = max(map(len, values), default=0)
        return cls(source, ranges, {"max_length": str(longest), "words": str(len(values))})

    @classmethod
    def load(cls, path: str | os.PathLike[str] | ModelFile) -> Trie:
        """Map a saved trie into memory.

        Raises:
            OSError: the file cannot be read.
            ModelError: it is damaged, foreign, or no trie.
        """
        return cls.from_file(open_model(path, KIND))

    @classmethod
    def from_file(cls, file: ModelFile) -> Trie:
        """The trie in a mapped file, which may hold other things besides.

        Raises:
            ModelError: it is damaged, or holds no trie.
        """
        fields = {name: str(file.whole(name)) for name in ("max_length", "words")}
        with file.loading():
            trie = cls(file.source, file.ranges(*_ARRAYS), fields)
            if not file.is_trusted:
                prove_longest(trie.handle, trie.max_length)
        trie._file = file
        return trie

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the trie to a file, which appears when it is whole.

        Raises:
            OSError: the file cannot be written.
        """
        write_model(path, self.arrays(), {"kind": KIND, **self._fields})

    def arrays(self) -> dict[str, tuple[str, bytes]]:
        """Dtype and bytes of its arrays, for a model file that holds more than the trie."""
        return {name: (_DTYPES[name], self._read(*self._ranges[name])) for name in _ARRAYS}

    @property
    def path(self) -> str | None:
        """The file that it is mapped from, if it is."""
        return self._file.path if self._file is not None else None

    @property
    def handle(self) -> kernel.Trie:
        """The kernel's object, for functions of the kernel that take a trie."""
        return self._trie

    @property
    def fields(self) -> dict[str, str]:
        """The required fields of the card of a trie's file."""
        return dict(self._fields)

    def __len__(self) -> int:
        """The number of words."""
        return self._size

    def __contains__(self, word: str) -> bool:
        """Is the word, folded, in the trie?"""
        return self.get(word) is not None

    def get(self, word: str) -> int | None:
        """The number of the word, ``None`` if it is not in the trie.

        Raises:
            TextTypeError: ``word`` is not a str.
        """
        return self._trie.find(_checked(word, "word"))[1] or None

    def matches(self, text: str) -> list[tuple[int, int, int]]:
        """``(start, end, number)`` of every word at every place, by start, then end.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        return self._trie.matches(_checked(text, "text"))

    def longest_prefix(self, text: str, start: int = 0) -> tuple[int, int] | None:
        """End and number of the longest word that begins at ``start``; ``None`` if there is none.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: ``start`` lies outside the text.

        >>> Trie.build(["南京", "南京市"]).longest_prefix("到南京市了", 1)
        (4, 2)
        """
        if not 0 <= start <= len(_checked(text, "text")):
            raise errors.ArgumentError(f"start must be 0 to {len(text)}, got {start}")
        longest = None
        for end in range(start + 1, min(len(text), start + self.max_length) + 1):
            node, value = self._trie.find(text[start:end])
            if node == 0:
                break
            longest = (end, value) if value else longest
        return longest

    def _read(self, start: int, size: int) -> bytes:
        source = self._source
        return source[start : start + size] if isinstance(source, bytes) else source.read(start, size)


def _check(words: Sequence[str], numbers: Sequence[int]) -> None:
    """Refuse what cannot be in a trie; a million words are checked in a moment."""
    if set(map(type, words)) - {str}:
        for word in words:
            if not isinstance(word, str):
                raise errors.not_text(word, "word")
    if not all(words):
        raise errors.ArgumentError("the word is empty")
    if numbers and not 1 <= min(numbers) <= max(numbers) <= MAX_VALUE:
        place = next(k for k, number in enumerate(numbers) if not 1 <= number <= MAX_VALUE)
        raise errors.ArgumentError(f"the number of {words[place]!r} must be 1 to {MAX_VALUE}, got {numbers[place]}")


def _checked(text: str, where: str) -> str:
    if not isinstance(text, str):
        raise errors.not_text(text, where)
    return text
