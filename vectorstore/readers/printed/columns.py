"""Pages in columns: which pieces of text stand in one column, in the order in which they are read.

A gutter is a strip in the middle of a page that hardly any line crosses, with lines on both sides that end
at it and begin behind it: text that fills its column. What is only aligned, such as cells without ruled
lines, ends where its words do, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from vectorstore.readers.printed.page import PrintedLine, Run, form_lines, group_lines

_FEWEST = 5  # lines on each side of a gutter
_CROSSING = 0.25  # of the lines that may cross it: headings over both columns
_MIDDLE = 0.25  # of the width at either side in which no gutter is
_WIDE = 1.0  # em that a gutter has at least
_NEAR = 4.0  # em from the gutter within which a full line ends, and a line behind it begins
_FULL = 0.5  # of the lines that end and begin there
_NARROWEST = 10.0  # em of a column


@dataclass(frozen=True, slots=True)
class Flow:
    """Lines that are read one after the other. Those of columns are moved to where the first one stands."""

    lines: tuple[PrintedLine, ...]
    is_column: bool


def read_flows(runs: Sequence[Run]) -> list[Flow]:
    """The lines of a page in the order in which they are read: all of them, or column by column."""
    rows = [_inked(row) for row in group_lines(runs)]
    gutter = _gutter([row for row in rows if row])
    if gutter is None:
        return [Flow(tuple(form_lines(runs)), is_column=False)]
    flows: list[Flow] = []
    for crosses, band in groupby((row for row in rows if row), key=lambda row: _crosses(row, gutter)):
        pieces = [run for row in band for run in row]
        if crosses:
            flows.append(Flow(tuple(form_lines(pieces)), is_column=False))
            continue
        left = [run for run in pieces if run.right <= gutter[1]]
        right = [run for run in pieces if run.right > gutter[1]]
        columns = [line for side in (left, right) for line in _moved(form_lines(side), left, side)]
        flows.append(Flow(tuple(columns), is_column=True))
    return flows


def _inked(row: Iterable[Run]) -> list[Run]:
    return sorted((run for run in row if run.text.strip()), key=lambda run: run.left)


def _moved(lines: Sequence[PrintedLine], first: Sequence[Run], side: Sequence[Run]) -> list[PrintedLine]:
    """The lines of a column as if it stood where the first one does: they are measured alike then."""
    shift = min((run.left for run in side), default=0.0) - min((run.left for run in first), default=0.0)
    return [replace(line, left=line.left - shift, right=line.right - shift) for line in lines]


def _gutter(rows: Sequence[Sequence[Run]]) -> tuple[float, float] | None:
    """From where to where the strip between two columns goes; None where there is none."""
    if len(rows) < _FEWEST:
        return None
    em = median(run.em or run.right - run.left for row in rows for run in row)
    left, right = min(row[0].left for row in rows), max(row[-1].right for row in rows)
    covered = [0] * (int(right - left) + 2)
    for row in rows:
        for start, end in _stretches(row, em):
            for place in range(int(start - left), int(end - left) + 1):
                covered[place] += 1
    edge = _MIDDLE * (right - left)
    most = _CROSSING * len(rows)
    free = [
        left + at for at, count in enumerate(covered) if edge < at < len(covered) - edge and count <= most
    ]
    gutter = max(_strips(free), key=lambda strip: strip[1] - strip[0], default=None)
    narrowest = _NARROWEST * em
    if gutter is None or gutter[1] - gutter[0] < _WIDE * em:
        return None
    if gutter[0] - left < narrowest or right - gutter[1] < narrowest:
        return None
    return gutter if _is_filled(rows, gutter, em) else None


def _stretches(row: Sequence[Run], em: float) -> list[tuple[float, float]]:
    """From where to where a line has text, gaps of less than an em in it not counted."""
    stretches = [(row[0].left, row[0].right)]
    for run in row[1:]:
        start, end = stretches[-1]
        if run.left - end < _WIDE * em:
            stretches[-1] = (start, max(end, run.right))
        else:
            stretches.append((run.left, run.right))
    return stretches


def _strips(places: Sequence[float]) -> list[tuple[float, float]]:
    strips: list[tuple[float, float]] = []
    for place in places:
        if strips and place - strips[-1][1] <= 1.0:
            strips[-1] = (strips[-1][0], place)
        else:
            strips.append((place, place))
    return strips


def _is_filled(rows: Sequence[Sequence[Run]], gutter: tuple[float, float], em: float) -> bool:
    """Whether there is text on both sides that ends at the gutter and begins behind it."""
    sides = [row for row in rows if not _crosses(row, gutter)]
    ends = [
        max(run.right for run in row if run.right <= gutter[1]) for row in sides if row[0].right <= gutter[1]
    ]
    begins = [
        min(run.left for run in row if run.right > gutter[1]) for row in sides if row[-1].right > gutter[1]
    ]
    if min(len(ends), len(begins)) < _FEWEST:
        return False
    full = sum(gutter[0] - end < _NEAR * em for end in ends)
    at_left = sum(begin - gutter[1] < _NEAR * em for begin in begins)
    return full >= _FULL * len(ends) and at_left >= _FULL * len(begins)


def _crosses(row: Sequence[Run], gutter: tuple[float, float]) -> bool:
    middle = (gutter[0] + gutter[1]) / 2
    return any(run.left < middle < run.right for run in row) or _touches(row, gutter)


def _touches(row: Sequence[Run], gutter: tuple[float, float]) -> bool:
    """Whether the words of a line go on over the strip, a character's edge aside."""
    slack = (gutter[1] - gutter[0]) / 4
    return any(run.left < gutter[1] - slack and run.right > gutter[0] + slack for run in row)
