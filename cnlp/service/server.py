"""The server: uvicorn with bounded connections, a bounded log, and an end within seconds of SIGTERM."""

from __future__ import annotations

import copy
import gc
import logging
import signal
import sys
import time
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from cnlp.service.app import create_app
from cnlp.service.limits import App, Message
from cnlp.service.settings import (
    ACCEPTED_AT_ONCE,
    END_SECONDS,
    FINISH_SECONDS,
    LOG_LINES,
    Settings,
    choose,
    chosen,
)


class BoundedLog(logging.Filter):
    """Lets some lines a second through, and says how many it has left out."""

    def __init__(self) -> None:
        super().__init__()
        self.second, self.lines = 0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Is there room for this line?"""
        now = int(time.monotonic())
        if now != self.second:
            left_out = self.lines - LOG_LINES
            self.second, self.lines = now, 0
            if left_out > 0:
                logging.getLogger("uvicorn.error").warning("%d lines of the log were left out", left_out)
        self.lines += 1
        return self.lines <= LOG_LINES


def serve(settings: Settings, *, host: str, port: int, workers: int, quiet: bool) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    choose(settings)
    uvicorn.run(
        "cnlp.service.server:app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http="cnlp.service.connections:Connection",  # type: ignore[arg-type]
        ws="none",
        access_log=not quiet,
        log_config=_log_config(),
        backlog=ACCEPTED_AT_ONCE,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )


def app() -> App:
    """The application of a process of the server; when that is told to end, it ends whatever is at work."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)  # else the collector stops all threads at each large answer
    sys.setswitchinterval(0.001)  # seconds until a thread that computes lets another one in
    application = create_app(chosen())

    async def ending(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            _end_in_time()
        await application(scope, receive, send)

    return ending


def _end_in_time() -> None:
    """From the signal that ends the server on, let the system end the process, whatever its threads are doing."""
    if not hasattr(signal, "alarm"):  # Windows
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)  # what the server does

        def end(number: int, frame: FrameType | None, before: Any = before) -> None:
            signal.alarm(END_SECONDS)
            before(number, frame)

        if callable(before):
            signal.signal(number, end)


def _log_config() -> dict[str, Any]:
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {name: {"()": "cnlp.service.server.BoundedLog"} for name in config["handlers"]}
    for name, handler in config["handlers"].items():  # a filter each: many requests leave out no message
        handler["filters"] = [name]
    config["loggers"]["asyncio"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return config
