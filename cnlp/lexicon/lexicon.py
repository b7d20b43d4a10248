"""The lexicon: a shared base and, laid over it, a user's own entries.

The base is a model file (trie, unigram costs, bigrams, patterns), mapped into memory and never
changed. :meth:`Lexicon.overlay` makes a new lexicon with the user's entries in a small trie of their
own; base and overlay are walked side by side, so 200,000 user words load in under a second and one
base serves any number of tenants and threads. An entry replaces the base's word of the same form.

How entries decide a cut, in this order:

1. ``force`` and ``split`` entries (and ``force`` expressions) always cut: of overlapping ones the
   longest wins, then the leftmost.
2. ``block`` entries are never words.
3. ``prefer`` entries are candidates like the base's words; without a weight they cost
   ``PREFER_BONUS`` nats less than the best path through their pieces, so they win where nothing
   else speaks against them.

A match never begins or ends inside a run of Latin letters or digits, unless the entry is ``partial``.
"""

from __future__ import annotations

import os
from array import array
from math import log

from cnlp import errors
from cnlp._kernel import kernel
from cnlp.models import open_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    from cnlp._kernel import kernel as kernel_types
    from cnlp.lexicon.entries import Entry
    from cnlp.models.format import ModelFile

ARRAYS = (
    "pages",
    "codes",
    "units",
    "class_costs",
    "bigrams",
    "category_pages",
    "categories",
    "category_flags",
    "transitions",
    "accepts",
    "pattern_flags",
)
PREFER_BONUS = 3.0  # nats; context gives about as much to the words that a new word competes with


class Lexicon:
    """A base lexicon with, optionally, the user's entries over it. Immutable; shared by threads.

    Args:
        entries: a lexicon file, or entries; a plain str among them is a ``prefer`` entry.
        base: what lies below, the shipped lexicon by default; its entries stay in force.

    Raises:
        OSError: the file cannot be read.
        FormatError: a line of the file breaks the format; file, line and reason are named.

    >>> import cnlp
    >>> words = cnlp.Lexicon(["杭研大厦"])
    >>> cnlp.segment("网易杭研大厦", lexicon=words)
    ['网易', '杭研大厦']
    """

    def __init__(
        self,
        entries: str | os.PathLike[str] | Iterable[Entry | str] = (),
        *,
        base: Lexicon | None = None,
    ) -> None:
        below = base if base is not None else load()
        self._base = below._base
        self._entries = {**below._entries}
        self._expressions = below._expressions
        self._overlay = below._overlay
        added = _as_entries(entries)
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
    ) -> Lexicon:
        """A lexicon of these entries and nothing else: no shipped words, no bigrams.

        Entries without a weight count 1. ``force``, ``split`` and ``block`` entries keep their modes.

        >>> lexicon = Lexicon.only(["南京", "市长", "长江", "大桥"])
        >>> import cnlp
        >>> cnlp.segment("南京市长江大桥", lexicon=lexicon, algorithm="backward")
        ['南京', '市', '长江', '大桥']
        """
        from cnlp.lexicon.compile import compile_lexicon
        from cnlp.text.normalise import normalise

        added = _as_entries(entries)
        counts: dict[str, float] = {}
        for entry in added:
            if entry.mode == "prefer" and not entry.regex and not entry.partial:
                form = normalise(entry.word, width=width, case=case, script=script)
                counts[form] = entry.weight or 1.0
        arrays, metadata = compile_lexicon(counts, folding=(width, case, script))
        lexicon = cls.from_arrays(arrays, metadata, patterns=patterns)
        lexicon._add(added)
        return lexicon

    def overlay(self, entries: str | os.PathLike[str] | Iterable[Entry | str]) -> Lexicon:
        """A new lexicon with further entries; they replace entries of the same form."""
        return Lexicon(entries, base=self)

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, tuple[str, bytes]],
        fields: Mapping[str, str],
        *,
        patterns: bool = True,
    ) -> Lexicon:
        """A lexicon of what :func:`cnlp.lexicon.compile.compile_lexicon` returns."""
        lexicon = cls.__new__(cls)
        lexicon._base = _Base.from_arrays(arrays, fields, patterns)
        lexicon._entries, lexicon._expressions, lexicon._overlay = {}, (), None
        return lexicon

    @property
    def model(self) -> kernel_types.Model:
        """The kernel's view of the base."""
        return self._base.model

    @property
    def layer(self) -> kernel_types.Overlay | None:
        """The kernel's view of the user's entries."""
        return self._overlay

    @property
    def has_expressions(self) -> bool:
        """Are any of the user's entries regular expressions?"""
        return bool(self._expressions)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The user's entries by folded form, expressions by their text."""
        from types import MappingProxyType

        return MappingProxyType(self._entries)

    @property
    def card(self) -> dict[str, str]:
        """The model card of the base."""
        return self._base.file.card if self._base.file else {}

    def __contains__(self, word: str) -> bool:
        """Is the word, folded, a word of this lexicon?"""
        entry = self._entries.get(self._base.fold(word))
        if entry is not None and not entry.regex:
            return entry.mode in ("prefer", "force")
        return self._base.trie.find(word)[1] > 0

    def entry_of(self, word: str) -> Entry | None:
        """The user's entry for the word, if there is one."""
        return self._entries.get(self._base.fold(word))

    def spans(self, text: str) -> bytes | None:
        """Where the user's regular expressions match, packed for the kernel."""
        if not self._expressions:
            return None
        found = []
        for expression, mode, cost in self._expressions:
            for match in expression.finditer(text):
                if match.end() > match.start():
                    found.append((match.start(), match.end(), mode, cost))
        return array("I", [number for span in sorted(found) for number in span]).tobytes()

    def _add(self, added: list[Entry]) -> None:
        for entry in added:
            self._entries[entry.word if entry.regex else self._base.fold(entry.word)] = entry
        self._expressions = tuple(self._compile_expressions())
        words = {form: entry for form, entry in self._entries.items() if not entry.regex}
        self._overlay = _compile_overlay(self._base, words) if words else None

    def _compile_expressions(self) -> Iterable[tuple[re.Pattern[str], int, int]]:
        import re

        for entry in self._entries.values():
            if entry.regex:
                cost = self._base.cost_of(entry.weight) if entry.weight else 0
                yield re.compile(entry.word), kernel_mode(entry), cost


