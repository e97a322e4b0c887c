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
from vectorstore.lines import Line, ends_sentence, read_lines
from vectorstore.sections import read_region
from vectorstore.titles import is_date, is_signature
from vectorstore.types import Mark, Section, SectionKind


@dataclass(frozen=True, slots=True)
class Structure:
    """The outline of a file; ``titles`` are its title blocks in order, ``parts`` those of a compilation."""

    sections: tuple[Section, ...]
    titles: tuple[str, ...]
    parts: tuple[str, ...]


def read_structure(text: str) -> Structure:
    """The outline of ``text``, which must be normalised (vectorstore.text.normalise)."""
    lines = read_lines(text)
    compilation = find_compilation(lines)
    if compilation is None:
        sections, titles = read_region(text, lines, 0)
        return Structure(_mark_truncated(text, sections), titles, ())
    sections, titles = _read_compilation(text, lines, compilation)
    return Structure(sections, titles, compilation.titles)


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
            inner, _ = read_region(text, region, part)
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
        yield from read_region(text, lines[first:index], 0)[0]
        first = index + 1


def _outline(
    text: str, lines: Sequence[Line], span: Span, title: str, part: int, bodies: Sequence[Section]
) -> Section:
    """An outline whose headings are marked where no body has them."""
    region, _ = read_region(text, lines[span.first : span.last], part)
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
