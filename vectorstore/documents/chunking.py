"""Sections to chunks: one item, one table row, one paragraph group each, never a window.

Every character of the body is in exactly one chunk, white space between chunks
and furniture of the web page or the printed page aside. Headings that stand
over other sections become chunks of their own kind: they can be cited, and
search leaves them out, since their words are already in the path of everything
below them. Of a table of contents only what has no body is in a chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from vectorstore.lines import read_lines
from vectorstore.marks import find_redactions
from vectorstore.outline.titles import is_furniture
from vectorstore.text import is_page_number, sentences, squeeze, trim
from vectorstore.types import Cell, Chunk, Document, Head, Mark, Section, SectionKind, name_cell

# Changed when chunks come out differently for the same text: stored libraries are then chunked anew.
VERSION = "4"
_PARAGRAPHS = 400  # characters that paragraphs under one heading are gathered up to
_LONGEST = 1200  # characters of an item that is still kept whole: the embedding reads some 512 tokens
_LEAST_UNITS = 2  # sentences from which on each is embedded beside its chunk
_RUN_TOGETHER = 500  # characters up to which an item keeps its 一是…二是… together
_LONGEST_ROW = 4000  # characters of a table's row that is still kept whole
_CLAUSE_ENDS = "，,、：:"


class Cut(StrEnum):
    """Why a chunk begins and ends where it does."""

    HEADING = "a heading over other sections"
    ITEM = "an item or paragraph group under one heading, whole"
    ROW = "a row of a table, whole"
    GATHERED = f"paragraphs under one heading, gathered up to {_PARAGRAPHS} characters"
    LONG = f"a piece of an item of more than {_LONGEST} characters, cut between lines or sentences"
    OUTLINE = "contents, or headings whose text the collection does not have"


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: SectionKind
    path: tuple[str, ...]
    part: int
    start: int
    end: int
    cut: Cut
    marks: tuple[Mark, ...] = ()
    cells: tuple[Cell, ...] = ()


def split(document: Document) -> tuple[Chunk, ...]:
    """The chunks of a document in order; ``chunk.text == document.text[chunk.start:chunk.end]``."""
    return tuple(chunk for chunk, _ in split_with_reasons(document))


def split_with_reasons(document: Document) -> tuple[tuple[Chunk, Cut], ...]:
    """The chunks as ``split`` gives them, each with why it was cut so."""
    pieces: list[_Piece] = []
    again = _standing_again(document)
    for index, section in enumerate(document.sections):
        if index not in again:
            pieces.extend(_pieces(document, section, ()))
    pieces.sort(key=lambda piece: piece.start)
    return tuple((_chunk(document, ordinal, piece), piece.cut) for ordinal, piece in enumerate(pieces))


def _chunk(document: Document, ordinal: int, piece: _Piece) -> Chunk:
    return Chunk(
        id=f"{document.id}-{ordinal:05d}",
        document_id=document.id,
        ordinal=ordinal,
        part=piece.part,
        kind=piece.kind,
        path=piece.path,
        text=document.text[piece.start : piece.end],
        start=piece.start,
        end=piece.end,
        marks=piece.marks,
        cells=piece.cells,
    )


def is_searched(chunk: Chunk) -> bool:
    """Whether search looks for this chunk; bare headings are found through what stands below them."""
    return chunk.kind is not SectionKind.HEADING


def embedded_text(chunk: Chunk, head: Head) -> str:
    """What is embedded and indexed by words: place, title and headings in front of the chunk's text."""
    title = head.title if head.region in head.title else f"{head.region} {head.title}"
    lines = [title.strip(), " > ".join(chunk.path), *unnamed_fields(chunk.text, head)]
    if chunk.cells:
        lines.extend(_under_header(cell) for cell in chunk.cells if cell.text)
    else:
        lines.append(chunk.text)
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=50_000)
def unnamed_fields(text: str, head: Head) -> tuple[str, ...]:
    """What a letterhead or an imprint states of its document without saying what it is: its number, its date.

    People ask for 文号 and 落款日期, words that stand on no letterhead.
    """
    words = squeeze(text)[0]
    number = squeeze(head.number)[0]
    numbered = bool(number) and number in words
    dated = head.issued_on is not None and _day_of(head.issued_on) in words
    fields = [f"文号（发文字号）：{head.number}"] if numbered else []
    if dated and head.issued_on:
        fields.append(f"发文日期（成文、印发、落款时间）：{_day_of(head.issued_on)}")
    if head.issuer and (numbered or dated):
        fields.append(f"发文机关（发文单位）：{head.issuer}")
    return tuple(fields)


