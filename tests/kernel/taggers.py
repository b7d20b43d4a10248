"""Small taggers with weights drawn at random, in both kernels, over the same arrays."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from twins import join

from cnlp._kernel import reference
from cnlp._kernel.layout import IS_ATOMIC, IS_DECISIVE, IS_ISOLATED, IS_WHOLE
from cnlp.sequence.layout import (
    bigram_key,
    cover_key,
    pack_bigrams,
    pack_covers,
    pack_tagger_alphabet,
    pad_line,
    per_code,
)

CHARACTERS = "中国人大0123a9b一年，。的👍 国"
N_CLASSES = 6
NAT = 15
MARK = 5
BINDING = {"general": IS_ATOMIC, "pku": IS_DECISIVE | IS_ISOLATED | IS_WHOLE}


class TaggerArrays(NamedTuple):
    """Arguments of ``Tagger``: everything but the kernel and the standard."""

    source: bytes
    ranges: dict[str, tuple[int, int]]

    def tagger(self, kernel: Any, standard: str = "pku", nat: int = NAT) -> Any:
        """The tagger in this kernel."""
        return kernel.Tagger(self.source, self.ranges, standard, N_CLASSES, nat, MARK, BINDING[standard])


@cache
def random_arrays(seed: int, *, size: int = 60) -> dict[str, bytes]:
    """A model of two standards; weights are large enough for any tag to win somewhere."""
    chance = random.Random(seed)
    characters = [*sorted(set(CHARACTERS) - {"国"}), "国"]
    codes, pages, cells = pack_tagger_alphabet(characters)
    class_fold, types = per_code(codes)
    n, folded = len(types), array("H", class_fold)
    words = sorted(
        {"".join(chance.choices("中国人大19a年", k=chance.randint(2, 8))) for _ in range(size)} | {"中国", "中国人"}
    )
    values = array("I", [chance.randint(1, 9) for _ in words]).tobytes()
    units, _ = reference.build_trie(words, values, pages, cells)

    def weights(code: str, count: int, greatest: int) -> bytes:
        return array(code, [chance.randint(-greatest, greatest) for _ in range(count)]).tobytes()

    def row(count: int) -> list[int]:
        return [chance.choice([-128, 127, *range(-40, 40)]) for _ in range(count)]

    arrays = {
        "units": pad_line(units),
        "pages": pages,
        "codes": cells,
        "class_fold": class_fold,
        "types": types,
        "transitions": weights("h", 16, 60),
    }
    bigrams, covers = {}, {}
    some = [0, *(folded[9 + chance.randrange(n - 9)] for _ in range(12)), 3, 7]
    for layer in ("general", "pku"):
        pairs = [bigram_key(a, b) for a in some for b in some if (a or b) and chance.random() < 0.7]
        bigrams[layer] = {key: row(16) for key in pairs}
        covers[layer] = {cover_key(a, chance.randrange(125)): row(4) for a in some * 40 if a}
        for a in some[1:]:
            for cover in (0, 25, 5, 1, 31, 50, 7):
                covers[layer].setdefault(cover_key(a, cover), row(4))
        arrays |= {
            f"{layer}.profile": array("H", [0, *(chance.randrange(N_CLASSES) for _ in range(8))]).tobytes(),
            f"{layer}.unigram": weights("b", n * 20, 40),
            f"{layer}.types": weights("h", 512 * 4, 30),
            f"{layer}.repetition": weights("h", 64 * 4, 30),
            f"{layer}.cover": weights("h", 125 * 4, 30),
        }
        for length in range(2, 9):
            arrays[f"{layer}.match{length}"] = weights("h", N_CLASSES * (length + 2) * 4, 50)

    def some_marks(keys: Iterable[int]) -> dict[int, int]:
        """Of the keys of the standard, some with its mark, some with others only."""
        choices = (1 << MARK, 1 << MARK, 0xFF, 0xFF ^ 1 << MARK)
        return {key: chance.choice(choices) for key in keys if chance.random() < 0.9}

    return arrays | {
        "general.bigram": pack_bigrams(bigrams["general"], some_marks(bigrams["pku"])),
        "general.char_cover": pack_covers(covers["general"], some_marks(covers["pku"])),
        "pku.bigram": pack_bigrams(bigrams["pku"]),
        "pku.char_cover": pack_covers(covers["pku"]),
    }


@cache
def random_tagger(seed: int) -> TaggerArrays:
    """The same as one source."""
    return TaggerArrays(*join(random_arrays(seed)))
