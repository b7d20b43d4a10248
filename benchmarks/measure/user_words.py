"""What do a user's words do to the rest? Writes ``benchmarks/results/user-words.json``.

Each dev part is cut without a list and with lists that are made from its gold words:

    frequent   the 50 most frequent gold words
    pairs      all gold words of two characters
    unknown    all gold words of two and more Han characters that the shipped lexicon lacks
    wrong      1,000 strings of two to four characters that cross the ends of gold words
    nested     300 terms, each two gold words that follow each other often, and both of these words

Right words should help, or do no harm; ``recall`` is the share of the occurrences of listed words that come out, for
``nested`` that of the terms. Words are scored as in the SIGHAN bakeoffs (:mod:`cnlp.evaluation.segmentation`).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, TypeAlias

import cnlp
from benchmarks import record as records
from benchmarks.peers.comparison import Worker
from benchmarks.peers.environments import PeerError
from cnlp.corpus import registry
from cnlp.corpus.pfr import join_names
from cnlp.evaluation.segmentation import evaluate_segmentation
from recipes.segmenter import CNC_SHARE

Sentences: TypeAlias = list[list[str]]
Cut: TypeAlias = Callable[[list[str], list[str]], Sentences]  # texts and the user's words to words

CORPORA = ("pfr-199801", "cnc-dev", "medical-dev", "zhuxian-dev", "present-day-dev")
PEERS = ("jieba", "pkuseg")
FREQUENT, WRONG, NESTED = 50, 1000, 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    known = cnlp.load()
    results: dict[str, Any] = {}
    for part, sentences in parts():
        lists = word_lists(sentences, known.__contains__, options.seed)
        results[part] = {
            "words": sum(map(len, sentences)),
            "listed": {name: len(words) for name, (words, _) in lists.items()},
            "systems": {},
        }
        for system, cut in systems(options.peers):
            cells = results[part]["systems"][system] = measure(cut, sentences, lists)
            figures = " ".join(f"{name} {cell['f1']:.4f}/{cell['recall']:.3f}" for name, cell in cells.items())
            print(f"{part:12} {system:8} {figures}", flush=True)
    record = records.new_record("user_words", given, corpora=CORPORA, seed=options.seed)
    records.save({**record, "results": results}, options.output)
    return 0


def parts() -> Iterator[tuple[str, Sentences]]:
    """Name and gold sentences of each part; in PFR names of people are one word, as the default has them."""
    for name in CORPORA:
        if name == "pfr-199801":
            tagged = (s for s in registry.load_tagged(name) if (s.identifier or "")[6:8] >= "29")
            yield "pku-dev", [list(join_names(sentence).words) for sentence in tagged]
        elif name == "cnc-dev":
            sentences = [words for words in registry.load_corpus(name) if words]
            yield "cnc-rest", sentences[int(len(sentences) * CNC_SHARE) :]
        else:
            yield name, [words for words in registry.load_corpus(name) if words]


def systems(peers: Iterable[str]) -> Iterator[tuple[str, Cut]]:
    """cnlp, and each of the peers whose environment can be made."""
    yield "cnlp", _cut
    for name in peers:
        try:
            worker = Worker(name)
        except PeerError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        try:
            yield name, lambda texts, words, worker=worker: _ask(worker, texts, words)  # type: ignore[misc]
        finally:
            worker.close()


def _cut(texts: list[str], words: list[str]) -> Sentences:
    return cnlp.Segmenter(cnlp.Lexicon(words)).segment_many(texts)


def _ask(worker: Worker, texts: list[str], words: list[str]) -> Sentences:
    found: Sentences = worker.ask(do="cut", texts=texts, user=words)["words"]
    return found


def word_lists(
    sentences: Sentences, is_known: Callable[[str], bool], seed: int
) -> dict[str, tuple[list[str], list[str]]]:
    """By name: the words to list, and those of them that should come out."""
    counts = Counter(word for words in sentences for word in words)
    frequent = [word for word, _ in counts.most_common(FREQUENT)]
    pairs = sorted(word for word in counts if len(word) == 2)
    unknown = sorted(word for word in counts if len(word) > 1 and _is_han(word) and not is_known(word))
    terms = nested_terms(sentences, counts)
    nested = list(dict.fromkeys(word for pair in terms for word in ("".join(pair), *pair)))
    return {
        "none": ([], []),
        "frequent": (frequent, frequent),
        "pairs": (pairs, pairs),
        "unknown": (unknown, unknown),
        "wrong": (wrong_words(sentences, counts, is_known, seed), []),
        "nested": (nested, ["".join(pair) for pair in terms]),
    }


def nested_terms(sentences: Sentences, counts: Counter[str]) -> list[tuple[str, str]]:
    """The most frequent pairs of neighbouring words of Han characters; no word is in two of them."""
    pairs = Counter(pair for words in sentences for pair in pairwise(words) if all(map(_is_term_part, pair)))
    taken: set[str] = set()
    chosen = []
    for pair, _ in sorted(pairs.items(), key=lambda item: (-item[1], item[0])):
        if "".join(pair) not in counts and taken.isdisjoint(pair):
            taken.update(pair)
            chosen.append(pair)
    return chosen[:NESTED]


def wrong_words(sentences: Sentences, counts: Counter[str], is_known: Callable[[str], bool], seed: int) -> list[str]:
    """Strings of the text of two to four Han characters that begin in one word and end within another."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    for _ in range(100 * WRONG):
        words = chance.choice(sentences)
        text, ends = "".join(words), set(accumulate(map(len, words)))
        start = chance.randrange(len(text))
        end = start + chance.randint(2, 4)
        string = text[start:end]
        crosses = ends.intersection(range(start + 1, end)) and (start not in ends or end not in ends)
        if end <= len(text) and start and crosses and _is_han(string) and string not in counts and not is_known(string):
            found[string] = None
        if len(found) == WRONG:
            break
    return list(found)


