"""From where sections start to sections that nest: each ends where one of its own or an outer rank begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from vectorstore.marks import find_redactions
from vectorstore.outline.families import RANK, Family
from vectorstore.outline.numbering import Opening
from vectorstore.outline.tables.flattened import Table
from vectorstore.text import paragraph_end, read_number, trim
from vectorstore.types import Cell, Mark, Row, Section, SectionKind, name_cell

_RUN = re.compile(
    r"(?:(?<=[。；;！？”：:])|^)[ \t\u3000]*([一二三四五六七八九十]{1,2})(?:是|要)(?=\S)", re.MULTILINE
)
TITLE_RANK = -1.0
LEAF_RANK = 99.0
_IN_ARTICLE = 0.1  # what ranks 一、 and （一） below the 条 that they stand in
_LONGEST_POINT = 40  # characters of the title of a member of a run
_DIFFERENT = 0.9  # share of a column's values that differ where the column names the rows
_INTRODUCED = 0.05  # what ranks the members of a list below the item whose words end in a colon


@dataclass(frozen=True, slots=True, kw_only=True)
class Mould:
    """A section whose end is not known yet.

    It ends every section that holds nothing of its ``rank``; ``holds`` is the
    rank above which others can stand inside it.
    """

    rank: float
    holds: float
    kind: SectionKind
    label: str
    title: str
    start: int
    opening: Opening | None = None
    one_paragraph: bool = False  # the next unnumbered paragraph is of what stands around it
    table: Table | None = None


def rank_in_context(text: str, moulds: Sequence[Mould]) -> list[Mould]:
    """The moulds, in order, with the rank that each has where it stands.

    （一） is outside 1., but inside an article of a statute; and a list that an
    item introduces with a colon is inside that item, whatever it is numbered by.
    """
    stack: list[Mould] = []
    ranked: list[Mould] = []
    for mould in moulds:
        if mould.opening and mould.rank < LEAF_RANK:
            mould = _ranked(text, mould, mould.opening, stack)
        while stack and stack[-1].holds >= mould.rank:
            stack.pop()
        stack.append(mould)
        ranked.append(mould)
    return ranked


def _ranked(text: str, mould: Mould, opening: Opening, stack: Sequence[Mould]) -> Mould:
    for outer in reversed(stack):
        if outer.opening and _goes_on(outer.opening, opening):
            holds = max(outer.rank, mould.holds)
            return replace(
                mould, rank=outer.rank, holds=holds, kind=outer.kind, one_paragraph=outer.one_paragraph
            )
    article = next((m for m in stack if m.opening and m.opening.family is Family.ARTICLE), None)
    if article and opening.family in (Family.HAN, Family.HAN_BRACKETS):
        rank = article.rank + _IN_ARTICLE + RANK[opening.family] / 100
        return replace(mould, rank=rank, holds=rank, kind=SectionKind.ITEM, one_paragraph=True)
    families = {outer.opening.family for outer in stack if outer.opening}
    new = opening.number in (1, None) and opening.family not in families
    if new and stack and stack[-1].opening and _introduces(text, opening.start):
        rank = stack[-1].rank + _INTRODUCED
        if stack[-1].holds < LEAF_RANK and mould.rank <= stack[-1].rank:
            return replace(mould, rank=rank, holds=rank, kind=SectionKind.ITEM)
    return mould


def _goes_on(before: Opening, opening: Opening) -> bool:
    """Whether an opening is a later member of the list that ``before`` is of."""
    if before.family is not opening.family or before.level != opening.level:
        return False
    return before.number is None or opening.number is None or opening.number > before.number


def _introduces(text: str, position: int) -> bool:
    """Whether what stands before this position ends in a colon."""
    while position > 0 and text[position - 1].isspace():
        position -= 1
    return position > 0 and text[position - 1] in "：:"


def nest_region(text: str, start: int, end: int, moulds: Sequence[Mould], part: int) -> Iterator[Section]:
    """The sections of ``text[start:end]``; what stands before the first mould is a section of plain text."""
    inside = [mould for mould in moulds if start <= mould.start < end]
    yield from _plain(text, start, inside[0].start if inside else end, part)
    yield from _nest(text, inside, end, part)


def _plain(text: str, start: int, end: int, part: int) -> Iterator[Section]:
    left, right = trim(text, start, end)
    if left < right:
        yield make_section(text, SectionKind.TEXT, "", "", left, right, part)


def _nest(text: str, moulds: Sequence[Mould], end: int, part: int) -> Iterator[Section]:
    index = 0
    while index < len(moulds):
        mould = moulds[index]
        following = next(
            (i for i in range(index + 1, len(moulds)) if moulds[i].rank <= mould.holds), len(moulds)
        )
        limit = moulds[following].start if following < len(moulds) else end
        _, stop = trim(text, mould.start, limit)
        if mould.table:
            yield from _table_sections(text, mould, mould.table, stop, part)
        else:
            children = tuple(_nest(text, moulds[index + 1 : following], stop, part))
            own = not children and (
                mould.one_paragraph or _ends_run(mould, moulds[following : following + 1])
            )
            last = trim(text, mould.start, paragraph_end(text, mould.start, stop))[1] if own else stop
            yield make_section(text, mould.kind, mould.label, mould.title, mould.start, last, part, children)
            yield from _plain(text, last, stop, part)
        index = following


def _ends_run(mould: Mould, later: Sequence[Mould]) -> bool:
    """Whether this is the last paragraph of a run 一是…二是…, so that what follows sums up or goes on."""
    if mould.rank < LEAF_RANK or not mould.opening:
        return False
    return not (later and later[0].opening and _goes_on(mould.opening, later[0].opening))


def make_section(
    text: str,
    kind: SectionKind,
    label: str,
    title: str,
    start: int,
    end: int,
    part: int,
    children: tuple[Section, ...] = (),
) -> Section:
    """A section with the runs in its own words, marked where those, not its children's, hide something."""
    runs = tuple(_runs(text, start, children[0].start if children else end, part))
    return _section(text, kind, label, title, start, end, part, (*runs, *children))


