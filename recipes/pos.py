"""Train the shipped part-of-speech tagger: ``python -m recipes.pos --output pos.safetensors``.

Needs numpy, tqdm, jieba (its dictionary is read) and the data folder (``CNLP_DATA``). The tagger learns from

    PFR January 1998       in two forms, with surname and given name as two words and as one
    modern/pos_train       4,200 sentences of today, tagged by hand in PFR's tags, each seen ``REPEATS`` times
    recipes/pos_tags.tsv   tags by hand of 7,200 more sentences of modern/train, likewise
    PFR February 1998      words without tags, which a first model of the above tags (self-training)
    modern/train           its other sentences, likewise; entities that are one word correct the tag

Its dictionary has the tags of jieba's, those of ``dictionaries/hand.tsv``, and the kind of name (PER, LOC, ORG) of
words that the sentences labelled by a vote (``silver/``) have as a name at least half of the time. Its clusters are
those of all these texts. Repeats and sources were chosen on blocks of pos_train, held out; settings on days 26 to 28.

The scores in the model's card are of a model of days 1 to 25; the shipped one learns from all days. One core, 5 GB,
twenty-five minutes.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from cnlp.corpus import load_corpus, registry
from cnlp.corpus.pfr import join_names
from cnlp.lexicon.build import rows_of
from cnlp.pos.distribution import distributional_classes
from cnlp.pos.tagger import TEMPLATES, PartOfSpeech
from cnlp.pos.training import WordTagger
from cnlp.text._data import dictionary_path
from recipes import modern

CORPUS, UNTAGGED, TODAY = "pfr-199801", "pfr-199802", "modern/pos_train.jsonl"
TAGS = Path(__file__).with_name("pos_tags.tsv")
SETTINGS: dict[str, Any] = {"epochs": 5, "burn_in": 1, "dropout": 0.3, "seed": 1}
REPEATS = 3
ROUNDING: dict[str, Any] = {"smallest": 0.1, "clipped": 0.001}  # of the weights in the file: 16 MB
SLIPS = {"na": "n", "vvn": "vn"}  # tags that January has once or twice, and PFR's list does not
TRAIN, DEV, TEST = range(1, 26), range(26, 29), range(29, 32)
TOPICS = [(("#今天天气真好#",), ("x",))]  # the only sentence with a topic, whose tag needs a name
OF_NAMES = {  # by label: the tag of a name that is one word, and the tags that it corrects
    "PER": ("nr", "n ns nt nz v vn a j i l z"),
    "LOC": ("ns", "n nr nt nz v vn a i l z"),
    "ORG": ("nz", "n nr v vn a i l z"),
}
SAMPLED = 3  # of the sentences of the vote one in so many shows its words to the clusters

Tagged = tuple[tuple[str, ...], tuple[str, ...]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = options.measured or os.path.join(folder, "measured")
        measured = train(TRAIN, SETTINGS, progress=options.progress)
        measured.save(path, card={"name": "pos", "training_data": "days 1 to 25"}, **ROUNDING)
        del measured
        tagger = PartOfSpeech(path)
        scores = {
            "days 26-28": tagger.score(sentences(DEV)),
            "days 29-31": tagger.score(sentences(TEST)),
            "modern/pos_dev": tagger.score(of_today("modern/pos_dev.jsonl")),
        }
    for name, score in scores.items():
        print(f"{name}: accuracy on gold words {score:.4f}", flush=True)
    model = train(range(1, 32), SETTINGS, progress=options.progress)
    model.save(options.output, card=card(scores), **ROUNDING)
    return 0


def train(days: range, settings: dict[str, Any], *, progress: bool = False) -> WordTagger:
    """A tagger of these days of January, and of the other texts."""
    january = [sentences(days), sentences(days, joined=True)]
    today = [by_hand()] * REPEATS
    february = [tuple(sentence) for sentence in load_corpus(UNTAGGED)]
    texts = chain(
        (words for words, _ in january[0]),
        february,
        (sentence.words for sentence in modern.annotated()),
        (sentence.words for sentence in islice(modern.voted(), 0, None, SAMPLED)),
    )
    made = functools.partial(WordTagger, dictionary=known_tags(), clusters=distributional_classes(texts), **settings)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "first")
        made().fit_parts([january[0], *today, TOPICS], progress=progress).save(path)
        first = PartOfSpeech(path)
        untagged = [tag_sentences(first, february), list(tag_today(first))]
    return made().fit_parts([*january, *today, *untagged, TOPICS], progress=progress)


def sentences(days: range, *, joined: bool = False) -> list[Tagged]:
    """Words and tags of the paragraphs of these days."""
    found = []
    for sentence in registry.load_tagged(CORPUS):
        if int((sentence.identifier or "")[6:8]) in days:
            chosen = join_names(sentence) if joined else sentence
            found.append((chosen.words, tuple(SLIPS.get(tag, tag) for tag in chosen.tags)))
    return found


def of_today(name: str) -> list[Tagged]:
    """Words and tags of sentences tagged by hand."""
    with open(registry.data_folder() / name, encoding="utf-8") as lines:
        return [(tuple(row["words"]), tuple(row["tags"])) for row in map(json.loads, lines)]


def by_hand() -> list[Tagged]:
    """All sentences of today that were tagged by hand: those of the data folder, and those of ``pos_tags.tsv``."""
    with open(TAGS, encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines if not line.startswith("#"))
        tags = {identifier: tuple(listed.split(" ")) for identifier, listed in rows}
    more = [(tuple(s.words), tags[s.identifier]) for s in modern.annotated() if s.identifier in tags]
    return of_today(TODAY) + more


def tag_sentences(tagger: PartOfSpeech, untagged: Sequence[Sequence[str]]) -> list[Tagged]:
    """Sentences as the tagger tags them."""
    return [(tuple(words), tuple(tagger.predict(words))) for words in untagged]


def tag_today(tagger: PartOfSpeech) -> Iterator[Tagged]:
    """The annotated sentences that have no tags by hand, tagged; their names correct the tags."""
    known = {words for words, _ in by_hand()}
    for sentence in modern.annotated():
        words = tuple(sentence.words)
        if words in known:
            continue
        tags = tagger.predict(words)
        for start, end, label in sentence.entities:
            right, wrong = OF_NAMES[label]
            if end == start + 1 and len(words[start]) > 1 and tags[start] in wrong.split():
                tags[start] = right
        yield words, tuple(tags)


def known_tags() -> dict[str, str]:
    """What the dictionary says of a word: a tag, or the kind of name that it is; of other words jieba knows best."""
    by_hand = {word: tag for word, tag, *_ in rows_of(dictionary_path("hand.tsv"))}
    proper = {word: tag for word, tag in by_hand.items() if tag in ("nr", "ns", "nt", "nz")}
    return {**by_hand, **jieba_tags(), **names(), **proper}


def jieba_tags() -> dict[str, str]:
    """The tags of jieba's dictionary."""
    from recipes.dictionary import read_jieba

    return read_jieba()[1]


