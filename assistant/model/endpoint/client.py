"""The HTTP client under the chat model: only our headers go out, and only so many bytes come in."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import cast

import httpx2  # what the openai client runs on

from assistant.model.endpoint.errors import packed, too_long

RETRY_SECONDS = 0.5  # pause before a retry, unless the endpoint asks for another
_LONGEST_PAUSE = 5.0  # an endpoint that asks for more is not asked again

# The openai client adds others: the platform, and from the environment organisation and project.
_SENT_HEADERS = frozenset({"host", "accept", "connection", "content-type", "content-length"})
_MOST_BYTES = 16 * 1024 * 1024  # about ten times the longest stream of a reasoning model

NO_CLIENT = httpx2.Client(transport=httpx2.BaseTransport())
"""For the synchronous half of a chat model, which is not used. Without it langchain keeps a real one."""


def is_address(text: str) -> bool:
    """Whether an endpoint could be called there."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        return False
    return url.scheme in ("http", "https") and bool(url.host) and (url.port or 1) <= 65535


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes long enough to do it once."""
    return httpx2.create_ssl_context()


def open_client(key: str) -> httpx2.AsyncClient:
    """A client for one call, in one event loop. Proxies are taken from the environment as usual.

    It follows no redirect, so the key goes nowhere but to the endpoint. Reading more than 16 MiB of a
    response raises ModelReplyUnusable, and so does one that is packed: a little of that may be any size.
    """

    async def keep_to_our_headers(request: httpx2.Request) -> None:
        for name in set(request.headers) - _SENT_HEADERS:
            del request.headers[name]
        request.headers["Authorization"] = f"Bearer {key}"
        request.headers["Accept-Encoding"] = "identity"

    async def bound(response: httpx2.Response) -> None:
        coding = response.headers.get("content-encoding", "").strip().lower()
        stream = cast("httpx2.AsyncByteStream", response.stream)
        response.stream = _Bounded(stream, is_packed=coding not in ("", "identity"))

    return httpx2.AsyncClient(
        verify=_tls(), event_hooks={"request": [keep_to_our_headers], "response": [bound]}
    )


class _Bounded(httpx2.AsyncByteStream):
    """A response's bytes up to a limit: without one, a line of an event stream is read whole."""

    def __init__(self, stream: httpx2.AsyncByteStream, *, is_packed: bool) -> None:
        self._stream = stream
        self._is_packed = is_packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._is_packed:
            raise packed()
        received = 0
        async for block in self._stream:
            received += len(block)
            if received > _MOST_BYTES:
                raise too_long()
            yield block

    async def aclose(self) -> None:
        await self._stream.aclose()


def asked_pause(retry_after: str | None) -> float | None:
    """Seconds that an endpoint asks to be left alone before a retry; None if that is too long to wait."""
    if retry_after is None:
        return RETRY_SECONDS
    # It may also be a date, which is never worth waiting for.
    seconds = float(retry_after) if retry_after.isdecimal() else _LONGEST_PAUSE + 1
    return seconds if seconds <= _LONGEST_PAUSE else None
