"""Does a call of the kernel leak memory? Writes ``benchmarks/results/leaks.json``.

Every entry of the C kernel that a program meets is called over and over on a few short texts, those that refuse what
they are given among them. The resident set of the process is read before and after; the first tenth of the calls is not
counted, because buffers, caches and the allocator's arenas grow to their size in it. An object of 32 bytes left behind
by each call of an entry would show as 10 MB in 300,000 calls.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import sys
import time
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # benchmarks is not installed

import cnlp
from benchmarks import record as records
from benchmarks.measure.memory import resident_bytes
from cnlp._kernel import kernel
from cnlp.lexicon.trie import Trie
from cnlp.ner.entities import recognizer_for

TEXTS = ["王小明在北京大学读书，2024年3月去了上海。", "", "a b\u3000c", "\ud800😀\0研究生命的起源", "南京市长江" * 5]
WARM = 10  # a tenth

Call = Callable[[], object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    record = records.new_record("leaks", words)
    entries = all_entries()
    each = options.calls // len(entries)
    started, before = time.perf_counter(), resident_bytes()
    growth = {}
    for name, call in entries.items():
        growth[name] = growth_of(call, each)
        print(f"{name:24} {each:9,} calls {growth[name] / 1024:9.0f} KB", flush=True)
    results = {
        "calls": each * len(entries),
        "seconds": round(time.perf_counter() - started, 1),
        "resident_mb": {"before": round(before / 1e6, 1), "after": round(resident_bytes() / 1e6, 1)},
        "growth_kb": {name: round(value / 1024) for name, value in growth.items()},
        "most_bytes_a_call": round(max(growth.values()) / (each - each // WARM), 3),
    }
    records.save({**record, "results": results}, options.output)
    print(f"{results['calls']:,} calls: {results['resident_mb']}, at most {results['most_bytes_a_call']} bytes a call")
    return 0


def growth_of(call: Call, calls: int) -> int:
    """Growth of the process in bytes in the calls after the first tenth."""
    for _ in range(calls // WARM):
        call()
    gc.collect()
    before = resident_bytes()
    for _ in range(calls - calls // WARM):
        call()
    gc.collect()
    return resident_bytes() - before


def all_entries() -> dict[str, Call]:
    """What is called, by name."""
    some = partial(next, cycle(TEXTS))
    words = cnlp.segment(TEXTS[0])
    data, damaged = TEXTS[0].encode(), TEXTS[0].encode()[:-1]
    mine = cnlp.Lexicon(["京大", cnlp.Entry("明在", mode="force"), cnlp.Entry("市长", mode="block")])
    default, own, bigram = cnlp.Segmenter(), cnlp.Segmenter(mine), cnlp.Segmenter(algorithm="bigram")
    recognizer, trie = recognizer_for(), Trie.build(["北京", "北京大学", "长江"])
    ends = array("I", [1, 3, 4]).tobytes()
    weights = array("d", [1.0, 2.0]).tobytes()
    lefts, rights = array("I", [0, 1]).tobytes(), array("I", [1, 2]).tobytes()
    entries: dict[str, Call] = {
        f"segment {algorithm}": _on(cnlp.Segmenter(algorithm=algorithm).segment, some)
        for algorithm in ("forward", "bidirectional", "unigram", "bigram", "perceptron", "crf", "hmm")
    }
    entries |= {
        "segment, own words": _on(own.segment, some),
        "segment, new words": _on(cnlp.Segmenter(algorithm="bigram", unknown="hmm").segment, some),
        "segment_bytes": lambda: default.segment_bytes(data),
        "segment_bytes refused": _refused(lambda: default.segment_bytes(damaged)),
        "segment_many": lambda: default.segment_many(TEXTS),
        "segment refused": _refused(lambda: default.segment(None)),  # type: ignore[arg-type]
        "segment_many refused": _refused(lambda: default.segment_many(["好", None])),  # type: ignore[list-item]
        "tokenize": _on(own.tokenize, some),
        "search": _on(cnlp.Segmenter(mode="search").segment, some),
        "n_best": lambda: bigram.n_best("南京市长", 2),
        "confidence": lambda: default.confidence("南京市长"),
        "tag": _on(default.tag, some),
        "tag_many": lambda: default.tag_many(TEXTS),
        "tag_words": lambda: cnlp.tag_words(words),
        "entities": _on(recognizer.entities, some),
        "entities, several": lambda: recognizer.predict(TEXTS),
        "keywords": _on(cnlp.keywords, some),
        "keywords textrank": lambda: cnlp.keywords(TEXTS[0], method="textrank"),
        "trie": lambda: (trie.matches(TEXTS[0]), trie.get("北京")),
        "overlay": lambda: mine.overlay(["新词"]),
        "cut_at": lambda: kernel.cut_at("北京大学", ends),
        "count_text": lambda: kernel.count_text(data),
        "pagerank": lambda: kernel.pagerank(3, lefts, rights, weights, 0.85, 1e-6, 20),
    }
    return entries


def _on(function: Callable[[str], Any], some: Callable[[], str]) -> Call:
    return lambda: function(some())


def _refused(call: Call) -> Call:
    def refused() -> None:
        with contextlib.suppress(TypeError, ValueError):
            call()
            raise AssertionError("this is to be refused")

    return refused


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/long/leaks.py", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--calls", type=int, default=10_000_000, help="in all; default: 10,000,000")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "leaks.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
