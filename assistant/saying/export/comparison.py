"""The comparison of two documents as a Word file: a table of older and newer, what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from docx.shared import RGBColor
from docx.text.paragraph import Paragraph

from assistant.saying.export.word_layout import new_document, to_bytes
from assistant.wording import CHANGE_NAMES, dated_name
from vectorstore.documents.comparison import Change, Comparison, Piece
from vectorstore.errors import Language, Message
from vectorstore.text import normalise

_COLUMNS = (Message("旧", "Older"), Message("新", "Newer"))
_TITLE = Message("新旧对照：{}", "Two versions compared: {}")
_MARKED = Message(
    "删去的文字加删除线，新增的文字加下划线；没有变化的条款不列。以文件原文为准。",
    "What was dropped is struck through, what was added underlined; what is the same is left out. Only the"
    " original documents count.",
)
_DROPPED, _ADDED = RGBColor(0xB0, 0x20, 0x20), RGBColor(0x10, 0x60, 0x30)


def comparison_to_word(compared: Comparison, *, language: Language, exported_on: date) -> bytes:
    """All differences as DOCX, in the order of the newer version."""
    title = _TITLE.in_language(language).format(normalise(compared.new.head.title))
    document = new_document(title, exported_on)
    document.add_paragraph(_MARKED.in_language(language))
    differences = [one for one in compared.differences or () if one.change is not Change.SAME]
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    for cell, name, side in zip(table.rows[0].cells, _COLUMNS, (compared.old, compared.new), strict=True):
        cell.text = f"{name.in_language(language)}：{normalise(dated_name(side.head, language))}"
    for one in differences:
        for cell, pieces in zip(table.add_row().cells, one.pieces(), strict=True):
            _write(cell.paragraphs[0], pieces, CHANGE_NAMES[one.change].in_language(language))
    return to_bytes(document)


def _write(paragraph: Paragraph, pieces: Sequence[Piece], nothing: str) -> None:
    """The words of a side; where there is no such unit, what became of it."""
    if not pieces:
        paragraph.add_run(f"（{nothing}）")
    for piece in pieces:
        run = paragraph.add_run(normalise(piece.text))
        if piece.change is Change.DROPPED:
            run.font.strike, run.font.color.rgb = True, _DROPPED
        elif piece.change is Change.ADDED:
            run.font.underline, run.font.color.rgb = True, _ADDED
