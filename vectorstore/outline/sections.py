"""What starts a section in a region of a document: titles, annexes, openings, tables, the closing.

What none of them covers becomes a section of plain text. Furniture of the web
page or the printed page opens nothing and parts nothing; at the ends of a
region it is in no section.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from vectorstore.lines import Line, ends_sentence
from vectorstore.outline.families import BODY_FAMILIES, RANK, Family
from vectorstore.outline.headings import choose_titles, rank_headings
from vectorstore.outline.nesting import LEAF_RANK, TITLE_RANK, Mould, nest_region, rank_in_context
from vectorstore.outline.numbering import Opening, OpeningReader
from vectorstore.outline.tables.flattened import Table
from vectorstore.outline.tables.rows_on_lines import find_tables
from vectorstore.outline.titles import TitleBlock, find_annexes, is_date, is_furniture, is_signature
from vectorstore.readers.types import ReadTable
from vectorstore.types import Section, SectionKind

_CAPTION = re.compile(r"(?:附?表\s*\d*.{0,40}|.{2,40}(?:表|清单|名单|一览)(?:[（(].{1,12}[）)])?)")
_LONGEST_CHAPTER_TITLE = 30
_SHORT_LINE = 15
_MOST_SIGNATURES = 8
_LOOKED_BACK = 50  # openings before a table that those behind it can go on from


def read_region(
    text: str, lines: Sequence[Line], part: int, drawn: Sequence[ReadTable] = ()
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections of these lines, all of one part, and the titles among them. Offsets are into ``text``.

    ``drawn`` are the tables of the file, of which those inside of the region count.
    """
    lines = [line for line in lines if not is_furniture(line)]
    if not lines:
        return (), ()
    tables = find_tables(lines, list(_place(drawn, lines)))
    taken = {index for table in tables for index in range(table.first, table.last)}
    annexes = [
        block for block in find_annexes(lines) if not taken.intersection(range(block.first, block.last))
    ]
    taken |= {index for block in annexes for index in range(block.first, block.last)}
    openings = _read_openings(lines, taken)
    headed = {index for index, opening in openings.items() if _is_title(opening)}
    titled, openings = choose_titles(lines, openings, taken)
    plain = [not (i in taken or i in openings) for i in range(len(lines))]
    blocks = [*titled, *annexes, *(_headed(openings, index) for index in headed)]
    blocks.sort(key=lambda block: block.first)
    ranks = rank_headings(lines, openings, blocks)
    below = {table.first: table.last for table in tables}
    places = list(openings)
    captions = {b.first for b in blocks if b.last in below and _goes_on(b, below[b.last], openings, places)}
    titles = [block for block in blocks if block.first not in captions]
    moulds = [_title_mould(lines, block) for block in titles]
    moulds.extend(_table_mould(table, lines, blocks, plain) for table in tables)
    moulds.extend(
        _styled_mould(openings[index], ranks[index])
        if index in ranks
        else _mould(lines, openings, index, plain)
        for index in openings
        if index not in headed
    )
    moulds.extend(_closings(lines, plain, blocks))
    moulds.sort(key=lambda mould: mould.start)
    moulds = rank_in_context(text, moulds)
    sections = tuple(nest_region(text, lines[0].start, lines[-1].end, moulds, part))
    return sections, tuple(block.text for block in titles)


def _place(drawn: Sequence[ReadTable], lines: Sequence[Line]) -> Iterator[Table]:
    """The tables of the file that lie among these lines, by line."""
    for table in drawn:
        if table.rows and lines[0].start <= table.start and table.end <= lines[-1].end:
            first = bisect_left(lines, table.start, key=lambda line: line.start)
            last = bisect_left(lines, table.end, key=lambda line: line.start)
            if first < last:
                yield Table(first, last, table.header, table.rows)


def _goes_on(block: TitleBlock, last: int, openings: dict[int, Opening], places: Sequence[int]) -> bool:
    """Whether the headings before a title go on behind the table below it: then it is the table's caption."""
    behind = bisect_left(places, last)
    if block.label or behind == len(places):
        return False
    after = openings[places[behind]]
    first = bisect_left(places, block.first)
    before = (openings[place] for place in reversed(places[max(0, first - _LOOKED_BACK) : first]))
    same = next((opening for opening in before if opening.family is after.family), None)
    return bool(same and same.number and after.number == same.number + 1)


def _read_openings(lines: Sequence[Line], taken: set[int]) -> dict[int, Opening]:
    """The openings by line, in order."""
    reader = OpeningReader(lines)
    openings: dict[int, Opening] = {}
    for index, line in enumerate(lines):
        if index in taken:
            reader.restart()
            continue
        if opening := reader.read(line):
            openings[index] = opening
    return openings


def _is_title(opening: Opening) -> bool:
    """A heading that "# " in the text marks as the document's, and that has no number."""
    return (
        opening.family is Family.MARKDOWN and opening.level == 1 and not opening.label and not opening.styled
    )


