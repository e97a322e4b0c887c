"""Tables with a row on a line, parted by | or tabs or spaces, and flattened ones without numbers.

A flattened table without numbers is believed only where its header is
unmistakable, its cells fill whole rows, and each column holds one kind of thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log
from statistics import fmean, pvariance

from vectorstore.lines import Line
from vectorstore.outline.tables.alignment import spacings, with_empties
from vectorstore.outline.tables.flattened import (
    Table,
    find_flat_table,
    is_header_cell,
    is_number_header,
    make_row,
)
from vectorstore.types import Cell, Row

# What parts the cells of a row; single spaces only where the rows are numbered.
_MARKS = {
    "|": re.compile(r"(?<!\\)\|"),
    "\t": re.compile(r"\t"),
    "  ": re.compile(r"[ \u3000]{2,}"),
    " ": re.compile(r"[ \u3000]+"),
}
_LONGEST_ROW = 5000  # characters of a line that is looked at as a row
_RULE = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_HEADER_WORDS = re.compile(
    r"(?:名称|姓名|单位|部门|科室|处室|学校|内容|任务|目标|时限|时间|日期|措施|要求|备注|类别|类型|数量|金额|"
    r"地点|地址|职务|电话|分值|得分|标准|责任人|联系人|负责人|级别|人数|比例|项目|职责|指标|方式|对象|编号)$"
)
_WIDEST = 12
_FEWEST_CELLS = 6  # of a flattened table without numbers
_MOST_CELLS = 4000
_ALIKE = 0.7  # share of the cells' variance that may be left within the columns
_STOP = re.compile(
    r"第.{1,6}[编章节条]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|附\s?[件表录]"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """The words of a cell, and where they stand in the document."""

    text: str
    start: int
    end: int


def find_tables(lines: Sequence[Line], known: Sequence[Table] = ()) -> list[Table]:
    """All tables among these lines, in order, with those that are ``known``; none overlap."""
    found = list(known)
    for find in (_find_grids, _find_numbered, _find_unnumbered):
        found.extend(_between(lines, tuple(found), find))
        found.sort(key=lambda table: table.first)
    return found


def _between(
    lines: Sequence[Line],
    known: Sequence[Table],
    find: Callable[[Sequence[Line]], Iterator[Table]],
) -> Iterator[Table]:
    """What ``find`` finds among the lines that no known table has."""
    begin = 0
    for table in [*known, None]:
        end = table.first if table else len(lines)
        for found in find(lines[begin:end]):
            yield replace(found, first=found.first + begin, last=found.last + begin)
        begin = table.last if table else end


def _find_numbered(lines: Sequence[Line]) -> Iterator[Table]:
    begin = 0
    while table := find_flat_table(lines, begin):
        yield table
        begin = table.last


def _find_grids(lines: Sequence[Line]) -> Iterator[Table]:
    index = 0
    while index < len(lines):
        table = _read_grid(lines, index)
        if table:
            yield table
        index = table.last if table else index + 1


def _read_grid(lines: Sequence[Line], first: int) -> Table | None:
    """A table of lines with the same mark between their cells; Markdown's has a rule below the header."""
    text = lines[first].text[:_LONGEST_ROW]
    mark = next((mark for mark, pattern in _MARKS.items() if pattern.search(text)), None)
    if mark is None or first + 1 == len(lines):
        return None
    header = _cells(lines[first], mark)
    numbered = is_number_header(header[0].text) if header else False
    ruled = mark == "|" and bool(_RULE.fullmatch(lines[first + 1].text[:_LONGEST_ROW]))
    short = all(is_header_cell(cell.text, digits=True) for cell in header)
    if len(header) < (3 if mark in (" ", "  ") else 2) or not (ruled or (mark != "|" and short)):
        return None
    if mark == " " and not numbered:
        return None
    last = first + 1 + ruled
    while last < len(lines) and _is_row(lines[last], mark, len(header)):
        last += 1
    body = lines[first + 1 + ruled : last]
    if len(body) < (1 if ruled else 2):
        return None
    names = tuple(cell.text for cell in header)[numbered:]
    return Table(first, last, names, tuple(_grid_row(line, mark, names, numbered=numbered) for line in body))


