"""Connections of bounded number and bounded patience: HTTP/1.1 as uvicorn speaks it, with an end to all waiting."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from cnlp.service.limits import error_content
from cnlp.service.settings import MAX_CHUNKS, SPARE_FILES, Settings, chosen

_LOOK_SECONDS = 1.0
_READ_BYTES = 4096


class Connection(H11Protocol):
    """One connection."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.settings = chosen()
        self.most = most_connections(self.settings)
        self.next_look: asyncio.TimerHandle | None = None
        self.waiting_since = self.loop.time()  # for the head of a request
        self.lines = 0  # of the body of a request that comes in chunks
        self.unsent_since: float | None = None  # since when there has been something that the client does not take

    @property
    def at_work(self) -> bool:
        """Is there a request that is not answered yet?"""
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make place for this connection, or refuse it."""
        super().connection_made(transport)
        self.next_look = self.loop.call_later(_LOOK_SECONDS, self.look)
        if len(self.connections) <= self.most:
            return
        others = (each for each in self.connections if isinstance(each, Connection) and each is not self)
        waiting = [each for each in others if not each.at_work and not each.transport.is_closing()]
        if waiting:
            min(waiting, key=lambda each: each.waiting_since).transport.abort()
        else:
            self.refuse(503, "there are too many connections")

    def data_received(self, data: bytes) -> None:
        """Take in what has come, unless it is a body in crumbs, each of which costs as much as a page."""
        if self.at_work and not self._is_chunked:
            super().data_received(data)
            return
        for start in range(0, len(data), _READ_BYTES):
            part = data[start : start + _READ_BYTES]
            super().data_received(part)
            if self.at_work and self._is_chunked:
                self.lines += part.count(b"\r\n")
                if self.lines > 2 * MAX_CHUNKS:
                    self.refuse(400, f"the body comes in more than {MAX_CHUNKS:,} chunks; send it with Content-Length")
            if self.transport.is_closing():
                return

    @property
    def _is_chunked(self) -> bool:
        return any(name == b"transfer-encoding" for name, _ in self.headers)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self.next_look is not None:
            self.next_look.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self.waiting_since = self.loop.time()
        self.lines = 0
        super().on_response_complete()

    def look(self) -> None:
        """End the connection if its client has let it wait too long."""
        now = self.loop.time()
        self.next_look = self.loop.call_later(_LOOK_SECONDS, self.look)
        if not self.transport.get_write_buffer_size():
            self.unsent_since = None
        elif self.unsent_since is None:
            self.unsent_since = now
        elif now - self.unsent_since > self.settings.write_timeout:
            self.transport.abort()
            return
        if not self.at_work and not self.transport.is_closing() and now - self.waiting_since > self.settings.timeout:
            self.refuse(408, f"the request did not come within {self.settings.timeout:g} seconds")

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is answered with JSON, too."""
        self.refuse(400, msg)

    def refuse(self, status: int, error: str) -> None:
        """Answer with an error and close."""
        content = error_content(error)
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json\r\n"
        head += f"content-length: {len(content)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode() + content)
        self.transport.close()


def most_connections(settings: Settings) -> int:
    """How many connections there may be: no more than the process may have open files."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return settings.connections
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return settings.connections if files < 0 else min(settings.connections, max(1, files - SPARE_FILES))
