"""What to say of a table's row: the columns that the question means, an empty one said to be empty."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.extraction.columns import LONG, name_columns
from assistant.extraction.intent import Ask, Kind, holds
from assistant.types import Statement
from vectorstore.text import fold
from vectorstore.types import Cell, Chunk, Passage

BLANK = "原表此格为空"
_LAST = 3  # cells that are told of a row where nothing says which
_SIGNED = (Kind.SHARE, Kind.MONEY, Kind.DATE, Kind.COUNT)


def state_row(passage: Passage, question: str, asks: Sequence[Ask], best: Cell | None) -> Statement:
    """Of one row the columns that the question names and those that hold what is asked, else the best."""
    chunk = passage.chunk
    name, *others = chunk.cells
    wanted = _wanted(question, asks, others, best)
    said = "；".join(f"{cell.header}：{_clean(cell.text).rstrip('。；') or BLANK}" for cell in wanted)
    return Statement(
        text=f"{_clean(name.text)}——{said}。", passage=passage, start=name.start, end=_end(chunk)
    )


def state_selected(passage: Passage, value: str, *, briefly: bool) -> Statement:
    """One of several selected rows: its name, and the sentence with the value unless ``briefly``."""
    chunk = passage.chunk
    name = chunk.cells[0]
    text = _clean(name.text)
    holder = next((c for c in chunk.cells[1:] if len(c.text) > LONG and value in _clean(c.text)), None)
    if not briefly and holder is not None:
        sentences = re.split(r"(?<=[。；])", holder.text)
        sentence = next((s for s in sentences if value in _clean(s)), holder.text)
        text = f"{text}：{_clean(sentence).rstrip('。；')}"
    return Statement(text=text, passage=passage, start=name.start, end=_end(chunk))


def is_blank(statement: Statement) -> bool:
    """Whether a statement about a row says only that its cells are empty."""
    said = statement.text.partition("——")[2].rstrip("。")
    return bool(said) and all(part.endswith(BLANK) for part in said.split("；"))


def _wanted(question: str, asks: Sequence[Ask], cells: Sequence[Cell], best: Cell | None) -> list[Cell]:
    if not re.search(r"[\u4e00-\u9fff]", question):  # the headers are in another language than the question
        return [c for c in cells if len(c.text) <= LONG or _holds_any(asks, c.text)]
    named = name_columns(fold(question), cells)
    # "哪年配到什么标准，归哪个科室": what no named column holds is in one that the question does not name.
    missing = [a for a in asks if a.kind in _SIGNED and not any(_holds_any([a], c.text) for c in named)]
    held = [c for c in cells if c.text and c not in named and _holds_any(missing, c.text)]
    if named or held:
        return [cell for cell in cells if cell in named or cell in held[-1:]]
    if best is not None and best in cells:
        return [best]
    return [c for c in cells if c.text][-_LAST:]


def _holds_any(asks: Sequence[Ask], text: str) -> bool:
    return any(holds(ask.kind, text, ask.units) for ask in asks)


def _end(chunk: Chunk) -> int:
    return max((cell.end for cell in chunk.cells if cell.text), default=chunk.end)


def _clean(text: str) -> str:
    return re.sub(r"\s+", "", text)
