"""The lexicon: a shared base and, laid over it, a user's own entries.

The base is a model file (trie, unigram costs, bigrams, patterns), mapped into memory and never
changed. :meth:`Lexicon.overlay` makes a new lexicon with the user's entries in a small trie of their
own; base and overlay are walked side by side, so 200,000 user words load in under a second and one
base serves any number of tenants and threads. An entry replaces the base's word of the same form.

How entries decide a cut, in this order:

1. ``force`` and ``split`` entries (and ``force`` expressions) always cut: of overlapping ones the
   longest wins, then the leftmost.
2. ``block`` entries are never words.
3. ``prefer`` entries are evidence: a tagger takes them for words like those it knows best, and pushes them besides,
   the longer the more (``GAIN_WORD`` and its neighbours in :mod:`cnlp._kernel.layout`). In the lattice they are
   candidates like the base's words; without a weight they cost ``PREFERRED_NATS`` nats less for each character after
   the first than the best path through their pieces. A weight is a frequency to both.

A match never begins or ends inside what an atomic pattern holds together (a run of Latin letters or
digits, a number, an address, a mention, a topic; see :mod:`cnlp.text.patterns`), unless the entry is
``partial``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from cnlp import errors
from cnlp.lexicon.base import LEAST_WEIGHT, Base, shipped_base
from cnlp.lexicon.overlay import MODE_NUMBERS, compile_overlay, cost_of_weight, open_overlay
from cnlp.model.registry import CORE, open_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    from cnlp._kernel import kernel as kernel_types
    from cnlp.lexicon.entries import Entry, EntryRow
    from cnlp.lexicon.overlay import PackedOverlay
    from cnlp.model.registry import ModelLike
    from cnlp.text.expression import Expression

    LexiconLike: TypeAlias = "Lexicon | str | os.PathLike[str] | Iterable[Entry | str]"


class Lexicon:
    """A base lexicon with, optionally, the user's entries over it. Immutable; shared by threads.

    Args:
        entries: the path of a lexicon file, or entries; a plain str among them is a ``prefer`` entry, a tuple the
            fields of one, such as ``("云计算", 5, "n")``; a mapping has the weights of words.
        base: what lies below, the shipped lexicon by default; its entries stay in force.
        encoding: of the file, such as ``"gbk"``; detected by default, see :class:`cnlp.lexicon.reading.LexiconFile`.

    Raises:
        OSError: the file cannot be read.
        EncodingError: it is not in ``encoding``, or its encoding cannot be recognized.
        FormatError: a line of the file breaks the format; file, line and reason are named.

    >>> import cnlp
    >>> words = cnlp.Lexicon(["杭研大厦"])
    >>> cnlp.segment("网易杭研大厦", lexicon=words)
    ['网易', '杭研大厦']
    """

    _base: Base
    _rows: dict[str, EntryRow]  # by folded form
    _expressions: dict[str, tuple[EntryRow, Expression]]
    _arrays: PackedOverlay | None  # of the overlay
    _overlay: kernel_types.Overlay | None
    _greatest_weight: float | None = None  # of the entries, where it was asked for

    def __init__(
        self,
        entries: str | os.PathLike[str] | Iterable[Entry | str] = (),
        *,
        base: Lexicon | None = None,
        encoding: str | None = None,
    ) -> None:
        if base is not None and not isinstance(base, Lexicon):
            raise errors.ArgumentError(f"base must be a Lexicon, not {type(base).__name__}; cnlp.load(path) opens one")
        below = base if base is not None else load_lexicon()
        self._base = below._base
        self._rows = dict(below._rows)
        self._expressions = below._expressions
        self._arrays, self._overlay = below._arrays, below._overlay
        added = _as_rows(entries, encoding)
        if added:
            self._add(added)

    @classmethod
    def only(
        cls,
        entries: str | os.PathLike[str] | Iterable[Entry | str],
        *,
        width: bool = True,
        case: bool = True,
        script: bool = True,
        patterns: bool = True,
        encoding: str | None = None,
    ) -> Lexicon:
        """A lexicon of these entries and nothing else: no shipped words, no bigrams.

        Entries without a weight count 1. ``force``, ``split`` and ``block`` entries keep their modes.

        >>> lexicon = Lexicon.only(["南京", "市长", "长江", "大桥"])
        >>> import cnlp
        >>> cnlp.segment("南京市长江大桥", lexicon=lexicon, algorithm="backward")
        ['南京', '市', '长江', '大桥']
        """
        errors.check_flags(width=width, case=case, script=script, patterns=patterns)
        from cnlp.lexicon.compile import UNKNOWN, compile_lexicon
        from cnlp.text.normalise import normalise

        added: list[EntryRow] = []
        counts: dict[str, float] = {}
        for word, weight, tag, mode, pieces, partial, regex in _as_rows(entries, encoding):
            weight = 1.0 if weight is None else weight
            added.append((word, weight, tag, mode, pieces, partial, regex))
            if mode == "prefer" and not regex and not partial:
                counts[normalise(word, width=width, case=case, script=script)] = max(weight, LEAST_WEIGHT)
        arrays, metadata = compile_lexicon(counts or {UNKNOWN: 1.0}, folding=(width, case, script))
        lexicon = cls.from_arrays(arrays, metadata, patterns=patterns)
        lexicon._add(added)
        return lexicon

    def overlay(
        self, entries: str | os.PathLike[str] | Iterable[Entry | str], *, encoding: str | None = None
    ) -> Lexicon:
        """A new lexicon with further entries; they replace entries of the same form."""
        return Lexicon(entries, base=self, encoding=encoding)

    def forcing(self, weight: float) -> Lexicon:
        """The same with the mode ``force`` for what is preferred with this weight or more.

        Itself if nothing is, or if it has words that its owner forces: those would lose to longer ones.
        """
        if self._greatest_weight is None:
            self._greatest_weight = max((entry.weight or 0.0 for entry in self.entries), default=0.0)
        if self._greatest_weight < weight or any(entry.mode in ("force", "split") for entry in self.entries):
            return self
        from cnlp.lexicon.entries import Entry

        heavy = [entry for entry in self.entries if entry.mode == "prefer" and (entry.weight or 0) >= weight]
        return self.overlay([Entry(*entry[:3], "force", *entry[4:]) for entry in heavy])

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, tuple[str, bytes]],
        fields: Mapping[str, str],
        *,
        patterns: bool = True,
    ) -> Lexicon:
        """A lexicon of what :func:`cnlp.lexicon.compile.compile_lexicon` returns."""
        return cls._over(Base.from_arrays(arrays, fields, patterns))

    @classmethod
    def _over(cls, base: Base) -> Lexicon:
        """A lexicon without entries of the user's."""
        lexicon = cls.__new__(cls)
        lexicon._base = base
        lexicon._rows, lexicon._expressions, lexicon._arrays, lexicon._overlay = {}, {}, None, None
        return lexicon

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: the base's file by its name, the user's entries by columns."""
        columns = [list(self._rows), *map(list, zip(*self._rows.values(), strict=True))]
        return {**self.__dict__, "_rows": columns, "_overlay": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        forms, *columns = state["_rows"]
        rows = dict(zip(forms, zip(*columns, strict=True), strict=True))
        arrays = state["_arrays"]
        self.__dict__.update(state, _rows=rows, _overlay=None if arrays is None else open_overlay(arrays))

    @property
    def model(self) -> kernel_types.Model:
        """The kernel's view of the base."""
        return self._base.model

    @property
    def pattern_tags(self) -> list[list[str]]:
        """For each pattern the only tags that a word of its form can have; empty: any."""
        assert self._base.file is not None
        return [tags.split() for tags in self._base.file.field("pattern_tags").split(",")]

    @property
    def kernel_overlay(self) -> kernel_types.Overlay | None:
        """The kernel's view of the user's entries."""
        return self._overlay

    @property
    def has_expressions(self) -> bool:
        """Are any of the user's entries regular expressions?"""
        return bool(self._expressions)

    def __repr__(self) -> str:
        return f"<Lexicon: {self.size:,} entries over {'the shipped one' if self.is_shipped else 'another one'}>"

    @property
    def is_shipped(self) -> bool:
        """Is the base the shipped lexicon, folded as it was shipped?"""
        base = self._base
        return base.file is not None and base.file.path == CORE and base.is_folded_as_built

    @property
    def size(self) -> int:
        """How many entries the user has given; those that fold alike count once."""
        return len(self._rows) + len(self._expressions)

    @property
    def entries(self) -> list[Entry]:
        """The user's entries, the words first, then the expressions."""
        from cnlp.lexicon.entries import Entry

        expressions = [row for row, _ in self._expressions.values()]
        return list(map(Entry._make, [*self._rows.values(), *expressions]))

    @property
    def card(self) -> dict[str, str]:
        """The model card of the base."""
        return self._base.file.card if self._base.file else {}

    def __contains__(self, word: str) -> bool:
        """Is the word, folded, a word of this lexicon?"""
        entry = self.entry_of(word)
        if entry is not None:
            return entry.mode in ("prefer", "force")
        return self._base.trie.find(word)[1] > 0

    def entry_of(self, word: str) -> Entry | None:
        """The user's entry for the word, if there is one."""
        row = self._rows.get(self._base.fold(word)) if self._rows else None
        if row is None:
            return None
        from cnlp.lexicon.entries import Entry

        return Entry._make(row)

    def spans(self, text: str) -> bytes | None:
        """Where the user's regular expressions match, packed for the kernel."""
        if not self._expressions:
            return None
        from struct import pack

        found = []
        for start, end, (_, weight, _, mode, *_) in self._matches(text):
            found.append((start, end, MODE_NUMBERS[mode], 0 if weight is None else cost_of_weight(self._base, weight)))
        return b"".join(pack("IIIi", *span) for span in sorted(found))

    def tags(self, text: str) -> dict[tuple[int, int], str | None]:
        """The tags of what the user's regular expressions match, by start and end."""
        return {(start, end): tag for start, end, (_, _, tag, *_) in self._matches(text)}

    def _matches(self, text: str) -> Iterator[tuple[int, int, EntryRow]]:
        """Where expressions match; inside a run of letters or digits only those that are ``partial``."""
        if not self._expressions:
            return
        from cnlp.lexicon.runs import is_inside_run

        for row, expression in self._expressions.values():
            *_, partial, _ = row
            for start, end in expression.spans(text):
                if partial or not (is_inside_run(text, start) or is_inside_run(text, end)):
                    yield start, end, row

    def _add(self, added: Sequence[EntryRow]) -> None:
        from cnlp.lexicon.entries import REGEX, WORD

        words = [row for row in added if not row[REGEX]]
        self._rows.update(zip(self._base.fold_all([row[WORD] for row in words]), words, strict=True))
        if len(words) < len(added):
            from cnlp.text.expression import exact_expression

            compiled = {row[WORD]: (row, exact_expression(row[WORD])) for row in added if row[REGEX]}
            self._expressions = {**self._expressions, **compiled}
        if self._rows:
            self._arrays = compile_overlay(self._base, self._rows)
            self._overlay = open_overlay(self._arrays)


