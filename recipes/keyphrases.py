"""Build the shipped table for keywords: ``python -m recipes.keyphrases --output keyphrases.safetensors``.

1. Document frequencies: ``cnlp idf`` over the raw texts (``CNLP_DATA``, folder raw), one paragraph a document; words
   of fewer than ``MIN_COUNT`` documents are left out.
2. Classes of words: the tags of dictionaries/core.tsv; of verbs, which that list has many nouns among, also how often
   the tagger has them as nouns in the raw texts (:func:`word_class`). Stop words: dictionaries/stopwords.txt.
3. Weights of :class:`cnlp.keyphrases.Combined`: logistic regression on CSL dev.

Needs scikit-learn. The scores in the model's card are of five folds, each fitted to the other four. One core, four
minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from cnlp import segment, tag_batch
from cnlp._kernel.layout import N_FEATURES
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.files.lines import read_lines
from cnlp.keyphrases import resources
from cnlp.keyphrases.classes import CLASSES, class_of, pack_classes
from cnlp.keyphrases.combined import Combined
from cnlp.keyphrases.document_frequency import DocumentFrequencies, StreamingCounter
from cnlp.lexicon.build import rows_of
from cnlp.lexicon.trie import Trie
from cnlp.model.format import write_model
from cnlp.model.registry import path_of
from cnlp.text._data import dictionary_path
from cnlp.text.characters import HAN, HANGUL, KANA, LATIN, LETTER, class_ranges

MIN_COUNT = 5
TAGGED = 3_000_000  # characters of each raw text that are tagged
VERB_COUNT = 50  # occurrences of a verb at least; rarer ones are terms, mostly
SHORT_COUNT = 1500  # of a verb of one character
NOUN_SHARE = 0.1  # as vn or n, from which on a verb is in the class of verbal nouns
CSL = "keyphrase/csl/csl_kg_dev.tsv"
NOUN, VERB, VERBAL_NOUN, MODIFIER, MORPHEME = map(CLASSES.index, ("n", "v", "vn", "b", "g"))
LETTERS = (LATIN, LETTER, HAN, KANA, HANGUL)
CARD = {
    "name": "keyphrases",
    "description": "document frequencies, classes and stop words for keywords; weights of keyphrase features",
    "training_data": "news broadcasts 2022-2026, technical articles, laws, reviews, classic novels, web paragraphs, "
    "excerpts and questions of Zhihu and titles of Weibo 2020-2026; tags of dictionaries/core.tsv and, of verbs, in "
    "these texts; "
    "weights: CSL dev (1,000 abstracts of papers, Apache-2.0)",
    "licence": "MIT; the counts were learnt from public texts, see dictionaries/SOURCES.md",
    "source": "python -m recipes.keyphrases",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    folder = data_folder()
    files = sorted(path for path in (folder / "raw").rglob("*") if path.is_file())
    if options.idf:
        table = DocumentFrequencies.read(options.idf)
    else:
        with tempfile.TemporaryDirectory() as temporary, StreamingCounter() as counter:
            for path in files:
                print(path.name, file=sys.stderr, flush=True)
                for line in paragraphs(path):
                    counter.add(segment(line))
            counter.write(os.path.join(temporary, "idf.tsv"), min_count=MIN_COUNT)
            table = DocumentFrequencies.read(os.path.join(temporary, "idf.tsv"))
    table.counts = type(table.counts)({word: count for word, count in table.counts.items() if count >= MIN_COUNT})
    card = {**CARD, f"sha256 of {CSL}": file_sha256(folder / CSL), "sha256 of raw": digest(files)}
    verbs = count_verbs(files)
    write(options.output, table, verbs, array("f", bytes(4 * N_FEATURES)), card)
    texts, phrases = read_csl(folder / CSL)
    weights = Combined(model=options.output).fit(texts, phrases).weights_
    write(options.output, table, verbs, array("f", weights or ()), card)
    return 0


def paragraphs(path: Path) -> Iterator[str]:
    """The lines of a file that are not blank."""
    with open(path, "rb") as stream:
        for chunk in read_lines(stream, path):
            yield from filter(None, map(str.strip, chunk.data.decode().splitlines()))


def beginning(path: Path) -> Iterator[str]:
    """The paragraphs of a file, up to ``TAGGED`` characters in all."""
    size = 0
    for line in paragraphs(path):
        size += len(line)
        if size > TAGGED:
            return
        yield line


def read_csl(path: Path) -> tuple[list[str], list[list[str]]]:
    """Texts (abstract and title) and their keyphrases."""
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    return [row[1] for row in rows], [row[2].split("_") for row in rows]


def digest(files: Sequence[Path]) -> str:
    """SHA-256 over the SHA-256 of each file."""
    return hashlib.sha256("\n".join(map(file_sha256, files)).encode()).hexdigest()


def count_verbs(files: Iterable[Path]) -> Counter[tuple[str, bool]]:
    """How often each word is tagged as a verb, or as a noun (true), at the beginnings of the texts."""
    counts: Counter[tuple[str, bool]] = Counter()
    for path in files:
        for tokens in tag_batch(beginning(path)):
            kinds = ((token.text, class_of(token.tag or "")) for token in tokens)
            counts.update((word, kind != VERB) for word, kind in kinds if kind in (NOUN, VERB, VERBAL_NOUN))
    return counts


def word_class(word: str, tag: str, verbs: Mapping[tuple[str, bool], int]) -> int:
    """The class of a word that the word list tags.

    Only verbs that are hardly ever nouns are verbs here, as no phrase has one. Rare verbs of one character are
    morphemes: parts of terms (抗|肿瘤).

    >>> verbs = {("前往", False): 606, ("合作", False): 1367, ("合作", True): 4343, ("读", False): 3000}
    >>> [CLASSES[word_class(word, "v", verbs)] for word in ("前往", "合作", "萌发", "抗", "读")]
    ['v', 'vn', 'vn', 'g', 'v']
    """
    if word == "最":  # begins terms: 最短路
        return MODIFIER
    if class_of(tag) != VERB:
        return class_of(tag)
    verb, noun = verbs.get((word, False), 0), verbs.get((word, True), 0)
    if verb + noun >= (SHORT_COUNT if len(word) == 1 else VERB_COUNT) and noun < NOUN_SHARE * (verb + noun):
        return VERB
    return MORPHEME if len(word) == 1 else VERBAL_NOUN


def write(
    path: str,
    table: DocumentFrequencies,
    verbs: Mapping[tuple[str, bool], int],
    weights: array[float],
    card: Mapping[str, str],
) -> None:
    """Write the model file."""
    tags = {word: rest[1] if len(rest) > 1 else "" for word, *rest in rows_of(dictionary_path("core.tsv"))}
    with open(dictionary_path("stopwords.txt"), encoding="utf-8") as lines:
        stops = {line.strip() for line in lines if not line.startswith("# ")}
    levels = [0, *sorted(set(table.counts.values()))]
    level_of = {count: level for level, count in enumerate(levels)}
    values = {}
    for word in sorted({*table.counts, *stops}):
        kind = word_class(word, tags.get(word, ""), verbs)
        values[word] = pack_classes(level_of[table.counts.get(word, 0)], kind, word in stops)
    trie = Trie.build(values)
    arrays = {**trie.arrays(), "frequencies": ("U32", array("I", levels).tobytes())}
    arrays["letters"] = ("U32", letter_bounds().tobytes())
    arrays["weights"] = ("F32", weights.tobytes())
    fields = {"documents": str(table.documents), "words": str(len(trie)), "max_length": str(trie.max_length)}
    write_model(path, arrays, {"kind": resources.KIND, **fields, **card})


def letter_bounds() -> array[int]:
    """Where ranges of letters begin and end, in turn."""
    bounds: list[int] = []
    for first, last, kind in class_ranges():
        if kind not in LETTERS:
            continue
        if bounds and bounds[-1] == first:
            bounds[-1] = last + 1
        else:
            bounds += [first, last + 1]
    return array("I", bounds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recipes.keyphrases", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--idf", metavar="TABLE", help="a table that cnlp idf has counted already")
    parser.add_argument("--output", default=path_of("keyphrases"), help="the file to write; default: the shipped one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
