"""From a file to a Document: read, find the structure, read the letterhead, apply the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from vectorstore.documents.catalog import DocumentEntry
from vectorstore.documents.letterhead import read_head, read_part_heads
from vectorstore.errors import Message, UnreadableFile
from vectorstore.outline.structure import read_structure
from vectorstore.readers import MOST_SCANS, read_file, stop_reading
from vectorstore.types import Document

__all__ = ["Bounds", "stop_reading", "understand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much may be read of one file, where somebody waits for it: characters, and pages to recognise."""

    characters: int | None = None
    scans: int = MOST_SCANS


UNBOUNDED = Bounds()
"""Nothing but what the readers themselves hold every file to."""


def understand(path: Path, source: str, entry: DocumentEntry | None, bounds: Bounds = UNBOUNDED) -> Document:
    """Read one file. Its id is made from ``source``, its name in the library, so a new version keeps it.

    ``entry`` corrects what the rules read. Raises UnreadableFile or CatalogInvalid.
    """
    file = read_file(path, most_scans=bounds.scans)
    text = file.text
    if bounds.characters is not None and len(text) > bounds.characters:
        raise _too_long(path.name, bounds.characters)
    structure = read_structure(text, file.tables, file.headings)
    document = Document(
        id=sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:12],
        source=source,
        text=text,
        digest=sha256(text.encode("utf-8")).hexdigest(),
        head=read_head(text, structure, source),
        parts=read_part_heads(text, structure),
        sections=structure.sections,
        pages=file.pages,
        notices=file.notices,
    )
    return entry.correct_document(document) if entry else document


def _too_long(name: str, most: int) -> UnreadableFile:
    return UnreadableFile(
        Message(
            f"文件 {name} 太长，超过了 {most // 10_000} 万字。",
            f"{name} is too long: over {most:,} characters.",
        ),
        Message("请只留下要问的部分。", "Leave only the part that you ask about."),
    )
