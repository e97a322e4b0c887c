"""Requests that are too old, or that were seen before with another content, are not the platform's."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict

from assistant.web.wechat.crypto import NotFromPlatform

WINDOW_SECONDS = 300
_MOST_SEEN = 50_000


class Freshness:
    """Remembers what was signed within the window. Safe in several threads.

    A platform sends the same message again when it gets no reply in time, so
    the same request twice is let in, and answered once by the message's id. In
    plaintext mode the signature says nothing of the body: a signature that comes
    again with another body is stolen.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, timestamp: str, signature: str, body: bytes) -> None:
        """Raise NotFromPlatform for a request that is too old, of the future, or of a stolen signature."""
        if not (timestamp.isdecimal() and len(timestamp) <= 12):
            raise NotFromPlatform
        if abs(time.time() - int(timestamp)) > WINDOW_SECONDS:
            raise NotFromPlatform
        digest = hashlib.sha256(body).digest()
        now = time.monotonic()
        with self._lock:
            known, _ = self._seen.setdefault(signature, (digest, now))
            while len(self._seen) > _MOST_SEEN or self._oldest() < now - 2 * WINDOW_SECONDS:
                self._seen.popitem(last=False)
        if known != digest:
            raise NotFromPlatform

    def _oldest(self) -> float:
        return next(iter(self._seen.values()))[1] if self._seen else time.monotonic()
