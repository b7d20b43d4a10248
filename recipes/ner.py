"""Train the shipped recognizer of entities: ``python -m recipes.ner``.

Needs numpy, tqdm and the data folder (``CNLP_DATA``). The standards, each with a copy of the weights:

    general   (kept, the default) 16,280 present-day sentences annotated by hand: persons, places, organisations (PER,
              LOC, ORG). 4,300 of them have products and works (PROD, WORK), too; a first model of those gives both
              labels to the others. Also made sentences (:mod:`recipes.entity_templates`).
    msra      (kept) MSRA's training part without its dev blocks, on which ``smallest`` and ``COARSER`` were chosen
    pfr, cluener, weibo, aishell    other corpora, their labels mapped to these
    silver    sentences of today that LAC labelled (``silver/``)

Both kept standards learn that stretches of ASCII in technical articles have no entities.

Words have the clusters of all these texts. In further sentences of ``silver/`` it is counted which phrases LAC takes
for names; of well-known names, and of the finer kinds, :mod:`recipes.entity_kinds` has lists. Scores become
probabilities on modern/fine_dev.

    --dev     hold out a tenth of the present-day sentences in whole blocks, and print scores

One core, half an hour, 8 GB.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnlp.corpus.entities import Sentence, read_columns
from cnlp.corpus.entity_json import number_cluener, number_records
from cnlp.corpus.pfr import read_pfr
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.model.registry import path_of
from cnlp.ner.base import Recognizer
from cnlp.ner.linear import EntityRecognizer
from cnlp.ner.parts import GENERAL, Part
from cnlp.pos.distribution import distributional_classes
from cnlp.segmentation import shipped_segmenter
from recipes import modern
from recipes.entity_kinds import entities_of_kind, listed_names
from recipes.entity_templates import template_sentences

MSRA_TRAIN, MSRA_TEST = "ner/msra/train.bio.txt", "ner/msra/test.char.bmes"
CLUENER, PFR = "ner/cluener2020/train.json", "cws/pfr1998/199801.txt"
WEIBO, AISHELL = "ner/weibo/weiboNER_2nd_conll.{}", "ner/aishell/dev.bio.txt"
ARTICLES, DEV = "raw/tech_lctt_published.txt", "modern/dev.jsonl"
FINE, FINE_DEV = "modern/fine_train.jsonl", "modern/fine_dev.jsonl"
SETTINGS: dict[str, Any] = {"method": "crf", "scheme": "BIO", "epochs": 6, "rate": 0.02, "smallest": 0.014}
FIRST_SETTINGS: dict[str, Any] = {"method": "crf", "scheme": "BIO", "epochs": 5, "rate": 0.03}
KEPT = (GENERAL, "msra")
REPEAT, MSRA_REPEAT = 3, 2  # times an epoch sees each present-day sentence, and each of MSRA
LEARNT, FIRST_LEARNT, COUNTED = 100_000, 30_000, 300_000  # sentences of silver/
CLUSTERS: dict[str, int] = {"n_classes": 800, "n_neighbours": 1500, "n_dimensions": 100, "min_count": 3}
TEMPLATES = 1500  # made sentences with addresses, as many with persons, and as many with brands
BLOCKS, SEED = 100, 1
FINE_LABELS = ("PROD", "WORK")
PFR_LABELS = {"nr": "PER", "ns": "LOC", "nt": "ORG"}
MSRA_LABELS = {"NR": "PER", "NS": "LOC", "NT": "ORG"}
WEIBO_LABELS = {"PER.NAM": "PER", "ORG.NAM": "ORG", "LOC.NAM": "LOC", "GPE.NAM": "LOC"}
CLUENER_LABELS = {
    "name": "PER", "address": "LOC", "scene": "LOC", "company": "ORG", "government": "ORG", "organization": "ORG",
    "book": "WORK", "movie": "WORK", "game": "WORK",
}  # fmt: skip
ASCII_STRETCH, ASCII_STRIDE = re.compile(r"[ -~]{12,}"), 200
SENTENCE_ENDS = "。！？；"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    model, scores = train(hold_out=options.dev, progress=options.progress)
    for name, score in scores.items():
        print(f"{name}: F1 {score:.4f}", flush=True)
    if not options.dev:
        model.save(options.output, card(scores))
    return 0


def train(*, hold_out: bool, progress: bool) -> tuple[EntityRecognizer, dict[str, float]]:
    """The recognizer, and its scores."""
    present = present_day(hold_out=False) if hold_out else present_day()
    learnt, counted = silver({sentence.text for sentence in present_day()})
    cluener_train, cluener_test = cluener()
    corpora = other_corpora() | {"silver": learnt}
    clusters = words_with_clusters([*present, *counted, *(each for corpus in corpora.values() for each in corpus)])
    general = with_fine_labels(present, first_model(present, corpora, clusters, progress))
    parts = [Part([*general, *without_chinese()], GENERAL, REPEAT), Part(template_sentences(TEMPLATES))]
    parts += [Part(corpus, name, MSRA_REPEAT if name == "msra" else 1) for name, corpus in corpora.items()]
    parts.append(Part(without_chinese(), "msra"))
    model = EntityRecognizer(**SETTINGS).fit_parts(
        parts,
        calibration=present_day(FINE_DEV),
        standards=KEPT,
        clusters=clusters,
        kinds=entities_of_kind(cluener_train, general),
        counted=counted,
        names=listed_names(),
        progress=progress,
    )
    tests = {
        "modern/dev": (GENERAL, present_day(DEV)),
        "CLUENER, mapped": (GENERAL, mapped(cluener_test, CLUENER_LABELS)),
        "AISHELL": (GENERAL, aishell()[1]),
        "MSRA, dev blocks": ("msra", msra()[1]),
    }
    if hold_out:
        tests["modern/train, held out"] = GENERAL, present_day(hold_out=True)
    return model, scores_of(model, tests)


def scores_of(model: EntityRecognizer, tests: Mapping[str, tuple[str, Sequence[Sentence]]]) -> dict[str, float]:
    """F1 of PER, LOC and ORG in sentences, each list by its standard."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "ner.safetensors")
        model.save(path)
        by_standard = {standard: EntityRecognizer.load(path, standard=standard) for standard in KEPT}
        return {name: coarse_score(by_standard[standard], test) for name, (standard, test) in tests.items()}


