"""Tables that were flattened to one cell a line, rebuilt into rows.

Such a table reads: the header's cells, a line each; then for every row its
number alone on a line (1, 2, 3, …) and its cells, a line each. An empty cell
leaves only an additional blank line; a cell may have been broken over two
lines. Rows with exactly one line a column teach what each column looks like;
the others are aligned to the columns at the least cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from vectorstore.lines import Line
from vectorstore.types import Cell

_FEWEST_ROWS = 3
_WIDEST = 12
_HEADER_LENGTH = 12
_SENTENCE_MARKS = "。；！？，,;"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as printed, its cells by column, its range in the document."""

    number: str
    cells: tuple[Cell, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FlatTable:
    """A rebuilt table: lines ``first`` (the header's first cell) to ``last`` (exclusive)."""

    first: int
    last: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    length: float  # mean of log(1 + characters)
    ends_sentence: float  # share of cells that end a sentence
    empty: float  # share of empty cells
    pairs: frozenset[str]  # character pairs seen
    endings: frozenset[str]  # last character pairs seen ("…工程", "…计划")


def find_flat_table(lines: Sequence[Line], begin: int = 0) -> FlatTable | None:
    """The first flattened table at or after line ``begin``, or None."""
    for index in range(begin, len(lines)):
        if lines[index].text == "1":
            table = _read_table(lines, index, begin)
            if table:
                return table
    return None


def _read_table(lines: Sequence[Line], first_row: int, begin: int) -> FlatTable | None:
    header_start = first_row
    while header_start > begin and _is_header_cell(lines[header_start - 1]):
        header_start -= 1
    header = [line.text for line in lines[header_start:first_row]]
    if len(header) > _WIDEST:
        return None
    starts = _row_starts(lines, first_row)
    # A title over the table can be as short as a header cell: the column count that the rows show decides.
    width = _width(lines, starts, len(header))
    if len(starts) < _FEWEST_ROWS or not 2 <= width <= len(header):
        return None
    header = header[len(header) - width :]
    ends = [*starts[1:], _table_end(lines, starts, width)]
    groups = [lines[start + 1 : end] for start, end in zip(starts, ends, strict=True)]
    aligned = _align(groups, width)
    rows = tuple(_row(lines[start], cells, header) for start, cells in zip(starts, aligned, strict=True))
    return FlatTable(first_row - width, ends[-1], tuple(header), rows)


def _is_header_cell(line: Line) -> bool:
    return len(line.text) <= _HEADER_LENGTH and not any(mark in line.text for mark in _SENTENCE_MARKS)


def _row_starts(lines: Sequence[Line], first_row: int) -> list[int]:
    starts, wanted = [first_row], 2
    for index in range(first_row + 1, len(lines)):
        if lines[index].text == str(wanted) and index - starts[-1] > 1:
            starts.append(index)
            wanted += 1
        elif index - starts[-1] > 2 * _WIDEST:
            break
    return starts


def _with_empties(group: Sequence[Line]) -> list[Line | None]:
    """The cells of a row in order; None where an additional blank line shows an empty cell."""
    cells: list[Line | None] = []
    usual = min((line.blanks for line in group), default=0)
    for line in group:
        cells.extend([None] * min(line.blanks - usual, 2) if cells else [])
        cells.append(line)
    return cells


def _width(lines: Sequence[Line], starts: Sequence[int], most: int) -> int:
    counts = [len(_with_empties(lines[a + 1 : b])) for a, b in pairwise(starts)]
    fitting = [count for count in counts if 2 <= count <= most]
    return max(set(fitting), key=fitting.count) if fitting else 0


def _table_end(lines: Sequence[Line], starts: Sequence[int], width: int) -> int:
    """The last row has no next number to end it: it takes as many lines as its columns need."""
    taken = 0
    for index in range(starts[-1] + 1, len(lines)):
        taken += 1 + (min(lines[index].blanks - 1, 2) if taken and lines[index].blanks > 1 else 0)
        if taken >= width:
            return index + 1
    return len(lines)


def _align(groups: Sequence[Sequence[Line]], width: int) -> list[list[list[Line]]]:
    """For each row its lines by column: ``width`` lists of lines, an empty list for an empty cell."""
    exact: dict[int, list[list[Line]]] = {}
    for index, group in enumerate(groups):
        cells = _with_empties(group)
        if len(cells) == width:
            exact[index] = [[cell] if cell else [] for cell in cells]
    columns = [_learn([row[column] for row in exact.values()]) for column in range(width)]
    return [exact.get(index) or _fit(group, columns) for index, group in enumerate(groups)]


def _learn(cells: Sequence[Sequence[Line]]) -> _Column:
    filled = [cell[0].text for cell in cells if cell]
    total = len(filled) or 1
    return _Column(
        length=sum(log(1 + len(text)) for text in filled) / total,
        ends_sentence=sum(text[-1] in "。；" for text in filled) / total,
        empty=(len(cells) - len(filled)) / (len(cells) or 1),
        pairs=frozenset(text[i : i + 2] for text in filled for i in range(len(text) - 1)),
        endings=frozenset(text[-2:] for text in filled),
    )


def _fit(group: Sequence[Line], columns: Sequence[_Column]) -> list[list[Line]]:
    """Cut a row's lines into consecutive runs, one a column, at the least total cost."""
    lines = list(group)
    best: dict[int, tuple[float, list[list[Line]]]] = {0: (0.0, [])}
    for column in columns:
        following: dict[int, tuple[float, list[list[Line]]]] = {}
        for used, (cost, cut) in best.items():
            for end in range(used, len(lines) + 1):
                total = cost + _cost(lines[used:end], column)
                if end not in following or total < following[end][0]:
                    following[end] = (total, [*cut, lines[used:end]])
        best = following
    return best[len(lines)][1]


def _cost(run: Sequence[Line], column: _Column) -> float:
    if not run:
        return 3.0 * (1.0 - column.empty)
    text = "".join(line.text for line in run)
    pairs = [text[i : i + 2] for i in range(len(text) - 1)]
    strange = sum(pair not in column.pairs for pair in pairs) / (len(pairs) or 1)
    gaps = sum(line.blanks > 1 for line in run[1:])
    return (
        abs(log(1 + len(text)) - column.length)
        + abs((text[-1] in "。；") - column.ends_sentence)
        + strange
        + (text[-2:] not in column.endings)
        + 0.5 * (len(run) - 1)
        + 2.0 * gaps
        + column.empty * 0.5
    )


def _row(number: Line, cells: Sequence[Sequence[Line]], header: Sequence[str]) -> Row:
    made: list[Cell] = []
    position = number.end
    for name, lines in zip(header, cells, strict=True):
        if lines:
            text = "".join(line.text for line in lines)
            made.append(Cell(header=name, text=text, start=lines[0].start, end=lines[-1].end))
            position = lines[-1].end
        else:
            made.append(Cell(header=name, text="", start=position, end=position))
    return Row(number.text, tuple(made), number.start, position)
