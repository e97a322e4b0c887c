"""PDF by PDFium, the engine of Chrome: fast, kept up, and hardened against hostile files."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from vectorstore.readers.blocks.blocks import Content
from vectorstore.readers.printed.layout import lay_out
from vectorstore.readers.printed.page import PrintedPage, Run
from vectorstore.readers.printed.pdf_rules import find_rules, has_picture
from vectorstore.readers.refusals import MAY_BE_CUT, encrypted, too_large

_MOST_PAGES = 3_000
_FEWEST_CHARACTERS = 10  # a page with fewer, and a picture over most of it, is a scan
_TAIL = 4_096  # bytes in which a PDF says that it ends
_SMALLEST = 2.0  # points; print that small is not meant to be read
_MEANINGLESS = 0.3  # share of characters without a meaning from which on a page's fonts are broken

Recogniser = Callable[[pypdfium2.PdfPage], PrintedPage]


def read_pdf(path: Path) -> Content:
    """The text of the pages that have text; the others are counted as scans."""
    return _read(path, None)


def recognise_pdf(path: Path) -> Content:
    """The text of all pages, of scans by optical recognition."""
    from vectorstore.readers.printed.ocr import make_recogniser

    return _read(path, make_recogniser())


def _read(path: Path, recogniser: Recogniser | None) -> Content:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise encrypted(path.name) from error
        raise
    with closing(document):
        if len(document) > _MOST_PAGES:
            raise too_large(path.name, f" {_MOST_PAGES} 页", f"{_MOST_PAGES} pages")
        pages = _Pages(document, recogniser)
        blocks = list(lay_out(pages))
    return Content(blocks=blocks, scans=pages.scans, notices=() if _has_end(path) else (MAY_BE_CUT,))


def _has_end(path: Path) -> bool:
    """Whether the mark of the end is there; PDFium reads what it finds of a file that was cut off."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL, 0))
        return b"%%EOF" in file.read()


class _Pages:
    """The pages of a document one after the other; ``scans`` counts those that nobody has read."""

    def __init__(self, document: pypdfium2.PdfDocument, recogniser: Recogniser | None) -> None:
        self._document = document
        self._recogniser = recogniser
        self.scans = 0

    def __iter__(self) -> Iterator[PrintedPage]:
        for number in range(len(self._document)):
            page = self._document[number]
            yield self._read(page)
            page.close()

    def _read(self, page: pypdfium2.PdfPage) -> PrintedPage:
        width, height = page.get_size()
        runs = list(_characters(page))
        if not _is_scan(page, runs):
            return PrintedPage(width=width, height=height, runs=runs, rules=find_rules(page, upright(page)))
        if self._recogniser is None:
            self.scans += 1
            return PrintedPage(width=width, height=height, runs=())
        return self._recogniser(page)


def _is_scan(page: pypdfium2.PdfPage, runs: list[Run]) -> bool:
    meaningless = sum(_is_meaningless(run.text) for run in runs)
    if runs and meaningless > _MEANINGLESS * len(runs):
        return True
    return len(runs) < _FEWEST_CHARACTERS and has_picture(page)


def _is_meaningless(char: str) -> bool:
    return char == "\ufffd" or unicodedata.category(char) in ("Co", "Cn", "Cc")


def upright(page: pypdfium2.PdfPage) -> Callable[[float, float], tuple[float, float]]:
    """How a place in the PDF's own space shows on the page: from its top left, turned as the page is."""
    left, bottom, right, top = page.get_bbox()
    turned = page.get_rotation()
    if turned == 90:
        return lambda x, y: (y - bottom, x - left)
    if turned == 180:
        return lambda x, y: (right - x, y - bottom)
    if turned == 270:
        return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)


def _characters(page: pypdfium2.PdfPage) -> Iterator[Run]:
    """The characters of a page with their places; not those that are turned, minute, or drawn twice."""
    place = upright(page)
    box = pdfium.FS_RECTF()
    drawn: set[tuple[str, int, int]] = set()
    with closing(page.get_textpage()) as text:
        for index in range(pdfium.FPDFText_CountChars(text)):
            char = _character(text, index)
            if not char or not pdfium.FPDFText_GetLooseCharBox(text, index, ctypes.byref(box)):
                continue
            (x0, y0), (x1, y1) = place(box.left, box.top), place(box.right, box.bottom)
            run = Run(char, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            key = (char, round(run.left), round(run.top))
            if run.bottom - run.top >= _SMALLEST and key not in drawn:
                drawn.add(key)
                yield run


def _character(text: pypdfium2.PdfTextPage, index: int) -> str:
    """A character that the file holds and that stands upright; else nothing."""
    code = pdfium.FPDFText_GetUnicode(text, index)
    if code < 32 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return ""
    if code == 32 and pdfium.FPDFText_IsGenerated(text, index) == 1:
        return ""
    return chr(code)
