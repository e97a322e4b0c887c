"""What holds for every document, however broken: checked section by section, chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vectorstore.documents.chunking import split, units
from vectorstore.documents.letterhead import read_head, read_part_heads
from vectorstore.lines import read_lines
from vectorstore.outline.structure import read_structure
from vectorstore.outline.titles import is_furniture
from vectorstore.readers import ReadTable
from vectorstore.store.database import text_digest
from vectorstore.text import normalise
from vectorstore.types import Chunk, Document, Heading, Section, SectionKind

LONGEST_CHUNK = 4_000


def understood(
    text: str,
    source: str = "文件.txt",
    tables: Sequence[ReadTable] = (),
    headings: Sequence[Heading] = (),
) -> Document:
    """The document of a text, without catalog. Tables and headings are ranges of the text once normalised."""
    text = normalise(text)
    structure = read_structure(text, tables, headings)
    return Document(
        id=text_digest(source)[:12],
        source=source,
        text=text,
        digest=text_digest(text),
        head=read_head(text, structure),
        parts=read_part_heads(text, structure),
        sections=structure.sections,
    )


def check(document: Document) -> tuple[Chunk, ...]:
    """Fail if the document's sections or chunks break a guarantee; its chunks."""
    check_sections(document, document.sections, 0, len(document.text))
    chunks = split(document)
    check_chunks(document, chunks)
    check_nothing_lost(document, chunks)
    return chunks


def check_sections(document: Document, sections: Sequence[Section], start: int, end: int) -> None:
    """Sections are in order, lie inside their parent, and never overlap; so are the cells of a row."""
    for section in sections:
        assert start <= section.start < section.end <= end, section
        assert not document.text[section.start].isspace(), section
        assert not document.text[section.end - 1].isspace(), section
        assert 0 <= section.part <= len(document.parts), section
        start = section.end
        check_sections(document, section.children, section.start, section.end)
        check_cells(document, section)


def check_cells(document: Document, section: Section) -> None:
    """Cells say what stands there, furniture aside, in order and inside their row; merged ones above it."""
    assert bool(section.cells) == (section.kind is SectionKind.ROW)
    own = [cell for cell in section.cells if cell.rows == 1 or cell.end > section.start]
    filled = [cell for cell in own if cell.text]
    for left, right in pairwise(filled):
        assert left.end <= right.start or left.start == right.start, (left, right)  # one cell, two columns
    assert all(section.start <= cell.start <= cell.end <= section.end for cell in own), section
    for cell in section.cells:
        lines = read_lines(document.text[cell.start : cell.end])
        said = "".join(line.text for line in lines if not is_furniture(line))
        assert bare(said) in (bare(cell.text.replace("|", "\\|")), bare(cell.text)), cell


def check_chunks(document: Document, chunks: Sequence[Chunk]) -> None:
    """Chunks are slices of the text, in order, apart from each other, and of bounded length."""
    for ordinal, chunk in enumerate(chunks):
        assert chunk.text == document.text[chunk.start : chunk.end]
        assert chunk.text.strip(), chunk
        assert (chunk.ordinal, chunk.document_id) == (ordinal, document.id)
        assert len(chunk.text) <= LONGEST_CHUNK, len(chunk.text)
        ranges = [(chunk.start, chunk.start), *units(chunk), (chunk.end, chunk.end)]
        assert all(before[1] <= after[0] <= after[1] for before, after in pairwise(ranges)), chunk
    assert all(before.end <= after.start for before, after in pairwise(chunks))
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def check_nothing_lost(document: Document, chunks: Sequence[Chunk]) -> None:
    """What is in no chunk is white space, furniture, or a heading of an outline that has its body."""
    held = bytearray(len(document.text))
    for chunk in chunks:
        held[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
    for section in document.sections:
        if section.kind is SectionKind.OUTLINE:
            held[section.start : section.end] = b"\1" * (section.end - section.start)
    for line in read_lines(document.text):
        lost = document.text[line.start : line.end] if not all(held[line.start : line.end]) else ""
        left = "".join(
            char for char, kept in zip(lost, held[line.start : line.end], strict=False) if not kept
        )
        assert not left.strip() or is_furniture(line), left


def bare(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())
