"""Label text by a vote of teachers: ``python -m recipes.vote FILE... --output FOLDER``.

The text of the vote (``silver/`` of the data folder) follows this rule. A teacher is a segmenter with a weight:

    cnlp            the shipped segmenter                         1.0
    pkuseg 0.0.25   mixed model; MIT                              1.1
    LAC 2.1.2       Apache-2.0; its names of persons, places
                    and organisations become the entities         0.9
    MiNLP 3.2.2     fine; Apache-2.0                              1.0

Each runs in an environment of its own, which :mod:`benchmarks.peers.environments` makes. A word ends where teachers of
more than half of the weight end one; an entity of LAC's counts if it begins and ends where the vote has a word begin
and end. A line of the output is ``=`` (all teachers agree) or ``~``, and the words with blanks between them, entities
in braces: ``= 他 在 {上海}LOC``. A teacher that cannot be installed or fails on a line does not vote, which is said.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.peers.comparison import Worker
from benchmarks.peers.environments import PeerError, environment, interpreter
from cnlp.files.lines import replacing

WEIGHTS = {"cnlp": 1.0, "pkuseg": 1.1, "MiNLP": 1.0, "LAC": 0.9}
LABELS = ("PER", "LOC", "ORG")
CHUNK = 10_000  # lines that the teachers get together; for each lot they are started anew


class Opinion(NamedTuple):
    """What a teacher says of a line: its words, and the labels of those that are names (``""`` otherwise)."""

    words: Sequence[str]
    labels: Sequence[str] = ()


def ends(words: Sequence[str]) -> list[int]:
    """The end of each word, in characters that are not blanks.

    >>> ends(["他 ", "在", "上海"])
    [1, 2, 4]
    """
    sizes = (len("".join(word.split())) for word in words)
    return list(itertools.accumulate(size for size in sizes if size))


def vote(text: str, opinions: Sequence[tuple[float, Opinion]]) -> str | None:
    """The line of a text, or ``None`` if nobody has an opinion of all its characters.

    >>> vote("他在上海", [(1.0, Opinion(["他", "在", "上海"])), (0.9, Opinion(["他", "在上海"]))])
    '~ 他 在 上海'
    >>> vote("他在上海", [(0.9, Opinion(["他", "在", "上海"], ["", "", "LOC"]))])
    '= 他 在 {上海}LOC'
    """
    visible = "".join(text.split())
    found = [(weight, ends(opinion.words), opinion) for weight, opinion in opinions]
    found = [entry for entry in found if "".join("".join(entry[2].words).split()) == visible and visible]
    if not found:
        return None
    half = sum(weight for weight, *_ in found) / 2
    weight_of: defaultdict[int, float] = defaultdict(float)
    for weight, places, _ in found:
        for at in places:
            weight_of[at] += weight
    chosen = sorted(at for at, weight in weight_of.items() if weight > half)
    agreed = all(places == chosen for _, places, _ in found)
    borders = [0, *chosen]
    pieces, at = [], 0
    for start, end, label in _entities(found, set(borders)):
        pieces += _words(visible, borders, at, start)
        pieces.append(f"{{{' '.join(_words(visible, borders, start, end))}}}{label}")
        at = end
    return " ".join(["=" if agreed else "~", *pieces, *_words(visible, borders, at, len(visible))])


def _entities(found: Sequence[tuple[float, list[int], Opinion]], borders: set[int]) -> Iterator[tuple[int, int, str]]:
    for _, places, opinion in found:
        labels = [label for word, label in zip(opinion.words, opinion.labels, strict=False) if word.split()]
        for start, end, label in zip([0, *places], places, labels, strict=False):
            if label in LABELS and start in borders and end in borders:
                yield start, end, label


def _words(text: str, borders: Sequence[int], start: int, end: int) -> list[str]:
    inner = [at for at in borders if start <= at <= end]
    return [text[left:right] for left, right in itertools.pairwise(inner)]


def ask_lac(lines: Sequence[str]) -> list[Opinion]:
    """Words and names by LAC.

    Raises:
        PeerError: it cannot be installed, or fails.
    """
    script = Path(__file__).parent.parent / "benchmarks/peers/lac.py"
    done = subprocess.run(
        [str(interpreter("LAC")), str(script)],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        env=environment("LAC"),
    )
    if done.returncode:
        raise PeerError(done.stderr[-300:])
    return [Opinion(words, tags) for words, tags in json.loads(done.stdout)["tagged"]]


def ask(teacher: str, lines: Sequence[str]) -> list[Opinion]:
    """What a teacher says of the lines.

    Raises:
        PeerError: it cannot be installed, or fails.
    """
    if teacher == "LAC":
        return ask_lac(lines)
    worker = Worker(teacher)
    try:
        return [Opinion(words) for words in worker.ask(do="cut", texts=list(lines))["words"]]
    finally:
        worker.close()


def label(lines: Sequence[str]) -> Iterator[str]:
    """The labelled lines; those that nobody has an opinion of are left out."""
    opinions: list[list[tuple[float, Opinion]]] = [[] for _ in lines]
    for teacher, weight in WEIGHTS.items():
        try:
            for one, opinion in zip(opinions, ask(teacher, lines), strict=True):
                one.append((weight, opinion))
        except PeerError as error:
            print(f"{teacher} does not vote: {error}", file=sys.stderr)
    for line, given in zip(lines, opinions, strict=True):
        voted = vote(line, given)
        if voted is not None:
            yield voted


def main(arguments: Sequence[str] | None = None) -> int:
    """Label files; each gets a file of the same name in the output folder."""
    parser = argparse.ArgumentParser("python -m recipes.vote", description="Label text by a vote of teachers.")
    parser.add_argument("files", nargs="+", type=Path, help="plain text in UTF-8, a sentence in each line")
    parser.add_argument("--output", required=True, type=Path, help="a folder")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    for path in options.files:
        with open(path, encoding="utf-8") as source, replacing(os.fspath(options.output / path.name)) as target:
            texts = (line.strip() for line in source)
            lines = (line for line in texts if line)
            while chunk := list(itertools.islice(lines, CHUNK)):
                target.writelines(f"{voted}\n".encode() for voted in label(chunk))
    return 0


if __name__ == "__main__":
    sys.exit(main())
