"""What keeps a service alive whatever clients send: known hosts, bodies of bounded size, read in bounded time."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cnlp.service.settings import MAX_HELD, SHORT_BODY, Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

BUSY = "too much is waiting; try again later"
_log = logging.getLogger("uvicorn.error")


class Limits:
    """ASGI middleware that checks the host, reads the body, and answers with JSON where the application fails.

    Args:
        app: the application.
        settings: the limits. Another host is answered with 400, a larger body with 413, a slower one with 408.
    """

    def __init__(self, app: App, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.held = 0  # bytes of the bodies of all requests

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if self.settings.hosts is not None and not is_known_host(host, self.settings.hosts):
            await refuse(send, 400, f"this service is not {host[:100]!r}; its names are given with --allowed-host")
            return
        if scope["method"] not in ("POST", "PUT", "PATCH"):
            await self._answer(scope, receive, send)
            return
        body = bytearray()
        try:
            if await self._read(body, scope, receive, send):
                await self._answer(scope, _replaying(bytes(body), receive), send)
        finally:
            self.held -= len(body)

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__)[-8:])  # without the message: it may hold a text
            _log.error("%s at a request:\n%s", type(error).__name__, where)
            if started:
                raise
            await refuse(send, 500, "the service failed at this request; this is its fault, not yours")

    async def _read(self, body: bytearray, scope: Message, receive: Receive, send: Send) -> bool:
        """Read the body; False where the request is answered already, or the client went away."""
        most, seconds = self.settings.max_body, self.settings.timeout
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 18 or int(length) > most:
            await refuse(send, 413, f"the body may have {most:,} bytes; send the texts in parts")
            return False
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        more = True
        while more:
            try:
                message = await asyncio.wait_for(receive(), end - loop.time())
            except asyncio.TimeoutError:
                await refuse(send, 408, f"the body did not come within {seconds:g} seconds")
                return False
            if message["type"] == "http.disconnect":
                return False
            chunk = message.get("body", b"")
            body += chunk
            self.held += len(chunk)
            more = message.get("more_body", False)
            if len(body) > most:
                await refuse(send, 413, f"the body may have {most:,} bytes; send the texts in parts")
                return False
            if self.held > MAX_HELD and len(body) > SHORT_BODY:
                await refuse(send, 503, BUSY)
                return False
        return True


def _replaying(body: bytes, receive: Receive) -> Receive:
    """A channel that gives the body, then what comes after it."""
    left = [body]

    async def replay() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return replay


def is_known_host(host: str, names: tuple[str, ...]) -> bool:
    """Is the host of a request one of the names, an address, or ``localhost``?

    A page of another site that has its name resolved to this machine (DNS rebinding) sends that name.

    >>> [is_known_host(host, ("a.com",)) for host in ("a.com:80", "127.0.0.1", "[::1]:8000", "b.com")]
    [True, True, True, False]
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.lower().rstrip(".")
    if name == "localhost" or name in names:
        return True
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def error_content(error: str) -> bytes:
    """The body of an error."""
    return json.dumps({"error": error}).encode()


async def refuse(send: Send, status: int, error: str) -> None:
    """Answer with an error and close the connection, since the body may still be coming."""
    content = error_content(error)
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
