"""CoNLL-X and CoNLL-U: one word a line, columns separated by tabs, an empty line after each sentence.

Column 1 is the word's number, column 2 the word, column 4 the coarse (universal) tag, column 5 the tag of the
treebank. Comments (``#``) are skipped, and so are CoNLL-U's ranges (``1-2``) and empty nodes (``1.1``).

Sources: Buchholz and Marsi, CoNLL-X shared task on multilingual dependency parsing, 2006; Nivre et al.,
Universal Dependencies v2, 2020.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from cnlp import errors
from cnlp.corpus.lines import read_numbered_lines
from cnlp.corpus.sentence import TaggedSentence

_NUMBER = re.compile(r"[0-9]+")
_RANGE_OR_EMPTY_NODE = re.compile(r"[0-9]+[-.][0-9]+")
_WORD_COLUMN = 2


def read_conll(
    path: str | os.PathLike[str], *, tag_column: int = 4, encoding: str = "utf-8"
) -> Iterator[TaggedSentence]:
    """Yield each sentence.

    Args:
        path: the file.
        tag_column: the column, counted from 1, that holds the tag: 4 (universal) or 5 (of the treebank).
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.ArgumentError: ``tag_column`` is not after the word's column.
        cnlp.errors.EncodingError: the file is not in ``encoding``.
        cnlp.errors.FormatError: too few columns, a first column that is not a number, an empty word; file
            and line are named.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.conll")
    ...     _ = path.write_text("1\\t学习\\t_\\tVERB\\tVV\\n2\\t英语\\t_\\tNOUN\\tNN\\n\\n", encoding="utf-8")
    ...     next(read_conll(path, tag_column=5))
    TaggedSentence(words=('学习', '英语'), tags=('VV', 'NN'), compounds=(), identifier=None)
    """
    if tag_column <= _WORD_COLUMN:
        raise errors.unknown_choice("tag_column", tag_column, ("4", "5"))
    words: list[str] = []
    tags: list[str] = []
    for number, line in read_numbered_lines(path, encoding):
        if not line.strip():
            if words:
                yield TaggedSentence(tuple(words), tuple(tags))
            words, tags = [], []
            continue
        row = None if line.startswith("#") else _row(path, number, line, tag_column)
        if row is not None:
            words.append(row[0])
            tags.append(row[1])
    if words:
        yield TaggedSentence(tuple(words), tuple(tags))


def _row(path: str | os.PathLike[str], number: int, line: str, tag_column: int) -> tuple[str, str] | None:
    """Word and tag of one line, ``None`` for a range or an empty node."""
    columns = line.split("\t")
    if _RANGE_OR_EMPTY_NODE.fullmatch(columns[0]):
        return None
    if len(columns) < tag_column:
        raise errors.bad_line(path, number, f"expected {tag_column} columns or more, got {len(columns)}")
    if not _NUMBER.fullmatch(columns[0]):
        raise errors.bad_line(path, number, f"the first column must be a number, got {columns[0]!r}")
    word = columns[_WORD_COLUMN - 1]
    if not word:
        raise errors.bad_line(path, number, "the word in column 2 is empty")
    return word, columns[tag_column - 1]
