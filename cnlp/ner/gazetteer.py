"""Gazetteers: lists of names, and their matches in a text.

A file has one entry a line, fields separated by tabs, text and label required::

    text    label    mode    name

``name`` is the canonical name of what ``text`` mentions, so that all aliases of one thing lead to it. The mode is

    prefer   an entity, unless a longer candidate overlaps it or the model finds one in the same place (default)
    force    always an entity; of overlapping ones the longest, then the leftmost
    block    nothing inside a match is an entity; with a label, nothing of this label

and may be followed by the flag ``partial``, as in ``force,partial``: the text may begin or end inside a run of
letters or digits. Without it none does: ``AI`` is not found in ``AIR``. Entries of mode ``prefer`` begin and end where
words do (:mod:`cnlp.segmentation.boundaries`), unless the gazetteer is made with ``boundaries="any"``. Blank lines and
lines that begin with ``#`` and a space are skipped. Of entries that fold to one text the last counts. The encoding is
detected, as that of a lexicon file.

:mod:`cnlp.ner.merge` says how matches and the entities of a model become one list.

All texts are in one double-array trie (:mod:`cnlp.lexicon.trie`), walked from every character of the text: O(length
of the text x length of the longest entry), in practice a step or two a character, because a walk ends where no entry
goes on. ``benchmarks/measure/gazetteer.py`` compares it with an Aho-Corasick automaton (1975), which never goes back
but follows a link at every mismatch: the trie scans faster and takes a fraction of the memory.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from cnlp import errors
from cnlp._kernel.layout import MAX_VALUE
from cnlp.lexicon.entries import check_form
from cnlp.lexicon.reading import read_lines_at_once
from cnlp.lexicon.runs import inside_runs
from cnlp.lexicon.trie import Trie
from cnlp.model.format import write_model
from cnlp.model.registry import open_model
from cnlp.segmentation.boundaries import Boundaries
from cnlp.types import Entity

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnlp.model.registry import ModelLike
    from cnlp.names import Boundary

    # Label, mode, name and partial: the fields after the text, shared by all texts with equal ones.
    EntryKind: TypeAlias = tuple[str, str, str | None, bool]
    GazetteerLike: TypeAlias = "Gazetteer | str | os.PathLike[str] | Iterable[GazetteerEntry | Sequence[Any]]"

KIND = "gazetteer"  # of a file
GAZETTEER_MODES = ("prefer", "force", "block")
GAZETTEER_FLAGS = ("partial",)
BOUNDARIES = ("words", "any")
SAVED = ".safetensors"
MAX_TEXT_LENGTH = 1000  # code points, as in a lexicon


class GazetteerEntry(NamedTuple):
    """One entry of a gazetteer.

    Attributes:
        text: how the entity is mentioned; any characters, white space included.
        label: of the entity; for ``block`` it may be empty, which means every label.
        mode: ``"prefer"``, ``"force"`` or ``"block"``.
        name: its canonical name, ``None`` if it has none.
        partial: may begin and end inside a run of letters or digits.

    >>> GazetteerEntry("北大", "ORG", name="北京大学")
    GazetteerEntry(text='北大', label='ORG', mode='prefer', name='北京大学', partial=False)
    """

    text: str
    label: str
    mode: str = "prefer"
    name: str | None = None
    partial: bool = False


class GazetteerMatch(NamedTuple):
    """A match of an entry of a gazetteer: ``text[start:end]``, offsets in code points."""

    start: int
    end: int
    label: str
    mode: str
    name: str | None


class Gazetteer:
    """A list of names. Immutable; shared by any number of threads.

    Args:
        entries: a file, or entries; a plain tuple among them is made an entry.
        width: match full width and half width alike.
        case: match capital and small letters alike.
        script: match Traditional and Simplified Chinese alike.
        boundaries: where an entry of mode ``prefer`` may begin and end: ``"words"``: where a word of the segmenter
            may, so that 马云 is not found in 骑马云游; ``"any"``: everywhere, which is faster.

    Raises:
        OSError: the file cannot be read.
        EncodingError: its encoding cannot be recognized.
        FormatError: a line of it breaks the format; file, line and reason are named.
        ArgumentError: an entry's fields contradict each other, there are too many entries, or there are no such
            boundaries.

    >>> places = Gazetteer([("北大", "ORG", "prefer", "北京大学"), ("北京", "LOC")])
    >>> for entity in places.entities("北大在北京"):
    ...     print(entity)
    Entity(text='北大', start=0, end=2, label='ORG', score=1.0, name='北京大学', kind=None)
    Entity(text='北京', start=3, end=5, label='LOC', score=1.0, name=None, kind=None)
    """

    def __init__(
        self,
        entries: str | os.PathLike[str] | Iterable[GazetteerEntry | Sequence[Any]] = (),
        *,
        width: bool = True,
        case: bool = True,
        script: bool = True,
        boundaries: Boundary = "words",
    ) -> None:
        errors.check_flags(width=width, case=case, script=script)
        self._boundaries = _checked_boundaries(boundaries)
        kinds = _Kinds()
        numbers: dict[str, int] = {}
        for text, kind in _numbered(entries, kinds):
            numbers.pop(text, None)  # a text given again counts as given last, among those that fold alike, too
            numbers[text] = kind
        self._kinds: tuple[EntryKind, ...] = tuple(kinds)
        self._trie = Trie.build(numbers, width=width, case=case, script=script)

    @classmethod
    def load(cls, model: ModelLike, *, boundaries: Boundary = "words") -> Gazetteer:
        """Map a saved gazetteer into memory: nothing is built, and processes share it.

        Raises:
            OSError: the file cannot be read.
            ModelError: it is damaged, foreign, or no gazetteer.
            ArgumentError: there are no such boundaries.
        """
        file = open_model(model, KIND)
        gazetteer = cls.__new__(cls)
        gazetteer._boundaries = _checked_boundaries(boundaries)
        gazetteer._trie = Trie.from_file(file)
        checked = _Kinds()
        with file.loading("its labels and names cannot be used"):
            for label, mode, name, partial in file.read_json("kinds"):
                if not isinstance(name, (str, type(None))) or not isinstance(partial, bool):
                    raise TypeError(f"the name {name!r}")
                checked.number(label, mode, name, partial)
        gazetteer._kinds = tuple(checked)
        return gazetteer

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the gazetteer to a file, which appears when it is whole; :meth:`load` maps it.

        Raises:
            OSError: the file cannot be written.
        """
        kinds = json.dumps(self._kinds).encode("ascii")
        write_model(path, {**self._trie.arrays(), "kinds": ("U8", kinds)}, {"kind": KIND, **self._trie.fields})

    def __len__(self) -> int:
        """The number of entries, those that fold alike counted once."""
        return len(self._trie)

    def __repr__(self) -> str:
        return f"<Gazetteer: {len(self):,} entries; {', '.join(sorted(self.labels))}>"

    @property
    def labels(self) -> set[str]:
        """The labels of the entries, blocks aside."""
        return {label for label, mode, *_ in self._kinds if mode != "block"}

    def matches(self, text: str) -> list[GazetteerMatch]:
        """Every entry at every place where it may be, overlapping ones and blocks too, by start, then end.

        Raises:
            TextTypeError: ``text`` is not a str.
            ModelError: the gazetteer was loaded from a damaged file.

        >>> Gazetteer([("北京烤鸭", "", "block")]).matches("北京烤鸭")
        [GazetteerMatch(start=0, end=4, label='', mode='block', name=None)]
        """
        kinds = self._kinds
        found = []
        places = self._trie.matches(text)
        inside = inside_runs(text) if places else None
        words: Boundaries | None = None
        for start, end, number in places:
            if number > len(kinds):
                raise errors.bad_model(self._trie.path, f"damaged: entry of kind {number}, there are {len(kinds)}")
            label, mode, name, partial = kinds[number - 1]
            if inside is not None and (inside[start] or inside[end]):
                if not partial:
                    continue
            elif mode == "prefer" and self._boundaries == "words":
                words = words or Boundaries(text)
                if not words.allow(start, end):
                    continue
            found.append(GazetteerMatch(start, end, label, mode, name))
        return found

    def entities(self, text: str) -> list[Entity]:
        """The entities that the gazetteer alone finds: sorted, none overlapping.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        from cnlp.ner.merge import merge

        return merge(text, matches=self.matches(text))


def _checked_boundaries(boundaries: str) -> str:
    errors.check_choice("boundaries", boundaries, BOUNDARIES)
    return boundaries


def read_gazetteer(path: str | os.PathLike[str]) -> Iterator[GazetteerEntry]:
    """The entries of a file, in its order; to lay several files over each other, chain them.

    Raises:
        OSError: the file cannot be read.
        EncodingError: its encoding cannot be recognized.
        FormatError: a line breaks the format; file, line and reason are named.
    """
    kinds = _Kinds()
    for text, number in _lines(path, kinds):
        yield GazetteerEntry(text, *kinds[number - 1])


class _Kinds(list["EntryKind"]):
    """The different kinds of entries; their number is their place, from 1."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[EntryKind, int] = {}

    def number(self, label: str, mode: str, name: str | None, partial: bool) -> int:
        """The number of a kind, which is checked when it is new.

        Raises:
            ArgumentError: its fields contradict each other, or there are too many.
        """
        kind = (label, mode, name, partial)
        number = self._numbers.get(kind)
        if number is None:
            errors.check_choice("mode", mode, GAZETTEER_MODES)
            if not isinstance(label, str):
                raise errors.not_text(label, "label")
            if not label and mode != "block":
                raise errors.ArgumentError("the label is empty; only a block can do without")
            if len(self) == MAX_VALUE:
                raise errors.ArgumentError(f"more than {MAX_VALUE} different names and labels")
            self.append(kind)
            number = self._numbers[kind] = len(self)
        return number


