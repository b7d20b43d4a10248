"""Train the shipped segmenter: ``python -m recipes.segmenter --output segmenter.safetensors``.

Needs numpy, tqdm, jieba (its dictionary is read), the public corpora (``CNLP_DATA``, see
:mod:`cnlp.corpus.registry`) and the present-day text beside them (:mod:`recipes.modern`). One core, twelve minutes,
6 GB.

    --method crf, --method hmm
                the small models of the other taggers, of PFR and the present-day text alone
    --january   the lexicon and the text of PFR January 1998 alone, scored on PKU's gold test
    --dev       hold out a part of every corpus, and score models of several sizes on it

The corpora keep their standards apart; ``general``, the default, is that of the present-day text, and PFR's with
surname and given name as one word, after which the present-day text was annotated. January's names are known by
their tags (nr). February has no tags: a model of January in this form segments it, and a surname and the word after
it become one word where it does so for more than half of their occurrences. UD, the Weibo treebank and ZhuXian go
back to the Chinese Treebank and share rows (a family). MSR and ZhuXian are small and seen twice in each epoch, the
present-day text three times.

The dictionary is jieba's with the words and frequencies of ``dictionaries/modern.tsv``, and with the words that a
first model, of January and the present-day text, finds at least twice in the unlabelled text of the vote. Standards
of older corpora have jieba's frequency of the words that it knows. The weights are the mean of three runs.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnlp.corpus import registry
from cnlp.corpus.pfr import join_names
from cnlp.model.format import write_model
from cnlp.model.registry import path_of
from cnlp.segmentation.algorithms import TAGGERS
from cnlp.segmentation.characters import CharacterTagger
from cnlp.segmentation.compact import compact, pack_hmm, pack_model
from cnlp.segmentation.corpora import Part
from cnlp.segmentation.crf import CRF
from cnlp.segmentation.features import TEMPLATES
from cnlp.segmentation.hmm import HMM
from cnlp.segmentation.perceptron import Perceptron
from cnlp.segmentation.segmenter import Segmenter
from cnlp.segmentation.tagger import DEFAULT_STANDARD
from cnlp.text.normalise import normalise
from recipes import modern
from recipes.dictionary import read_dictionary, read_jieba
from recipes.lexicon import read_hand

Sentences = list[list[str]]

ROWS = 230_000  # rows of bigrams and char_cover; chosen with --dev, like the next two
HAND_FREQUENCY = 60  # at least, of a word that was written by hand
MODERN_REPEAT = 3
BOUNDARY_COST = 1.2
_SIZES = {"rows": ROWS, "modern_repeat": MODERN_REPEAT, "boundary_cost": BOUNDARY_COST}
SETTINGS: dict[str, Any] = {
    "epochs": 12,
    "margin": 4.0,
    "aggressiveness": 0.02,
    "burn_in": 6,
    "min_count": 2,
}
SEEDS = (1, 2, 3)
JANUARY_SETTINGS: dict[str, Any] = {"epochs": 10, "margin": 2.0, "aggressiveness": 0.05, "seed": 1}
FIRST_SETTINGS: dict[str, Any] = {**SETTINGS, "epochs": 6, "burn_in": 3, "seed": 1}
RAW_SETTINGS: dict[str, Any] = {"epochs": 12, "margin": 3.0, "aggressiveness": 0.03, "burn_in": 4, "seed": 1}
FAMILIES = {"ud": "ctb", "wtb": "ctb", "zhuxian": "ctb"}  # standards after the Chinese Treebank's
_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{2,8}")
CRF_ROWS = 40_000
CRF_FREQUENCY = 20  # words of the dictionary seen less often are left out: half of the file
CRF_SETTINGS: dict[str, Any] = {"method": "sgd", "epochs": 12, "rate": 0.1, "l2": 1e-6, "min_count": 2, "seed": 1}
PFR = ("pfr-199801", "pfr-199802")
DESCRIPTIONS = {"crf": "linear-chain conditional random field", "hmm": "hidden Markov model of first order"}
LICENCE = "MIT; learnt from corpora free for research or CC BY-SA (see cnlp.corpus.registry)"
PRESENT_DAY = (
    "16,280 present-day sentences annotated by hand (texts of their authors); dictionaries of jieba 0.42.1 (MIT) and "
    "dictionaries/modern.tsv (its sources and their terms: dictionaries/SOURCES.md)"
)
OLDER = ("pku", "msr", "sxu", "ud", "zhuxian")  # have the frequencies of jieba where it knows the word
CNC_SHARE = 0.93  # cnc has one file; the rest of it is for measuring
TEST_SETS = {
    "pku-test": "pku",
    "msr-test": "msr",
    "sxu-test": "sxu",
    "ud-dev": "ud",
    "zhuxian-dev": "zhuxian",
    "medical-dev": "medical",
    "wtb-test": "wtb",
    "as-test": DEFAULT_STANDARD,
    "cityu-test": DEFAULT_STANDARD,
}
_CORPORA = (
    # name, standard, repeat, share held out by --dev
    ("msr-sample-train", "msr", 2, 0.15),
    ("sxu-train", "sxu", 1, 0.1),
    ("ud-train", "ud", 1, 0.25),
    ("cnc-dev", "cnc", 1, 0.07),
    ("medical-train", "medical", 1, 0.3),
    ("zhuxian-train", "zhuxian", 2, 0.25),
    ("wtb-train", "wtb", 1, 0.1),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    if options.january:
        return january(options)
    if options.method != "perceptron":
        return alternative(options)
    parts, dev = training_parts(hold_out=options.dev)
    dictionary = present_day_dictionary()
    dictionary = words_of_raw_text([parts[0], parts[4]], dictionary) | dictionary
    model = mean_of_seeds(parts, dictionary, progress=options.progress)
    if options.dev:
        return compare_sizes(model, dev)
    weights, unit = compact(model, ROWS, BOUNDARY_COST)
    arrays, metadata = pack_model(model, weights, unit)
    model.weights_ = weights
    scores = score_all(model)
    write_model(options.output or path_of("segmenter"), arrays, {**metadata, **card(scores)})
    return 0


def mean_of_seeds(parts: Sequence[Part], dictionary: Mapping[str, int], *, progress: bool) -> Perceptron:
    """Models that saw the sentences in different orders, averaged."""
    older = {**dictionary, **jieba_dictionary()}
    dictionaries = dict.fromkeys(OLDER, older)
    made = functools.partial(
        Perceptron, dictionary=dictionary, dictionaries=dictionaries, families=FAMILIES, **SETTINGS
    )
    model = made(seed=SEEDS[0]).fit_parts(parts, progress=progress)
    for seed in SEEDS[1:]:
        model.weights_ += made(seed=seed).fit_parts(parts, progress=progress).weights_
    model.weights_ /= len(SEEDS)
    return model


def alternative(options: argparse.Namespace) -> int:
    """A CRF of ``general`` and ``pku``; or an HMM of ``general`` without February."""
    path = options.output or path_of(TAGGERS[options.method])
    if options.method == "hmm":
        joined = [list(join_names(sentence).words) for sentence in registry.load_tagged("pfr-199801")]
        hmm = HMM(order=1).fit(joined + present_day(held_out=None))
        arrays, metadata = pack_hmm(hmm)
        scores = {"pku-test": hmm.score(list(registry.load_corpus("pku-test")))}
        names, parameters, settings = list(PFR[:1]), "characters", hmm.get_params()
    else:
        parts = [part for part in training_parts(hold_out=False)[0] if part.standard in (DEFAULT_STANDARD, "pku")]
        dictionary = {word: freq for word, freq in present_day_dictionary().items() if freq >= CRF_FREQUENCY}
        crf = CRF(dictionary=dictionary, **CRF_SETTINGS).fit_parts(parts, progress=options.progress)
        crf.weights_, unit = compact(crf, CRF_ROWS)
        arrays, metadata = pack_model(crf, crf.weights_, unit)
        scores = {"pku-test": crf.score(list(registry.load_corpus("pku-test")), standard="pku")}
        names, settings = list(PFR), {**CRF_SETTINGS, "rows": CRF_ROWS, "least_frequency": CRF_FREQUENCY}
        parameters = ", ".join(template.name for template in TEMPLATES)
    described = {
        "name": options.method,
        "description": f"Segments Chinese text by tagging characters; {DESCRIPTIONS[options.method]}",
        "method": f"{options.method}; templates {parameters}",
        "parameters": ", ".join(f"{name} {value}" for name, value in settings.items()),
        "scheme": "BMES",
        "training_data": f"{_sources(names)}; {PRESENT_DAY if options.method == 'crf' else PRESENT_DAY.split(';')[0]}",
        "scores": ", ".join(f"{name} {score:.4f}" for name, score in scores.items()),
        "licence": LICENCE,
        "source": f"python -m recipes.segmenter --method {options.method}",
    }
    write_model(path, arrays, {**metadata, **described})
    print(described["scores"], flush=True)
    return 0


def january(options: argparse.Namespace) -> int:
    """PFR January with its own lexicon."""
    sentences = [list(sentence.words) for sentence in registry.load_tagged("pfr-199801")]
    model = Perceptron(**JANUARY_SETTINGS).fit_parts([Part(sentences, "pku")], progress=options.progress)
    print(f"pku-test: F1 {model.score(list(registry.load_corpus('pku-test'))):.4f}")
    model.weights_ = compact(model, ROWS)[0]
    print(f"pku-test, in whole numbers: F1 {model.score(list(registry.load_corpus('pku-test'))):.4f}")
    return 0


def training_parts(*, hold_out: bool) -> tuple[list[Part], list[Part]]:
    """What to learn from, and, if asked for, what is held out of it."""
    tagged = list(registry.load_tagged("pfr-199801"))
    plain = [list(sentence.words) for sentence in tagged]
    joined = [list(join_names(sentence).words) for sentence in tagged]
    february = list(registry.load_corpus("pfr-199802"))
    last = next(i for i, s in enumerate(tagged) if (s.identifier or "")[6:8] >= "29") if hold_out else len(plain)
    dev = [Part(plain[last:], "pku")]
    february = february[: len(february) // 2] if hold_out else february
    parts = [
        Part(joined[:last], DEFAULT_STANDARD, "january"),
        Part(join_february(joined[:last], plain[:last], february), DEFAULT_STANDARD, "february"),
        Part(plain[:last], "pku", "january"),
        Part(february, "pku", "february"),
        Part(present_day(held_out=False if hold_out else None), DEFAULT_STANDARD, "modern", MODERN_REPEAT),
    ]
    if hold_out:
        dev.append(Part(present_day(held_out=True), DEFAULT_STANDARD))
    for name, standard, repeat, share in _CORPORA:
        sentences = [[word for word in words if word] for words in registry.load_corpus(name)]
        end = len(sentences)
        if name == "cnc-dev":
            end = int(end * CNC_SHARE)
        if hold_out:
            end = int(len(sentences) * (1 - share))
            dev.append(Part(sentences[end:], standard))
        parts.append(Part(sentences[:end], standard, name, repeat))
    return parts, dev if hold_out else []


def present_day(*, held_out: bool | None) -> Sentences:
    """The present-day text annotated by hand: all, the held-out blocks only, or all but those."""
    return [sentence.words for sentence in modern.annotated(held_out=held_out)]


def words_of_raw_text(parts: Sequence[Part], dictionary: Mapping[str, int]) -> dict[str, int]:
    """How often a first model of these parts finds a word in the text of the vote: Han words found twice or more.

    A lexicon from text that the model itself segmented: Sun and Xu, Enhancing Chinese word segmentation using
    unlabeled data, 2011.
    """
    model = Perceptron(dictionary=dictionary, **FIRST_SETTINGS).fit_parts(parts)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "first.safetensors")
        write_model(path, *pack_model(model, *compact(model, ROWS, BOUNDARY_COST)))
        segmenter = Segmenter(model=path)
        learnt = {"".join(words) for words in parts[-1].sentences}
        for words in segmenter.segment_many(["".join(sentence.words) for sentence in modern.voted()]):
            if "".join(words) not in learnt:
                counts.update(words)
    found: Counter[str] = Counter()
    for word, count in counts.items():
        if _HAN_WORD.fullmatch(word):
            found[normalise(word)] += count
    return {word: count for word, count in found.items() if count >= 2}


def join_february(joined: Sentences, plain: Sentences, february: Sentences) -> Sentences:
    """February with surname and given name as one word, learnt from January in both forms."""
    model = Perceptron(epochs=8, dictionary=jieba_dictionary()).fit(joined)
    surnames: set[str] = set()
    names: Counter[str] = Counter()
    for together, apart in zip(joined, plain, strict=True):
        for name, first in _joined_pairs(together, apart):
            surnames.add(normalise(first))
            names[normalise(name)] += 1
    cut = model.predict(["".join(words) for words in february])
    candidates: Counter[str] = Counter()
    confirmed: Counter[tuple[str, str]] = Counter()
    for words, found in zip(february, cut, strict=True):
        spans = set(_spans(found))
        for pair, span in _name_pairs(words, surnames):
            candidates["".join(pair)] += 1
            confirmed[pair] += span in spans
    good = {
        pair
        for pair, times in confirmed.items()
        if times and (2 * times > candidates["".join(pair)] or "".join(pair) in names)
    }
    return [_join(words, good) for words in february]


def _joined_pairs(together: Sequence[str], apart: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each joined name of a sentence, with its first part."""
    pieces = iter(apart)
    for word in together:
        first = piece = next(pieces)
        length = len(piece)
        while length < len(word):
            length += len(next(pieces))
        if len(first) < len(word):
            yield word, first


