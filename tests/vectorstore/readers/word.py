"""Word files with what plain writers leave out: numbered styles, merged cells, revisions, hidden text."""

from __future__ import annotations

from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import _Cell
from docx.text.paragraph import Paragraph

_LEVELS = (
    ("chineseCounting", "%1、", ""),
    ("chineseCounting", "（%2）", ""),
    ("decimal", "%3.", ""),
    ("decimalEnclosedCircle", "%4", ""),
    ("decimal", "%1.%3", "<w:isLgl/>"),
)


def rich_document() -> Document:
    """A document that has all of it."""
    document = docx.Document()
    first, second = _add_lists(document)
    document.add_paragraph("关于做好教师培训工作的通知")
    for level, words in (
        (0, "总体要求"),
        (1, "工作目标"),
        (2, "全员培训"),
        (2, "骨干研修"),
        (3, "集中授课"),
        (1, "工作安排"),
    ):
        _numbered(document.add_paragraph(words), first, level)
    document.add_paragraph("本段没有编号。")
    _numbered(document.add_paragraph("组织实施"), first, 0)
    _numbered(document.add_paragraph("重新编号"), second, 0)
    document.add_heading("样式编号", level=1)
    document.add_heading("继承的编号", level=2)
    _numbered_style(document, "Heading 1", first, 2)
    _revised(document.add_paragraph("培训经费"))
    broken = document.add_paragraph("第一行")
    broken.add_run().add_break(WD_BREAK.LINE)
    broken.add_run("第二行")
    document.add_paragraph("可见文字").add_run("隐藏的批示").font.hidden = True
    _merged_table(document)
    document.sections[0].header.paragraphs[0].text = "页眉文字"
    document.sections[0].footer.paragraphs[0].text = "页脚文字"
    return document


RICH_LINES = (
    "关于做好教师培训工作的通知",
    "一、总体要求",
    "（一）工作目标",
    "1.全员培训",
    "2.骨干研修",
    "①集中授课",
    "（二）工作安排",
    "本段没有编号。",
    "二、组织实施",
    "五、重新编号",
)


def _add_lists(document: Document) -> tuple[int, int]:
    """A multilevel list, and a second use of it that starts at five."""
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>{legal}'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{text}"/></w:lvl>'
        for index, (style, text, legal) in enumerate(_LEVELS)
    )
    kind = '<w:multiLevelType w:val="multilevel"/>'
    abstract = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{kind}{levels}</w:abstractNum>'
    numbering.insert(0, parse_xml(abstract))
    link = '<w:abstractNumId w:val="90"/>'
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    for number, inner in ((91, link), (92, link + start)):
        numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}">{inner}</w:num>'))
    return 91, 92


def _properties(number: int, level: int) -> str:
    return f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def _numbered(paragraph: Paragraph, number: int, level: int) -> None:
    paragraph._p.get_or_add_pPr().append(parse_xml(_properties(number, level)))


def _numbered_style(document: Document, name: str, number: int, level: int) -> None:
    """Number a style, and so the paragraphs in it and in styles that are based on it."""
    document.styles[name].element.get_or_add_pPr().append(parse_xml(_properties(number, level)))
    document.styles["Heading 2"].base_style = document.styles[name]


def _revised(paragraph: Paragraph) -> None:
    """An insertion and a deletion that are tracked, a content control, and a text box."""
    names = nsdecls("w")
    author = 'w:id="7" w:author="某人" w:date="2025-01-01T00:00:00Z"'
    for xml in (
        f"<w:ins {names} {author}><w:r><w:t>由市级承担</w:t></w:r></w:ins>",
        f"<w:del {names} {author}><w:r><w:delText>由学校承担</w:delText></w:r></w:del>",
        f"<w:sdt {names}><w:sdtContent><w:r><w:t>并列入预算</w:t></w:r></w:sdtContent></w:sdt>",
    ):
        paragraph._p.append(parse_xml(xml))


def _merged_table(document: Document) -> None:
    table = document.add_table(rows=4, cols=4)
    rows = (
        ("序号", "指标", "2025年目标", ""),
        ("", "", "学位数", "覆盖率"),
        ("1", "学前教育", "3000", "90%"),
        ("2", "特殊教育", "200", "97%"),
    )
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    _merge(table.cell(0, 0), table.cell(1, 0))
    _merge(table.cell(0, 1), table.cell(1, 1))
    _merge(table.cell(0, 2), table.cell(0, 3))
    document.add_paragraph("表后的话。")


def _merge(first: _Cell, last: _Cell) -> None:
    words = first.text
    first.merge(last).text = words


def document_numbered_in_arabic() -> Document:
    """A document whose last level repeats the number above it, Chinese there, in Arabic digits."""
    document = docx.Document()
    first, second = _add_lists(document)
    _numbered(document.add_paragraph("重新编号"), second, 0)
    _numbered(document.add_paragraph("按级引用"), first, 4)
    return document


def save(document: Document, path: Path) -> Path:
    """Write the document."""
    document.save(str(path))
    return path


def add_text_box(paragraph: Paragraph, words: str) -> None:
    """A text box in the old form and the new one, as Word writes both."""
    names = nsdecls("w", "wp", "a") + ' xmlns:v="urn:schemas-microsoft-com:vml"'
    names += ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    content = f"<w:txbxContent><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(
        parse_xml(
            f'<w:r {names}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{content}</w:drawing>'
            f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
    )


def add_instruction(paragraph: Paragraph, code: str, result: str) -> None:
    """A field: its code is not text, its result is."""
    for kind, words in (("begin", ""), ("", code), ("separate", ""), ("result", result), ("end", "")):
        run = paragraph.add_run(words if kind == "result" else "")
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif not kind:
            run._r.append(parse_xml(f"<w:instrText {nsdecls('w')}>{words}</w:instrText>"))
