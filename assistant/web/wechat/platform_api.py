"""What we send of our own accord, by the platform's API: answers too late for a reply, and signs of work."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import httpx

_LOG = logging.getLogger(__name__)

Json = Mapping[str, Any]

_SECONDS = 10.0  # for one message, with the token that it needs
_TOKEN_SPENT = frozenset({40001, 40014, 42001})
_KEPT_FOR = 0.9  # of the time that a token is valid
_REASONS = {
    40164: "this server's address is not in the platform's list of allowed addresses",
    45015: "the person has not written for too long",
    45047: "too many messages to the person since they last wrote",
    60020: "this server's address is not in the platform's list of allowed addresses",
}


class _Refused(Exception):
    """The platform does not do what it is asked."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


class PlatformApi:
    """Sends messages for one account. Its token is asked for when it is needed and kept while it is valid.

    ``token_request`` is what asks for a token. Of one event loop.
    """

    def __init__(self, token_request: httpx.Request) -> None:
        self._token_request = token_request
        self._token = ""
        self._valid_until = 0.0
        self._renewing = asyncio.Lock()

    async def send(self, message: Json, url: str) -> None:
        """Send a message to that address of the platform, once. What goes wrong is logged.

        A cause is logged by its code or name: addresses, and what they are answered with, may hold secrets.
        """
        try:
            async with asyncio.timeout(_SECONDS), httpx.AsyncClient(timeout=_SECONDS) as client:
                await self._send(client, message, url)
        except _Refused as error:
            reason = _REASONS.get(error.code, "see the platform's list of error codes")
            _LOG.warning("The platform did not take what was sent: error %d, %s", error.code, reason)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            _LOG.warning("Nothing could be sent to the platform: %s", type(error).__name__)

    async def _send(self, client: httpx.AsyncClient, message: Json, url: str) -> None:
        token = await self._a_token(client, spent="")
        try:
            await self._post(client, token, message, url)
        except _Refused as error:
            if error.code not in _TOKEN_SPENT:
                raise
            await self._post(client, await self._a_token(client, spent=token), message, url)

    async def _post(self, client: httpx.AsyncClient, token: str, message: Json, url: str) -> None:
        content = json.dumps(message, ensure_ascii=False)  # WeChat shows escapes as they are
        _told(
            await client.post(
                url,
                params={"access_token": token},
                content=content.encode("utf-8", "ignore"),
                headers={"Content-Type": "application/json; charset=utf-8"},
            )
        )

    async def _a_token(self, client: httpx.AsyncClient, *, spent: str) -> str:
        """The token, a new one where there is none but ``spent``."""
        async with self._renewing:
            if self._token in ("", spent) or time.monotonic() > self._valid_until:
                told = _told(await client.send(self._token_request))
                token, seconds = told.get("access_token"), told.get("expires_in")
                if not isinstance(token, str) or not isinstance(seconds, int):
                    raise ValueError("no token in the reply")
                self._token, self._valid_until = token, time.monotonic() + seconds * _KEPT_FOR
            return self._token


def _told(response: httpx.Response) -> Json:
    """The platform's reply. Raises _Refused, and ValueError for what is none."""
    told = response.json()
    code = told.get("errcode", 0) if isinstance(told, dict) else None
    if not isinstance(code, int):
        raise ValueError("the reply is none of the platform's")
    if code != 0:
        raise _Refused(code)
    return dict(told)
