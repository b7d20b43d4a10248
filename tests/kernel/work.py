"""Count the steps of the kernel: ``python tests/kernel/work.py`` in a process of instrumented.py.

Prints, as JSON, of each entry over each lexicon and text: the steps for a text of SIZE characters and of twice as many.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

from entries import entries
from instrumented import Instrument
from twins import UserEntry

from cnlp._kernel import layout

SIZE, LONGEST = 2048, 30
MODES = {
    "prefer": layout.MODE_PREFER,
    "force": layout.MODE_FORCE,
    "split": layout.MODE_SPLIT,
    "block": layout.MODE_BLOCK,
    "partial force": layout.MODE_FORCE | layout.MODE_PARTIAL,
}
WORDS = {  # words of the user, and the text of which they make the most
    "nested": (["中" * size for size in range(1, LONGEST + 1)], "中"),
    "overlapping itself": (["中中"], "中"),
    "long": (["中" * LONGEST], "中"),
    "crossing": (["人大", "大人"], "人大"),
    "chained": (["中国人", "国人中国", "人中", "国人"], "中国人"),
}
UNITS = {"prose": "中国人民，大家好。", "letters": "a", "numbers": "1,", "addresses": "http://a", "names": "比尔·"}
OF_USER = ("words", "edges", "tagger", "constraints", "propose", "unknown", "scores")  # what reads the user's words


def entry(word: str, mode: int) -> UserEntry:
    """A word of the user; a split one in two."""
    pieces = (1, len(word) - 1) if mode & layout.MODE_MASK == layout.MODE_SPLIT and len(word) > 1 else (len(word),)
    return UserEntry(word, mode, 1000, 0, False, pieces if mode & layout.MODE_MASK == layout.MODE_SPLIT else ())


def main() -> None:
    """Measure all."""
    kernel = import_module("cnlp._kernel.native")
    instrument = Instrument(kernel)
    cases = [
        (f"{words} {mode}", [entry(word, number) for word in forms], unit, OF_USER)
        for words, (forms, unit) in WORDS.items()
        for mode, number in MODES.items()
    ]
    cases += [(name, [entry("中国", layout.MODE_PREFER)], unit, ("",)) for name, unit in UNITS.items()]
    found = []
    for case, user, unit, prefixes in cases:
        steps: dict[str, list[int]] = {}
        for size in (SIZE, 2 * SIZE):
            for name, call in entries(kernel, unit * (size // len(unit)), user).items():
                if name.startswith(prefixes):
                    before = instrument.work
                    call()
                    steps.setdefault(name, []).append(instrument.work - before)
        found += [[f"{name}: {case}", *counts] for name, counts in steps.items()]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
