"""Do everyday words of the last fifteen years stay whole? Writes ``benchmarks/results/everyday-words.json``.

Every occurrence of a word's characters in raw text of today (reviews, excerpts and questions of Zhihu) is looked up in
the segmented line: it is a word; or it is divided, a word ends within it; or it is within a longer word. Not every
division is a fault: 京东 is none in 北京东站.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.peers.systems import load_cnlp, load_jieba
from cnlp.corpus import data_folder

WORDS = (
    *("公众号", "小程序", "网约车", "点赞", "微信号", "差评", "给力", "售后", "官网", "吐槽", "下单", "直播间"),
    *("外卖员", "充电宝", "性价比", "小明", "新冠", "淘宝", "天猫", "京东", "拼多多", "美团", "快手", "小红书"),
    *("区块链", "元宇宙"),
)
TEXTS = ("raw/reviews/*.csv", "raw/zhihu_*.txt")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    lines = list(lines_with(WORDS))
    results: dict[str, Any] = {}
    for system, segment in (("cnlp", load_cnlp(None)), ("jieba", load_jieba())):
        results[system] = count(segment, lines)
        total: Counter[str] = sum(map(Counter, results[system].values()), Counter())
        print(system, dict(total), f"{1 - total['whole'] / max(total.total(), 1):.4f} not whole", flush=True)
    record = records.new_record("everyday_words", given, packages=("jieba",))
    records.save({**record, "results": results}, options.output)
    return 0


def lines_with(words: Iterable[str]) -> Iterator[str]:
    """The lines of the texts that have one of the words."""
    any_word = re.compile("|".join(map(re.escape, words)))
    for pattern in TEXTS:
        for path in sorted(data_folder().glob(pattern)):
            with open(path, encoding="utf-8") as lines:
                yield from (line.rstrip("\n") for line in lines if any_word.search(line))


def count(segment: Callable[[str], list[str]], lines: Iterable[str]) -> dict[str, dict[str, int]]:
    """How often each word is whole, divided, or within a longer word.

    >>> count(lambda text: ["北京", "东站", "在", "京东", "方", "下单位"], ["北京东站在京东方下单位"])["京东"]
    {'whole': 1, 'divided': 1, 'within': 0}
    """
    counts = {word: {"whole": 0, "divided": 0, "within": 0} for word in WORDS}
    for line in lines:
        borders = {0, *accumulate(map(len, segment(line)))}
        for word, cell in counts.items():
            start = line.find(word)
            while start >= 0:
                end = start + len(word)
                inner = any(place in borders for place in range(start + 1, end))
                cell["divided" if inner else "whole" if {start, end} <= borders else "within"] += 1
                start = line.find(word, end)
    return counts


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.everyday_words", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--output", type=Path, default=records.RESULTS / "everyday-words.json", help="the JSON file to write"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
