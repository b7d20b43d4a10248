"""The base of a lexicon: what all lexicons over one model share. It never changes."""

from __future__ import annotations

from cnlp._kernel import kernel
from cnlp._kernel.layout import to_cost
from cnlp.model.registry import CORE, open_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cnlp._kernel import kernel as kernel_types
    from cnlp.model.format import ModelFile

ARRAYS = (
    "pages",
    "codes",
    "units",
    "class_costs",
    "bigrams",
    "category_pages",
    "categories",
    "category_flags",
    "category_class",
    "point_flags",
    "transitions",
    "accepts",
    "pattern_flags",
)
LEAST_WEIGHT = 0.5  # in place of 0


class Base:
    """The kernel's objects and the folding."""

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
        self._parts = source, ranges, fields, patterns
        self.weight_total = float(fields["weight_total"])
        built = tuple(flag == "1" for flag in fields["folding"].split(","))
        self.folding = folding or (built[0], built[1], built[2])
        self.is_folded_as_built = self.folding == built
        max_length = int(fields["max_length"])
        self.trie = kernel.Trie(source, ranges, max_length)
        if file is not None and not file.is_trusted:
            from cnlp.lexicon.entries import MAX_WORD_LENGTH

            prove_longest(self.trie, max_length)
            if max_length > MAX_WORD_LENGTH:
                raise ValueError(f"a word has {max_length} characters, at most {MAX_WORD_LENGTH} are allowed")
        alphabet = None
        if not self.is_folded_as_built:
            alphabet = _refold(source, ranges, (built[0], built[1], built[2]), self.folding)
        self.model = kernel.Model(source, ranges, max_length, int(fields["word_cost"]), alphabet, patterns)

    @classmethod
    def from_file(cls, file: ModelFile, patterns: bool, folding: tuple[bool, bool, bool]) -> Base:
        """The base in a model file.

        Raises:
            ModelError: it is damaged.
        """
        fields = {name: str(file.whole(name)) for name in ("max_length", "word_cost")}
        fields |= {"weight_total": str(file.number("weight_total")), "folding": file.field("folding")}
        with file.loading():
            return cls(file.source, file.ranges(*ARRAYS), fields, patterns, file, folding)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, tuple[str, bytes]], fields: Mapping[str, str], patterns: bool) -> Base:
        """The base of what :func:`cnlp.lexicon.compile.compile_lexicon` returns."""
        parts, ranges = [], {}
        offset = 0
        for name, (_, data) in arrays.items():
            ranges[name] = (offset, len(data))
            parts.append(data + bytes(-len(data) % 8))
            offset += len(parts[-1])
        return cls(b"".join(parts), ranges, fields, patterns, None)

    def __reduce__(self) -> tuple[Any, ...]:
        source, ranges, fields, patterns = self._parts
        if self.file is None:
            return Base, (source, ranges, fields, patterns, None)
        if self.file.path == CORE:
            return shipped_base, (self.folding, patterns)
        return Base.from_file, (self.file, patterns, self.folding)

    def fold(self, text: str) -> str:
        """The form under which the lexicon knows the text."""
        from cnlp.text.normalise import normalise

        width, case, script = self.folding
        return normalise(text, width=width, case=case, script=script)

    @property
    def fold_table(self) -> Mapping[int, int]:
        """The folding of single code points."""
        from cnlp.text.normalise import fold_table

        return fold_table(*self.folding)

    def fold_all(self, words: list[str]) -> list[str]:
        """The forms of many words."""
        from cnlp.text.normalise import normalise_all

        width, case, script = self.folding
        return normalise_all(words, width=width, case=case, script=script)

    def cost_of(self, weight: float) -> int:
        """The kernel's cost of a word that occurs ``weight`` times."""
        from math import log

        return to_cost(log(max(self.weight_total, weight)) - log(max(weight, LEAST_WEIGHT)))


def prove_longest(trie: kernel_types.Trie, max_length: int) -> None:
    """Refuse a trie that is not finite, or whose longest word is not as long as its file says: walks rely on it.

    Raises:
        ValueError: it is damaged.
    """
    longest = trie.longest()
    if longest != max_length:
        raise ValueError(f"max_length is {max_length}, but the longest word has {longest} characters")


def shipped_base(folding: tuple[bool, bool, bool], patterns: bool) -> Base:
    """The base of the shipped lexicon in this process."""
    if (folding, patterns) not in _shared:
        _shared[folding, patterns] = Base.from_file(open_model("core", "lexicon"), patterns, folding)
    return _shared[folding, patterns]


# Loaded when first asked for; what is in it never changes, so it does not matter who put it there.
_shared: dict[tuple[tuple[bool, bool, bool], bool], Base] = {}


def _refold(
    source: kernel_types.Mapping | bytes,
    ranges: dict[str, tuple[int, int]],
    built: tuple[bool, bool, bool],
    folding: tuple[bool, bool, bool],
) -> tuple[bytes, bytes]:
    """The alphabet of a trie under another folding than it was built with."""
    from cnlp.lexicon.alphabet import pack_alphabet, unpack_alphabet
    from cnlp.text.normalise import fold_table

    def read(name: str) -> bytes:
        start, size = ranges[name]
        return source[start : start + size] if isinstance(source, bytes) else source.read(start, size)

    codes = unpack_alphabet(read("pages"), read("codes"), fold_table(*built))
    return pack_alphabet(codes, fold_table(*folding))
