"""What people may upload, for the library or for themselves: kinds of files, and how large they may be."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePath
from typing import BinaryIO

from vectorstore.disk.private import owner_only
from vectorstore.disk.storage import storage_errors
from vectorstore.errors import Message, UnreadableFile

MOST_FILE_BYTES = 50 * 1024 * 1024
# fmt: off
DOCUMENTS = frozenset({
    ".txt", ".md", ".markdown", ".html", ".htm", ".shtml", ".xhtml", ".mhtml", ".mht", ".pdf", ".ofd",
    ".doc", ".docx", ".docm", ".wps", ".xls", ".xlsx", ".xlsm", ".et", ".pptx", ".pptm", ".csv", ".tsv",
})
# fmt: on
KINDS = DOCUMENTS | {".zip"}
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_PIECE = 1024 * 1024


def check_kind(name: str, content: BinaryIO, kinds: Collection[str] = KINDS) -> None:
    """Raise UnreadableFile for a program, for what is of none of the ``kinds``, and for what is empty."""
    head = content.read(8)
    content.seek(0)
    hint = _kinds_hint(kinds)
    if head.startswith(_PROGRAMS):
        raise UnreadableFile(
            Message(
                f"{name} 是程序，不是文件资料，没有收下。", f"{name} is a program, no document; refused."
            ),
            hint,
        )
    if PurePath(name).suffix.lower() not in kinds:
        raise UnreadableFile(
            Message(f"{name} 的格式不支持，没有收下。", f"{name} is of a kind that is not read; refused."),
            hint,
        )
    if not head:
        raise UnreadableFile(
            Message(f"{name} 是空的，没有收下。", f"{name} is empty; refused."),
            Message("请选择有内容的文件。", "Choose one with content."),
        )


def write_upload(path: Path, content: BinaryIO, too_large: UnreadableFile) -> None:
    """Write a new file, for this account alone. Raises ``too_large`` over MOST_FILE_BYTES, and keeps none."""
    with storage_errors(path), open(path, "xb", opener=owner_only) as file:
        while piece := content.read(_PIECE):
            file.write(piece)
            if file.tell() > MOST_FILE_BYTES:
                break
        size = file.tell()
    if size > MOST_FILE_BYTES:
        path.unlink()
        raise too_large


def too_large(name: str, hint: Message) -> UnreadableFile:
    """The error for a file of more than MOST_FILE_BYTES."""
    most = MOST_FILE_BYTES // 1024 // 1024
    return UnreadableFile(
        Message(f"{name} 超过 {most} MB，没有收下。", f"{name} is larger than {most} MB; refused."), hint
    )


def _kinds_hint(kinds: Collection[str]) -> Message:
    named = " ".join(sorted(kind[1:] for kind in kinds))
    return Message(f"可以上传：{named}。", f"These can be uploaded: {named}.")
