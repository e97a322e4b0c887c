"""One file per format: from bytes to text. The text is normalised here, once.

Plain text is decoded at once; every other format is parsed in a process of its own
(vectorstore.readers.process.sandbox), since a document from elsewhere can be hostile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from vectorstore.disk.files import check_file, unreadable
from vectorstore.errors import Message, UnreadableFile
from vectorstore.readers import refusals
from vectorstore.readers.blocks.writing import IN_TEXT, MOST_CHARACTERS, TooLong, write
from vectorstore.readers.plain_text.delimited import is_delimited, read_delimited
from vectorstore.readers.plain_text.markdown import read_markdown
from vectorstore.readers.plain_text.plain import decode
from vectorstore.readers.process import sandbox
from vectorstore.readers.process.reply import unpack_file
from vectorstore.readers.sniff import HEAD, Format, format_by_head
from vectorstore.readers.types import ReadFile, ReadTable
from vectorstore.text import normalise

__all__ = ["MOST_SCANS", "ReadFile", "ReadTable", "Unpacked", "read_file", "stop_reading", "unpack"]

MOST_SCANS = 200  # pages to recognise in one file: the better part of an hour on two slow cores
_RECOGNISER = "rapidocr"
# Zip files by their form, but documents; whether that is true is seen when they are read.
_PACKAGES = frozenset({".docx", ".docm", ".dotx", ".wps", ".xlsx", ".xlsm", ".et", ".pptx", ".pptm", ".ofd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """The documents of an archive: names inside of it with files, and names with what was wrong."""

    files: tuple[tuple[str, Path], ...]
    refused: tuple[tuple[str, UnreadableFile], ...] = ()


def read_file(path: Path, *, most_scans: int = MOST_SCANS) -> ReadFile:
    """The text of a file, with its tables and pages. What the content is decides, not the name.

    Raises UnreadableFile with the reason: for what is empty, damaged, protected by a
    password, too large, no document, or needs an extra that is not installed. Any
    file costs at most a minute and a half and 0.8 GB, a scan more with each page, up to 1.9 GB; of
    more than ``most_scans`` pages that are pictures none is recognised.
    """
    head = _head(path)
    found = format_by_head(head, path.name)
    is_text = found in (Format.TEXT, Format.MARKDOWN)
    file = _read_text(path, found) if is_text else _read_in_process(path, most_scans)
    if not file.text.strip():
        raise refusals.empty(path.name) if is_text else refusals.no_text(path.name)
    return file


def stop_reading() -> None:
    """End what other threads are reading at this moment; to them those files are refused."""
    sandbox.end_all()


def unpack(path: Path, folder: Path) -> Unpacked | None:
    """The documents of an archive, written into ``folder``, which is made; None for any other file.

    An archive inside of the archive, a name that leads out of it and the like are
    refused one by one. Raises UnreadableFile for an archive that is damaged, or
    unfolds to more than any collection of documents.
    """
    if path.suffix.lower() in _PACKAGES:
        return None
    try:
        is_zip = _head(path).startswith(b"PK")
    except UnreadableFile:  # read_file says so
        return None
    if not is_zip:
        return None
    folder.mkdir(exist_ok=True)
    reply = sandbox.run("unpack", path, str(folder))
    if reply["is_document"]:
        return None
    return Unpacked(
        files=tuple((name, Path(file)) for name, file in reply["files"]),
        refused=tuple(
            (name, UnreadableFile(Message(*message), Message(*hint)))
            for name, (message, hint) in reply["refused"]
        ),
    )


def _head(path: Path) -> bytes:
    """The first bytes. Raises UnreadableFile for what is no file of a usable size."""
    check_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise unreadable(path, error) from error
    if not head:
        raise refusals.empty(path.name)
    return head


def _read_text(path: Path, found: Format) -> ReadFile:
    too_long = refusals.too_large(path.name, IN_TEXT.zh, IN_TEXT.en)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > 4 * MOST_CHARACTERS:
        raise too_long
    text = decode(data, path.name)
    if len(text) > MOST_CHARACTERS:
        raise too_long
    content = read_markdown(text) if found is Format.MARKDOWN else None
    if found is Format.TEXT and is_delimited(path.name):
        content = read_delimited(text)
    if content is None:
        return ReadFile(text=normalise(text))
    try:
        return write(content)
    except TooLong as error:
        raise refusals.too_large(path.name, error.limit.zh, error.limit.en) from error


def _read_in_process(path: Path, most_scans: int) -> ReadFile:
    reply = sandbox.run("read", path)
    scans = int(reply["scans"])
    if not scans:
        return unpack_file(reply)
    if find_spec(_RECOGNISER):
        if scans > most_scans:
            raise refusals.too_large(path.name, f" {most_scans} 页扫描图像", f"{most_scans} scanned pages")
        return unpack_file(sandbox.run("recognise", path, str(scans), scans=scans))
    file = unpack_file(reply)
    if not file.text.strip():
        raise refusals.scan_without_ocr(path.name)
    return replace(file, notices=(*file.notices, refusals.scans_left_out(scans)))