def _name_pairs(words: Sequence[str], surnames: set[str]) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """Pairs of a surname and a short word of Han characters, with their span."""
    for (left, (start, _)), (right, (_, end)) in itertools.pairwise(
        zip(map(normalise, words), _spans(words), strict=True)
    ):
        if left in surnames and len(right) <= 2 and all("\u4e00" <= char <= "\u9fff" for char in right):
            yield (left, right), (start, end)


def _join(words: Sequence[str], pairs: set[tuple[str, str]]) -> list[str]:
    result: list[str] = []
    joins = False  # whether the last word is such a name already
    for word in words:
        if result and not joins and (normalise(result[-1]), normalise(word)) in pairs:
            result[-1] += word
            joins = True
        else:
            result.append(word)
            joins = False
    return result


def _spans(words: Sequence[str]) -> list[tuple[int, int]]:
    ends = list(itertools.accumulate(map(len, words)))
    return list(zip([0, *ends], ends, strict=False))


def jieba_dictionary() -> dict[str, int]:
    """jieba's dictionary, folded."""
    return dict(read_jieba()[0])


def present_day_dictionary() -> dict[str, int]:
    """jieba's dictionary with ``dictionaries/modern.tsv``; a word that was written by hand gets a good frequency."""
    dictionary = {word: int(frequency) for word, frequency in read_dictionary()[0].items()}
    return dictionary | {word: max(HAND_FREQUENCY, dictionary.get(word, 0)) for word in read_hand()}


