"""How an :class:`cnlp.ner.linear.EntityRecognizer` learns.

Every row of weights is shared by all standards, and each standard has a copy of its own beside it (Daumé III,
Frustratingly easy domain adaptation, 2007): what corpora agree on is learnt once, their conventions apart.

Needs numpy. The loops are those of :mod:`cnlp.sequence.linear`.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnlp import errors
from cnlp._kernel.layout import ENTITY_STREAMS, LINE, TAG_LIMIT
from cnlp.ner.base import KIND, LINEAR_METHODS, check_sentences
from cnlp.ner.encode import (
    LABEL_LIMIT,
    LISTED,
    PHRASE_KINDS,
    Alphabet,
    Known,
    Layout,
    Piece,
    Statistics,
    cut_pieces,
    hash_stretches,
    keys,
)
from cnlp.ner.kinds import learn_kinds
from cnlp.ner.packing import WITH_TITLES, pack
from cnlp.ner.parts import OfKind, Part
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
from cnlp.sequence.targets import teach
from cnlp.sequence.templates import NOTHING, Template
from cnlp.text._data import dictionary_path
from cnlp.text.normalise import normalise

if TYPE_CHECKING:
    from cnlp.ner.base import Labelled
    from cnlp.ner.distillation import Distillation
    from cnlp.ner.linear import EntityRecognizer

FREQUENCY_BINS = (1, 10, 100)
SHARED = frozenset(  # streams of which the standards have no copies: rare keys, which conventions hardly concern
    (
        "trigram", "repetition", "class_before", "class_after", "class_around", "word_before_class",
        "word_after_class", "clusters_before", "clusters_after",
    )
)  # fmt: skip
COUNTED_AT_ONCE = 50_000  # sentences, so that memory does not depend on how many there are
WORD_TAGS = ("nrt", "nrf", "nr", "ns", "nt", "nz", "n", "v", "a", "i", "l", "m", "t", "j", "d", "s")
WITHIN_WORDS = 0.2  # share of entities of one character, from which on they are within longer words on purpose


def check_parameters(model: EntityRecognizer) -> Scheme:
    """The tagging scheme of a recognizer that is to learn.

    Raises:
        ArgumentError: a parameter is out of range, or of another type.
    """
    errors.check_choice("method", model.method, LINEAR_METHODS)
    for name in ("epochs", "min_count", "seed"):
        errors.check_number(name, getattr(model, name))
    for name in ("rate", "l2", "margin", "aggressiveness", "smallest"):
        errors.check_number(name, getattr(model, name), whole=False)
    if model.epochs < 1:
        raise errors.ArgumentError(f"epochs must be at least 1, got {model.epochs}")
    return get_scheme(model.scheme)


def _checked_labels(parts: Sequence[Part], dev: Sequence[Labelled], scheme: Scheme) -> list[str]:
    """All labels, sorted.

    Raises:
        ArgumentError: something is not a text and its spans, spans are invalid, or there are too few or many labels.
    """
    for part in parts:
        check_sentences(part.sentences, "sentences")
    check_sentences(dev, "dev")
    labels = sorted({label for part in parts for _, spans in part.sentences for _, _, label in spans})
    _check(labels, tag_set(scheme, labels))
    for part in parts:
        for text, spans in part.sentences:
            spans_to_tags(spans, len(text), scheme)  # raises if they are invalid
    return labels


def train_linear(
    model: EntityRecognizer,
    parts: Sequence[Part],
    dev: Sequence[Labelled],
    calibration: Sequence[Labelled],
    kept: Sequence[str],
    clusters: Mapping[str, int],
    of_kind: Sequence[OfKind],
    counted: Sequence[Labelled],
    names: Mapping[str, str],
    distillation: Distillation | None,
    progress: bool,
) -> None:
    """Set the learnt attributes of the model, for the standards in ``kept``.

    ``dev``, which chooses the epoch, and ``calibration``, which scales the weights, follow the first of them.
    """
    scheme = check_parameters(model)
    if distillation is not None:
        distillation.check_linear(model.method)
        parts = distillation.join(parts)
    labels = _checked_labels(parts, dev, scheme)
    tags = tag_set(scheme, labels)
    dev_pieces = [list(pieces_of(text, spans)) for text, spans in dev]
    by_part = [
        [piece for text, spans in part.sentences for piece in pieces_of(text, spans, keep=True)] for part in parts
    ]
    pieces = list(chain.from_iterable(by_part))
    for standard in kept:
        if all(part.standard != standard for part in parts):
            raise errors.ArgumentError(f"no part follows the standard {standard!r}")
    standards = list(dict.fromkeys([*kept, *(part.standard for part in parts)]))
    lexicon_words = read_lexicon()
    alphabet, tables = _alphabet(pieces, lexicon_words)
    known = Known(_hash_words(lexicon_words, alphabet), _hash_words(clusters, alphabet))
    layout = Layout(pieces, alphabet, [len(part) for part in by_part])
    classes = sorted(set(names.values()))
    if len(labels) * PHRASE_KINDS + len(classes) > LISTED:
        raise errors.ArgumentError(f"{len(classes)} lists of names are too many beside {len(labels)} labels")
    listed = {name: classes.index(kind) for name, kind in names.items()}
    statistics = Statistics(layout, pieces, labels, alphabet, listed)
    if counted:
        _count(statistics, counted, labels)
    of_part = np.array([standards.index(part.standard) for part in parts])
    streams, rows = _learn_streams(layout, known, statistics, of_part, len(standards), model.min_count)
    learner = Learner(streams, tags, scheme, alphabet, known, statistics, len(standards))
    problem = learner.problem(layout, pieces)
    for number, row in enumerate(rows):
        problem.ids[number] = row
    del rows
    if distillation is not None and distillation.is_soft:
        teach(problem, distillation.teacher.targets([piece.text for piece in pieces], tags), distillation.alpha)
    scorer = learner.scorer(dev_pieces, dev) if dev else None
    order = np.repeat(np.arange(len(pieces)), np.repeat([part.repeat for part in parts], list(map(len, by_part))))
    epochs = _epochs(model, problem, order, scorer)
    best = run_epochs(epochs, total=model.epochs, progress=progress, name=f"entities ({model.method})", best=Best())
    assert best.weights is not None
    scale = 1.0
    if calibration or model.method == "perceptron":
        first = next(pieces for pieces, part in zip(by_part, parts, strict=True) if part.standard == standards[0])
        measured = [piece for text, spans in calibration for piece in pieces_of(text, spans)] or first[:2000]
        scale = _scale_of(learner, measured, labels, best.weights)
    texts = [Piece(each.text, word_ends(each.text)) for each in of_kind]
    kinds = learn_kinds(of_kind, texts, labels, alphabet, known.clusters)
    within = [
        _are_within_words(chain.from_iterable(by_part[k] for k, part in enumerate(parts) if part.standard == standard))
        for standard in kept
    ]
    arrays, unit = pack(learner, kinds, best.weights * np.float32(scale), tables, within, model.smallest)
    model.log_ = best.log
    model.card_ = {
        "kind": KIND,
        "method": model.method,
        "scheme": scheme.name,
        "unit": repr(unit),
        "standards": ",".join(kept),
        "parameters": json.dumps({k: v for k, v in vars(model).items() if k[0] != "_" and k[-1] != "_"}),
    }
    arrays["label_names"] = "\n".join(labels).encode()
    arrays["kind_names"] = "\n".join(kinds.names).encode()
    blob, ranges = bytearray(), {}
    for name, data in arrays.items():
        blob += bytes(-len(blob) % LINE)
        ranges[name] = len(blob), len(data)
        blob += data
    model._file = None
    model._mount(bytes(blob), ranges, unit, kept)


def pieces_of(text: str, spans: Sequence[tuple[int, int, str]], *, keep: bool = False) -> Iterator[Piece]:
    """The pieces of a text, segmented by the shipped segmenter."""
    return cut_pieces(text, word_ends(text), spans, keep=keep)


def _are_within_words(pieces: Iterable[Piece]) -> bool:
    """Are entities of one character within longer words, more often than the segmenter errs?"""
    alone = within = 0
    for piece in pieces:
        borders = {0, *piece.ends}
        for start, end, label in piece.spans:
            if end - start == 1 and not (label in WITH_TITLES and start in borders):
                alone += 1
                within += not {start, end} <= borders
    return within > WITHIN_WORDS * alone


def word_ends(text: str) -> list[int]:
    """Where the words of a text end, by the shipped segmenter."""
    return [end for end, _ in shipped_segmenter().kernel.words(text, None)]


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
            classes[normalise(word)] = 1 + number * 4 + bisect_right(FREQUENCY_BINS, float(count))
    return classes


def _count(statistics: Statistics, sentences: Sequence[Labelled], labels: Sequence[str]) -> None:
    """Count which phrases are entities in sentences that are not learnt from; what is one twice becomes a phrase."""
    times = Counter(text[start:end] for text, spans in sentences for start, end, _ in spans)
    chunks = (
        [
            piece
            for text, spans in sentences[at : at + COUNTED_AT_ONCE]
            for piece in pieces_of(text, [span for span in spans if span[2] in labels], keep=True)
        ]
        for at in range(0, len(sentences), COUNTED_AT_ONCE)
    )
    statistics.count(chunks, [name for name, count in times.items() if count > 1])


def _check(labels: Sequence[str], tags: Sequence[str]) -> None:
    if not labels:
        raise errors.ArgumentError("nothing to learn from: no sentence has an entity")
    if len(tags) > TAG_LIMIT or len(labels) > LABEL_LIMIT:
        raise errors.ArgumentError(
            f"{len(labels)} labels make {len(tags)} tags; one model can have {LABEL_LIMIT} labels and "
            f"{TAG_LIMIT} tags (scheme BIO makes fewest)"
        )
    if any("\n" in label or not label for label in labels):
        raise errors.ArgumentError("a label is empty or has a line break")


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
    """The values by the hashes of the words; of words with one hash the first counts."""
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    hashes = hash_stretches(alphabet.spelling("".join(words)), np.cumsum(lengths) - lengths, lengths).tolist()
    return dict(zip(reversed(hashes), reversed(list(words.values())), strict=True))


def _learn_streams(
    layout: Layout, known: Known, statistics: Statistics, of_part: Ints, n_standards: int, minimum: int
) -> tuple[list[Stream], list[Ints]]:
    """Streams and the rows of each position: after each shared stream the copies of the standards, if there are two.

    A copy's key is (row of the shared stream) * (number of standards) + (number of the standard).
    """
    streams: list[Stream] = []
    rows: list[Ints] = []
    standard = np.zeros(len(layout.codes), np.int64)
    for number, (begin, end) in zip(of_part.tolist(), layout.parts, strict=True):
        standard[begin:end] = number
    for (name, low, high), (_, seen) in zip(
        ENTITY_STREAMS, keys(layout, known, statistics, training=True), strict=True
    ):
        template = Template(name, low, high)
        stream, row = learn_stream(template, seen, minimum)
        streams.append(stream)
        rows.append(row.astype(np.int32))
        if n_standards > 1:
            copied = np.flatnonzero(row >= 0) if name not in SHARED else np.zeros(0, np.int64)
            stream, copies = _copy(stream, row[copied] * n_standards + standard[copied], n_standards, minimum)
            row = np.full(len(row), NOTHING, np.int32)
            row[copied] = copies
            streams.append(stream)
            rows.append(row)
    return streams, rows


def _copy(stream: Stream, keys: Ints, n_standards: int, minimum: int) -> tuple[Stream, Ints]:
    """The stream of the keys of copies that occur often enough, and the row of each key."""
    counts = np.bincount(keys, minlength=len(stream.keys) * n_standards)
    kept = counts >= minimum
    return Stream(stream.template, np.flatnonzero(kept)), np.where(kept, np.cumsum(kept) - 1, NOTHING)[keys]


@dataclass
class Learner:
    """What turns text into problems; text that is not of the corpus follows the first standard."""

    streams: list[Stream]
    tags: list[str]
    scheme: Scheme
    alphabet: Alphabet
    known: Known
    statistics: Statistics
    n_standards: int

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
            found = keys(layout, self.known, self.statistics, training=False)
            for at, (_, seen) in enumerate(found):
                rows = find_rows(self.streams[at * self.layers], seen)
                problem.ids[at * self.layers] = rows
                if self.layers > 1:
                    copies = np.where(rows >= 0, rows * self.n_standards, NOTHING)
                    problem.ids[at * self.layers + 1] = find_rows(self.streams[at * self.layers + 1], copies)
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


def _scale_of(learner: Learner, pieces: Sequence[Piece], labels: Sequence[str], weights: Floats) -> float:
    """The factor of the weights by these pieces, except those with labels that have no weights; 1 if none is left."""
    pieces = [piece for piece in pieces if all(label in labels for _, _, label in piece.spans)]
    if not pieces:
        return 1.0
    return _temperature(learner.problem(Layout(pieces, learner.alphabet), pieces, fill=True), weights)


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