def measure(cut: Cut, sentences: Sentences, lists: dict[str, tuple[list[str], list[str]]]) -> dict[str, Any]:
    """F1, and the recall of what should come out, for each list."""
    texts = ["".join(words) for words in sentences]
    cells = {}
    for name, (words, wanted) in lists.items():
        found = cut(texts, words)
        gold = sentences if name != "nested" else _with_terms(sentences, set(wanted))
        score = evaluate_segmentation(gold, found)
        cells[name] = {"f1": score.f1, "recall": recall(gold, found, set(wanted))}
    return cells


def recall(gold: Sentences, found: Sentences, wanted: set[str]) -> float:
    """The share of the occurrences of the wanted words that were found; 1 if there are none."""
    total = right = 0
    for expected, words in zip(gold, found, strict=True):
        spans = set(_spans(words))
        for span in _spans(expected):
            if span[2] in wanted:
                total += 1
                right += span in spans
    return right / total if total else 1.0


def _spans(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    start = 0
    for word in words:
        yield start, start + len(word), word
        start += len(word)


def _with_terms(sentences: Sentences, terms: set[str]) -> Sentences:
    """The sentences with two words that make up a term as one, from left to right."""
    joined = []
    for words in sentences:
        kept: list[str] = []
        is_open = False  # may the last word be joined?
        for word in words:
            if is_open and kept[-1] + word in terms:
                kept[-1] += word
                is_open = False
            else:
                kept.append(word)
                is_open = True
        joined.append(kept)
    return joined


def _is_term_part(word: str) -> bool:
    return len(word) > 1 and _is_han(word)


def _is_han(word: str) -> bool:
    return all("一" <= char <= "鿿" for char in word)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.user_words", description=__doc__)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), metavar="NAME", help="default: jieba pkuseg")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "user-words.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
