"""The finer kinds of entities: multinomial logistic regression over what is seen of an entity and around it.

An entity has one key in each of ``N_KIND_STREAMS`` streams (its last and first characters, all of it, its neighbours,
the clusters of its words; ``FORMAT.md`` lists them), with its label in every key, so that kinds of one label compete.
Training sees it as sequences of one position, whose tags are the kinds. Needs numpy.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

import numpy as np

from cnlp import errors
from cnlp._kernel.hashes import mix
from cnlp._kernel.layout import EDGE_OF_TEXT, KIND_LIMIT, LONGEST_PHRASE, N_KIND_STREAMS
from cnlp._kernel.reference.entity_features import kind_keys
from cnlp.ner.encode import Alphabet, Piece
from cnlp.ner.parts import OfKind
from cnlp.sequence.arrays import Floats
from cnlp.sequence.linear import GradientState, Problem, Shape, Stream, crf_online, learn_stream
from cnlp.sequence.templates import NOTHING, Template

EPOCHS, RATE, L2, SEED = 12, 0.2, 1e-5, 1


class Kinds:
    """What was learnt of kinds.

    Attributes:
        names: of the kinds.
        labels: of each kind.
        streams: the keys that have a row.
        tables: [keys, kinds] the weights of each stream.
    """

    def __init__(self, labels: Sequence[str] = (), names: Sequence[str] = ()) -> None:
        self.labels, self.names = list(labels), list(names)
        self.streams: list[Stream] = []
        self.tables: list[Floats] = []


def learn_kinds(
    entities: Sequence[OfKind],
    pieces: Sequence[Piece],
    labels: Sequence[str],
    alphabet: Alphabet,
    clusters: Mapping[int, int],
) -> Kinds:
    """Learn from entities of known kind.

    Args:
        entities: such entities.
        pieces: the texts of them, in words.
        labels: of the recognizer.
        alphabet: of the recognizer.
        clusters: of words, by hash.

    Raises:
        ArgumentError: the recognizer has not such a label, or there are too many kinds.
    """
    pairs = sorted({(entity.label, entity.kind) for entity in entities})
    for label, _ in pairs:
        if label not in labels:
            raise errors.unknown_choice("label of a kind", label, labels)
    if len(pairs) > KIND_LIMIT:
        raise errors.ArgumentError(f"{len(pairs)} kinds; one model can have {KIND_LIMIT}")
    kinds = Kinds(*zip(*pairs, strict=True)) if pairs else Kinds()
    if not pairs:
        return kinds
    seen = np.full((N_KIND_STREAMS, len(entities)), NOTHING, np.int64)
    for at, (entity, piece) in enumerate(zip(entities, pieces, strict=True)):
        keys = keys_of(entity, piece, labels.index(entity.label), alphabet, clusters)
        seen[:, at] = np.array([2**64 - 1 if key is None else key for key in keys], np.uint64).view(np.int64)
    rows = []
    for number in range(N_KIND_STREAMS):
        stream, row = learn_stream(Template(str(number), 0, 0), seen[number], 2)
        kinds.streams.append(stream)
        rows.append(row)
    shape = Shape.of(kinds.streams, len(pairs))
    ends = np.arange(1, len(entities) + 1)
    tags = np.array([pairs.index((entity.label, entity.kind)) for entity in entities], np.uint8)
    allowed = bytes([1]) * (len(pairs) * (len(pairs) + 2))
    problem = Problem(shape, np.stack([ends - 1, ends], 1), tags, allowed)
    problem.ids[:] = np.stack(rows)
    state = GradientState(bytearray(4 * shape.n_weights))
    steps = crf_online(problem, state, order=range(len(entities)), epochs=EPOCHS, rate=RATE, l2=L2, seed=SEED)
    weights = list(steps)[-1][1]
    kinds.tables = [shape.table(weights, number) for number in range(N_KIND_STREAMS)]
    return kinds


def keys_of(
    entity: OfKind, piece: Piece, label: int, alphabet: Alphabet, clusters: Mapping[int, int]
) -> list[int | None]:
    """The keys of an entity in its text."""
    symbols: list[int] = alphabet.spelling(piece.text).tolist()
    ends = piece.ends
    first, last = bisect_right(ends, entity.start), bisect_left(ends, entity.end)

    def cluster(at: int) -> int:
        if not 0 <= at < len(ends):
            return EDGE_OF_TEXT
        start = ends[at - 1] if at else 0
        return clusters.get(mix(*symbols[start : min(ends[at], start + LONGEST_PHRASE)]), 0)

    around = cluster(first - 1), cluster(first), cluster(last), cluster(last + 1)
    return kind_keys(symbols, (entity.start, entity.end), label, around)
