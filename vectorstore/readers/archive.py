"""Archives of documents: each member becomes a file of its own, under a name that we choose.

The names inside of an archive never become paths. What is not wanted is refused member by member;
the others go in.
"""

from __future__ import annotations

import unicodedata
import zlib
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from vectorstore.errors import UnreadableFile
from vectorstore.readers.packages import check_sizes
from vectorstore.readers.refusals import damaged, encrypted, suspicious, too_large
from vectorstore.readers.sniff import Format, find_format

_MOST_DOCUMENTS = 1_000
_LARGEST = 50_000_000  # bytes of one member, unpacked
_JUNK = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
_SYMLINK = 0o120000
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


def unpack_into(path: Path, folder: Path) -> dict[str, Any]:
    """Write the members of an archive into ``folder`` as 1.docx, 2.pdf, ….

    Returns under "files" pairs of inner name and path, and under "refused" those
    of inner name and what was wrong. Raises UnreadableFile for an archive that as
    a whole can't be trusted.
    """
    files: list[tuple[str, str]] = []
    refused: list[tuple[str, list[list[str]]]] = []
    with ZipFile(path) as archive:
        members = archive.infolist()
        check_sizes(members, path.name)
        documents = [(name, member) for member in members if (name := _document_name(member))]
        if len(documents) > _MOST_DOCUMENTS:
            raise too_large(path.name, f" {_MOST_DOCUMENTS} 个文件", f"{_MOST_DOCUMENTS} files")
        for number, (name, member) in enumerate(sorted(documents, key=lambda pair: pair[0]), start=1):
            try:
                target = folder / f"{number}{_suffix(name)}"
                _unpack_one(archive, member, name, target)
                files.append((name, str(target)))
            except UnreadableFile as error:
                refused.append((name, [[m.zh, m.en] for m in (error.message, error.hint)]))
    return {"files": files, "refused": refused}


def _document_name(member: ZipInfo) -> str:
    """The name inside of the archive, or "" for folders and for what systems leave behind."""
    name = member.filename
    if (
        not member.flag_bits & _UTF8_NAME
    ):  # Chinese Windows writes its own encoding, and zipfile reads it as cp437
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    name = "".join(char for char in name.replace("\\", "/") if unicodedata.category(char)[0] != "C")
    lowered = name.lower()
    junk = any(lowered.endswith(end) or lowered.startswith(end) for end in _JUNK)
    return "" if name.endswith("/") or junk else name


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() else ""


def _unpack_one(archive: ZipFile, member: ZipInfo, name: str, target: Path) -> None:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or name[1:2] == ":":
        raise suspicious(name, "的路径指向压缩包之外", "its path leads out of the archive")
    if (member.external_attr >> 16) & 0o170000 == _SYMLINK:
        raise suspicious(name, "是符号链接", "it is a symbolic link")
    if member.flag_bits & _ENCRYPTED:
        raise encrypted(name)
    if member.file_size > _LARGEST:
        raise too_large(name, f" {_LARGEST // 1_000_000} MB", f"{_LARGEST // 1_000_000} MB")
    try:
        target.write_bytes(archive.read(member))
        nested = find_format(target) is Format.ZIP
    except (BadZipFile, NotImplementedError, OSError, zlib.error, EOFError) as error:
        raise damaged(name) from error
    if nested:
        raise suspicious(name, "是压缩包里的压缩包", "it is an archive inside of an archive")
