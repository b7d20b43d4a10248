"""Train the shipped entity models: ``python -m recipes.ner``; with ``msra`` or ``cluener`` one of them.

Needs numpy, tqdm and the corpora (``CNLP_DATA``). MSRA's training part learns persons, places and organisations
(PER, LOC, ORG); six of its hundred blocks, drawn with a fixed seed, choose the epoch. PFR's January, with its nr, ns
and nt, is learnt beside it as a background with other conventions. CLUENER learns ten finer labels; of its hundred
blocks five choose the epoch and ten are the test. Neither has text without Chinese, so that a model would guess there:
both are shown stretches of ASCII in technical articles as text without entities. One core, some minutes.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cnlp.corpus.entities import Sentence, read_columns
from cnlp.corpus.entity_json import number_cluener
from cnlp.corpus.pfr import read_pfr
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.ner.linear import EntityRecognizer

MSRA_TRAIN, MSRA_TEST = "ner/msra/train.bio.txt", "ner/msra/test.char.bmes"
CLUENER, PFR = "ner/cluener2020/train.json", "cws/pfr1998/199801.txt"
ARTICLES = "raw/tech_lctt_published.txt"
SETTINGS: dict[str, Any] = {"method": "crf", "epochs": 9, "rate": 0.02, "smallest": 0.005}
BLOCKS, SEED = 100, 1
LABELS = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
MSRA_LABELS = {"NR": "PER", "NS": "LOC", "NT": "ORG"}
ASCII_STRETCH, ASCII_STRIDE = re.compile(r"[ -~]{12,}"), 200
SENTENCE_ENDS = "。！？；"
OUTPUTS = {"msra": "ner.safetensors", "cluener": "ner-cluener.safetensors"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    for name in options.models or OUTPUTS:
        train, dev, test, background = PARTS[name]()
        model = EntityRecognizer(**SETTINGS).fit(train, dev=dev, background=background, progress=options.progress)
        scores = {"dev": model.score(dev), "test": model.score(test)}
        print(name, *(f"{part} F1 {score:.4f}" for part, score in scores.items()), flush=True)
        model.save(Path(options.folder, OUTPUTS[name]), card(name, scores))
    return 0


def blocks(sentences: Sequence[Sentence], *sizes: int) -> list[list[Sentence]]:
    """Parts of so many of a hundred contiguous blocks, drawn with the seed; the rest comes first."""
    order = list(range(BLOCKS))
    random.Random(SEED).shuffle(order)
    part_of, first = [0] * BLOCKS, 0
    for number, size in enumerate(sizes, 1):
        for block in order[first : first + size]:
            part_of[block] = number
        first += size
    parts: list[list[Sentence]] = [[] for _ in range(len(sizes) + 1)]
    for at, sentence in enumerate(sentences):
        parts[part_of[at * BLOCKS // len(sentences)]].append(sentence)
    return parts


def msra_test() -> list[Sentence]:
    """MSRA's test part, with the labels of its training part."""
    found = read_columns(data_folder() / MSRA_TEST, "BMES")
    return [
        Sentence(text, tuple((start, end, MSRA_LABELS[label]) for start, end, label in spans)) for text, spans in found
    ]


def msra() -> tuple[list[Sentence], list[Sentence], list[Sentence], list[Sentence]]:
    """Train, dev, test and background. The file splits a few entities at a sentence end: both parts stay."""
    train, dev = blocks(list(read_columns(data_folder() / MSRA_TRAIN, "BIO", repair="begin")), 6)
    return train + without_chinese(), dev, msra_test(), list(pfr_entities())


def cluener() -> tuple[list[Sentence], list[Sentence], list[Sentence], list[Sentence]]:
    """Train, dev, test and no background; of overlapping entities the longer one."""
    found = [Sentence(text, flat(spans)) for _, (text, spans) in number_cluener(data_folder() / CLUENER)]
    train, dev, test = blocks(found, 5, 10)
    return train + without_chinese(), dev, test, []


def without_chinese() -> list[Sentence]:
    """One of two hundred distinct stretches of ASCII in technical articles; most are English words and code."""
    text = (data_folder() / ARTICLES).read_text("utf-8")
    stretches = dict.fromkeys(stretch.strip() for stretch in ASCII_STRETCH.findall(text))
    return [Sentence(stretch, ()) for stretch in list(stretches)[::ASCII_STRIDE]]


def flat(spans: Sequence[tuple[int, int, str]]) -> tuple[tuple[int, int, str], ...]:
    """The spans without those that overlap a longer one, or one as long before them: CLUENER has some."""
    kept: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in kept):
            kept.append(span)
    return tuple(sorted(kept))


PARTS = {"msra": msra, "cluener": cluener}


def pfr_entities() -> Iterator[Sentence]:
    """The sentences of PFR January 1998 with persons (joined), places, organisations and compound organisations."""
    for paragraph in read_pfr(data_folder() / PFR, compounds=True, join_person_names=True):
        ends = [0]
        for word in paragraph.words:
            ends.append(ends[-1] + len(word))
        spans = [(ends[c.start], ends[c.end], LABELS[c.tag]) for c in paragraph.compounds if c.tag in LABELS]
        covered = {word for c in paragraph.compounds if c.tag in LABELS for word in range(c.start, c.end)}
        for number, tag in enumerate(paragraph.tags):
            if tag in LABELS and number not in covered:
                spans.append((ends[number], ends[number + 1], LABELS[tag]))
        yield from _sentences("".join(paragraph.words), sorted(spans))


def _sentences(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[Sentence]:
    start = 0
    for end in range(1, len(text) + 1):
        is_end = text[end - 1] in SENTENCE_ENDS or end == len(text)
        if is_end and not any(first < end < last for first, last, _ in spans):
            inside = [(a - start, b - start, label) for a, b, label in spans if start <= a and b <= end]
            yield Sentence(text[start:end], tuple(inside))
            start = end


def card(name: str, scores: dict[str, float]) -> dict[str, str]:
    """The card of the model file."""
    files = [*([MSRA_TRAIN, PFR] if name == "msra" else [CLUENER]), ARTICLES]
    data = ", ".join(f"{file} (sha256 {file_sha256(data_folder() / file)})" for file in files)
    what = {
        "msra": "Persons, places and organisations",
        "cluener": "Ten labels: address, book, company, game, government, movie, name, organization, position, scene",
    }
    return {
        "name": Path(OUTPUTS[name]).stem,
        "description": f"{what[name]}; linear-chain CRF over characters, its scores scaled on dev",
        "seed": str(SEED),
        "training_data": f"{data}; words of the shipped segmenter, tags of dictionaries/core.tsv",
        "scores": ", ".join(f"strict F1 {part} {score:.4f}" for part, score in scores.items()),
        "licence": "MIT; learnt from corpora that are free for research",
        "source": f"python -m recipes.ner {name}",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m recipes.ner", description="Train the shipped entity models.")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="msra, cluener; both")
    parser.add_argument("--folder", default="cnlp/models", help="where the files go")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
