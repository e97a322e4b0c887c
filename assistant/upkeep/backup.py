"""All of a data folder that a school would miss, in one file: taken while all runs, put back elsewhere.

Databases are copied by SQLite's own online backup, each as it was at one moment. Indexes, caches and logs are
left out: they are made anew from what is there, without asking an embedding endpoint again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import BackupUnusable
from vectorstore.disk.lock import sole_writer
from vectorstore.disk.private import make_folder, owner_only
from vectorstore.disk.space import check_space
from vectorstore.disk.storage import storage_errors
from vectorstore.errors import Message

_FORMAT = 1
_CONTENTS = "backup.json"
_DATABASES = ("library.sqlite", "history.sqlite")
_FILES = ("keys.json",)
_FOLDERS = ("documents",)
_BLOCK = 1 << 20
_ASIDE = ".restoring"
_MADE_ANEW = frozenset(
    {_ASIDE, "index", "cache", "logs", "staging", "own-files", "ingest.lock", "ingest.pid"}
)
_NOTHING = Message("{} 里没有可备份的内容。", "There is nothing to back up in {}.")
_NO_BACKUP = Message("{} 不是完好的备份文件。", "{} is no backup, or it is damaged.")
_TAKE_ANOTHER = Message("请换一份备份再试；现有内容没有改动。", "Try another one; nothing has been changed.")
_LATER = Message("{} 是更新版本的程序做的备份。", "{} was made by a later version of this program.")
_UPDATE = Message("请先更新程序，再恢复。", "Update this program first, then restore.")
_NOT_EMPTY = Message("{} 里已有内容，没有恢复。", "There is something in {} already; nothing was restored.")
_MOVE = Message(
    "请先把该文件夹移走，或用 POLICY_ASSISTANT_DATA_DIR 指定一个新文件夹。",
    "Move that folder away, or name a new one by POLICY_ASSISTANT_DATA_DIR.",
)


class _Contents(BaseModel):
    """What a backup says of itself: its form, when it was made, and the SHA-256 of each file by its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    made_on: datetime
    files: dict[str, str]


class Backup(NamedTuple):
    """How many files a backup has, of how many bytes together, and when it was made."""

    files: int
    size: int
    made_on: datetime


def write_backup(data_dir: Path, target: Path) -> Backup:
    """Write the backup; ``target`` is there whole or not at all.

    Raises BackupUnusable where there is nothing to save, LibraryBusy while documents are taken in,
    StorageUnusable where the disk has no room, and LibraryDamaged.
    """
    sources = dict(_sources(data_dir))
    if not sources:
        raise BackupUnusable(_filled(_NOTHING, data_dir), _MOVE)
    size = sum(path.stat().st_size for path in sources.values())
    part = target.with_name(f"{target.name}.part")
    with storage_errors(target), sole_writer(data_dir):
        make_folder(target.parent)
        check_space(target.parent, 2 * size)
        try:
            # Copies stand beside the backup: the system's temporary folder may be small.
            with TemporaryDirectory(prefix=".backup-", dir=target.parent) as copies:
                return _write(target, part, sources, Path(copies), size)
        finally:
            part.unlink(missing_ok=True)


def _write(target: Path, part: Path, sources: Mapping[str, Path], copies: Path, size: int) -> Backup:
    with open(part, "wb", opener=owner_only) as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
        digests = {name: _add(archive, name, path, copies) for name, path in sources.items()}
        contents = _Contents(format=_FORMAT, made_on=datetime.now(UTC), files=digests)
        archive.writestr(_CONTENTS, contents.model_dump_json())
    part.replace(target)
    return Backup(len(digests), size, contents.made_on)


def restore_backup(source: Path, data_dir: Path) -> Backup:
    """Put a backup into an empty or missing data folder, checked against its digests, all or nothing.

    The folder itself stays: it may be a volume, or in a place where this account can't make another. Raises
    BackupUnusable, StorageUnusable and LibraryBusy.
    """
    if not source.is_file():
        raise _damaged(source)
    aside = data_dir / _ASIDE
    with storage_errors(data_dir), sole_writer(data_dir):
        if any(entry.name not in _MADE_ANEW for entry in data_dir.iterdir()):
            raise BackupUnusable(_filled(_NOT_EMPTY, data_dir), _MOVE)
        shutil.rmtree(aside, ignore_errors=True)  # of one that was interrupted
        make_folder(aside)
        try:
            backup = _unpack(source, aside)
            shutil.rmtree(data_dir / "index", ignore_errors=True)  # of another library
            for entry in aside.iterdir():
                entry.rename(data_dir / entry.name)
        except BaseException:
            _clear(data_dir)
            raise
        aside.rmdir()
    return backup


def _clear(data_dir: Path) -> None:
    """Take away what putting a backup back has left in a folder that was empty."""
    for name in (*_DATABASES, *_FILES):
        (data_dir / name).unlink(missing_ok=True)
    for folder in (*_FOLDERS, _ASIDE):
        shutil.rmtree(data_dir / folder, ignore_errors=True)


def _sources(data_dir: Path) -> Iterator[tuple[str, Path]]:
    """What is kept, by its name in the backup."""
    for name in (*_DATABASES, *_FILES):
        if (data_dir / name).is_file():
            yield name, data_dir / name
    for folder in _FOLDERS:
        for path in sorted((data_dir / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(data_dir).as_posix(), path


def _add(archive: ZipFile, name: str, path: Path, copies: Path) -> str:
    """Put a file into the backup, a database as it is at one moment; its digest."""
    if name in _DATABASES:
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copies / name)) as copy:
            live.backup(copy)
        path = copies / name
    with path.open("rb") as read, archive.open(name, "w", force_zip64=True) as written:
        return _copy(read, written)


def _unpack(source: Path, folder: Path) -> Backup:
    try:
        with ZipFile(source) as archive:
            contents = _read_contents(archive, source)
            size = sum(archive.getinfo(name).file_size for name in contents.files)
            check_space(folder, size)
            for name, digest in contents.files.items():
                path = folder / name
                make_folder(path.parent)
                with archive.open(name) as read, open(path, "xb", opener=owner_only) as written:
                    if _copy(read, written) != digest:
                        raise _damaged(source)
    except (BadZipFile, KeyError, EOFError, RuntimeError, ValueError, zlib.error) as error:  # of any bytes
        raise _damaged(source) from error
    return Backup(len(contents.files), size, contents.made_on)


def _read_contents(archive: ZipFile, source: Path) -> _Contents:
    """What the backup says of itself. Raises BackupUnusable, also for names that lead elsewhere."""
    try:
        told = json.loads(archive.read(_CONTENTS))
        if isinstance(told, Mapping) and isinstance(told.get("format"), int) and told["format"] > _FORMAT:
            raise BackupUnusable(_filled(_LATER, source), _UPDATE)
        contents = _Contents.model_validate(told)
    except (ValidationError, ValueError) as error:
        raise _damaged(source) from error
    if not all(map(_is_ours, contents.files)):
        raise _damaged(source)
    return contents


def _is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        return False
    return name in (*_DATABASES, *_FILES) or (len(path.parts) > 1 and path.parts[0] in _FOLDERS)


def _copy(read: IO[bytes], written: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := read.read(_BLOCK):
        digest.update(block)
        written.write(block)
    return digest.hexdigest()


def _damaged(source: Path) -> BackupUnusable:
    return BackupUnusable(_filled(_NO_BACKUP, source), _TAKE_ANOTHER)


def _filled(message: Message, path: Path) -> Message:
    return Message(message.zh.format(path), message.en.format(path))
