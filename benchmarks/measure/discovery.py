"""How good are the new words? Writes ``benchmarks/results/discovery.json``.

Held out: of the words (2 to 4 Han characters, 5 times or more) of PFR January and February 1998 half, drawn by
seed, are left out of the list of known words. Each finder reads the month as raw text; known words are taken out of
what it finds, and the rest is compared with the half. January is where cnlp's defaults were chosen.

Novels: the finders read the four classic novels as one text; the best 200 words are looked up in jieba's dictionary
and in the word lists of the corpora. Names that are in no list count as errors, so the lists are printed, too.

Use: words found in the raw text of ZhuXian and of the medical forum (train and dev together, boundaries removed) that
the shipped lexicon does not have, the best 50 of them, become a lexicon for the segmenter; F1 on dev without and with
it.

The peers have a separate environment, whose interpreter ``--peer-python`` names; without it they are left out.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cnlp
from benchmarks import record as records
from benchmarks.measure.discovery_speed import peer_versions, run
from benchmarks.peers import finders
from cnlp.corpus import registry
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.evaluation.segmentation import evaluate_segmentation
from cnlp.names import Algorithm, DiscoveryMethod
from cnlp.text.characters import HAN, char_class

MONTHS = ("pfr-199801", "pfr-199802")
NOVELS = ("三国演义", "水浒传", "红楼梦", "西游记")
DOMAINS = ("zhuxian", "medical")
METHODS: tuple[DiscoveryMethod, ...] = ("entropy", "minimum_entropy")
ALGORITHMS: tuple[Algorithm, ...] = ("unigram", "bigram", "perceptron")
DEPTHS = (100, 500, 2000)
NOVEL_DEPTH = 200
USED = 50
MIN_COUNT = 5
SEED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    names = [name for name in finders.FINDERS if name.startswith("cnlp") or options.peer_python]
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        find = Finders(names, Path(folder), options.peer_python)
        results["held_out"] = {month: held_out(month, find) for month in MONTHS}
        results["novels"] = novels(find)
    results["use"] = {domain: use(domain) for domain in DOMAINS}
    corpora = [*MONTHS, *(f"{domain}-{part}" for domain in DOMAINS for part in ("train", "dev"))]
    record = records.new_record("discovery", given, corpora=corpora, packages=("jieba",), seed=SEED)
    record["versions"] |= peer_versions(options.peer_python)
    for path in novel_paths():
        record["data"][f"raw/novels/{path.name}"] = file_sha256(path)
    records.save({**record, "results": results}, options.output)
    return 0


class Finders:
    """Runs finders by name, each in a separate process."""

    def __init__(self, names: Sequence[str], folder: Path, peer_python: str | None) -> None:
        self.names = names
        self.folder = folder
        self.peer_python = peer_python

    def words(self, name: str, text: str) -> list[str]:
        """Words of 2 to 4 Han characters, best first; what else a peer finds is not held against it."""
        source, target = self.folder / "text.txt", self.folder / "words.txt"
        source.write_text(text, encoding="utf-8")
        run(name, source, target, sys.executable if name.startswith("cnlp") else str(self.peer_python))
        found = target.read_text(encoding="utf-8").split("\n")
        return [word for word in found if is_han(word) and 2 <= len(word) <= 4]


def is_han(word: str) -> bool:
    """Is the word made of Han characters only?

    >>> is_han("葡萄"), is_han("卡拉OK")
    (True, False)
    """
    return all(char_class(char) == HAN for char in word)


def held_out(month: str, find: Finders) -> dict[str, Any]:
    """Precision and recall of every finder at every depth."""
    if month.endswith("01"):
        sentences = [list(sentence.words) for sentence in registry.load_tagged(month)]
    else:
        sentences = list(registry.load_corpus(month))
    counts = Counter(word for words in sentences for word in words if is_han(word))
    known, hidden = split_words(counts, SEED)
    text = "\n".join(map("".join, sentences))
    results: dict[str, Any] = {}
    for name in find.names:
        found = [word for word in find.words(name, text) if word not in known]
        results[name] = {"found": len(found), **scores(found, hidden, DEPTHS)}
        print(f"{month} {name:22}", *(f"{results[name][str(k)]['precision']:.3f}" for k in DEPTHS), flush=True)
    return {"held_out": len(hidden), "finders": results}


def split_words(counts: Counter[str], seed: int) -> tuple[set[str], set[str]]:
    """Known words and, of those that occur often enough, the held-out half.

    >>> known, hidden = split_words(Counter({"葡萄": 9, "狐狸": 9, "骆驼": 1}), 1)
    >>> len(hidden), "骆驼" in known, known | hidden == {"葡萄", "狐狸", "骆驼"}
    (1, True, True)
    """
    often = sorted(word for word, count in counts.items() if count >= MIN_COUNT and 2 <= len(word) <= 4)
    random.Random(seed).shuffle(often)
    hidden = set(often[: len(often) // 2])
    return set(counts) - hidden, hidden


def scores(found: Sequence[str], right: set[str], depths: Iterable[int]) -> dict[str, dict[str, float]]:
    """Precision and recall of the first words; a list that is too short lacks the rest.

    >>> scores(["a", "b", "c"], {"a", "d"}, [2])
    {'2': {'precision': 0.5, 'recall': 0.5}}
    """
    results = {}
    for depth in depths:
        hits = sum(word in right for word in found[:depth])
        results[str(depth)] = {"precision": hits / depth, "recall": hits / len(right)}
    return results


def novel_paths() -> list[Path]:
    """The files of the four novels."""
    return [data_folder() / "raw" / "novels" / f"{name}.txt" for name in NOVELS]


def novels(find: Finders) -> dict[str, Any]:
    """The best words of every finder, which of them a list has, and which are names of persons or places."""
    text = "\n".join(path.read_text(encoding="utf-8-sig") for path in novel_paths())
    listed, names = word_lists()
    results = {}
    for name in find.names:
        words = find.words(name, text)[:NOVEL_DEPTH]
        results[name] = {
            "precision": sum(word in listed for word in words) / NOVEL_DEPTH,
            "names": sum(word in names for word in words),
            "words": words,
            "unlisted": [word for word in words if word not in listed],
        }
        print(f"novels {name:22} {results[name]['precision']:.3f}", flush=True)
    return results


def word_lists() -> tuple[set[str], set[str]]:
    """All words of the lists, and those that are names of persons and places."""
    import jieba

    names: set[str] = set()
    listed: set[str] = set()
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, _, tag = line.decode("utf-8").split()
            listed.add(word)
            if tag in ("nr", "ns", "nrt", "nrfg"):
                names.add(word)
    for path in sorted((data_folder() / "lexicon" / "thuocl").glob("THUOCL_*.txt")):
        words = {line.split("\t")[0].strip() for line in path.read_text(encoding="utf-8-sig").splitlines()}
        listed |= words
        if path.stem in ("THUOCL_diming", "THUOCL_lishimingren"):
            names |= words
    for line in (data_folder() / "lexicon" / "cilin.txt").read_text(encoding="gb18030").splitlines():
        listed.update(line.split()[1:])
    return listed, names


def use(domain: str) -> dict[str, Any]:
    """F1 on the domain's dev part without and with the words found in its raw text."""
    train, dev = (list(registry.load_corpus(f"{domain}-{part}")) for part in ("train", "dev"))
    raw = ["".join(words) for words in train + dev]
    results: dict[str, Any] = {"characters": sum(map(len, raw))}
    for method in METHODS:
        found = cnlp.discover_words(raw, method=method, exclude=cnlp.load(), top_k=USED)
        lexicon = cnlp.Lexicon([word.text for word in found])
        results[method] = {"words": [word.text for word in found]}
        for algorithm in ALGORITHMS:
            segmenters = cnlp.Segmenter(algorithm=algorithm), cnlp.Segmenter(lexicon, algorithm=algorithm)
            before, after = (
                evaluate_segmentation(dev, [segmenter.segment("".join(words)) for words in dev]).f1
                for segmenter in segmenters
            )
            results[method][algorithm] = {"without": before, "with": after}
            print(f"{domain} {method} {algorithm}: {before:.4f} -> {after:.4f}", flush=True)
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.discovery", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--peer-python", metavar="PATH", help="an interpreter with jiagu and harvesttext")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "discovery.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
