"""Word 97-2003 (.doc) and WPS Writer (.wps): body text in order, with the numbers Word prints.

Macros, headers, footers and comments are not opened; deleted and hidden text is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import olefile

from vectorstore.errors import Message
from vectorstore.readers.blocks.blocks import Block, Content, Grid, GridCell, Paragraph
from vectorstore.readers.numbering import labelled
from vectorstore.readers.refusals import damaged, encrypted, unsupported
from vectorstore.readers.word.doc_lists import Lists
from vectorstore.readers.word.doc_properties import CellShape, Formatting, Properties
from vectorstore.readers.word.doc_text import Encrypted, OldWord, Text, read_header, read_text

_MARKS = re.compile("[\r\x07\x0c]")
_FIELD = re.compile("[\x13\x14\x15]")
_CHARACTERS = str.maketrans(
    {"\x0b": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": "", "\x01": "", "\x02": "", "\x05": "", "\x08": ""}
)
_NEAR = 30  # twentieths of a point within which two edges of cells are one
_BODY, _FOOTNOTES, _ENDNOTES, _BOXES = 0, 1, 5, 6


def read_doc(path: Path) -> Content:
    """The paragraphs and tables of the body, then text boxes, footnotes and endnotes."""
    with olefile.OleFileIO(str(path)) as file:
        stream = file.openstream("WordDocument").read()
        try:
            header = read_header(stream)
        except Encrypted as error:
            raise encrypted(path.name) from error
        except OldWord as error:
            raise unsupported(path.name, "Word 95 及更早版本的文档") from error
        if not file.exists(header.table_name):
            raise damaged(path.name)
        table = file.openstream(header.table_name).read()
    reader = _Document(read_text(header, table), Formatting(header, table), Lists(header, table))
    blocks: list[Block] = []
    for part in (_BODY, _BOXES, _FOOTNOTES, _ENDNOTES):
        start = sum(header.lengths[:part])
        blocks.extend(reader.blocks(start, start + header.lengths[part]))
    return Content(blocks=blocks, notices=_hidden_notice(reader.hidden))


def _hidden_notice(pieces: int) -> tuple[Message, ...]:
    if not pieces:
        return ()
    return (Message(f"有 {pieces} 处隐藏文字没有读入。", f"{pieces} pieces of hidden text were left out."),)


class _Document:
    def __init__(self, text: Text, formatting: Formatting, lists: Lists) -> None:
        self._text = text
        self._formatting = formatting
        self._lists = lists
        self._fields: list[bool] = []  # of the open fields, whether their result has begun
        self.hidden = 0

    def blocks(self, start: int, end: int) -> Iterator[Block]:
        """The blocks of these characters."""
        self._fields.clear()
        rows = _Rows()
        for first, last in self._paragraphs(start, end):
            mark = self._formatting.paragraph(self._text.stored(last)[0])
            text = self._visible(first, last)
            label = "" if mark.row_end else self._lists.label(mark)
            line = labelled(label, text) if text else ""
            if mark.depth:
                rows.add(line, mark, self._text.characters[last] == "\x07")
                continue
            yield from rows.finish()
            yield Paragraph(line, mark.heading)
        yield from rows.finish()

    def _paragraphs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where each paragraph begins, and where its mark is."""
        first = start
        for match in _MARKS.finditer(self._text.characters, start, end):
            at = match.start()
            if match.group() == "\x0c" and not self._formatting.ends_paragraph(self._text.stored(at)[1]):
                continue  # a page break inside of a paragraph
            yield first, at
            first = at + 1

    def _visible(self, first: int, last: int) -> str:
        """The words of a paragraph: no field codes, nothing hidden or deleted, surrogates joined."""
        kept: list[str] = []
        position = first
        for start, end in [*self._left_out(first, last), (last, last)]:
            kept.append(self._without_codes(self._text.characters[position:start]))
            position = max(position, end)
        text = "".join(kept).replace("\x0c", "\n").translate(_CHARACTERS)
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip()

    def _left_out(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        for begin, stop, offset, width in self._text.segments(first, last):
            size = (stop - begin) * width
            for start, end, is_hidden in self._formatting.left_out(offset, offset + size):
                self.hidden += is_hidden
                yield (
                    begin + max(start - offset, 0) // width,
                    begin + min(end - offset, size) // width,
                )

    def _without_codes(self, text: str) -> str:
        kept: list[str] = []
        position = 0
        for match in [*_FIELD.finditer(text), None]:
            stop = match.start() if match else len(text)
            if all(self._fields):
                kept.append(text[position:stop])
            position = stop + 1
            if match and match.group() == "\x13":
                self._fields.append(False)
            elif match and self._fields:
                if match.group() == "\x14":
                    self._fields[-1] = True
                else:
                    self._fields.pop()
        return "".join(kept)


class _Rows:
    """Collects the rows of one table."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._cells: list[str] = []
        self._rows: list[tuple[list[str], tuple[CellShape, ...]]] = []

    def add(self, line: str, mark: Properties, ends_cell: bool) -> None:
        """Take a paragraph inside of the table. Those of inner tables are lines of the outer cell."""
        if mark.row_end:
            if mark.depth == 1:
                self._rows.append((self._cells, mark.cells))
                self._cells = []
            return
        if line:
            self._lines.append(line)
        if ends_cell and mark.depth == 1:
            self._cells.append("\n".join(self._lines))
            self._lines = []

    def finish(self) -> Iterator[Block]:
        """The table, if there is one; the next begins."""
        if self._cells or self._lines:  # a row without its end
            self._rows.append(([*self._cells, *self._lines], ()))
        if self._rows:
            yield Grid(cells=tuple(_grid_cells(self._rows)))
        self._lines, self._cells, self._rows = [], [], []


def _grid_cells(rows: list[tuple[list[str], tuple[CellShape, ...]]]) -> list[GridCell]:
    edges = _edges(shape for _, shapes in rows for shape in shapes)
    made: list[GridCell] = []
    above: dict[int, int] = {}  # column: index into ``made`` of the cell that may go on below
    for index, (texts, shapes) in enumerate(rows):
        current: dict[int, int] = {}
        for cell, shape in _with_columns(index, texts, shapes, edges):
            origin = above.get(cell.column) if shape and shape.goes_on else None
            if origin is not None:
                made[origin] = replace(made[origin], rows=index - made[origin].row + 1)
            elif shape and shape.merged and current:
                origin = current[max(current)]
                width = cell.column + cell.columns - made[origin].column
                made[origin] = replace(made[origin], columns=width)
            else:
                origin = len(made)
                made.append(cell)
            current[cell.column] = origin
        above = current
    return made


def _edges(shapes: Iterable[CellShape]) -> list[int]:
    """The edges of columns that the rows share, from the left; those nearly alike are one."""
    edges: list[int] = []
    for edge in sorted({edge for shape in shapes for edge in (shape.left, shape.right)}):
        if not edges or edge - edges[-1] > _NEAR:
            edges.append(edge)
    return edges


def _with_columns(
    index: int, texts: list[str], shapes: tuple[CellShape, ...], edges: list[int]
) -> Iterator[tuple[GridCell, CellShape | None]]:
    if len(shapes) != len(texts):  # no shapes to go by: one column a cell
        yield from ((GridCell(row=index, column=i, text=text), None) for i, text in enumerate(texts))
        return
    for text, shape in zip(texts, shapes, strict=True):
        first = bisect_right(edges, shape.left) - 1
        last = bisect_right(edges, shape.right) - 1
        yield GridCell(row=index, column=first, text=text, columns=max(last - first, 1)), shape
