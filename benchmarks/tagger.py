"""How accurate are the taggers by themselves? Writes ``benchmarks/results/tagger.json``.

Two tables:

    shipped    the shipped segmenter's weights, int8, on every public set: under the set's own standard, and
               under ``general``. Plain Viterbi over the kernel's scores, without patterns and user's words.
    january    each method fitted to PFR January 1998 alone ("trained on PFR 1998-01", no "closed test"),
               scored on PKU's gold test: F1, OOV and IV recall, seconds to train, rows, bytes of the file.

The settings of ``january`` were chosen on its last days, the size of the shipped model on parts held out of
its corpora (``python -m cnlp.models.train_segmenter --dev``); neither was chosen on a test set.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.segmentation import corpora_read
from cnlp.corpus import load, load_vocabulary
from cnlp.evaluation import SegmentationScorer
from cnlp.models.train_segmenter import CNC_SHARE, GENERAL, TEST_SETS
from cnlp.segmentation.tagger import load_tagger
from cnlp.tagging.schemes import tags_to_words

SHIPPED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "cnlp", "models", "segmenter.safetensors")
JANUARY = "pfr-199801"
TAGS = "BMES"
BEFORE = ((2, 3), (0, 1), (0, 1), (2, 3))  # the two tags that may stand before each

Segment = Callable[[str], list[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    results: dict[str, Any] = {}
    if not options.january:
        results["shipped"] = shipped(options.model)
    results["january"] = january()
    sets = corpora_read([*TEST_SETS, "cnc-dev"], [JANUARY])
    record = records.new_record("tagger", words, corpora=sets, packages=["numpy"], seed=1)
    records.save({**record, "results": results}, options.output)
    return 0


def shipped(path: str) -> dict[str, dict[str, Any]]:
    """Scores of the model file by set and standard."""
    results: dict[str, dict[str, Any]] = {}
    for name, standard in {**TEST_SETS, "cnc-dev": "cnc"}.items():
        sentences = list(load(name))
        if name == "cnc-dev":
            sentences = sentences[int(len(sentences) * CNC_SHARE) :]
        for used in dict.fromkeys((standard, GENERAL)):
            cell = score(segmenter(path, used), sentences, name)
            results.setdefault(name, {})[used] = cell
            print(f"{name:12} {used:8} {cell['f1']:.4f}", flush=True)
    return results


def segmenter(path: str, standard: str) -> Segment:
    """The best path over the kernel's scores, in whole numbers."""
    tagger = load_tagger(standard, path).tagger
    table = array("i", tagger.transitions)
    steps = [table[4 * tag : 4 * tag + 4] for tag in range(4)]

    def segment(text: str) -> list[str]:
        flat = array("h", tagger.scores(text))
        rows = [flat[4 * i : 4 * i + 4] for i in range(len(text))]
        return tags_to_words(text, [TAGS[tag] for tag in best_path(rows, steps)])

    return segment


def best_path(rows: Sequence[Sequence[int]], steps: Sequence[Sequence[int]]) -> list[int]:
    """Viterbi over BMES: scores of tags at positions, scores of steps between tags.

    >>> best_path([[5, 0, 0, 1], [0, 0, 5, 1]], [[0] * 4] * 4)
    [0, 2]
    """
    if not rows:
        return []
    impossible = -(1 << 40)
    best = [steps[3][0] + rows[0][0], impossible, impossible, steps[3][3] + rows[0][3]]
    back: list[list[int]] = []
    for row in rows[1:]:
        came = [
            max(pair, key=lambda tag, to=to: best[tag] + steps[tag][to]) for to, pair in enumerate(BEFORE)
        ]
        best = [best[tag] + steps[tag][to] + row[to] for to, tag in enumerate(came)]
        back.append(came)
    path = [2 if best[2] >= best[3] else 3]
    for came in reversed(back):
        path.append(came[path[-1]])
    return path[::-1]


def january() -> dict[str, dict[str, Any]]:
    """Each method fitted to January, its own lexicon."""
    from cnlp.models.train_segmenter import JANUARY_SETTINGS
    from cnlp.tagging.crf import CRF
    from cnlp.tagging.hmm import HiddenMarkovModel
    from cnlp.tagging.perceptron import Perceptron

    sentences = list(load(JANUARY))
    gold = list(load("pku-test"))
    texts = ["".join(words) for words in gold]
    results = {}
    models: dict[str, Any] = {
        "HMM, first order": HiddenMarkovModel(order=1, scheme="BMES"),
        "HMM, second order": HiddenMarkovModel(order=2, scheme="BMES"),
        "perceptron": Perceptron(**JANUARY_SETTINGS),
        "CRF": CRF(),
    }
    for name, model in models.items():
        start = time.process_time()
        if isinstance(model, HiddenMarkovModel):
            model.fit_words(sentences)
            cut = iter(map(model.segment, texts))
            rows = len(model._emissions)
        else:
            model.fit(sentences)
            cut = iter(model.predict(texts))
            rows = sum(len(stream.keys) for stream in model.streams_)
        seconds = time.process_time() - start
        cell = score(lambda _, cut=cut: next(cut), gold, "pku-test")  # type: ignore[misc]
        results[name] = {**cell, "seconds_to_train": round(seconds, 1), "rows": rows, "bytes": _size(model)}
        print(f"{name:18} {cell['f1']:.4f}  {seconds:.0f} s", flush=True)
    return results


def score(segment: Segment, sentences: Iterable[Sequence[str]], name: str) -> dict[str, Any]:
    """Every figure of the bakeoff."""
    scorer = SegmentationScorer(load_vocabulary(name), name=name)
    for words in sentences:
        scorer.add(words, segment("".join(words)))
    return scorer.score().as_dict()


def _size(model: Any) -> int:
    """Bytes of the file that the method needs to segment."""
    from cnlp.models.format import write_model
    from cnlp.models.train_segmenter import ROWS
    from cnlp.tagging.characters import CharacterTagger
    from cnlp.tagging.compact import compact, pack_model

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model")
        if isinstance(model, CharacterTagger):
            write_model(path, *pack_model(model, *compact(model, ROWS)))
        else:
            model.save(path)
        return path.stat().st_size


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tagger", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", default=SHIPPED, help="the model file; default: the shipped one")
    parser.add_argument("--january", action="store_true", help="only the table of methods")
    parser.add_argument(
        "--output", type=Path, default=records.RESULTS / "tagger.json", help="the file to write"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
