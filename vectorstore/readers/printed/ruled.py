"""Tables by their ruled lines: which lines form a grid, and which of its squares are one cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vectorstore.readers.printed.page import Rule, Run

_NEAR = 3.0  # points within which two rules meet, or are one
_MOST_RULES = 2_000  # more are a drawing
_MOST_SQUARES = 20_000
_THIN = 2.5  # points; what is broader is no ruled line
_STRAIGHT = 0.7  # points by which a line may be off the straight

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledCell:
    """A cell of a ruled table: its place in the grid and on the page."""

    row: int
    column: int
    rows: int
    columns: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledGrid:
    """A ruled table: the edges of its columns and rows, and its cells."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[RuledCell, ...]

    def cell_of(self, run: Run) -> RuledCell | None:
        """The cell in which the middle of a piece of text lies."""
        x, y = (run.left + run.right) / 2, run.middle
        if not (self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]):
            return None
        for cell in self.cells:
            if cell.left <= x <= cell.right and cell.top <= y <= cell.bottom:
                return cell
        return None


def rules_of(points: Sequence[Point], *, stroked: bool) -> Iterator[Rule]:
    """The ruled lines in an outline: a thin shape is one; of others the stroked straight sides are."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    if min(wide, high) <= _THIN:
        if max(wide, high) > _THIN:
            yield Rule(min(xs), min(ys), max(xs), max(ys))
        return
    for (x0, y0), (x1, y1) in pairwise(points) if stroked else ():
        wide, high = abs(x1 - x0), abs(y1 - y0)
        if min(wide, high) < _STRAIGHT and max(wide, high) > _THIN:
            yield Rule(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


@dataclass(frozen=True, slots=True)
class _Segment:
    """A ruled line along one axis: where it is on the other, and from where to where it goes."""

    at: float
    start: float
    end: float

    def covers(self, place: float) -> bool:
        return self.start - _NEAR <= place <= self.end + _NEAR


def find_grids(rules: Sequence[Rule]) -> list[RuledGrid]:
    """The ruled tables of a page, from top to bottom; a frame around a page or a text is none."""
    if not 4 <= len(rules) <= _MOST_RULES:
        return []
    flat = [rule for rule in rules if rule.right - rule.left > rule.bottom - rule.top]
    upright = [rule for rule in rules if rule.right - rule.left <= rule.bottom - rule.top]
    across = _join(_Segment((rule.top + rule.bottom) / 2, rule.left, rule.right) for rule in flat)
    down = _join(_Segment((rule.left + rule.right) / 2, rule.top, rule.bottom) for rule in upright)
    grids = [_grid(*group) for group in _connected(across, down)]
    return sorted((grid for grid in grids if grid and len(grid.cells) > 1), key=lambda grid: grid.ys[0])


def _join(segments: Iterable[_Segment]) -> list[_Segment]:
    """Segments that touch on one line made one: borders are often drawn cell by cell."""
    joined: list[_Segment] = []
    for level in _levels(sorted(segments, key=lambda segment: segment.at)):
        at = level[0].at
        start, end = -1.0, -10.0
        for segment in sorted(level, key=lambda segment: segment.start):
            if segment.start > end + _NEAR:
                if end > start:
                    joined.append(_Segment(at, start, end))
                start = segment.start
                end = segment.end
            end = max(end, segment.end)
        joined.append(_Segment(at, start, end))
    return joined


def _levels(segments: Sequence[_Segment]) -> Iterator[list[_Segment]]:
    level: list[_Segment] = []
    for segment in segments:
        if level and segment.at - level[0].at > _NEAR:
            yield level
            level = []
        level.append(segment)
    if level:
        yield level


def _connected(
    across: Sequence[_Segment], down: Sequence[_Segment]
) -> Iterator[tuple[list[_Segment], list[_Segment]]]:
    """Groups of segments that cross or touch each other."""
    waiting = set(range(len(down)))
    left = set(range(len(across)))
    while left:
        group_across, group_down, reached = [], [], [left.pop()]
        while reached:
            segment = across[reached.pop()]
            group_across.append(segment)
            met = [i for i in waiting if segment.covers(down[i].at) and down[i].covers(segment.at)]
            waiting.difference_update(met)
            for index in met:
                group_down.append(down[index])
                more = [
                    i for i in left if down[index].covers(across[i].at) and across[i].covers(down[index].at)
                ]
                left.difference_update(more)
                reached.extend(more)
        yield group_across, group_down


def _grid(across: Sequence[_Segment], down: Sequence[_Segment]) -> RuledGrid | None:
    ys = _places(segment.at for segment in across)
    xs = _places(segment.at for segment in down)
    if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) > _MOST_SQUARES:
        return None
    cells: list[RuledCell] = []
    taken: set[tuple[int, int]] = set()
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            if (row, column) in taken:
                continue
            width = 1
            while column + width < len(xs) - 1 and not _parted(down, xs[column + width], ys, row):
                width += 1
            height = 1
            while row + height < len(ys) - 1 and not any(
                _parted(across, ys[row + height], xs, inner) for inner in range(column, column + width)
            ):
                height += 1
            taken.update((row + i, column + j) for i in range(height) for j in range(width))
            cells.append(_cell(xs, ys, row, column, height, width))
    return RuledGrid(xs=xs, ys=ys, cells=tuple(cells))


def _cell(
    xs: tuple[float, ...], ys: tuple[float, ...], row: int, column: int, height: int, width: int
) -> RuledCell:
    return RuledCell(
        row=row,
        column=column,
        rows=height,
        columns=width,
        left=xs[column],
        top=ys[row],
        right=xs[column + width],
        bottom=ys[row + height],
    )


def _parted(segments: Sequence[_Segment], at: float, edges: tuple[float, ...], index: int) -> bool:
    """Whether a ruled line at ``at`` runs through the middle of the index-th interval of ``edges``."""
    middle = (edges[index] + edges[index + 1]) / 2
    return any(
        abs(segment.at - at) <= _NEAR and segment.start <= middle <= segment.end for segment in segments
    )


def _places(values: Iterable[float]) -> tuple[float, ...]:
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _NEAR:
            places.append(value)
    return tuple(places)
