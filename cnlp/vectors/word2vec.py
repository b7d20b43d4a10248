"""Word2vec (Mikolov et al. 2013): vectors learnt from raw text with gensim, and the files others keep theirs in.

Skip-gram with negative sampling learns to separate an item's neighbours in the text, at most ``window`` away, from
``negative`` items drawn at random; CBOW predicts the item from its neighbours. Frequent items are skipped at random
(subsampling). The items are

    characters  as they follow each other, without white space
    bigrams     each character with the one after it, so that neighbours overlap
    words       all words of a lexicon that occur, overlapping ones too, by start and end, for that is what a lattice
                looks up; or the longest from left to right. Characters that no word covers are items between them.

Source: "Distributed representations of words and phrases and their compositionality" (Mikolov et al. 2013).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnlp import errors
from cnlp.lexicon.trie import Trie
from cnlp.ner.neural.vectors import TABLES, Vectors, VectorTable, bigrams, fold, matches

WORD2VEC_METHODS = ("skip-gram", "cbow")
MIN_COUNTS: Mapping[str, int] = {"characters": 1, "bigrams": 3, "words": 3}
# Longer lines are split there, since gensim ignores the items of a line after the 10,000th.
_LINE = 2000
_NO_VECTOR = np.array([np.nan], np.float32)
_BETWEEN_WORDS = re.compile(r"[a-z0]+|\S")

OnEpoch = Callable[[str, int], object]


def train_vectors(
    lines: Iterable[str],
    lexicon: Trie,
    *,
    tables: Sequence[str] = TABLES,
    method: str = "skip-gram",
    size: int = 50,
    window: int = 5,
    negative: int = 5,
    subsample: float = 1e-3,
    epochs: int = 3,
    min_counts: Mapping[str, int] = MIN_COUNTS,
    overlapping: bool = True,
    seed: int = 1,
    workers: int = 1,
    folder: str | os.PathLike[str] | None = None,
    on_epoch: OnEpoch | None = None,
) -> Vectors:
    """Vectors of what occurs in ``lines``, most frequent items first.

    Args:
        lines: raw text; read once.
        lexicon: the words to look for, folded as :func:`cnlp.ner.neural.vectors.fold` does.
        tables: which vectors to learn, of :data:`cnlp.ner.neural.vectors.TABLES`.
        method: ``"skip-gram"`` or ``"cbow"``.
        size: of a vector.
        window: how far neighbours may be.
        negative: items drawn for each neighbour.
        subsample: an item that makes up a larger share of the text is passed over now and then (1e-3 is the
            default of the paper's program; 0: never).
        epochs: passes over the text.
        min_counts: of each table, how often an item must occur to get a vector.
        overlapping: all words that occur, not the longest only.
        seed: of all chance; the same seed gives the same vectors with one worker.
        workers: threads.
        folder: for temporary files, about four times the size of the text; the system's by default.
        on_epoch: called after each epoch with the table and the epoch's number.

    Raises:
        MissingDependencyError: gensim is not installed.
        ArgumentError: an argument is out of range, or no item occurs often enough.

    >>> lines = ["南京市长江大桥", "武汉长江大桥"] * 20
    >>> vectors = train_vectors(lines, Trie.build(["南京", "南京市", "长江", "大桥"]), size=8, epochs=1)
    >>> sorted(vectors.words), vectors.characters.matrix.shape
    (['南京', '南京市', '大桥', '长江'], (9, 8))
    """
    if method not in WORD2VEC_METHODS:
        raise errors.unknown_choice("method", method, WORD2VEC_METHODS)
    for name in tables:
        if name not in TABLES:
            raise errors.unknown_choice("table", name, TABLES)
    for what, value in {"size": size, "window": window, "epochs": epochs, "workers": workers}.items():
        if value < 1:
            raise errors.ArgumentError(f"{what} must be 1 or more, got {value}")
    word2vec = _gensim().Word2Vec
    settings = {
        "vector_size": size, "window": window, "negative": negative, "sample": subsample, "epochs": epochs,
        "sg": int(method == "skip-gram"), "seed": seed, "workers": workers,
    }  # fmt: skip
    learnt: dict[str, VectorTable] = {}
    with tempfile.TemporaryDirectory(dir=folder) as place:
        paths = {name: os.path.join(place, name) for name in tables}
        _write_items(lines, lexicon, overlapping, paths)
        for name, path in paths.items():
            watch = [_watcher(name, on_epoch)] if on_epoch else []
            least = min_counts.get(name, MIN_COUNTS[name])
            try:
                model = word2vec(corpus_file=path, min_count=least, callbacks=watch, **settings)
            except RuntimeError:  # gensim has an empty vocabulary
                raise errors.ArgumentError(f"nothing learnt: no {name} occur {least} times or more") from None
            os.unlink(path)
            learnt[name] = _table(model.wv.index_to_key, model.wv.vectors, lexicon if name == "words" else None)
            if not len(learnt[name]):
                raise errors.ArgumentError(f"nothing learnt: no {name} of the lexicon occur {least} times or more")
    counts = ", ".join(f"{name} {min_counts.get(name, MIN_COUNTS[name])}" for name in tables)
    card = {
        "method": method,
        "parameters": f"size {size}, window {window}, negative {negative}, subsample {subsample:g}, epochs {epochs}, "
        f"least counts: {counts}; words: {'all that match' if overlapping else 'the longest match'}, workers {workers}",
        "seed": str(seed),
    }
    return Vectors(**learnt, card=card)


def _gensim() -> Any:
    """The module ``gensim.models.word2vec``."""
    try:
        import gensim.models.word2vec
    except ImportError:
        raise errors.missing_dependency("gensim", "neural", "training vectors") from None
    return gensim.models.word2vec


def _watcher(name: str, on_epoch: OnEpoch) -> Any:
    """The callback that gensim calls after each epoch."""
    from gensim.models.callbacks import CallbackAny2Vec

    class Watcher(CallbackAny2Vec):  # type: ignore[misc]
        def __init__(self) -> None:
            self.epoch = 0

        def on_epoch_end(self, model: object) -> None:
            self.epoch += 1
            on_epoch(name, self.epoch)

    return Watcher()


def _table(items: Sequence[str], matrix: NDArray[np.float32], lexicon: Trie | None) -> VectorTable:
    """The learnt vectors; with a lexicon only those of its words."""
    rows = [row for row, item in enumerate(items) if lexicon is None or (len(item) > 1 and item in lexicon)]
    return VectorTable([items[row] for row in rows], matrix[rows].astype(np.float16))


def _write_items(lines: Iterable[str], lexicon: Trie, overlapping: bool, paths: Mapping[str, str]) -> None:
    """Of each table a file with the items of each line, separated by blanks."""
    cut: dict[str, Callable[[str], Iterable[str]]] = {
        "characters": lambda line: "".join(line.split()),
        "bigrams": lambda line: (pair for piece in line.split() for pair in bigrams(piece)),
        "words": lambda line: word_items(lexicon, line, overlapping),
    }
    with ExitStack() as stack:
        files = [
            (cut[name], stack.enter_context(open(path, "w", encoding="utf-8", errors="replace", newline="\n")))
            for name, path in paths.items()
        ]
        for line in _short_lines(lines):
            for items, file in files:
                file.write(" ".join(items(line)) + "\n")


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
    grams = {text[k : k + length] for text in map(_compact, held_out) for k in range(len(text) - length + 1)}
    for line in lines:
        text = _compact(line)
        if grams.isdisjoint([text[k : k + length] for k in range(len(text) - length + 1)]):
            yield line


def _compact(text: str) -> str:
    return "".join(fold(text).split())


def read_word2vec(path: str | os.PathLike[str]) -> VectorTable:
    """The vectors of a word2vec file, text (with or without its first line) or binary; items are folded.

    Of items that fold alike the first one counts, which is the more frequent one by custom.

    Raises:
        OSError: the file cannot be read.
        FormatError: it is damaged; the line, or in a binary file the byte, is named.
    """
    with open(path, "rb") as file:
        first = file.readline()
        header = first.split()
        if len(header) == 2 and all(number.isdigit() for number in header):
            count, size = map(int, header)
            start = file.tell()
            second = file.readline()
            file.seek(start)
            if _is_text(second, size):
                return _first_of_each(_read_text(path, file, 2, size), count, path)
            return _first_of_each(_read_binary(path, file, count, size), count, path)
        file.seek(0)
        size = len(first.split()) - 1
        return _first_of_each(_read_text(path, file, 1, size), None, path)


_Row = tuple[str, NDArray[np.float32]]


def _is_text(line: bytes, size: int) -> bool:
    """Is the line an item and ``size`` numbers?"""
    fields = line.split()
    try:
        return len(fields) > size >= 1 and all(map(np.isfinite, map(float, fields[-size:])))
    except ValueError:
        return False


def _read_text(path: object, file: BinaryIO, number: int, size: int) -> Iterator[_Row]:
    """The rows of a text file from line ``number`` on."""
    for at, line in enumerate(file, number):
        fields = line.split()
        if not fields:
            continue
        if size < 1 or len(fields) != size + 1:
            raise errors.bad_line(path, at, f"expected an item and {max(size, 1)} numbers, got {len(fields)} fields")
        item = fields[0].decode("utf-8", "replace")
        try:
            row = np.array(fields[1:], np.float32)
        except ValueError:
            row = _NO_VECTOR
        if not _is_vector(row):
            raise errors.bad_line(path, at, f"the fields after {item!r} are not a vector of numbers")
        if "\ufffd" in item:
            raise errors.bad_line(path, at, "the item is not UTF-8")
        yield item, row


def _read_binary(path: object, file: BinaryIO, count: int, size: int) -> Iterator[_Row]:
    """The rows of a binary file: an item, a blank, and ``size`` little-endian float32."""
    for _ in range(count):
        start = file.tell()
        item = bytearray()
        while (byte := file.read(1)) not in (b" ", b""):
            item += byte
        data = file.read(4 * size)
        if not byte or len(data) < 4 * size:
            raise errors.FormatError(f"{path}: truncated at byte {file.tell()}: the header says {count} items")
        row = np.frombuffer(data, "<f4")
        if not _is_vector(row):
            at = file.tell() - len(data)
            raise errors.FormatError(f"{path}: the bytes from {at} on are not a vector of numbers")
        try:
            yield item.lstrip(b"\n").decode("utf-8"), row
        except UnicodeDecodeError:
            raise errors.FormatError(f"{path}: the item at byte {start} is not UTF-8") from None


def _is_vector(row: NDArray[np.float32]) -> bool:
    """Are all numbers finite, in float16 too?"""
    return bool((np.abs(row) <= np.finfo(np.float16).max).all())


def _first_of_each(rows: Iterable[_Row], count: int | None, path: object) -> VectorTable:
    """A table of the rows; only the first one of each folded item."""
    found: dict[str, NDArray[np.float16]] = {}
    read = 0
    for item, row in rows:
        read += 1
        form = fold(item)
        if form and "\n" not in form and form not in found:
            found[form] = row.astype(np.float16)
    if not found:
        raise errors.bad_line(path, 1, "no vectors")
    if count is not None and read != count:
        raise errors.bad_line(path, 1, f"the header says {count} items, the file has {read}")
    return VectorTable(list(found), np.stack(list(found.values())))
