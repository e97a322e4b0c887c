"""Which lines of a flattened row belong to which column, and how the columns are called.

Rows with exactly one line a column teach what each column looks like; the
others are cut into consecutive runs of lines, one a column, at the least cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from vectorstore.lines import Line

_LOOKED_AT = 80  # characters of a cell that its likeness to a column is judged by
SAMPLE = 200  # lines that show how a table is spaced
_MOST_EMPTIES = 12  # empty cells in a row that blank lines are believed to show
_MOST_LINES = 48  # lines of a row that are distributed; what is beyond goes to its last cell


@dataclass(frozen=True, slots=True)
class _Column:
    length: float  # mean of log(1 + characters)
    ends_sentence: float  # share of cells that end a sentence
    empty: float  # share of empty cells
    pairs: frozenset[str]  # character pairs seen
    endings: frozenset[str]  # last character pairs seen ("…工程", "…计划")
    values: dict[str, float]  # share of the cells that say just this


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines that could be one cell: what tells which column they would suit."""

    lines: int
    length: float  # log(1 + characters)
    text: str  # how it begins
    pairs: tuple[str, ...]
    ending: str
    gaps: int


@dataclass(frozen=True, slots=True)
class Spacing:
    """How blank lines show empty cells: ``usual`` part two filled cells, ``step`` more are an empty one."""

    usual: int
    step: int

    def empties(self, line: Line) -> int:
        """How many empty cells stand before this line, in mid-row."""
        return max(0, line.blanks - self.usual) // self.step


def spacings(lines: Sequence[Line]) -> tuple[Spacing, ...]:
    """The spacings that a table can have: an empty cell leaves a blank line, or those around it too.

    Where all blank lines were multiplied, the fewest additional ones that occur show an empty cell.
    """
    blanks = [line.blanks for line in lines[1:SAMPLE]]
    usual = Counter(blanks).most_common(1)[0][0] if blanks else 0
    fewest = min((count - usual for count in blanks if count > usual), default=1)
    return tuple(Spacing(usual, step) for step in sorted({1, usual + 1, fewest}))


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


def align(groups: Sequence[Sequence[Line]], width: int, spacing: Spacing) -> list[list[list[Line]]]:
    """For each row its lines by column: ``width`` lists of lines, an empty list for an empty cell.

    Every line is in exactly one cell, in order.
    """
    exact: dict[int, list[list[Line]]] = {}
    for index, group in enumerate(groups):
        cells = with_empties(group, spacing)
        if len(cells) == width:
            exact[index] = [[cell] if cell else [] for cell in cells]
    columns = [_learn([row[column] for row in exact.values()]) for column in range(width)]
    return [exact.get(index) or _fit(group, columns, spacing) for index, group in enumerate(groups)]


def with_empties(group: Sequence[Line], spacing: Spacing) -> list[Line | None]:
    """The cells of a row in order; None where an additional blank line shows an empty cell."""
    cells: list[Line | None] = []
    for line in group:
        cells.extend([None] * min(spacing.empties(line), _MOST_EMPTIES) if cells else [])
        cells.append(line)
    return cells


def _learn(cells: Sequence[Sequence[Line]]) -> _Column:
    filled = [cell[0].text for cell in cells if cell]
    total = len(filled) or 1
    return _Column(
        length=sum(log(1 + len(text)) for text in filled) / total,
        ends_sentence=sum(text[-1] in "。；" for text in filled) / total,
        empty=(len(cells) - len(filled)) / (len(cells) or 1),
        pairs=frozenset(text[i : i + 2] for text in filled for i in range(len(text[:_LOOKED_AT]) - 1)),
        endings=frozenset(text[-2:] for text in filled),
        values={text: count / total for text, count in Counter(filled).items()},
    )


def _fit(group: Sequence[Line], columns: Sequence[_Column], spacing: Spacing) -> list[list[Line]]:
    """Cut a row's lines into consecutive runs, one a column, at the least total cost."""
    lines = list(group[:_MOST_LINES])
    runs = {
        (first, last): _measure(lines[first:last], spacing)
        for first in range(len(lines))
        for last in range(first + 1, len(lines) + 1)
    }
    best: dict[int, tuple[float, list[list[Line]]]] = {0: (0.0, [])}
    for column in columns:
        following: dict[int, tuple[float, list[list[Line]]]] = {}
        for used, (cost, cut) in best.items():
            for end in range(used, len(lines) + 1):
                total = cost + _cost(runs.get((used, end)), column)
                if end not in following or total < following[end][0]:
                    following[end] = (total, [*cut, lines[used:end]])
        best = following
    cut = best[len(lines)][1]
    cut[-1].extend(group[_MOST_LINES:])
    return cut


def _measure(run: Sequence[Line], spacing: Spacing) -> _Run:
    text = "".join(line.text[:_LOOKED_AT] for line in run)[:_LOOKED_AT]
    return _Run(
        lines=len(run),
        length=log(1 + sum(len(line.text) for line in run)),
        text=text,
        pairs=tuple(text[i : i + 2] for i in range(len(text) - 1)),
        ending=run[-1].text[-2:],
        gaps=sum(spacing.empties(line) > 0 for line in run[1:]),
    )


def _cost(run: _Run | None, column: _Column) -> float:
    """How unlike a cell of the column these lines are; None are no lines, an empty cell."""
    if run is None:
        return 3.0 * (1.0 - column.empty)
    strange = sum(pair not in column.pairs for pair in run.pairs) / (len(run.pairs) or 1)
    return (
        abs(run.length - column.length)
        + abs((run.ending[-1] in "。；") - column.ends_sentence)
        + strange
        + (run.ending not in column.endings)
        + 0.5 * (run.lines - 1)
        + 2.0 * run.gaps
        + column.empty * 0.5
        - 2.0 * column.values.get(run.text, 0.0)
    )
