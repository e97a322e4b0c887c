"""Tables that were flattened to one cell a line, rebuilt into rows by the numbers of the rows.

Such a table reads: the header's cells, a line each; then for every row its
number alone on a line (1, 2, 3, …) and its cells, a line each. An empty cell
leaves only an additional blank line; a cell may have been broken over two
lines. A row of totals has its name (合计) in place of the number. Under a header
that says 序号 numbers can be missing, and headings can stand across the table:
a row of one cell, under no header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vectorstore.lines import Line
from vectorstore.outline.tables.alignment import SAMPLE, Spacing, align, name_columns, spacings, with_empties
from vectorstore.types import Cell, Row

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
_ACROSS = re.compile(r"(?:第.{1,6}(?:[编章节]|部分)|[一二三四五六七八九十]{1,3}、)[^。；;]{1,60}")
_MOST_ACROSS = 4  # headings one after the other


@dataclass(frozen=True, slots=True)
class Table:
    """A table over lines ``first`` (the header's first) to ``last`` (exclusive), with its rows rebuilt."""

    first: int
    last: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Header:
    """Lines ``first`` to ``last`` (exclusive). ``numbered``: a cell over the rows' numbers comes first."""

    first: int
    last: int
    cells: tuple[str, ...]
    numbered: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """The lines of a row. ``number`` is None for totals and for what stands ``across`` the table."""

    number: Line | None
    lines: Sequence[Line]
    across: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows of ``width`` cells that begin on the lines ``starts``; ``exact`` of them have just that many."""

    width: int
    starts: list[int]
    exact: int
    trusted: bool
    spacing: Spacing


def find_flat_table(lines: Sequence[Line], begin: int = 0) -> Table | None:
    """The first flattened table with numbered rows at or after line ``begin``, or None."""
    headed = -_WINDOW  # the last line that says 序号
    for index in range(begin, len(lines)):
        number = row_number(lines[index])
        if number == 1 or (number and index - headed < _WINDOW):
            table = _read_table(lines, index, begin)
            if table:
                return table
            headed = -_WINDOW
        elif is_number_header(lines[index].text):
            headed = index
    return None


def row_number(line: Line) -> int | None:
    """The number that stands alone on a line, of three digits at most; else None."""
    return int(line.text) if len(line.text) <= 3 and line.text.isdecimal() else None


def is_number_header(text: str) -> bool:
    """Whether a header's cell stands over the numbers of the rows."""
    return bool(_NUMBER_HEADER.fullmatch(text))


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
    first = row_number(lines[first_row]) or 0
    if not any((row_number(line) or 0) > first for line in lines[first_row + 2 : first_row + _WINDOW]):
        return None
    header = _read_header(lines, first_row, begin)
    if not 2 <= len(header.cells) <= _WIDEST + 2 or (first != 1 and not header.numbered):
        return None
    found = max(
        (_measure(lines, first_row, header, s) for s in spacings(lines[first_row : first_row + SAMPLE])),
        key=_fitness,
    )
    enough = len(found.starts) >= _FEWEST_ROWS or (len(found.starts) == 2 and header.numbered)
    if not enough or not found.exact:
        return None
    columns, used = name_columns(header.cells, found.width)
    groups = [_Group(None, [line], across=True) for line in lines[header.last : first_row]]
    groups.extend(_groups(lines, found, header))
    begins = header.first if header.numbered else header.last - used
    last = header.last + sum(len(group.lines) + (group.number is not None) for group in groups)
    return Table(begins, last, columns, tuple(_make_rows(lines, groups, columns, header, found.spacing)))


def _make_rows(
    lines: Sequence[Line], groups: Sequence[_Group], columns: Sequence[str], header: _Header, spacing: Spacing
) -> Iterator[Row]:
    texts = [line.text for line in lines[header.first : header.last]]
    bodies = [_without_header(group.lines, texts) for group in groups if not group.across]
    aligned = iter(align(bodies, len(columns), spacing))
    for group in groups:
        if group.across:
            yield make_row(None, [group.lines], ("",))
        else:
            yield make_row(group.number, next(aligned), columns)


def _read_header(lines: Sequence[Line], first_row: int, begin: int) -> _Header:
    last = first_row
    while last > max(begin, first_row - _MOST_ACROSS) and _ACROSS.fullmatch(lines[last - 1].text):
        last -= 1
    start = last
    while start > max(begin, last - _WIDEST - 3) and is_header_cell(lines[start - 1].text):
        start -= 1
    texts = [line.text for line in lines[start:last]]
    over_numbers = [index for index, text in enumerate(texts) if is_number_header(text)]
    if over_numbers:
        start += over_numbers[-1]
        return _Header(start, last, tuple(texts[over_numbers[-1] + 1 :]), numbered=True)
    return _Header(start, last, tuple(texts) if last == first_row else (), numbered=False)


def is_header_cell(text: str, *, digits: bool = False) -> bool:
    """Whether a line can be a cell of a table's header, or of its last row if ``digits`` may be one."""
    return (
        len(text) <= _HEADER_LENGTH
        and (digits or not text.isdecimal())
        and not _STOP.match(text)
        and not any(mark in text for mark in _SENTENCE_MARKS)
    )


def _measure(lines: Sequence[Line], first_row: int, header: _Header, spacing: Spacing) -> _Found:
    """The number of columns, and where the rows start, that most rows fit."""
    tried = []
    for width in range(2, min(len(header.cells), _WIDEST) + 1):
        starts = _row_starts(lines, first_row, width, spacing, jumps=header.numbered)
        bodies = (_without_across(lines[a + 1 : b], header) for a, b in pairwise(starts))
        exact = [len(with_empties(body, spacing)) for body in bodies].count(width)
        # A header says how many columns there are, even where most rows have lost their empty cells.
        trusted = width == len(header.cells) and exact * 5 >= len(starts) - 1
        tried.append(_Found(width, starts, exact, trusted, spacing))
    return max(tried, key=_fitness)


def _fitness(found: _Found) -> tuple[bool, int, bool, int, int]:
    sure = found.trusted and found.exact * 2 >= len(found.starts) - 1
    return sure, len(found.starts), found.trusted, found.exact, found.width


def _row_starts(
    lines: Sequence[Line], first_row: int, width: int, spacing: Spacing, *, jumps: bool
) -> list[int]:
    """The lines with the rows' numbers: of several that could be next, the one that makes its row fit.

    Where numbers can be missing (``jumps``), one that is not the next must leave a whole row before it.
    """
    starts = [first_row]
    while True:
        first, last = starts[-1], row_number(lines[starts[-1]]) or 0
        best: tuple[float, int, int] | None = None
        cells = 0
        for index in range(first + 1, min(first + _WINDOW, len(lines))):
            number = row_number(lines[index]) or 0
            if cells and (number == last + 1 or (jumps and number > last and cells == width)):
                cost = abs(cells - width) + 1.5 * (number != last + 1)
                best = min(best or (99.0, 0, 0), (cost, index, cells))
                if not cost:
                    break
            if not (jumps and _ACROSS.fullmatch(lines[index].text)):
                cells += 1 + (spacing.empties(lines[index]) if cells else 0)
        if best is None:
            return starts
        after = lines[best[1] + 1 : best[1] + _WINDOW]
        if best[2] * 2 < width and not any(row_number(line) == last + 2 for line in after):
            return starts  # a figure in the last row: it would leave that row less than half of its cells
        starts.append(best[1])


def _without_across(group: Sequence[Line], header: _Header) -> Sequence[Line]:
    """The row without the headings that stand across the table behind it."""
    end = len(group)
    while header.numbered and end > 1 and _ACROSS.fullmatch(group[end - 1].text):
        end -= 1
    return group[:end]


def _groups(lines: Sequence[Line], found: _Found, header: _Header) -> Iterator[_Group]:
    """Rows, totals and headings, in order."""
    starts, width, spacing = found.starts, found.width, found.spacing
    inner = [line for a, b in pairwise(starts) for line in _without_across(lines[a + 1 : b], header)]
    stops = not any(_STOP.match(line.text) for line in inner)
    ends = [*starts[1:], _row_end(lines, starts[-1] + 1, width, spacing, stops=stops)]
    for start, end in zip(starts, ends, strict=True):
        body = _without_across(lines[start + 1 : end], header)
        totals = [i for i in range(1, len(body)) if _TOTAL.fullmatch(body[i].text)]
        for first, last in pairwise([0, *totals, len(body)]):
            yield _Group(None if first else lines[start], body[first:last])
        yield from (_Group(None, [line], across=True) for line in lines[start + 1 + len(body) : end])
    end = ends[-1]
    while end < len(lines) and _TOTAL.fullmatch(lines[end].text):
        last = _row_end(lines, end, width, spacing, stops=True)
        last = next((i for i in range(end, last) if not is_header_cell(lines[i].text, digits=True)), last)
        yield _Group(None, lines[end:last])
        end = last


def _row_end(lines: Sequence[Line], first: int, width: int, spacing: Spacing, *, stops: bool) -> int:
    """The last row has no next number to end it: it takes as many lines as its columns need."""
    taken = 0
    for index in range(first, len(lines)):
        line = lines[index]
        if taken and (_TOTAL.fullmatch(line.text) or (stops and _STOP.match(line.text))):
            return index
        taken += 1 + (spacing.empties(line) if taken else 0)
        if taken >= width:
            return index + 1
    return len(lines)


def _without_header(group: Sequence[Line], header: Sequence[str]) -> Sequence[Line]:
    """The row without the header that a page break repeated behind it."""
    tail = [line.text for line in group[-len(header) :]]
    return group[: -len(header)] if len(group) > len(header) and tail == list(header) else group
