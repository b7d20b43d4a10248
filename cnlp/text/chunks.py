"""Chunks: pieces of a text of limited length, for indexes and embeddings, that end where sentences end.

Sentences (:mod:`cnlp.text.sentences`) are put together as long as they fit. One that does not fit by itself is divided
after a comma or white space, or, where it has none, at the limit. Cost: O(n).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnlp import errors
from cnlp.text.sentences import sentence_spans
from cnlp.types import Chunk

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAUSES = "，、；：\n\t \u3000"  # not the ASCII comma: 1,000


def chunks(text: str, *, size: int = 500, overlap: int = 0) -> list[Chunk]:
    """Divide a text into chunks of whole sentences.

    Args:
        text: any str.
        size: characters of a chunk at most.
        overlap: the last sentences of a chunk, up to so many characters, begin the next one as well; at most half of
            ``size``.

    Returns:
        Chunks by start; they cover the text, and without overlap their texts joined are the text.

    Raises:
        TextTypeError: ``text`` is not a str.
        ArgumentError: ``size`` or ``overlap`` is out of range.

    >>> for chunk in chunks("今天下雨。我没出门。书看完了，很好看。", size=14, overlap=5):
    ...     print(chunk)
    Chunk(text='今天下雨。我没出门。', start=0, end=10)
    Chunk(text='我没出门。书看完了，很好看。', start=5, end=19)
    """
    errors.check_number("size", size)
    errors.check_number("overlap", overlap)
    if size < 1:
        raise errors.ArgumentError(f"size must be at least 1, got {size}")
    if not 0 <= overlap <= size // 2:
        raise errors.ArgumentError(f"overlap must be from 0 to half of size, here {size // 2}, got {overlap}")
    pieces = list(_pieces(text, size))
    found = []
    first = 0
    while first < len(pieces):
        start = pieces[first][0]
        after = first + 1
        while after < len(pieces) and pieces[after][1] - start <= size:
            after += 1
        end = pieces[after - 1][1]
        found.append(Chunk(text[start:end], start, end))
        least = end - overlap
        if after < len(pieces):
            least = max(least, pieces[after][1] - size)  # so that the next chunk holds something new
        first = after
        while after < len(pieces) and pieces[first - 1][0] >= max(least, start + 1):
            first -= 1
    return found


def _pieces(text: str, size: int) -> Iterator[tuple[int, int]]:
    """The spans of sentences, and of parts of those that are longer than ``size``."""
    for start, end in sentence_spans(text):
        while end - start > size:
            limit = start + size
            pause = max(text.rfind(mark, start, limit) for mark in _PAUSES)
            cut = limit if pause < 0 else pause + 1
            yield start, cut
            start = cut
        yield start, end
