"""From printed pages to blocks in reading order: paragraphs joined over pages, ruled tables, no furniture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from vectorstore.readers.blocks.blocks import PAGE_START, Block, Grid, GridCell, Paragraph
from vectorstore.readers.printed.columns import Flow, read_flows
from vectorstore.readers.printed.footnotes import split_footnotes
from vectorstore.readers.printed.page import PrintedLine, PrintedPage, Run, form_lines
from vectorstore.readers.printed.page_furniture import Sheet, without_furniture
from vectorstore.readers.printed.paragraphs import Frame, Joiner, join_cell, joint, measure
from vectorstore.readers.printed.ruled import RuledCell, RuledGrid, find_grids

_NEAR = 4.0  # points by which the columns of a table that goes on may be off


@dataclass(frozen=True, slots=True)
class _Table:
    """A table on a page: where its columns are, and its cells with their text."""

    xs: tuple[float, ...]
    top: float
    cells: tuple[GridCell, ...]

    def row(self, index: int) -> dict[int, GridCell]:
        """The cells that begin in a row, by column."""
        return {cell.column: cell for cell in self.cells if cell.row == index}

    @property
    def height(self) -> int:
        """How many rows it has."""
        return max(cell.row + cell.rows for cell in self.cells)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A page taken apart: its lines outside of tables, and its tables."""

    width: int
    height: float
    flows: Sequence[Flow]
    tables: Sequence[_Table]

    @property
    def lines(self) -> list[PrintedLine]:
        """All lines from top to bottom."""
        return sorted((line for flow in self.flows for line in flow.lines), key=lambda line: line.middle)

    def reduced_to(self, lines: Sequence[PrintedLine]) -> _Taken:
        """The page with these lines alone."""
        kept = set(lines)
        flows = (
            replace(flow, lines=tuple(line for line in flow.lines if line in kept)) for flow in self.flows
        )
        return replace(self, flows=[flow for flow in flows if flow.lines])

    def items(self) -> Iterator[tuple[PrintedLine | _Table, bool]]:
        """Lines and tables as they are read, and whether they are of a column; tables where their band is."""
        tables = sorted(self.tables, key=lambda table: table.top)
        for number, flow in enumerate(self.flows):
            following = self.flows[number + 1 :]
            until = min(line.top for line in following[0].lines) if following else float("inf")
            inside = [table for table in tables if table.top < until]
            tables = tables[len(inside) :]
            if flow.is_column:
                yield from ((line, True) for line in flow.lines)
                yield from ((table, False) for table in inside)
            else:
                items: list[PrintedLine | _Table] = [*flow.lines, *inside]
                yield from ((item, False) for item in sorted(items, key=lambda item: item.top))
        yield from ((table, False) for table in tables)


def lay_out(pages: Iterable[PrintedPage]) -> Iterator[Block]:
    """The blocks of all pages, with a PAGE_START where each page begins."""
    taken = [_take_apart(page) for page in pages]
    texts = without_furniture([Sheet(page.width, page.height, page.lines) for page in taken])
    taken = [page.reduced_to(lines) for page, lines in zip(taken, texts, strict=True)]
    frames = _frames(taken)
    flow = _Flow()
    for page in taken:
        body, notes = split_footnotes(page.lines)
        page = page.reduced_to(body)
        flow.joiner.begin_page()
        first = True
        for item, in_column in page.items():
            if isinstance(item, _Table):
                yield from flow.table(item, goes_on=first)
            else:
                yield from flow.line(item, frames[page.width, in_column])
            first = False
        flow.notes += notes
    yield from flow.finish()


class _Flow:
    """The paragraph and the table under way; either may go on on the next page."""

    def __init__(self) -> None:
        self.joiner = Joiner()
        self.notes: list[str] = []  # of the page before, till the paragraph under way is over
        self._table: _Table | None = None

    def line(self, line: PrintedLine, frame: Frame) -> Iterator[Block]:
        """Take a line of text."""
        yield from self._finish_table()
        yield from self._over(self.joiner.add(line, frame))

    def table(self, table: _Table, *, goes_on: bool) -> Iterator[Block]:
        """Take a table; ``goes_on`` if it is the first thing on its page."""
        yield from self._over(self.joiner.finish())
        table = _with_pages(table, self.joiner.take_pages())
        if goes_on and self._table and _same_columns(self._table, table):
            self._table = _joined(self._table, table)
            return
        yield from self._finish_table()
        self._table = table

    def finish(self) -> Iterator[Block]:
        """What is still under way."""
        yield from self._finish_table()
        yield from self._over(self.joiner.finish())
        yield from map(Paragraph, (*self.notes, self.joiner.take_pages()))

    def _over(self, paragraphs: Iterable[str]) -> Iterator[Block]:
        """Paragraphs that are over, and the notes behind the first of them."""
        for text in paragraphs:
            yield Paragraph(text)
            yield from map(Paragraph, self.notes)
            self.notes = []

    def _finish_table(self) -> Iterator[Block]:
        if self._table:
            yield Grid(cells=self._table.cells)
        self._table = None


