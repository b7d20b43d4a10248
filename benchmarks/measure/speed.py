"""How fast is each segmenter in one process on one core? Writes ``benchmarks/results/speed.json``.

**Lines.** The four SIGHAN 2005 tests without spaces (28.5 characters a line), repeated; one call per line,
the list dropped at once; megabytes (10^6 UTF-8 bytes) per second. ``floor`` makes the same kind of lists in C
from the right boundaries and nothing else: no method that returns ``list[str]`` can be faster.
``cnlp.segment`` is the function, ``cnlp NAME`` the method of a ``Segmenter`` that was made before, ``cnlp NAME, bytes``
the file mode, bytes to bytes in one call. jieba gets every eleventh line, of which its rate follows.

**Calls.** Each function as users write it, beside the bound method that does the same, line by line.

**Long lines.** Ten megabytes on one line, with and without punctuation, against the same characters on short
lines; nanoseconds per character, and the ratio long / short within each round. 1 means that time is linear.

How time is taken: see :mod:`benchmarks.timing`.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.peers.systems import PEERS, Segment, cnlp_segmenter, load_cnlp, load_jieba, load_rjieba
from benchmarks.timing import CLOCKS, Contender, pin, ratios, spread, time_rounds
from cnlp.corpus import load_corpus

CORPORA = ("pku-test", "msr-test", "as-test", "cityu-test")
CHOICES = ("unigram", "bigram", "perceptron", "perceptron pku")  # an algorithm, and a standard if it has one
# Each call as it is written, and the method that does the same; the names are those of `_made`.
CALLS = {
    "cnlp.segment(line)": "segmenter.segment(line)",
    'cnlp.segment(line, algorithm="unigram")': "unigram.segment(line)",
    'cnlp.segment(line, standard="pku")': "pku.segment(line)",
    "cnlp.segment(line, lexicon=lexicon)": "mine.segment(line)",
    "cnlp.tokenize(line)": "segmenter.tokenize(line)",
    'cnlp.tokenize(line, mode="search")': "search.tokenize(line)",
    "cnlp.tag(line)": "segmenter.tag(line)",
    'cnlp.tag(line, standard="pku")': "pku.tag(line)",
    "cnlp.entities(line)": "recognizer.entities(line)",
    'cnlp.entities(line, standard="msra")': "msra.entities(line)",
}
JIEBA_STRIDE = 11  # coprime to the number of lines: every pass over the corpus gives jieba other lines
BASES = ("jieba", "rjieba", "floor")
MEGABYTE = 1_000_000

Sentences = Sequence[Sequence[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    core = pin()
    record = records.new_record("speed", words, corpora=CORPORA, packages=PEERS)
    sentences = [sentence for name in CORPORA for sentence in load_corpus(name)]
    settings = {
        "clock": options.clock,
        "pinned_core": core,
        "rounds": options.rounds,
        "characters_per_line": round(sum(len(w) for s in sentences for w in s) / len(sentences), 2),
    }
    results = {
        "settings": settings,
        "lines": measure_lines(sentences, options),
        "calls": measure_calls(sentences, options),
        "long_lines": measure_long_lines(sentences, options),
    }
    records.save({**record, "results": results}, options.output)
    return 0


def measure_lines(sentences: Sentences, options: argparse.Namespace) -> dict[str, Any]:
    """Rates in MB/s and their ratios to jieba, rjieba and the floor."""
    contenders = line_contenders(sentences, int(options.megabytes * MEGABYTE))
    rates = time_rounds(contenders, options.rounds, CLOCKS[options.clock])
    sizes = {contender.name: contender.size for contender in contenders}
    for name, values in rates.items():
        rates[name] = [rate / MEGABYTE for rate in values]
        print(f"{name:24} {spread(rates[name])['median']:10.2f} MB/s", flush=True)
    return {
        "bytes": sizes,
        "mb_per_s": {name: {**spread(values), "rounds": _rounded(values)} for name, values in rates.items()},
        "ratio_to": ratios(rates, BASES),
    }


def line_contenders(sentences: Sentences, size: int) -> list[Contender]:
    """All contenders over about ``size`` bytes; the floor is left out where the C kernel is missing."""
    one_pass = "\n".join(map("".join, sentences)).encode() + b"\n"
    passes = max(1, round(size / len(one_pass)))
    data = one_pass * passes
    sample = b"".join(data.splitlines(keepends=True)[::JIEBA_STRIDE])
    segmenters = cnlp_segmenters(CHOICES)
    contenders = [by_line("cnlp.segment", load_cnlp(), data)]
    contenders += [by_line(f"cnlp {name}", one.segment, data) for name, one in segmenters.items()]
    contenders += [in_bytes(f"cnlp {name}, bytes", one.segment_bytes, data) for name, one in segmenters.items()]
    contenders += floor(sentences, passes)
    return [*contenders, by_line("rjieba", load_rjieba(), data), by_line("jieba", load_jieba(), sample)]


def cnlp_segmenters(choices: Iterable[str]) -> dict[str, Any]:
    """A segmenter for each algorithm, or algorithm and standard."""
    return {choice: cnlp_segmenter(*choice.split()) for choice in choices}


def by_line(name: str, segment: Segment, data: bytes) -> Contender:
    """One call per line of ``data``; every list is dropped before the next is made."""

    def work(lines: list[str]) -> None:
        for line in lines:
            segment(line)

    return Contender(name, lambda: data.decode().split("\n")[:-1], work, len(data) - data.count(b"\n"))


def in_bytes(name: str, segment_bytes: Callable[[bytes], bytes], data: bytes) -> Contender:
    """One call over all bytes."""

    def work(given: bytes) -> None:
        segment_bytes(given)

    return Contender(name, lambda: data, work, len(data) - data.count(b"\n"))


def floor(sentences: Sentences, passes: int) -> list[Contender]:
    """The list floor, or nothing where the C kernel is not built."""
    try:
        cut_at = importlib.import_module("cnlp._kernel.native").cut_at
    except (ImportError, AttributeError):
        print("floor                    left out: no cnlp._kernel.native.cut_at", flush=True)
        return []
    texts = ["".join(words) for words in sentences]
    ends = [packed_ends(words) for words in sentences]
    data = "\n".join(texts).encode()

    def prepare() -> list[tuple[str, bytes]]:
        lines = [data.decode().split("\n") for _ in range(passes)]
        return [pair for one in lines for pair in zip(one, ends, strict=True)]

    def work(pairs: list[tuple[str, bytes]]) -> None:
        for text, boundaries in pairs:
            cut_at(text, boundaries)

    return [Contender("floor", prepare, work, passes * sum(len(text.encode()) for text in texts))]


def packed_ends(words: Sequence[str]) -> bytes:
    """The ends of the words in characters, as native unsigned 32-bit integers.

    >>> array("I", packed_ends(["北京", "好"])).tolist()
    [2, 3]
    """
    return array("I", accumulate(map(len, words))).tobytes()


def measure_calls(sentences: Sentences, options: argparse.Namespace) -> dict[str, Any]:
    """MB/s of each function and of its method, and the ratio of the two within each round."""
    names = _made()
    results: dict[str, Any] = {}
    data = "\n".join(map("".join, sentences)).encode() + b"\n"
    for call, method in CALLS.items():
        pair = [as_written(name, code, names, data) for name, code in (("function", call), ("method", method))]
        rates = time_rounds(pair, options.rounds, CLOCKS[options.clock])
        results[call] = {
            "method": method,
            **{f"{name}_mb_per_s": spread([rate / MEGABYTE for rate in rates[name]]) for name in rates},
            "ratio": spread([one / other for one, other in zip(rates["function"], rates["method"], strict=True)]),
        }
        print(f"{call:45} {results[call]['ratio']['median']:.3f} of {method}", flush=True)
    return results


def _made() -> dict[str, Any]:
    """What the calls of ``CALLS`` speak of."""
    product: Any = importlib.import_module("cnlp")
    lexicon = product.Lexicon(["云原生", "大模型"])
    return {
        "cnlp": product,
        "lexicon": lexicon,
        "segmenter": product.Segmenter(),
        "unigram": product.Segmenter(algorithm="unigram"),
        "pku": product.Segmenter(standard="pku"),
        "mine": product.Segmenter(lexicon),
        "search": product.Segmenter(mode="search"),
        "recognizer": product.EntityRecognizer.load(),
        "msra": product.EntityRecognizer.load(standard="msra"),
    }


def as_written(name: str, call: str, names: dict[str, Any], data: bytes) -> Contender:
    """A loop over the lines with this very call in it."""
    loop: dict[str, Any] = dict(names)
    exec(f"def work(lines):\n    for line in lines:\n        {call}\n", loop)
    return Contender(name, lambda: data.decode().split("\n")[:-1], loop["work"], len(data) - data.count(b"\n"))


def measure_long_lines(sentences: Sentences, options: argparse.Namespace) -> dict[str, Any]:
    """Nanoseconds per character on short lines and on one long line, and the ratio of the two."""
    size = int(options.long_megabytes * MEGABYTE)
    if not size:
        return {}
    results: dict[str, Any] = {}
    for kind, lines in long_line_inputs(sentences, size).items():
        results[kind] = {
            name: compare_long(pair, sum(map(len, lines)), options.long_rounds, options.clock)
            for name, pair in long_line_pairs(lines).items()
        }
        for name, cell in results[kind].items():
            print(f"long line {kind:20} {name:16} x{cell['long_to_short']['median']:.3f}", flush=True)
    return results


def long_line_pairs(lines: list[str]) -> dict[str, list[Contender]]:
    """The same characters in short lines and on one long line: lists, bytes, and the floor of lists.

    The floor shows what of the difference is Python's: a list of millions of new strings outgrows every
    cache, a list per line does not.
    """
    short, long = "\n".join(lines).encode() + b"\n", "".join(lines).encode() + b"\n"
    pairs = {}
    for name, one in cnlp_segmenters(CHOICES).items():
        pairs[name] = [by_line(kind, one.segment, data) for kind, data in (("short", short), ("long", long))]
        pairs[f"{name}, bytes"] = [
            in_bytes(kind, one.segment_bytes, data) for kind, data in (("short", short), ("long", long))
        ]
    words = [cnlp_segmenter().segment(line) for line in lines]
    floors = floor(words, 1) + floor([list(chain.from_iterable(words))], 1)
    if floors:
        pairs["floor"] = [replace(floors[0], name="short"), replace(floors[1], name="long")]
    return pairs


def long_line_inputs(sentences: Sentences, size: int) -> dict[str, list[str]]:
    """About ``size`` bytes of short lines, with punctuation and without (letters and digits only)."""
    texts = ["".join(words) for words in sentences]
    bare = ["".join(filter(str.isalnum, text)) for text in texts]
    kinds = {"with punctuation": texts, "without punctuation": [text for text in bare if text]}
    return {kind: lines * max(1, round(size / len("".join(lines).encode()))) for kind, lines in kinds.items()}


def compare_long(pair: list[Contender], characters: int, rounds: int, clock: str) -> dict[str, Any]:
    """Time ``short`` and ``long`` in turn, per character."""
    contenders = [replace(one, size=characters) for one in pair]
    rates = time_rounds(contenders, rounds, CLOCKS[clock])
    return {
        "characters": characters,
        "short_ns_per_character": spread([1e9 / rate for rate in rates["short"]]),
        "long_ns_per_character": spread([1e9 / rate for rate in rates["long"]]),
        "long_to_short": spread([s / one for s, one in zip(rates["short"], rates["long"], strict=True)]),
    }


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in values]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.speed", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--megabytes", type=float, default=10.0, help="size of the lines' input; default: 10")
    parser.add_argument("--rounds", type=int, default=9, help="rounds over all contenders; default: 9")
    parser.add_argument("--long-megabytes", type=float, default=10.0, help="size of the long line; 0: none")
    parser.add_argument("--long-rounds", type=int, default=5, help="rounds of short and long; default: 5")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu", help="default: cpu")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "speed.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
