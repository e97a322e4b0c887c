"""All rows of a table that a question means by a value or a year in them. Complete, not top-k.

Which values and columns there are, the tables themselves tell: a value is what
stands in short cells, one by one where a cell lists several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vectorstore.text import fold
from vectorstore.types import Cell, Chunk, name_cell

LONG = 24  # characters from which on a cell holds prose, and not names
_ASKS_ROWS = re.compile(
    r"哪些|哪(?:几|[两二三四五六七八九十])|列出|都?有(?:什么|啥)|(?:多少|几)[个项]|which|list"
)
_ASKS_WHICH = re.compile(r"哪|列出|which|list")
_YEAR = re.compile(r"(?:19|20)\d{2}\s*年")
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,24})[”\"」』]")
_SEPARATORS = re.compile(r"[、,，;；/\s]+")
_LEAST_VALUE = 3  # characters of a value that says by itself which rows are meant
_LEAST_ROWS = 2  # rows that a value must choose: one row is found as any passage is


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that have what the question names. ``value`` is the words that they were chosen by."""

    rows: tuple[Chunk, ...]
    value: str


def asks_for_rows(question: str) -> bool:
    """Whether a question asks which of several there are."""
    return bool(_ASKS_ROWS.search(fold(question)))


def name_columns(question: str, cells: Sequence[Cell]) -> list[Cell]:
    """The cells whose column the question names, by words that no other column's name shares."""
    pairs = {c.header: {c.header[i : i + 2] for i in range(len(c.header) - 1)} for c in cells}
    wanted: list[Cell] = []
    for cell in cells:
        others = set().union(*(p for header, p in pairs.items() if header != cell.header))
        if any(pair in question for pair in pairs[cell.header] - others):
            wanted.append(cell)
    return wanted


class RowTable:
    """Rows to choose from, by the values of their short cells and the words of their long ones."""

    def __init__(self, rows: Iterable[Chunk]) -> None:
        self._rows = tuple(rows)
        self._values: dict[str, list[tuple[int, Cell]]] = {}
        self._prose: list[tuple[int, str]] = []
        self._names: set[str] = set()
        headers: set[str] = set()
        for number, row in enumerate(self._rows):
            name = name_cell(row.cells)
            self._names.add(_bare(name.text))
            for cell in row.cells:
                headers.add(_bare(cell.header))
                if cell is name or not cell.text:
                    continue
                if len(cell.text) > LONG * 2 or "。" in cell.text:  # a sentence, whose clauses are no values
                    self._prose.append((number, _bare(cell.text)))
                    continue
                for value in {_bare(cell.text), *_SEPARATORS.split(fold(cell.text))}:
                    self._values.setdefault(value, []).append((number, cell))
        self._headers = "\n".join(headers)

    def select(self, question: str) -> Selection | None:
        """All rows that a question for rows means; None if it asks for none, or by nothing known."""
        text = _bare(question)
        if not self._rows or not asks_for_rows(question):
            return None
        if any(len(name) >= _LEAST_VALUE and name in text for name in self._names):
            return None  # it asks of one row that it names
        if value := self._value_in(text):
            return self._holding(question, value)
        terms = [_bare(term) for term in (*_YEAR.findall(text), *_QUOTED.findall(fold(question)))]
        for term in terms if _ASKS_WHICH.search(fold(question)) else ():
            rows = self._numbered(number for number, words in self._prose if term in words)
            if len(rows) >= _LEAST_ROWS:
                return Selection(rows, term)
        return None

    def _value_in(self, text: str) -> str:
        """The value in the question that says most: the longest, then that of the fewest rows."""
        found = [
            value
            for start in range(len(text))
            for end in range(start + _LEAST_VALUE, min(len(text), start + 2 * LONG) + 1)
            if (value := text[start:end]) in self._values
            and value not in self._headers
            and not value.isdigit()
            and len({number for number, _ in self._values[value]}) >= _LEAST_ROWS
        ]
        return min(found, key=lambda value: (-len(value), len(self._values[value])), default="")

    def _holding(self, question: str, value: str) -> Selection:
        """The rows with the value, of the columns that the question names if it names any of theirs."""
        holders = self._values[value]
        named = {cell.header for cell in name_columns(fold(question), [cell for _, cell in holders])}
        inside = [number for number, cell in holders if cell.header in named]
        return Selection(self._numbered(inside or (number for number, _ in holders)), value)

    def _numbered(self, numbers: Iterable[int]) -> tuple[Chunk, ...]:
        return tuple(self._rows[number] for number in sorted(set(numbers)))


def _bare(text: str) -> str:
    return re.sub(r"\s", "", fold(text))
