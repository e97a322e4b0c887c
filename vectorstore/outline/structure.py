"""From a document's text to its outline: sections that nest, never overlap and leave nothing of the body out.

The text is read in regions: the whole file, or for a compilation the contents,
the outlines and each body. In a region, what starts a section is found
by vectorstore.outline.sections, and where each ends by vectorstore.outline.nesting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vectorstore.lines import Line, read_lines
from vectorstore.outline.compilation import Compilation, Span, find_compilation
from vectorstore.outline.contents import find_contents, is_contents_heading
from vectorstore.outline.headings import mark_headings
from vectorstore.outline.sections import read_region
from vectorstore.outline.truncation import mark_truncated
from vectorstore.readers.types import ReadTable
from vectorstore.types import Heading, Mark, Section, SectionKind


@dataclass(frozen=True, slots=True)
class Structure:
    """The outline of a file; ``titles`` are its title blocks in order, ``parts`` those of a compilation."""

    sections: tuple[Section, ...]
    titles: tuple[str, ...]
    parts: tuple[str, ...]


def read_structure(
    text: str, tables: Sequence[ReadTable] = (), headings: Sequence[Heading] = ()
) -> Structure:
    """The outline of ``text``, which must be normalised (vectorstore.text.normalise).

    ``tables`` are those that the file draws; flattened ones are found besides.
    ``headings`` are those that it marks up; those with a number are read by it alone.

    >>> text = "某县午餐补助办法\\n第一章 总则\\n第一条 为做好补助工作，制定本办法。"
    >>> structure = read_structure(text)
    >>> structure.titles
    ('某县午餐补助办法',)
    >>> [section.label for outer in structure.sections for section in outer.walk()]
    ['', '第一章', '第一条']
    """
    lines = mark_headings(read_lines(text), headings)
    compilation = find_compilation(lines)
    if compilation is not None:
        sections, titles = _read_compilation(text, lines, compilation, tables)
        return Structure(sections, titles, compilation.titles)
    contents = find_contents(lines)
    if contents is not None:
        return Structure(*_read_with_contents(text, lines, contents, tables), ())
    sections, titles = read_region(text, lines, 0, tables)
    return Structure(mark_truncated(text, sections), titles, ())


def _read_with_contents(
    text: str, lines: Sequence[Line], contents: Span, tables: Sequence[ReadTable]
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """A document with a table of contents, which is kept apart from the headings that it lists."""
    before, titles_before = read_region(text, lines[: contents.first], 0, tables)
    body, titles = read_region(text, lines[contents.last :], 0, tables)
    body = mark_truncated(text, body)
    outline = _outline(text, lines, contents, "", 0, body)
    return (*before, outline, *body), (*titles_before, *titles)


def _read_compilation(
    text: str, lines: Sequence[Line], found: Compilation, tables: Sequence[ReadTable]
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
            inner, _ = read_region(text, region, part, tables)
            inner = mark_truncated(text, inner)
            whole = _whole(text, lines, body, SectionKind.PART, title, part)
            children = (replace(whole, children=inner),)
            sections.extend(children)
        if outline:
            covered.append(outline)
            sections.append(_outline(text, lines, outline, title, part, children))
    sections.extend(_uncovered(text, lines, covered, tables))
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


def _uncovered(
    text: str, lines: Sequence[Line], covered: Sequence[Span], tables: Sequence[ReadTable]
) -> Iterator[Section]:
    first = 0
    for span in [*sorted(covered, key=lambda span: span.first), Span(len(lines), len(lines))]:
        if first < span.first:
            yield from read_region(text, lines[first : span.first], 0, tables)[0]
        first = max(first, span.last)


def _outline(
    text: str, lines: Sequence[Line], span: Span, title: str, part: int, bodies: Sequence[Section]
) -> Section:
    """An outline whose headings are marked where no body has them."""
    first = span.first + is_contents_heading(lines[span.first])
    region, _ = read_region(text, lines[first : span.last], part)
    present = {_key(section) for body in bodies for section in body.walk()}

    def marked(section: Section) -> Section:
        children = tuple(marked(child) for child in section.children)
        missing = bool(section.label or section.title) and _key(section) not in present
        return replace(section, children=children, marks=(Mark.OUTLINE_ONLY,) if missing else ())

    whole = _whole(text, lines, span, SectionKind.OUTLINE, title, part)
    return replace(whole, children=tuple(marked(section) for section in region))


def _key(section: Section) -> tuple[str, str]:
    """A heading as outline and body share it: its number and how its words begin."""
    return re.sub(r"\W", "", section.label), re.sub(r"\W", "", section.title)[:4]
