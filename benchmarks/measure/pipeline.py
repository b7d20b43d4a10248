"""How many documents a second does spaCy segment with each of its segmenters?

Writes ``benchmarks/results/pipeline.json``.

Blank pipelines for Chinese: by characters, with jieba, with pkuseg if its models are there, and with cnlp's
tokenizer, alone and with its tagger. Documents are the paragraphs of a raw text.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import record as records
from benchmarks.timing import Contender, pin, spread, time_rounds
from cnlp.corpus import registry

DOCUMENTS = "raw/news_xinwenlianbo_2022-2026.txt"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    pin()
    with open(registry.data_folder() / DOCUMENTS, encoding="utf-8") as file:
        texts = [line for line in file.read(2_000_000).split("\n") if line.strip()][: options.documents]
    contenders, failures = [], {}
    for name, make in pipelines(options.pkuseg).items():
        try:
            nlp = make()
            nlp("预热")
        except Exception as error:  # a peer that cannot run is reported, not hidden
            failures[name] = f"{type(error).__name__}: {error}".splitlines()[0]
            continue
        contenders.append(Contender(name, lambda: texts, consume(nlp), len(texts)))
    rates = time_rounds(contenders, options.rounds)
    results: dict[str, Any] = {
        "documents_per_second": {name: spread(values, 1) for name, values in rates.items()},
        "failed": failures,
    }
    for name, cell in results["documents_per_second"].items():
        print(f"{name:28} {cell['median']:9.1f} documents/s")
    for name, reason in failures.items():
        print(f"{name:28} failed: {reason}")
    record = records.new_record("pipeline", given, packages=("spacy", "jieba", "spacy-pkuseg"))
    records.save({**record, "results": results}, options.output)
    return 0


def consume(nlp: Any) -> Callable[[list[str]], None]:
    """Makes every document and drops it."""

    def work(texts: list[str]) -> None:
        for _ in nlp.pipe(texts):
            pass

    return work


def pipelines(pkuseg: str) -> dict[str, Callable[[], Any]]:
    """Functions that make the pipelines; ``pkuseg`` is a folder of its model, or a name that it downloads."""
    import spacy

    warnings.simplefilter("ignore")
    logging.getLogger("jieba").setLevel(logging.ERROR)

    def blank(segmenter: str) -> Callable[[], Any]:
        def make() -> Any:
            nlp: Any = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": segmenter}}})
            if segmenter == "pkuseg":
                nlp.tokenizer.initialize(pkuseg_model=pkuseg)
            return nlp

        return make

    def with_cnlp(*components: str) -> Callable[[], Any]:
        def make() -> Any:
            nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "cnlp.Tokenizer.v1"}}})
            for component in components:
                nlp.add_pipe(component)
            return nlp

        return make

    return {
        "spaCy, characters": blank("char"),
        "spaCy, jieba": blank("jieba"),
        "spaCy, pkuseg": blank("pkuseg"),
        "spaCy, cnlp": with_cnlp(),
        "spaCy, cnlp with tagger": with_cnlp("cnlp_tagger"),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.pipeline", description=__doc__)
    parser.add_argument("--documents", type=int, default=500, help="default: 500")
    parser.add_argument("--pkuseg", default="mixed", help="folder of its model")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "pipeline.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
