"""Lets few questions compute at once, and tells each how many wait behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """At most so many at once; the others wait. Safe for threads.

    >>> with Turns(2).take() as waiting:
    ...     waiting
    0
    """

    def __init__(self, at_once: int) -> None:
        self._free = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._waiting = 0

    @contextmanager
    def take(self) -> Iterator[int]:
        """Wait for a turn; gives how many others wait for theirs then."""
        with self._lock:
            self._waiting += 1
        self._free.acquire()
        try:
            with self._lock:
                self._waiting -= 1
                waiting = self._waiting
            yield waiting
        finally:
            self._free.release()
