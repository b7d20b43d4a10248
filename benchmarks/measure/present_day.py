"""How accurate is each toolkit on the Chinese of today? Writes ``benchmarks/results/present-day.json``.

Every system gets each sentence of the corpus ``present-day-dev`` as it was written. White space is not scored: it is
taken out of the words found, as it is out of the gold words. New words are those that came up after 2005; their recall
counts occurrences, as OOV recall does. A sentence of which a system changes other characters cannot be scored; such
sentences are left out and counted. cnlp follows its standard ``general``, that of the gold words.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.peers import comparison
from benchmarks.peers.systems import cnlp_algorithms, load_cnlp
from benchmarks.peers.worker import SYSTEMS as COMPARED
from cnlp import errors
from cnlp.corpus import AnnotatedSentence, data_folder, load_annotated
from cnlp.corpus.registry import find_corpus
from cnlp.evaluation import SegmentationScorer
from cnlp.segmentation.algorithms import DEFAULT_ALGORITHM

SENTENCES, NEW_WORDS = "present-day-dev", "present-day-new-words"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if a system failed."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    known = all_systems()
    options = _parser().parse_args(given)
    systems = options.systems or known
    unknown = [name for name in systems if name not in known]
    if unknown:
        raise errors.unknown_choice("system", unknown[0], known)
    gold, new = list(load_annotated(SENTENCES)), new_words()

    def measure_one(system: str) -> dict[str, Any]:
        cell = scores(gold, cut(system, gold), new)
        print(f"{system:20} F1 {cell['f1']:.4f}, new words {cell['new_recall']:.4f}", flush=True)
        return cell

    cells = comparison.each(systems, measure_one)
    record = comparison.new_record("present_day", given, systems, corpora=[SENTENCES, NEW_WORDS])
    records.save({**record, "results": {**size(gold, new), "systems": cells}}, options.output)
    return int(any("failed" in cell for cell in cells.values()))


def all_systems() -> list[str]:
    """cnlp by its default and by each other algorithm, then every peer."""
    others = [f"cnlp {name}" for name in cnlp_algorithms() if name != DEFAULT_ALGORITHM]
    return ["cnlp", *others, *(name for name in COMPARED if comparison.peer_of(name))]


def new_words() -> set[str]:
    """The first column of the list of new words."""
    with open(data_folder() / find_corpus(NEW_WORDS).path, encoding="utf-8", newline="") as lines:
        return {row["word"] for row in csv.DictReader(lines, delimiter="\t")}


def cut(system: str, gold: Iterable[AnnotatedSentence]) -> list[list[str]]:
    """The words that a system finds, without white space.

    Raises:
        benchmarks.peers.environments.PeerError: a peer cannot be installed, started or used.
    """
    texts = [sentence.text for sentence in gold]
    if comparison.peer_of(system) is None:
        found = [*map(load_cnlp(system.removeprefix("cnlp").strip() or None), texts)]
    else:
        with comparison.worker(system) as one:
            found = one.ask(do="cut", texts=texts)["words"]
    return [visible(words) for words in found]


def visible(words: Iterable[str]) -> list[str]:
    """Words without white space in them, and none that consists of it.

    >>> visible(["7000 万", " ", "元"])
    ['7000万', '元']
    """
    return list(filter(None, ("".join(word.split()) for word in words)))


def scores(gold: Sequence[AnnotatedSentence], found: Sequence[Sequence[str]], new: set[str]) -> dict[str, Any]:
    """Figures over all sentences, F1 of each domain, and how many sentences came back changed."""
    known = {word for sentence in gold for word in sentence.words} - new
    total = SegmentationScorer(known, name=SENTENCES)
    domains = {sentence.domain: SegmentationScorer(name=SENTENCES) for sentence in gold}
    changed = 0
    for sentence, words in zip(gold, found, strict=True):
        if "".join(words) != "".join(sentence.words):
            changed += 1
            continue
        total.add(sentence.words, words)
        domains[sentence.domain].add(sentence.words, words)
    score = total.score()
    return {
        "precision": round(score.precision, 5),
        "recall": round(score.recall, 5),
        "f1": round(score.f1, 5),
        "new_recall": round(score.oov_recall or 0.0, 5),
        "changed": changed,
        "domains": {name: round(scorer.score().f1, 5) for name, scorer in sorted(domains.items())},
    }


def size(gold: Sequence[AnnotatedSentence], new: set[str]) -> dict[str, Any]:
    """How much there is to find, and how many words are in each domain."""
    words = [(sentence.domain, word) for sentence in gold for word in sentence.words]
    return {
        "sentences": len(gold),
        "words": len(words),
        "new_words": sum(word in new for _, word in words),
        "domains": dict(sorted(Counter(domain for domain, _ in words).items())),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.present_day", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--systems", nargs="+", help="names such as 'cnlp bigram' or jieba; default: all")
    parser.add_argument(
        "--output", type=Path, default=records.RESULTS / "present-day.json", help="the JSON file to write"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
