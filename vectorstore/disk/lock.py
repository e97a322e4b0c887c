"""One writer at a time: the lock on a data folder, and who holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from vectorstore.disk.private import FILE_MODE, make_file, make_folder
from vectorstore.disk.storage import storage_errors
from vectorstore.errors import LibraryBusy, Message


@contextmanager
def sole_writer(data_dir: Path) -> Iterator[None]:
    """Be the only writer in ``data_dir`` while the block runs.

    Raises LibraryBusy within a second, naming the process that is, and StorageUnusable.
    """
    holder = data_dir / "ingest.pid"
    lock = FileLock(data_dir / "ingest.lock", mode=FILE_MODE, thread_local=False)
    with storage_errors(data_dir):
        make_folder(data_dir)
        try:
            lock.acquire(timeout=0.5, poll_interval=0.05)
        except Timeout as error:
            raise _busy(holder) from error
    try:
        with storage_errors(holder):
            make_file(holder)
            holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _busy(holder: Path) -> LibraryBusy:
    try:
        process = holder.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        process = "?"
    return LibraryBusy(
        Message(
            f"另一个进程（进程号 {process}）正在写入资料库。",
            f"Another process (process id {process}) is writing to the library.",
        ),
        Message("请等它结束后再试。", "Wait until it is done, then try again."),
    )