def load_lexicon(
    model: ModelLike = "core",
    *,
    width: bool = True,
    case: bool = True,
    script: bool = True,
    patterns: bool = True,
    copy: bool = False,
) -> Lexicon:
    """The lexicon of a model file, or the shipped one.

    Args:
        model: ``"core"``, which is the shipped one, or a file.
        width: match full width and half width alike.
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        patterns: propose numbers, times, addresses and runs of letters as words.
        copy: read the file into memory of this process, in place of mapping it.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged, foreign, or holds no lexicon.

    >>> import cnlp
    >>> "北京大学" in cnlp.load()
    True
    """
    errors.check_flags(width=width, case=case, script=script, patterns=patterns)
    folding = width, case, script
    if not (isinstance(model, str) and model == "core"):
        return Lexicon._over(Base.from_file(open_model(model, "lexicon", copy=copy), patterns, folding))
    if (folding, patterns) not in _shared:
        _shared[folding, patterns] = Lexicon._over(shipped_base(folding, patterns))
    return _shared[folding, patterns]


def as_lexicon(value: LexiconLike | None, base: Lexicon | None = None) -> Lexicon:
    """A lexicon, a file of one, or entries, over the base, which is the shipped lexicon; ``None`` is that alone.

    Raises:
        ArgumentError: it is none of these.
        OSError: the file cannot be read.
        FormatError: a line of the file breaks the format; file, line and reason are named.
    """
    if isinstance(value, Lexicon):
        return value if base is None else Lexicon(value.entries, base=base)
    if value is None:
        return load_lexicon() if base is None else base
    return Lexicon(value, base=base)


