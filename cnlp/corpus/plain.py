"""Segmented text as the SIGHAN bakeoffs give it: one sentence a line, spaces between the words.

Words are separated by ASCII white space or by the ideographic space (U+3000), which AS uses; no other character
parts them, so a no-break space inside a word stays. A word list is one word a line.

Source of the format: Emerson, The Second International Chinese Word Segmentation Bakeoff, 2005.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from cnlp.corpus.lines import read_numbered_lines

WORD_PATTERN = re.compile("[^ \t\r\n\f\v\u3000]+")
"""A word of segmented text: a run without ASCII or ideographic space."""

_SPACES = " \t\r\n\f\v\u3000"


def split_words(line: str) -> list[str]:
    """The words of one line; any run of ASCII or ideographic spaces parts them.

    >>> split_words("許多　社區  長青 ")
    ['許多', '社區', '長青']
    """
    return WORD_PATTERN.findall(line)


def read_words(
    path: str | os.PathLike[str], *, encoding: str = "utf-8", keep_empty: bool = False
) -> Iterator[list[str]]:
    """Yield the words of each line.

    Args:
        path: a file of segmented text; a byte order mark and CR LF line ends are tolerated.
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.
        keep_empty: yield ``[]`` for a line without words, so that sentence k is line k.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: the file is not in ``encoding``.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "gold.txt")
    ...     _ = path.write_text("北京  欢迎  你\\n\\n你　好\\n", encoding="utf-8")
    ...     list(read_words(path))
    [['北京', '欢迎', '你'], ['你', '好']]
    """
    for _, line in read_numbered_lines(path, encoding):
        words = split_words(line)
        if words or keep_empty:
            yield words


def read_word_list(path: str | os.PathLike[str], *, encoding: str = "utf-8") -> frozenset[str]:
    """The words of a list with one word a line, such as ``pku_training_words.utf8`` (for OOV recall).

    Spaces around a word go, spaces inside stay (CityU lists ``Phang　Nga``); empty lines are skipped.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: the file is not in ``encoding``.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "words.txt")
    ...     _ = path.write_text("北京\\n\\n欢迎\\n", encoding="utf-8")
    ...     sorted(read_word_list(path))
    ['北京', '欢迎']
    """
    words = (line.strip(_SPACES) for _, line in read_numbered_lines(path, encoding))
    return frozenset(word for word in words if word)
