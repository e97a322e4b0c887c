"""Answers from tables: one row's cells by the columns that the question means, or all rows with a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.extraction.intent import Ask, Kind, holds
from assistant.types import Statement
from vectorstore.text import fold
from vectorstore.types import Cell, Chunk, Passage

_ASKS_ROWS = re.compile(
    r"哪些(?:重点)?(?:项目|工程|行动|工作|任务|事项|计划|措施)|(?:项目|工程|行动|任务|事项|"
    r"计划)[^，。？?]{0,6}(?:有哪|是哪|都有|分别)|"
    r"哪(?:几|[两二三四五六七八九十])(?:个|项)(?:重点)?(?:项目|工程|行动|任务|事项)|列出|几(?:个|"
    r"项)(?:项目|工程|任务)|多少(?:个|项)(?:项目|工程|任务)"
)
_ALONE = re.compile(r"单独|独家|独自|只由|仅由|只有|一个科室|一家")
_YEAR = re.compile(r"(?:19|20)\d{2}\s*年")
# What people say for the words that headers of work lists use.
_SAID_FOR = {
    "配合": "参与",
    "协助": "参与",
    "协同": "参与",
    "负责": "责任",
    "承担": "责任",
    "哪个科": "科室",
    "哪科": "科室",
    "内容": "任务",
    "要做": "任务",
}
BLANK = "原表此格为空"
_LAST = 3  # cells that are told of a row where nothing says which
_LONG = 24  # characters from which on a column holds prose, and not names


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows that have what the question names. ``value`` is the words that they were chosen by."""

    rows: tuple[Chunk, ...]
    value: str


def select_rows(question: str, rows: Sequence[Chunk]) -> Selection | None:
    """All rows that a question for rows means; None if it does not ask for rows, or by nothing known."""
    text = fold(question)
    if not rows or not _ASKS_ROWS.search(text):
        return None
    values = _values(rows)
    named = [value for value in values if value in text]
    if named:
        return _by_value(text, rows, max(named, key=len))
    year = _YEAR.search(text)
    if year:
        wanted = re.sub(r"\s", "", year.group())
        chosen = tuple(row for row in rows if any(wanted in re.sub(r"\s", "", c.text) for c in row.cells[1:]))
        return Selection(chosen, wanted)
    return None


def state_row(passage: Passage, question: str, asks: Sequence[Ask], best: Cell | None) -> Statement:
    """Of one row the columns that the question names, else those that hold what is asked, else the best."""
    chunk = passage.chunk
    name, *others = chunk.cells
    said = "；".join(
        f"{cell.header}：{_clean(cell.text).rstrip('。；') or BLANK}"
        for cell in _wanted(question, asks, others, best)
    )
    return Statement(
        text=f"{_clean(name.text)}——{said}。", passage=passage, start=name.start, end=_end(chunk)
    )


def is_blank(statement: Statement) -> bool:
    """Whether a statement about a row says only that its cells are empty."""
    said = statement.text.partition("——")[2].rstrip("。")
    return bool(said) and all(part.endswith(BLANK) for part in said.split("；"))


def _wanted(question: str, asks: Sequence[Ask], cells: Sequence[Cell], best: Cell | None) -> list[Cell]:
    if not re.search(r"[\u4e00-\u9fff]", question):  # the headers are in another language than the question
        return [c for c in cells if len(c.text) <= _LONG or _holds_any(asks, c.text)]
    if named := _columns(fold(question), cells):
        return named
    signed = [ask for ask in asks if ask.kind in _SIGNED]
    if held := [c for c in cells if c.text and _holds_any(signed, c.text)]:
        return held
    if best is not None and best in cells:
        return [best]
    return [c for c in cells if c.text][-_LAST:]


def _holds_any(asks: Sequence[Ask], text: str) -> bool:
    return any(holds(ask.kind, text, ask.units) for ask in asks)


def state_selected(passage: Passage, value: str, *, briefly: bool) -> Statement:
    """One of several selected rows: its name, and the sentence with the value unless ``briefly``."""
    chunk = passage.chunk
    name = chunk.cells[0]
    text = _clean(name.text)
    holder = next((c for c in chunk.cells[1:] if value in re.sub(r"\s", "", c.text)), None)
    if not briefly and holder is not None and _YEAR.fullmatch(value):
        sentence = next(
            (s for s in re.split(r"(?<=[。；])", holder.text) if value in re.sub(r"\s", "", s)), holder.text
        )
        text = f"{text}：{_clean(sentence).rstrip('。；')}"
    return Statement(text=text, passage=passage, start=name.start, end=_end(chunk))


_SIGNED = (Kind.SHARE, Kind.MONEY, Kind.DATE, Kind.COUNT)


def _end(chunk: Chunk) -> int:
    return max((cell.end for cell in chunk.cells if cell.text), default=chunk.end)


def _values(rows: Sequence[Chunk]) -> set[str]:
    """The names that stand in the table's short columns, cut at 、."""
    found: set[str] = set()
    for column in range(1, max(len(row.cells) for row in rows)):
        texts = [row.cells[column].text for row in rows if len(row.cells) > column and row.cells[column].text]
        if texts and sum(map(len, texts)) / len(texts) <= _LONG:
            found |= {value for text in texts for value in re.split(r"[、,，]", fold(text)) if len(value) > 2}
    return found


def _by_value(text: str, rows: Sequence[Chunk], value: str) -> Selection:
    columns = {c.header for c in _columns(text, rows[0].cells[1:])}
    columns = {
        h for h in columns if any(value in fold(c.text) for row in rows for c in row.cells if c.header == h)
    }
    chosen: list[Chunk] = []
    for row in rows:
        cells = [
            c
            for c in row.cells[1:]
            if value in re.split(r"[、,，]", fold(c.text)) and (not columns or c.header in columns)
        ]
        if any(fold(c.text) == value for c in cells) if _ALONE.search(text) else cells:
            chosen.append(row)
    return Selection(tuple(chosen), value)


def _columns(question: str, cells: Sequence[Cell]) -> list[Cell]:
    """The cells whose column the question names, by words that no other column's name shares."""
    said = question + "".join(official for spoken, official in _SAID_FOR.items() if spoken in question)
    pairs = {c.header: {c.header[i : i + 2] for i in range(len(c.header) - 1)} for c in cells}
    wanted: list[Cell] = []
    for cell in cells:
        others = set().union(*(p for header, p in pairs.items() if header != cell.header))
        if any(pair in said for pair in pairs[cell.header] - others):
            wanted.append(cell)
    return wanted


def _clean(text: str) -> str:
    return re.sub(r"\s+", "", text)
