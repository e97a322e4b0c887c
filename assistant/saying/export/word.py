"""A conversation as a Word file."""

from __future__ import annotations

from datetime import date

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from assistant.history.types import Conversation
from assistant.saying.export.contents import Contents, ExportedTurn, Source, contents_of, words
from assistant.saying.export.word_layout import new_document, to_bytes
from vectorstore.errors import Language


def to_word(
    conversation: Conversation, *, language: Language, exported_on: date, base_url: str = ""
) -> bytes:
    """The whole conversation as DOCX. With ``base_url`` each source has a link to its document there."""
    contents = contents_of(conversation, language=language, exported_on=exported_on, base_url=base_url)
    document = new_document(contents.title, exported_on)
    _write(document, contents, language)
    return to_bytes(document)


def _write(document: Document, contents: Contents, language: Language) -> None:
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