def _take_apart(page: PrintedPage) -> _Taken:
    grids = find_grids(page.rules)
    outside: list[Run] = []
    inside: list[dict[RuledCell, list[Run]]] = [{cell: [] for cell in grid.cells} for grid in grids]
    for run in page.runs:
        for grid, cells in zip(grids, inside, strict=True):
            cell = grid.cell_of(run)
            if cell:
                cells[cell].append(run)
                break
        else:
            outside.append(run)
    tables = [_table(grid, cells) for grid, cells in zip(grids, inside, strict=True)]
    filled = [table for table in tables if any(cell.text for cell in table.cells)]
    return _Taken(round(page.width), page.height, read_flows(outside), filled)


def _table(grid: RuledGrid, runs: dict[RuledCell, list[Run]]) -> _Table:
    cells = (
        GridCell(
            row=cell.row,
            column=cell.column,
            rows=cell.rows,
            columns=cell.columns,
            text=join_cell(form_lines(runs[cell]), cell.left, cell.right),
        )
        for cell in grid.cells
    )
    return _Table(grid.xs, grid.ys[0], tuple(cells))


def _frames(pages: Sequence[_Taken]) -> dict[tuple[int, bool], Frame]:
    """The frame of the text by width of page, of columns and of all else."""
    lines: dict[tuple[int, bool], list[PrintedLine]] = {}
    for page in pages:
        for flow in page.flows:
            lines.setdefault((page.width, flow.is_column), []).extend(flow.lines)
    return {kind: measure(some) for kind, some in lines.items()}


def _same_columns(one: _Table, other: _Table) -> bool:
    return len(one.xs) == len(other.xs) and all(
        abs(a - b) < _NEAR for a, b in zip(one.xs, other.xs, strict=True)
    )


def _with_pages(table: _Table, pages: str) -> _Table:
    first, *others = table.cells
    return replace(table, cells=(replace(first, text=pages + first.text), *others))


def _joined(upper: _Table, lower: _Table) -> _Table:
    """A table and its part on the next page: without the header printed again, and a cut row made whole."""
    cells = list(upper.cells)
    begin, pages = 0, ""
    if upper.height > 1 and _texts(upper.row(0)) == _texts(lower.row(0)):
        begin, pages = 1, _pages_of(lower)
    last, cut = upper.row(upper.height - 1), lower.row(begin)
    if 0 in last and 0 in cut and last[0].text.isdigit() and not cut[0].text.strip(PAGE_START):
        pages += _pages_of(lower) if not begin else ""
        cells = [_continued(cell, cut, pages) if cell in last.values() else cell for cell in cells]
        begin, pages = begin + 1, ""
    shift = upper.height - begin
    for cell in lower.cells:
        if cell.row >= begin:
            cells.append(replace(cell, row=cell.row + shift, text=pages + cell.text))
            pages = ""
    return _Table(upper.xs, upper.top, tuple(cells))


def _texts(row: dict[int, GridCell]) -> list[str]:
    return [cell.text.strip(PAGE_START) for cell in row.values()]


def _pages_of(table: _Table) -> str:
    return PAGE_START * table.cells[0].text.count(PAGE_START)


def _continued(cell: GridCell, cut: dict[int, GridCell], pages: str) -> GridCell:
    """A cell with what the next page has of it. The page begins where its first column goes on."""
    more = cut[cell.column].text.strip(PAGE_START) if cell.column in cut else ""
    mark = pages if cell.column == min(column for column in cut if cut[column].text.strip(PAGE_START)) else ""
    return replace(cell, text=cell.text + joint(cell.text, more) + mark + more)
