"""One request to an endpoint, ended in time and bounded in bytes whatever comes back."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache

import httpx

_CLOSE_SECONDS = 1.0  # given to a request that is given up for closing its connection


class Unanswered(Exception):
    """No whole reply came within the bounds. ``str`` is the kind of failure."""


class Unreadable(Unanswered):
    """A reply that is too long, or packed although nobody asked for that."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whole."""

    status: int
    body: bytes
    retry_after: str


def post(
    url: str, body: Mapping[str, object], headers: Mapping[str, str], *, seconds: float, most_bytes: int
) -> Reply:
    """Post JSON and read the reply, all within ``seconds``; no redirect is followed. Raises Unanswered.

    A client's own timeouts are per read, and looking a name up has none. So it runs in an event loop of
    its own, where it can be given up at every stage, in a thread that nobody waits for any longer.
    """
    done: Future[Reply] = Future()

    def work() -> None:
        try:
            done.set_result(asyncio.run(_posted(url, body, headers, seconds, most_bytes)))
        except Exception as error:  # noqa: BLE001  # whoever waits gets it
            done.set_exception(error)

    try:
        threading.Thread(target=work, name="endpoint", daemon=True).start()
        return done.result(seconds + _CLOSE_SECONDS)
    # ValueError for a key that no header can hold, RuntimeError where there are no more threads.
    except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as error:
        raise Unanswered(type(error).__name__) from error


async def _posted(
    url: str, body: Mapping[str, object], headers: Mapping[str, str], seconds: float, most_bytes: int
) -> Reply:
    sent = {**headers, "Accept-Encoding": "identity"}
    async with (
        asyncio.timeout(seconds),
        httpx.AsyncClient(verify=_tls(), timeout=seconds, headers=sent) as client,
        client.stream("POST", url, json=body) as response,
    ):
        if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise Unreadable("Content-Encoding")  # unpacked, a little would be any size
        received = bytearray()
        async for piece in response.aiter_raw():
            received += piece
            if len(received) > most_bytes:
                raise Unreadable(f"> {most_bytes}")
        asked = response.headers.get("retry-after", "")
        return Reply(response.status_code, bytes(received), asked)


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes long enough to do it once."""
    return httpx.create_ssl_context()
