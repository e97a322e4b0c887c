"""What to say of a table's row: the columns that the question means, an empty one said to be empty."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.reading.read import Span
from assistant.reading.signs import signs_of
from assistant.reading.wanted import Wanted
from assistant.types import Statement
from vectorstore.mentions.row_selection import LONG, name_columns
from vectorstore.text import fold
from vectorstore.types import Cell, Passage, name_cell

BLANK = "原表此格为空"
_LAST = 3  # cells that are told of a row where nothing says which


def cells_told(spans: Sequence[Span], wanted: Wanted, question: str) -> list[Cell]:
    """Of one row the cells whose column the question names, or whose unit it asks for, and the best ones."""
    chunk = spans[0].passage.chunk
    name = name_cell(chunk.cells)
    best = {span.start for span in spans}
    cells = [cell for cell in chunk.cells if cell is not name]
    named = name_columns(fold(question), cells)
    measured = [c for c in cells if wanted.units and wanted.units & signs_of(f"{c.text}{c.header[-3:]}")]
    if named or measured:
        return [cell for cell in cells if cell in named or cell in measured]
    return [cell for cell in cells if cell.start in best and cell.text]


def state_row(passage: Passage, told: Sequence[Cell]) -> Statement:
    """A row by its name and these cells, each once, or its last ones where they are none."""
    chunk = passage.chunk
    name = name_cell(chunk.cells)
    cells = [cell for cell in chunk.cells if cell in told]
    if not cells:
        cells = [cell for cell in chunk.cells if cell is not name and cell.text][-_LAST:]
    by_words = {said_of(cell.header, cell.text): cell for cell in cells}
    return _state(passage, f"{squeezed(name.text)}——{'；'.join(by_words)}。", list(by_words.values()))


def state_selected(passage: Passage, value: str, *, briefly: bool) -> Statement:
    """One of several selected rows: its name, and the sentence with the value unless ``briefly``."""
    cells = passage.chunk.cells
    name = name_cell(cells)
    text = squeezed(name.text)
    holders = [cell for cell in cells if cell is not name and value in squeezed(cell.text)]
    holder = next((cell for cell in holders if len(cell.text) > LONG), None)
    if not briefly and holder is not None:
        sentences = re.split(r"(?<=[。；])", holder.text)
        sentence = next((s for s in sentences if value in squeezed(s)), holder.text)
        text = f"{text}：{squeezed(sentence).rstrip('。；')}"
    return _state(passage, text, holders)


def is_blank(statement: Statement) -> bool:
    """Whether a statement about a row says only that its cells are empty."""
    said = statement.text.partition("——")[2].rstrip("。")
    return bool(said) and all(part.endswith(BLANK) for part in said.split("；"))


def _state(passage: Passage, text: str, told: Sequence[Cell]) -> Statement:
    """A statement that rests on the row's text and, of merged cells above it, on those that it tells."""
    chunk = passage.chunk
    above = tuple(cell for cell in chunk.cells_above if cell in told)
    start, end = chunk.cells_span
    return Statement(text=text, passage=passage, start=start, end=end, above=above)


def said_of(header: str, text: str) -> str:
    """A cell as it is told: its column and its words."""
    column = f"{header}：" if header else ""
    return f"{column}{squeezed(text).rstrip('。；') or BLANK}"


def squeezed(text: str) -> str:
    """The words of a cell without white space."""
    return re.sub(r"\s+", "", text)
