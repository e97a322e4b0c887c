"""From lines to sections: openings, titles and tables start them, and each ends where the next begins.

A section ends where the next of its own or an outer rank begins. What no
opening covers becomes a section of plain text. Web-page furniture at the ends
of a region is in no section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vectorstore.lines import BODY_FAMILIES, Family, Line, Opening, OpeningReader
from vectorstore.marks import find_redactions
from vectorstore.tables import FlatTable, find_flat_table
from vectorstore.text import read_number, trim
from vectorstore.titles import find_titles, is_furniture
from vectorstore.types import Mark, Section, SectionKind

_RUN = re.compile(r"(?:(?<=[。；;！？”：:])|^)\s*([一二三四五六七八九十]{1,2})(?:是|要)(?=\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Mould:
    """A section whose end is not known yet."""

    rank: float
    kind: SectionKind
    label: str
    title: str
    start: int
    table: FlatTable | None = None


def read_region(text: str, lines: Sequence[Line], part: int) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections of these lines, all of one part, and the titles among them. Offsets are into ``text``."""
    tables = list(_find_tables(lines))
    in_table = {index for table in tables for index in range(table.first, table.last)}
    furniture = {index for index, line in enumerate(lines) if index not in in_table and is_furniture(line)}
    body = [index for index in range(len(lines)) if index not in furniture]
    if not body:
        return (), ()
    openings = _read_openings(lines, in_table | furniture)
    plain = [not (i in in_table or i in furniture or i in openings) for i in range(len(lines))]
    blocks = find_titles(lines, plain)
    moulds = [_Mould(-1, SectionKind.HEADING, "", b.text, lines[b.first].start) for b in blocks]
    moulds.extend(_table_mould(table, lines, moulds) for table in tables)
    moulds.extend(_mould(openings, index) for index in openings)
    moulds.sort(key=lambda mould: mould.start)
    sections = tuple(_nest_region(text, lines[body[0]].start, lines[body[-1]].end, moulds, part))
    return sections, tuple(block.text for block in blocks)


def _read_openings(lines: Sequence[Line], passed_over: set[int]) -> dict[int, Opening]:
    """The openings by line, in order."""
    reader = OpeningReader()
    openings: dict[int, Opening] = {}
    for index, line in enumerate(lines):
        if index in passed_over:
            reader.restart()
        elif opening := reader.read(line):
            openings[index] = opening
    return openings


def _find_tables(lines: Sequence[Line]) -> Iterator[FlatTable]:
    begin = 0
    while table := find_flat_table(lines, begin):
        yield table
        begin = table.last


def _mould(openings: dict[int, Opening], index: int) -> _Mould:
    opening = openings[index]
    family = opening.family
    kind = SectionKind.ITEM if family in BODY_FAMILIES else SectionKind.HEADING
    if family is Family.IMPRINT:
        return _Mould(-0.5, SectionKind.TEXT, opening.label, "", opening.start)
    if family is Family.THEME:
        # "一是……" on a line of its own heads the numbered items below it; elsewhere it is an item itself.
        below = openings.get(index + 1)
        if not below or below.family is not Family.ARABIC:
            return _Mould(99, SectionKind.ITEM, opening.label, "", opening.start)
    return _Mould(opening.rank, kind, opening.label, opening.title, opening.start)


def _table_mould(table: FlatTable, lines: Sequence[Line], moulds: Sequence[_Mould]) -> _Mould:
    start = lines[table.first].start
    titled = [mould for mould in moulds if mould.rank == -1 and mould.start < start]
    title = titled[-1].title if titled else ""
    return _Mould(-0.4, SectionKind.TABLE, "", title, start, table)


def _nest_region(text: str, start: int, end: int, moulds: Sequence[_Mould], part: int) -> Iterator[Section]:
    inside = [mould for mould in moulds if start <= mould.start < end]
    left, right = trim(text, start, inside[0].start if inside else end)
    if left < right:
        yield _section(text, SectionKind.TEXT, "", "", left, right, part)
    yield from _nest(text, inside, end, part)


def _nest(text: str, moulds: Sequence[_Mould], end: int, part: int) -> Iterator[Section]:
    index = 0
    while index < len(moulds):
        mould = moulds[index]
        following = next(
            (i for i in range(index + 1, len(moulds)) if moulds[i].rank <= mould.rank), len(moulds)
        )
        limit = moulds[following].start if following < len(moulds) else end
        _, stop = trim(text, mould.start, limit)
        if mould.table:
            yield from _table_sections(text, mould, mould.table, stop, part)
        else:
            children = tuple(_nest(text, moulds[index + 1 : following], stop, part))
            yield _section(text, mould.kind, mould.label, mould.title, mould.start, stop, part, children)
        index = following


def _section(
    text: str,
    kind: SectionKind,
    label: str,
    title: str,
    start: int,
    end: int,
    part: int,
    children: tuple[Section, ...] = (),
) -> Section:
    if not children:
        children = tuple(_runs(text, start, end, part))
    own_end = children[0].start if children else end
    hidden = any(True for _ in find_redactions(text[start:own_end]))
    return Section(
        kind=kind,
        label=label,
        title=title,
        start=start,
        end=end,
        part=part,
        marks=(Mark.REDACTED,) if hidden else (),
        children=children,
    )


def _runs(text: str, start: int, end: int, part: int) -> Iterator[Section]:
    """The members of a run 一是…二是…三是… inside one paragraph, if there are at least two."""
    found: list[int] = []
    for match in _RUN.finditer(text, start, end):
        number = read_number(match.group(1))
        if number == len(found) + 1:
            found.append(match.start(1))
        elif number == 1 and len(found) == 1:
            found = [match.start(1)]
    if len(found) < 2 or found[0] == start:
        return
    for first, limit in zip(found, [*found[1:], end], strict=True):
        _, stop = trim(text, first, limit)
        stop_of_clause = re.search(r"[,，。；;]", text[first:stop])
        title = text[first + 2 : first + stop_of_clause.start()] if stop_of_clause else ""
        hidden = bool(find_redactions(text[first:stop]))
        yield Section(
            kind=SectionKind.ITEM,
            label=text[first : first + 2],
            title=title if len(title) <= 40 else "",
            start=first,
            end=stop,
            part=part,
            marks=(Mark.REDACTED,) if hidden else (),
        )


def _table_sections(text: str, mould: _Mould, table: FlatTable, end: int, part: int) -> Iterator[Section]:
    rows = tuple(
        Section(
            kind=SectionKind.ROW,
            label=row.number,
            title=row.cells[0].text,
            start=row.start,
            end=row.end,
            part=part,
            marks=(Mark.REDACTED,) if find_redactions(text[row.start : row.end]) else (),
            cells=row.cells,
        )
        for row in table.rows
    )
    last = rows[-1].end
    yield Section(
        kind=SectionKind.TABLE,
        label="",
        title=mould.title,
        start=mould.start,
        end=last,
        part=part,
        children=rows,
    )
    left, right = trim(text, last, end)
    if left < right:
        yield _section(text, SectionKind.TEXT, "", "", left, right, part)
