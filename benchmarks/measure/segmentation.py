"""How accurate is each segmenter on each public set? Writes ``benchmarks/results/segmentation.json``.

Every system gets each sentence of the gold standard without its spaces, one call per line, and is scored by
:mod:`cnlp.evaluation.segmentation`. OOV and IV recall are given where the bakeoff published its training
words. The sets follow different standards; a system that keeps one standard cannot be best on all.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.peers.systems import PEERS, Load, Segment, all_systems, choose
from cnlp import errors
from cnlp.corpus import CORPORA, load_corpus, load_vocabulary
from cnlp.evaluation import SegmentationScorer

SETS = (
    "pku-test",
    "msr-test",
    "as-test",
    "cityu-test",
    "sxu-test",
    "ud-dev",
    "wtb-test",
    "zhuxian-dev",
    "medical-dev",
    "cnc-dev",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 if every cell of the table could be filled."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    sets = options.sets or SETS
    results = run(choose(options.systems, all_systems()), sets)
    record = records.new_record("segmentation", words, corpora=corpora_read(sets), packages=PEERS)
    records.save({**record, "results": results}, options.output)
    return int(any("error" in cell for cells in results.values() for cell in cells.values()))


def run(systems: Mapping[str, Load], sets: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Scores by system and set."""
    results: dict[str, dict[str, dict[str, Any]]] = {}
    for name, make in systems.items():
        segment = make()
        results[name] = {}
        for corpus in sets:
            cell = results[name][corpus] = score(segment, corpus)
            shown = f"{cell['f1']:.4f}  {cell['seconds']:.1f} s" if "f1" in cell else cell["error"]
            print(f"{name:24} {corpus:12} {shown}", flush=True)
    return results


def score(segment: Segment, corpus: str) -> dict[str, Any]:
    """The score of one system on one set, or the reason why there is none.

    A system that loses or changes characters cannot be scored; the cell then holds ``error`` with the first
    place. ``seconds`` is the processor time of cutting alone.
    """
    scorer = SegmentationScorer(load_vocabulary(corpus), name=corpus)
    seconds = 0.0
    for words in load_corpus(corpus):
        text = "".join(words)
        start = time.process_time()
        predicted = segment(text)
        seconds += time.process_time() - start
        try:
            scorer.add(words, predicted)
        except errors.FormatError as error:
            return {"error": str(error)}
    return {**scorer.score().as_dict(), "seconds": round(seconds, 3)}


def corpora_read(sets: Sequence[str], trained_on: Sequence[str] = ()) -> list[str]:
    """Names of all files that a run over ``sets`` reads.

    >>> corpora_read(["pku-test", "ud-dev"], ["pfr-199801"])
    ['pfr-199801', 'pku-test', 'pku-words', 'ud-dev']
    """
    vocabularies = (CORPORA[name].vocabulary for name in sets)
    return sorted({*sets, *trained_on, *(name for name in vocabularies if name)})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.segmentation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--sets", nargs="+", choices=SETS, help="sets to score on; default: all")
    parser.add_argument("--systems", nargs="+", help="names such as 'cnlp bigram' or jieba; default: all")
    parser.add_argument(
        "--output", type=Path, default=records.RESULTS / "segmentation.json", help="the JSON file to write"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
