"""From a trained character tagger to the arrays of a model file: pruning, rounding, packing.

    1  keep the rows of bigrams and of char_cover whose largest weight is largest, all others of n-grams go
    2  round every weight to a multiple of u = max |n-gram weight| / 127, so n-grams fit int8 without clipping
       (clipping at a percentile costs .002 to .005 F1: a few large weights matter)
    3  number the words by what is known of them under all standards (their *profile*)
    4  pack, as FORMAT.md draws it

Rounded weights are whole numbers in float32, so :meth:`CharacterTagger.predict` with them computes the very
scores of the kernel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cnlp import errors
from cnlp._kernel import kernel
from cnlp._kernel.layout import N_COVERS, N_REPETITIONS, N_TYPES, POINT_BITS
from cnlp.segmentation.characters import LAYER_BITS, START_TAG, TAGS, CharacterTagger
from cnlp.segmentation.features import TEMPLATES
from cnlp.segmentation.hmm import HMM
from cnlp.segmentation.tagger import DEFAULT_STANDARD, KIND
from cnlp.sequence import layout
from cnlp.sequence.arrays import Floats, Ints
from cnlp.sequence.linear import lookup
from cnlp.sequence.templates import NOTHING

if TYPE_CHECKING:
    from cnlp.model.format import Arrays

ROWS = 250_000  # of bigrams and char_cover: a few more than the shipped model has
PRUNED = ("bigram", "char_cover")
LEAST_LIKELY = 10.0  # nats below the likeliest tag: less is rounded up, which leaves steps of .08
_N_GRAMS = ("unigram", *PRUNED)
_FIRST = [TAGS.index(tag) for tag in "BS"]
Rows = dict[int, Sequence[int]]


def compact(model: CharacterTagger, rows: int = ROWS, boundary_cost: float = 0.0) -> tuple[Floats, float]:
    """Pruned and rounded weights, and the unit u.

    Args:
        model: a fitted tagger.
        rows: how many rows of bigrams and char_cover to keep.
        boundary_cost: is taken off the score of every first character of a word under the first standard. In its
            own corpus a tagger knows words by n-grams that new words lack, so it divides those too often.
    """
    problem = model.shape
    weights = model.weights_.copy()
    blocks = [problem.block(weights, k) for k in range(len(model.streams_))]
    shared = [template.name for template in TEMPLATES].index("types") * (1 + len(model._layers()))
    blocks[shared][:, :, _FIRST] -= boundary_cost
    if len(model.standards_) > 1:  # the rows of the other standards are added to the shared ones
        blocks[shared + 1][:, :, _FIRST] += boundary_cost
    names = [stream.template.name for stream in model.streams_]
    largest = {
        k: np.abs(block).max(axis=(1, 2), initial=0)
        for k, (name, block) in enumerate(zip(names, blocks, strict=True))
        if name in PRUNED
    }
    every = np.concatenate([*largest.values(), np.zeros(0, np.float32)])
    limit = np.partition(every, len(every) - rows)[len(every) - rows] if len(every) > rows else 0.0
    for k, sizes in largest.items():
        blocks[k][sizes < limit] = 0
    top = max((float(np.abs(b).max(initial=0)) for n, b in zip(names, blocks, strict=True) if n in _N_GRAMS))
    unit = top / 127 or 1.0
    return np.rint(weights / unit).astype(np.float32), unit


def pack_model(model: CharacterTagger, weights: Floats, unit: float) -> tuple[Arrays, dict[str, str]]:
    """Arrays and metadata of a model file.

    Args:
        model: a fitted tagger.
        weights: rounded, from :func:`compact`.
        unit: u.

    Raises:
        ArgumentError: a standard's name is not a plain word, or ``general`` is not the first.
    """
    standards = [name or DEFAULT_STANDARD for name in model.standards_]
    for name in standards:
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
            raise errors.ArgumentError(f"a standard is called by small letters and digits, not {name!r}")
    if DEFAULT_STANDARD in standards[1:]:
        raise errors.ArgumentError(f"the standard {DEFAULT_STANDARD!r} must be the first to be learnt")
    layers = [DEFAULT_STANDARD, *standards[1:]]  # of the rows that all share, and of each further standard
    characters = _characters(model)
    codes, pages, cells = layout.pack_tagger_alphabet(characters)
    class_fold, types = layout.per_code(codes)
    folded = np.frombuffer(class_fold, "<u2").astype(np.int64)
    code_of = np.zeros(0x110000, np.int64)
    for char, code in codes.items():
        code_of[ord(char)] = code
    numbers, profiles, of_word = _profiles(model)
    units, _ = kernel.build_trie(model.table_.words, (of_word + 1).astype("<u4").tobytes(), pages, cells)
    arrays: Arrays = {
        "pages": ("U16", pages),
        "codes": ("U16", cells),
        "class_fold": ("U16", class_fold),
        "types": ("U8", types),
        "units": ("U64", layout.pad_line(units.ljust(8 * len(types), b"\0"))),  # every code is an index
        "transitions": ("I16", _transitions(model, weights)),
    }
    tables: dict[str, dict[str, Rows]] = {template: {} for template in PRUNED}
    for standard, name in enumerate(layers):
        profile = np.concatenate([[0], profiles[:, standard]])
        arrays[f"{standards[standard]}.profile"] = ("U16", profile.astype("<u2").tobytes())
        for template, keys, block in _layer(model, weights, standard):
            if template in PRUNED:
                tables[template][name] = _hashed_rows(template, keys, block, folded[code_of])
                continue
            packed = _pack_stream(template, keys, block, folded[code_of], numbers, len(folded))
            if packed is not None:
                arrays[f"{name}.{template}"] = packed
    for template, pack in zip(PRUNED, (layout.pack_bigrams, layout.pack_covers), strict=True):
        marks = layout.marks_of(tables[template][name] for name in layers[1:])
        for name, rows in tables[template].items():
            if rows or (name == layers[0] and marks):
                arrays[f"{name}.{template}"] = "U64", pack(rows, marks if name == layers[0] else {})
    metadata = {
        "kind": KIND,
        "standards": ",".join(standards),
        "classes": str(len(numbers)),
        "unit": repr(unit),
        "temperature": repr(model.temperature),
    }
    return arrays, metadata


def pack_hmm(model: HMM) -> tuple[Arrays, dict[str, str]]:
    """Arrays and metadata of a model file for the Segmenter: logarithms of probabilities, in first order.

    Of each character's emissions the greatest is taken off, which changes no path. A text begins as if
    after a word of one character.

    Args:
        model: fitted, of order 1.

    Raises:
        ArgumentError: it is of second order.
    """
    learnt = model.model_
    if learnt.order != 1:
        raise errors.ArgumentError("the Segmenter takes an HMM of first order, HMM(order=1); others have predict alone")
    present = [k for k, tag in enumerate(TAGS) if tag in learnt.tags_]  # M is missing without longer words
    tags = [learnt.tags_.index(TAGS[k]) for k in present]
    seen = {char: emissions for char, emissions in learnt._emissions.items() if char != "\0"}
    counts = {char: sum(learnt._counts.emitted[tag, char] for tag in TAGS) for char in seen}
    codes, pages, cells = layout.pack_tagger_alphabet(sorted(counts, key=lambda char: (-counts[char], char)))
    class_fold, types = layout.per_code(codes)
    emissions = np.full((len(types), len(TAGS)), -np.inf)
    emissions[0] = 0
    emissions[1 : layout.FIRST_CODE, present] = np.array(learnt._unseen)[tags]
    for char, code in codes.items():
        emissions[code, present] = np.array(seen[char])[tags]
    emissions = np.maximum(emissions - emissions.max(1, keepdims=True), -LEAST_LIKELY)
    unit = LEAST_LIKELY / 127
    moves = np.full((len(TAGS), len(TAGS)), -LEAST_LIKELY)
    moves[np.ix_(present, present)] = np.array(learnt._moves[-1])[np.ix_(tags, tags)]
    moves[~np.isfinite(moves)] = 0  # a tag that may not follow: the kernel knows
    rows = np.zeros((len(types), 5, len(TAGS)), np.int8)  # 5 offsets, of which an HMM sees the middle one
    rows[:, 2] = np.rint(emissions / unit)
    arrays: Arrays = {
        "pages": ("U16", pages),
        "codes": ("U16", cells),
        "class_fold": ("U16", class_fold),
        "types": ("U8", types),
        "units": ("U64", layout.pad_line(bytes(8 * len(types)))),  # a trie without words
        "transitions": ("I16", np.rint(moves / unit).astype("<i2").tobytes()),
        f"{DEFAULT_STANDARD}.profile": ("U16", bytes(2)),
        f"{DEFAULT_STANDARD}.unigram": ("I8", rows.tobytes()),
    }
    metadata = {"kind": KIND, "standards": DEFAULT_STANDARD, "classes": "1", "unit": repr(unit), "temperature": "1.0"}
    return arrays, metadata


def _characters(model: CharacterTagger) -> list[str]:
    """The alphabet: what occurs in words or in kept n-grams, the most frequent first."""
    counts = dict(model.characters_)
    for char in {char for word in model.table_.words for char in word}:
        counts.setdefault(char, 0)
    if any("0" <= char <= "9" for char in counts):
        counts.setdefault("0", 0)
    if any("a" <= char <= "z" for char in counts):
        counts.setdefault("a", 0)
    return sorted(counts, key=lambda char: (-counts[char], char))


def _profiles(model: CharacterTagger) -> tuple[Ints, Ints, Ints]:
    """Evidence classes by compact number (the first is ``NOTHING``), compact numbers [P, standards] of each
    profile, and the profile of each word.
    """
    n = len(model.table_.words)
    words = np.arange(n)
    classes = np.stack([model.counts_.evidence(words, np.full(n, s)) for s in range(len(model.standards_))], 1)
    numbers = np.union1d([NOTHING], classes)
    profiles, of_word = np.unique(np.searchsorted(numbers, classes), axis=0, return_inverse=True)
    return numbers, profiles, of_word.reshape(-1)


def _layer(model: CharacterTagger, weights: Floats, standard: int) -> Iterator[tuple[str, Ints, Floats]]:
    """Name, keys as ``encode`` makes them, and weights of the rows of one standard that are not all zero.

    The rows of a standard are the sum of its own and its family's.
    """
    shape = model.shape
    layers = model._layers()
    for number, template in enumerate(TEMPLATES):
        shared = number * (1 + len(layers))
        keys = model.streams_[shared].keys
        block = shape.block(weights, shared)
        if standard:
            total = np.zeros_like(block)
            for k, layer in enumerate(layers, 1):
                own = model.streams_[shared + k].keys
                mine = (own & ((1 << LAYER_BITS) - 1)) == layer[standard]
                total[own[mine] >> LAYER_BITS] += shape.block(weights, shared + k)[mine]
            block = total
        alive = np.abs(block).max(axis=(1, 2), initial=0) > 0
        yield template.name, keys[alive], block[alive]


def _pack_stream(
    name: str, keys: Ints, block: Floats, class_of: Ints, numbers: Ints, n_codes: int
) -> tuple[str, bytes] | None:
    """One stream of a layer; ``class_of`` maps code points to class-folded codes."""
    if name.startswith("match"):
        # Classes that only leaving one out can make are never seen again.
        known = lookup(keys, numbers)
        keys, block = known[known >= 0], block[known >= 0]
    if not len(keys):
        return None
    flat = block.reshape(len(keys), -1)
    if name == "unigram":
        table = np.zeros((n_codes, flat.shape[1]), np.int8)
        table[class_of[keys]] = np.clip(flat, -127, 127)
        return "I8", table.tobytes()
    size = {"types": N_TYPES, "repetition": N_REPETITIONS, "cover": N_COVERS}.get(name, len(numbers))
    small = np.zeros((size, flat.shape[1]), np.int16)
    small[keys] = np.clip(flat, -32768, 32767)
    return "I16", small.tobytes()


def _hashed_rows(name: str, keys: Ints, block: Floats, class_of: Ints) -> Rows:
    """Rows of bigrams or of char_cover by the keys of the file, those of frequent characters first."""
    if name == "bigram":
        left, right = class_of[keys >> POINT_BITS], class_of[keys & ((1 << POINT_BITS) - 1)]
        packed, rank = left << 16 | right, np.maximum(left, right)
    else:
        packed = class_of[keys // N_COVERS] * N_COVERS + keys % N_COVERS + 1
        rank = packed
    order = np.argsort(rank, kind="stable")
    rows = np.clip(block.reshape(len(keys), block.shape[1] * block.shape[2]), -127, 127).astype(np.int8)
    return dict(zip(packed[order].tolist(), rows[order].tolist(), strict=True))


def _transitions(model: CharacterTagger, weights: Floats) -> bytes:
    problem = model.shape
    n = len(TAGS)
    table = weights[problem.transitions : problem.transitions + n * n]
    assert TAGS[START_TAG] == "S"
    return table.astype("<i2").tobytes()
