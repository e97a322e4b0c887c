"""A document's text as a page shows it: headings, paragraphs and tables, in order, with nothing left out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.web.original.row_tables import RowTable, read_table
from assistant.web.original.spans import Range, Span, anchor_of, read_spans
from vectorstore.text import squeeze, trim
from vectorstore.types import Document, Mark, Section, SectionKind

_FIRST_LEVEL, _LAST_LEVEL = 2, 4  # h1 is the title of the page
_CLOSING = re.compile(r"[。．.：:；;，,、）)】〕》”’\s]*")
_HEADINGS = (SectionKind.PART, SectionKind.HEADING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, a heading or a table. ``gap`` is the white space before it, line ends and indentation.

    ``heading`` are its words if it is a heading, with its ``level``; a heading
    whose paragraph goes on in the same line has that as ``body``.
    """

    gap: str
    heading: tuple[Span, ...] = ()
    body: tuple[Span, ...] = ()
    level: int = 0
    anchor: str = ""
    marks: tuple[Mark, ...] = ()
    table: RowTable | None = None


@dataclass(frozen=True, slots=True)
class _Heading:
    """Where the words of a heading end, and its level."""

    end: int
    level: int


def read_blocks(document: Document, cited: Range | None) -> Iterator[Block]:
    """The whole text in order: outside of tables, all that is shown joined again is the text."""
    text = document.text
    sections = [section for top in document.sections for section in top.walk()]
    headings = dict(_headings(text, document.sections, _FIRST_LEVEL))
    anchors = sorted({section.start for section in sections})
    marks = _marks(sections)
    position = 0
    for place in _places(text, sections, headings, cited):
        if isinstance(place, _PlacedTable):
            yield Block(gap=text[position : place.start], table=place.table)
            position = place.end
            continue
        start, end = place
        heading = headings.get(start)
        body = min(heading.end, end) if heading else start
        yield Block(
            gap=text[position:start],
            heading=read_spans(text, (start, body), cited, anchors) if heading else (),
            body=read_spans(text, (body, end), cited, anchors) if body < end else (),
            level=heading.level if heading else 0,
            anchor=anchor_of(start) if start in marks else "",
            marks=_marks_between(marks, anchors, start, end),
        )
        position = end
    if position < len(text):
        yield Block(gap=text[position:])


@dataclass(frozen=True, slots=True)
class _PlacedTable:
    start: int
    end: int
    table: RowTable


def _places(
    text: str, sections: Sequence[Section], headings: Mapping[int, _Heading], cited: Range | None
) -> Iterator[Range | _PlacedTable]:
    position = 0
    for section in sections:
        table = read_table(text, section, cited) if section.kind is SectionKind.TABLE else None
        if table:
            yield from _lines(text, position, section.start, headings)
            yield _PlacedTable(section.start, section.end, table)
            position = section.end
    yield from _lines(text, position, len(text), headings)


def _lines(text: str, start: int, end: int, headings: Mapping[int, _Heading]) -> Iterator[Range]:
    """The lines that are not blank, without their outer white space; all lines of a heading are one."""
    position = start
    while position < end:
        left, right = trim(text, position, _line_end(text, position, end))
        if left < right:
            heading = headings.get(left)
            if heading and heading.end > right:
                _, right = trim(text, left, _line_end(text, heading.end, end))
            yield left, right
        position = max(_line_end(text, position, end), right) + 1


def _line_end(text: str, position: int, end: int) -> int:
    found = text.find("\n", position, end)
    return found if found >= 0 else end


def _headings(text: str, sections: Sequence[Section], level: int) -> Iterator[tuple[int, _Heading]]:
    """The headings of the text by where they start; what a table of contents lists is none."""
    for section in sections:
        if section.kind in (SectionKind.OUTLINE, SectionKind.TABLE):
            continue
        is_heading = section.kind in _HEADINGS
        yield from _headings(text, section.children, min(level + is_heading, _LAST_LEVEL))
        if is_heading:  # after what is inside: of two that start together the outer one counts
            yield section.start, _Heading(_words_end(text, section), level)


def _words_end(text: str, section: Section) -> int:
    """Where a heading's words end: its title can go on in the next line, or a paragraph behind it."""
    line_end = _line_end(text, section.start, section.end)
    words, _ = squeeze(section.label + section.title)
    found, positions = squeeze(text[section.start : section.start + 2 * len(words) + 40])
    if not section.title or not found.startswith(words):
        return line_end
    end = section.start + positions[len(words) - 1] + 1
    closing = _CLOSING.match(text, end, max(end, _line_end(text, end, section.end)))
    return closing.end() if closing else end


def _marks(sections: Sequence[Section]) -> Mapping[int, tuple[Mark, ...]]:
    """What is marked, by where the section starts; all sections are in it."""
    found: dict[int, tuple[Mark, ...]] = {}
    for section in sections:
        found[section.start] = (*found.get(section.start, ()), *section.marks)
    return found


def _marks_between(
    marks: Mapping[int, tuple[Mark, ...]], anchors: Sequence[int], start: int, end: int
) -> tuple[Mark, ...]:
    inside = anchors[bisect_left(anchors, start) : bisect_left(anchors, end)]
    return tuple(dict.fromkeys(mark for anchor in inside for mark in marks[anchor]))
