"""The numbered lines of a corpus."""

from __future__ import annotations

import os
from collections.abc import Iterator

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
        cnlp.errors.ArgumentError: there is no such encoding, or ``path`` is standard input.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.txt")
    ...     _ = path.write_bytes(b"\\xef\\xbb\\xbfone\\r\\ntwo")
    ...     list(read_numbered_lines(path))
    [(1, 'one'), (2, 'two')]
    """
    name = os.fspath(path)
    if name == STANDARD_INPUT:  # the detection of its format would use it up
        raise errors.ArgumentError("-: a corpus is a file, not standard input")
    with Input(name, name).open(encoding_name(encoding)) as stream:
        for text, first in read_line_texts(stream, name, encoding):
            yield from ((number, line) for number, (line, _) in enumerate(split_lines(text), first))
