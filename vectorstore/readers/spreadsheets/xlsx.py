"""XLSX and what WPS saves in that form, by openpyxl: values as shown, formulas as last computed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from vectorstore.readers.blocks.blocks import Content, GridCell
from vectorstore.readers.packages import Package
from vectorstore.readers.refusals import suspicious
from vectorstore.readers.spreadsheets.numbers import show
from vectorstore.readers.spreadsheets.sheets import blocks_of, hidden_sheets

_MERGED = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\s[^>]{0,200}?\bref\s*=\s*[\"'](\$?[A-Z]{1,3}\$?\d{1,7}:\$?[A-Z]{1,3}\$?\d{1,7})[\"']",
    re.IGNORECASE,
)
_MOST_MERGED = 1_000_000  # places, at some 200 bytes each


def read_xlsx(path: Path) -> Content:
    """A table for each sheet that is shown; hidden sheets are left out with a notice."""
    with Package(path) as package:  # its sizes and its XML are checked before anything is unfolded
        _check_merged(package)
    workbook = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
    blocks = list(blocks_of({sheet.title: tuple(_cells(sheet)) for sheet in shown}))
    return Content(blocks=blocks, notices=hidden_sheets(hidden))


def _check_merged(package: Package) -> None:
    """Raise UnreadableFile for merged cells over whole sheets: openpyxl makes an object for each place."""
    places = 0
    for part in package:
        if part.endswith(".xml"):
            for area in _MERGED.findall(package.read(part)):
                places += _size(area.decode("ascii"))
                if places > _MOST_MERGED:
                    raise suspicious(package.name, "合并的单元格异常庞大", "its merged cells are enormous")


def _size(area: str) -> int:
    left, top, right, bottom = map(int, range_boundaries(area))
    return (abs(right - left) + 1) * (abs(bottom - top) + 1)


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
