"""How an :class:`cnlp.ner.linear.EntityRecognizer` learns, and how its weights become arrays.

Needs numpy. The loops are those of :mod:`cnlp.sequence.linear`; the arrays are drawn in ``FORMAT.md``.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnlp import errors
from cnlp._kernel.hashes import mix
from cnlp._kernel.layout import ENTITY_STREAMS, FORBIDDEN, LINE, PHRASE_BUCKET, ROW_BUCKET, TAG_LIMIT
from cnlp.ner.base import KIND, LINEAR_METHODS
from cnlp.ner.encode import LABEL_LIMIT, Alphabet, Layout, Piece, Statistics, cut_pieces, keys
from cnlp.segmentation import shipped_segmenter
from cnlp.sequence.arrays import Floats, Ints
from cnlp.sequence.layout import pack_tagger_alphabet, per_code
from cnlp.sequence.linear import (
    Best,
    Epoch,
    GradientState,
    PerceptronState,
    Problem,
    Shape,
    Stream,
    crf_online,
    find_rows,
    learn_stream,
    perceptron,
    run_epochs,
)
from cnlp.sequence.schemes import Scheme, get_scheme, spans_to_tags, split_tag, tag_set, transition_mask
from cnlp.sequence.templates import NOTHING, Template
from cnlp.text._data import dictionary_path
from cnlp.text.normalise import normalise

if TYPE_CHECKING:
    from cnlp.ner.base import Labelled
    from cnlp.ner.linear import EntityRecognizer

UNIT = 1 / 256  # nats that one step of a score is, unless weights are too large for it
LARGEST_WEIGHT = 4095  # steps
LEVELS = 63  # sizes of weights that the file can distinguish
FREQUENCY_BINS = (1, 10, 100)
WORD_TAGS = ("nrt", "nrf", "nr", "ns", "nt", "nz", "n", "v", "a", "i", "l", "m", "t", "j", "d", "s")
LOAD = 0.8


def train_linear(
    model: EntityRecognizer,
    sentences: Sequence[Labelled],
    dev: Sequence[Labelled],
    background: Sequence[Labelled],
    progress: bool,
) -> None:
    """Set the learnt attributes of the model."""
    if model.method not in LINEAR_METHODS:
        raise errors.unknown_choice("method", model.method, LINEAR_METHODS)
    scheme = get_scheme(model.scheme)
    labels = sorted({label for _, spans in sentences for _, _, label in spans})
    tags = tag_set(scheme, labels)
    _check(labels, tags, background)
    for text, spans in (*sentences, *background):
        spans_to_tags(spans, len(text), scheme)  # raises if they are invalid
    dev_pieces = [list(pieces_of(text, spans)) for text, spans in dev]
    pieces = [piece for text, spans in sentences for piece in pieces_of(text, spans, keep=True)]
    n_own = len(pieces)
    pieces += [piece for text, spans in background for piece in pieces_of(text, spans, keep=True)]
    lexicon_words = read_lexicon()
    alphabet, tables = _alphabet(pieces, lexicon_words)
    lexicon = _hash_words(lexicon_words, alphabet)
    layout = Layout(pieces, alphabet)
    statistics = Statistics(layout, pieces, labels, len(alphabet.types))
    own = np.arange(len(layout.codes)) < (layout.begins[n_own] if n_own < len(pieces) else len(layout.codes))
    streams, rows = _learn_streams(layout, lexicon, statistics, own if background else None, model.min_count)
    learner = _Learner(streams, tags, scheme, alphabet, lexicon, statistics)
    problem = learner.problem(layout, pieces)
    for number, row in enumerate(rows):
        problem.ids[number] = row
    del rows
    scorer = learner.scorer(dev_pieces, dev) if dev else None
    epochs = _epochs(model, problem, np.arange(len(pieces)), scorer)
    best = run_epochs(epochs, total=model.epochs, progress=progress, name=f"entities ({model.method})", best=Best())
    assert best.weights is not None
    weights, scale = best.weights, 1.0
    if dev or model.method == "perceptron":
        measured = [piece for group in dev_pieces for piece in group] if dev else pieces[:n_own][:2000]
        # Other labels than those of training have no weights to scale.
        measured = [piece for piece in measured if all(label in labels for _, _, label in piece.spans)]
        if measured:
            scale = _temperature(learner.problem(Layout(measured, alphabet), measured, fill=True), weights)
    arrays, unit = _pack(model, learner, weights * np.float32(scale), tables)
    model.log_ = best.log
    model.card_ = {
        "kind": KIND,
        "method": model.method,
        "scheme": scheme.name,
        "unit": repr(unit),
        "parameters": json.dumps({k: v for k, v in vars(model).items() if k[0] != "_" and k[-1] != "_"}),
    }
    arrays["label_names"] = "\n".join(labels).encode()
    blob, ranges = bytearray(), {}
    for name, data in arrays.items():
        blob += bytes(-len(blob) % LINE)
        ranges[name] = len(blob), len(data)
        blob += data
    model._file = None
    model._mount(bytes(blob), ranges, unit)


def pieces_of(text: str, spans: Sequence[tuple[int, int, str]], *, keep: bool = False) -> Iterator[Piece]:
    """The pieces of a text, segmented by the shipped segmenter."""
    return cut_pieces(text, [end for end, _ in shipped_segmenter().kernel.words(text, None)], spans, keep=keep)


@cache
def read_lexicon() -> dict[str, int]:
    """The words of the base lexicon with their classes, 1 to 127: tag and frequency."""
    classes: dict[str, int] = {}
    with open(dictionary_path("core.tsv"), encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(("#", "<")):
                continue
            word, count, tag, *_ = [*line.rstrip("\n").split("\t"), ""]
            number = next((at for at, start in enumerate(WORD_TAGS, 1) if tag.startswith(start)), 0)
            classes[normalise(word)] = 1 + number * 4 + int(np.digitize(float(count), FREQUENCY_BINS))
    return classes


def _check(labels: Sequence[str], tags: Sequence[str], background: Sequence[Labelled]) -> None:
    if not labels:
        raise errors.ArgumentError("nothing to learn from: no sentence has an entity")
    if len(tags) > TAG_LIMIT or len(labels) > LABEL_LIMIT:
        raise errors.ArgumentError(
            f"{len(labels)} labels make {len(tags)} tags; one model can have {LABEL_LIMIT} labels and "
            f"{TAG_LIMIT} tags (scheme BIO makes fewest)"
        )
    if any("\n" in label or not label for label in labels):
        raise errors.ArgumentError("a label is empty or has a line break")
    others = {label for _, spans in background for _, _, label in spans} - set(labels)
    if others:
        names = ", ".join(sorted(others))
        raise errors.ArgumentError(f"the background has labels that the sentences do not have: {names}")


def _alphabet(pieces: Sequence[Piece], words: Mapping[str, int]) -> tuple[Alphabet, dict[str, bytes]]:
    counts = Counter(char for piece in pieces for char in normalise(piece.text))
    for word in words:
        counts.update(word)
    chars = ["0", "a", *(char for char, count in counts.most_common() if count > 1 and char not in "0a\0")]
    codes, pages, cells = pack_tagger_alphabet(chars)
    fold, types = per_code(codes)
    tables = {"pages": pages, "codes": cells, "class_fold": fold, "types": types}
    alphabet = Alphabet(
        np.frombuffer(pages, np.uint16),
        np.frombuffer(cells, np.uint16),
        np.frombuffer(fold, np.uint16),
        np.frombuffer(types, np.uint8),
    )
    return alphabet, tables


def _hash_words(words: Mapping[str, int], alphabet: Alphabet) -> dict[int, int]:
    hashes: dict[int, int] = {}
    for word, kind in words.items():
        hashes.setdefault(mix(*alphabet.class_fold[alphabet(word)].tolist()[:12]), kind)
    return hashes


def _learn_streams(
    layout: Layout, lexicon: Mapping[int, int], statistics: Statistics, own: npt.NDArray[np.bool_] | None, minimum: int
) -> tuple[list[Stream], list[Ints]]:
    """Streams and the rows of each position; with a background every stream is followed by corrections."""
    streams: list[Stream] = []
    rows: list[Ints] = []
    every = keys(layout, lexicon, statistics, training=True)
    for (name, low, high), (_, seen) in zip(ENTITY_STREAMS, every, strict=True):
        stream, row = learn_stream(Template(name, low, high), seen, minimum)
        streams.append(stream)
        rows.append(row.astype(np.int32))
        if own is not None:
            stream, row = learn_stream(Template(name, low, high), np.where(own, row, NOTHING), minimum)
            streams.append(stream)
            rows.append(row.astype(np.int32))
    return streams, rows


@dataclass
class _Learner:
    """What turns text into problems."""

    streams: list[Stream]
    tags: list[str]
    scheme: Scheme
    alphabet: Alphabet
    lexicon: Mapping[int, int]
    statistics: Statistics

    def __post_init__(self) -> None:
        self.shape = Shape.of(self.streams, len(self.tags))
        self.layers = len(self.streams) // len(ENTITY_STREAMS)
        self.allowed = transition_mask(self.tags, self.scheme)

    def problem(self, layout: Layout, pieces: Sequence[Piece], *, fill: bool = False) -> Problem:
        """The pieces as sequences; ``fill``: with the rows that text outside of the corpus has."""
        number = {tag: at for at, tag in enumerate(self.tags)}
        tags = np.zeros(len(layout.codes), np.uint8)
        for piece, begin in zip(pieces, layout.begins.tolist(), strict=True):
            if piece.spans:
                names = spans_to_tags(piece.spans, len(piece.text), self.scheme)
                tags[begin : begin + len(names)] = [number[name] for name in names]
        sequences = np.stack([layout.begins, layout.ends], 1)
        problem = Problem(self.shape, sequences, tags, self.allowed, 0)
        if fill:
            found = keys(layout, self.lexicon, self.statistics, training=False)
            for at, (_, seen) in enumerate(found):
                rows = find_rows(self.streams[at * self.layers], seen)
                problem.ids[at * self.layers] = rows
                if self.layers > 1:
                    problem.ids[at * self.layers + 1] = find_rows(self.streams[at * self.layers + 1], rows)
        return problem

    def scorer(self, groups: Sequence[Sequence[Piece]], dev: Sequence[Labelled]) -> Callable[[Floats], float]:
        """Strict F1 on sentences that were split into these pieces."""
        pieces = [piece for group in groups for piece in group]
        layout = Layout(pieces, self.alphabet)
        plain = [Piece(piece.text, piece.ends) for piece in pieces]
        problem = self.problem(layout, plain, fill=True)
        gold = [set(piece.spans) for piece in pieces]
        n_gold = sum(len(spans) for _, spans in dev)
        splits = [split_tag(tag, self.scheme) for tag in self.tags]
        opens = [self.scheme.opens(prefix) for prefix, _ in splits]

        def score(weights: Floats) -> float:
            paths = problem.decode(weights)
            correct = found = 0
            for begin, end, expected in zip(layout.begins.tolist(), layout.ends.tolist(), gold, strict=True):
                for span in _spans(paths[begin:end], splits, opens):
                    found += 1
                    correct += span in expected
            return 2 * correct / (found + n_gold) if found + n_gold else 0.0

        return score


def _spans(
    path: npt.NDArray[np.uint8], splits: Sequence[tuple[str, str | None]], opens: Sequence[bool]
) -> Iterator[tuple[int, int, str]]:
    """The spans of a legal path."""
    inside = np.flatnonzero(path).tolist()
    for at, position in enumerate(inside):
        tag = int(path[position])
        if opens[tag]:
            last = at
            while last + 1 < len(inside) and inside[last + 1] == inside[last] + 1 and not opens[path[inside[last + 1]]]:
                last += 1
            yield position, inside[last] + 1, splits[tag][1] or ""


def _epochs(
    model: EntityRecognizer, problem: Problem, order: Ints, score: Callable[[Floats], float] | None
) -> Iterator[tuple[Epoch, Floats]]:
    if model.method == "crf":
        state = GradientState(bytearray(4 * problem.shape.n_weights))
        return crf_online(
            problem, state, order=order, epochs=model.epochs, rate=model.rate, l2=model.l2, seed=model.seed, score=score
        )
    return perceptron(
        problem,
        PerceptronState.zeros(problem.shape.n_weights),
        order=order,
        epochs=model.epochs,
        margin=model.margin,
        aggressiveness=model.aggressiveness,
        burn_in=1 if model.epochs > 1 else 0,
        seed=model.seed,
        score=score,
    )


def _temperature(problem: Problem, weights: Floats) -> float:
    """The factor of the weights that makes the gold tags most likely; golden section in its logarithm."""

    def loss(power: float) -> float:
        return problem.loss_and_gradient((weights * np.float32(np.exp(power))).astype(np.float32))[0]

    ratio = (5**0.5 - 1) / 2
    low, high = -3.0, 4.0
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(12):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = loss(right)
    return float(np.exp((low + high) / 2))


# ---- arrays ----


def _pack(
    model: EntityRecognizer, learner: _Learner, weights: Floats, tables: Mapping[str, bytes]
) -> tuple[dict[str, bytes], float]:
    n_tags, shape = len(learner.tags), learner.shape
    largest = max(float(np.abs(weights).max(initial=0.0)) * learner.layers, 1e-6)
    unit = max(UNIT, largest / LARGEST_WEIGHT)
    smallest = max(min(model.smallest, largest / 2), unit)
    sizes = smallest * (max(largest, smallest * 2) / smallest) ** (np.arange(LEVELS) / (LEVELS - 1))
    steps = np.clip(np.rint(sizes / unit), 1, LARGEST_WEIGHT).astype(np.int16)
    codebook = np.concatenate([[0], steps, -steps, [0]]).astype("<i2")
    entries = array("H", [0])  # so that no row begins at 0
    rows: dict[int, tuple[int, int]] = {}
    borders = np.log(sizes[:-1]) / 2 + np.log(sizes[1:]) / 2
    for number, _ in enumerate(ENTITY_STREAMS):
        at = number * learner.layers
        block = shape.table(weights, at).copy()
        if learner.layers > 1:
            extra = learner.streams[at + 1].keys
            block[extra] += shape.table(weights, at + 1)
        hashes = learner.streams[at].keys.view(np.uint64).tolist()
        row, place = np.nonzero(np.abs(block) >= smallest)
        value = block[row, place]
        level = 1 + np.searchsorted(borders, np.log(np.abs(value)))
        packed = (place << 7 | np.where(value > 0, level, level + LEVELS)).astype(np.uint16)
        firsts = np.searchsorted(row, np.arange(len(hashes) + 1)).tolist()
        for key, first, last in zip(hashes, firsts, firsts[1:], strict=False):
            if last > first:
                rows[key] = first, last
                chosen = packed[first:last]
                if last - first > 255:
                    order = np.sort(np.argsort(-np.abs(value[first:last]), kind="stable")[:255])
                    chosen = chosen[order]
                rows[key] = len(entries), len(chosen)
                entries.frombytes(chosen.tobytes())
    table, ordered = _pack_rows(rows, entries)
    moves = weights[shape.transitions : shape.transitions + n_tags * (n_tags + 1)].reshape(n_tags + 1, n_tags)
    legal = np.frombuffer(learner.allowed, np.uint8).reshape(n_tags + 2, n_tags) != 0
    full = np.vstack([moves[:n_tags], moves[0], np.zeros(n_tags)])
    transitions = np.where(legal, np.clip(np.rint(full / unit), -0x7FFF, 0x7FFF), FORBIDDEN)
    splits = [split_tag(tag, learner.scheme) for tag in learner.tags]
    scheme = learner.scheme
    roles = [
        0 if label is None else 2 if not scheme.opens(prefix) else 3 if not scheme.may_go_on(prefix) else 1
        for prefix, label in splits
    ]
    labels = sorted({label for _, label in splits if label})
    statistics, codes = learner.statistics, np.arange(len(learner.alphabet.types))
    phrases = dict(learner.lexicon)
    kinds = statistics.phrase_kinds(np.arange(len(statistics.phrases)))
    for key, kind in zip(statistics.phrases.tolist(), kinds.tolist(), strict=True):
        phrases[key] = phrases.get(key, 0) | kind << 7
    arrays = {
        **tables,
        "begin_class": statistics.edge_kinds(0, codes).astype(np.uint8).tobytes(),
        "end_class": statistics.edge_kinds(1, codes).astype(np.uint8).tobytes(),
        "phrases": _pack_phrases(phrases),
        "rows": table,
        "entries": ordered.tobytes(),
        "codebook": codebook.tobytes(),
        "transitions": transitions.astype("<i2").tobytes(),
        "roles": bytes(roles),
        "labels": bytes(labels.index(label) if label else 0 for _, label in splits),
    }
    return arrays, unit


def _buckets(keys: Sequence[int], size: int) -> list[list[int]]:
    """Keys by bucket; a full one passes keys on to the next. Of two that look the same, the first is kept."""
    n_buckets = max(1, int(len(keys) / LOAD / size) + 1)
    buckets: list[list[int]] = [[] for _ in range(n_buckets)]
    seen = set()
    for key in keys:
        bucket = (key & 0xFFFFFFFF) * n_buckets >> 32
        if (bucket, key >> 32 | 1) in seen:
            continue
        seen.add((bucket, key >> 32 | 1))
        while len(buckets[bucket]) == size:
            bucket = (bucket + 1) % n_buckets
        buckets[bucket].append(key)
    return buckets


def _pack_rows(rows: Mapping[int, tuple[int, int]], entries: array[int]) -> tuple[bytes, array[int]]:
    table, ordered = bytearray(), array("H")
    for members in _buckets(list(rows), ROW_BUCKET):
        marks = [key >> 32 | 1 for key in members] + [0] * (ROW_BUCKET - len(members))
        table += array("I", [len(ordered), *marks]).tobytes()
        counts = bytearray(ROW_BUCKET)
        for slot, key in enumerate(members):
            start, counts[slot] = rows[key]
            ordered += entries[start : start + counts[slot]]
        table += counts
    return bytes(table), ordered or array("H", [0])


def _pack_phrases(phrases: Mapping[int, int]) -> bytes:
    table = bytearray()
    for members in _buckets(list(phrases), PHRASE_BUCKET):
        marks = [key >> 32 | 1 for key in members] + [0] * (PHRASE_BUCKET - len(members))
        values = [phrases[key] for key in members] + [0] * (PHRASE_BUCKET - len(members))
        table += array("I", marks).tobytes() + array("H", values).tobytes() + bytes(4)
    return bytes(table)
