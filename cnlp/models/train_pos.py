"""Train the shipped part-of-speech tagger: ``python -m cnlp.models.train_pos --output pos.safetensors``.

Needs numpy, tqdm, jieba (its dictionary is read) and PFR January 1998 (``CNLP_DATA``). January is seen in
two forms, with surname and given name as two words and as one. The scores in the model's card are of a model
of days 1 to 25, its epoch chosen on days 26 to 28, on days 29 to 31; the shipped one learns from all days.
One core, five minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from cnlp.corpus import registry
from cnlp.corpus.pfr import join_names
from cnlp.tagging.pos import TEMPLATES
from cnlp.tagging.words import WordTagger

CORPUS = "pfr-199801"
SETTINGS: dict[str, Any] = {"epochs": 6, "margin": 2.0, "aggressiveness": 0.05, "burn_in": 2, "seed": 1}
SMALLEST = 0.016  # share of the largest weight; less is left out of the file
TRAIN, DEV, TEST = range(1, 26), range(26, 29), range(29, 32)

Tagged = tuple[tuple[str, ...], tuple[str, ...]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    dictionary = jieba_tags()
    measured = WordTagger(dictionary=dictionary, **SETTINGS).fit_parts(
        both_forms(TRAIN), dev=sentences(DEV), progress=options.progress
    )
    scores = {"days 26-28": measured.score(sentences(DEV)), "days 29-31": measured.score(sentences(TEST))}
    for name, score in scores.items():
        print(f"{name}: accuracy on gold words {score:.4f}", flush=True)
    settings = {**SETTINGS, "epochs": max(measured.log_, key=lambda epoch: epoch.dev or 0.0).number}
    model = WordTagger(dictionary=dictionary, **settings).fit_parts(both_forms(range(1, 32)), progress=options.progress)
    model.save(options.output, card=card(scores), smallest=SMALLEST)
    return 0


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
    from dictionaries.build import read_jieba

    return read_jieba()[1]


def both_forms(days: range) -> list[list[Tagged]]:
    """Names as two words, and as one."""
    return [sentences(days), sentences(days, joined=True)]


def card(scores: dict[str, float]) -> dict[str, str]:
    """What the model file says of itself."""
    shown = ", ".join(f"{days} {score:.4f}" for days, score in scores.items())
    return {
        "name": "pos",
        "description": "Parts of speech of Chinese words; averaged perceptron over words, first order",
        "standard": "PFR",
        "templates": ", ".join(template.name for template in TEMPLATES),
        "seed": str(SETTINGS["seed"]),
        "training_data": f"{CORPUS} (sha256 {registry.find(CORPUS).sha256}), names in both forms; "
        "dictionary of jieba 0.42.1",
        "scores": f"accuracy on gold words, trained on days 1-25: {shown}",
        "licence": "MIT; learnt from PFR, which is free for research",
        "source": "python -m cnlp.models.train_pos",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m cnlp.models.train_pos", description="Train the shipped tagger."
    )
    parser.add_argument("--output", default="cnlp/models/pos.safetensors", help="the file to write")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