def compare_sizes(model: CharacterTagger, dev: Sequence[Part]) -> int:
    """Scores on the held-out parts, for several numbers of rows and costs of a boundary."""
    trained = model.weights_
    choices = [(rows, BOUNDARY_COST) for rows in (10**9, 350_000, ROWS, 150_000)]
    for rows, cost in choices + [(ROWS, cost) for cost in (0.0, 0.7, 1.9)]:
        model.weights_ = trained
        model.weights_ = compact(model, rows, cost)[0]
        scores = {part.standard: model.score(part.sentences, standard=part.standard) for part in dev}
        mean = sum(scores.values()) / len(scores)
        shown = "  ".join(f"{name} {score:.4f}" for name, score in scores.items())
        print(f"rows {rows if rows < 10**9 else 'all':>6}  cost {cost:.1f}  mean {mean:.4f}  {shown}", flush=True)
    return 0


def score_all(model: CharacterTagger) -> dict[str, float]:
    """F1 on every test set under its standard, and on the part of cnc that was not learnt."""
    scores = {}
    for name, standard in TEST_SETS.items():
        scores[name] = model.score(list(registry.load_corpus(name)), standard=standard)
        print(f"{name:12} {standard:8} {scores[name]:.4f}", flush=True)
    cnc = list(registry.load_corpus("cnc-dev"))
    scores["cnc-rest"] = model.score(cnc[int(len(cnc) * CNC_SHARE) :], standard="cnc")
    print(f"{'cnc-rest':12} {'cnc':8} {scores['cnc-rest']:.4f}", flush=True)
    return scores


