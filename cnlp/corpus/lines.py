"""The numbered lines of a corpus."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice

from cnlp import errors
from cnlp.files.encodings import encoding_name
from cnlp.files.inputs import STANDARD_INPUT, Input
from cnlp.files.lines import read_line_texts, split_lines


def read_numbered_lines(path: str | os.PathLike[str], encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """Yield ``(number, line)``; numbers count from 1, line ends and a leading byte order mark are gone.

    Args:
        path: the file.
        encoding: one of :data:`cnlp.files.encodings.ENCODINGS`, in any spelling.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: the file is not in ``encoding``; the byte's offset is named.
        cnlp.errors.InputError: it is not text.
        cnlp.errors.ArgumentError: there is no such encoding.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.txt")
    ...     _ = path.write_bytes(b"\\xef\\xbb\\xbfone\\r\\ntwo")
    ...     list(read_numbered_lines(path))
    [(1, 'one'), (2, 'two')]
    """
    name = os.fspath(path)
    with Input(name, name).open(encoding_name(encoding)) as stream:
        for text, first in read_line_texts(stream, name, encoding):
            yield from ((number, line) for number, (line, _) in enumerate(split_lines(text), first))


def first_lines(path: str | os.PathLike[str], count: int, encoding: str = "utf-8") -> list[tuple[int, str]]:
    """The first ``count`` lines that are not empty, with their numbers, to recognize the format of a file.

    Raises:
        cnlp.errors.ArgumentError: the file is a pipe or standard input, which the reader could not read again; and as
            :func:`read_numbered_lines`.
    """
    if os.fspath(path) == STANDARD_INPUT or stat.S_ISFIFO(os.stat(path).st_mode):
        raise errors.ArgumentError(f"{os.fspath(path)}: name the format, a pipe cannot be read twice to recognize it")
    return list(islice((row for row in read_numbered_lines(path, encoding) if row[1].strip()), count))
