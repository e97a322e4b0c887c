"""What the reading process does: find the format, read it, lay the text out."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from vectorstore.readers.archive import unpack_into
from vectorstore.readers.blocks.blocks import Content
from vectorstore.readers.blocks.writing import TooLong, write
from vectorstore.readers.process.reply import pack
from vectorstore.readers.refusals import is_archive, too_large
from vectorstore.readers.sniff import Format, find_format

# Module and function; only the one that is needed is imported.
_READERS = {
    Format.HTML: ("web_pages.html", "read_html"),
    Format.MHTML: ("web_pages.mhtml", "read_mhtml"),
    Format.DOCX: ("word.docx", "read_docx"),
    Format.DOC: ("word.doc", "read_doc"),
    Format.XLSX: ("spreadsheets.xlsx", "read_xlsx"),
    Format.XLS: ("spreadsheets.xls", "read_xls"),
    Format.PPTX: ("pptx", "read_pptx"),
    Format.OFD: ("ofd", "read_ofd"),
    Format.PDF: ("printed.pdf", "read_pdf"),
}


def read(path: Path) -> dict[str, Any]:
    """The text of a file, and how many of its pages are pictures that were not read."""
    return _lay_out(_reader(path)(path), path)


def recognise(path: Path) -> dict[str, Any]:
    """As ``read``, with the pages that are pictures recognised; for PDF alone."""
    from vectorstore.readers.printed.pdf import recognise_pdf

    return _lay_out(recognise_pdf(path), path)


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """The documents of an archive, put into ``folder``, unless it turns out to be a document itself."""
    if find_format(path) is not Format.ZIP:
        return {"is_document": True}
    return {"is_document": False, **unpack_into(path, folder)}


def _reader(path: Path) -> Callable[[Path], Content]:
    found = find_format(path)
    if found is Format.ZIP:
        raise is_archive(path.name)
    module, function = _READERS[found]
    reader: Callable[[Path], Content] = getattr(import_module(f"vectorstore.readers.{module}"), function)
    return reader


def _lay_out(content: Content, path: Path) -> dict[str, Any]:
    try:
        file = write(content)
    except TooLong as error:
        raise too_large(path.name, error.limit.zh, error.limit.en) from error
    return {**pack(file), "scans": content.scans}
