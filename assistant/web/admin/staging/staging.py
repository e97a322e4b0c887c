"""Uploaded files before they are taken in: kept aside under safe names, read for a preview."""

from __future__ import annotations

import logging
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePath
from secrets import token_hex
from threading import Lock
from typing import BinaryIO

from assistant.errors import UploadUnknown
from assistant.setup.uploads import check_kind, too_large, write_upload
from assistant.upkeep.library import Preview
from vectorstore.disk.private import make_folder
from vectorstore.disk.storage import storage_errors
from vectorstore.errors import Message, UnreadableFile
from vectorstore.fetch.names import safe_name
from vectorstore.library.intake import Failure

logger = logging.getLogger(__name__)

KEPT_SECONDS = 24 * 3600
_ID = re.compile(r"[0-9a-f]{16}")
_MOST_READ = 20  # previews in memory

Readings = tuple[Preview | Failure, ...]
Reader = Callable[[Path], Iterator[Preview | Failure]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was kept: its name now, and the one that it came under."""

    name: str
    given: str


class Staging:
    """Folders of uploads that are looked at before they are taken in. Old ones are deleted by themselves."""

    def __init__(self, folder: Path, read: Reader) -> None:
        self._folder = folder
        self._read = read
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="admin-preview")
        self._readings: dict[str, Future[Readings]] = {}

    def begin(self) -> str:
        """A new upload; its id. What nobody came back to for a day is deleted."""
        number = token_hex(8)
        with storage_errors(self._folder):
            make_folder(self._folder / number)
            for old in self._folder.iterdir():
                if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                    self.discard(old.name)
        return number

    def folder_of(self, number: str) -> Path:
        """Where the files of an upload are. Raises UploadUnknown."""
        folder = self._folder / number
        if not _ID.fullmatch(number) or not folder.is_dir():
            raise UploadUnknown
        return folder

    def add(self, number: str, given: str, content: BinaryIO, taken: Collection[str]) -> Kept:
        """Keep a file under a safe name that is none of ``taken``. Raises UnreadableFile with the reason."""
        folder = self.folder_of(number)
        shown = safe_name(given) or "?"
        check_kind(shown, content)
        name = _free(_seen(shown), {*taken, *(each.name.casefold() for each in folder.iterdir())})
        path = folder / name
        write_upload(path, content, too_large(shown, _SPLIT))
        return Kept(name, given)

    def reading(self, number: str) -> Readings | None:
        """What taking the upload in would give; None while it is still being read. Raises UploadUnknown."""
        folder = self.folder_of(number)
        with self._lock:
            if number not in self._readings:
                while len(self._readings) >= _MOST_READ:
                    del self._readings[next(iter(self._readings))]
                self._readings[number] = self._pool.submit(self._read_all, folder)
            future = self._readings[number]
        return future.result() if future.done() else None

    def _read_all(self, folder: Path) -> Readings:
        try:
            return tuple(self._read(folder))
        except (ArithmeticError, AssertionError, LookupError, RecursionError, TypeError, ValueError) as error:
            logger.exception("Can't preview an upload")
            raise UnreadableFile(_DEFECT, _ONE_BY_ONE) from error

    def read_again(self, number: str) -> None:
        """Something about the upload changed: the next look at it reads it anew."""
        with self._lock:
            self._readings.pop(number, None)

    def discard(self, number: str) -> None:
        """Delete an upload with its files."""
        self.read_again(number)
        shutil.rmtree(self._folder / number, ignore_errors=True)

    def close(self) -> None:
        """Read nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _seen(name: str) -> str:
    """A name that is not passed over when its folder is taken in, as notes are."""
    return f"_{name}" if name.startswith(".") or name.lower().partition(".")[0] == "readme" else name


def _free(name: str, taken: Collection[str]) -> str:
    path, number = PurePath(name), 2
    while name.casefold() in taken:
        name, number = f"{path.stem}-{number}{path.suffix}", number + 1
    return name


_DEFECT = Message(
    "程序没能读懂这次上传的一份文件，这是程序的缺陷。",
    "The program failed on a file of this upload, which is its fault.",
)
_ONE_BY_ONE = Message(
    "请分开上传，找出是哪一份；详情已写入日志。",
    "Upload them one by one to find which; the log has the details.",
)
_SPLIT = Message(
    "请拆分，或由管理员在命令行用 policy-assistant ingest 收录。",
    "Split it, or take it in by policy-assistant ingest.",
)
