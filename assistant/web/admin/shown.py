"""Documents as the administration shows them: facts, outline, and chunks with why they were cut so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from assistant.web.look import Look
from assistant.wording import CUT_NAMES, MARK_NAMES, STATUS_NAMES
from vectorstore.documents.chunking import Cut
from vectorstore.errors import Language, Message
from vectorstore.types import Chunk, Document, Head, Mark, Section, SectionKind, Status

_LONGEST = 200  # characters of a chunk
_MOST = 2_000  # sections or chunks that a page bears
_UNNAMED = {
    SectionKind.TABLE: Message("（表）", "(table)"),
    SectionKind.OUTLINE: Message("（目录）", "(contents)"),
}
_BODY = Message("（正文）", "(text)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    """A line of the outline and those below it."""

    name: str
    marks: tuple[str, ...]
    children: tuple[ShownSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChunk:
    """A chunk, where it stands, how long it is, and why it was cut so."""

    path: str
    text: str
    size: int
    why: str
    marks: tuple[str, ...]


def facts_of(head: Head) -> tuple[str, ...]:
    """What is known of a document, without what is not."""
    issued = head.issued_on.isoformat() if head.issued_on else ""
    return tuple(fact for fact in (head.issuer, head.number, head.region, issued, head.kind) if fact)


def outline_of(document: Document, language: Language) -> tuple[ShownSection, ...]:
    """The outline as a tree; rows of tables are left out, as they all are chunks."""
    return tuple(_section(section, document, language) for section in document.sections[:_MOST])


def chunks_of(chunks: Sequence[tuple[Chunk, Cut]], language: Language) -> tuple[ShownChunk, ...]:
    """The chunks, as many as a page bears."""
    return tuple(
        ShownChunk(
            path=" › ".join(chunk.path),
            text=_shorten(chunk.text),
            size=chunk.end - chunk.start,
            why=CUT_NAMES[cut].in_language(language),
            marks=names_of(chunk.marks, language),
        )
        for chunk, cut in chunks[:_MOST]
    )


def section_count(sections: Iterable[Section]) -> int:
    """All sections, however deep."""
    return sum(1 + section_count(section.children) for section in sections)


def marks_of(sections: Iterable[Section]) -> set[Mark]:
    """All that the source hides or lacks, anywhere in these sections."""
    found: set[Mark] = set()
    for section in sections:
        found |= {*section.marks, *marks_of(section.children)}
    return found


def names_of(marks: Iterable[Mark], language: Language) -> tuple[str, ...]:
    """Marks in words."""
    return tuple(MARK_NAMES[mark].in_language(language) for mark in sorted(marks))


def statuses(language: Language) -> tuple[tuple[str, str], ...]:
    """The statuses that can be chosen, with their names."""
    return tuple((each.value, STATUS_NAMES[each].in_language(language)) for each in Status)


def reader_link(document_id: str, look: Look) -> str:
    """Where a document is read."""
    return f"/documents/{quote(document_id, safe='')}" + (
        f"?lang={look.language}" if ("lang", look.language) in look.kept else ""
    )


def _section(section: Section, document: Document, language: Language) -> ShownSection:
    name = f"{section.label} {section.title}".strip()
    if section.kind is SectionKind.PART:
        name = document.head_of(section.part).title
    rows = section.kind is SectionKind.TABLE
    return ShownSection(
        name=name or _UNNAMED.get(section.kind, _BODY).in_language(language),
        marks=names_of(section.marks, language),
        children=() if rows else tuple(_section(child, document, language) for child in section.children),
    )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
