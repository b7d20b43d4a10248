"""What does a matcher of a million strings cost? Writes ``benchmarks/results/matcher.json``.

The strings are those of :mod:`benchmarks.measure.gazetteer`: one in twenty is a word of the SIGHAN training lists, the
others are pairs of words. Beside cnlp: pyahocorasick by itself, without folding, and a dict that is asked for every
substring that is no longer than the longest string, as a program without an automaton does it.

Build: processor time from the file to what can search, each in a process of its own, in turn. Memory: what the resident
set grows by, and its peak, in the same processes. Search: the SIGHAN test inputs line by line, on one core, in turn in
one process. That all find the same matches is checked first. Change: adding one string and searching a line.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import ahocorasick

from benchmarks import record as records
from benchmarks.measure.gazetteer import SETS, load_costs, make_names
from benchmarks.timing import Contender, call_with_each, pin, ratios, spread, time_rounds
from cnlp.corpus import registry
from cnlp.lexicon.matcher import Matcher
from cnlp.text.normalise import normalise

CNLP, PLAIN, DICT = "cnlp", "pyahocorasick", "dict"
_PLAIN_LOOP = """
automaton = ahocorasick.Automaton()
with open(path, encoding="utf-8") as lines:
    for line in lines:
        string, value = line.rstrip("\\n").split("\\t")
        automaton.add_word(string, (len(string), value))
automaton.make_automaton()
"""
_DICT_LOOP = """
with open(path, encoding="utf-8") as lines:
    values = dict(line.rstrip("\\n").split("\\t") for line in lines)
"""
BUILDERS = {
    CNLP: ("from cnlp.lexicon.matcher import Matcher", "matcher = Matcher(path)\nmatcher.find('')"),
    PLAIN: ("import ahocorasick", _PLAIN_LOOP),
    DICT: ("", _DICT_LOOP),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    pin()
    names = make_names(options.strings, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "strings.tsv"
        path.write_text("".join(f"{name}\t{label}\n" for name, label in names), encoding="utf-8")
        built = load_costs(path, len(names), options.rounds, BUILDERS)
    results: dict[str, Any] = {
        "strings": len(names),
        "build": built,
        "search": search_speed(dict(names), options.rounds),
    }
    for name, cost in built.items():
        print(f"{name:14} {cost['seconds']['median']:6.2f} s {cost['bytes_per_name']['median']:6.0f} bytes a string")
    for name, rate in results["search"]["mb_per_s"].items():
        print(f"{name:24} {rate['median']:6.2f} MB/s")
    record = records.new_record("matcher", given, packages=("pyahocorasick",), corpora=SETS, seed=options.seed)
    records.save({**record, "results": results}, options.output)
    return 0


def search_speed(values: dict[str, str], rounds: int) -> dict[str, Any]:
    """Megabytes of UTF-8 a second, how many matches there are, and milliseconds to add one more string and search."""
    automaton = ahocorasick.Automaton()
    for string, value in values.items():
        automaton.add_word(string, (len(string), value))
    automaton.make_automaton()
    matcher = Matcher(values, partial=True)  # as the others, which know nothing of runs of letters
    lines = [normalise("".join(words)) for corpus in SETS for words in registry.load_corpus(corpus)]
    longest = max(map(len, values))
    searches: dict[str, Callable[[str], Any]] = {
        "cnlp, all": lambda line: matcher.find(line, "all"),
        "cnlp, longest": matcher.find,
        "cnlp, leftmost": lambda line: matcher.find(line, "leftmost"),
        "cnlp, replace": lambda line: matcher.replace(line, "*"),
        PLAIN: lambda line: list(automaton.iter(line)),
        DICT: lambda line: list(_substrings(values, longest, line)),
    }
    found = {name: sum(len(searches[name](line)) for line in lines) for name in ("cnlp, all", PLAIN, DICT)}
    if len(set(found.values())) > 1:
        raise SystemExit(f"they find different matches: {found}")
    text = "\n".join(lines)
    size = len(text.encode("utf-8"))
    contenders = [
        Contender(name, text.splitlines, partial(call_with_each, search), size) for name, search in searches.items()
    ]
    rates = time_rounds(contenders, rounds)
    return {
        "characters": len(text),
        "matches": found[PLAIN],
        "mb_per_s": {name: spread([rate / 1e6 for rate in values], 2) for name, values in rates.items()},
        "ratio_to": ratios(rates, [PLAIN]),
        "change_ms": spread([_change(matcher, f"新词{k}", line) * 1e3 for k, line in enumerate(lines[:100])], 3),
    }


def _change(matcher: Matcher, string: str, line: str) -> float:
    start = time.process_time()
    matcher.add(string)
    matcher.find(line)
    return time.process_time() - start


def _substrings(values: dict[str, str], longest: int, line: str) -> Iterator[tuple[int, int, str]]:
    size = len(line)
    for start in range(size):
        for end in range(start + 1, min(start + longest, size) + 1):
            value = values.get(line[start:end])
            if value is not None:
                yield start, end, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.matcher", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--strings", type=int, default=1_000_000, help="default: 1,000,000")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "matcher.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
