"""All rows of a table that a question means by an office, a year or a quoted term. Complete, not top-k."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from vectorstore.columns import LONG, name_columns
from vectorstore.text import fold
from vectorstore.types import Cell, Chunk, name_cell

_ASKS_ROWS = re.compile(
    r"哪些(?:重点)?(?:项目|工程|行动|工作|任务|事项|计划|措施)|"
    r"(?:项目|工程|行动|任务|事项|计划)(?:一共|总共|分别|都)?(?:有哪|是哪[些几两二三四五六七八九十])|"
    r"哪(?:几|[两二三四五六七八九十])(?:个|项)(?:重点)?(?:项目|工程|行动|任务|事项)|"
    r"哪(?:几|[两二三四五六七八九十])项|列出|[几多]少?(?:个|项)(?:项目|工程|任务)"
)
_ALONE = re.compile(r"单独|独家|独自|只由|仅由|只有|一个科室|一家|一个部门")
_YEAR = re.compile(r"(?:19|20)\d{2}\s*年")
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,24})[”\"」』]")
_OFFICE_ENDS = "委局办科馆室厅处会联队"
_LONGEST_OFFICE = 10


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that have what the question names. ``value`` is the words that they were chosen by."""

    rows: tuple[Chunk, ...]
    value: str


def asks_for_rows(question: str) -> bool:
    """Whether a question asks which projects, tasks and the like there are."""
    return bool(_ASKS_ROWS.search(fold(question)))


class RowTable:
    """Rows to choose from, their cells held once for each wording: a province's tables say the same often."""

    def __init__(self, rows: Iterable[Chunk]) -> None:
        self._rows = tuple(rows)
        self._samples: dict[tuple[str, ...], Chunk] = {}  # one row of each layout
        self._short: dict[str, list[tuple[int, Cell]]] = {}  # cells that can be names, with their row
        self._bare: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows):
            self._samples.setdefault(tuple(cell.header for cell in row.cells), row)
            for cell in filter(lambda cell: cell.text, _beside_name(row)):
                if len(cell.text) <= 2 * LONG:
                    self._short.setdefault(fold(cell.text), []).append((number, cell))
                self._bare.setdefault(_bare(cell.text), []).append(number)

    def select(self, question: str) -> Selection | None:
        """All rows that a question for rows means; None if it does not ask for rows, or by nothing known."""
        text = fold(question)
        if not self._rows or not asks_for_rows(question):
            return None
        if office := self._office_in(text):
            return self._by_office(text, office)
        terms = [re.sub(r"\s", "", match.group()) for match in _YEAR.finditer(text)] + _QUOTED.findall(text)
        for term in terms:
            holding = (numbers for words, numbers in self._bare.items() if term in words)
            if chosen := self._numbered(chain.from_iterable(holding)):
                return Selection(chosen, term)
        return Selection((), terms[0]) if _YEAR.search(text) else None

    def _office_in(self, text: str) -> str:
        """The words of the question that name an office in a table, the most particular; "" if none do."""
        headers = "\n".join(chain.from_iterable(self._samples))
        holders: dict[str, int] = {}
        for end in (index + 1 for index, char in enumerate(text) if char in _OFFICE_ENDS):
            for length in range(min(_LONGEST_OFFICE, end), 1, -1):
                words = text[end - length : end]
                count = sum(len(cells) for _, cells in self._named(words)) if words not in headers else 0
                if count:
                    holders[words] = count
                    break
        return min(holders, key=lambda words: (holders[words], -len(words)), default="")

    def _by_office(self, text: str, office: str) -> Selection:
        beside = [_beside_name(row) for row in self._samples.values()]
        columns = {cell.header for cells in beside if cells for cell in name_columns(text, cells)}
        alone = bool(_ALONE.search(text))
        fitting = [
            (number, cell)
            for words, cells in self._named(office)
            if not alone or len(re.split(r"[、,，]", words)) == 1
            for number, cell in cells
        ]
        inside = [number for number, cell in fitting if cell.header in columns]
        return Selection(self._numbered(inside or (number for number, _ in fitting)), office)

    def _named(self, office: str) -> list[tuple[str, list[tuple[int, Cell]]]]:
        return [(words, cells) for words, cells in self._short.items() if _names(office, words)]

    def _numbered(self, numbers: Iterable[int]) -> tuple[Chunk, ...]:
        return tuple(self._rows[number] for number in sorted(set(numbers)))


def _beside_name(row: Chunk) -> list[Cell]:
    name = name_cell(row.cells)
    return [cell for cell in row.cells if cell is not name]


def _names(office: str, text: str) -> bool:
    """Whether ``office`` is in ``text`` as it stands, without its level (市), or shortened (卫健委)."""
    bare = re.sub(r"^[省市县区州]", "", office)
    if len(bare) < 2:
        return False
    if bare in text:
        return True
    gaps = r"\w{0,3}?".join(map(re.escape, bare))
    return len(bare) >= 3 and bool(re.search(gaps, text))


def _bare(text: str) -> str:
    return re.sub(r"\s", "", fold(text))
