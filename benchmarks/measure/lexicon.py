"""What does a large user lexicon cost? Writes ``benchmarks/results/lexicon.json``.

A file of 200,000 words of three to five rare characters is loaded by cnlp and, in turn, by jieba's
``load_userdict``; wall time from the file to a lexicon that can be used. Then the four SIGHAN test inputs,
which hold none of the words, are segmented with and without the lexicon: the lines that differ are counted.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cnlp
from benchmarks import record as records
from benchmarks.timing import pin, spread
from cnlp.corpus import registry

SETS = ("pku-test", "msr-test", "as-test", "cityu-test")
CHARACTERS = "邈岚曦翊璟晖甯琰瑾珺晗睿琪璇宸煜梵霖澜漪鸢"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    pin()
    words = make_words(options.words, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.txt"
        path.write_text("".join(f"{word} 3 nz\n" for word in words), encoding="utf-8")
        seconds = load_seconds(path, options.rounds)
        lexicon = cnlp.Lexicon(path)
    results: dict[str, Any] = {
        "words": len(words),
        "load_seconds": {name: spread(values, 3) for name, values in seconds.items()},
        "lines": 0,
        "lines_cut_otherwise": 0,
    }
    for name in SETS:
        for line in ("".join(sentence) for sentence in registry.load_corpus(name)):
            results["lines"] += 1
            results["lines_cut_otherwise"] += cnlp.segment(line) != cnlp.segment(line, lexicon=lexicon)
    for name, spread_of in results["load_seconds"].items():
        print(f"{name:8} {spread_of['median']:6.2f} s")
    print(f"{results['lines_cut_otherwise']} of {results['lines']} lines are segmented differently")
    record = records.new_record("lexicon", given, packages=("jieba",), corpora=SETS, seed=options.seed)
    records.save({**record, "results": results}, options.output)
    return 0


def make_words(count: int, seed: int) -> list[str]:
    """Different words of three to five of the ``CHARACTERS``."""
    chance = random.Random(seed)
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(chance.choices(CHARACTERS, k=chance.randint(3, 5)))] = None
    return list(words)


def load_seconds(path: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds that each takes to load the file, in turn."""
    import jieba

    cnlp.segment("预热")
    jieba.initialize()
    seconds: dict[str, list[float]] = {"cnlp": [], "jieba": []}
    for _ in range(rounds):
        start = time.perf_counter()
        cnlp.Lexicon(path)
        seconds["cnlp"].append(time.perf_counter() - start)
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total, tokenizer.initialized = dict(jieba.dt.FREQ), jieba.dt.total, True
        with open(path, "rb") as file:  # given a path, jieba leaves the file open
            start = time.perf_counter()
            tokenizer.load_userdict(file)
            seconds["jieba"].append(time.perf_counter() - start)
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.lexicon", description=__doc__)
    parser.add_argument("--words", type=int, default=200_000, help="default: 200,000")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "lexicon.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
