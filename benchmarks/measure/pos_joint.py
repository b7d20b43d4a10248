"""Is joint decoding of words and tags better than one after the other? Writes ``benchmarks/results/pos_joint.json``.

The pipeline segments a text, then tags the words. Compared with it: the n best segmentations of each clause (k-best
Viterbi; Schwartz and Chow 1990), scored anew with the score of their best tags (Shi and Wang 2007), both in raw
weights:

    sum     score of the segmentation + rate * (score of the tags - price * number of words)
    mean    score of the segmentation + rate * score of the tags / number of words

The best segmentation of each clause is taken, and the line tagged again. The models are those of
:mod:`benchmarks.measure.pos`, of days 1 to 25 of PFR January 1998. Rate and price are chosen on the first half of the
lines of days 26 to 28, by F1 of words with their tag, which is then measured on the second half. Its cost: the words
that are tagged.
"""

from __future__ import annotations

import argparse
import functools
import heapq
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import record as records
from benchmarks.measure.pos import Tagged, f1, fit_segmenter
from cnlp._kernel.reference import Model, WordTagger
from cnlp.lexicon.base import ARRAYS as LEXICON_ARRAYS
from cnlp.lexicon.lexicon import load_lexicon
from cnlp.model.registry import open_model
from cnlp.pos.forms import pack_closed_tags
from cnlp.pos.tagger import ARRAYS, KIND, PartOfSpeech
from cnlp.segmentation import encode
from cnlp.segmentation.characters import ALLOWED, START_TAG, TAGS, CharacterTagger
from recipes.pos import CORPUS, DEV, ROUNDING, SETTINGS, TRAIN, sentences, train

SIZES = (2, 5, 10)
PIPELINE = 1, 0.0, 0.0  # the single best segmentation
GRIDS: dict[str, list[tuple[float, float | None]]] = {
    "sum": [(rate, price) for rate in (0.02, 0.05, 0.1, 0.2, 0.5) for price in (0.0, 2.0, 4.0, 6.0, 8.0)],
    "mean": [(rate, None) for rate in (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)],
}
CLAUSE_ENDS = frozenset("。，！？；：、")


class Cut(NamedTuple):
    """One segmentation of a clause: its words, its score, and that of its best tags."""

    words: tuple[str, ...]
    score: float
    tags: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        path = options.model or Path(folder, "pos")
        if not options.model:
            train(TRAIN, SETTINGS).save(path, **ROUNDING)
        results = compare(fit_segmenter(), path, sentences(DEV))
    for name, cell in results.items():
        print(name, cell, flush=True)
    record = records.new_record("pos_joint", words, corpora=[CORPUS, "pfr-199802"], packages=["numpy", "jieba"], seed=1)
    records.save({**record, "results": results}, options.output)
    return 0