def names() -> dict[str, str]:
    """The kind of name of words that the vote has as a name twice, and at least half of the time."""
    times: Counter[str] = Counter()
    as_name: dict[str, Counter[str]] = {}
    for sentence in modern.voted():
        times.update(sentence.words)
        for start, end, label in sentence.entities:
            if end == start + 1:
                as_name.setdefault(sentence.words[start], Counter())[label] += 1
    found = {}
    for word, labels in as_name.items():
        if labels.total() >= 2 and 2 * labels.total() >= times[word]:
            found[word] = max(labels, key=lambda label: (labels[label], label))
    return found


def card(scores: dict[str, float]) -> dict[str, str]:
    """The card of the model file."""
    shown = ", ".join(f"{part} {score:.4f}" for part, score in scores.items())
    return {
        "name": "pos",
        "description": "Parts of speech of Chinese words; averaged perceptron over words, first order",
        "standard": "PFR",
        "templates": "; ".join(map(str, TEMPLATES)),
        "seed": str(SETTINGS["seed"]),
        "training_data": f"{CORPUS} (sha256 {registry.find_corpus(CORPUS).sha256}), names in both forms; "
        f"{UNTAGGED} (sha256 {registry.find_corpus(UNTAGGED).sha256}), tagged by a first model; 11,400 sentences of "
        "2017-2026 tagged by hand and 4,900 with words and entities by hand; names and clusters of sentences labelled "
        "by a vote; dictionary of jieba 0.42.1; dictionaries/hand.tsv",
        "scores": f"accuracy on gold words, January of days 1-25: {shown}",
        "licence": "MIT; learnt from PFR, which is free for research",
        "source": "python -m recipes.pos",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m recipes.pos", description="Train the shipped tagger.")
    parser.add_argument("--output", default="cnlp/model/pos.safetensors", help="the file to write")
    parser.add_argument("--measured", help="keep the model of days 1 to 25 in this file")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
