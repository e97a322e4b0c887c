"""XLSX and what WPS saves in that form, by openpyxl: values as shown, formulas as last computed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from vectorstore.readers.blocks import Content, GridCell
from vectorstore.readers.numbers import show
from vectorstore.readers.packages import Package
from vectorstore.readers.sheets import blocks_of, hidden_sheets


def read_xlsx(path: Path) -> Content:
    """A table for each sheet that is shown; hidden sheets are left out with a notice."""
    with Package(path):  # its sizes and its XML are checked before anything is unfolded
        pass
    workbook = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
    blocks = list(blocks_of({sheet.title: tuple(_cells(sheet)) for sheet in shown}))
    return Content(blocks=blocks, notices=hidden_sheets(hidden))


def _cells(sheet: Worksheet) -> Iterator[GridCell]:
    spans = {
        (area.min_row, area.min_col): (area.max_row - area.min_row + 1, area.max_col - area.min_col + 1)
        for area in sheet.merged_cells.ranges
    }
    # The cells that are there; iter_rows would make the millions between them and the last.
    for (row, column), cell in sorted(sheet._cells.items()):
        if cell.value is None and (row, column) not in spans:
            continue
        rows, columns = spans.get((row, column), (1, 1))
        text = show(cell.value, cell.number_format)
        yield GridCell(row=row - 1, column=column - 1, text=text, rows=rows, columns=columns)
