"""The library as a long-running process reads it: always the published generation.

A new generation is noticed within seconds and opened aside, which takes
seconds for a large library; the old one answers meanwhile, and is closed when
the last search in it has ended. Nothing is opened before the first use,
so an object made before a fork works after it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

from vectorstore.embeddings import Embedder
from vectorstore.endpoints.breaker import Breaker
from vectorstore.errors import PolicyAssistantError
from vectorstore.index.generations import Generation, open_current
from vectorstore.index.published import current_name, published_at
from vectorstore.search.rerank import Reranker
from vectorstore.search.searcher import Searcher

_LOOK_EVERY = 2.0  # seconds between two looks at which generation is published


@dataclass(slots=True)
class _Opened:
    generation: Generation
    searcher: Searcher
    readers: int = 0
    retired: bool = False


class LiveLibrary:
    """Lends the searcher of the current generation. Safe to use from several threads."""

    def __init__(self, data_dir: Path, embedder: Embedder, reranker: Reranker | None = None) -> None:
        self._data_dir = data_dir
        self._embedder = embedder
        self._reranker = reranker
        self._is_guest = False  # its reranker is another library's, to be closed with that one
        self._lock = Lock()
        self._current: _Opened | None = None
        self._looked = 0.0
        self._opening = Thread()  # of a newer generation
        self._unopened: PolicyAssistantError | None = None

    def elsewhere(self, data_dir: Path) -> LiveLibrary:
        """The library in another folder, read by the models and endpoints of this one; closed by itself."""
        other = LiveLibrary(data_dir, self._embedder, self._reranker)
        other._is_guest = True
        return other

    @property
    def embedder(self) -> Embedder:
        """What makes the vectors of questions, and made those of the documents."""
        return self._embedder

    @contextmanager
    def searcher(self) -> Iterator[Searcher]:
        """The current searcher, kept open until the block ends.

        Raises IndexMissing or IndexMismatch where there is none to open.
        """
        opened = self._acquire()
        try:
            yield opened.searcher
        finally:
            self._release(opened)

    @property
    def generation_name(self) -> str | None:
        """The name of the generation in use, or None before the first search. Looks for a newer one too."""
        with self._lock:
            self._refresh()
            return self._current.generation.name if self._current else None

    @property
    def published_at(self) -> float | None:
        """When the published generation became that one, in seconds since 1970; None without one."""
        return published_at(self._data_dir)

    @property
    def unopened(self) -> PolicyAssistantError | None:
        """Why what is published now can't be opened, while what was opened before still answers.

        Noticed within seconds. None where nothing was searched yet, too.
        """
        with self._lock:
            self._refresh()
            return self._unopened

    @property
    def services(self) -> dict[str, Breaker]:
        """What watches over the endpoints that searches need, by their names; none where all is built in."""
        found = {"rerank": self._reranker.breaker} if self._reranker else {}
        embedding = self._embedder.breaker
        return found if embedding is None else found | {"embedding": embedding}

    def close(self) -> None:
        """Close what is open; running searches end in peace."""
        with self._lock:
            self._retire()
        if self._reranker and not self._is_guest:
            self._reranker.close()

    def _acquire(self) -> _Opened:
        with self._lock:
            self._refresh()
            if self._current is None:
                self._looked = time.monotonic()
                self._current = self._open()
            self._current.readers += 1
            return self._current

    def _release(self, opened: _Opened) -> None:
        with self._lock:
            opened.readers -= 1
            if opened.retired and not opened.readers:
                opened.generation.close()

    def _refresh(self) -> None:
        now = time.monotonic()
        if self._current is None or now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        if self._opening.is_alive():
            return
        if current_name(self._data_dir) == self._current.generation.published:
            self._unopened = None
            return
        self._opening = Thread(target=self._take_over, args=(self._current,), daemon=True)
        self._opening.start()

    def _take_over(self, before: _Opened) -> None:
        """Open the newer generation, and put it in the place of the one before it."""
        try:
            newer = self._open(before)
        except PolicyAssistantError as error:
            self._unopened = error.with_traceback(None)  # what is open still answers
            return
        with self._lock:
            self._unopened = None
            if self._current is before:
                self._retire()
                self._current = newer
                return
        newer.generation.close()  # the library was closed meanwhile

    def _open(self, before: _Opened | None = None) -> _Opened:
        """Open what is published; what ``before`` has read of it already is shared."""
        generation = open_current(self._data_dir, self._embedder.model, before.generation if before else None)
        known = before.searcher if before else None
        return _Opened(generation, Searcher(generation, self._embedder, self._reranker, known))

    def _retire(self) -> None:
        if self._current is None:
            return
        self._current.retired = True
        if not self._current.readers:
            self._current.generation.close()
        self._current = None