def _is_row(line: Line, mark: str, width: int) -> bool:
    if (line.blanks and mark == "|") or not _MARKS[mark].search(line.text[:_LONGEST_ROW]):
        return False
    cells = _cells(line, mark)
    if mark == " " and not cells[0].text.isdecimal():
        return False
    return len(cells) == width if mark in (" ", "  ") else len(cells) <= width


def _cells(line: Line, mark: str) -> list[_Piece]:
    """The cells of a row; a lost trailing mark is no cell."""
    cells: list[_Piece] = []
    position = 0
    text = line.text.rstrip()
    for found in [*_MARKS[mark].finditer(text), None]:
        end = found.start() if found else len(text)
        part = text[position:end]
        bare = part.strip()
        start = line.start + position + len(part) - len(part.lstrip())
        cells.append(_Piece(bare.replace("\\|", "|"), start, start + len(bare)))
        position = found.end() if found else end
    if mark == "|":
        cells = cells[
            1 if text.startswith("|") else 0 : -1 if text.endswith("|") and len(cells) > 1 else None
        ]
    return cells


def _grid_row(line: Line, mark: str, names: Sequence[str], *, numbered: bool) -> Row:
    cells = _cells(line, mark)
    number = cells[0].text if numbered and cells else ""
    made = [
        Cell(header=name, text=cell.text, start=cell.start, end=cell.end)
        for name, cell in zip(names, cells[numbered:], strict=False)
    ]
    end = line.end
    made.extend(Cell(header=name, text="", start=end, end=end) for name in names[len(made) :])
    return Row(number, tuple(made), line.start, line.end)


def _find_unnumbered(lines: Sequence[Line]) -> Iterator[Table]:
    index = 0
    while index < len(lines):
        width = _header_width(lines, index)
        table = _read_unnumbered(lines, index, width) if width else None
        if table:
            yield table
        index = table.last if table else index + (width or 1)


def _header_width(lines: Sequence[Line], first: int) -> int:
    """How many cells a header that begins on this line has; 0 where none does."""
    width = 0
    for line in lines[first : first + _WIDEST + 1]:
        if not (_HEADER_WORDS.search(line.text[-12:]) and is_header_cell(line.text)):
            break
        width += 1
    return width if 3 <= width <= _WIDEST else 0


def _read_unnumbered(lines: Sequence[Line], first: int, width: int) -> Table | None:
    start = first + width
    end = start
    while end < min(len(lines), start + _MOST_CELLS) and not _ends_table(lines, end):
        end += 1
    tried = (with_empties(lines[start:end], spacing) for spacing in spacings(lines[first:end]))
    cells = next((cells for cells in tried if len(cells) % width == 0), [])
    whole = len(cells)
    if whole < max(_FEWEST_CELLS, 2 * width) or not _columns_alike(cells, width):
        return None
    header = tuple(line.text for line in lines[first:start])
    rows = [cells[index : index + width] for index in range(0, whole, width)]
    made = (make_row(None, [[cell] if cell else [] for cell in row], header) for row in rows if any(row))
    return Table(first, end, header, tuple(made))


def _ends_table(lines: Sequence[Line], index: int) -> bool:
    """Whether a line is of the text below a table, or begins another: its header, or the title over that."""
    line = lines[index]
    another = _header_width(lines, index) or _header_width(lines, index + 1)
    return bool(another or _STOP.match(line.text))


def _columns_alike(cells: Sequence[Line | None], width: int) -> bool:
    """Whether cells of one column are more alike than cells of all: in length, and in being figures."""
    measures = [(log(1 + len(c.text)), _figures(c.text)) if c else None for c in cells]
    known = [m for m in measures if m]
    total = sum(pvariance(values) for values in zip(*known, strict=True))
    within = fmean(
        sum(pvariance(values) for values in zip(*column, strict=True))
        for column in ([m for m in measures[i::width] if m] for i in range(width))
        if column
    )
    return bool(total > 0 and within <= _ALIKE * total)


def _figures(text: str) -> float:
    return sum(char.isdigit() for char in text) / len(text)