def compare(segmenter: CharacterTagger, path: Path, gold: Sequence[Tagged]) -> dict[str, Any]:
    """The pipeline, and for each length of the list either score: F1 on both halves, and the words tagged."""
    tagger, score = PartOfSpeech(path), tag_scorer(path)
    texts = ["".join(words) for words, _ in gold]
    lines = [
        [[Cut(words, cost, score(words)) for words, cost in clause] for clause in line]
        for line in n_best_by_clause(segmenter, texts, max(SIZES))
    ]
    first, second = slice(len(gold) // 2), slice(len(gold) // 2, None)

    def measure(part: slice, size: int, rate: float, price: float | None) -> float:
        cuts = [[word for clause in line for word in take(clause[:size], rate, price).words] for line in lines[part]]
        return f1(gold[part], zip(cuts, tagger.predict_many(cuts), strict=True))

    def tagged(size: int) -> int:
        return sum(len(cut.words) for line in lines for clause in line for cut in clause[:size])

    results: dict[str, Any] = {
        "pipeline": {"first": measure(first, *PIPELINE), "second": measure(second, *PIPELINE), "tagged": 1.0}
    }
    for size in SIZES:
        results[f"{size} best"] = {"tagged": round(tagged(size) / tagged(1), 1)}
        for name, grid in GRIDS.items():
            by_point = {point: measure(first, size, *point) for point in grid}
            rate, price = best = max(grid, key=by_point.__getitem__)
            scores = {"first": by_point[best], "second": measure(second, size, *best)}
            results[f"{size} best"][name] = {"rate": rate, "price": price, **scores}
    return results


def take(cuts: Sequence[Cut], rate: float, price: float | None) -> Cut:
    """The best of the segmentations by sum, or, with the price ``None``, by mean.

    >>> cuts = [Cut(("北京", "大学"), 9.0, 4.0), Cut(("北京大学",), 8.0, 3.5)]
    >>> "/".join(take(cuts, 1.0, 0.0).words), "/".join(take(cuts, 1.0, 2.0).words)
    ('北京/大学', '北京大学')
    """

    def total(cut: Cut) -> float:
        n = len(cut.words)
        return cut.score + rate * (cut.tags / n if price is None else cut.tags - price * n)

    return max(cuts, key=total)


def reference_tagger(path: Path) -> WordTagger:
    """The tagger of a model file in Python, which shows its scores."""
    tags, lexicon = PartOfSpeech(path).tags, open_model()
    patterns = Model(Path(lexicon.path).read_bytes(), lexicon.ranges(*LEXICON_ARRAYS), 1, 1, None, True)
    closed = pack_closed_tags(tags, load_lexicon().pattern_tags)
    return WordTagger(path.read_bytes(), open_model(path, KIND).ranges(*ARRAYS), tags, patterns, closed, 0)


def tag_scorer(path: Path) -> Callable[[tuple[str, ...]], float]:
    """A function that returns the score of the best tags of words, in raw weights."""
    model, tagger, twin = open_model(path, KIND), PartOfSpeech(path), reference_tagger(path)
    unit, n = float(model.field("unit")), len(tagger.tags)
    numbers = {tag: number for number, tag in enumerate(tagger.tags)}
    columns = functools.cache(twin.columns)

    def score(words: tuple[str, ...]) -> float:
        tags = [numbers[tag] for tag in tagger.predict(words)]
        rows = twin.scores([columns(word)[0] for word in words])
        steps = (twin.transitions[left * n + tag] for left, tag in zip([n, *tags], tags, strict=False))
        return unit * (sum(row[tag] for row, tag in zip(rows, tags, strict=True)) + sum(steps))

    return score


def n_best_by_clause(
    segmenter: CharacterTagger, texts: Sequence[str], n: int
) -> Iterator[list[list[tuple[tuple[str, ...], float]]]]:
    """For each text its clauses, for each clause the n best segmentations with their scores, the best first."""
    packed = encode.pack_lines(texts)
    problem = segmenter._problem_for(packed, None)
    weights, shape = segmenter.weights_, problem.shape
    scores = np.zeros((len(packed.points), len(TAGS)))
    for stream, rows in enumerate(problem.ids):
        there, block = np.flatnonzero(rows >= 0), shape.block(weights, stream)
        for place, offset in enumerate(range(*(shape.windows[stream] + [0, 1]))):
            np.add.at(scores, there + offset, block[rows[there], place])
    moves = weights[shape.transitions :].reshape(-1, len(TAGS)).tolist()
    for text, words, begin in zip(texts, segmenter.predict(texts), packed.begins.tolist(), strict=True):
        clauses, start = [], 0
        for end, word in zip(accumulate(map(len, words)), words, strict=True):
            if word in CLAUSE_ENDS or end == len(text):
                rows = scores[begin + start : begin + end].tolist()
                clauses.append(n_best(text[start:end], rows, moves, n))
                start = end
        yield clauses


def n_best(
    text: str, scores: Sequence[Sequence[float]], moves: Sequence[Sequence[float]], n: int
) -> list[tuple[tuple[str, ...], float]]:
    """The n best segmentations of a text that follows a word of one character, with their scores.

    Args:
        text: one character or more.
        scores: [characters][tags], tags as in ``cnlp.segmentation.characters.TAGS``.
        moves: [tags][tags] score of the second after the first.

    >>> still = [[0.0] * 4] * 4
    >>> n_best("北京人", [[2, 0, 0, 1], [0, 0, 2, 1], [0, 0, 0, 3]], still, 2)
    [(('北京', '人'), 7.0), (('北', '京', '人'), 5.0)]
    """
    tags = range(len(TAGS))
    best: list[list[tuple[float, tuple[int, ...]]]] = [[] for _ in tags]
    best[START_TAG] = [(0.0, ())]
    for row in scores:
        ways = (
            [
                (score + moves[left][tag] + row[tag], (*path, tag))
                for left in tags
                if ALLOWED[left * len(TAGS) + tag]
                for score, path in best[left]
            ]
            for tag in tags
        )
        best = [heapq.nlargest(n, way) for way in ways]
    last = ALLOWED[-len(TAGS) :]
    found = heapq.nlargest(n, chain.from_iterable(best[tag] for tag in tags if last[tag]))
    return [(_words(text, path), score) for score, path in found]


def _words(text: str, path: Sequence[int]) -> tuple[str, ...]:
    starts = [place for place, tag in enumerate(path) if TAGS[tag] in ("B", "S")]
    return tuple(text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.pos_joint", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", type=Path, help="a tagger of days 1 to 25")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "pos_joint.json", help="the file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