def coarse_score(model: Recognizer, sentences: Sequence[Sentence]) -> float:
    """F1 of PER, LOC and ORG."""
    correct = found = gold = 0
    for (_, spans), entities in zip(sentences, model.predict([text for text, _ in sentences]), strict=True):
        expected = {span for span in spans if span[2] not in FINE_LABELS}
        given = {(each.start, each.end, each.label) for each in entities if each.label not in FINE_LABELS}
        correct, found, gold = correct + len(expected & given), found + len(given), gold + len(expected)
    return 2 * correct / (found + gold) if found + gold else 0.0


# ---- the corpora ----


def present_day(name: str = modern.ANNOTATED, *, hold_out: bool | None = None) -> list[Sentence]:
    """The present-day sentences of a file with their entities: all, the held-out blocks only, or all but those."""
    rows = enumerate(record for _, record in number_records(data_folder() / name, "utf-8"))
    return [
        Sentence(row["text"], tuple(sorted((start, end, label) for start, end, label in row["entities"])))
        for number, row in rows
        if hold_out is None or modern.is_held_out(number) == hold_out
    ]


def other_corpora() -> dict[str, list[Sentence]]:
    """What other corpora have to learn from, by standard."""
    return {
        "msra": msra()[0],
        "pfr": list(pfr_entities()),
        "cluener": mapped(cluener()[0], CLUENER_LABELS),
        "weibo": weibo(),
        "aishell": aishell()[0],
    }


def first_model(
    present: Sequence[Sentence], corpora: Mapping[str, Sequence[Sentence]], clusters: Mapping[str, int], progress: bool
) -> EntityRecognizer:
    """A model that learns products and works from the sentences that have them."""
    by_hand, others = by_fine_labels(present)
    parts = [
        Part([*by_hand, *without_chinese()], GENERAL, 3),
        Part(others, "without PROD and WORK"),
        Part(corpora["cluener"], "cluener"),
        Part(corpora["silver"][:FIRST_LEARNT], "silver"),
    ]
    return EntityRecognizer(**FIRST_SETTINGS).fit_parts(parts, clusters=clusters, progress=progress)


