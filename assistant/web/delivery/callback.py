"""Answers sent to an address of the one who asked, signed as Standard Webhooks 1.0 lays down.

Only where the settings allow it: an address of anybody's choice would be a way
into the network that the server is in.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from assistant.asking.callers import Asked
from assistant.errors import CallbackRefused
from assistant.setup.settings import Settings
from assistant.web.delivery.following import answer_of, told_answer
from assistant.web.door.http_errors import told_error
from vectorstore.errors import Language

logger = logging.getLogger(__name__)

PAUSES = (1.0, 5.0, 30.0)  # seconds between tries
_SECONDS = 10.0


class Callbacks:
    """Sends answers once they are there. Close it when the server stops; what is not sent then is lost."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.callback_secret
        self._secret = secret.get_secret_value().encode() if secret else b""
        self._allowed = settings.callback_urls
        self._language: Language = settings.language
        self._sending: set[asyncio.Task[None]] = set()

    def check(self, url: str) -> None:
        """Raise CallbackRefused unless answers may be sent there."""
        if not (self._secret and any(_within(url, allowed) for allowed in self._allowed)):
            raise CallbackRefused

    def send_later(self, asked: Asked, url: str) -> None:
        """Send the answer once it is there, or what went wrong."""
        task = asyncio.create_task(self._send(asked, url))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def aclose(self) -> None:
        """Send no more."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _send(self, asked: Asked, url: str) -> None:
        told: Mapping[str, Any]
        try:
            answer = await answer_of(asked.job)
            kind, told = "answer.ready", told_answer(answer, asked, self._language)
        except Exception as error:  # noqa: BLE001  # the desk has logged what nobody foresaw
            kind, told = "answer.failed", told_error(error, self._language)
        body = json.dumps(
            {"type": kind, "data": {**told, "conversation_id": asked.conversation_id}}, ensure_ascii=False
        ).encode()
        message_id = uuid4().hex
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
            for pause in (*PAUSES, None):
                if await self._delivered(client, url, message_id, body):
                    return
                if pause is not None:
                    await asyncio.sleep(pause)
        logger.warning("An answer could not be sent to its callback")

    async def _delivered(self, client: httpx.AsyncClient, url: str, message_id: str, body: bytes) -> bool:
        headers = {"Content-Type": "application/json", **signed(self._secret, message_id, body)}
        try:
            response = await client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            logger.info("A callback failed: %s", type(error).__name__)
            return False
        return response.is_success


def signed(secret: bytes, message_id: str, body: bytes) -> dict[str, str]:
    """The headers by which the receiver knows the sender: HMAC-SHA256 over id, time and body."""
    timestamp = str(int(time.time()))
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{digest}",
    }


def _within(url: str, allowed: str) -> bool:
    """Whether ``url`` has the scheme, host and port of ``allowed``, and a path that begins with its path."""
    try:
        given, wanted = urlsplit(url), urlsplit(allowed)
        same = (given.scheme, given.hostname, given.port) == (wanted.scheme, wanted.hostname, wanted.port)
    except ValueError:
        return False
    plain = (
        given.scheme in ("http", "https") and "@" not in given.netloc and url.isascii() and url.isprintable()
    )
    folder = wanted.path if wanted.path.endswith("/") else wanted.path + "/"
    inside = given.path == wanted.path or (given.path or "/").startswith(folder)
    return plain and same and inside and ".." not in given.path
