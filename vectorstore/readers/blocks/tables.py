"""From a grid as drawn to a table as read: which rows are the header, what each column is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vectorstore.readers.blocks.blocks import PAGE_START, Grid, GridCell

_LONGEST_NAME = 30
_DEEPEST_HEADER = 3
_SENTENCE_MARKS = tuple("。；！？;!?")
_NUMBER_NAMES = frozenset({"序号", "编号", "项次", "序次", "No", "No.", "NO", "NO.", "№", "#"})
_FIGURE = re.compile(r"(?!(?:19|20)\d\d$)[\d.,%％\-—/]+")  # a year can name a column
_MOST_PLACES = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableGrid:
    """A table with ``header`` names by column. ``rows[i][j]`` is the cell at row i, column j, or None.

    A merged cell is at each of its places. The first ``header_rows`` rows are
    the header; ``numbered`` tells that column 0 holds running numbers.
    """

    rows: tuple[tuple[GridCell | None, ...], ...]
    header_rows: int
    header: tuple[str, ...]
    numbered: bool


@dataclass(frozen=True, slots=True)
class Arranged:
    """What is left of a grid: lines above it, the table itself if it is one, lines below it."""

    before: tuple[str, ...]
    table: ReadableGrid | None
    after: tuple[str, ...]


def arrange(grid: Grid) -> Arranged:
    """Read a grid. One without two rows and two columns is no table: its cells are lines."""
    rows = _places(grid)
    if rows is None:
        return Arranged(tuple(cell.text for cell in grid.cells if _counts(cell)), None, ())
    marked = [bool(row) and index < (grid.header_rows or 0) for index, row in enumerate(rows)]
    kept = [(row, mark) for row, mark in zip(rows, marked, strict=True) if any(map(_counts, row))]
    columns = [j for j in range(len(rows[0])) if any(_counts(row[j]) for row, _ in kept)]
    kept = [([row[j] for j in columns], mark) for row, mark in kept]
    first, last = 0, len(kept)
    while first < last and _is_one_value(kept[first][0]):
        first += 1
    while last > first and _is_one_value(kept[last - 1][0]):
        last -= 1
    body = [row for row, _ in kept[first:last]]
    if len(body) < 2 or len(columns) < 2:
        return Arranged(_lines(row for row, _ in kept), None, ())
    known = sum(mark for _, mark in kept[first:last]) if grid.header_rows else None
    return Arranged(
        _lines(row for row, _ in kept[:first]), _table(body, known), _lines(row for row, _ in kept[last:])
    )


def _places(grid: Grid) -> list[list[GridCell | None]] | None:
    """Each place of the grid with the cell that covers it; None if there are none or absurdly many."""
    height = max((cell.row + cell.rows for cell in grid.cells), default=0)
    width = max((cell.column + cell.columns for cell in grid.cells), default=0)
    if not 0 < height * width <= _MOST_PLACES:
        return None
    places: list[list[GridCell | None]] = [[None] * width for _ in range(height)]
    for cell in grid.cells:
        for row in places[cell.row : cell.row + cell.rows]:
            row[cell.column : cell.column + cell.columns] = [cell] * cell.columns
    return places


def _text(cell: GridCell | None) -> str:
    return cell.text.strip() if cell else ""


def _counts(cell: GridCell | None) -> bool:
    """Whether a cell can't be dropped: it has words, or a page begins in it."""
    return cell is not None and (bool(cell.text.strip()) or PAGE_START in cell.text)


def _is_one_value(row: Sequence[GridCell | None]) -> bool:
    """Whether one cell fills the row, or is the only one that has text, at its beginning."""
    if len(row) < 2:
        return False
    first = row[0]
    if first is None or first.rows > 1:
        return False
    return all(cell is first for cell in row) or (
        bool(_text(first)) and not any(_counts(cell) for cell in row if cell is not first)
    )


def _lines(rows: Iterable[Sequence[GridCell | None]]) -> tuple[str, ...]:
    cells = dict.fromkeys(cell for row in rows for cell in row if cell)
    return tuple(cell.text for cell in cells if _counts(cell))


def _table(rows: Sequence[Sequence[GridCell | None]], known: int | None) -> ReadableGrid:
    height = min(known, len(rows) - 1) if known else _header_height(rows)
    header = tuple(_name([row[j] for row in rows[:height]]) for j in range(len(rows[0])))
    return ReadableGrid(
        rows=tuple(tuple(row) for row in rows),
        header_rows=height,
        header=header,
        numbered=len(header) > 1 and _is_numbered(header[0], [row[0] for row in rows[height:]]),
    )


def _header_height(rows: Sequence[Sequence[GridCell | None]]) -> int:
    """How many rows name the columns: 0 if the first row does not read like names."""
    for height in range(1, min(_DEEPEST_HEADER, len(rows) - 1) + 1):
        if not _reads_like_names(rows[height - 1]):
            return 0
        row, below = rows[height - 1], rows[height]
        crossing = any(cell and cell is other for cell, other in zip(row, below, strict=True))
        grouped = any(cell and cell is other for cell, other in pairwise(row))
        if not crossing and not (grouped and height < len(rows) - 1 and _reads_like_names(below)):
            return height
    return 0


def _reads_like_names(row: Sequence[GridCell | None]) -> bool:
    texts = [_text(cell) for cell in row]
    if texts.count("") > 1:
        return False
    return not any(
        len(text) > _LONGEST_NAME or text.endswith(_SENTENCE_MARKS) or _FIGURE.fullmatch(text)
        for text in texts
    )


def _name(cells: Sequence[GridCell | None]) -> str:
    """A column's name: the texts above it from the top down, each cell once."""
    names: list[str] = []
    for cell in dict.fromkeys(cell for cell in cells if cell):
        names.append("".join(cell.text.split()) if _is_han(cell.text) else " ".join(cell.text.split()))
    return " ".join(name for name in names if name)


def _is_han(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in text)


def _is_numbered(name: str, cells: Sequence[GridCell | None]) -> bool:
    if name in _NUMBER_NAMES:
        return True
    texts = [_text(cell) for cell in cells]
    return not name and len(texts) > 1 and texts == [str(i + 1) for i in range(len(texts))]
