"""The limits of the service, all in one place, and how they come to the processes that serve."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

ENVIRONMENT = "CNLP_SERVE"  # the variable that holds the settings as JSON

MAX_TEXTS = 1000  # of a request
MAX_ENTRIES = 1000  # of its lexicon
MAX_WORD = 100  # characters of an entry
MAX_EXPRESSIONS = 10  # entries that are regular expressions
MAX_MATCHES = 10_000_000  # characters of the texts, times the different lengths of the entries
SHORT_BODY = 32_768  # bytes; larger requests, and those with expressions, have threads of their own
SHORT_THREADS, LONG_THREADS = 4, max(1, (os.cpu_count() or 1) // 2)  # half the processors are left to the short
SHORT_WAITING, LONG_WAITING = 200, 8  # requests at work or waiting for it; one more is answered with 503
MAX_HELD = 64_000_000  # bytes of the bodies of all requests; then those of long requests get 503
MAX_CHUNKS = 1000  # of a body without Content-Length
MAX_ANSWER = 32_000_000  # bytes
SHORT_ANSWER = 65_536  # bytes
MAX_UNSENT = 128_000_000  # bytes of answers that clients have not taken yet; then longer ones give way to 503
ACCEPTED_AT_ONCE = 32  # connections
SPARE_FILES = 40 + 4 * ACCEPTED_AT_ONCE  # file descriptors of the process that are not for connections
FINISH_SECONDS = 6  # from SIGTERM on, in which requests may finish
END_SECONDS = 8  # from SIGTERM to the end, whatever is at work
LOG_LINES = 50  # in a second


@dataclass(frozen=True)
class Settings:
    """What ``cnlp serve`` lets its user choose.

    Attributes:
        max_body: bytes that a request may have.
        timeout: seconds in which the head of a request must come, and then its body.
        deadline: seconds that a request may be at work.
        write_timeout: seconds in which a client must take an answer.
        connections: open ones; beyond, those go that have sent no request yet.
        hosts: names by which clients may call the service, besides addresses and ``localhost``; ``None``: any.
        lexicons: files of words that every request knows.
        lexicon_encoding: of these files; detected if ``None``.
        gazetteers: files of names that requests for entities know.
        models: names or paths of models that are used in place of the default ones, see :mod:`cnlp.service.models`.
    """

    max_body: int = 2_000_000
    timeout: float = 10.0
    deadline: float = 5.0
    write_timeout: float = 30.0
    connections: int = 500
    hosts: tuple[str, ...] | None = None
    lexicons: tuple[str, ...] = ()
    lexicon_encoding: str | None = None
    gazetteers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


def choose(settings: Settings) -> None:
    """Make these the settings of the processes that this one starts."""
    os.environ[ENVIRONMENT] = json.dumps(asdict(settings))


@cache
def chosen() -> Settings:
    """The settings that the process was started with."""
    fields: dict[str, Any] = json.loads(os.environ.get(ENVIRONMENT, "{}"))
    fields.update({name: tuple(value) for name, value in fields.items() if isinstance(value, list)})
    return Settings(**fields)
