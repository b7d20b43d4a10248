"""``word_POS`` or ``word/POS`` text: one sentence a line, spaces between the tokens, the tag after the last sign.

Source: the ZhuXian corpus; Zhang et al., Type-Supervised Domain Adaptation for Joint Segmentation and
POS-Tagging, 2014.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from cnlp import errors
from cnlp.corpus.lines import read_numbered_lines
from cnlp.corpus.plain import split_words
from cnlp.corpus.sentence import TaggedSentence


def read_word_pos(
    path: str | os.PathLike[str], *, separator: str = "_", encoding: str = "utf-8"
) -> Iterator[TaggedSentence]:
    """Yield each sentence; empty lines are skipped.

    Args:
        path: the file.
        separator: the sign between a word and its tag; the last one of a token counts.
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: the file is not in ``encoding``.
        cnlp.errors.FormatError: a token lacks its word or its tag; file and line are named.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.wordpos")
    ...     _ = path.write_text("第一_OD 章_M __PU\\n", encoding="utf-8")
    ...     next(read_word_pos(path))
    TaggedSentence(words=('第一', '章', '_'), tags=('OD', 'M', 'PU'), compounds=(), identifier=None)
    """
    for number, line in read_numbered_lines(path, encoding):
        pairs = [_pair(path, number, token, separator) for token in split_words(line)]
        if pairs:
            words, tags = zip(*pairs, strict=True)
            yield TaggedSentence(words, tags)


def _pair(path: str | os.PathLike[str], number: int, token: str, separator: str) -> tuple[str, str]:
    word, _, tag = token.rpartition(separator)
    if not word or not tag:
        raise errors.bad_line(path, number, f"expected word{separator}POS, got {token!r}")
    return word, tag
