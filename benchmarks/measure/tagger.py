"""How accurate is the shipped tagger by itself? Writes ``benchmarks/results/tagger.json``.

Its weights, int8, on every public set: under the set's own standard, and under ``general``. Plain Viterbi over
the kernel's scores, without patterns and user's words. Its size was chosen on parts held out of its corpora
(``python -m recipes.segmenter --dev``), not on a test set.
"""

from __future__ import annotations

import argparse
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.measure.segmentation import corpora_read
from cnlp.corpus import load_corpus, load_vocabulary
from cnlp.evaluation import SegmentationScorer
from cnlp.model.registry import path_of
from cnlp.segmentation.tagger import DEFAULT_STANDARD, load_tagger
from cnlp.sequence.schemes import tags_to_words
from recipes.segmenter import CNC_SHARE, TEST_SETS

SHIPPED = path_of("segmenter")
TAGS = "BMES"
BEFORE = ((2, 3), (0, 1), (0, 1), (2, 3))  # the two tags that may precede each

Segment = Callable[[str], list[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    results = {"shipped": shipped(options.model)}
    sets = corpora_read([*TEST_SETS, "cnc-dev"])
    record = records.new_record("tagger", words, corpora=sets, packages=["numpy"], seed=1)
    records.save({**record, "results": results}, options.output)
    return 0


def shipped(path: str) -> dict[str, dict[str, Any]]:
    """Scores of the model file by set and standard."""
    results: dict[str, dict[str, Any]] = {}
    for name, standard in {**TEST_SETS, "cnc-dev": "cnc"}.items():
        sentences = list(load_corpus(name))
        if name == "cnc-dev":
            sentences = sentences[int(len(sentences) * CNC_SHARE) :]
        for used in dict.fromkeys((standard, DEFAULT_STANDARD)):
            cell = score(segmenter(path, used), sentences, name)
            results.setdefault(name, {})[used] = cell
            print(f"{name:12} {used:8} {cell['f1']:.4f}", flush=True)
    return results


def segmenter(path: str, standard: str) -> Segment:
    """The best path over the kernel's scores, in whole numbers."""
    tagger = load_tagger(path, standard).tagger
    table = array("i", tagger.transitions)
    steps = [table[4 * tag : 4 * tag + 4] for tag in range(4)]

    def segment(text: str) -> list[str]:
        flat = array("h", tagger.scores(text))
        rows = [flat[4 * i : 4 * i + 4] for i in range(len(text))]
        return tags_to_words(text, [TAGS[tag] for tag in best_path(rows, steps)])

    return segment


def best_path(rows: Sequence[Sequence[int]], steps: Sequence[Sequence[int]]) -> list[int]:
    """Viterbi over BMES: scores of tags at positions, scores of steps between tags.

    >>> best_path([[5, 0, 0, 1], [0, 0, 5, 1]], [[0] * 4] * 4)
    [0, 2]
    """
    if not rows:
        return []
    impossible = -(1 << 40)
    best = [steps[3][0] + rows[0][0], impossible, impossible, steps[3][3] + rows[0][3]]
    back: list[list[int]] = []

    def before(to: int) -> int:
        return max(BEFORE[to], key=lambda tag: best[tag] + steps[tag][to])

    for row in rows[1:]:
        came = [before(to) for to in range(len(BEFORE))]
        best = [best[tag] + steps[tag][to] + row[to] for to, tag in enumerate(came)]
        back.append(came)
    path = [2 if best[2] >= best[3] else 3]
    for came in reversed(back):
        path.append(came[path[-1]])
    return path[::-1]


def score(segment: Segment, sentences: Iterable[Sequence[str]], name: str) -> dict[str, Any]:
    """Every figure of the bakeoff."""
    scorer = SegmentationScorer(load_vocabulary(name), name=name)
    for words in sentences:
        scorer.add(words, segment("".join(words)))
    return scorer.score().as_dict()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.tagger", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", default=SHIPPED, help="the model file; default: the shipped one")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "tagger.json", help="the file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
