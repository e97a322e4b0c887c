"""Which lines of a flattened row belong to which column.

Rows with exactly one line a column teach what each column looks like; the
others are cut into consecutive runs of lines, one a column, at the least cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from vectorstore.lines import Line

_LOOKED_AT = 80  # characters of a cell that its likeness to a column is judged by
_MOST_LINES = 48  # lines of a row that are distributed; what is beyond goes to its last cell


@dataclass(frozen=True, slots=True)
class _Column:
    length: float  # mean of log(1 + characters)
    ends_sentence: float  # share of cells that end a sentence
    empty: float  # share of empty cells
    pairs: frozenset[str]  # character pairs seen
    endings: frozenset[str]  # last character pairs seen ("…工程", "…计划")


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines that could be one cell: what tells which column they would suit."""

    lines: int
    length: float  # log(1 + characters)
    pairs: tuple[str, ...]
    ending: str
    gaps: int


def align(groups: Sequence[Sequence[Line]], width: int, usual: int) -> list[list[list[Line]]]:
    """For each row its lines by column: ``width`` lists of lines, an empty list for an empty cell.

    ``usual`` is the number of blank lines between two cells that are both filled.
    Every line is in exactly one cell, in order.
    """
    exact: dict[int, list[list[Line]]] = {}
    for index, group in enumerate(groups):
        cells = with_empties(group, usual)
        if len(cells) == width:
            exact[index] = [[cell] if cell else [] for cell in cells]
    columns = [_learn([row[column] for row in exact.values()]) for column in range(width)]
    return [exact.get(index) or _fit(group, columns, usual) for index, group in enumerate(groups)]


def with_empties(group: Sequence[Line], usual: int) -> list[Line | None]:
    """The cells of a row in order; None where an additional blank line shows an empty cell."""
    cells: list[Line | None] = []
    for line in group:
        cells.extend([None] * min(line.blanks - usual, 12) if cells else [])
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
    )


def _fit(group: Sequence[Line], columns: Sequence[_Column], usual: int) -> list[list[Line]]:
    """Cut a row's lines into consecutive runs, one a column, at the least total cost."""
    lines = list(group[:_MOST_LINES])
    runs = {
        (first, last): _measure(lines[first:last], usual)
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


def _measure(run: Sequence[Line], usual: int) -> _Run:
    text = "".join(line.text[:_LOOKED_AT] for line in run)[:_LOOKED_AT]
    return _Run(
        lines=len(run),
        length=log(1 + sum(len(line.text) for line in run)),
        pairs=tuple(text[i : i + 2] for i in range(len(text) - 1)),
        ending=run[-1].text[-2:],
        gaps=sum(line.blanks > usual for line in run[1:]),
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
    )
