"""The file of conversations: opening it, its transactions, its errors. The only module that knows SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, create_engine, event, insert, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import QueuePool

from assistant.errors import HistoryUnusable
from assistant.history import tables
from assistant.history.store import Store
from vectorstore.disk.private import make_file, make_folder
from vectorstore.disk.storage import storage_errors
from vectorstore.errors import LibraryDamaged, LibraryError, Message, StorageUnusable

_BUSY_SECONDS = 10.0  # that another process may keep the file


class SqliteStore(Store):
    """One file that several threads and processes share."""

    def __init__(self, path: Path, *, patient: bool = False) -> None:
        """A ``patient`` one passes over a disk that does not let it open, and tries again with every use."""
        self._path = path
        self._lock = Lock()  # threads wait for each other in turn; processes by SQLite's own lock
        # Parameters are what people asked: they must not get into a log with an error.
        engine = create_engine("sqlite://", creator=self._connect, poolclass=QueuePool, hide_parameters=True)
        super().__init__(engine, tables.SCHEMA)
        event.listen(engine, "begin", _begin)
        self._writer = engine.execution_options(writes=True)
        try:
            self._open()
        except HistoryUnusable as error:
            if not (patient and isinstance(error.__cause__, StorageUnusable)):
                self.close()
                raise
            self.unopened = error

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        with self._lock, self._writer.begin() as connection:
            yield connection

    def _errors(self) -> AbstractContextManager[None]:
        return _errors(self._path)

    def _connect(self) -> sqlite3.Connection:
        # isolation_level None: transactions begin where _begin says
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            # Not WAL: with several connections, SQLite before 3.51.3 can corrupt it.
            # secure_delete: what a person deletes is overwritten, not only let go of.
            for pragma in ("journal_mode=DELETE", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open(self) -> None:
        with self._errors():
            make_folder(self._path.parent)
            make_file(self._path)
            with self._engine.begin() as connection:
                if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                    raise _damaged(self._path)
                is_new = not inspect(connection).get_table_names()
            if is_new:
                self._create()
            with self._engine.begin() as connection:
                known = inspect(connection).has_table(tables.history.name)
                version = connection.execute(select(tables.history.c.version)).scalar() if known else None
        if version != tables.SCHEMA:
            raise _other_version(self._path)

    def _create(self) -> None:
        with self._writer.begin() as connection:
            if not inspect(connection).get_table_names():  # else another process was quicker
                tables.metadata.create_all(connection)
                connection.execute(insert(tables.history), {"version": tables.SCHEMA})


def _begin(connection: Connection) -> None:
    # A writer that began as a reader would not wait for another one, but fail at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Turn whatever the disk and the database raise into HistoryUnusable."""
    try:
        with storage_errors(path):
            yield
    except LibraryDamaged as error:
        raise _damaged(path) from error
    except LibraryError as error:
        raise HistoryUnusable(error.message, error.hint) from error
    except (DBAPIError, PoolExhausted, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise HistoryUnusable(
            Message(f"无法读写对话记录 {path}：{cause}。", f"Can't use the history {path}: {cause}."),
            Message(
                "请稍后再试；如仍不行，请查看日志。", "Try again later; if it stays so, look at the log."
            ),
        ) from error


def _damaged(path: Path) -> HistoryUnusable:
    return HistoryUnusable(
        Message(f"对话记录文件 {path} 已损坏。", f"The history file {path} is damaged."),
        Message(
            "请从备份恢复该文件，或把它移到别处，从空的记录重新开始；问答不受影响。",
            "Restore it from a backup, or move it away to begin with an empty one; questions are answered"
            " all the same.",
        ),
    )


def _other_version(path: Path) -> HistoryUnusable:
    return HistoryUnusable(
        Message(
            f"对话记录文件 {path} 是由另一个版本的程序写的。",
            f"The history file {path} was written by another version of the program.",
        ),
        Message(
            "请换回那个版本的程序，或把该文件移到别处，从空的记录重新开始。",
            "Go back to that version, or move the file away to begin with an empty one.",
        ),
    )