def by_fine_labels(present: Sequence[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences whose products and works were annotated, with these, and the others."""
    by_text = dict(present_day(FINE))
    by_hand = [Sentence(text, by_text[text]) for text, _ in present if text in by_text]
    return by_hand, [sentence for sentence in present if sentence.text not in by_text]


def with_fine_labels(present: Sequence[Sentence], first: Recognizer) -> list[Sentence]:
    """The sentences with products and works: those annotated by hand, and in the others what a model finds."""
    by_hand, others = by_fine_labels(present)
    found = first.predict([text for text, _ in others])
    for (text, spans), entities in zip(others, found, strict=True):
        fine = [(each.start, each.end, each.label) for each in entities if each.label in FINE_LABELS]
        free = [span for span in fine if all(span[1] <= start or end <= span[0] for start, end, _ in spans)]
        by_hand.append(Sentence(text, tuple(sorted([*spans, *free]))))
    return by_hand


def silver(known: set[str]) -> tuple[list[Sentence], list[Sentence]]:
    """Sentences of the vote with the entities of LAC, to learn from and to count; without known texts."""
    seen = {"".join(text.split()) for text in known}
    voted = random.Random(SEED).sample(list(modern.voted()), LEARNT + COUNTED)
    sentences = [join_words(each) for each in voted if "".join(each.words) not in seen]
    return sentences[:LEARNT], sentences[LEARNT:]


def join_words(sentence: modern.Sentence) -> Sentence:
    """A text of words, with a blank between two of Latin letters or digits.

    >>> join_words(modern.Sentence(["用", "Go", "to", "北京"], [(3, 4, "LOC")], True))
    Sentence(text='用Go to北京', spans=((6, 8, 'LOC'),))
    """
    text, starts, ends = "", [], []
    for word in sentence.words:
        if text and (text[-1] + word[0]).isascii() and (text[-1] + word[0]).isalnum():
            text += " "
        starts.append(len(text))
        text += word
        ends.append(len(text))
    return Sentence(text, tuple((starts[start], ends[end - 1], label) for start, end, label in sentence.entities))


def words_with_clusters(sentences: Sequence[Sentence]) -> dict[str, int]:
    """The clusters of the words of these texts."""
    kernel = shipped_segmenter().kernel

    def words(text: str) -> list[str]:
        ends = [0, *(end for end, _ in kernel.words(text, None))]
        return [text[start:end] for start, end in pairwise(ends)]

    return distributional_classes([words(text) for text, _ in sentences], **CLUSTERS)


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


@cache
def msra() -> tuple[list[Sentence], list[Sentence], list[Sentence]]:
    """Train, dev (six blocks) and test of MSRA. The file splits a few entities at a sentence end: both parts stay."""
    train, dev = blocks(list(read_columns(data_folder() / MSRA_TRAIN, "BIO", repair="begin")), 6)
    return train, dev, mapped(read_columns(data_folder() / MSRA_TEST, "BMES"), MSRA_LABELS)


@cache
def aishell() -> tuple[list[Sentence], list[Sentence]]:
    """Train and test blocks of AISHELL's dev part."""
    train, test = blocks(list(read_columns(data_folder() / AISHELL, "BIO", repair="begin")), 10)
    return train, test


@cache
def cluener() -> tuple[list[Sentence], list[Sentence]]:
    """Train and test blocks of CLUENER with its own labels; of overlapping entities the longer one."""
    found = [Sentence(text, flat(spans)) for _, (text, spans) in number_cluener(data_folder() / CLUENER)]
    train, test = blocks(found, 10)
    return train, test


def weibo() -> list[Sentence]:
    """Weibo's training and dev parts, the names alone."""
    return [
        sentence
        for part in ("train", "dev")
        for sentence in mapped(
            read_columns(data_folder() / WEIBO.format(part), "BIO", positions=True, repair="begin"), WEIBO_LABELS
        )
    ]


def mapped(sentences: Iterable[Sentence], labels: Mapping[str, str]) -> list[Sentence]:
    """The sentences with other labels; entities whose label has none are left out."""
    return [
        Sentence(text, tuple((start, end, labels[label]) for start, end, label in spans if label in labels))
        for text, spans in sentences
    ]


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


def pfr_entities() -> Iterator[Sentence]:
    """The sentences of PFR January 1998 with persons (joined), places, organisations and compound organisations."""
    for paragraph in read_pfr(data_folder() / PFR, compounds=True, join_person_names=True):
        ends = [0]
        for word in paragraph.words:
            ends.append(ends[-1] + len(word))
        spans = [(ends[c.start], ends[c.end], PFR_LABELS[c.tag]) for c in paragraph.compounds if c.tag in PFR_LABELS]
        covered = {word for c in paragraph.compounds if c.tag in PFR_LABELS for word in range(c.start, c.end)}
        for number, tag in enumerate(paragraph.tags):
            if tag in PFR_LABELS and number not in covered:
                spans.append((ends[number], ends[number + 1], PFR_LABELS[tag]))
        yield from _sentences("".join(paragraph.words), sorted(spans))


def _sentences(text: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[Sentence]:
    start = 0
    for end in range(1, len(text) + 1):
        is_end = text[end - 1] in SENTENCE_ENDS or end == len(text)
        if is_end and not any(first < end < last for first, last, _ in spans):
            inside = [(a - start, b - start, label) for a, b, label in spans if start <= a and b <= end]
            yield Sentence(text[start:end], tuple(inside))
            start = end


# ---- the file ----


def card(scores: Mapping[str, float]) -> dict[str, str]:
    """The card of the model file."""
    files = [
        modern.ANNOTATED,
        FINE,
        MSRA_TRAIN,
        PFR,
        CLUENER,
        *(WEIBO.format(part) for part in ("train", "dev")),
        AISHELL,
    ]
    data = ", ".join(f"{file} (sha256 {file_sha256(data_folder() / file)})" for file in [*files, ARTICLES])
    return {
        "name": "ner",
        "description": "Persons, places, organisations, products and works, and finer kinds of them; linear-chain CRF "
        "over characters, its scores scaled on modern/fine_dev",
        "seed": str(SEED),
        "training_data": f"{data}; sentences labelled by LAC 2.1.2 (Apache-2.0), {LEARNT:,} learnt from and "
        f"{COUNTED:,} counted; made sentences with places of THUOCL (MIT) and names written here; words of the "
        "shipped segmenter, tags of dictionaries/core.tsv",
        "scores": ", ".join(f"{name}: strict F1 {score:.4f}" for name, score in scores.items()),
        "licence": "MIT; learnt from corpora that are free for research, and from texts of their authors",
        "source": "python -m recipes.ner",
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m recipes.ner", description="Train the shipped recognizer of entities.")
    parser.add_argument("--output", default=path_of("ner"), help="the file to write; default: the shipped one")
    parser.add_argument("--dev", action="store_true", help="hold out, score; nothing is written")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
