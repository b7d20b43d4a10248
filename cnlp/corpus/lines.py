"""Lines of a text file, one at a time, with the place of a byte that cannot be decoded.

Reading bytes and decoding line by line bounds memory by the longest line and gives the offset of a bad
byte in the file, which text mode does not. That needs an encoding in which the byte 0x0A is a line feed and
nothing else: UTF-8, GB 18030, GBK, Big5.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from cnlp import errors
from cnlp.files.encodings import codec_of, encoding_name

_BOM = "\ufeff"
CORPUS_ENCODINGS = ("utf-8", "gb18030", "big5")  # those in which a byte 0x0A is a line feed and nothing else


def read_numbered_lines(path: str | os.PathLike[str], encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """Yield ``(number, line)``; numbers count from 1, line ends and a leading byte order mark are gone.

    Args:
        path: the file.
        encoding: one of :data:`CORPUS_ENCODINGS`, in any spelling.

    Raises:
        OSError: the file cannot be read.
        cnlp.errors.EncodingError: a line is not in ``encoding``; the byte's offset is named.
        cnlp.errors.ArgumentError: ``encoding`` is none of them.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "a.txt")
    ...     _ = path.write_bytes(b"\\xef\\xbb\\xbfone\\r\\ntwo")
    ...     list(read_numbered_lines(path))
    [(1, 'one'), (2, 'two')]
    """
    if encoding_name(encoding) not in CORPUS_ENCODINGS:
        raise errors.unknown_choice("encoding", encoding, CORPUS_ENCODINGS)
    codec = codec_of(encoding)
    offset = 0
    with open(path, "rb") as file:
        for number, raw in enumerate(file, start=1):
            try:
                line = raw.decode(codec)
            except UnicodeDecodeError as error:
                where = offset + error.start
                raise errors.undecodable(path, encoding, where, raw[error.start : error.end]) from None
            offset += len(raw)
            if number == 1:
                line = line.removeprefix(_BOM)
            yield number, line.rstrip("\r\n")
