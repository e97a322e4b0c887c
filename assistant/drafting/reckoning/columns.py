"""The columns of figures of a table as a whole: what each row has in them, and which rows are totals.

What can't be added without doubt is no such column: codes and years, figures with words around them, figures
in several units, merged cells, and a column in which some row looks like the total of the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from assistant.figures.units import measured_by
from assistant.question.words import WORDS
from vectorstore.text import fold
from vectorstore.types import Cell, Chunk, name_cell

_FIGURE = re.compile(r"(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)([^\d\W]{0,4}|[%‰])")
_DIGIT = re.compile(r"\d")
_IN_BRACKETS = re.compile(r"[(（]([^()（）]{1,6})[)）]")
_COUNTED_IN = re.compile(r"单位\s*[:：]\s*([^\s,，、;；)）]{1,4})")
_CODE = 7  # digits from which on a whole number without a unit is a code or a telephone number
_MOST_WORDLESS = 3  # one row in so many may lack its figure
_FEWEST = 2
_FEWEST_BESIDE_TOTAL = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures. ``figures`` are by the number of the row, those of totals among them.

    ``unit`` is what its cells, its header or the line over the table say; ``name`` is the header without it.
    """

    header: str
    name: str
    unit: str
    figures: dict[int, Decimal]

    @property
    def measures(self) -> str:
        """What it counts, such as person or money; empty where nothing says so."""
        kinds = measured_by()
        ending = self.name.removesuffix("数量").removesuffix("数")
        lengths = (3, 2) if ending == self.name else (3, 2, 1)  # 人数 are persons, 学位 are none
        words = (ending[-length:] for length in lengths)
        return kinds.get(self.unit, "") or next((kinds[word] for word in words if word in kinds), "")


@dataclass(frozen=True)
class Sheet:
    """A table as it is reckoned with.

    ``over`` is what stands over it: lines, headings, its file's name. ``totals`` are the numbers of the
    rows that sum up others.
    """

    over: str
    rows: tuple[Chunk, ...]
    columns: tuple[Column, ...]
    totals: frozenset[int]

    @cached_property
    def body(self) -> list[int]:
        """The numbers of the rows that stand for themselves."""
        return [number for number in range(len(self.rows)) if number not in self.totals]

    @cached_property
    def word_headers(self) -> list[str]:
        """The headers of the columns of words: no digit stands in most of their cells."""
        headers = [cell.header for cell in self.rows[0].cells]
        texts = {h: [text for text in self._cells_under(h) if text] for h in headers}
        wordless = {h for h, cells in texts.items() if sum(map(_is_figure, cells)) * 2 >= len(cells)}
        return [header for header in headers if header not in wordless]

    @cached_property
    def other_headers(self) -> str:
        """Those headers as they are compared, a line each, without those of a mark: 民办 over 是 and 否."""
        return "\n".join(bare(one) for one in self.word_headers if not self._is_of_marks(one))

    def _is_of_marks(self, header: str) -> bool:
        return all(len(text) <= 1 for text in self._cells_under(header))

    def _cells_under(self, header: str) -> list[str]:
        """What the rows that stand for themselves have under a header, as it is compared."""
        return [bare(self.cell_at(number, header).text) for number in self.body]

    def _tells_apart(self, header: str) -> bool:
        """Whether every row that stands for itself has words of its own under a header."""
        names = self._cells_under(header)
        return all(names) and len(set(names)) == len(names)

    @cached_property
    def _naming(self) -> str:
        return next((header for header in self.word_headers if self._tells_apart(header)), "")

    def cell_at(self, number: int, header: str) -> Cell:
        """The cell of a row under a header."""
        return next(cell for cell in self.rows[number].cells if cell.header == header)

    def header_with(self, number: int, text: str) -> str:
        """The header over the first cell of a row that is this text as it is compared."""
        return next(cell.header for cell in self.rows[number].cells if bare(cell.text) == text)

    def words_of(self, number: int) -> list[str]:
        """The short cells of a row that are no figures, as they are compared."""
        headers = {column.header for column in self.columns}
        cells = (cell for cell in self.rows[number].cells if cell.header not in headers)
        return [text for cell in cells if (text := bare(cell.text))]

    def counts_in_several_units(self, numbers: Sequence[int]) -> bool:
        """Whether a column of its own says in what each row is counted, not the same for all: 台, 套."""
        for header in self.word_headers:
            words = [text for n in numbers if (text := bare(self.cell_at(n, header).text))]
            if len(set(words)) > 1 and sum(word in measured_by() for word in words) * 2 > len(words):
                return True
        return False

    def name_of(self, number: int) -> Cell:
        """The cell that a row is called by: one of words that no other row has, where there is one."""
        if self._naming and number not in self.totals:
            return self.cell_at(number, self._naming)
        headers = {column.header for column in self.columns}
        cells = self.rows[number].cells
        named = name_cell(cells)
        words = [cell for cell in cells if cell.text and cell.header not in headers]
        return words[0] if named.header in headers and words else named


def bare(text: str) -> str:
    """A text as it is compared: folded, without white space."""
    return re.sub(r"\s", "", fold(text))


