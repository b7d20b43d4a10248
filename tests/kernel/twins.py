"""Models and user lexicons in both kernels, over the same arrays, so that even identities are equal."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st

from cnlp._kernel import layout, reference
from cnlp.lexicon.alphabet import assign_codes, pack_alphabet
from cnlp.lexicon.compile import compile_lexicon
from cnlp.segmentation.bigram import Bigram
from cnlp.text.normalise import fold_table, normalise

native: Any
try:
    native = import_module("cnlp._kernel.native")
except ImportError:
    native = None

KERNELS: list[Any] = [reference] if native is None else [reference, native]
needs_native = pytest.mark.skipif(native is None, reason="the C kernel was not compiled")
each_kernel = pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__.split(".")[-1])

ALGORITHMS = (
    layout.FORWARD,
    layout.BACKWARD,
    layout.BIDIRECTIONAL,
    layout.UNIGRAM,
    layout.BIGRAM,
)

# Few characters, so that words overlap and are ambiguous wherever one looks; and one or more of every
# kind that the rules tell apart.
HAN = "中国人大"
NAUGHTY = (
    "aA９9.-/@:#% \n\u3000,，。！……一十年月日第"
    "\u0301\u200d\ufe0f\u20e3👍🏻🇨あい한比尔·𠮷\U000e0100\u0b00\x00\ud800\udfff\U0010ffff國"
)

han_text = st.text(st.sampled_from(HAN), max_size=40)
words = st.text(st.sampled_from(HAN + "a9 -年👍\ud800"), min_size=1, max_size=5)
texts = st.lists(
    st.one_of(
        st.text(st.sampled_from(HAN + "国人a9"), max_size=12),
        st.text(st.sampled_from(HAN + NAUGHTY), max_size=12),
        st.text(max_size=3),
        st.sampled_from(["2024-01-05", "a@b.cn", "http://a.cn/中", "#中国#", "一九九八年", "3.5%", "iPhone15", "C++"]),
    ),
    max_size=6,
).map("".join)


class Arrays(NamedTuple):
    """Arguments of ``Model``: everything but the kernel that they are given to."""

    source: bytes
    ranges: dict[str, tuple[int, int]]
    max_length: int
    word_cost: int

    def __repr__(self) -> str:
        return f"<arrays of {len(self.source)} bytes>"

    def model(self, kernel: Any, *, use_patterns: bool = True) -> Any:
        """The model in this kernel."""
        return kernel.Model(self.source, self.ranges, self.max_length, self.word_cost, None, use_patterns)

    def trie(self, kernel: Any) -> Any:
        """The trie in this kernel."""
        return kernel.Trie(self.source, self.ranges, self.max_length)


def join(arrays: Mapping[str, bytes]) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """One source for all arrays, each at a multiple of 8, and where each lies."""
    source, ranges = b"", {}
    for name, data in arrays.items():
        ranges[name] = (len(source), len(data))
        source += data + bytes(-len(data) % 8)
    return source, ranges


def lay(counts: Mapping[str, float], bigrams: Mapping[tuple[str, str], int] | None = None) -> Arrays:
    """A compiled lexicon."""
    arrays, fields = compile_lexicon(counts, bigrams)
    source, ranges = join({name: data for name, (_, data) in arrays.items()})
    return Arrays(source, ranges, int(fields["max_length"]), int(fields["word_cost"]))


def learn(sentences: Sequence[Sequence[str]]) -> Arrays:
    """Words and pairs counted from segmented sentences."""
    model = Bigram().fit(sentences)
    return lay(model.counts_, model.bigrams_)


class UserEntry(NamedTuple):
    """One entry of a user's lexicon as the kernel takes it."""

    word: str
    mode: int
    cost: int
    gain: int
    known: bool  # has it an identity in the bigram model?
    pieces: tuple[int, ...]


