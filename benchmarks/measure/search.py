"""How well does BM25 find a text by the words of each segmenter? Writes ``benchmarks/results/search.json``.

Documents are the 1,000 abstracts of CSL, queries the keywords that their authors chose, each by itself; right are the
abstracts that have it. Words of queries and documents come from the same segmenter; words without a letter or digit are
left out. BM25 is that of bm25s with its defaults; ties go to the abstract that comes first.

    mrr        mean reciprocal rank: 1 / rank of the first right abstract, 0 where none is among the first ten
    recall     right abstracts among the first ten, of all right ones
    literal    abstracts that contain the query as a string and all its words as words, of those that contain it: what a
               search finds that wants all words
    words      of all abstracts, the size of an index
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cnlp
from benchmarks import record as records
from cnlp.corpus.registry import data_folder, find_corpus
from recipes.keyphrases import read_csl

CORPUS = "csl-dev"
DEPTH = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    texts, golds = read_csl(data_folder() / find_corpus(CORPUS).path)
    right: dict[str, set[int]] = {}
    for number, keywords in enumerate(golds):
        for keyword in keywords:
            right.setdefault(keyword, set()).add(number)
    results: dict[str, Any] = {"documents": len(texts), "queries": len(right), "depth": DEPTH, "systems": {}}
    for name, segment in segmenters().items():
        results["systems"][name] = scores(segment, texts, right)
        print(f"{name:24}", results["systems"][name], flush=True)
    record = records.new_record("search", given, corpora=[CORPUS], packages=("bm25s", "jieba"))
    records.save({**record, "results": results}, options.output)
    return 0


def segmenters() -> dict[str, Callable[[str], list[str]]]:
    """What makes words of a text, by its name in the table."""
    import jieba

    jieba.setLogLevel(logging.ERROR)
    return {
        "characters": list,
        "pairs of characters": pairs,
        "jieba": lambda text: list(jieba.cut(text)),
        "jieba, for search": lambda text: list(jieba.cut_for_search(text)),
        "cnlp": cnlp.segment,
        "cnlp, mode search": cnlp.Segmenter(mode="search").segment,
        "cnlp, mode full": cnlp.Segmenter(mode="full").segment,
        "cnlp, and pairs": lambda text: cnlp.segment(text) + pairs(text),
    }


def pairs(text: str) -> list[str]:
    """Each two characters side by side.

    >>> pairs("科学院")
    ['科学', '学院']
    """
    return [text[at : at + 2] for at in range(max(1, len(text) - 1))]


def scores(segment: Callable[[str], list[str]], texts: Sequence[str], right: dict[str, set[int]]) -> dict[str, float]:
    """The figures of one segmenter over all queries."""
    import bm25s

    def words(text: str) -> list[str]:
        return [word for word in segment(text.lower()) if any(map(str.isalnum, word))]

    documents = [words(text) for text in texts]
    sets = list(map(set, documents))
    index = bm25s.BM25()
    index.index(documents, show_progress=False)
    ranks, recalls, contain, found_whole = [], [], 0, 0
    for query, wanted in right.items():
        asked = words(query)
        points = index.get_scores(asked) if asked else [0.0] * len(texts)
        best = sorted((number for number, point in enumerate(points) if point > 0), key=lambda number: -points[number])
        found = [number in wanted for number in best[:DEPTH]]
        ranks.append(1 / (found.index(True) + 1) if True in found else 0.0)
        recalls.append(sum(found) / len(wanted))
        containing = [number for number, text in enumerate(texts) if query.lower() in text.lower()]
        contain += len(containing)
        found_whole += sum(sets[number].issuperset(asked) for number in containing)
    return {
        "mrr": round(statistics.mean(ranks), 4),
        "recall": round(statistics.mean(recalls), 4),
        "literal": round(found_whole / contain, 4),
        "words": sum(map(len, documents)),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.search", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--output", type=Path, default=records.RESULTS / "search.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