def card(scores: Mapping[str, float]) -> dict[str, str]:
    """The card of the model file."""
    names = (*PFR, *(name for name, *_ in _CORPORA))
    return {
        "name": "segmenter",
        "description": "Segments Chinese text by tagging characters; passive-aggressive averaged perceptron",
        "method": f"perceptron; templates {', '.join(t.name for t in TEMPLATES)}",
        "parameters": ", ".join(f"{name} {value}" for name, value in [*SETTINGS.items(), *_SIZES.items()]),
        "families": " ".join(FAMILIES),
        "scheme": "BMES",
        "seed": ", ".join(map(str, SEEDS)),
        "training_data": f"{_sources(names)}; of cnc-dev the first {CNC_SHARE:.0%}; {PRESENT_DAY}",
        "scores": ", ".join(f"{name} {score:.4f}" for name, score in scores.items()),
        "licence": LICENCE,
        "source": "python -m recipes.segmenter",
    }


def _sources(names: Sequence[str]) -> str:
    return ", ".join(f"{name} (sha256 {registry.find_corpus(name).sha256})" for name in names)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recipes.segmenter", description="Train the shipped segmenter.")
    parser.add_argument("--method", choices=TAGGERS, default="perceptron", help="default: perceptron")
    parser.add_argument("--output", help="the file to write; default: the shipped one")
    parser.add_argument("--january", action="store_true", help="PFR January alone, with its own lexicon")
    parser.add_argument("--dev", action="store_true", help="hold out, compare sizes; nothing is written")
    parser.add_argument("--no-progress", dest="progress", action="store_false", help="no progress bar")
    return parser


if __name__ == "__main__":
    sys.exit(main())
