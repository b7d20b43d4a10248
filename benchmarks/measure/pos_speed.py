"""How fast is segmentation with tagging on one core? Writes ``benchmarks/results/pos_speed.json``.

Lines of the PKU and MSR tests of SIGHAN 2005 (Simplified), one call per line, the list dropped at once; megabytes
(10^6 UTF-8 bytes) and thousands of cnlp's own words per second. ``cnlp.tag`` and ``cnlp.tokenize`` are the functions as
they are called without options, the same with ``Segmenter()`` its bound methods; these give tokens,
``jieba.posseg.lcut`` pairs, ``rjieba.tag`` tuples; ``cnlp, given words`` tags given words. jieba gets every eleventh
line.

How time is taken: see :mod:`benchmarks.timing`.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cnlp
from benchmarks import record as records
from benchmarks.measure.speed import JIEBA_STRIDE, MEGABYTE
from benchmarks.peers.systems import PEERS
from benchmarks.timing import CLOCKS, Contender, pin, ratios, spread, time_rounds
from cnlp.corpus import load_corpus
from cnlp.pos.tagger import shipped_tagger

CORPORA = ("pku-test", "msr-test")  # jieba.posseg spends most of its time on Traditional characters


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    core = pin()
    lines = ["".join(sentence) for name in CORPORA for sentence in load_corpus(name)][:: options.stride]
    segmenter = cnlp.Segmenter()
    cut = [segmenter.segment(line) for line in lines]
    contenders = [
        over("cnlp.tag", cnlp.tag, lines),
        over("Segmenter().tag", segmenter.tag, lines),
        over("cnlp.tag, universal", functools.partial(cnlp.tag, tagset="universal"), lines),
        over("cnlp.tokenize", cnlp.tokenize, lines),
        over("Segmenter().tokenize", segmenter.tokenize, lines),
        over("cnlp, given words", shipped_tagger().predict, cut),
        over("rjieba.tag", rjieba_tag(), lines),
        over("jieba.posseg", jieba_posseg(), lines[::JIEBA_STRIDE]),
    ]
    rates = time_rounds(contenders, options.rounds, CLOCKS[options.clock])
    words_per_byte = sum(map(len, cut)) / sum(len(line.encode()) for line in lines)
    results = {
        "settings": {"clock": options.clock, "pinned_core": core, "rounds": options.rounds, "lines": len(lines)},
        "mb_per_s": {name: spread([rate / MEGABYTE for rate in values]) for name, values in rates.items()},
        "thousand_words_per_s": {
            name: spread([rate * words_per_byte / 1000 for rate in values], 1) for name, values in rates.items()
        },
        "ratio_to": ratios(rates, ("jieba.posseg", "rjieba.tag", "Segmenter().tag", "Segmenter().tokenize")),
    }
    for name, cell in results["thousand_words_per_s"].items():
        print(f"{name:20} {cell['median']:10.0f} thousand words/s", flush=True)
    record = records.new_record("pos_speed", words, corpora=CORPORA, packages=PEERS)
    records.save({**record, "results": results}, options.output)
    return 0


def over(name: str, work: Callable[[Any], object], items: Sequence[Any]) -> Contender:
    """One call per item, every result dropped before the next; sized in UTF-8 bytes."""

    def prepare() -> list[Any]:
        # New strings: one that was used before may carry a cached copy of itself.
        return [item.encode().decode() if isinstance(item, str) else list(item) for item in items]

    def every(made: list[Any]) -> None:
        for item in made:
            work(item)

    return Contender(name, prepare, every, sum(len("".join(item).encode()) for item in items))


def jieba_posseg() -> Callable[[str], object]:
    """``jieba.posseg.lcut`` with its dictionary loaded."""
    jieba: Any = importlib.import_module("jieba")
    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    cut: Callable[[str], object] = importlib.import_module("jieba.posseg").lcut
    return cut


def rjieba_tag() -> Callable[[str], object]:
    """``rjieba.Jieba().tag`` with its dictionary loaded."""
    tag: Callable[[str], object] = importlib.import_module("rjieba").Jieba().tag
    tag("好")
    return tag


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.pos_speed", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=9, help="rounds over all contenders; default: 9")
    parser.add_argument("--stride", type=int, default=1, help="of the lines, every how many-th; default: 1")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu", help="default: cpu")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "pos_speed.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