# Loaded when first asked for; what is in it never changes, so it does not matter who put it there.
_shared: dict[tuple[tuple[bool, bool, bool], bool], Lexicon] = {}


def _as_rows(
    entries: str | os.PathLike[str] | Iterable[Entry | str], encoding: str | None = None
) -> Sequence[EntryRow]:
    if isinstance(entries, (str, os.PathLike)):
        from cnlp.lexicon.reading import read_rows

        return read_rows(entries, encoding)
    if isinstance(entries, (bytes, bytearray)) or not hasattr(entries, "__iter__"):
        raise errors.ArgumentError(
            f"lexicon must be a Lexicon, the path of a file, or a list of words, not {type(entries).__name__}"
        )
    listed: list[object] = list(entries.items() if isinstance(entries, Mapping) else entries)
    if not listed:
        return []
    from cnlp.lexicon.entries import Entry

    if isinstance(entries, Entry):
        raise errors.ArgumentError("lexicon must be a list of entries, not one Entry: put it into a list")
    return [entry if isinstance(entry, Entry) else _as_entry(entry, place) for place, entry in enumerate(listed)]


def _as_entry(given: object, place: int) -> Entry:
    from cnlp.lexicon.entries import Entry

    if isinstance(given, (str, tuple)):
        return Entry(*((given,) if isinstance(given, str) else given))
    raise errors.ArgumentError(
        f"item {place} (from 0) of the lexicon must be a word, an Entry or its fields, not {type(given).__name__}"
    )
