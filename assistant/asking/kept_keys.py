"""Where keys are kept: in a file of the data folder, or in a database that several servers share."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from filelock import FileLock
from pydantic import SecretStr, TypeAdapter, ValidationError
from sqlalchemy import Connection, delete, insert, select, update

from assistant.errors import HistoryUnusable, KeysUnusable
from assistant.history.server_tables import keys as table
from assistant.types import Sources
from vectorstore.disk.private import FILE_MODE, make_folder
from vectorstore.errors import Message
from vectorstore.types import Scope

if TYPE_CHECKING:
    from assistant.history.store import Store

Form = Literal["markdown", "wechat"]
"""How an answer looks: Markdown, or plain text that stands alone in WeChat."""

PER_MINUTE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key. ``form`` is None where the request chooses; an empty scope is everything."""

    name: str
    digest: str
    created_at: str
    form: Form | None = None
    sources: Sources = "full"
    per_minute: int = PER_MINUTE
    scope: Scope = Scope()


Made = tuple[Key, ...]
"""Keys in the order in which they were made."""
_KEYS = TypeAdapter(Made)
_KEY = TypeAdapter(Key)


class KeptKeys(Protocol):
    """All that is asked of such a place. Raises KeysUnusable: nobody is let in then."""

    def read(self) -> Made:
        """The keys, as they are now."""

    def change(self, change: Callable[[Made], Made]) -> None:
        """Keep what ``change`` makes of the keys; nobody else changes them meanwhile."""

    def close(self) -> None:
        """Let go of whatever is open."""


class KeyFile:
    """Keys in a file that is read again when it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._keys: Made = ()

    def read(self) -> Made:
        """The keys, none where there is no file."""
        with self._lock:
            try:
                found = self._file.stat()
            except FileNotFoundError:
                self._seen, self._keys = None, ()
            except OSError as error:
                raise _unusable(self._file) from error
            else:
                if (found.st_mtime_ns, found.st_ino) != self._seen:
                    self._keys = self._read()
                    self._seen = (found.st_mtime_ns, found.st_ino)
            return self._keys

    def change(self, change: Callable[[Made], Made]) -> None:
        """As the protocol has it, by a lock beside the file."""
        try:
            make_folder(self._file.parent)
        except OSError as error:
            raise _unusable(self._file) from error
        with FileLock(self._file.with_suffix(".lock"), mode=FILE_MODE):
            self._write(change(self.read()))

    def close(self) -> None:
        """Nothing is open."""

    def _read(self) -> Made:
        try:
            return _KEYS.validate_json(self._file.read_bytes())
        except (OSError, ValidationError) as error:
            raise _unusable(self._file) from error

    def _write(self, keys: Sequence[Key]) -> None:
        """In place of the file at once, for the account of the server alone."""
        aside = self._file.with_suffix(".new")
        try:
            with suppress(FileNotFoundError):
                aside.unlink()
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump([asdict(key) for key in keys], file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self._file)
        except OSError as error:
            raise _unusable(self._file) from error


class KeyTable:
    """Keys in a database, which is opened when somebody asks for them."""

    def __init__(self, database: SecretStr) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._store: Store | None = None

    def read(self) -> Made:
        """The keys, asked for each time: a revoked one counts no longer on any server."""
        with _as_keys_unusable(), self._opened().reading() as connection:
            return _read(connection)

    def change(self, change: Callable[[Made], Made]) -> None:
        """As the protocol has it, in one transaction."""
        with _as_keys_unusable(), self._opened().writing() as connection:
            before = _read(connection)
            after = change(before)
            known, kept = {key.name for key in before}, {key.name for key in after}
            connection.execute(delete(table).where(table.c.name.in_(known - kept)))
            for key in after:
                if key in before:
                    continue
                told = json.dumps(asdict(key))
                if key.name in known:
                    connection.execute(update(table).where(table.c.name == key.name).values(kept=told))
                else:
                    connection.execute(insert(table), {"name": key.name, "kept": told})

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._store:
                self._store.close()
            self._store = None

    def _opened(self) -> Store:
        from assistant.history.postgresql import PostgresStore

        with self._lock:
            if self._store is None:
                self._store = PostgresStore(self._database)
            return self._store


def _read(connection: Connection) -> Made:
    rows = connection.execute(select(table.c.kept).order_by(table.c.number)).scalars()
    return tuple(_KEY.validate_json(kept) for kept in rows)


@contextmanager
def _as_keys_unusable() -> Iterator[None]:
    try:
        yield
    except HistoryUnusable as error:
        raise KeysUnusable(error.message, error.hint) from error


def _unusable(file: Path) -> KeysUnusable:
    return KeysUnusable(
        Message(f"密钥文件 {file} 无法读写。", f"The file of keys {file} can't be read or written."),
        Message(
            "请检查文件权限；若已损坏，请删去它并重新创建密钥。",
            "Check its permissions; where it is damaged, delete it and make the keys anew.",
        ),
    )
