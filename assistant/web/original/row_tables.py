"""Rows of a document's outline as a table with merged cells: what no cell holds is shown as it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assistant.web.original.spans import Range, Span, anchor_of, overlap, read_spans
from vectorstore.types import Cell, Mark, Section, SectionKind

_BETWEEN = " \t\n\u3000|"  # what parts the cells of a row
_RULES = re.compile(r"[\s|:-]+")
_LONGEST_NAME = 16  # characters of the name of the column of numbers
_BROKEN = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell:
    """A cell over so many ``rows`` and ``columns``. ``names`` tells the one that names its row.

    ``shared``: it is merged, and the cited row is one of those that it belongs to.
    """

    spans: tuple[Span, ...]
    rows: int = 1
    columns: int = 1
    names: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row. One ``across`` the table has a single cell, over its whole width.

    ``heads``: such a row is the heading of those below it.
    """

    cells: tuple[TableCell, ...]
    anchor: str = ""
    marks: tuple[Mark, ...] = ()
    across: bool = False
    heads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTable:
    """A table of ``width`` columns, which may have no names.

    ``lead`` is text over its rows that is not the names of its columns.
    """

    name: str
    anchor: str
    width: int
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    lead: tuple[Span, ...] = ()
    header_cited: bool = False


def read_table(text: str, section: Section, cited: Range | None) -> RowTable | None:
    """The table of a section, or None if it has no row of several cells."""
    lines = [line for line in section.walk() if line is not section]
    rows = [line for line in lines if line.kind is SectionKind.ROW]
    if not rows:
        return None
    names = tuple(cell.header for cell in max(rows, key=lambda row: len(row.cells)).cells)
    numbered = any(row.label for row in rows)
    header = (section.start, lines[0].start)
    beside = _beside_names(text[slice(*header)], names)
    leads = bool(beside) and not (numbered and len(beside) <= _LONGEST_NAME)
    columns = (("" if leads else beside), *names) if numbered else names
    made = _Rows(text, cited, len(names), numbered)
    anchor = anchor_of(section.start)
    return RowTable(
        name=section.title,
        anchor=anchor,
        width=len(columns),
        columns=columns if any(columns) else (),
        rows=tuple(replace(row, anchor="") if row.anchor == anchor else row for row in made.rows(lines)),
        lead=read_spans(text, header, cited) if leads else (),
        header_cited=not leads and overlap(header, cited),
    )


def _beside_names(header: str, names: Sequence[str]) -> str:
    """What the lines over the first row say besides the names of columns."""
    left = "".join(header.split())
    words = Counter(word for name in names for word in name.split())
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "|", words[word])
    return _RULES.sub("", left)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Makes the rows of one table, of ``width`` columns besides that of the numbers."""

    text: str
    cited: Range | None
    width: int
    numbered: bool

    def rows(self, lines: Sequence[Section]) -> Iterator[TableRow]:
        """All rows in order; cells are merged over rows that follow each other."""
        for whole, group in groupby(lines, key=self._is_whole):
            if whole:
                yield from self._merged(list(group))
            else:
                for line in group:
                    yield from self._loose(line)

    def _is_whole(self, line: Section) -> bool:
        """Whether the row has a cell for each column, and nothing besides."""
        return len(line.cells) == self.width and not any(self._left_over(line))

    def _loose(self, line: Section) -> Iterator[TableRow]:
        """A heading across the table, a row and what its cells lack, or a row that fits no columns."""
        if len(line.cells) == self.width:
            (row,) = self._merged([line])
            yield row
            rest = tuple(span for place in self._left_over(line) for span in self._spans(*place))
            yield TableRow(cells=(TableCell(spans=rest),), across=True)
            return
        heads = line.kind is SectionKind.HEADING
        end = line.children[0].start if line.children else line.end
        left, right = line.start, line.start + len(self.text[line.start : end].rstrip())
        yield TableRow(
            cells=(TableCell(spans=self._spans(left, right)),),
            anchor=anchor_of(line.start),
            marks=line.marks,
            across=True,
            heads=heads,
        )

    def _left_over(self, row: Section) -> Iterator[Range]:
        """Where a row has words outside of its number and its cells."""
        number, position = row.label, row.start
        for cell in [*sorted(_own(row), key=lambda cell: cell.start), None]:
            gap = self.text[position : cell.start if cell else row.end]
            words = gap.strip(_BETWEEN)
            if number and words.startswith(number):
                words, number = words[len(number) :].strip(_BETWEEN), ""
            if words:
                start = position + gap.rindex(words)
                yield start, start + len(words)
            position = max(position, cell.end) if cell else row.end

    def _merged(self, rows: Sequence[Section]) -> Iterator[TableRow]:
        taken: set[tuple[int, int]] = set()
        cited = [self._cites_all(row) for row in rows]
        for index, row in enumerate(rows):
            cells = [self._number(row)] if self.numbered else []
            for column, cell in enumerate(row.cells):
                if (index, column) in taken:
                    continue
                height, width = _extent(rows, index, column)
                taken |= {(index + down, column + right) for down in range(height) for right in range(width)}
                made = self._cell(cell, shared=height > 1 and any(cited[index : index + height]))
                cells.append(replace(made, rows=height, columns=width))
            yield TableRow(cells=tuple(cells), anchor=anchor_of(row.start), marks=row.marks)

    def _number(self, row: Section) -> TableCell:
        place = (row.start, row.start + len(row.label))
        return TableCell(spans=(Span(text=row.label, cited=overlap(place, self.cited)),) if row.label else ())

    def _cell(self, cell: Cell, *, shared: bool) -> TableCell:
        spans = self._spans(cell.start, cell.end) if cell.text else ()
        if "\n" not in cell.text:  # a line that was broken, no paragraphs
            spans = tuple(replace(span, text=_BROKEN.sub("", span.text)) for span in spans)
        shared = shared and not any(span.cited for span in spans)
        return TableCell(spans=spans, names=cell.names, shared=shared)

    def _spans(self, start: int, end: int) -> tuple[Span, ...]:
        return read_spans(self.text, (start, end), self.cited)

    def _cites_all(self, row: Section) -> bool:
        own = _own(row)
        return bool(own and self.cited) and all(_inside((c.start, c.end), self.cited) for c in own)


def _inside(place: Range, cited: Range | None) -> bool:
    return cited is not None and cited[0] <= place[0] and place[1] <= cited[1]


def _own(row: Section) -> list[Cell]:
    """The cells with words that stand in the row's own text; merged ones stand above."""
    return [cell for cell in row.cells if cell.text and row.start <= cell.start and cell.end <= row.end]


def _extent(rows: Sequence[Section], index: int, column: int) -> tuple[int, int]:
    """Over how many rows and columns the cell is merged."""
    cell = rows[index].cells[column]
    if not cell.text:
        return 1, 1
    place = (cell.start, cell.end)
    width = 1
    while column + width < len(rows[index].cells) and _place(rows[index].cells[column + width]) == place:
        width += 1
    height = 1
    while index + height < len(rows) and all(
        _place(one) == place for one in rows[index + height].cells[column : column + width]
    ):
        height += 1
    return height, width


def _place(cell: Cell) -> Range:
    return cell.start, cell.end
