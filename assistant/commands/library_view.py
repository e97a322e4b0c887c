"""The library of documents on the terminal: its list, a document's outline, a preview of chunks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from assistant.commands.terminal import describe, tell
from assistant.saying.answer_json import Json, head_json
from assistant.wording import CUT_NAMES, MARK_NAMES
from vectorstore.documents.chunking import Cut
from vectorstore.errors import Language, Message
from vectorstore.library.intake import Failure
from vectorstore.types import Chunk, Document, Mark, Section, SectionKind

if TYPE_CHECKING:
    from assistant.upkeep.library import Preview
    from vectorstore.store.database import Listed

_LONGEST_CELL = 60  # characters of a cell that a line shows
_LONGEST_TEXT = 80  # characters of a chunk that a line shows
_EMPTY = Message("库里还没有文件。", "The library has no documents.")
_CHUNKS = Message("{} 个片段", "{} chunks")
_BODY = Message("（正文）", "(text)")
_TABLE = Message("（表）", "(table)")
_OUTLINE = Message("（目录）", "(contents)")


def show_list(documents: Sequence[Listed], language: Language) -> None:
    """A document on two lines: its id and what it is, then its name in the library and its size."""
    if not documents:
        tell(_EMPTY.in_language(language))
    for document in documents:
        typer.echo(f"{document.id}  {describe(document.head, language)}")
        chunks = _CHUNKS.in_language(language).format(document.chunks)
        typer.echo(f"{'':12}  {document.source} · {chunks}")


def listed_json(documents: Sequence[Listed]) -> Json:
    """The list as JSON."""
    return {
        "documents": [head_json(one.id, one.source, one.head) | {"chunks": one.chunks} for one in documents]
    }


def show_document(document: Document, language: Language) -> None:
    """What a document is, what is missing of it, and its outline as a tree with marks and cells."""
    typer.echo(f"{document.id}  {describe(document.head, language)}")
    typer.echo(f"{'':12}  {document.source}")
    for notice in document.notices:
        typer.echo(f"ⓘ {notice.in_language(language)}")
    for section in document.sections:
        _show_section(section, document, language, 0)


def show_previews(previews: Iterable[Preview | Failure], language: Language) -> bool:
    """Outline and chunks of each file; whether all could be read."""
    whole = True
    for preview in previews:
        if isinstance(preview, Failure):
            whole = False
            message, hint = (part.in_language(language) for part in (preview.message, preview.hint))
            tell(f"✗ {preview.source}：{message}{hint}")
            continue
        show_document(preview.document, language)
        typer.echo(_CHUNKS.in_language(language).format(len(preview.chunks)))
        for chunk, cut in preview.chunks:
            _show_chunk(chunk, cut, language)
    return whole


def _show_section(section: Section, document: Document, language: Language, depth: int) -> None:
    name = f"{section.label} {section.title}".strip() or _unnamed(section, language)
    if section.kind is SectionKind.PART:
        name = describe(document.head_of(section.part), language)
    elif section.kind is SectionKind.OUTLINE and section.title:
        name += _OUTLINE.in_language(language)
    typer.echo(f"{'  ' * depth}{name}{_marks(section.marks, language)}  [{section.start}-{section.end}]")
    for cell in section.cells:
        typer.echo(f"{'  ' * (depth + 2)}{cell.header or '·'}：{_shorten(cell.text, _LONGEST_CELL)}")
    for child in section.children:
        _show_section(child, document, language, depth + 1)


def _unnamed(section: Section, language: Language) -> str:
    names = {SectionKind.TABLE: _TABLE, SectionKind.OUTLINE: _OUTLINE}
    return names.get(section.kind, _BODY).in_language(language)


def _show_chunk(chunk: Chunk, cut: Cut, language: Language) -> None:
    reason = CUT_NAMES[cut].in_language(language)
    size = f"{chunk.end - chunk.start}"
    typer.echo(
        f"{chunk.ordinal:4} [{chunk.start}-{chunk.end}] {size} · {reason}{_marks(chunk.marks, language)}"
    )
    if chunk.path:
        typer.echo(f"{'':5}{' › '.join(chunk.path)}")
    typer.echo(f"{'':5}{_shorten(chunk.text, _LONGEST_TEXT)}")


def _marks(marks: Sequence[Mark], language: Language) -> str:
    return "".join(f" 〔{MARK_NAMES[mark].in_language(language)}〕" for mark in marks)


def _shorten(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
