"""How accurate and how fast are parts of speech? Writes ``benchmarks/results/pos.json``.

PFR January 1998: days 1 to 25 to train (with what has no tags and with the text of today; see recipes.pos), 26 to 28
to choose the settings, 29 to 31 to test, names as in PFR; and ``modern/pos_dev.jsonl``, 250 sentences of 2017 to 2025
tagged by hand. ``--model`` takes the tagger of these days that
``python -m recipes.pos --measured FILE`` wrote; without it one is trained.

    gold words   accuracy of the tags of given words, and of words that days 1 to 25 do not have
    joint        F1 of words with their tag, segmented by a perceptron that learnt days 1 to 25, February and
                 jieba's dictionary, then tagged: a word counts where span and tag are right
    jieba        jieba.posseg on the same text, F1 of words with the first letter of the tag, beside the same
                 figure of ours: its tags go back to PFR's, finer ones do not correspond
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
import tempfile
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks import record as records
from cnlp.corpus import load_corpus
from cnlp.pos.tagger import PartOfSpeech
from cnlp.segmentation.corpora import Part
from cnlp.segmentation.perceptron import Perceptron
from cnlp.text.normalise import normalise
from recipes.pos import CORPUS, DEV, ROUNDING, SETTINGS, TEST, TRAIN, of_today, sentences, train
from recipes.segmenter import jieba_dictionary

Tagged = tuple[Sequence[str], Sequence[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    test = sentences(TEST)
    texts = ["".join(sentence) for sentence, _ in test]
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = options.model or Path(folder, "pos")
        if not options.model:
            train(TRAIN, SETTINGS).save(path, **ROUNDING)
        tagger = PartOfSpeech(path)
        results["bytes"] = path.stat().st_size
    known = {normalise(word) for words_, _ in sentences(TRAIN) for word in words_}
    parts = {
        "gold words, days 26-28": sentences(DEV),
        "gold words, days 29-31": test,
        "gold words, present-day": of_today("modern/pos_dev.jsonl"),
    }
    for name, part in parts.items():
        results[name] = on_gold_words(tagger, part, known)
        print(name, results[name], flush=True)
    cut = fit_segmenter().predict(texts)
    found = list(zip(cut, tagger.predict_many(cut), strict=True))
    results["segmentation F1"] = f1(test, found, letters=0)
    results["joint F1"] = f1(test, found)
    results["joint F1, first letter"] = f1(test, found, letters=1)
    results["jieba joint F1, first letter"] = f1(test, jieba_posseg(texts), letters=1)
    print({name: value for name, value in results.items() if "F1" in name}, flush=True)
    record = records.new_record("pos", words, corpora=[CORPUS, "pfr-199802"], packages=["numpy", "jieba"], seed=1)
    records.save({**record, "results": results}, options.output)
    return 0


def fit_segmenter() -> Perceptron:
    """A segmenter of days 1 to 25, February and jieba's dictionary."""
    parts = [Part([list(words) for words, _ in sentences(TRAIN)]), Part(list(load_corpus("pfr-199802")))]
    return Perceptron(epochs=10, dictionary=jieba_dictionary()).fit_parts(parts)


def on_gold_words(tagger: PartOfSpeech, part: Sequence[Tagged], known: set[str]) -> dict[str, float]:
    """Accuracy, and accuracy on words that the tags of days 1 to 25 do not have."""
    found = tagger.predict_many(words for words, _ in part)
    pairs = [
        (normalise(word) in known, tag == gold)
        for tags, (words, golds) in zip(found, part, strict=True)
        for word, tag, gold in zip(words, tags, golds, strict=True)
    ]
    unknown = [right for is_known, right in pairs if not is_known]
    return {
        "words": len(pairs),
        "accuracy": round(sum(right for _, right in pairs) / len(pairs), 4),
        "unknown_words": len(unknown),
        "unknown_accuracy": round(sum(unknown) / max(len(unknown), 1), 4),
    }


def f1(gold: Iterable[Tagged], found: Iterable[Tagged], letters: int | None = None) -> float:
    """F1 of words with their tag, or with so many letters of it.

    >>> f1([(["北京", "大学"], ["ns", "n"])], [(["北京", "大学"], ["n", "n"])], letters=1)
    1.0
    """
    right = total = 0
    for expected, got in zip(gold, found, strict=True):
        left, other = _spans(*expected, letters), _spans(*got, letters)
        right += len(left & other)
        total += len(left) + len(other)
    return round(2 * right / total, 4)


def jieba_posseg(texts: Iterable[str]) -> list[Tagged]:
    """jieba's words and tags."""
    jieba: Any = importlib.import_module("jieba")
    jieba.setLogLevel(logging.ERROR)
    posseg: Any = importlib.import_module("jieba.posseg")
    pairs = [[(pair.word, pair.flag) for pair in posseg.cut(text)] for text in texts]
    return [([word for word, _ in line], [flag if flag != "x" else "w" for _, flag in line]) for line in pairs]


def _spans(words: Sequence[str], tags: Sequence[str], letters: int | None) -> set[tuple[int, int, str]]:
    ends = list(accumulate(map(len, words)))
    return {
        (start, end, tag[:letters].lower() if letters is not None else tag)
        for start, end, tag in zip([0, *ends], ends, tags, strict=False)
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.pos", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--model", type=Path, help="a tagger of days 1 to 25")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "pos.json", help="the file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
