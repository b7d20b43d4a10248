"""Compile jieba's dictionary, tables and IDF into cnlp/jieba/jieba.safetensors: ``python -m recipes.jieba``.

Needs jieba, whose files are read and whose code is not run, and zopfli, whose output zlib reads and which saves a
twentieth: one core, two minutes. The terms are those of jieba, the MIT licence, which lies beside the file. Numbers are
doubles, so that sums come out the same to the last bit.

    dictionary      dict.txt, as it is
    hmm             finalseg: ln p of the tags B E M S in the kernel's form, see prefix.h
    idf_words       words of idf.txt that the dictionary lacks, one a line
    idf_values      the values that occur in it
    idf_codes       for each line of the dictionary, then of idf_words: 1 + the number of its value, 0 without one
    tags_states     posseg: the states of its HMM in their order, lines of `place tag`
    tags_start      ln p of each state at the start
    tags_steps      [from][to] ln p, -inf where there is no such step
    tags_seen       for each state a line of the characters that it was seen with
    tags_characters for each state a line of the characters that it emits
    tags_emissions  their ln p
"""

from __future__ import annotations

import os
import runpy
from array import array
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import zopfli.zlib

from cnlp.jieba._prefix.layout import FIRST_HAN, N_HAN
from cnlp.jieba.data import PATH
from cnlp.model.format import write_model

TAGS = "BEMS"  # in the order that decides ties
IMPOSSIBLE = -3.14e100  # where jieba has no probability
CARD = {
    "kind": "jieba",
    "name": "jieba",
    "description": "the dictionary, the tables and the IDF of jieba, for cnlp.jieba",
    "licence": "MIT; Copyright (c) 2013 Sun Junyi, see cnlp/jieba/LICENSE",
    "source": "python -m recipes.jieba",
}


def main() -> None:
    """Write the file.

    Raises:
        SystemExit: jieba is not installed, or its dictionary is another than expected.
    """
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise SystemExit("jieba is not installed: pip install '.[build]'")
    folder = Path(spec.origin).parent
    arrays = {**dictionary(folder), **hmm(folder), **tags(folder)}
    packed = {name: ("U8", zopfli.zlib.compress(data, numiterations=5)) for name, data in arrays.items()}
    write_model(PATH, packed, {**CARD, "training_data": f"files of jieba {version('jieba')}"})
    print(f"{PATH}: {os.path.getsize(PATH):,} bytes")


def dictionary(folder: Path) -> dict[str, bytes]:
    """The dictionary, and the IDF of its words and of others.

    Raises:
        SystemExit: a line of the dictionary is not ``word frequency tag``.
    """
    content = (folder / "dict.txt").read_bytes()
    fields = content.decode().split()
    if [" ".join(fields[i : i + 3]) for i in range(0, len(fields), 3)] != content.decode().rstrip("\n").split("\n"):
        raise SystemExit("dict.txt has a line that is not 'word frequency tag'")
    words = fields[::3]
    lines = (folder / "analyse" / "idf.txt").read_text("utf-8").split("\n")
    idf = {word: float(value) for word, value in (line.split(" ") for line in lines if line)}
    values = sorted(set(idf.values()), reverse=True)  # the most common first
    codes = {value: code for code, value in enumerate(values, 1)}
    others = sorted(idf.keys() - set(words))
    return {
        "dictionary": content,
        "idf_words": "\n".join(others).encode(),
        "idf_values": array("d", values).tobytes(),
        "idf_codes": array("H", [codes[idf[word]] if word in idf else 0 for word in [*words, *others]]).tobytes(),
    }


def hmm(folder: Path) -> dict[str, bytes]:
    """The HMM of words that the dictionary lacks."""
    start, steps, emissions = (table(folder / "finalseg" / f"prob_{name}.py") for name in ("start", "trans", "emit"))
    numbers = array("d", (start[tag] for tag in TAGS))
    numbers.extend(steps[tag].get(following, IMPOSSIBLE) for tag in TAGS for following in TAGS)
    rows = array("d", [IMPOSSIBLE]) * (len(TAGS) * N_HAN)
    for column, tag in enumerate(TAGS):
        for char, value in emissions[tag].items():
            place = ord(char) - FIRST_HAN
            if 0 <= place < N_HAN:
                rows[len(TAGS) * place + column] = value
    return {"hmm": (numbers + rows).tobytes()}


def tags(folder: Path) -> dict[str, bytes]:
    """The HMM of parts of speech."""
    start, steps, emissions, seen = (
        table(folder / "posseg" / f"{name}.py") for name in ("prob_start", "prob_trans", "prob_emit", "char_state_tab")
    )
    states = sorted(steps)
    never = float("-inf")
    emitted = {state: sorted(emissions[state]) for state in states}
    return {
        "tags_states": as_lines(map(" ".join, states)),
        "tags_start": doubles(start[state] for state in states),
        "tags_steps": doubles(steps[state].get(to, never) for state in states for to in states),
        "tags_seen": as_lines("".join(sorted(char for char in seen if state in seen[char])) for state in states),
        "tags_characters": as_lines("".join(emitted[state]) for state in states),
        "tags_emissions": doubles(emissions[state][char] for state in states for char in emitted[state]),
    }


def table(path: Path) -> Any:
    """The constant ``P`` of a module of probabilities."""
    return runpy.run_path(str(path))["P"]


def doubles(numbers: Iterable[float]) -> bytes:
    """The numbers, 8 bytes each."""
    return array("d", numbers).tobytes()


def as_lines(texts: Iterable[str]) -> bytes:
    """The texts in UTF-8, one a line."""
    return "\n".join(texts).encode()


if __name__ == "__main__":
    main()
