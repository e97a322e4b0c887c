"""Where conversations are kept: short transactions on one database, whichever it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Lock

from sqlalchemy import Connection, Engine, update

from assistant.errors import HistoryUnusable
from assistant.history import tables


class Store(ABC):
    """Short transactions on one database that several threads and processes share.

    Everything raises HistoryUnusable where the database can't be used; a
    transaction that fails leaves it as it was.
    """

    unopened: HistoryUnusable | None = None
    """Why it could not be opened so far, where it is tried again with every use."""

    def __init__(self, engine: Engine, version: int) -> None:
        self._engine = engine
        self._version = version
        self._opening = Lock()
        self._writes = False  # as far as is known: nothing has failed since it was tried

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database."""
        self._make_open()
        with self._errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that nobody else writes beside."""
        try:
            self._make_open()
            with self._errors(), self._alone() as connection:
                yield connection
        except HistoryUnusable:
            self._writes = False
            raise

    @property
    def writable(self) -> bool:
        """Whether what is written is kept: by the last try, made anew where something has failed since."""
        if not self._writes:  # what others write may change nothing, and goes well on a full disk then
            with suppress(HistoryUnusable):
                with self.writing() as connection:
                    connection.execute(update(tables.history).values(version=self._version))  # as it was
                self._writes = True
        return self._writes

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _make_open(self) -> None:
        """Open what could not be opened before."""
        if self.unopened:
            with self._opening:
                if self.unopened:
                    self._open()
                    self.unopened = None

    @abstractmethod
    def _open(self) -> None:
        """Make the tables where there are none. Raises HistoryUnusable."""

    @abstractmethod
    def _alone(self) -> AbstractContextManager[Connection]:
        """A transaction that waits for those that others write in."""

    @abstractmethod
    def _errors(self) -> AbstractContextManager[None]:
        """Turn whatever the database raises within the block into HistoryUnusable."""