def as_gazetteer(value: GazetteerLike, boundaries: Boundary = "words") -> Gazetteer:
    """A gazetteer, a file of names, one that was saved (its name ends with ``.safetensors``), or entries.

    Raises:
        ArgumentError: it is none of these, or its entries contradict each other.
        OSError, CnlpError: a file cannot be read, as in :class:`Gazetteer`.
    """
    if isinstance(value, Gazetteer):
        return value
    if isinstance(value, (str, os.PathLike)) and _is_saved(value):
        return Gazetteer.load(value, boundaries=boundaries)
    return Gazetteer(value, boundaries=boundaries)


def open_gazetteer(paths: Sequence[str], boundaries: Boundary = "words") -> Gazetteer | None:
    """The names of several files, of which the last one counts, or of one that was saved; ``None`` without files.

    Raises:
        ArgumentError: a saved gazetteer is one of several.
        OSError, CnlpError: a file cannot be read, as in :class:`Gazetteer`.
    """
    if len(paths) == 1:
        return as_gazetteer(paths[0], boundaries)
    for path in paths:
        if _is_saved(path):
            raise errors.ArgumentError(f"{path}: a saved gazetteer must be the only one")
    return Gazetteer(chain.from_iterable(map(read_gazetteer, paths)), boundaries=boundaries) if paths else None


