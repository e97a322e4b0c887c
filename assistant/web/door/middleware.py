"""What every response of the server gets, and what no request may do."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.setup.uploads import MOST_FILE_BYTES
from assistant.web.door.http_errors import MAX_BODY_BYTES, status_response
from vectorstore.errors import Language

BODY_SECONDS = 30.0

# The routes that take files; whoever may not use one is answered before any of them is read.
UPLOAD_PATH = "/admin/uploads"
OWN_FILE_PATHS = ("/own-file", "/api/files")
MAX_UPLOAD_BYTES = 200 * 1024 * 1024
MAX_OWN_FILE_BYTES = MOST_FILE_BYTES + 64 * 1024  # with what is around the file
UPLOAD_SECONDS = 600.0

# Gradio's own start-up scripts stand in its HTML, so inline scripts are let in; nothing from elsewhere is.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """Adds the headers that keep a browser from loading anything from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. A response that sets one of the headers itself keeps its own."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class BodyLimit:
    """Refuses bodies that are too large (413) or trickle in (408), chunked ones too.

    Starlette's own limit answers in plain text; a client of this API expects JSON.
    """

    def __init__(self, app: ASGIApp, language: Language) -> None:
        self.app = app
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. The body is counted and timed only until it is complete; waiting for a disconnect is free."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"] in (UPLOAD_PATH, *OWN_FILE_PATHS):
            most = MAX_UPLOAD_BYTES if scope["path"] == UPLOAD_PATH else MAX_OWN_FILE_BYTES
            await self.app(scope, _counted(receive, most, UPLOAD_SECONDS), send)
            return
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers and "content-length" in headers:
            # A proxy may go by the other length: what it takes for a body would be a request here.
            closed = {"connection": "close"}
            await status_response(400, self.language, closed, path=scope["path"])(scope, receive, send)
            return
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > MAX_BODY_BYTES:
            await status_response(413, self.language, path=scope["path"])(scope, receive, send)
            return
        await self.app(scope, _counted(receive, MAX_BODY_BYTES, BODY_SECONDS), send)


def _counted(receive: Receive, most_bytes: int, seconds: float) -> Receive:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    size, complete = 0, False

    async def counted() -> Message:
        nonlocal size, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(408) from error
        size += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if size > most_bytes:
            raise HTTPException(413)
        return message

    return counted
