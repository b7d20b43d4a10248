"""Does cnlp.jieba give what jieba gives, and how much sooner? Writes ``benchmarks/results/dropin.json``.

Both segment every line of the four SIGHAN tests and of the raw texts by every call; the lines on which they differ are
counted. Keywords are compared on documents of 3,000 characters, up to the last digit of the weights that differ. Then
both are timed on a sample of the lines and documents, taken in turn for some rounds. jieba gets every eleventh of them,
of which its rate follows: else cnlp would be done before its tables are in the cache again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.timing import Contender, call_with_each, pin, ratios, time_rounds
from cnlp.corpus import registry

SETS = ("pku-test", "msr-test", "as-test", "cityu-test")
DOCUMENT = 3000  # characters
JIEBA_STRIDE = 11
TAGGING = 10  # calls that tag take so many times as long, and are timed on as much less text

Call = Callable[[str], Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    pin()
    raw = list(raw_lines(options.megabytes))
    tests = ["".join(sentence) for name in SETS for sentence in registry.load_corpus(name)]
    corpora = {"SIGHAN tests": tests, f"{options.megabytes} MB of raw text": raw}
    results: dict[str, Any] = {"lines": {}, "keywords": {}}
    for name, (theirs, ours) in calls().items():
        limit, share = (options.tagged_lines, TAGGING) if name.startswith("posseg") else (None, 1)
        for corpus, lines in corpora.items():
            cell = compare(lines[:limit], theirs, ours)
            cell |= race(sample(lines, options.characters * JIEBA_STRIDE // share), theirs, ours, options.rounds)
            results["lines"].setdefault(name, {})[corpus] = cell
            print(f"{name:24} {corpus:20} {cell}", flush=True)
    text = "\n".join(raw)
    documents = [text[at : at + DOCUMENT] for at in range(0, DOCUMENT * options.documents, DOCUMENT)]
    for name, (theirs, ours) in keyword_calls().items():
        cell = compare_weights(documents, theirs, ours)
        share = TAGGING if name == "textrank" else 1
        cell |= race(sample(documents, options.characters * JIEBA_STRIDE // share), theirs, ours, options.rounds)
        results["keywords"][name] = cell
        print(f"{name:24} {cell}", flush=True)
    record = records.new_record("dropin", given, packages=("jieba",), corpora=SETS)
    records.save({**record, "results": results}, options.output)
    return 0


def raw_lines(megabytes: int) -> Iterator[str]:
    """Lines of the raw texts, an equal share of each, so many bytes of UTF-8 in all."""
    paths = sorted(path for path in (registry.data_folder() / "raw").rglob("*.txt") if path.is_file())
    share = megabytes * 1_000_000 // len(paths)
    spare = 0  # what shorter files left
    for path in sorted(paths, key=lambda path: path.stat().st_size):
        with path.open("rb") as file:
            content = file.read(share + spare)
        spare += share - len(content)
        yield from content.decode("utf-8", "ignore").split("\n")


def sample(texts: Sequence[str], characters: int) -> Sequence[str]:
    """About so many characters from all of the texts."""
    return texts[:: max(1, sum(map(len, texts)) // characters)]


def calls() -> dict[str, tuple[Call, Call]]:
    """The pairs of functions that are compared, by name: jieba's and cnlp's."""
    import logging

    import jieba
    import jieba.posseg

    import cnlp.jieba
    import cnlp.jieba.posseg

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    cnlp.jieba.initialize()
    cnlp.jieba.posseg.initialize()

    def both(get: Callable[[Any], Call]) -> tuple[Call, Call]:
        return get(jieba), get(cnlp.jieba)

    return {
        "lcut": both(lambda module: module.lcut),
        "cut": both(lambda module: lambda text: list(module.cut(text))),
        "lcut, HMM=False": both(lambda module: lambda text: module.lcut(text, HMM=False)),
        "lcut, cut_all=True": both(lambda module: lambda text: module.lcut(text, cut_all=True)),
        "cut, cut_all=True": both(lambda module: lambda text: list(module.cut(text, cut_all=True))),
        "lcut_for_search": both(lambda module: module.lcut_for_search),
        "cut_for_search": both(lambda module: lambda text: list(module.cut_for_search(text))),
        "tokenize": both(lambda module: lambda text: list(module.tokenize(text))),
        "tokenize, mode='search'": both(lambda module: lambda text: list(module.tokenize(text, mode="search"))),
        "posseg.lcut": (
            lambda text: list(map(tuple, jieba.posseg.lcut(text))),
            lambda text: list(map(tuple, cnlp.jieba.posseg.lcut(text))),
        ),
        "posseg.lcut, HMM=False": (
            lambda text: list(map(tuple, jieba.posseg.lcut(text, HMM=False))),
            lambda text: list(map(tuple, cnlp.jieba.posseg.lcut(text, HMM=False))),
        ),
    }


def keyword_calls() -> dict[str, tuple[Call, Call]]:
    """Those for keywords: all with their weights."""
    import jieba.analyse

    import cnlp.jieba.analyse

    def both(name: str) -> tuple[Call, Call]:
        theirs, ours = getattr(jieba.analyse, name), getattr(cnlp.jieba.analyse, name)
        return (lambda text: theirs(text, None, True)), (lambda text: ours(text, None, True))

    return {name: both(name) for name in ("extract_tags", "textrank")}


def compare(lines: Sequence[str], theirs: Call, ours: Call) -> dict[str, Any]:
    """The lines that differ."""
    return {"lines": len(lines), "different": sum(theirs(line) != ours(line) for line in lines)}


def race(texts: Sequence[str], theirs: Call, ours: Call, rounds: int) -> dict[str, Any]:
    """How many times as fast ours is: the median of the rounds, and their spread."""
    contenders = [_contender("jieba", theirs, texts[::JIEBA_STRIDE]), _contender("cnlp", ours, texts)]
    found = ratios(time_rounds(contenders, rounds), ["jieba"])["jieba"]["cnlp"]
    return {"characters": contenders[0].size, "times_as_fast": found["median"], "rounds": found}


def _contender(name: str, call: Call, texts: Sequence[str]) -> Contender:
    def prepare() -> list[str]:
        return [text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass") for text in texts]

    return Contender(name, prepare, lambda given: call_with_each(call, given), sum(map(len, texts)))


def compare_weights(documents: Sequence[str], theirs: Call, ours: Call) -> dict[str, Any]:
    """Documents whose keywords differ in word or order, and the greatest difference of a weight."""
    different, greatest = 0, 0.0
    for document in documents:
        expected, found = theirs(document), ours(document)
        different += [word for word, _ in expected] != [word for word, _ in found]
        pairs = zip(expected, found, strict=False)
        greatest = max([greatest, *(abs(one - other) for (_, one), (_, other) in pairs)])
    return {"documents": len(documents), "different": different, "greatest_difference": greatest}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.dropin", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=10, help="of raw text; default: 10")
    parser.add_argument("--documents", type=int, default=200, help="for keywords; default: 200")
    parser.add_argument("--tagged-lines", type=int, default=5000, help="of each corpus, for posseg; default: 5,000")
    parser.add_argument("--characters", type=int, default=100_000, help="that jieba is timed on; default: 100,000")
    parser.add_argument("--rounds", type=int, default=9, help="of timing; default: 9")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "dropin.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
