"""Small functions over a text: the twin of those of native."""

from __future__ import annotations


def cut_at(text: str, ends: bytes) -> list[str]:
    """The words of the text that end at the given positions (uint32)."""
    words, start = [], 0
    for end in memoryview(ends).cast("I"):
        words.append(text[start:end])
        start = end
    return words


def count_text(data: bytes) -> tuple[int, int]:
    """Line endings (LF, CR LF, CR), and bytes that begin a character of UTF-8."""
    endings = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return endings, len(data.translate(None, _CONTINUATION))


_CONTINUATION = bytes(range(0x80, 0xC0))
