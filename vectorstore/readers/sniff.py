"""What a file is by its content. Its name is only a hint where the content leaves a choice."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from zipfile import ZipFile

import olefile

from vectorstore.readers.refusals import encrypted, suspicious, unsupported


class Format(Enum):
    """The formats that can be read, and what must be looked into to tell: ZIP and OLE."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    MHTML = "mhtml"
    PDF = "pdf"
    DOCX = "docx"
    DOC = "doc"
    XLSX = "xlsx"
    XLS = "xls"
    PPTX = "pptx"
    OFD = "ofd"
    ZIP = "zip"
    OLE = "ole"


HEAD = 4_096  # bytes at the beginning that tell a format
_STARTS: dict[bytes, Format | str] = {
    b"PK\x03\x04": Format.ZIP,
    b"PK\x05\x06": Format.ZIP,
    olefile.MAGIC: Format.OLE,
    b"{\\rtf": "RTF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"GIF8": "GIF",
}
_PROGRAMS = (b"MZ\x90\0", b"\x7fELF")
_PARTS = {"word/": Format.DOCX, "xl/": Format.XLSX, "ppt/": Format.PPTX}
_STREAMS = {"WordDocument": Format.DOC, "Workbook": Format.XLS, "Book": Format.XLS}
_HTML = re.compile(
    r"(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAGS = re.compile(r"</?(?:p|div|br|table|span|h[1-6])\b", re.IGNORECASE)
# One part alone is a page only where the head is that of a message: a text can begin with such a line.
_MHTML = re.compile(
    r"^content-type:\s*multipart/|\A(?=.*^mime-version:).*^content-type:\s*text/html",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_HEADER = re.compile(r"\s*[\w-]+:")
_OF_WEB_PAGES = frozenset({".html", ".htm", ".shtml", ".xhtml", ".doc", ".xls"})


def format_by_head(head: bytes, name: str) -> Format:
    """The format by the first HEAD bytes. Raises UnreadableFile for one that nobody here reads."""
    if head.startswith(_PROGRAMS):
        raise suspicious(name, "是程序，不是文档", "it is a program, not a document")
    for start, found in _STARTS.items():
        if head.startswith(start):
            if isinstance(found, str):
                raise unsupported(name, found)
            return found
    if b"%PDF-" in head[:1_024]:
        return Format.PDF
    text = head.replace(b"\0", b"").decode("latin-1").lstrip("ï»¿ÿþ")
    suffix = Path(name).suffix.lower()
    if _HEADER.match(text) and _MHTML.search(_message_head(text)):
        return Format.MHTML
    if _HTML.match(text) or (suffix in _OF_WEB_PAGES and _TAGS.search(text)):
        return Format.HTML
    if text.startswith("<?xml"):
        raise unsupported(name, "XML")
    return Format.MARKDOWN if suffix in (".md", ".markdown") else Format.TEXT


def _message_head(text: str) -> str:
    """The lines of a message's head: those up to the first blank one."""
    return re.split(r"\r?\n\r?\n|\r\r", text.lstrip(), maxsplit=1)[0]


def find_format(path: Path) -> Format:
    """The format by the whole content. Raises UnreadableFile, also where a password hides the content."""
    with path.open("rb") as file:
        found = format_by_head(file.read(HEAD), path.name)
    if found is Format.ZIP:
        return _look_into_zip(path)
    return _look_into_ole(path) if found is Format.OLE else found


def _look_into_zip(path: Path) -> Format:
    with ZipFile(path) as archive:
        names = [name.replace("\\", "/").removeprefix("/").lower() for name in archive.namelist()]
    if "ofd.xml" in names:
        return Format.OFD
    if "mimetype" in names and "content.xml" in names:
        raise unsupported(path.name, "OpenDocument")
    if "[content_types].xml" in names:
        for start, found in _PARTS.items():
            if any(name.startswith(start) for name in names):
                return found
    return Format.ZIP


def _look_into_ole(path: Path) -> Format:
    with olefile.OleFileIO(str(path)) as file:
        if file.exists("EncryptedPackage"):
            raise encrypted(path.name)
        for stream, found in _STREAMS.items():
            if file.exists(stream):
                return found
        is_slides = file.exists("PowerPoint Document")
    raise unsupported(path.name, "PPT" if is_slides else "OLE")
