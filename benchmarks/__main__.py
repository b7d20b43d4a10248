"""All benchmarks, or a part of them: ``python -m benchmarks [PART …]``.

    segmentation   accuracy: cnlp's algorithms on every set; every peer beside them
    speed          cnlp's algorithms, jieba and rjieba in one process; every peer by turns; pipelines, taggers
    start-up       a process that segments one sentence (the same run as memory)
    memory         its greatest memory, and that of loading a large lexicon
    ner            entities: scores and speed, LAC beside
    keywords       quality and speed of keywords
    discovery      new words, jiagu and HarvestText beside

Peers are installed from the package index into separate environments (:mod:`benchmarks.peers.environments`);
one that fails is reported and does not stop the others. Each benchmark is a module that can be run by itself with more
options. At the end the tables of the documentation are made anew (:mod:`benchmarks.report`).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from benchmarks.peers import environments

#: Modules and their arguments by part; ``{LAC}`` is the interpreter of that peer's environment.
PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "segmentation": (("measure.segmentation",), ("measure.present_day",), ("peers.comparison", "--parts", "accuracy")),
    "speed": (("measure.speed",), ("measure.pos_speed",), ("peers.comparison", "--parts", "speed")),
    "start-up": (("measure.memory",), ("peers.comparison", "--parts", "start")),
    "memory": (("measure.memory",), ("peers.comparison", "--parts", "start"), ("measure.lexicon",)),
    "ner": (("measure.ner", "--lac", "{LAC}"),),
    "keywords": (("measure.keywords",), ("measure.keywords", "--speed")),
    "discovery": (
        ("measure.discovery", "--peer-python", "{HarvestText}"),
        ("measure.discovery_speed", "--peer-python", "{HarvestText}"),
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if a benchmark failed or could not compare with a peer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parts = parser.parse_args(arguments).parts or list(PARTS)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {unknown[0]}; there are {', '.join(PARTS)}")
    failed = False
    for module, *given in dict.fromkeys(run for part in parts for run in PARTS[part]):
        print(f"== {module} {' '.join(given)}".rstrip(), flush=True)
        failed |= run(module, given)
    return int(importlib.import_module("benchmarks.report.insert").main([]) or failed)


def run(module: str, given: Sequence[str]) -> bool:
    """Run one benchmark in this process; whether something failed."""
    failed, words = False, list(given)
    for name in [word[1:-1] for word in given if word.startswith("{")]:
        try:
            words[words.index(f"{{{name}}}")] = str(environments.interpreter(name))
        except environments.PeerError as error:
            print(f"{name:20} failed: {error}", flush=True)
            place = words.index(f"{{{name}}}")
            del words[place - 1 : place + 1]  # the option, too
            failed = True
    return bool(importlib.import_module(f"benchmarks.{module}").main(words)) or failed


if __name__ == "__main__":
    sys.exit(main())