def _section(
    text: str,
    kind: SectionKind,
    label: str,
    title: str,
    start: int,
    end: int,
    part: int,
    children: tuple[Section, ...],
) -> Section:
    own_end = children[0].start if children else end
    return Section(
        kind=kind,
        label=label,
        title=title,
        start=start,
        end=end,
        part=part,
        marks=(Mark.REDACTED,) if find_redactions(text[start:own_end]) else (),
        children=children,
    )


def _runs(text: str, start: int, end: int, part: int) -> Iterator[Section]:
    """The members of runs 一是…二是…三是…, and as plain text the paragraphs behind the last of each."""
    runs = _find_runs(text, start, end)
    for run, following in pairwise([*runs, [end]]):
        last = paragraph_end(text, run[-1], following[0])
        for first, limit in pairwise([*run, last]):
            yield _member(text, first, trim(text, first, limit)[1], part)
        left, right = trim(text, last, following[0])
        if left < right:
            yield _section(text, SectionKind.TEXT, "", "", left, right, part, ())


def _find_runs(text: str, start: int, end: int) -> list[list[int]]:
    """Where the members of each run begin, of those that have two at least."""
    runs: list[list[int]] = []
    run: list[int] = []
    for match in _RUN.finditer(text, start, end):
        number = read_number(match.group(1))
        if number == 1:
            runs.append(run)
            run = []
        if number == len(run) + 1:
            run.append(match.start(1))
    return [run for run in [*runs, run] if len(run) > 1]


def _member(text: str, start: int, end: int, part: int) -> Section:
    clause = re.search(r"[,，。；;]", text[start:end])
    title = text[start + 2 : start + clause.start()] if clause else ""
    title = title if len(title) <= _LONGEST_POINT else ""
    return _section(text, SectionKind.ITEM, text[start : start + 2], title, start, end, part, ())


def _table_sections(text: str, mould: Mould, table: Table, end: int, part: int) -> Iterator[Section]:
    """A table with its rows, and a section of the text that goes on below it."""
    last = max(table.rows[-1].end, *(cell.end for cell in table.rows[-1].cells))
    rows = tuple(_rows(text, _name_rows(table.rows), last, part))
    yield Section(
        kind=SectionKind.TABLE,
        label=mould.label,
        title=mould.title,
        start=mould.start,
        end=last,
        part=part,
        children=rows,
    )
    yield from _plain(text, last, end, part)


def _name_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with the cells marked that tell them apart: of the first column where hardly two agree."""
    width = max(len(row.cells) for row in rows)
    whole = [row.cells for row in rows if len(row.cells) == width]
    naming = next((column for column in range(width) if _tells_apart([c[column] for c in whole])), 0)
    return tuple(
        replace(row, cells=tuple(replace(c, names=i == naming) for i, c in enumerate(row.cells)))
        if len(row.cells) == width
        else row
        for row in rows
    )


def _tells_apart(cells: Sequence[Cell]) -> bool:
    texts = [cell.text for cell in cells if cell.text]
    return (
        all(cell.rows == 1 for cell in cells)
        and len(texts) * 2 > len(cells)
        and len(set(texts)) >= _DIFFERENT * len(texts)
    )


def _rows(text: str, rows: Sequence[Row], end: int, part: int) -> Iterator[Section]:
    """Sections of rows; a row of one cell under no header heads the rows up to the next such."""
    heads = [index for index, row in enumerate(rows) if len(row.cells) == 1 and not row.cells[0].header]
    stops = [*(row.start for row in rows[1:]), end]
    made = [
        _row_section(text, row, trim(text, row.start, stop)[1], part)
        for row, stop in zip(rows, stops, strict=True)
    ]
    yield from made[: heads[0] if heads else len(made)]
    for first, last in pairwise([*heads, len(rows)]):
        inside = tuple(made[first + 1 : last])
        over = replace(made[first], kind=SectionKind.HEADING, cells=(), children=inside)
        yield replace(over, end=inside[-1].end if inside else over.end)


def _row_section(text: str, row: Row, end: int, part: int) -> Section:
    return Section(
        kind=SectionKind.ROW,
        label=row.number,
        title=name_cell(row.cells).text,
        start=row.start,
        end=end,
        part=part,
        marks=(Mark.REDACTED,) if find_redactions(text[row.start : end]) else (),
        cells=row.cells,
    )
