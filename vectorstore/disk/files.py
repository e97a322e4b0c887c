"""Files as the system has them: what can't be opened or is far too large is told before any of it is read."""

from __future__ import annotations

import errno
from pathlib import Path

from vectorstore.errors import Message, UnreadableFile

_MOST_BYTES = 100_000_000
_REASONS = {
    errno.EACCES: Message("没有读取权限", "it may not be read"),
    errno.EPERM: Message("没有读取权限", "it may not be read"),
    errno.ENOENT: Message("它已经不在了", "it is not there any more"),
    errno.ELOOP: Message("链接绕成了圈", "its links go in a circle"),
    errno.EIO: Message("磁盘读取出错", "the disk fails"),
    errno.ENOSPC: Message("磁盘已满", "the disk is full"),
    errno.EMFILE: Message("打开的文件太多", "too many files are open"),
}


def check_file(path: Path) -> None:
    """Raise UnreadableFile for what is no regular file, or one that nobody here would read.

    Opening a pipe would wait for ever, and hashing a disk image takes minutes.
    """
    try:
        if not path.is_file():
            raise _no_file(path)
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    if size > _MOST_BYTES:
        megabytes = _MOST_BYTES // 1_000_000
        raise UnreadableFile(
            Message(
                f"文件 {path.name} 太大，超过了 {megabytes} MB。",
                f"{path.name} is too large: over {megabytes} MB.",
            ),
            Message("请拆分成几个文件。", "Split it into several files."),
        )


def unreadable(path: Path, error: OSError) -> UnreadableFile:
    """The system's reason in words; one that is rare by its number, since the system speaks English."""
    code = error.errno or 0
    reason = _REASONS.get(code, Message(f"系统错误 {code}", f"{error.strerror}"))
    return UnreadableFile(
        Message(f"文件 {path.name} 读不出来：{reason.zh}。", f"{path.name} can't be read: {reason.en}."),
        Message(
            "请检查文件是否存在、有无读取权限，再运行一次。",
            "Check that it exists and may be read, then run this again.",
        ),
    )


def _no_file(path: Path) -> UnreadableFile:
    if path.is_symlink():
        return UnreadableFile(
            Message(
                f"{path.name} 是链接，它指向的文件不存在。",
                f"{path.name} is a link to a file that is not there.",
            ),
            Message("请改好或删除这个链接。", "Correct the link, or delete it."),
        )
    if path.exists():
        return UnreadableFile(
            Message(f"{path.name} 不是普通文件。", f"{path.name} is no regular file."),
            Message("请把它移走。", "Move it away."),
        )
    return UnreadableFile(
        Message(f"{path.name} 不存在。", f"{path.name} is not there."),
        Message("请检查路径。", "Check the path."),
    )
