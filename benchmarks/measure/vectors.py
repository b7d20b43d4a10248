"""Do vectors know synonyms? Writes ``benchmarks/results/vectors.json``.

The files, ``NAME=FILE``, are those of ``cnlp train vectors``, or of word2vec; foolnltk's vectors (Apache-2.0) are
measured beside them. Pairs of words that the Cilin thesaurus (HIT) lists as synonyms are compared with random pairs: of
each synonym pair the second word is replaced by a word of Cilin that is about as frequent, and of another class. AUC is
the chance that a synonym pair has a higher cosine than a random one. A pair counts where all three words have vectors;
``common`` are the pairs that count in every file, so there the files are compared on equal terms.

With ``--seeds`` FLAT learns Weibo's names with the words of each file, and random characters and bigrams: strict F1 on
the dev part after the last epoch. What ``--folder`` has of that is not made again.
"""

from __future__ import annotations

import argparse
import random
import sys
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import cells
from benchmarks import record as records
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.text._data import dictionary_path
from cnlp.vectors.vectors import Vectors

THESAURUS = "lexicon/cilin.txt"
SYNONYMS = "="  # after the code of a line: its words mean the same
CLASS = 5  # characters of the code that related groups share: Aa01A
PER_GROUP = 10  # pairs, so that large groups do not decide
NEAR = 50  # words before and after in the order of frequency, from which the random one is taken
SEED = 1
RANDOM = "random"


class Triple(NamedTuple):
    """A word, a synonym, and a random word that is about as frequent as the synonym."""

    word: str
    synonym: str
    random: str


class Cell(NamedTuple):
    """A run of FLAT: the name of the vectors, and the seed."""

    name: str
    seed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    named = dict(pair.partition("=")[::2] for pair in options.files)
    files = {name: Vectors.load(path) for name, path in named.items()}
    if options.foolnltk:
        from recipes.neural_ner import foolnltk  # needs torch

        files["foolnltk"] = foolnltk()
    listed = (data_folder() / THESAURUS).read_text("gb18030").splitlines()
    measured = measure(files, triples(listed, _counts(), random.Random(SEED)))
    for name, result in measured["files"].items():
        print(name, f"AUC {result['auc']:.4f} on {result['pairs']:,} pairs, {result['auc_common']:.4f} on the common")
    wanted = [Cell(name, seed) for seed in range(1, options.seeds + 1) for name in (RANDOM, *files)]
    path = options.folder / "vectors.jsonl"
    last = cells.known(options.output, "flat")
    measured["flat"] = cells.complete(path, last, wanted, lambda cell: flat_f1(files.get(cell.name), cell.seed))
    record = records.new_record("vectors", words, packages=["numpy"], seed=SEED)
    record["data"] = {THESAURUS: file_sha256(data_folder() / THESAURUS)}
    records.save({**record, "results": measured}, options.output)
    return 0


def triples(listed: Sequence[str], counts: Mapping[str, float], rng: random.Random) -> list[Triple]:
    """Synonym pairs of the thesaurus's lines, each with a random word.

    Args:
        listed: ``code= word word ...``.
        counts: of words, for what is about as frequent.
        rng: the source of chance.
    """
    classes: dict[str, set[str]] = {}
    groups = []
    for line in listed:
        code, *members = line.split()
        for member in members:
            classes.setdefault(member, set()).add(code[:CLASS])
        if code.endswith(SYNONYMS):
            groups.append(list(dict.fromkeys(members)))
    ordered = sorted(classes, key=lambda word: (counts.get(word, 0.0), word))
    ranks = [(counts.get(word, 0.0), word) for word in ordered]
    found: list[Triple] = []
    for members in groups:
        pairs = list(combinations(members, 2))
        for word, synonym in rng.sample(pairs, min(PER_GROUP, len(pairs))):
            place = bisect_left(ranks, (counts.get(synonym, 0.0), synonym))
            near = ordered[max(0, place - NEAR) : place + NEAR]
            others = [other for other in near if classes[other].isdisjoint(classes[word] | classes[synonym])]
            if others:
                found.append(Triple(word, synonym, rng.choice(others)))
    return found


def measure(files: Mapping[str, Vectors], chosen: Sequence[Triple]) -> dict[str, Any]:
    """The scores of each file, on the pairs that it covers, and on those that all cover."""
    covered = {name: [all(word in file for word in triple) for triple in chosen] for name, file in files.items()}
    common = [all(of_each) for of_each in zip(*covered.values(), strict=True)]
    results = {}
    for name, file in files.items():
        results[name] = {
            "words": len(file),
            "size": file.size,
            "method": file.card.get("method"),
            "parameters": file.card.get("parameters"),
            "training_size": file.card.get("training_size"),
            "pairs": sum(covered[name]),
            "auc": auc(file, [triple for triple, is_in in zip(chosen, covered[name], strict=True) if is_in]),
            "auc_common": auc(file, [triple for triple, is_in in zip(chosen, common, strict=True) if is_in]),
        }
    return {"pairs": len(chosen), "common": sum(common), "files": results}


def auc(vectors: Vectors, chosen: Sequence[Triple]) -> float | None:
    """The chance that a synonym pair has a higher cosine than a random one; equal ones count half.

    >>> from cnlp.vectors.tables import VectorTable
    >>> table = VectorTable(["甲", "乙", "丙"], np.array([[1, 0], [1, 1], [0, 1]], np.float16))
    >>> auc(Vectors(words=table), [Triple("甲", "乙", "丙")])
    1.0
    """
    if not chosen:
        return None
    right = np.array([vectors.similarity(triple.word, triple.synonym) for triple in chosen])
    wrong = np.sort([vectors.similarity(triple.word, triple.random) for triple in chosen])
    below = np.searchsorted(wrong, right, "left") + np.searchsorted(wrong, right, "right")
    return float(below.sum()) / (2 * len(right) * len(wrong))


def flat_f1(vectors: Vectors | None, seed: int) -> float:
    """Strict F1 of FLAT on Weibo's dev part, with these vectors of words."""
    from benchmarks.measure.neural_ner import read
    from cnlp.ner.neural.recognizer import NeuralRecognizer
    from cnlp.ner.neural.settings import defaults

    parts = read("weibo")
    words = None if vectors is None else Vectors(words=vectors.words)
    model = NeuralRecognizer(defaults("flat", "weibo").with_values({"seed": seed}))
    return round(model.fit(parts["train"], vectors=words).score(parts["dev"]), 4)


def _counts() -> dict[str, float]:
    """The counts of the shipped lexicon."""
    with open(dictionary_path("core.tsv"), encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines if line[0] not in "#<")
        return {row[0]: float(row[1]) for row in rows}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.measure.vectors", description="Do vectors know synonyms?")
    parser.add_argument("files", nargs="*", metavar="NAME=FILE", help="files of vectors, and what to call them")
    parser.add_argument("--no-foolnltk", dest="foolnltk", action="store_false", help="without torch: only the files")
    parser.add_argument("--seeds", type=int, default=0, help="of FLAT, which needs torch; default: 0")
    parser.add_argument("--folder", type=Path, default=Path("build/vectors"), help="of its runs")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "vectors.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
