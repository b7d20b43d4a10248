"""What does a gazetteer of a million names cost? Writes ``benchmarks/results/gazetteer.json``.

One name in twenty is a word of the SIGHAN training lists, the others are pairs of words, so that many begin like
the text and some are found in every sentence. cnlp's gazetteer is compared with the plain loop over
pyahocorasick: the lines of the file into ``add_word``, ``make_automaton``, then ``list(automaton.iter(text))``.

Load: processor time from the file to what can scan, and for cnlp from a saved gazetteer, too; each in a process of
its own, in turn. Memory: what the resident set grows by, and its peak, in the same processes. Scan: the SIGHAN test
inputs line by line, on one core, in turn in one process; by cnlp names anywhere, and names that begin and end where
words do. What ``matches`` and ``iter`` find anywhere is compared first.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ahocorasick

from benchmarks import record as records
from benchmarks.measure.memory import PEAK
from benchmarks.timing import Contender, call_with_each, pin, ratios, spread, time_rounds
from cnlp.corpus import registry
from cnlp.ner.gazetteer import Gazetteer
from cnlp.text.normalise import normalise

SETS = ("pku-test", "msr-test")
LABELS = ("PER", "LOC", "ORG")
CNLP, SAVED, PLAIN = "cnlp", "cnlp, saved", "pyahocorasick"
_PLAIN_LOOP = """
automaton = ahocorasick.Automaton()
with open(path, encoding="utf-8") as lines:
    for line in lines:
        text, label = line.rstrip("\\n").split("\\t")
        automaton.add_word(text, (len(text), label))
automaton.make_automaton()
"""
LOADERS = {
    CNLP: ("from cnlp.ner.gazetteer import Gazetteer", "gazetteer = Gazetteer(path)"),
    SAVED: ("from cnlp.ner.gazetteer import Gazetteer", "gazetteer = Gazetteer.load(path + '.safetensors')"),
    PLAIN: ("import ahocorasick", _PLAIN_LOOP),
}
_CHILD = """
import json, sys, time
{imports}
def resident():
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[1]) * 4096
path = sys.argv[1]
before, start = resident(), time.process_time()
{load}
print(json.dumps([time.process_time() - start, resident() - before, before]))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    pin()
    names = make_names(options.names, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "names.tsv"
        path.write_text("".join(f"{name}\t{label}\n" for name, label in names), encoding="utf-8")
        saved = f"{path}.safetensors"
        Gazetteer(path).save(saved)
        loaded = load_costs(path, len(names), options.rounds)
        scanned = scan_speed(Gazetteer.load(saved), Gazetteer.load(saved, boundaries="any"), names, options.rounds)
    results: dict[str, Any] = {"names": len(names), "load": loaded, "scan": scanned}
    for name, cost in loaded.items():
        print(f"{name:14} {cost['seconds']['median']:6.2f} s {cost['bytes_per_name']['median']:6.0f} bytes a name")
    for name, rate in results["scan"]["mb_per_s"].items():
        print(f"{name:24} {rate['median']:6.1f} MB/s")
    record = records.new_record("gazetteer", given, packages=("pyahocorasick",), corpora=SETS, seed=options.seed)
    records.save({**record, "results": results}, options.output)
    return 0


def make_names(count: int, seed: int) -> list[tuple[str, str]]:
    """Different names, folded, and their labels."""
    chance = random.Random(seed)
    words = sorted({normalise(word) for name in SETS for word in registry.load_vocabulary(name) or ()})
    words = [word for word in words if len(word) > 1]
    chance.shuffle(words)
    names = dict.fromkeys(words[: max(1, count // 20)])
    while len(names) < count:
        names["".join(chance.choices(words, k=2))] = None
    return [(name, chance.choice(LABELS)) for name in names]


def load_costs(path: Path, names: int, rounds: int, loaders: Mapping[str, tuple[str, str]] = LOADERS) -> dict[str, Any]:
    """Seconds, megabytes and bytes per name of each way to load, one process each, in turn."""
    costs: dict[str, list[tuple[float, int, int]]] = {name: [] for name in loaders}
    for _ in range(rounds):
        for name, (imports, load) in loaders.items():
            program = _CHILD.format(imports=imports, load=load) + PEAK
            done = subprocess.run(
                [sys.executable, "-c", program, str(path)], capture_output=True, check=True, cwd=records.ROOT
            )
            first, peak = done.stdout.split(b"\n")[:2]
            seconds, grown, before = json.loads(first)
            costs[name].append((seconds, grown, int(peak) - before))
    return {
        name: {
            "seconds": spread([seconds for seconds, _, _ in runs], 3),
            "megabytes": spread([grown / 1e6 for _, grown, _ in runs], 1),
            "peak_megabytes": spread([peak / 1e6 for _, _, peak in runs], 1),
            "bytes_per_name": spread([grown / names for _, grown, _ in runs], 1),
        }
        for name, runs in costs.items()
    }


def scan_speed(words: Gazetteer, anywhere: Gazetteer, names: Sequence[tuple[str, str]], rounds: int) -> dict[str, Any]:
    """Megabytes of UTF-8 a second, and how many matches there are."""
    automaton = ahocorasick.Automaton()
    for name, label in names:
        automaton.add_word(name, (len(name), label))
    automaton.make_automaton()
    lines = [normalise("".join(words)) for corpus in SETS for words in registry.load_corpus(corpus)]
    found = sum(len(anywhere.matches(line)) for line in lines)
    plain = sum(_outside_runs(line, list(automaton.iter(line))) for line in lines)
    if found != plain:
        raise SystemExit(f"cnlp finds {found} matches, pyahocorasick {plain}")
    text = "\n".join(lines)
    size = len(text.encode("utf-8"))
    contenders = [
        Contender("cnlp, words", text.splitlines, lambda lines: call_with_each(words.matches, lines), size),
        Contender("cnlp, any", text.splitlines, lambda lines: call_with_each(anywhere.matches, lines), size),
        Contender("cnlp, words, entities", text.splitlines, lambda lines: call_with_each(words.entities, lines), size),
        Contender(
            "pyahocorasick",
            text.splitlines,
            lambda lines: call_with_each(lambda s: list(automaton.iter(s)), lines),
            size,
        ),
    ]
    rates = time_rounds(contenders, rounds)
    return {
        "characters": len(text),
        "matches": found,
        "matches_at_words": sum(len(words.matches(line)) for line in lines),
        "mb_per_s": {name: spread([rate / 1e6 for rate in values], 2) for name, values in rates.items()},
        "ratio_to": ratios(rates, ["pyahocorasick"]),
    }


def _outside_runs(line: str, matches: Sequence[tuple[int, tuple[int, str]]]) -> int:
    """How many matches neither begin nor end inside a run of letters or digits, which cnlp leaves out."""
    from cnlp.lexicon.runs import is_inside_run

    return sum(
        not (is_inside_run(line, last + 1 - length) or is_inside_run(line, last + 1)) for last, (length, _) in matches
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.gazetteer", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--names", type=int, default=1_000_000, help="default: 1,000,000")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "gazetteer.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