def read_sheet(over: str, rows: Sequence[Chunk]) -> Sheet | None:
    """A table to reckon with; None where its rows are not all there, or do not fit one header."""
    headers = [tuple(cell.header for cell in row.cells) for row in rows]
    if len(set(headers)) != 1 or any(row.marks for row in rows) or not _is_numbered_through(rows):
        return None
    totals = frozenset(n for n, row in enumerate(rows) if any(is_total(cell.text) for cell in row.cells))
    if any(WORDS["part_of_total"].holds(bare(cell.text)) for row in rows for cell in row.cells):
        return None  # 其中: rows that stand in others
    counts = Counter(headers[0])
    columns = (
        _read_column(over, rows, at, totals)
        for at, header in enumerate(headers[0])
        if header and counts[header] == 1
    )
    return Sheet(over, tuple(rows), tuple(column for column in columns if column), totals)


def is_total(text: str) -> bool:
    """Whether a header or a cell says that it sums up others."""
    return len(text) <= _CODE * 2 and WORDS["total_name"].holds(bare(text))


def _is_numbered_through(rows: Sequence[Chunk]) -> bool:
    """Whether the rows' numbers, where they have some, run from 1 without a gap: else a row was lost."""
    labels = (row.path[-1].partition(" ")[0] for row in rows if row.path)
    numbers = [int(label) for label in labels if label.isdecimal() and len(label) < _CODE]
    if len(numbers) * 2 <= len(rows):
        return True
    return numbers == list(range(1, len(numbers) + 1))


def _read_column(over: str, rows: Sequence[Chunk], at: int, totals: frozenset[int]) -> Column | None:
    header = rows[0].cells[at].header
    cells = [row.cells[at] for row in rows]
    if any(cell.rows > 1 for cell in cells) or any(_is_wide(row, at) for row in rows):
        return None
    read = list(_figures(cells))
    if any(one is None and _DIGIT.search(cell.text) for one, cell in zip(read, cells, strict=True)):
        return None
    figures = {n: one[0] for n, one in enumerate(read) if one}
    units = {one[1] for one in read if one}
    own = [figures[n] for n in figures if n not in totals]
    lacking = len(rows) - len(totals) - len(own)
    if len(own) < _FEWEST or lacking * _MOST_WORDLESS > len(own) or len(units) != 1:
        return None
    if _are_codes([cells[n].text for n in figures], units) or _has_silent_total(own):
        return None
    said = _IN_BRACKETS.search(fold(header))
    in_header = said.group(1) if said and said.group(1) in measured_by() else ""
    column = Column(
        header, _name_of(_IN_BRACKETS.sub("", fold(header)) if in_header else fold(header)), "", figures
    )
    over_table = _COUNTED_IN.search(fold(over))
    for_all = over_table.group(1) if over_table and not column.measures else ""
    unit = next(iter(units)) or in_header or (for_all if for_all in measured_by() else "")
    return replace(column, unit=unit)


def _name_of(header: str) -> str:
    """A header without what stands over it where that says nothing more: 总投资 under 投资."""
    parts = header.split()
    while len(parts) > 1 and parts[0] in parts[1]:
        parts.pop(0)
    return bare("".join(parts))


def _is_wide(row: Chunk, at: int) -> bool:
    """Whether a cell with words reaches over several columns."""
    cell = row.cells[at]
    return bool(cell.text) and sum(one.start == cell.start and bool(one.text) for one in row.cells) > 1


def _figures(cells: Sequence[Cell]) -> Iterator[tuple[Decimal, str] | None]:
    for cell in cells:
        found = _FIGURE.fullmatch(bare(cell.text))
        known = found and (not found.group(2) or found.group(2) in measured_by())
        yield (Decimal(found.group(1).replace(",", "")), found.group(2)) if found and known else None


def _is_figure(text: str) -> bool:
    """Whether more of a cell is digits than anything else."""
    return sum(map(str.isdigit, bare(text))) * 2 > len(bare(text))


def _are_codes(texts: Sequence[str], units: set[str]) -> bool:
    """Whether figures name things: codes, telephone numbers, years."""
    bares = [bare(text) for text in texts]
    if units != {""}:
        return False
    zeros = any(text.startswith("0") and text.isdecimal() and len(text) > 1 for text in bares)
    long = any(text.isdecimal() and len(text) >= _CODE for text in bares)
    years = all(re.fullmatch(r"(?:19|20)\d\d", text) for text in bares)
    running = len(bares) > _FEWEST and bares == [str(n) for n in range(1, len(bares) + 1)]
    return zeros or long or years or running


def _has_silent_total(figures: Sequence[Decimal]) -> bool:
    """Whether one figure is the sum of all others: it may be a total that is not called one."""
    whole = sum(figures)
    return len(figures) >= _FEWEST_BESIDE_TOTAL and any(one > 0 and one * 2 == whole for one in figures)


def is_share(column: Column) -> bool:
    """Whether the figures of a column are shares, whose sum means nothing."""
    return column.unit in {"%", "‰"}
