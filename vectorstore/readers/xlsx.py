"""XLSX and what WPS saves in that form, by openpyxl: values as shown, formulas as last computed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from vectorstore.errors import Message
from vectorstore.readers.blocks import Block, Content, Grid, GridCell, Paragraph
from vectorstore.readers.numbers import show
from vectorstore.readers.packages import Package

DEFAULT_NAME = re.compile(r"(?:sheet|工作表)\s*\d*", re.IGNORECASE)


def read_xlsx(path: Path) -> Content:
    """A table for each sheet that is shown; hidden sheets are left out with a notice."""
    with Package(path):  # its sizes and its XML are checked before anything is unfolded
        pass
    workbook = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
    blocks: list[Block] = []
    for sheet in shown:
        blocks.extend(name_of_sheet(sheet.title, len(shown)))
        blocks.append(Grid(cells=tuple(_cells(sheet))))
    return Content(blocks=blocks, notices=hidden_sheets(hidden))


def name_of_sheet(name: str, sheets: int) -> Iterator[Block]:
    """The sheet's name as a line, if somebody gave it one, or if several must be told apart."""
    if sheets > 1 or not DEFAULT_NAME.fullmatch(name.strip()):
        yield Paragraph(name)


def hidden_sheets(names: list[str]) -> tuple[Message, ...]:
    """What to say about sheets that were left out."""
    if not names:
        return ()
    listed = "、".join(f"“{name}”" for name in names)
    return (Message(f"隐藏的工作表{listed}没有读入。", f"Hidden sheets were left out: {', '.join(names)}."),)


def _cells(sheet: Worksheet) -> Iterator[GridCell]:
    spans = {
        (area.min_row, area.min_col): (area.max_row - area.min_row + 1, area.max_col - area.min_col + 1)
        for area in sheet.merged_cells.ranges
    }
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is None and (cell.row, cell.column) not in spans:
                continue
            rows, columns = spans.get((cell.row, cell.column), (1, 1))
            yield GridCell(
                row=cell.row - 1,
                column=cell.column - 1,
                text=show(cell.value, cell.number_format),
                rows=rows,
                columns=columns,
            )
