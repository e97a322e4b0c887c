"""XLS of Excel 97-2003 and .et of WPS, by xlrd: values as shown, formulas as last computed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import xlrd
from xlrd.book import Book
from xlrd.sheet import Cell, Sheet
from xlrd.xldate import XLDateError, xldate_as_datetime

from vectorstore.readers.blocks.blocks import Content, GridCell
from vectorstore.readers.refusals import encrypted
from vectorstore.readers.spreadsheets.numbers import show
from vectorstore.readers.spreadsheets.sheets import blocks_of, hidden_sheets

_EMPTY = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)


def read_xls(path: Path) -> Content:
    """A table for each sheet that is shown; hidden sheets are left out with a notice."""
    try:
        workbook = xlrd.open_workbook(str(path), formatting_info=True, on_demand=True)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise encrypted(path.name) from error
        raise
    sheets = [workbook.sheet_by_index(index) for index in range(workbook.nsheets)]
    shown = {sheet.name: tuple(_cells(workbook, sheet)) for sheet in sheets if not sheet.visibility}
    hidden = [sheet.name for sheet in sheets if sheet.visibility]
    return Content(blocks=list(blocks_of(shown)), notices=hidden_sheets(hidden))


def _cells(workbook: Book, sheet: Sheet) -> Iterator[GridCell]:
    spans = {(top, left): (bottom - top, right - left) for top, bottom, left, right in sheet.merged_cells}
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            cell = sheet.cell(row, column)
            if cell.ctype in _EMPTY and (row, column) not in spans:
                continue
            rows, columns = spans.get((row, column), (1, 1))
            yield GridCell(row=row, column=column, text=_show(workbook, cell), rows=rows, columns=columns)


def _show(workbook: Book, cell: Cell) -> str:
    if cell.ctype in _EMPTY:
        return ""
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    form = workbook.format_map[workbook.xf_list[cell.xf_index].format_key].format_str
    value = cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(value)
    elif cell.ctype == xlrd.XL_CELL_DATE:
        try:
            value = xldate_as_datetime(value, workbook.datemode)
        except XLDateError:
            form = "General"
    return show(value, form)