class _Base:
    """What all lexicons over one model share: the kernel's objects and the folding."""

    def __init__(
        self,
        source: kernel_types.Mapping | bytes,
        ranges: dict[str, tuple[int, int]],
        fields: Mapping[str, str],
        patterns: bool,
        file: ModelFile | None,
        folding: tuple[bool, bool, bool] | None = None,
    ) -> None:
        self.file = file
        self.weight_total = float(fields["weight_total"])
        built = tuple(flag == "1" for flag in fields["folding"].split(","))
        self.folding = folding or (built[0], built[1], built[2])
        max_length = int(fields["max_length"])
        self.trie = kernel.Trie(source, ranges, max_length)
        alphabet = None
        if self.folding != built:
            alphabet = _refold(source, ranges, self.folding)
        self.model = kernel.Model(source, ranges, max_length, int(fields["word_cost"]), alphabet, patterns)

    @classmethod
    def from_file(cls, file: ModelFile, patterns: bool, folding: tuple[bool, bool, bool]) -> _Base:
        names = ("weight_total", "folding", "max_length", "word_cost")
        try:
            return cls(
                file.source,
                file.ranges(*ARRAYS),
                {name: file.field(name) for name in names},
                patterns,
                file,
                folding,
            )
        except ValueError as error:
            if isinstance(error, errors.CnlpError):
                raise
            raise errors.bad_model(file.path, str(error)) from None

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, tuple[str, bytes]], fields: Mapping[str, str], patterns: bool
    ) -> _Base:
        parts, ranges = [], {}
        offset = 0
        for name, (_, data) in arrays.items():
            ranges[name] = (offset, len(data))
            parts.append(data + bytes(-len(data) % 8))
            offset += len(parts[-1])
        return cls(b"".join(parts), ranges, fields, patterns, None)

    def fold(self, text: str) -> str:
        """The form under which the lexicon knows the text."""
        from cnlp.text.normalise import normalise

        width, case, script = self.folding
        return normalise(text, width=width, case=case, script=script)

    def cost_of(self, weight: float) -> int:
        """The kernel's cost of a word that occurs ``weight`` times."""
        from cnlp.lexicon.compile import to_cost

        return to_cost(log(max(self.weight_total, weight) / weight))


