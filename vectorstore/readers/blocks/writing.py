"""From blocks to a text with offsets: a line for each paragraph and each cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vectorstore.errors import Message
from vectorstore.readers.blocks.blocks import PAGE_START, Content, Grid, GridCell, Paragraph
from vectorstore.readers.blocks.tables import ReadableGrid, arrange
from vectorstore.readers.types import ReadFile, ReadTable
from vectorstore.text import normalise
from vectorstore.types import Cell, Heading, Row

MOST_CHARACTERS = 3_000_000  # twenty times the longest statute; no policy document is beyond it
_MOST_REPEATED = 10_000_000  # characters of cells and headers, counted in each row that they belong to
IN_TEXT = Message(f" {MOST_CHARACTERS // 10_000} 万字", f"{MOST_CHARACTERS:,} characters")
_IN_ROWS = Message(
    f" {_MOST_REPEATED // 10_000} 万字（合并的单元格按每行各计一次）",
    f"{_MOST_REPEATED:,} characters with merged cells counted in each row",
)
_PAGE = "\ue000"  # stands for PAGE_START between cleaning and writing; cleaning leaves none of its kind
_EDGE = re.compile(rf"^[\s{_PAGE}]+|[\s{_PAGE}]+$")


class TooLong(Exception):
    """The text has more than MOST_CHARACTERS, or its tables repeat more; ``limit`` says which."""

    def __init__(self, limit: Message) -> None:
        super().__init__(limit.en)
        self.limit = limit


@dataclass(frozen=True, slots=True)
class _Written:
    start: int
    end: int
    text: str


def write(content: Content) -> ReadFile:
    """Lay the blocks out one after the other, normalised. Raises TooLong."""
    writer = _Writer()
    for block in content.blocks:
        if isinstance(block, Paragraph):
            writer.paragraph(block.text, block.level)
        else:
            writer.grid(block)
    return ReadFile(
        text="".join(writer.pieces),
        tables=tuple(writer.tables),
        pages=tuple(writer.pages),
        headings=tuple(writer.headings),
        notices=content.notices,
    )


class _Writer:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.tables: list[ReadTable] = []
        self.pages: list[int] = []
        self.headings: list[Heading] = []
        self._length = 0
        self._repeated = 0

    def paragraph(self, text: str, level: int = 0) -> None:
        """A line for each line of ``text`` that is not blank; with a level the first of them is a heading."""
        written = self._put(text)
        if not written.text:
            return
        if level:
            end = written.start + len(written.text.split("\n", 1)[0])
            self.headings.append(Heading(written.start, end, level))
        self._break_line()

    def grid(self, grid: Grid) -> None:
        """A table, or lines if it is none."""
        arranged = arrange(grid)
        for text in arranged.before:
            self.paragraph(text)
        if arranged.table:
            self.tables.append(self._table(arranged.table))
        for text in arranged.after:
            self.paragraph(text)

    def _table(self, table: ReadableGrid) -> ReadTable:
        start = end = self._length
        written: dict[int, _Written] = {}
        shared = Counter(id(cell) for places in table.rows for cell in dict.fromkeys(places))
        rows: list[Row] = []
        for index, places in enumerate(table.rows):
            new = self._cells(places, written)
            filled = [piece for piece in new if piece.text]
            end = filled[-1].end if filled else end
            if filled and index >= table.header_rows:
                row = _row(table, places, written, shared, filled[0].start, filled[-1].end)
                self._count_repeated(row)
                rows.append(row)
        header = table.header[1:] if table.numbered else table.header
        return ReadTable(start=start, end=end, header=header, rows=tuple(rows))

    def _cells(self, places: Sequence[GridCell | None], written: dict[int, _Written]) -> list[_Written]:
        """Write what of this row is not written yet, an empty cell as a blank line."""
        new: list[_Written] = []
        for cell in dict.fromkeys(places):
            if cell is not None and id(cell) in written:
                continue
            piece = self._put(cell.text if cell else "")
            self._break_line()
            new.append(piece)
            if cell is not None:
                written[id(cell)] = piece
        return new

    def _count_repeated(self, row: Row) -> None:
        """A cell over thousands of rows costs nothing here, but is written out for each wherever rows go."""
        self._repeated += sum(len(cell.header) + len(cell.text) for cell in row.cells)
        if self._repeated > _MOST_REPEATED:
            raise TooLong(_IN_ROWS)

    def _put(self, text: str) -> _Written:
        start = self._length
        clean = _clean(text)
        parts = clean.split(_PAGE)
        for index, part in enumerate(parts):
            if index:
                self.pages.append(self._length)
            self._append(part)
        return _Written(start, self._length, "".join(parts))

    def _break_line(self) -> None:
        self._append("\n")

    def _append(self, text: str) -> None:
        self._length += len(text)
        if self._length > MOST_CHARACTERS:
            raise TooLong(IN_TEXT)
        self.pieces.append(text)


def _row(
    table: ReadableGrid,
    places: Sequence[GridCell | None],
    written: Mapping[int, _Written],
    shared: Mapping[int, int],
    start: int,
    end: int,
) -> Row:
    made = [
        (name, place, written.get(id(place), _Written(end, end, "")))
        for name, place in zip(table.header, places, strict=True)
    ]
    number = ""
    if len({id(place) for place in places}) == 1:
        made = [("", *made[0][1:])]
    elif table.numbered:
        number_cell = made.pop(0)[1]
        if number_cell is not None and number_cell is not places[1]:
            number = written[id(number_cell)].text
    cells = tuple(
        Cell(
            header=name,
            text=piece.text,
            start=piece.start if piece.text else min(max(piece.start, start), end),
            end=piece.end if piece.text else min(max(piece.start, start), end),
            rows=shared[id(place)] if place else 1,
        )
        for name, place, piece in made
    )
    return Row(number, cells, start, end)


def _clean(text: str) -> str:
    """Normalised, without blank lines and without white space at the ends of lines; pages marked."""
    joined = _PAGE.join(normalise(part) for part in text.split(PAGE_START))
    lines: list[str] = []
    waiting = ""  # page starts on lines that are blank
    for line in joined.split("\n"):
        if not line.replace(_PAGE, "").strip():
            waiting += _PAGE * line.count(_PAGE)
            continue
        lines.append(waiting + _EDGE.sub(lambda edge: _PAGE * edge.group().count(_PAGE), line))
        waiting = ""
    return "\n".join(lines) + waiting
