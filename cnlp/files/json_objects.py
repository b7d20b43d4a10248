"""The members of an object in JSON by their places, so that the rest is copied unchanged."""

from __future__ import annotations

import json
import re
from typing import Any

from cnlp.errors import RecordError

_decode = json.JSONDecoder(parse_int=float).raw_decode  # int refuses very long numbers
_BLANKS = re.compile(r"[ \t\r\n]+")


def read_object(line: str) -> tuple[dict[str, tuple[Any, int, int]], int]:
    """The members of an object in JSON, each with its value and the place of that, and where the last one ends.

    Raises:
        RecordError: this is not an object, or broken.

    >>> read_object(' {"a": 1.50}')
    ({'a': (1.5, 7, 11)}, 11)
    """
    members: dict[str, tuple[Any, int, int]] = {}
    end, char = _expect(line, 0, "{")
    at = _skip_blanks(line, end)
    if line[at : at + 1] == "}":
        at, char = at + 1, "}"
    while char != "}":
        key, _, at = _value(line, at)
        if not isinstance(key, str):
            raise RecordError(f"broken JSON: expected a name in quotes before column {at + 1}")
        value, start, end = _value(line, _expect(line, at, ":")[0])
        members[key] = value, start, end
        at, char = _expect(line, end, ",}")
    if line[at:].strip():
        raise RecordError(f"unexpected text after the object at column {at + 1}")
    return members, end


def _value(line: str, at: int) -> tuple[Any, int, int]:
    """The value that comes next, where it starts, and where it ends."""
    at = _skip_blanks(line, at)
    try:
        value, end = _decode(line, at)
    except json.JSONDecodeError as error:
        raise RecordError(f"broken JSON: {error.msg} at column {error.pos + 1}") from None
    except RecursionError:
        raise RecordError("broken JSON: nested too deeply") from None
    return value, at, end


def _expect(line: str, at: int, chars: str) -> tuple[int, str]:
    """Which of ``chars`` comes next, and the place after it."""
    at = _skip_blanks(line, at)
    char = line[at : at + 1]
    if not char or char not in chars:
        raise RecordError(f"broken JSON: expected {' or '.join(chars)} at column {at + 1}")
    return at + 1, char


def _skip_blanks(line: str, at: int) -> int:
    """The place of the next character that is not blank."""
    match = _BLANKS.match(line, at)
    return match.end() if match else at
