"""From printed pages to blocks in reading order: paragraphs joined over pages, ruled tables, no furniture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vectorstore.readers.blocks import PAGE_START, Block, Grid, GridCell, Paragraph
from vectorstore.readers.page_furniture import without_furniture
from vectorstore.readers.paragraphs import Frame, Joiner, join_cell, joint, measure
from vectorstore.readers.printed import PrintedLine, PrintedPage, Run, form_lines
from vectorstore.readers.ruled import RuledCell, RuledGrid, find_grids

_NEAR = 4.0  # points by which the columns of a table that goes on may be off


@dataclass(frozen=True, slots=True)
class _Table:
    """A table on a page: where its columns are, and its cells with their text."""

    xs: tuple[float, ...]
    top: float
    cells: tuple[GridCell, ...]

    @property
    def height(self) -> int:
        return max(cell.row + cell.rows for cell in self.cells)


@dataclass(frozen=True, slots=True)
class _PageText:
    """A page taken apart: lines outside of tables, and tables."""

    lines: Sequence[PrintedLine]
    tables: Sequence[_Table]


def lay_out(pages: Sequence[PrintedPage]) -> Iterator[Block]:
    """The blocks of all pages, with a PAGE_START where each page begins."""
    taken = [_take_apart(page) for page in pages]
    lines = without_furniture([(page.height, text.lines) for page, text in zip(pages, taken, strict=True)])
    texts = [_PageText(kept, text.tables) for kept, text in zip(lines, taken, strict=True)]
    frames = _frames(pages, texts)
    joiner = Joiner()
    waiting: list[_Table] = []  # the last table, which may go on on the next page
    for page, text in zip(pages, texts, strict=True):
        ...
