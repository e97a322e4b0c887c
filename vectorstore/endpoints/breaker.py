"""Leaves a service alone for a while after it failed, so that not everybody waits for it in vain."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from vectorstore.errors import PolicyAssistantError


class Breaker:
    """After so many ``failures`` in a row the last one is raised again for ``pause`` seconds, unasked.

    Then one caller tries, and the others go without until that has come to an end or as long again has
    passed. Safe to use from several threads.

    >>> breaker = Breaker(failures=1)
    >>> breaker.check()
    """

    def __init__(self, *, failures: int, pause: float = 30.0) -> None:
        self._most = failures
        self._pause = pause
        self._lock = Lock()
        self._in_a_row = 0
        self._in_all = 0
        self._until = 0.0
        self._last: PolicyAssistantError | None = None

    @property
    def resting(self) -> PolicyAssistantError | None:
        """The last failure, while the service is left alone because of it."""
        with self._lock:
            return self._last if self._is_open and time.monotonic() < self._until else None

    @property
    def failures(self) -> int:
        """How often the service has failed since the start."""
        with self._lock:
            return self._in_all

    def check(self) -> None:
        """Raises the last failure again while the service is left alone."""
        with self._lock:
            if not self._is_open or self._last is None:
                return
            now = time.monotonic()
            if now >= self._until:
                self._until = now + self._pause  # whoever asks now tries for all
                return
            error = self._last
        raise error.with_traceback(None)  # else each time it is raised would add to what it holds

    def failed(self, error: PolicyAssistantError) -> None:
        """It was asked, and failed."""
        with self._lock:
            self._in_a_row += 1
            self._in_all += 1
            self._last = error
            self._until = time.monotonic() + self._pause

    def succeeded(self) -> None:
        """It was asked, and is well."""
        with self._lock:
            self._in_a_row, self._last = 0, None

    def unclear(self) -> None:
        """It was asked, and nothing is known of it by that: another may try."""
        with self._lock:
            self._until = min(self._until, time.monotonic())

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Within the block the service is asked; one of our own errors counts as its failure."""
        self.check()
        try:
            yield
        except PolicyAssistantError as error:
            self.failed(error)
            raise
        except BaseException:
            self.unclear()
            raise
        self.succeeded()

    @property
    def _is_open(self) -> bool:
        return self._in_a_row >= self._most