def _day_of(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def entry_id(chunk: Chunk, number: int = 0) -> str:
    """The id in the indexes of a chunk (0), or of its n-th unit, counted from 1 as in ``units``."""
    return f"{chunk.id}#{number}" if number else chunk.id


def chunk_of(entry: str) -> str:
    """The id of the chunk that an entry is, or is part of."""
    return entry.partition("#")[0]


def is_chunk(entry: str) -> bool:
    """Whether an entry is a whole chunk, and no sentence or cell."""
    return "#" not in entry


def units(chunk: Chunk) -> tuple[tuple[int, int], ...]:
    """Ranges in the document of the chunk's sentences or, for a row, the cells that stand in its text."""
    if chunk.cells:
        return tuple((cell.start, cell.end) for cell in chunk.own_cells)
    return tuple((chunk.start + start, chunk.start + end) for start, end in sentences(chunk.text))


def embedded_units(chunk: Chunk) -> tuple[str, ...]:
    """What is embedded for each of ``units``: a sentence as it stands, a cell with its row and its column.

    Nothing for a chunk of one sentence: it is embedded as the chunk already.
    """
    if len(units(chunk)) < _LEAST_UNITS:
        return ()
    if chunk.cells:
        name = name_cell(chunk.cells).text
        return tuple(f"{name} {_under_header(cell)}" for cell in chunk.own_cells)
    return tuple(chunk.text[start - chunk.start : end - chunk.start] for start, end in units(chunk))


def _under_header(cell: Cell) -> str:
    return f"{cell.header}：{cell.text}" if cell.header else cell.text


def _pieces(document: Document, section: Section, path: tuple[str, ...]) -> Iterator[_Piece]:
    here = _path(document, section, path)
    if section.kind is SectionKind.ROW and section.end - section.start <= _LONGEST_ROW:
        start, end = section.start, section.end
        yield _Piece(section.kind, here, section.part, start, end, Cut.ROW, section.marks, section.cells)
    elif section.kind is SectionKind.OUTLINE:
        yield from _outline_pieces(document, section, here)
    elif _kept_whole(section):
        yield from _text_pieces(document, section, here, section.end)
    else:
        yield from _own_pieces(document, section, here)
        for child in section.children:
            yield from _pieces(document, child, here)


def _path(document: Document, section: Section, path: tuple[str, ...]) -> tuple[str, ...]:
    words = f"{section.label}{section.title}".strip()
    if section.kind is SectionKind.ROW:
        words = f"{section.label} {section.title}".strip()
    titles = {document.head.title, document.head_of(section.part).title, *path[-1:]}
    if not words or section.title in titles or section.kind in (SectionKind.PART, SectionKind.TEXT):
        return path
    return (*path, words)


def _kept_whole(section: Section) -> bool:
    """Whether an item keeps the items inside it: together they say one thing."""
    return (
        section.kind is SectionKind.ITEM
        and section.end - section.start <= _RUN_TOGETHER
        and all(inner.kind in (SectionKind.ITEM, SectionKind.TEXT) for inner in section.walk())
    )


def _own_pieces(document: Document, section: Section, path: tuple[str, ...]) -> Iterator[_Piece]:
    end = section.children[0].start if section.children else section.end
    _, end = trim(document.text, section.start, end)
    if end <= section.start:
        return
    heads = section.kind in (SectionKind.HEADING, SectionKind.PART, SectionKind.TABLE)
    # A numbered heading with nothing below it may be a member of a list; a title is never.
    if (
        heads
        and (section.children or not section.label)
        and _is_bare(document.text[section.start : end], section)
    ):
        yield _Piece(SectionKind.HEADING, path, section.part, section.start, end, Cut.HEADING, section.marks)
    else:
        yield from _text_pieces(document, section, path, end)


def _is_bare(own: str, section: Section) -> bool:
    if section.kind is not SectionKind.HEADING:
        return True
    return not own.rstrip().endswith("。") and len(own) <= len(section.label) + len(section.title) + 4


def _text_pieces(document: Document, section: Section, path: tuple[str, ...], end: int) -> Iterator[_Piece]:
    kind = section.kind if section.kind is SectionKind.ITEM else SectionKind.TEXT
    most = _LONGEST if section.kind is SectionKind.ITEM else _PARAGRAPHS
    ranges = list(_gather(document.text, section.start, end, most))
    several = Cut.LONG if section.kind in (SectionKind.ITEM, SectionKind.ROW) else Cut.GATHERED
    for start, stop in ranges:
        marks: tuple[Mark, ...] = tuple(mark for mark in section.marks if mark is not Mark.REDACTED)
        if find_redactions(document.text[start:stop]):
            marks = (Mark.REDACTED, *marks)
        yield _Piece(kind, path, section.part, start, stop, several if len(ranges) > 1 else Cut.ITEM, marks)


def _gather(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """Lines gathered into ranges of at most ``most`` characters; a longer line is cut between sentences."""
    first = last = -1
    for line in read_lines(text[start:end]):
        if is_page_number(line.text):
            continue  # it can stand in mid-sentence
        furniture = is_furniture(line)
        for unit_start, unit_end in (
            () if furniture else _units(text, start + line.start, start + line.end, most)
        ):
            if first >= 0 and unit_end - first > most:
                yield first, last
                first = -1
            first = unit_start if first < 0 else first
            last = unit_end
        if furniture and first >= 0:
            yield first, last
            first = -1
    if first >= 0:
        yield first, last


def _units(text: str, start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """A line whole, or if it is too long its sentences; of too long a sentence its clauses."""
    if end - start <= most:
        yield start, end
        return
    for first, last in sentences(text[start:end]):
        position = start + first
        while start + last - position > most:
            cut = max(text.rfind(mark, position, position + most) for mark in _CLAUSE_ENDS) + 1
            cut = cut if cut > position else position + most
            yield trim(text, position, cut)
            position = cut
        yield trim(text, position, start + last)


def _standing_again(document: Document) -> set[int]:
    """Which sections are lists of contents whose entries stand all in the last such list too."""
    lists = {
        index: {"".join(line.split()) for line in document.text[section.start : section.end].split("\n")}
        for index, section in enumerate(document.sections)
        if section.kind is SectionKind.OUTLINE and not section.part and not section.children
    }
    last = max(lists, default=0)
    return {index for index, entries in lists.items() if index != last and entries <= lists[last]}


def _outline_pieces(document: Document, section: Section, path: tuple[str, ...]) -> Iterator[_Piece]:
    """The contents as they stand; of an outline, each run of headings that have no body, by chapter."""
    if not section.children:
        for start, end in _gather(document.text, section.start, section.end, _LONGEST):
            yield _Piece(section.kind, path, section.part, start, end, Cut.OUTLINE)
        return
    for chapter in section.children:
        missing = [s for s in chapter.walk() if Mark.OUTLINE_ONLY in s.marks]
        if missing:
            here = (*path, f"{chapter.label}{chapter.title}")
            start, end = missing[0].start, max(s.end for s in missing)
            for first, last in _gather(document.text, start, end, _LONGEST):
                yield _Piece(section.kind, here, section.part, first, last, Cut.OUTLINE, (Mark.OUTLINE_ONLY,))
