"""All rows of a table that a question means by an office, a year or a quoted term. Complete, not top-k."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


def select_rows(question: str, rows: Sequence[Chunk]) -> Selection | None:
    """All rows that a question for rows means; None if it does not ask for rows, or by nothing known."""
    text = fold(question)
    if not rows or not asks_for_rows(question):
        return None
    if office := _office_in(text, rows):
        return _by_office(text, rows, office)
    terms = [re.sub(r"\s", "", match.group()) for match in _YEAR.finditer(text)] + _QUOTED.findall(text)
    for term in terms:
        chosen = tuple(row for row in rows if any(term in _bare(cell.text) for cell in _beside_name(row)))
        if chosen:
            return Selection(chosen, term)
    return Selection((), terms[0]) if _YEAR.search(text) else None


def _office_in(text: str, rows: Sequence[Chunk]) -> str:
    """The words of the question that name an office in the table, the most particular; "" if none do."""
    cells = [fold(cell.text) for row in rows for cell in _short_cells(row)]
    headers = "".join(cell.header for cell in rows[0].cells)
    holders: dict[str, int] = {}
    for end in (index + 1 for index, char in enumerate(text) if char in _OFFICE_ENDS):
        for length in range(min(_LONGEST_OFFICE, end), 1, -1):
            words = text[end - length : end]
            count = sum(_names(words, cell) for cell in cells) if words not in headers else 0
            if count:
                holders[words] = count
                break
    return min(holders, key=lambda words: (holders[words], -len(words)), default="")


def _by_office(text: str, rows: Sequence[Chunk], office: str) -> Selection:
    columns = {cell.header for cell in name_columns(text, _beside_name(rows[0]))}
    alone = bool(_ALONE.search(text))

    def fits(cell: Cell) -> bool:
        single = len(re.split(r"[、,，]", cell.text)) == 1
        return _names(office, fold(cell.text)) and (single or not alone)

    everywhere = [row for row in rows if any(fits(cell) for cell in _short_cells(row))]
    inside = [row for row in rows if any(fits(c) for c in _short_cells(row) if c.header in columns)]
    return Selection(tuple(inside if columns and inside else everywhere), office)


def _short_cells(row: Chunk) -> Iterator[Cell]:
    return (cell for cell in _beside_name(row) if cell.text and len(cell.text) <= 2 * LONG)


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
    gaps = "[\u4e00-\u9fff]{0,3}?".join(map(re.escape, bare))
    return len(bare) >= 3 and bool(re.search(gaps, text))


def _bare(text: str) -> str:
    return re.sub(r"\s", "", fold(text))
