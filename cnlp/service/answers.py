"""Answers in JSON, made and sent in pieces, so that neither a large one nor a slow client holds up the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cnlp._kernel.deadline import check
from cnlp.service.settings import MAX_ANSWER

_PART = 1000  # items that are encoded at once
_TYPE = "application/json"


class TooLargeError(Exception):
    """The answer would be larger than ``MAX_ANSWER``."""


class JSON(Response):
    """A small answer."""

    media_type = _TYPE

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        return dumps(content)


class Unsent:
    """How many bytes of answers clients have not taken yet."""

    def __init__(self) -> None:
        self.bytes = 0


class Parts(Response):
    """An answer in parts, which are forgotten as they are sent.

    Args:
        parts: what :func:`encode` made.
        unsent: counts their bytes.
    """

    def __init__(self, parts: list[bytes], unsent: Unsent) -> None:
        self.parts = parts
        self.unsent = unsent
        self.size = sum(map(len, parts))
        super().__init__(media_type=_TYPE, headers={"content-length": str(self.size)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        self.unsent.bytes += self.size
        left = self.size
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for place, part in enumerate(self.parts, 1):
                self.parts[place - 1] = b""
                await send({"type": "http.response.body", "body": part, "more_body": place < len(self.parts)})
                self.unsent.bytes -= len(part)
                left -= len(part)
        finally:
            self.unsent.bytes -= left


def dumps(content: Any) -> bytes:
    """JSON in UTF-8; escaped where a text has a lone surrogate, which UTF-8 cannot have."""
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def encode(content: dict[str, Any]) -> list[bytes]:
    """The JSON of a dict in parts.

    Raises:
        TooLargeError: it would have more than ``MAX_ANSWER`` bytes.
        TimeoutError: the deadline has passed.

    >>> b"".join(encode({"words": [["南京"], []], "more": 1})).decode()
    '{"words":[["南京"],[]],"more":1}'
    """
    parts: list[bytes] = []
    size = 0
    for part in _parts(content):
        check()
        size += len(part)
        if size > MAX_ANSWER:
            raise TooLargeError
        parts.append(part)
    return parts if len(parts) > 8 else [b"".join(parts)]


def _parts(content: dict[str, Any]) -> Iterator[bytes]:
    for place, (name, value) in enumerate(content.items()):
        yield (b"," if place else b"{") + dumps(name) + b":"
        yield from _parts_of(value)
    yield b"}"


def _parts_of(value: Any) -> Iterator[bytes]:
    if not isinstance(value, list):
        yield dumps(value)
    elif value and isinstance(value[0], list) and sum(map(len, value)) > _PART:
        for place, each in enumerate(value):
            yield b"," if place else b"["
            yield from _parts_of(each)
        yield b"]"
    else:
        for start in range(0, len(value), _PART):
            yield (b"," if start else b"[") + dumps(value[start : start + _PART])[1:-1]
        yield b"]" if value else b"[]"
