"""How good, or with ``--speed`` how fast, are keywords? Writes ``benchmarks/results/keywords[-speed].json``.

**Quality** on CSL dev: 1,000 abstracts of papers with their titles, and the keywords of their authors. The best 3, 5
and 10 of each system are compared with the authors' by exact match of the whole string, both folded by
:func:`cnlp.text.normalise.normalise` (width, case, script) and stripped; what a system says twice counts once. P, R
and F1 are micro-averaged over the documents; all keywords of the authors count, also those that the text does not
have. MAP is the mean over documents of the average precision of the best 100.

``cnlp combined`` learns its weights from these very abstracts, so each fifth of them is scored with weights fitted to
the other four. The ablation switches one part at a time, fits anew, and is scored in the same way.

**Speed**: milliseconds a document of 3,000 characters (abstracts joined), segmentation included, all systems in turn in
one process, those of cnlp by the function ``cnlp.keywords``; see :mod:`benchmarks.timing`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import cnlp
from benchmarks import record as records
from benchmarks.timing import Contender, pin, ratios, spread, time_rounds
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.keyphrases import Combined
from cnlp.keyphrases.combined import DEFAULT_PARTS, PARTS
from cnlp.names import KeywordMethod
from cnlp.text.normalise import normalise
from recipes.keyphrases import CSL, read_csl

CUTOFFS = (3, 5, 10)
DEPTH = 100
FOLDS = 5
CHARACTERS = 3000
METHODS: tuple[KeywordMethod, ...] = ("tf", "tfidf", "textrank")
JIEBA = ("jieba TF-IDF", "jieba TextRank")

Extract = Callable[[str, int], list[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    path = data_folder() / CSL
    texts, golds = read_csl(path)
    if options.speed:
        results = speed(texts, options.rounds)
    else:
        results = {"quality": quality(texts, golds), "ablation": ablation(texts, golds)}
    record = records.new_record("keywords", words, packages=("jieba", "scikit-learn"))
    record["data"] = {CSL: file_sha256(path)}
    default = records.RESULTS / ("keywords-speed.json" if options.speed else "keywords.json")
    records.save({**record, "results": results}, options.output or default)
    return 0


def systems() -> dict[str, Extract]:
    """Every system but the one whose weights are fitted here."""
    jieba: Any = importlib.import_module("jieba")
    jieba.setLogLevel(logging.ERROR)
    analyse: Any = importlib.import_module("jieba.analyse")
    return {
        "jieba TF-IDF": lambda text, k: analyse.extract_tags(text, topK=k),
        "jieba TextRank": lambda text, k: analyse.textrank(text, topK=k),
        **{f"cnlp {method}, words alone": cnlp_extract(method, False) for method in METHODS},
        **{f"cnlp {method}": cnlp_extract(method) for method in METHODS},
    }


def cnlp_extract(method: KeywordMethod, phrases: bool = True) -> Extract:
    """A method of cnlp, as users call it."""
    return lambda text, k: [keyword.text for keyword in cnlp.keywords(text, top_k=k, method=method, phrases=phrases)]


def quality(texts: Sequence[str], golds: Sequence[Sequence[str]]) -> dict[str, dict[str, Any]]:
    """Scores by system."""
    results = {}
    for name, extract in systems().items():
        results[name] = score([extract(text, DEPTH) for text in texts], golds)
        print(name, results[name], flush=True)
    results["cnlp combined"] = score(cross_fitted(texts, golds), golds)
    print("cnlp combined", results["cnlp combined"], flush=True)
    best = max(results[name]["at"]["5"]["f1"] for name in JIEBA)
    for cell in results.values():
        cell["f1_at_5_to_jieba"] = round(cell["at"]["5"]["f1"] / best, 3)
    return results


def ablation(texts: Sequence[str], golds: Sequence[Sequence[str]]) -> dict[str, dict[str, Any]]:
    """Scores of the default, and with each part switched."""
    results = {"default": score(cross_fitted(texts, golds), golds)}
    for part in PARTS:
        parts = [other for other in PARTS if (other in DEFAULT_PARTS) != (other == part)]
        name = f"{'without' if part in DEFAULT_PARTS else 'with'} {part}"
        results[name] = score(cross_fitted(texts, golds, parts), golds)
        print(name, results[name], flush=True)
    return results


def cross_fitted(
    texts: Sequence[str], golds: Sequence[Sequence[str]], parts: Sequence[str] = DEFAULT_PARTS
) -> list[list[str]]:
    """Keywords of each text by weights fitted to the other folds; the fold is chance, but always the same."""
    folds = [hashlib.sha256(text.encode()).digest()[0] % FOLDS for text in texts]
    found: list[list[str]] = [[] for _ in texts]
    for fold in range(FOLDS):
        others = [i for i in range(len(texts)) if folds[i] != fold]
        model = Combined(parts=parts).fit([texts[i] for i in others], [golds[i] for i in others])
        for i in range(len(texts)):
            if folds[i] == fold:
                found[i] = [keyword.text for keyword in model.keywords(texts[i], DEPTH)]
    return found


def score(found: Iterable[Sequence[str]], golds: Iterable[Sequence[str]]) -> dict[str, Any]:
    """P, R, F1 at each cutoff, and MAP.

    >>> score([["a", "A", "b"]], [["b", "c"]])["at"]["3"]
    {'precision': 0.5, 'recall': 0.5, 'f1': 0.5}
    """
    counts = {cutoff: [0, 0, 0] for cutoff in CUTOFFS}
    precisions = []
    for guesses, authors in zip(found, golds, strict=True):
        gold = set(map(fold, authors))
        ranked = list(dict.fromkeys(map(fold, guesses)))[:DEPTH]
        for cutoff, row in counts.items():
            row[0] += len(gold.intersection(ranked[:cutoff]))
            row[1] += len(ranked[:cutoff])
            row[2] += len(gold)
        hits = [rank for rank, guess in enumerate(ranked, 1) if guess in gold]
        precisions.append(sum(number / rank for number, rank in enumerate(hits, 1)) / len(gold))
    at = {}
    for cutoff, (right, given, wanted) in counts.items():
        p, r = right / max(given, 1), right / wanted
        f1 = 2 * p * r / max(p + r, 1e-9)
        at[str(cutoff)] = {"precision": round(p, 4), "recall": round(r, 4), "f1": round(f1, 4)}
    return {"at": at, "map": round(sum(precisions) / len(precisions), 4)}


def fold(phrase: str) -> str:
    """What is compared."""
    return normalise(phrase.strip())


def speed(texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Milliseconds a document, and how many times as fast as jieba."""
    pin()
    joined = "\n".join(texts)
    documents = [joined[start : start + CHARACTERS] for start in range(0, 60 * CHARACTERS, CHARACTERS)]
    named = {**systems(), "cnlp combined": cnlp_extract("combined")}
    contenders = [contender(name, extract, documents) for name, extract in named.items()]
    rates = time_rounds(contenders, rounds)
    milliseconds = {name: spread([1000 / rate for rate in values]) for name, values in rates.items()}
    for name, cell in milliseconds.items():
        print(f"{name:24} {cell['median']:8.3f} ms", flush=True)
    return {"characters": CHARACTERS, "milliseconds": milliseconds, "ratio_to": ratios(rates, JIEBA)}


def contender(name: str, extract: Extract, documents: Sequence[str]) -> Contender:
    """One call per document; jieba gets the first ten, of which its rate follows."""
    chosen = documents[:10] if name in JIEBA else documents

    def work(given: list[str]) -> None:
        for text in given:
            extract(text, 20)

    return Contender(name, lambda: [text[:1] + text[1:] for text in chosen], work, len(chosen))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.keywords", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=9, help="rounds over all systems; default: 9")
    parser.add_argument("--speed", action="store_true", help="measure speed in place of quality")
    parser.add_argument("--output", type=Path, help="the JSON file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
