"""Several documents in one file: the contents, the outlines, and where each body begins.

A compilation starts with a list of its documents (number, title, page). A title
that stands again alone on a line begins that document's body. Between the list
and the first body stand outlines, one a document: headings with no text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vectorstore.lines import Line
from vectorstore.outline.families import Family
from vectorstore.outline.numbering import OpeningReader
from vectorstore.outline.titles import ends_in_kind

_LONGEST_ENTRY = 120
_ENTRY = re.compile(r"^(\d{1,2})\s*[.．、]\s*(\S.*?)[\s.…·⋯]*?(\d{1,4})$")
_NUMBER_ALONE = re.compile(r"^(\d{1,2})\s*[.．、]$")
_TITLE_AND_PAGE = re.compile(r"^(\S.*?\D)[\s.…·⋯]+(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class Span:
    """Lines ``first`` to ``last`` (exclusive)."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Compilation:
    """What a compilation's lines are. Lists run in parallel over the documents; None where one is missing."""

    titles: tuple[str, ...]
    contents: tuple[Span, ...]
    outlines: tuple[Span | None, ...]
    bodies: tuple[Span | None, ...]


@dataclass(frozen=True, slots=True)
class _List:
    span: Span
    titles: tuple[str, ...]


def find_compilation(lines: Sequence[Line]) -> Compilation | None:
    """The file's parts if it is a compilation of at least two documents, else None."""
    lists = _find_lists(lines)
    if not lists:
        return None
    titles = max((found.titles for found in lists), key=lambda t: sum(map(bool, t)))
    starts = _body_starts(lines, titles, lists[-1].span.last)
    known = [start for start in starts if start is not None]
    likely = len(known) > 1 or any(ends_in_kind(title) for title in titles)
    if len(titles) < 2 or not known or not likely:
        return None
    ends = [*known[1:], len(lines)]
    bodies = dict(zip(known, ends, strict=True))
    contents = _with_titles(lines, lists)
    body = Span(known[0], known[0])
    blocks = _outline_blocks(
        lines, [range(a.last, b.first) for a, b in pairwise([Span(0, 0), *contents, body])]
    )
    return Compilation(
        titles,
        contents,
        tuple(blocks) if len(blocks) == len(titles) else (None,) * len(titles),
        tuple(Span(start, bodies[start]) if start is not None else None for start in starts),
    )


def _find_lists(lines: Sequence[Line]) -> list[_List]:
    found: list[_List] = []
    index = 0
    while index < len(lines):
        entries, end = _read_list(lines, index)
        if sum(map(bool, entries)) < 2:
            entries, end = _read_unnumbered(lines, index)
        if len(entries) >= 2:
            found.append(_List(Span(index, end), tuple(entries)))
            index = end
        else:
            index += 1
    return found


def _read_list(lines: Sequence[Line], index: int) -> tuple[list[str], int]:
    """Titles of a numbered list with page numbers that begins on this line; "" where the title is lost."""
    titles: list[str] = []
    page = 0
    while index < len(lines):
        text = lines[index].text[:_LONGEST_ENTRY]
        if (entry := _ENTRY.match(text)) and int(entry.group(1)) == len(titles) + 1:
            title, printed, step = entry.group(2), entry.group(3), 1
        elif (alone := _NUMBER_ALONE.match(text)) and int(alone.group(1)) == len(titles) + 1:
            below = _title_and_page(lines, index + 1)
            title, printed, step = (*below, 2) if below else ("", str(page), 1)
        else:
            break
        if int(printed) < page:
            break
        titles.append(title.strip())
        page, index = int(printed), index + step
    return titles, index


def _read_unnumbered(lines: Sequence[Line], index: int) -> tuple[list[str], int]:
    """Titles of documents with page numbers, one a line, that begin on this line."""
    titles: list[str] = []
    page = 0
    while (entry := _title_and_page(lines, index)) and ends_in_kind(entry[0]) and int(entry[1]) >= page:
        titles.append(entry[0].strip())
        page, index = int(entry[1]), index + 1
    return titles, index


def _title_and_page(lines: Sequence[Line], index: int) -> tuple[str, str] | None:
    match = _TITLE_AND_PAGE.match(lines[index].text[:_LONGEST_ENTRY]) if index < len(lines) else None
    return (match.group(1).strip(" .…·⋯"), match.group(2)) if match else None


def _body_starts(lines: Sequence[Line], titles: Sequence[str], after: int) -> list[int | None]:
    """The line where each title stands again, in order; None where it does not."""
    starts: list[int | None] = []
    position = after
    bare = [_bare(line.text[:_LONGEST_ENTRY]) for line in lines]
    for title in titles:
        wanted = _bare(title)
        hit = next((i for i in range(position, len(lines)) if bare[i] == wanted), None) if wanted else None
        starts.append(hit)
        position = hit + 1 if hit is not None else position
    return starts


def _outline_blocks(lines: Sequence[Line], regions: Sequence[range]) -> list[Span]:
    """Runs of headings inside a region that begin anew at the first chapter."""
    blocks: list[Span] = []
    for region in regions:
        reader = OpeningReader()
        found: list[Span] = []
        for index in region:
            opening = reader.read(lines[index])
            if opening and opening.number == 1 and opening.family in (Family.HAN, Family.CHAPTER):
                found.append(Span(index, index + 1))
            elif opening and found:
                found[-1] = Span(found[-1].first, index + 1)
        blocks.extend(found)
    return blocks


def _with_titles(lines: Sequence[Line], lists: Sequence[_List]) -> tuple[Span, ...]:
    """The lists with the lines over each that belong to it: the file's title and 目录."""
    spans: list[Span] = []
    for found in lists:
        first, limit = found.span.first, spans[-1].last if spans else 0
        while first > limit and lines[first].blanks <= 1 and _belongs_to_contents(lines[first - 1].text):
            first -= 1
        spans.append(Span(first, found.span.last))
    return tuple(spans)


def _belongs_to_contents(text: str) -> bool:
    text = _bare(text[:_LONGEST_ENTRY])
    return text in ("目录", "目次") or bool(re.search(r"[（(]\d+篇[）)]$|汇编$", text))


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
