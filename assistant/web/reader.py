"""The document reader: shows a cited passage where it stands in the original. Needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.web.dependencies import TheAssistant, TheLanguage, TheWorkers, in_worker
from assistant.web.http_errors import UnknownDocument
from assistant.web.static_page import static_page
from assistant.wording import STATUS_NAMES
from vectorstore.errors import Language, Message
from vectorstore.types import Document, Section, SectionKind, Status

router = APIRouter(include_in_schema=False)

_SCRIPT = """
const cited = document.getElementById("cited"), outline = document.getElementById("outline");
if (outline && innerWidth >= 960) outline.open = true;
if (cited && !location.hash) { cited.scrollIntoView({block: "center"}); cited.focus({preventScroll: true}); }
"""
_WORDS = {
    "ask": Message("提问", "Ask a question"),
    "outline": Message("目录", "Outline"),
    "moved": Message(
        "链接所指的位置不在这份文件里，文件可能已更新。",
        "The place that the link points to is not in this document; it may have been updated.",
    ),
    "status": Message("注意：本文件状态为“{}”。", "Note: this document is: {}."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of the document's text that is shown in one way."""

    text: str
    anchor: str = ""
    heading: bool = False
    cited: bool = False
    first_cited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the outline."""

    name: str
    anchor: str
    children: tuple[Entry, ...] = ()


def cited_range(start: str, end: str, length: int) -> tuple[int, int] | None:
    """The half-open range that a link names; None where it names no place in a text of that length."""
    if not (start.isdecimal() and end.isdecimal() and len(start) < 10 and len(end) < 10):
        return None
    first, last = int(start), int(end)
    return (first, last) if first < last <= length else None


def outline_entries(sections: tuple[Section, ...]) -> tuple[Entry, ...]:
    """The sections that have a name, as a tree; what has none gives its place to its children."""
    entries: list[Entry] = []
    for section in sections:
        children = outline_entries(section.children)
        name = f"{section.label} {section.title}".strip()
        if not name or section.kind in (SectionKind.ROW, SectionKind.OUTLINE):
            entries.extend(children)
        else:
            entries.append(Entry(name=name, anchor=f"s{section.start}", children=children))
    return tuple(entries)


def _headings(document: Document) -> dict[int, int]:
    """Start and end of every line that is a heading."""
    found: dict[int, int] = {}
    for top in document.sections:
        for section in top.walk():
            if section.kind in (SectionKind.PART, SectionKind.HEADING):
                line_end = document.text.find("\n", section.start, section.end)
                found[section.start] = line_end if line_end >= 0 else section.end
    return found


def pieces(document: Document, cited: tuple[int, int] | None) -> Iterator[Piece]:
    """The whole text in order, cut where its look changes: joined again, they are the text."""
    headings = _headings(document)
    anchors = {section.start for top in document.sections for section in top.walk()}
    cuts = {0, len(document.text), *anchors, *headings.values(), *(cited or ())}
    bold_until = 0
    ordered = sorted(cuts)
    for start, end in pairwise(ordered):
        bold_until = max(bold_until, headings.get(start, 0))
        inside = cited is not None and cited[0] <= start and end <= cited[1]
        yield Piece(
            text=document.text[start:end],
            anchor=f"s{start}" if start in anchors else "",
            heading=end <= bold_until,
            cited=inside,
            first_cited=inside and cited is not None and start == cited[0],
        )


def render(document: Document, start: str, end: str, language: Language) -> HTMLResponse:
    """The page of one document with the range highlighted."""
    head = document.head
    status = STATUS_NAMES[head.status].in_language(language)
    issued = head.issued_on.isoformat() if head.issued_on else ""
    cited = cited_range(start, end, len(document.text))
    notices = []
    if head.status is not Status.ISSUED:
        notices.append(_WORDS["status"].in_language(language).format(status))
    if (start or end) and cited is None:
        notices.append(_WORDS["moved"].in_language(language))
    return static_page(
        "reader.html",
        script=_SCRIPT,
        language=language,
        title=head.title,
        facts=[fact for fact in (head.issuer, head.number, issued, status, document.source) if fact],
        notices=notices,
        outline=outline_entries(document.sections),
        pieces=pieces(document, cited),
        words={name: message.in_language(language) for name, message in _WORDS.items()},
    )


def _missing(language: Language) -> HTMLResponse:
    error = UnknownDocument()
    return static_page(
        "reader.html",
        status=error.status,
        language=language,
        title=error.message.in_language(language),
        facts=[],
        notices=[],
        outline=(),
        pieces=(),
        words={name: message.in_language(language) for name, message in _WORDS.items()},
    )


@router.get("/documents/{document_id}", response_class=HTMLResponse)
async def read_document(
    document_id: str,
    assistant: TheAssistant,
    workers: TheWorkers,
    language: TheLanguage,
    start: str = "",
    end: str = "",
) -> HTMLResponse:
    """The reader's page; for an unknown document a page that says so, as people come here from links."""

    def page() -> HTMLResponse:
        found = assistant.document(document_id)
        return render(found, start, end, language) if found else _missing(language)

    return await in_worker(workers, page)
