"""A chunk of a policy document as LangChain's Document: the same form from the retriever and the loader."""

from __future__ import annotations

from langchain_core.documents import Document

from assistant.saying.answer_json import document_url
from vectorstore.types import Cell, Chunk, Head, Passage

Metadata = dict[str, str | int | float]


def to_document(passage: Passage) -> Document:
    """The chunk's own words, and in ``metadata`` what is known of it, by the names of the API.

    Values are text and numbers alone, so that any vector store takes them. All keys are always there, and
    what is not known is empty; but ``page`` is there only where the format has pages. ``start`` and ``end``
    count characters of the document's text as it was read, dates are YYYY-MM-DD, and ``url`` is where a
    server over a library with this document shows the chunk.
    """
    chunk = passage.chunk
    metadata: Metadata = {**_of_head(passage.head), **_of_chunk(chunk), "source": passage.source}
    page = passage.page_of(chunk.start)
    return Document(
        id=chunk.id,
        page_content=chunk.text,
        metadata=metadata if page is None else {**metadata, "page": page},
    )


def to_ranked_document(passage: Passage) -> Document:
    """The same with ``rank``, from 1, and ``score``, which means nothing across two searches."""
    document = to_document(passage)
    document.metadata |= {"rank": passage.rank, "score": passage.score}
    return document


def _of_head(head: Head) -> Metadata:
    """What the document, or the part of a compilation that the chunk is in, says of itself."""
    return {
        "title": head.title,
        "issuer": head.issuer,
        "number": head.number,
        "region": head.region,
        "kind": head.kind,
        "status": head.status.value,
        "issued_on": head.issued_on.isoformat() if head.issued_on else "",
        "period": head.period,
        "deadline": head.deadline.isoformat() if head.deadline else "",
        "superseded_by": head.superseded_by,
    }


def _of_chunk(chunk: Chunk) -> Metadata:
    return {
        "document_id": chunk.document_id,
        "chunk_id": chunk.id,
        "chunk_kind": chunk.kind.value,
        "path": " › ".join(chunk.path),
        "marks": ", ".join(mark.value for mark in chunk.marks),
        # The columns' names stand above a table and not in its rows.
        "cells": "\n".join(_told(cell) for cell in chunk.cells if cell.text),
        "start": chunk.start,
        "end": chunk.end,
        "url": document_url(chunk.document_id, chunk.start, chunk.end),
    }


def _told(cell: Cell) -> str:
    return f"{cell.header}：{cell.text}" if cell.header else cell.text