def load(
    path: str | os.PathLike[str] | None = None,
    *,
    width: bool = True,
    case: bool = True,
    script: bool = True,
    patterns: bool = True,
) -> Lexicon:
    """The lexicon of a model file, or the shipped one.

    Args:
        path: a model file; the shipped model by default.
        width: match full width and half width alike.
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        patterns: propose numbers, times, addresses and runs of letters as words.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged, foreign, or holds no lexicon.

    >>> import cnlp
    >>> "北京大学" in cnlp.load()
    True
    """
    options = (width, case, script), patterns
    if path is not None:
        return _from_file(open_model(path, "lexicon"), *options)
    if options not in _shipped:
        _shipped[options] = _from_file(open_model(None, "lexicon"), *options)
    return _shipped[options]


# Loaded when first asked for; what is in it never changes, so it does not matter who put it there.
_shipped: dict[tuple[tuple[bool, bool, bool], bool], Lexicon] = {}


def _from_file(file: ModelFile, folding: tuple[bool, bool, bool], patterns: bool) -> Lexicon:
    lexicon = Lexicon.__new__(Lexicon)
    lexicon._base = _Base.from_file(file, patterns, folding)
    lexicon._entries, lexicon._expressions, lexicon._overlay = {}, (), None
    return lexicon


def _refold(
    source: kernel_types.Mapping | bytes, ranges: dict[str, tuple[int, int]], folding: tuple[bool, bool, bool]
) -> tuple[bytes, bytes]:
    """The alphabet of a trie under another folding."""
    from cnlp.lexicon.alphabet import pack_alphabet, unpack_alphabet
    from cnlp.text.normalise import fold_table

    def read(name: str) -> bytes:
        start, size = ranges[name]
        return source[start : start + size] if isinstance(source, bytes) else source.read(start, size)

    codes = unpack_alphabet(read("pages"), read("codes"), fold_table())
    return pack_alphabet(codes, fold_table(*folding))


def _as_entries(entries: str | os.PathLike[str] | Iterable[Entry | str]) -> list[Entry]:
    if isinstance(entries, (str, os.PathLike)):
        from cnlp.lexicon.entries import read_entries

        return read_entries(entries)
    listed = list(entries)
    if not listed:
        return []
    from cnlp.lexicon.entries import Entry

    return [Entry(entry) if isinstance(entry, str) else entry for entry in listed]


def kernel_mode(entry: Entry) -> int:
    """The entry's mode and flags as the kernel writes them."""
    from cnlp._kernel.reference import MODE_PARTIAL
    from cnlp.lexicon.entries import MODES

    return MODES.index(entry.mode) | (MODE_PARTIAL if entry.partial else 0)


def _compile_overlay(base: _Base, entries: Mapping[str, Entry]) -> kernel_types.Overlay:
    from cnlp.lexicon.alphabet import assign_codes, pack_alphabet
    from cnlp.lexicon.compile import COST_SCALE
    from cnlp.text.normalise import fold_table

    forms = list(entries)
    pages, cells = pack_alphabet(assign_codes(forms), fold_table(*base.folding))
    numbers = array("I", range(1, len(forms) + 1)).tobytes()
    units, _ = kernel.build_trie(forms, numbers, pages, cells)
    longest = max(map(len, forms))
    data = units + pages + cells
    ranges = {
        "units": (0, len(units)),
        "pages": (len(units), len(pages)),
        "codes": (len(units) + len(pages), len(cells)),
    }
    trie = kernel.Trie(data, ranges, longest)
    paths = base.model.path_costs(forms)
    costs, ids, pieces, pieces_at = array("i"), array("I"), array("I"), array("I", [0])
    bonus = round(PREFER_BONUS * COST_SCALE)
    unknown = base.model.unknown
    for path, (form, entry) in zip(array("i", paths), entries.items(), strict=True):
        costs.append(base.cost_of(entry.weight) if entry.weight else max(1, path - bonus))
        node, value = base.trie.find(form)
        ids.append(node if value else unknown)
        pieces.extend(map(len, entry.pieces))
        pieces_at.append(len(pieces))
    modes = bytes(map(kernel_mode, entries.values()))
    return kernel.Overlay(
        trie, modes, costs.tobytes(), ids.tobytes(), pieces.tobytes(), pieces_at.tobytes()
    )
