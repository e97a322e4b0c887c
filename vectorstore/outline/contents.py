"""The table of contents of a single document: headings, often with dotted page numbers, before the body."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vectorstore.lines import Line
from vectorstore.outline.compilation import Span
from vectorstore.outline.numbering import Opening, OpeningReader

_HEADING = re.compile(r"目\s*[录次]")
_LEADERS = re.compile(r"^\S.{0,80}?(?:[.…·⋯．]{3,}|[.…·⋯．\s]{4,})\s*\d{1,4}$")
_LONGEST_ENTRY = 90
_LOOKED_AT = 400  # lines that a table of contents is looked for in, and can have
_FEWEST_ENTRIES = 3  # lines, the heading 目录 among them


def find_contents(lines: Sequence[Line]) -> Span | None:
    """Where the table of contents of a document stands, its heading included; None if it has none."""
    for index, line in enumerate(lines[:_LOOKED_AT]):
        if is_contents_heading(line):
            last = _end_below_heading(lines, index + 1)
            return Span(index, last) if last - index >= _FEWEST_ENTRIES else None
        if _LEADERS.match(line.text[:_LONGEST_ENTRY]):
            last = _end_of_leaders(lines, index)
            return Span(index, last) if last - index >= _FEWEST_ENTRIES else None
    return None


def is_contents_heading(line: Line) -> bool:
    """Whether a line says 目录 and nothing else."""
    return bool(_HEADING.fullmatch(line.text))


def _end_of_leaders(lines: Sequence[Line], first: int) -> int:
    """The line after the last with a page number, where no more than one line in between has none."""
    last = first
    for index in range(first, min(len(lines), first + _LOOKED_AT)):
        if _LEADERS.match(lines[index].text[:_LONGEST_ENTRY]):
            last = index
        elif index - last > 1 or len(lines[index].text) > _LONGEST_ENTRY:
            break
    return last + 1


def _end_below_heading(lines: Sequence[Line], first: int) -> int:
    """Below 目录 entries need no page numbers: they end where the first of them stands again."""
    if first < len(lines) and _LEADERS.match(lines[first].text[:_LONGEST_ENTRY]):
        return _end_of_leaders(lines, first)
    reader = OpeningReader(lines)
    entries: list[Opening] = []
    last = first
    for index in range(first, min(len(lines), first + _LOOKED_AT)):
        line = lines[index]
        opening = reader.read(line)
        if len(line.text) > _LONGEST_ENTRY or line.text.endswith(("。", "；")):
            break
        if opening and entries and (opening.family, opening.number) == (entries[0].family, entries[0].number):
            return last
        if opening:
            entries.append(opening)
            last = index + 1
    return first
