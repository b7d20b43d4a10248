"""Train the shipped part-of-speech tagger: ``python -m recipes.pos --output pos.safetensors``.

Needs numpy, tqdm, jieba (its dictionary is read) and PFR January and February 1998 (``CNLP_DATA``). January is
seen in two forms, with surname and given name as two words and as one. February, which has words and no tags, is
tagged by a first model and then learnt from like the rest (self-training: it knows a third of the words that
January does not). The scores in the model's card are of a model of days 1 to 25 and such a February, its epoch
chosen on days 26 to 28, on days 29 to 31; the shipped one learns from all days. One core, ten minutes.
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
import tempfile
from collections.abc import Sequence
from itertools import chain
from typing import Any

from cnlp.corpus import load_corpus, registry
from cnlp.corpus.pfr import join_names
from cnlp.pos.distribution import distributional_classes
from cnlp.pos.tagger import TEMPLATES, PartOfSpeech
from cnlp.pos.training import WordTagger

CORPUS, UNTAGGED = "pfr-199801", "pfr-199802"
SETTINGS: dict[str, Any] = {"epochs": 8, "burn_in": 3, "dropout": 0.3, "seed": 1}
ROUNDING = {"smallest": 0.06, "clipped": 0.001}  # of the weights in the file; chosen on days 26 to 28
SLIPS = {"na": "n", "vvn": "vn"}  # tags that January has once or twice, and PFR's list does not
TRAIN, DEV, TEST = range(1, 26), range(26, 29), range(29, 32)

Tagged = tuple[tuple[str, ...], tuple[str, ...]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    measured = train(TRAIN, SETTINGS, dev=sentences(DEV), progress=options.progress)
    epochs = max(measured.log_, key=lambda epoch: epoch.dev or 0.0).number
    with tempfile.TemporaryDirectory() as folder:
        path = options.measured or os.path.join(folder, "measured")
        measured.save(path, card={"name": "pos", "training_data": "days 1 to 25"}, **ROUNDING)
        del measured
        tagger = PartOfSpeech(path)
        scores = {"days 26-28": tagger.score(sentences(DEV)), "days 29-31": tagger.score(sentences(TEST))}
    for name, score in scores.items():
        print(f"{name}: accuracy on gold words {score:.4f}", flush=True)
    model = train(range(1, 32), {**SETTINGS, "epochs": epochs}, progress=options.progress)
    model.save(options.output, card=card(scores), **ROUNDING)
    return 0


def train(
    days: range, settings: dict[str, Any], *, dev: Sequence[Tagged] | None = None, progress: bool = False
) -> WordTagger:
    """A tagger of these days of January, and of February as a tagger of these days tags it."""
    untagged = [tuple(sentence) for sentence in load_corpus(UNTAGGED)]
    words = chain((words for words, _ in sentences(days)), untagged)
    made = functools.partial(WordTagger, dictionary=jieba_tags(), clusters=distributional_classes(words), **settings)
    january = [
        [(words, tuple(SLIPS.get(tag, tag) for tag in tags)) for words, tags in form] for form in both_forms(days)
    ]
    tags = made().fit(january[0], dev=dev, progress=progress).predict(untagged)
    february = list(zip(untagged, map(tuple, tags), strict=True))
    return made().fit_parts([*january, february], dev=dev, progress=progress)


def sentences(days: range, *, joined: bool = False) -> list[Tagged]:
    """Words and tags of the paragraphs of these days."""
    found = []
    for sentence in registry.load_tagged(CORPUS):
        if int((sentence.identifier or "")[6:8]) in days:
            chosen = join_names(sentence) if joined else sentence
            found.append((chosen.words, chosen.tags))
    return found


def jieba_tags() -> dict[str, str]:
    """The tags of jieba's dictionary."""
    from recipes.dictionary import read_jieba

    return read_jieba()[1]


def both_forms(days: range) -> list[list[Tagged]]:
    """Names as two words, and as one."""
    return [sentences(days), sentences(days, joined=True)]


def card(scores: dict[str, float]) -> dict[str, str]:
    """The card of the model file."""
    shown = ", ".join(f"{days} {score:.4f}" for days, score in scores.items())
    return {
        "name": "pos",
        "description": "Parts of speech of Chinese words; averaged perceptron over words, first order",
        "standard": "PFR",
        "templates": "; ".join(map(str, TEMPLATES)),
        "seed": str(SETTINGS["seed"]),
        "training_data": f"{CORPUS} (sha256 {registry.find_corpus(CORPUS).sha256}), names in both forms; "
        f"{UNTAGGED} (sha256 {registry.find_corpus(UNTAGGED).sha256}), tagged by a model of January; "
        "dictionary of jieba 0.42.1",
        "scores": f"accuracy on gold words, trained on days 1-25 and February: {shown}",
        "licence": "MIT; learnt from PFR, which is free for research",
        "source": "python -m recipes.pos",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m recipes.pos", description="Train the shipped tagger.")
    parser.add_argument("--output", default="cnlp/models/pos.safetensors", help="the file to write")
    parser.add_argument("--measured", help="keep the model of days 1 to 25 in this file")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
