"""What keeps a service alive whatever clients send: bodies of bounded size, read in bounded time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Limits:
    """ASGI middleware that reads a body before the application sees the request.

    Args:
        app: the application.
        max_body: bytes; a larger body is answered with 413.
        timeout: seconds a body may take to come; a slower one is answered with 408.
    """

    def __init__(self, app: App, max_body: int, timeout: float) -> None:
        self.app = app
        self.max_body = max_body
        self.timeout = timeout

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self.max_body:
            await self._too_large(send)
            return
        try:
            body = await asyncio.wait_for(self._read(receive), self.timeout)
        except asyncio.TimeoutError:
            await refuse(send, 408, f"the body did not come within {self.timeout:g} seconds")
            return
        if body is None:
            return  # the client went away
        if len(body) > self.max_body:
            await self._too_large(send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The body, no more than one chunk beyond the limit; ``None`` if the client went away."""
        body = bytearray()
        while len(body) <= self.max_body:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        return bytes(body)

    async def _too_large(self, send: Send) -> None:
        await refuse(send, 413, f"the body may have {self.max_body:,} bytes; send the texts in parts")


async def refuse(send: Send, status: int, error: str) -> None:
    """Answer with an error and close the connection, since the body may still be coming."""
    content = json.dumps({"error": error}).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
