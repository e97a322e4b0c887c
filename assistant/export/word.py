"""A conversation as a Word file: A4, Chinese fonts, plain runs only."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from io import BytesIO

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from assistant.export.contents import Contents, ExportedTurn, Source, contents_of, words
from assistant.history.types import Conversation
from vectorstore.errors import Language

_LATIN = "Times New Roman"
_FONTS = {"Normal": "宋体", "Title": "黑体", "Heading 1": "黑体", "Heading 2": "黑体", "Quote": "仿宋"}
_SIZES = {"Normal": 12, "Title": 18, "Heading 1": 14, "Heading 2": 12, "Quote": 12}  # points
_LONGEST_TITLE = 255  # of a file's properties


def to_word(
    conversation: Conversation, *, language: Language, exported_on: date, base_url: str = ""
) -> bytes:
    """The whole conversation as DOCX. With ``base_url`` each source has a link to its document there."""
    contents = contents_of(conversation, language=language, exported_on=exported_on, base_url=base_url)
    document = docx.Document()
    _lay_out(document)
    _describe(document, contents.title, exported_on)
    _write(document, contents, language)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _write(document: Document, contents: Contents, language: Language) -> None:
    document.add_paragraph(contents.title, "Title")
    document.add_paragraph(contents.exported)
    for number, turn in enumerate(contents.turns, start=1):
        document.add_paragraph(words("question", language).format(number), "Heading 1")
        document.add_paragraph(turn.question)
        document.add_paragraph(words("answer", language), "Heading 2")
        _write_answer(document, turn, language)
    document.add_paragraph(words("closing", language))


def _write_answer(document: Document, turn: ExportedTurn, language: Language) -> None:
    if turn.answer:
        document.add_paragraph(turn.answer)
    for notice in turn.notices:
        document.add_paragraph(f"ⓘ {notice}")
    if turn.sources:
        document.add_paragraph(words("sources", language), "Heading 2")
    for source in turn.sources:
        _write_source(document, source, language)


def _write_source(document: Document, source: Source, language: Language) -> None:
    paragraph = document.add_paragraph(f"[{source.label}] {source.document}")
    paragraph.paragraph_format.keep_with_next = True
    if source.path:
        paragraph.add_run(f"\n{source.path}")
    if source.address:
        paragraph.add_run("\n")
        _add_link(paragraph, words("open", language), source.address)
    document.add_paragraph(source.quote, "Quote")


def _add_link(paragraph: Paragraph, text: str, address: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(text)
    run.underline = True
    link.append(run._r)
    paragraph._p.append(link)


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