def _headed(openings: dict[int, Opening], index: int) -> TitleBlock:
    return TitleBlock(index, index + 1, openings[index].title)


def _title_mould(lines: Sequence[Line], block: TitleBlock) -> Mould:
    return Mould(
        rank=TITLE_RANK,
        holds=TITLE_RANK,
        kind=SectionKind.HEADING,
        label=block.label,
        title=block.text,
        start=lines[block.first].start,
    )


def _styled_mould(opening: Opening, rank: float) -> Mould:
    """A heading by markup alone. Without its opening, nothing around it ranks it otherwise."""
    return Mould(
        rank=rank,
        holds=rank,
        kind=SectionKind.HEADING,
        label=opening.label,
        title=opening.title,
        start=opening.start,
    )


def _mould(lines: Sequence[Line], openings: dict[int, Opening], index: int, plain: Sequence[bool]) -> Mould:
    opening = openings[index]
    family, rank, holds = opening.family, opening.rank, opening.rank
    kind, title = SectionKind.ITEM if family in BODY_FAMILIES else SectionKind.HEADING, opening.title
    if family is Family.IMPRINT:
        # It ends all that stands before it, and holds a list at most.
        kind, title, holds = SectionKind.TEXT, "", float(RANK[Family.ARTICLE])
    elif family is Family.THEME:
        # "一是……" on a line of its own heads the numbered items below it; elsewhere it is an item itself.
        below = openings.get(index + 1)
        if not below or below.family is not Family.ARABIC:
            rank, holds, kind = LEAF_RANK, LEAF_RANK, SectionKind.ITEM
            title = title if len(title) <= _LONGEST_CHAPTER_TITLE else ""
        else:
            title = ""
    elif kind is SectionKind.HEADING:
        title = _with_line_below(lines, index, plain, title)
    return Mould(
        rank=rank,
        holds=holds,
        kind=kind,
        label=opening.label,
        title=title,
        start=opening.start,
        opening=opening,
    )


def _with_line_below(lines: Sequence[Line], index: int, plain: Sequence[bool], title: str) -> str:
    """A heading's words: the next line has the rest where the number stands alone or the line was full."""
    if index + 2 >= len(lines) or not plain[index + 1]:
        return title
    line, below = lines[index], lines[index + 1]
    wrapped = (
        len(line.text) > _SHORT_LINE > len(below.text) and not below.blanks and line.text.endswith(title)
    )
    alone = not title and len(line.text) < 8 and len(below.text) <= _LONGEST_CHAPTER_TITLE
    joins = (alone or (wrapped and title)) and not ends_sentence(below.text)
    return title + below.text if joins else title


def _table_mould(
    table: Table, lines: Sequence[Line], blocks: Sequence[TitleBlock], plain: Sequence[bool]
) -> Mould:
    """A table, by the caption right over it or else the title that it stands under."""
    above = first = table.first - 1
    over = bisect_left(blocks, table.first, key=lambda block: block.first) - 1
    block = blocks[over] if over >= 0 else None
    while block and first >= block.last and plain[first]:
        first -= 1
    title = block.text if block and first < block.last else ""
    if above >= 0 and plain[above] and _CAPTION.fullmatch(lines[above].text):
        title = lines[above].text
    return Mould(
        rank=LEAF_RANK,
        holds=LEAF_RANK,
        kind=SectionKind.TABLE,
        label="",
        title=title,
        start=lines[table.first].start,
        table=table,
    )


def _closings(lines: Sequence[Line], plain: Sequence[bool], blocks: Sequence[TitleBlock]) -> list[Mould]:
    """Signature and date at the end of a document, or of one that others follow."""
    starts = {block.first for block in blocks}
    found: list[Mould] = []
    told = False  # whether the document has said anything since its title
    for index, line in enumerate(lines):
        if index in starts:
            told = False
        if told and _closes(lines, plain, index, starts):
            rank = float(RANK[Family.IMPRINT])
            kind = SectionKind.TEXT
            found.append(Mould(rank=rank, holds=LEAF_RANK, kind=kind, label="", title="", start=line.start))
            told = False
        told = told or line.text.endswith("。")
    return found


def _closes(lines: Sequence[Line], plain: Sequence[bool], index: int, starts: set[int]) -> bool:
    """Whether a signature with its date begins on this line, and nothing of the same document follows."""
    if not plain[index] or not is_signature(lines[index].text):
        return False
    end = index + 1
    last = min(len(lines), index + _MOST_SIGNATURES)
    while end < last and plain[end] and is_signature(lines[end].text) and not is_date(lines[end].text):
        end += 1
    if end < len(lines) and plain[end] and is_date(lines[end].text):
        end += 1
    elif not any(char.isdigit() for char in lines[index].text):
        return False
    return end == len(lines) or end in starts or not plain[end] or lines[end].text[0] in "（("
