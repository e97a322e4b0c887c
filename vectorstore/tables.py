"""Tables that were flattened to one cell a line, rebuilt into rows by the numbers of the rows.

Such a table reads: the header's cells, a line each; then for every row its
number alone on a line (1, 2, 3, …) and its cells, a line each. An empty cell
leaves only an additional blank line; a cell may have been broken over two
lines. A row of totals has its name (合计) in place of the number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vectorstore.alignment import align, with_empties
from vectorstore.lines import Line
from vectorstore.types import Cell

_FEWEST_ROWS = 3
_WIDEST = 12
_WINDOW = 30  # lines that a row can have
_HEADER_LENGTH = 16
_SENTENCE_MARKS = "。；！？，,;：:"
_NUMBER_HEADER = re.compile(r"序\s*号|编\s*号|项次|序|[Nn][Oo]\.?")
_TOTAL = re.compile(r"合\s*计|总\s*计|小\s*计|共\s*计|累\s*计")
# What can't belong to a table's last row, unless rows before it have the like in their cells.
_STOP = re.compile(
    r"第.{1,6}[编章节条]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|"
    r"附\s?[件表录]|(?:注|备注|说明)\s*\d*\s*[:：]"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as printed, its cells by column, its range in the document."""

    number: str
    cells: tuple[Cell, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table over lines ``first`` (the header's first) to ``last`` (exclusive), with its rows rebuilt."""

    first: int
    last: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    """Lines ``first`` up to the first row. ``numbered``: a cell over the rows' numbers comes first."""

    first: int
    cells: tuple[str, ...]
    numbered: bool


def find_flat_table(lines: Sequence[Line], begin: int = 0) -> Table | None:
    """The first flattened table with numbered rows at or after line ``begin``, or None."""
    for index in range(begin, len(lines)):
        if row_number(lines[index]) == 1:
            table = _read_table(lines, index, begin)
            if table:
                return table
    return None


def row_number(line: Line) -> int | None:
    """The number that stands alone on a line, of three digits at most; else None."""
    return int(line.text) if len(line.text) <= 3 and line.text.isdecimal() else None


def is_number_header(text: str) -> bool:
    """Whether a header's cell stands over the numbers of the rows."""
    return bool(_NUMBER_HEADER.fullmatch(text))


def usual_blanks(lines: Sequence[Line]) -> int:
    """The blank lines that stand between two lines most often."""
    return Counter(line.blanks for line in lines[1:200]).most_common(1)[0][0] if len(lines) > 1 else 0


def make_row(number: Line | None, cells: Sequence[Sequence[Line]], header: Sequence[str]) -> Row:
    """A row of its number, if it has one, and the lines of its cells by column.

    An empty cell stands where it would begin. A row with neither number nor words is not to be made.
    """
    made: list[Cell] = []
    position = start = number.start if number else next(lines[0].start for lines in cells if lines)
    position = number.end if number else position
    for name, lines in zip(header, cells, strict=True):
        if lines:
            text = "".join(line.text for line in lines)
            made.append(Cell(header=name, text=text, start=lines[0].start, end=lines[-1].end))
            position = lines[-1].end
        else:
            made.append(Cell(header=name, text="", start=position, end=position))
    return Row(number.text if number else "", tuple(made), start, position)


def _read_table(lines: Sequence[Line], first_row: int, begin: int) -> Table | None:
    if not any(row_number(line) == 2 for line in lines[first_row + 2 : first_row + _WINDOW]):
        return None
    header = _read_header(lines, first_row, begin)
    if not 2 <= len(header.cells) <= _WIDEST + 2:
        return None
    usual = usual_blanks(lines[first_row : first_row + 200])
    width, starts, exact = _measure(lines, first_row, header, usual)
    enough = len(starts) >= _FEWEST_ROWS or (len(starts) == 2 and header.numbered and exact)
    if not enough or not exact:
        return None
    columns, used = name_columns(header.cells, width)
    groups = list(_groups(lines, starts, width, usual))
    texts = [line.text for line in lines[header.first : first_row]]
    aligned = align([_without_header(group, texts) for _, group in groups], width, usual)
    rows = tuple(make_row(number, cells, columns) for (number, _), cells in zip(groups, aligned, strict=True))
    first = header.first if header.numbered else first_row - used
    last = first_row + sum(len(group) + (number is not None) for number, group in groups)
    return Table(first, last, columns, rows)


def _read_header(lines: Sequence[Line], first_row: int, begin: int) -> _Header:
    start = first_row
    while start > max(begin, first_row - _WIDEST - 3) and is_header_cell(lines[start - 1].text):
        start -= 1
    texts = [line.text for line in lines[start:first_row]]
    over_numbers = [index for index, text in enumerate(texts) if is_number_header(text)]
    if over_numbers:
        start += over_numbers[-1]
        return _Header(start, tuple(texts[over_numbers[-1] + 1 :]), numbered=True)
    return _Header(start, tuple(texts), numbered=False)


def is_header_cell(text: str, *, digits: bool = False) -> bool:
    """Whether a line can be a cell of a table's header, or of its last row if ``digits`` may be one."""
    return (
        len(text) <= _HEADER_LENGTH
        and (digits or not text.isdecimal())
        and not any(mark in text for mark in _SENTENCE_MARKS)
    )


def _measure(
    lines: Sequence[Line], first_row: int, header: _Header, usual: int
) -> tuple[int, list[int], int]:
    """The number of columns, where the rows start, and how many rows have just that many cells."""
    tried = []
    for width in range(2, min(len(header.cells), _WIDEST) + 1):
        starts = _row_starts(lines, first_row, width, usual)
        counts = [len(with_empties(lines[a + 1 : b], usual)) for a, b in pairwise(starts)]
        exact = counts.count(width)
        # A header says how many columns there are, even where most rows have lost their empty cells.
        trusted = width == len(header.cells) and exact * 5 >= len(counts)
        tried.append((len(starts), trusted, exact, width, starts))
    _, _, exact, width, starts = max(tried)
    return width, starts, exact


def _row_starts(lines: Sequence[Line], first_row: int, width: int, usual: int) -> list[int]:
    """The lines with 1, 2, 3, …: of several that could be next, the one that makes the row before it fit."""
    starts = [first_row]
    while True:
        wanted, first = len(starts) + 1, starts[-1]
        best: tuple[int, int] | None = None
        cells = 0
        for index in range(first + 1, min(first + _WINDOW, len(lines))):
            if cells and row_number(lines[index]) == wanted:
                best = min(best or (99, 0), (abs(cells - width), index))
            cells += 1 + (max(0, lines[index].blanks - usual) if cells else 0)
        if best is None:
            return starts
        starts.append(best[1])


def name_columns(cells: Sequence[str], width: int) -> tuple[tuple[str, ...], int]:
    """The columns' names, and how many of the last cells they are made of.

    Of two header lines, the lower cells get the upper one that spans them in front.

    A header has more cells than columns where it has two lines (责任单位 over
    牵头单位 and 配合单位) or where a short title stands over it.
    """
    if len(cells) == width + 1:
        for below in range(width - 1, 1, -1):
            upper, lower = cells[:-below], cells[-below:]
            endings = {cell[-2:] for cell in lower}
            spanning = [index for index, cell in enumerate(upper) if endings == {cell[-2:]}]
            if spanning:
                at = spanning[-1]
                names = (*upper[:at], *(f"{upper[at]}/{cell}" for cell in lower), *upper[at + 1 :])
                return names, len(cells)
    return tuple(cells[len(cells) - width :]), width


def _groups(
    lines: Sequence[Line], starts: Sequence[int], width: int, usual: int
) -> Iterator[tuple[Line | None, Sequence[Line]]]:
    """Each row's number and its lines; a row of totals has no number, its name is its first line."""
    inner = [line for a, b in pairwise(starts) for line in lines[a + 1 : b]]
    stops = not any(_STOP.match(line.text) for line in inner)
    ends = [*starts[1:], _row_end(lines, starts[-1] + 1, width, usual, stops=stops)]
    for start, end in zip(starts, ends, strict=True):
        totals = [i for i in range(start + 2, end) if _TOTAL.fullmatch(lines[i].text)]
        for first, last in pairwise([start, *totals, end]):
            yield (lines[start], lines[start + 1 : last]) if first == start else (None, lines[first:last])
    end = ends[-1]
    while end < len(lines) and _TOTAL.fullmatch(lines[end].text):
        last = _row_end(lines, end, width, usual, stops=True)
        last = next((i for i in range(end, last) if not is_header_cell(lines[i].text, digits=True)), last)
        yield None, lines[end:last]
        end = last


def _row_end(lines: Sequence[Line], first: int, width: int, usual: int, *, stops: bool) -> int:
    """The last row has no next number to end it: it takes as many lines as its columns need."""
    taken = 0
    for index in range(first, len(lines)):
        line = lines[index]
        if taken and (_TOTAL.fullmatch(line.text) or (stops and _STOP.match(line.text))):
            return index
        taken += 1 + (max(0, line.blanks - usual) if taken else 0)
        if taken >= width:
            return index + 1
    return len(lines)


def _without_header(group: Sequence[Line], header: Sequence[str]) -> Sequence[Line]:
    """The row without the header that a page break repeated behind it."""
    tail = [line.text for line in group[-len(header) :]]
    return group[: -len(header)] if len(group) > len(header) and tail == list(header) else group
