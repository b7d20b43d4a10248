"""The overlay of a lexicon: a user's entries, compiled for the kernel."""

from __future__ import annotations

from cnlp._kernel import kernel
from cnlp._kernel.layout import (
    COST_SCALE,
    GAIN_WEIGHT,
    MODE_BLOCK,
    MODE_FORCE,
    MODE_PARTIAL,
    MODE_PREFER,
    MODE_SPLIT,
    NO_GAIN,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from cnlp._kernel import kernel as kernel_types
    from cnlp.lexicon.base import Base
    from cnlp.lexicon.entries import EntryRow

    PackedOverlay: TypeAlias = tuple[bytes, dict[str, tuple[int, int]], int, tuple[bytes, ...]]

MODE_NUMBERS = {"prefer": MODE_PREFER, "force": MODE_FORCE, "split": MODE_SPLIT, "block": MODE_BLOCK}
# In nats, for each character after the first: what the context gives, about, to the known words that a new word
# competes with, and enough for a long entry to win over shorter entries within it.
PREFERRED_NATS = 4.0
HINDERED_NATS = 4.0  # for each character, above the path through the pieces, with the weight 0
USUAL_WEIGHT = 1000.0  # what taggers take a word without a weight to have


def compile_overlay(base: Base, rows: Mapping[str, EntryRow]) -> PackedOverlay:
    """What the kernel needs of the user's entries: a trie's data, ranges and greatest length; the other arrays."""
    from itertools import accumulate
    from struct import pack  # array, with the abstract classes that it imports, takes a millisecond to import

    from cnlp.lexicon.alphabet import assign_codes, pack_alphabet

    forms = list(rows)
    pages, cells = pack_alphabet(assign_codes(forms, ranked=False), base.fold_table)
    numbers = pack(f"{len(forms)}I", *range(1, len(forms) + 1))
    units, _ = kernel.build_trie(forms, numbers, pages, cells)
    data = units + pages + cells
    ranges = {
        "units": (0, len(units)),
        "pages": (len(units), len(pages)),
        "codes": (len(units) + len(pages), len(cells)),
    }
    _, weights, _, modes, pieces, partial, _ = zip(*rows.values(), strict=True)
    cost_of = {weight: cost_of_weight(base, weight) for weight in set(weights) if weight is not None}
    gain_of = {None: 0, **{weight: _gain(weight) for weight in cost_of}}
    preferred, hindered = round(PREFERRED_NATS * COST_SCALE), round(HINDERED_NATS * COST_SCALE)
    costs = []
    for form, path, weight in zip(forms, memoryview(base.model.path_costs(forms)).cast("i"), weights, strict=True):
        if weight is None:
            costs.append(max(1, path - preferred * (len(form) - 1)))
        elif weight or base.file is None:
            costs.append(cost_of[weight])
        else:
            costs.append(path + hindered * len(form))
    ids = [node or base.model.unknown for node in memoryview(base.trie.find_all(forms)).cast("I")]
    lengths = [len(piece) for split in pieces for piece in split]
    arrays = (
        bytes(MODE_NUMBERS[mode] | (MODE_PARTIAL if flag else 0) for mode, flag in zip(modes, partial, strict=True)),
        pack(f"{len(costs)}i", *costs),
        pack(f"{len(forms)}i", *map(gain_of.__getitem__, weights)),
        pack(f"{len(ids)}I", *ids),
        pack(f"{len(lengths)}I", *lengths),
        pack(f"{len(forms) + 1}I", 0, *accumulate(map(len, pieces))),
    )
    return data, ranges, max(map(len, forms)), arrays


def cost_of_weight(base: Base, weight: float) -> int:
    """The cost in the lattice of a word with a weight.

    Above the usual weight it is less than the frequency says, by the nats that taggers give. A base that was made in
    memory has the frequencies of its own words and no usual one.
    """
    beyond = 0 if base.file is None else max(0, _gain(weight))
    return base.cost_of(weight) - GAIN_WEIGHT * beyond


def _gain(weight: float) -> int:
    """What a weight is above the usual one, for taggers: nats times COST_SCALE."""
    from math import log

    return round((log(weight) - log(USUAL_WEIGHT)) * COST_SCALE) if weight else NO_GAIN


def open_overlay(packed: PackedOverlay) -> kernel_types.Overlay:
    """The kernel's view of compiled entries."""
    data, ranges, max_length, arrays = packed
    return kernel.Overlay(kernel.Trie(data, ranges, max_length), *arrays)
