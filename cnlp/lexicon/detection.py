"""The encoding of a list of words that is not in UTF-8.

A byte order mark decides. Without one, each encoding in which the bytes can be read makes other characters of them;
the right one makes words that the shipped lexicon knows. So the encoding is chosen whose text is the most probable:

    cost(text) = sum over its strings between blanks of -ln p(best segmentation)        (unigram, nats)

The costs are those of the same bytes, and therefore can be compared: their difference is a likelihood ratio.
"""

from __future__ import annotations

import codecs

from cnlp import errors
from cnlp._kernel.layout import COST_SCALE
from cnlp.files.encodings import codec_of, decode_file
from cnlp.lexicon.base import shipped_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

SAMPLE = 8192  # bytes, even
MARGIN = 5.0  # nats by which the best encoding must be more probable than the next
GREATEST_COST = 13.0  # nats for each character; rare words cost 9, the wrong characters 16
_UNMARKED = ("gb18030", "big5", "utf-16", "utf-16-be")  # big5-hkscs is hardly ever different from big5
FOREIGN = 10.0  # nats for a letter of another script, of which a long run may be one word of the lattice


def detect_encoding(data: bytes, path: str | os.PathLike[str], way: str) -> str:
    """The encoding of a file whose content is not UTF-8.

    Args:
        data: its bytes.
        path: for messages.
        way: how to name another encoding, for messages.

    Returns:
        One of :data:`cnlp.files.encodings.ENCODINGS`.

    Raises:
        EncodingError: it is none of them, or two are as probable.

    >>> [detect_encoding("云计算 区块链".encode(codec), "words.txt", "") for codec in ("gbk", "utf-16-be")]
    ['gb18030', 'utf-16-be']
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data.startswith(codecs.BOM_UTF8):
        decode_file(data, path, "utf-8", way)  # raises where it is damaged
    costs = sorted((cost, name) for name in _UNMARKED if (cost := _cost(data, codec_of(name))) is not None)
    if not costs:
        decode_file(data, path, "utf-8", way)
        if (place := data.find(b"\0")) >= 0:
            line = data.count(b"\n", 0, place) + 1
            raise errors.EncodingError(
                f"{path}:{line}: a NUL byte at byte {place}; remove it, or, if the file is UTF-16, {way}"
            )
        raise errors.EncodingError(f"{path}: its encoding cannot be recognized; {way}")
    if len(costs) > 1 and costs[1][0] - costs[0][0] < MARGIN:
        raise errors.EncodingError(f"{path}: its encoding can be {costs[0][1]} or {costs[1][1]}; {way}")
    return costs[0][1]


def _cost(data: bytes, codec: str) -> float | None:
    """The cost of the beginning of the text in nats; ``None`` if it is not in this encoding, or makes no sense."""
    try:
        text = codecs.getincrementaldecoder(codec)().decode(data[:SAMPLE], final=len(data) <= SAMPLE)
    except UnicodeDecodeError:
        return None
    strings = text.removeprefix("\ufeff").split()
    if not "".join(strings).isprintable():
        return None
    costs = shipped_base((True, True, True), True).model.path_costs(strings)
    foreign = sum(char.isalpha() and not char.isascii() and not "㐀" <= char <= "鿿" for char in text)
    cost = sum(memoryview(costs).cast("i")) / COST_SCALE + FOREIGN * foreign
    return cost if cost <= GREATEST_COST * sum(map(len, strings)) else None
