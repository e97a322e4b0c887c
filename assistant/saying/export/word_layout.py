"""A Word file as officials expect one: A4, Chinese fonts, plain runs only."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from io import BytesIO

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LATIN = "Times New Roman"
_FONTS = {"Normal": "宋体", "Title": "黑体", "Heading 1": "黑体", "Heading 2": "黑体", "Quote": "仿宋"}
_SIZES = {"Normal": 12, "Title": 18, "Heading 1": 14, "Heading 2": 12, "Quote": 12}  # points
_LONGEST_TITLE = 255  # of a file's properties


def new_document(title: str, written_on: date) -> Document:
    """An empty document with its title in its properties and as its first paragraph."""
    document: Document = docx.Document()
    _lay_out(document)
    _describe(document, title, written_on)
    document.add_paragraph(title, "Title")
    return document


def to_bytes(document: Document) -> bytes:
    """The file."""
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _lay_out(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(28)
    section.top_margin = section.bottom_margin = Mm(30)
    # Told that the text is Chinese, Word breaks lines by its rules and falls back to fonts that have it.
    (spoken,) = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    spoken.set(qn("w:eastAsia"), "zh-CN")
    for name, font in _FONTS.items():
        style = document.styles[name]
        style.font.size = Pt(_SIZES[name])
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.font.italic = False  # Chinese fonts have none
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)  # a theme's font would win
        for script, named in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", font)):
            fonts.set(qn(f"w:{script}"), named)
    document.styles["Quote"].paragraph_format.left_indent = Mm(7)


def _describe(document: Document, title: str, exported_on: date) -> None:
    """The file's properties: those of the empty file that it grew from would name someone else."""
    properties = document.core_properties
    properties.title = title[:_LONGEST_TITLE]
    properties.author = properties.comments = ""
    properties.language = "zh-CN"
    properties.created = properties.modified = datetime.combine(exported_on, time.min, UTC)
