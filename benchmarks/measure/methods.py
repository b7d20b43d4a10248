"""Every method on equal terms: PFR January 1998 alone, its own lexicon, PKU's gold test.

Writes ``benchmarks/results/methods.json``. The result is "trained on PFR 1998-01", not "SIGHAN closed test".

    F1, OOV and IV recall   of the fitted estimator; of a model file with int8 weights it differs by .0002
    seconds_to_train        processor time, reading the corpus not included
    features                n-grams, words and pairs that own a weight, a count or a probability
    bytes                   of the file, or files, that segmenting needs
    MB/s                    of the Segmenter over these files, line by line on one core, and as a ratio to
                            rjieba in the same run

``perceptron, raw text`` learns besides from unlabelled text, news, novels and encyclopaedia of ``raw/``: the
words that a first model finds there twice are the dictionary of the second. Lines that share ``SHARED``
characters in a row with the test are left out. All settings were chosen on January 26 to 31 with models of
January 1 to 25, and on February, never on the test.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks import timing
from benchmarks.measure.segmentation import corpora_read
from benchmarks.peers.systems import load_rjieba
from cnlp.corpus import load_corpus, load_vocabulary
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.evaluation import SegmentationScorer
from cnlp.lexicon import Lexicon
from cnlp.model.format import write_model
from cnlp.segmentation import Segmenter
from cnlp.segmentation.bigram import Bigram
from cnlp.segmentation.characters import CharacterTagger
from cnlp.segmentation.compact import compact, pack_hmm, pack_model
from cnlp.segmentation.crf import CRF
from cnlp.segmentation.hmm import HMM
from cnlp.segmentation.perceptron import Perceptron
from cnlp.text.normalise import normalise
from recipes.segmenter import JANUARY_SETTINGS, RAW_SETTINGS, ROWS

JANUARY = "pfr-199801"
TEST = "pku-test"
RAW = (
    "raw/news_xinwenlianbo_2022-2026.txt",
    "raw/chid_unlabeled.txt",
    "raw/wiki_cmrc2018_dev.txt",
    "raw/novels/三国演义.txt",
    "raw/novels/水浒传.txt",
    "raw/novels/红楼梦.txt",
    "raw/novels/西游记.txt",
)
SHARED = 15

Sentences = Sequence[Sequence[str]]
Cut = Callable[[Sequence[str]], list[list[str]]]


@dataclass(frozen=True)
class Method:
    """One row of the table.

    Attributes:
        cut: texts to words.
        seconds: to train.
        features: how many.
        files: what segmenting needs.
        segmenter: over these files; ``None`` where the package has none for the method.
    """

    cut: Cut
    seconds: float
    features: int
    files: tuple[Path, ...]
    segmenter: Segmenter | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    gold = list(load_corpus(TEST))
    texts = ["".join(sentence) for sentence in gold]
    with tempfile.TemporaryDirectory() as folder:
        raw = [] if options.no_raw else list(raw_lines(texts))
        methods = train(list(load_corpus(JANUARY)), raw, Path(folder))
        results = {name: score(method, gold, texts) for name, method in methods.items()}
        add_speed(results, methods, texts, options.rounds)
    record = records.new_record(
        "methods", words, corpora=corpora_read([TEST], [JANUARY]), packages=["numpy", "rjieba"], seed=1
    )
    if raw:
        record["data"] |= {name: file_sha256(data_folder() / name) for name in RAW}
    records.save({**record, "results": results}, options.output)
    return 0


def train(sentences: Sentences, raw: Sequence[str], folder: Path) -> dict[str, Method]:
    """All methods by name, fitted to the sentences."""
    bigram, seconds = _timed(lambda: Bigram().fit(sentences))
    path = folder / "bigram"
    bigram.save(path)
    lexicon = _lexicon(path)
    segmenter = Segmenter(lexicon, algorithm="bigram")
    features = len(bigram.counts_) + len(bigram.bigrams_)
    methods = {"bigram": Method(_each(segmenter), seconds, features, (path,), segmenter)}
    learners: dict[str, HMM | CharacterTagger] = {
        "HMM, first order": HMM(order=1),
        "HMM, second order": HMM(order=2),
        "perceptron": Perceptron(**JANUARY_SETTINGS),
        "CRF": CRF(),
    }
    for name, model in learners.items():
        methods[name] = _tagger(name, model, sentences, folder, lexicon)
    for name in ("HMM, first order", "perceptron"):
        tagger = methods[name]
        segmenter = Segmenter(lexicon, algorithm="bigram", unknown="perceptron", model=tagger.files[0])
        methods[f"bigram, unknown words by {name}"] = Method(
            _each(segmenter), seconds + tagger.seconds, features + tagger.features, (path, *tagger.files), segmenter
        )
    if raw:
        learner = Perceptron(**RAW_SETTINGS)
        methods["perceptron, raw text"] = _tagger("raw", learner, sentences, folder, lexicon, raw)
    order = ("HMM", "bigram", "perceptron", "CRF")
    return dict(sorted(methods.items(), key=lambda item: [item[0].startswith(name) for name in order], reverse=True))


def _tagger(
    name: str,
    model: HMM | CharacterTagger,
    sentences: Sentences,
    folder: Path,
    lexicon: Lexicon,
    raw: Sequence[str] = (),
) -> Method:
    path = folder / name.replace(",", "").replace(" ", "-")
    if isinstance(model, HMM):
        learner = model
        _, seconds = _timed(lambda: learner.fit(sentences))
        counts = model.model_._counts
        features = len(counts.emitted) + len(counts.two if model.order == 1 else counts.three)
        if model.order == 2:
            model.save(path)
            return Method(model.predict, seconds, features, (path,), None)
        write_model(path, *pack_hmm(model))
    else:
        tagger = model
        _, seconds = _timed(lambda: tagger.fit(sentences, raw=raw))
        features = sum(len(stream.keys) for stream in model.streams_)
        write_model(path, *pack_model(model, *compact(model, ROWS)))
    return Method(model.predict, seconds, features, (path,), Segmenter(lexicon, algorithm="perceptron", model=path))


def score(method: Method, gold: Sentences, texts: Sequence[str]) -> dict[str, Any]:
    """Every figure of the bakeoff, and what the method costs."""
    scorer = SegmentationScorer(load_vocabulary(TEST), name=TEST)
    for expected, found in zip(gold, method.cut(texts), strict=True):
        scorer.add(expected, found)
    return {
        **scorer.score().as_dict(),
        "seconds_to_train": round(method.seconds, 1),
        "features": method.features,
        "bytes": sum(path.stat().st_size for path in method.files),
    }


def add_speed(
    results: dict[str, dict[str, Any]], methods: dict[str, Method], texts: Sequence[str], rounds: int
) -> None:
    """MB/s of the Segmenters and their ratio to rjieba's."""
    size = sum(len(text.encode()) for text in texts)
    cuts = {name: method.segmenter.segment for name, method in methods.items() if method.segmenter}
    contenders = [
        timing.Contender(name, lambda: [text[:1] + text[1:] for text in texts], _over(cut), size)
        for name, cut in [*cuts.items(), ("rjieba", load_rjieba())]
    ]
    timing.pin()
    rates = timing.time_rounds(contenders, rounds)
    ratios = timing.ratios(rates, ["rjieba"])["rjieba"]
    for name in cuts:
        results[name]["mb_per_s"] = timing.spread([rate / 1e6 for rate in rates[name]])
        results[name]["ratio_to_rjieba"] = ratios[name]


def raw_lines(texts: Iterable[str]) -> Iterator[str]:
    """Lines of the raw text that share no ``SHARED`` characters in a row with any of the texts."""
    tested = {piece for text in texts for piece in _pieces(normalise(text))}
    for name in RAW:
        with open(data_folder() / name, encoding="utf-8") as file:
            for line in map(str.strip, file):
                if line and not any(piece in tested for piece in _pieces(normalise(line))):
                    yield line


def _pieces(text: str) -> Iterator[str]:
    return (text[i : i + SHARED] for i in range(len(text) - SHARED + 1))


def _timed(learn: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    return learn(), time.process_time() - start


def _each(segmenter: Segmenter) -> Cut:
    return lambda texts: [segmenter.segment(text) for text in texts]


def _over(cut: Callable[[str], list[str]]) -> Callable[[list[str]], None]:
    def work(texts: list[str]) -> None:
        for text in texts:
            cut(text)

    return work


def _lexicon(path: Path) -> Lexicon:
    from cnlp.lexicon import load_lexicon

    return load_lexicon(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.methods", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=9, help="of the timing; default: 9")
    parser.add_argument("--no-raw", action="store_true", help="leave out the model that reads raw text")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "methods.json", help="the file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
