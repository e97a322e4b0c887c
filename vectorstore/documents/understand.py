"""From a file to a Document: read, find the structure, read the letterhead, apply the catalog."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from vectorstore.documents.catalog import DocumentEntry
from vectorstore.documents.letterhead import read_head, read_part_heads
from vectorstore.outline.structure import read_structure
from vectorstore.readers import read_file, stop_reading
from vectorstore.types import Document

__all__ = ["stop_reading", "understand"]


def understand(path: Path, source: str, entry: DocumentEntry | None) -> Document:
    """Read one file. Its id is made from ``source``, its name in the library, so a new version keeps it.

    ``entry`` corrects what the rules read. Raises UnreadableFile or CatalogInvalid.
    """
    file = read_file(path)
    text = file.text
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
