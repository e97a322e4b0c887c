"""DOCX, and what WPS Writer saves in that form: body text in order, with the numbers Word prints.

Read from the XML itself: python-docx gives neither automatic numbers nor content
controls, text boxes or insertions that are tracked. Macros, footers and comments are not opened;
deleted and hidden text is left out. Of headers only what tells the document's number is read: some
offices print their letterhead there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from vectorstore.errors import Message
from vectorstore.readers.blocks.blocks import Block, Content, Grid, GridCell, Paragraph
from vectorstore.readers.numbering import labelled
from vectorstore.readers.packages import Element, Package, attribute, child, local
from vectorstore.readers.word.docx_styles import Numbering, Styles

_LEFT_OUT = frozenset({"del", "moveFrom", "instrText", "delText", "rt", "pPr", "rPr", "Fallback"})
_WRAPPERS = frozenset(
    {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "body", "AlternateContent", "Choice"}
)
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NUMBER = re.compile(r"[\u4e00-\u9fff][〔\[［(（]\d{4}[〕\]］)）]\s*第?\s*\d+\s*号")
_OFF = ("0", "false", "off")


def read_docx(path: Path) -> Content:
    """The paragraphs and tables of the body, then its footnotes."""
    with Package(path) as package:
        main = package.related("", "officeDocument")
        styles = Styles(package, main)
        reader = _Body(styles, Numbering(package, main, styles))
        blocks = [*reader.numbers(package, main), *reader.blocks(package.xml(main))]
        for kind in ("footnotes", "endnotes"):
            if notes := package.related(main, kind):
                blocks.extend(reader.notes(package.xml(notes)))
    return Content(blocks=blocks, notices=_hidden_notice(reader.hidden))


def _hidden_notice(runs: int) -> tuple[Message, ...]:
    if not runs:
        return ()
    return (Message(f"有 {runs} 处隐藏文字没有读入。", f"{runs} pieces of hidden text were left out."),)


class _Body:
    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self.hidden = 0

    def blocks(self, element: Element) -> Iterator[Block]:
        """The blocks below an element, wrappers opened."""
        for inner in element:
            name = local(inner)
            if name == "p":
                yield from self._paragraph(inner)
            elif name == "tbl":
                yield self._grid(inner)
            elif name in _WRAPPERS or name == "document":
                yield from self.blocks(inner)

    def numbers(self, package: Package, main: str) -> Iterator[Block]:
        """The lines of headers that have a document's number, each once."""
        headers = (relation.target for relation in package.relations(main) if relation.kind == "header")
        lines = (block for part in headers if part in package for block in self.blocks(package.xml(part)))
        yield from dict.fromkeys(
            line for line in lines if isinstance(line, Paragraph) and _NUMBER.search(line.text)
        )

    def notes(self, root: Element) -> Iterator[Block]:
        """Footnotes or endnotes; those with a type are only the lines between text and notes."""
        for note in root:
            if not attribute(note, "type"):
                yield from self.blocks(note)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        boxes: list[Element] = []
        text = "".join(self._text(element, boxes)).strip()
        properties = child(element, "pPr")
        label = self._numbering.label(properties)  # an empty paragraph counts as well
        yield Paragraph(labelled(label, text) if text else "", self._styles.heading_level(properties))
        for box in boxes:
            yield from self.blocks(box)

    def _text(self, element: Element, boxes: list[Element]) -> Iterator[str]:
        for inner in element:
            name = local(inner)
            if name == "t":
                yield inner.text or ""
            elif name in _CHARACTERS:
                yield _CHARACTERS[name]
            elif name == "txbxContent":
                boxes.append(inner)
            elif name == "r" and _is_hidden(inner):
                self.hidden += 1
            elif name not in _LEFT_OUT:
                yield from self._text(inner, boxes)

    def _grid(self, element: Element) -> Grid:
        cells: list[GridCell] = []
        above: dict[int, int] = {}  # column: index into cells of the cell that may go on below
        rows = list(_rows(element))
        for index, row in enumerate(rows):
            column = _before(row)
            continued: dict[int, int] = {}
            for cell in _cells(row):
                width, goes_on = _span(cell)
                if goes_on and column in above:
                    origin = above[column]
                    old = cells[origin]
                    cells[origin] = GridCell(
                        row=old.row,
                        column=old.column,
                        text=old.text,
                        rows=index - old.row + 1,
                        columns=old.columns,
                    )
                    continued[column] = origin
                else:
                    continued[column] = len(cells)
                    cells.append(
                        GridCell(row=index, column=column, text=self._cell_text(cell), columns=width)
                    )
                column += width
            above = continued
        return Grid(cells=tuple(cells), header_rows=_header_rows(rows))

    def _cell_text(self, cell: Element) -> str:
        lines: list[str] = []
        for block in self.blocks(cell):
            if isinstance(block, Paragraph):
                lines.append(block.text)
            else:
                lines.extend(inner.text for inner in block.cells)
        return "\n".join(line for line in lines if line)


def _is_hidden(run: Element) -> bool:
    vanish = child(child(run, "rPr"), "vanish")
    return vanish is not None and attribute(vanish, "val", "1") not in _OFF


def _rows(table: Element) -> Iterator[Element]:
    for inner in table:
        if local(inner) == "tr" and child(child(inner, "trPr"), "del") is None:
            yield inner
        elif local(inner) in _WRAPPERS:
            yield from _rows(inner)


def _cells(row: Element) -> Iterator[Element]:
    for inner in row:
        if local(inner) == "tc":
            yield inner
        elif local(inner) in _WRAPPERS:
            yield from _cells(inner)


def _before(row: Element) -> int:
    """How many columns the row leaves out at its beginning."""
    return _count(child(child(row, "trPr"), "gridBefore"), 0)


def _span(cell: Element) -> tuple[int, bool]:
    """Over how many columns a cell reaches, and whether it goes on from the row above."""
    properties = child(cell, "tcPr")
    merge = child(properties, "vMerge")
    goes_on = merge is not None and attribute(merge, "val", "continue") == "continue"
    return max(_count(child(properties, "gridSpan"), 1), 1), goes_on


def _count(element: Element | None, default: int) -> int:
    value = attribute(element, "val") if element is not None else ""
    return min(int(value), 1_000) if value.isdigit() else default


def _header_rows(rows: list[Element]) -> int | None:
    """How many rows at the top Word repeats on every page; None if it was not asked to."""
    count = 0
    for row in rows:
        mark = child(child(row, "trPr"), "tblHeader")
        if mark is None or attribute(mark, "val", "1") in _OFF:
            break
        count += 1
    return count or None