def _is_saved(path: str | os.PathLike[str]) -> bool:
    """Whether the name of a file says that :meth:`Gazetteer.save` wrote it."""
    return os.fsdecode(path).endswith(SAVED)


def _numbered(
    entries: str | os.PathLike[str] | Iterable[GazetteerEntry | Sequence[Any]], kinds: _Kinds
) -> Iterator[tuple[str, int]]:
    """Text and kind of each entry."""
    if isinstance(entries, (str, os.PathLike)):
        if _is_saved(entries):
            raise errors.ArgumentError(f"{os.fsdecode(entries)}: a saved gazetteer is opened by Gazetteer.load")
        yield from _lines(entries, kinds)
        return
    if isinstance(entries, (bytes, bytearray)) or not isinstance(entries, Iterable):
        raise errors.ArgumentError(
            "gazetteer must be a Gazetteer, the path of a file, or a list of (text, label), "
            f"not {type(entries).__name__}"
        )
    for given in entries:
        if not isinstance(given, (tuple, list)) or not 2 <= len(given) <= len(GazetteerEntry._fields):
            shown = repr(given) if isinstance(given, str) else type(given).__name__
            raise errors.ArgumentError(f"an entry of a gazetteer is a text and a label, got {shown} alone")
        entry = GazetteerEntry(*given)
        yield _checked_text(entry.text), kinds.number(entry.label, entry.mode, entry.name, entry.partial)


def _lines(path: str | os.PathLike[str], kinds: _Kinds) -> Iterator[tuple[str, int]]:
    """Text and kind of each entry; the fields after the text are parsed once for each different rest of a line."""
    known: dict[str, int] = {}
    lines, _ = read_lines_at_once(path, way=errors.SAVE_AS_UTF8)
    for number, line in enumerate(lines, start=1):
        if line[:2] in ("", "#", "# ") or line.isspace():
            continue
        text, _, rest = line.partition("\t")
        kind = known.get(rest)
        if kind is None or not 0 < len(text) <= MAX_TEXT_LENGTH:
            try:
                _checked_text(text)
                kind = known[rest] = kinds.number(*_parse(rest))
            except ValueError as error:
                raise errors.bad_line(path, number, str(error)) from None
        yield text, kind


def _parse(rest: str) -> EntryKind:
    """The fields after the text."""
    fields = rest.split("\t")
    if len(fields) > 3:
        raise ValueError(f"at most 4 fields (text, label, mode, name), got {len(fields) + 1}")
    label, mode, name = fields + [""] * (3 - len(fields))
    chosen, *flags = (mode or "prefer").split(",")
    for flag in flags:
        if flag not in GAZETTEER_FLAGS:
            raise errors.unknown_choice("flag", flag, GAZETTEER_FLAGS)
    return label, chosen, name or None, "partial" in flags


def _checked_text(text: str) -> str:
    check_form(text, "text", MAX_TEXT_LENGTH)
    return text
