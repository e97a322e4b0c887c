"""PPTX: the texts and tables of the slides in order, a page for each slide. Notes are left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vectorstore.readers.blocks.blocks import PAGE_START, Block, Content, Grid, GridCell, Paragraph
from vectorstore.readers.numbering import Level, ListCounter, labelled
from vectorstore.readers.packages import Element, Package, attribute, child, local

_TITLES = {"title": 2, "ctrTitle": 1}  # the levels of slides' titles and of those on title slides
_PAGE_FURNITURE = ("sldNum", "ftr", "dt", "hdr")
# DrawingML's names of numbers: style and pattern.
_STYLES = {
    "ea1ChsPeriod": ("chineseCounting", "%1."), "ea1ChsPlain": ("chineseCounting", "%1"),
    "ea1ChtPeriod": ("chineseCounting", "%1."), "ea1ChtPlain": ("chineseCounting", "%1"),
    "ea1JpnChsDbPeriod": ("chineseCounting", "%1、"), "ea1JpnKorPeriod": ("chineseCounting", "%1."),
    "ea1JpnKorPlain": ("chineseCounting", "%1"), "circleNumDbPlain": ("decimalEnclosedCircle", "%1"),
    "circleNumWdBlackPlain": ("decimalEnclosedCircle", "%1"),
    "circleNumWdWhitePlain": ("decimalEnclosedCircle", "%1"),
    "arabicPlain": ("decimal", "%1"), "arabicParenBoth": ("decimal", "（%1）"),
    "arabicParenR": ("decimal", "%1）"), "arabicDbPeriod": ("decimal", "%1."),
    "alphaLcPeriod": ("lowerLetter", "%1."), "alphaUcPeriod": ("upperLetter", "%1."),
    "alphaLcParenBoth": ("lowerLetter", "(%1)"), "alphaLcParenR": ("lowerLetter", "%1)"),
    "alphaUcParenBoth": ("upperLetter", "(%1)"), "alphaUcParenR": ("upperLetter", "%1)"),
    "romanLcPeriod": ("lowerRoman", "%1."), "romanUcPeriod": ("upperRoman", "%1."),
}  # fmt: skip
_PERIOD = ("decimal", "%1.")
_ROW_HEIGHT = 200_000  # English metric units: shapes whose tops differ by less stand side by side


def read_pptx(path: Path) -> Content:
    """The blocks of the slides that are shown."""
    blocks: list[Block] = []
    with Package(path) as package:
        main = package.related("", "officeDocument")
        targets = {relation.id: relation.target for relation in package.relations(main)}
        for slide in package.xml(main).iter("{*}sldId"):
            relation = next((value for key, value in slide.attrib.items() if key.endswith("}id")), "")
            root = package.xml(targets.get(relation, ""))
            if root.get("show") != "0":
                blocks.append(Paragraph(PAGE_START))
                blocks.extend(_slide(root, first=len(blocks) == 1))
    return Content(blocks=blocks)


def _slide(root: Element, *, first: bool) -> Iterator[Block]:
    shapes = [shape for tree in root.iter("{*}spTree") for shape in _shapes(tree)]
    titles = [shape for shape in shapes if _kind(shape) in _TITLES]
    others = [shape for shape in shapes if _kind(shape) not in (*_TITLES, *_PAGE_FURNITURE)]
    places = {shape: _place(shape) for shape in others}
    # A shape without a place of its own has it from a layout: then the order of the file is kept.
    if all(places.values()):
        others.sort(key=lambda shape: places[shape] or (0, 0))
    for shape in (*titles, *others):
        level = _TITLES.get(_kind(shape), 0)
        yield from _blocks(shape, min(level, 1) if first else level)


def _shapes(tree: Element) -> Iterator[Element]:
    for shape in tree:
        if local(shape) == "grpSp":
            yield from _shapes(shape)
        elif local(shape) in ("sp", "graphicFrame"):
            yield shape


def _kind(shape: Element) -> str:
    """What a placeholder is for: "title", "body", …; empty for any other shape."""
    return next((holder.get("type", "body") for holder in shape.iter("{*}ph")), "")


def _place(shape: Element) -> tuple[int, int] | None:
    offset = next(shape.iter("{*}off"), None)
    if offset is None:
        return None
    left, top = (int(offset.get(axis, "0")) for axis in ("x", "y"))
    return top // _ROW_HEIGHT, left


def _blocks(shape: Element, level: int) -> Iterator[Block]:
    table = next(shape.iter("{*}tbl"), None)
    if table is not None:
        yield _grid(table)
        return
    for body in shape.iter("{*}txBody"):
        for text in _paragraphs(body):
            yield Paragraph(text, level if text else 0)
            level = 0 if text else level


def _paragraphs(body: Element) -> Iterator[str]:
    counter = ListCounter()
    for paragraph in body.iter("{*}p"):
        text = "".join(_runs(paragraph)).strip()
        properties = child(paragraph, "pPr")
        depth = attribute(properties, "lvl", "0") if properties is not None else "0"
        level = int(depth) if depth.isdigit() else 0
        numbered = child(properties, "buAutoNum")
        if numbered is None or not text:
            counter.restart(level)
            yield text
            continue
        style, pattern = _STYLES.get(attribute(numbered, "type"), _PERIOD)
        start = attribute(numbered, "startAt", "1")
        own = Level(text=pattern.replace("%1", f"%{level + 1}"), style=style, start=int(start))
        yield labelled(counter.label(level, {level: own}), text)


def _runs(paragraph: Element) -> Iterator[str]:
    for run in paragraph.iter("{*}t", "{*}br"):
        yield "\n" if local(run) == "br" else run.text or ""


def _grid(table: Element) -> Grid:
    cells: list[GridCell] = []
    for row, element in enumerate(table.iterchildren("{*}tr")):
        for column, cell in enumerate(element.iterchildren("{*}tc")):
            if cell.get("hMerge") == "1" or cell.get("vMerge") == "1":
                continue
            text = "\n".join(line for body in cell.iter("{*}txBody") for line in _paragraphs(body) if line)
            rows, columns = (_span(cell, name) for name in ("rowSpan", "gridSpan"))
            cells.append(GridCell(row=row, column=column, text=text, rows=rows, columns=columns))
    return Grid(cells=tuple(cells))


def _span(cell: Element, name: str) -> int:
    value = cell.get(name, "1")
    return min(int(value), 1_000) if value.isdigit() else 1
