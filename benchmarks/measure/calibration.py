"""Can the taggers' confidence be believed? Writes ``benchmarks/results/calibration.json``.

A word's confidence is its share of all segmentations, each weighted by exp(score / T). Of the words with a
confidence about p the share p should be right; ``ece``, the expected calibration error, is the mean distance
of the two over the bins (Guo et al., On calibration of modern neural networks, 2017).

    perceptron   T is chosen by the likelihood of right and wrong words on sets that the model did not learn
                 from, each under its own standard, and is stored in the model; odd sentences choose, even ones
                 are reported
    crf          T is 1: its confidences are the model's marginal probabilities, on PKU's gold test
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import log
from pathlib import Path
from typing import Any

from benchmarks import record as records
from cnlp.corpus import load_corpus
from cnlp.names import Algorithm
from cnlp.segmentation import Segmenter
from cnlp.segmentation.trellis import Trellis
from recipes.segmenter import CNC_SHARE

SETS = {
    "perceptron": {"ud-dev": "ud", "zhuxian-dev": "zhuxian", "medical-dev": "medical", "cnc-dev": "cnc"},
    "crf": {"pku-test": "pku"},
}
TEMPERATURES = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0)
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)

Guess = tuple[float, bool]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    results = {
        "perceptron": measure("perceptron", options.sentences, TEMPERATURES),
        "crf": measure("crf", options.sentences, (1.0,)),
    }
    sets = [name for chosen in SETS.values() for name in chosen]
    record = records.new_record("calibration", words, corpora=sets)
    records.save({**record, "results": results}, options.output)
    return 0


def measure(algorithm: Algorithm, count: int, temperatures: Sequence[float]) -> dict[str, Any]:
    """The best temperature, and the reliability with it."""
    guesses: list[dict[float, list[Guess]]] = [{t: [] for t in temperatures} for _ in range(2)]
    for corpus, standard in SETS[algorithm].items():
        segmenter = Segmenter(algorithm=algorithm, standard=standard)
        for number, expected in enumerate(_sentences(corpus, count)):
            for temperature, found in confidences(segmenter, expected, temperatures).items():
                guesses[number % 2][temperature] += found
    chosen, reported = guesses
    losses = {t: log_loss(found) for t, found in chosen.items()}
    best = min(losses, key=lambda t: losses[t])
    result = {"temperature": best, "losses": losses, **reliability(reported[best])}
    print(algorithm, best, f"ece {result['ece']:.4f}", flush=True)
    return result


def confidences(
    segmenter: Segmenter, expected: Sequence[str], temperatures: Sequence[float]
) -> dict[float, list[Guess]]:
    """By temperature: each word's probability, and whether it is right."""
    ends = list(accumulate(map(len, expected)))
    spans = set(zip([0, *ends], ends, strict=False))
    trellis = Trellis(segmenter, "".join(expected))
    found = {}
    for temperature in temperatures:
        trellis.temperature = temperature
        found[temperature] = [(word.probability, (word.start, word.end) in spans) for word in trellis.confidences()]
    return found


def log_loss(guesses: Sequence[Guess]) -> float:
    """Mean negative log-likelihood in nats.

    >>> round(log_loss([(0.5, True), (0.5, False)]), 4)
    0.6931
    """
    shares = (probability if right else 1 - probability for probability, right in guesses)
    return -sum(log(max(share, 1e-9)) for share in shares) / len(guesses)


def reliability(guesses: Sequence[Guess]) -> dict[str, Any]:
    """The share of right words in each bin of confidence, and the expected calibration error.

    >>> reliability([(0.55, True), (0.55, False), (1.0, True)])["ece"]
    0.0333
    """
    rows, distance = [], 0.0
    for low, high in pairwise(BINS):
        inside = [guess for guess in guesses if low <= guess[0] < high or guess[0] == high == 1.0]
        if inside:
            confidence = sum(probability for probability, _ in inside) / len(inside)
            right = sum(is_right for _, is_right in inside) / len(inside)
            distance += abs(confidence - right) * len(inside)
            rows.append({"low": low, "high": high, "words": len(inside), "confidence": confidence, "right": right})
    return {"words": len(guesses), "ece": round(distance / len(guesses), 4), "bins": rows}


def _sentences(corpus: str, count: int) -> Sequence[Sequence[str]]:
    sentences = [words for words in load_corpus(corpus) if words]
    if corpus == "cnc-dev":
        sentences = sentences[int(len(sentences) * CNC_SHARE) :]
    return sentences[:: max(1, len(sentences) // count)][:count]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.calibration", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--sentences", type=int, default=400, help="of each set; default: 400")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "calibration.json", help="the file to write")
    return parser


if __name__ == "__main__":
    sys.exit(main())
