"""The disk: its errors in plain words, and files that are there after a power cut."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from vectorstore.disk.private import FILE_MODE, make_folder, owner_only
from vectorstore.errors import LibraryBusy, LibraryDamaged, Message, StorageUnusable

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TAKEN = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_REFUSED = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn errors of the disk and of SQLite into StorageUnusable, LibraryBusy or LibraryDamaged."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise _explain(error, path) from error


def _explain(error: Exception, path: Path) -> Exception:
    cause = error.orig if isinstance(error, DBAPIError) else error
    kind = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    if kind in _DAMAGED:
        return library_damaged(path)
    if kind in _TAKEN:
        return LibraryBusy(
            Message(f"{path} 正被另一个进程占用。", f"Another process holds {path}."),
            Message("请稍后再试。", "Try again later."),
        )
    if kind in _REFUSED or isinstance(error, OSError):
        return storage_unusable(path, cause)
    return error


def storage_unusable(path: Path, cause: object) -> StorageUnusable:
    """The error for a place that can't be written, with the system's own words."""
    return StorageUnusable(
        Message(f"无法读写 {path}：{cause}。", f"Can't read or write {path}: {cause}."),
        Message(
            "请检查磁盘空间和该文件夹的权限，再试一次；已存的内容没有丢失。",
            "Check the free disk space and the folder's permissions, then try again; nothing stored is lost.",
        ),
    )


def library_damaged(path: Path) -> LibraryDamaged:
    """The error for a library file that is broken."""
    return LibraryDamaged(
        Message(f"资料库文件 {path} 已损坏。", f"The library file {path} is damaged."),
        Message(
            "请从备份恢复该文件，或运行 policy-assistant ingest --rebuild 从原始文件重新建库，旧文件会另存。",
            "Restore the file from a backup, or run policy-assistant ingest --rebuild to build the library"
            " anew from the documents; the old file is set aside.",
        ),
    )


def sync_tree(folder: Path) -> None:
    """Bring a folder and all in it to the disk itself, files before the folders that name them."""
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def replace_file(path: Path, text: str) -> None:
    """Put ``text`` in place of a file at once: a reader, or a power cut, meets the old or the new one."""
    aside = path.with_name(f"{path.name}.new")
    with open(aside, "w", encoding="utf-8", opener=owner_only) as file:
        file.write(text)
    _sync(aside)
    aside.replace(path)
    _sync(path.parent)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file another name, or make a copy where the disk knows no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def move_folder(folder: Path, target: Path) -> None:
    """Rename a folder within its parent, for good."""
    folder.rename(target)
    _sync(target.parent)


def temporary_folder() -> TemporaryDirectory[str]:
    """A folder of the system's for a while. Raises StorageUnusable where none can be had."""
    try:
        return TemporaryDirectory(prefix="policy-assistant-", ignore_cleanup_errors=True)
    except OSError as error:
        raise StorageUnusable(
            Message(
                f"系统的临时文件夹不可用：{error}。", f"The system's temporary folder can't be used: {error}."
            ),
            Message(
                "请在该磁盘上腾出空间，或用环境变量 TMPDIR 指定另一处，再试一次。",
                "Make room on its disk, or name another with the environment variable TMPDIR, and try again.",
            ),
        ) from error


class PrivateFolder:
    """A folder for one process to work in, under ``parent``.

    The process holds a lock in it for as long as it lives; what a killed one
    left behind is removed when the next folder is made.
    """

    def __init__(self, parent: Path) -> None:
        # The lock on making folders: a new one must not be taken for a dead one before it is locked itself.
        with FileLock(parent / ".private.lock", timeout=10, mode=FILE_MODE, thread_local=False):
            for leftover in parent.glob(".private-*"):
                _remove_if_left(leftover)
            self.path = parent / f".private-{uuid4().hex}"
            make_folder(self.path)
            self._lock = _lock_in(self.path)
            self._lock.acquire(timeout=0)

    def remove(self) -> None:
        """Remove the folder and all in it."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)


def _lock_in(folder: Path) -> FileLock:
    # It may be closed by another thread than opened it.
    return FileLock(folder / "lock", mode=FILE_MODE, thread_local=False)


def _remove_if_left(folder: Path) -> None:
    lock = _lock_in(folder)
    try:
        lock.acquire(timeout=0)
    except (Timeout, FileNotFoundError):
        return  # in use, or being removed right now
    lock.release()
    shutil.rmtree(folder, ignore_errors=True)


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows can't sync a folder; its file system keeps the order itself
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
