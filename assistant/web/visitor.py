"""Who asks: a random secret in a cookie, which names nobody and opens that browser's conversations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from secrets import token_urlsafe

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "policy_assistant_visitor"
_YEAR = 365 * 24 * 3600
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")


def visitor_of(cookies: Mapping[str, str]) -> str | None:
    """The secret of whoever sent these cookies; None without one."""
    secret = cookies.get(COOKIE, "")
    return secret if _SECRET.fullmatch(secret) else None


class Visitors:
    """Gives every browser that opens one of the pages its cookie, once, and another year of it each time."""

    def __init__(self, app: ASGIApp, paths: frozenset[str]) -> None:
        self.app = app
        self.paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] not in self.paths:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        secret = visitor_of(connection.cookies) or token_urlsafe(24)
        secure = "; Secure" if connection.url.scheme == "https" else ""

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={secret}; Max-Age={_YEAR}; Path=/; HttpOnly; SameSite=Lax{secure}"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_cookie)
