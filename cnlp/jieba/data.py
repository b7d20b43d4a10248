"""jieba's dictionary, tables and IDF, which ``recipes/jieba.py`` compiled into one file of the package."""

from __future__ import annotations

import os
import zlib
from array import array
from functools import cache

from cnlp import errors
from cnlp.model.format import ModelFile

PATH = os.path.join(os.path.dirname(__file__), "jieba.safetensors")


def unpacked(name: str) -> bytes:
    """An array of the file; the recipe describes them."""
    packed = ModelFile(PATH).read(name)
    return zlib.decompress(packed, bufsize=3 * len(packed))  # about what it becomes: growing it copies it


def doubles(name: str) -> array[float]:
    """An array of numbers."""
    return array("d", unpacked(name))


def lines(name: str) -> list[str]:
    """An array of text, line by line."""
    return unpacked(name).decode().split("\n")


@cache
def hmm() -> bytes:
    """Log probabilities as doubles: start[4], transitions[4][4], emissions[Han character][4], by B E M S."""
    return unpacked("hmm")


def idf() -> dict[str, float]:
    """Inverse document frequencies of words."""
    words = unpacked("dictionary").decode().split()[::3] + lines("idf_words")
    values = doubles("idf_values")
    codes = array("H", unpacked("idf_codes"))
    return {word: values[code - 1] for word, code in zip(words, codes, strict=True) if code}


def decoded(text: str | bytes) -> str:
    """Text as str; bytes are UTF-8, else GB18030, as jieba takes them.

    Raises:
        TextTypeError: it is neither.
        EncodingError: the bytes are in neither encoding (jieba drops what it cannot read).

    >>> decoded("南京".encode("gbk"))
    '南京'
    """
    if isinstance(text, str):
        return text
    if not isinstance(text, bytes):
        raise errors.not_text(text)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        try:
            return text.decode("gb18030")
        except UnicodeDecodeError:
            raise errors.EncodingError(
                f"byte {error.start}: the text is neither UTF-8 nor GB18030; decode it first"
            ) from None
