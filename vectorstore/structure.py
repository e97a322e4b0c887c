"""From a document's text to its outline: sections that nest, never overlap and leave nothing of the body out.

The text is read in regions: the whole file, or for a compilation the contents,
the outlines and each body. In a region, openings (vectorstore.lines), titles
and tables (vectorstore.titles, vectorstore.tables) start sections; each ends
where the next of its own or an outer rank begins. What no opening covers
becomes a section of plain text. Web-page furniture is in no section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vectorstore.compilation import Compilation, Span, find_compilation
from vectorstore.lines import BODY_FAMILIES, Family, Line, Opening, OpeningReader, ends_sentence, read_lines
from vectorstore.marks import find_redactions
from vectorstore.tables import FlatTable, find_flat_table
from vectorstore.text import read_number, trim
from vectorstore.titles import find_titles, is_date, is_furniture, is_signature
from vectorstore.types import Mark, Section, SectionKind

_RUN = re.compile(r"(?:(?<=[。；;！？”：:])|^)\s*([一二三四五六七八九十]{1,2})(?:是|要)(?=\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Structure:
    """The outline of a file; ``titles`` are its title blocks in order, ``parts`` those of a compilation."""

    sections: tuple[Section, ...]
    titles: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mould:
    """A section whose end is not known yet."""

    rank: float
    kind: SectionKind
    label: str
    title: str
    start: int
    table: FlatTable | None = None


def read_structure(text: str) -> Structure:
    """The outline of ``text``, which must be normalised (vectorstore.text.normalise)."""
    lines = read_lines(text)
    compilation = find_compilation(lines)
    if compilation is None:
        sections, titles = _read_region(text, lines, 0)
        return Structure(_mark_truncated(text, sections), titles, ())
    sections, titles = _read_compilation(text, lines, compilation)
    return Structure(sections, titles, compilation.titles)


def _read_region(text: str, lines: Sequence[Line], part: int) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    if not lines:
        return (), ()
    tables = list(_find_tables(lines))
    in_table = {index for table in tables for index in range(table.first, table.last)}
    furniture = {index for index, line in enumerate(lines) if index not in in_table and is_furniture(line)}
    reader = OpeningReader()
    openings: dict[int, Opening] = {}
    for index, line in enumerate(lines):
        if index in in_table or index in furniture:
            reader.restart()
        elif opening := reader.read(line):
            openings[index] = opening
    plain = [not (i in in_table or i in furniture or i in openings) for i in range(len(lines))]
    blocks = {block.first: block for block in find_titles(lines, plain)}
    moulds: list[_Mould] = []
    for index in range(len(lines)):
        if index in blocks:
            moulds.append(_Mould(-1, SectionKind.HEADING, "", blocks[index].text, lines[index].start))
        elif index in openings:
            moulds.append(_mould(openings, index))
    moulds.extend(_table_mould(table, lines, moulds) for table in tables)
    moulds.sort(key=lambda mould: mould.start)
    body = [index for index in range(len(lines)) if index not in furniture]
    sections = (
        tuple(_nest_region(text, lines[body[0]].start, lines[body[-1]].end, moulds, part)) if body else ()
    )
    return sections, tuple(block.text for block in blocks.values())


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


def _read_compilation(
    text: str, lines: Sequence[Line], found: Compilation
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    sections: list[Section] = []
    covered: list[Span] = []
    for span in found.contents:
        sections.append(_whole(text, lines, span, SectionKind.OUTLINE, "", 0))
        covered.append(span)
    titles: list[str] = [
        line.text for span in found.contents[-1:] for line in lines[span.first : span.first + 1]
    ]
    for part, (title, body, outline) in enumerate(
        zip(found.titles, found.bodies, found.outlines, strict=True), start=1
    ):
        children: tuple[Section, ...] = ()
        if body:
            covered.append(body)
            region = lines[body.first + 1 : body.last]
            inner, _ = _read_region(text, region, part)
            inner = _mark_truncated(text, inner)
            whole = _whole(text, lines, body, SectionKind.PART, title, part)
            children = (replace(whole, children=inner),)
            sections.extend(children)
        if outline:
            covered.append(outline)
            sections.append(_outline(text, lines, outline, title, part, children))
    sections.extend(_uncovered(text, lines, covered))
    sections.sort(key=lambda section: section.start)
    return tuple(sections), tuple(titles)


def _whole(text: str, lines: Sequence[Line], span: Span, kind: SectionKind, title: str, part: int) -> Section:
    return Section(
        kind=kind,
        label="",
        title=title,
        start=lines[span.first].start,
        end=lines[span.last - 1].end,
        part=part,
    )


def _uncovered(text: str, lines: Sequence[Line], covered: Sequence[Span]) -> Iterator[Section]:
    taken = {index for span in covered for index in range(span.first, span.last)}
    first = 0
    for index in [*sorted(taken), len(lines)]:
        yield from _read_region(text, lines[first:index], 0)[0]
        first = index + 1


def _outline(
    text: str, lines: Sequence[Line], span: Span, title: str, part: int, bodies: Sequence[Section]
) -> Section:
    """An outline whose headings are marked where no body has them."""
    region, _ = _read_region(text, lines[span.first : span.last], part)
    present = {_key(section) for body in bodies for section in body.walk()}

    def marked(section: Section) -> Section:
        children = tuple(marked(child) for child in section.children)
        missing = _key(section) not in present
        return replace(section, children=children, marks=(Mark.OUTLINE_ONLY,) if missing else ())

    whole = _whole(text, lines, span, SectionKind.OUTLINE, title, part)
    return replace(whole, children=tuple(marked(section) for section in region))


def _key(section: Section) -> tuple[str, str]:
    """A heading as outline and body share it: its number and how its words begin."""
    return re.sub(r"\W", "", section.label), re.sub(r"\W", "", section.title)[:4]


def _mark_truncated(text: str, sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """Mark the innermost last section if its words break off."""
    if not sections:
        return sections
    last = sections[-1]
    if last.children:
        return (*sections[:-1], replace(last, children=_mark_truncated(text, last.children)))
    line = text[last.start : last.end].rsplit("\n", 1)[-1]
    cut = (
        last.kind in (SectionKind.ITEM, SectionKind.TEXT)
        and len(line) >= 12
        and not ends_sentence(line)
        and not is_date(line)
        and not is_signature(line)
        and last.label not in ("报", "送")
    )
    return (*sections[:-1], replace(last, marks=(*last.marks, Mark.TRUNCATED))) if cut else sections
