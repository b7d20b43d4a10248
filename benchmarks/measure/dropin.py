"""Does cnlp.jieba give what jieba gives, and how much sooner? Writes ``benchmarks/results/dropin.json``.

Both segment every line of the four SIGHAN tests and of the raw texts, in every mode; the lines on which they differ are
counted. Keywords are compared on documents of 3,000 characters, up to the last digit of the weights that differ. Times
are processor seconds of the same passes, taken in turn, whose lists are dropped line by line.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.timing import pin
from cnlp.corpus import registry

SETS = ("pku-test", "msr-test", "as-test", "cityu-test")
DOCUMENT = 3000  # characters
CHUNK = 200  # lines that one segments before the other


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    pin()
    raw = list(raw_lines(options.megabytes))
    tests = ["".join(sentence) for name in SETS for sentence in registry.load_corpus(name)]
    corpora = {"SIGHAN tests": tests, f"{options.megabytes} MB of raw text": raw}
    results: dict[str, Any] = {"lines": {}, "keywords": {}}
    for mode, (theirs, ours) in modes().items():
        limit = options.tagged_lines if mode.startswith("posseg") else None
        for name, lines in corpora.items():
            cell = compare(lines[:limit], theirs, ours)
            results["lines"].setdefault(mode, {})[name] = cell
            print(f"{mode:22} {name:20} {cell}", flush=True)
    text = "\n".join(raw)
    documents = [text[at : at + DOCUMENT] for at in range(0, DOCUMENT * options.documents, DOCUMENT)]
    for method, (theirs, ours) in methods().items():
        results["keywords"][method] = compare_weights(documents, theirs, ours)
        print(f"{method:22} {results['keywords'][method]}", flush=True)
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


def modes() -> dict[str, tuple[Callable[[str], Any], Callable[[str], Any]]]:
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

    def both(get: Callable[[Any], Callable[[str], Any]]) -> tuple[Callable[[str], Any], Callable[[str], Any]]:
        return get(jieba), get(cnlp.jieba)

    return {
        "lcut": both(lambda module: module.lcut),
        "lcut, HMM=False": both(lambda module: lambda text: module.lcut(text, HMM=False)),
        "lcut, cut_all=True": both(lambda module: lambda text: module.lcut(text, cut_all=True)),
        "lcut_for_search": both(lambda module: module.lcut_for_search),
        "posseg.lcut": both(lambda module: lambda text: [(w.word, w.flag) for w in module.posseg.lcut(text)]),
        "posseg.lcut, HMM=False": both(
            lambda module: lambda text: [(w.word, w.flag) for w in module.posseg.lcut(text, HMM=False)]
        ),
    }


def methods() -> dict[str, tuple[Callable[[str], Any], Callable[[str], Any]]]:
    """The keyword methods by name: jieba's and cnlp's."""
    import jieba.analyse

    import cnlp.jieba.analyse

    def both(name: str) -> tuple[Callable[[str], Any], Callable[[str], Any]]:
        theirs, ours = getattr(jieba.analyse, name), getattr(cnlp.jieba.analyse, name)
        return (lambda text: theirs(text, None, True)), (lambda text: ours(text, None, True))

    return {name: both(name) for name in ("extract_tags", "textrank")}


def compare(lines: Sequence[str], theirs: Callable[[str], Any], ours: Callable[[str], Any]) -> dict[str, Any]:
    """The lines that differ, and how many times as fast ours is."""
    seconds = [0.0, 0.0]
    different = 0
    for at in range(0, len(lines), CHUNK):
        results = []
        for i, function in enumerate((theirs, ours)):
            start = time.process_time()
            results.append([function(line) for line in lines[at : at + CHUNK]])
            seconds[i] += time.process_time() - start
        different += sum(one != other for one, other in zip(*results, strict=True))
    return {"lines": len(lines), "different": different, "times_as_fast": round(seconds[0] / seconds[1], 2)}


def compare_weights(
    documents: Sequence[str], theirs: Callable[[str], Any], ours: Callable[[str], Any]
) -> dict[str, Any]:
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
    parser.add_argument("--megabytes", type=int, default=20, help="of raw text; default: 20")
    parser.add_argument("--documents", type=int, default=200, help="for keywords; default: 200")
    parser.add_argument("--tagged-lines", type=int, default=20_000, help="of each corpus, for posseg; default: 20,000")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "dropin.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
