"""What to say of a table's row: the columns that the question means, an empty one said to be empty."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.extraction.intent import Ask, Kind, holds
from assistant.types import Statement
from vectorstore.columns import LONG, name_columns
from vectorstore.text import fold
from vectorstore.types import Cell, Passage, name_cell

BLANK = "原表此格为空"
_LAST = 3  # cells that are told of a row where nothing says which
_SIGNED = (Kind.SHARE, Kind.MONEY, Kind.DATE, Kind.COUNT)


def state_row(passage: Passage, question: str, asks: Sequence[Ask], best: Sequence[Cell]) -> Statement:
    """Of one row the columns that the question names and those that hold what is asked, else the best."""
    chunk = passage.chunk
    name = name_cell(chunk.cells)
    wanted = _wanted(question, asks, [cell for cell in chunk.cells if cell is not name], best)
    said = "；".join(f"{_header(cell)}{_clean(cell.text).rstrip('。；') or BLANK}" for cell in wanted)
    return _state(passage, f"{_clean(name.text)}——{said}。", wanted)


def state_selected(passage: Passage, value: str, *, briefly: bool) -> Statement:
    """One of several selected rows: its name, and the sentence with the value unless ``briefly``."""
    cells = passage.chunk.cells
    name = name_cell(cells)
    text = _clean(name.text)
    holders = [cell for cell in cells if cell is not name and value in _clean(cell.text)]
    holder = next((cell for cell in holders if len(cell.text) > LONG), None)
    if not briefly and holder is not None:
        sentences = re.split(r"(?<=[。；])", holder.text)
        sentence = next((s for s in sentences if value in _clean(s)), holder.text)
        text = f"{text}：{_clean(sentence).rstrip('。；')}"
    return _state(passage, text, holders)


def is_blank(statement: Statement) -> bool:
    """Whether a statement about a row says only that its cells are empty."""
    said = statement.text.partition("——")[2].rstrip("。")
    return bool(said) and all(part.endswith(BLANK) for part in said.split("；"))


def _wanted(question: str, asks: Sequence[Ask], cells: Sequence[Cell], best: Sequence[Cell]) -> list[Cell]:
    if not re.search(r"[\u4e00-\u9fff]", question):  # the headers are in another language than the question
        return [c for c in cells if len(c.text) <= LONG or _holds_any(asks, c.text)]
    named = name_columns(fold(question), cells)
    # "哪年配到什么标准，归哪个科室": what no named column holds is in one that the question does not name.
    missing = [a for a in asks if a.kind in _SIGNED and not any(_holds_any([a], c.text) for c in named)]
    held = [c for c in cells if c.text and c not in named and _holds_any(missing, c.text)]
    if named or held:
        return [cell for cell in cells if cell in named or cell in held[-1:]]
    if told := [cell for cell in cells if cell in best]:
        return told
    return [c for c in cells if c.text][-_LAST:]


def _holds_any(asks: Sequence[Ask], text: str) -> bool:
    return any(holds(ask.kind, text, ask.units) for ask in asks)


def _state(passage: Passage, text: str, told: Sequence[Cell]) -> Statement:
    """A statement that rests on the row's text and, of merged cells above it, on those that it tells."""
    chunk = passage.chunk
    above = tuple(cell for cell in chunk.cells_above if cell in told)
    start, end = chunk.cells_span
    return Statement(text=text, passage=passage, start=start, end=end, above=above)


def _header(cell: Cell) -> str:
    return f"{cell.header}：" if cell.header else ""


def _clean(text: str) -> str:
    return re.sub(r"\s+", "", text)
