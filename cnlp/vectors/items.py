"""The items of raw text that get vectors, line by line.

characters  as they follow each other, without white space
bigrams     each character with the one after it, so that neighbours overlap
words       all words of a lexicon that occur, overlapping ones too, by start and end, for that is what a lattice
            looks up; or the longest from left to right. Characters that no word covers are items between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack

from cnlp.files.lines import naming, replacing
from cnlp.lexicon.trie import Trie
from cnlp.vectors.tables import bigrams, fold, matches

# Longer lines are split there, since gensim ignores the items of a line after the 10,000th.
_LINE = 2000
_BETWEEN_WORDS = re.compile(r"[a-z0]+|\S")


def write_items(lines: Iterable[str], lexicon: Trie, overlapping: bool, paths: Mapping[str, str]) -> None:
    """Write for each table a file with the items of each line, separated by blanks.

    Args:
        lines: raw text.
        lexicon: the words.
        overlapping: all of them that occur, or the longest.
        paths: by table (``characters``, ``bigrams``, ``words``) the file to write, which appears when it is complete.

    Raises:
        OSError: one cannot be written.
    """
    split: dict[str, Callable[[str], Iterable[str]]] = {
        "characters": lambda line: "".join(line.split()),
        "bigrams": lambda line: (pair for piece in line.split() for pair in bigrams(piece)),
        "words": lambda line: word_items(lexicon, line, overlapping),
    }
    with ExitStack() as stack:
        files = []
        for name, path in paths.items():
            stack.enter_context(naming(path))
            files.append((split[name], stack.enter_context(replacing(path))))
        for line in _short_lines(lines):
            for items, file in files:
                file.write(" ".join(items(line)).encode("utf-8", "replace") + b"\n")


def _short_lines(lines: Iterable[str]) -> Iterator[str]:
    """Folded lines, long ones in pieces."""
    for line in map(fold, lines):
        for start in range(0, len(line), _LINE):
            yield line[start : start + _LINE]


def word_items(lexicon: Trie, line: str, overlapping: bool) -> Iterator[str]:
    """The words in a folded line and the characters between them.

    >>> trie = Trie.build(["南京", "南京市", "市长", "长江"])
    >>> list(word_items(trie, "在南京市长江 abc", True))
    ['在', '南京', '南京市', '市长', '长江', 'abc']
    >>> list(word_items(trie, "在南京市长江 abc", False))
    ['在', '南京市', '长江', 'abc']
    """
    found = matches(lexicon, line)
    covered = 0
    for start, end in _all(found) if overlapping else _longest(found):
        if start > covered:
            yield from _BETWEEN_WORDS.findall(line, covered, start)
        word = line[start:end]
        if word.isprintable() and " " not in word:  # a blank would part it
            yield word
        covered = max(covered, end)
    yield from _BETWEEN_WORDS.findall(line, covered)


def _all(found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    return ((start, end) for start, end, _ in found)


def _longest(found: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """From left to right the longest that begins at each place."""
    free = 0
    longest = {start: end for start, end, _ in found}  # the last one of each start is its longest
    for start, end in longest.items():
        if start >= free:
            yield start, end
            free = end


def drop_shared(lines: Iterable[str], held_out: Iterable[str], length: int = 15) -> Iterator[str]:
    """The lines that have no ``length`` characters in a row in common with a held-out text.

    White space, width, case, script and which digits do not count.

    >>> list(drop_shared(["他说南京市长江大桥通车了", "他说通车了"], ["南京市长江大桥"], 6))
    ['他说通车了']
    """
    is_shared = sharing(held_out, length)
    return (line for line in lines if not is_shared(line))


def sharing(held_out: Iterable[str], length: int) -> Callable[[str], bool]:
    """A function that finds whether a line is one that :func:`drop_shared` drops."""
    grams = {gram for text in held_out for gram in _grams(text, length)}
    return lambda line: not grams.isdisjoint(_grams(line, length))


def _grams(text: str, length: int) -> list[str]:
    text = "".join(fold(text).split())
    return [text[k : k + length] for k in range(len(text) - length + 1)]