class UserArrays(NamedTuple):
    """Arguments of ``Overlay``."""

    trie: Arrays
    modes: bytes
    costs: bytes
    gains: bytes
    ids: bytes
    pieces: bytes
    pieces_at: bytes

    def overlay(self, kernel: Any) -> Any:
        """The user's lexicon in this kernel."""
        return kernel.Overlay(self.trie.trie(kernel), *self[1:])


def lay_over(entries: Sequence[UserEntry], base: Arrays) -> UserArrays:
    """A compiled user's lexicon, of the last entry for each form."""
    kept = {normalise(entry.word): entry for entry in entries}
    forms, chosen = list(kept), list(kept.values())
    pages, codes = pack_alphabet(assign_codes(forms), fold_table())
    values = array("I", range(1, len(forms) + 1)).tobytes()
    units, _ = reference.build_trie(forms, values, pages, codes)
    source, ranges = join({"units": units, "pages": pages, "codes": codes})
    finder = base.trie(reference)
    unknown = base.ranges["units"][1] // 8
    ids = [finder.find(form)[0] if entry.known else 0 for form, entry in kept.items()]
    pieces_at = [0]
    for entry in chosen:
        pieces_at.append(pieces_at[-1] + len(entry.pieces))
    return UserArrays(
        Arrays(source, ranges, max(map(len, forms)), 0),
        bytes(entry.mode for entry in chosen),
        array("i", [entry.cost for entry in chosen]).tobytes(),
        array("i", [entry.gain for entry in chosen]).tobytes(),
        array("I", [node or unknown for node in ids]).tobytes(),
        array("I", [length for entry in chosen for length in entry.pieces]).tobytes(),
        array("I", pieces_at).tobytes(),
    )


def pack_spans(spans: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Stretches that the caller matched, as the kernel takes them."""
    return array("I", [number for span in sorted(spans) for number in span]).tobytes()


gains = st.one_of(st.sampled_from([0, layout.NO_GAIN]), st.integers(-40_000, 40_000))


@st.composite
def user_entries(draw: st.DrawFn) -> UserEntry:
    """An entry of any mode, with flags and costs that a lexicon file could give it, and others."""
    word = draw(st.one_of(words, st.text(st.sampled_from(HAN + NAUGHTY), min_size=1, max_size=4)))
    mode = draw(st.integers(0, 3))
    pieces: list[int] = []
    if mode == layout.MODE_SPLIT:
        cuts = sorted(draw(st.sets(st.integers(1, len(word)), max_size=3)) | {len(word)})
        pieces = [end - start for start, end in zip([0, *cuts], cuts, strict=False)]
    if draw(st.booleans()):
        mode |= layout.MODE_PARTIAL
    return UserEntry(word, mode, draw(st.integers(1, 60_000)), draw(gains), draw(st.booleans()), tuple(pieces))


@st.composite
def spans_of(draw: st.DrawFn, text: str) -> bytes | None:
    """Some stretches of the text, forced or not."""
    if not text or draw(st.booleans()):
        return None
    starts = draw(st.lists(st.integers(0, len(text) - 1), max_size=4))
    return pack_spans(
        [
            (
                start,
                min(len(text), start + draw(st.integers(1, 6))),
                draw(st.sampled_from([layout.MODE_PREFER, layout.MODE_FORCE])),
                draw(st.integers(0, 60_000)),
            )
            for start in starts
        ]
    )


sentences = st.lists(st.lists(words, min_size=1, max_size=6), min_size=1, max_size=8)


@st.composite
def lexicons(draw: st.DrawFn) -> Arrays:
    """Small lexicons, some with bigrams."""
    if draw(st.booleans()):
        return learn(draw(sentences))
    return lay({normalise(word): draw(st.integers(1, 50)) for word in draw(st.sets(words, min_size=1, max_size=12))})


@st.composite
def overlays(draw: st.DrawFn, base: Arrays) -> UserArrays | None:
    """No user lexicon, or one over ``base``."""
    entries = draw(st.lists(user_entries(), max_size=6))
    return lay_over(entries, base) if entries else None
