"""How documents and chunks stand in tables, and back, exactly."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    String,
    Table,
)
from sqlalchemy.types import TypeDecorator

from vectorstore.errors import Message
from vectorstore.types import Cell, Chunk, Document, Head, Mark, Section, SectionKind, Status

SCHEMA = 2  # raised whenever the tables or the JSON in them change
# What brings a library of the version before up to this one, by version.
UPGRADES = {
    1: (
        "ALTER TABLE documents ADD COLUMN pages VARCHAR NOT NULL DEFAULT '[]'",
        "ALTER TABLE documents ADD COLUMN notices VARCHAR NOT NULL DEFAULT '[]'",
        "ALTER TABLE documents ADD COLUMN origin BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE documents ADD COLUMN place BLOB NOT NULL DEFAULT x''",
    )
}


class _ExactText(TypeDecorator[str]):
    """Text kept as bytes: a NUL or half a surrogate pair, as file names may have, comes back as it was."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.encode("utf-8", "surrogatepass")

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else value.decode("utf-8", "surrogatepass")


metadata = MetaData()
library = Table("library", metadata, Column("version", Integer, primary_key=True))
documents = Table(
    "documents",
    metadata,
    Column("id", _ExactText, primary_key=True),
    Column("source", _ExactText, nullable=False, unique=True),
    Column("fingerprint", String, nullable=False),  # of the file and the rules it was read by
    Column("state", String, nullable=False),  # of the columns below, and the chunks
    Column("text", _ExactText, nullable=False),
    Column("digest", String, nullable=False),
    Column("head", String, nullable=False),
    Column("parts", String, nullable=False),
    Column("sections", String, nullable=False),
    Column("pages", String, nullable=False),
    Column("notices", String, nullable=False),
    Column("origin", _ExactText, nullable=False),  # these two are of no state: see intake.SourceFile
    Column("place", _ExactText, nullable=False),
)
chunks = Table(
    "chunks",
    metadata,
    Column("id", _ExactText, primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("path", String, nullable=False),
    Column("text", _ExactText, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("marks", String, nullable=False),
    Column("cells", String, nullable=False),
)
vectors = Table(
    "vectors",
    metadata,
    Column("model", _ExactText, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)


def text_digest(text: str) -> str:
    """SHA-256 of a text, hex: the key of its vector."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def document_row(document: Document) -> dict[str, str]:
    """The columns of a document, its fingerprint, state and origin left out."""
    return {
        "id": document.id,
        "source": document.source,
        "text": document.text,
        "digest": document.digest,
        "head": to_json(document.head),
        "parts": to_json(document.parts),
        "sections": to_json(document.sections),
        "pages": to_json(document.pages),
        "notices": to_json(document.notices),
    }


def chunk_row(chunk: Chunk) -> dict[str, str | int]:
    """The columns of a chunk."""
    return {
        "id": chunk.id,
        "document_id": chunk.document_id,
        "ordinal": chunk.ordinal,
        "part": chunk.part,
        "kind": chunk.kind,
        "path": to_json(chunk.path),
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "marks": to_json(chunk.marks),
        "cells": to_json(chunk.cells),
    }


def read_document(row: RowMapping) -> Document:
    """The document that document_row was made from."""
    return Document(
        id=row["id"],
        source=row["source"],
        text=row["text"],
        digest=row["digest"],
        head=read_head(row["head"]),
        parts=tuple(map(_head, json.loads(row["parts"]))),
        sections=tuple(map(_section, json.loads(row["sections"]))),
        pages=tuple(json.loads(row["pages"])),
        notices=tuple(Message(**notice) for notice in json.loads(row["notices"])),
    )


def read_chunk(row: RowMapping) -> Chunk:
    """The chunk that chunk_row was made from."""
    return Chunk(
        id=row["id"],
        document_id=row["document_id"],
        ordinal=row["ordinal"],
        part=row["part"],
        kind=SectionKind(row["kind"]),
        path=tuple(json.loads(row["path"])),
        text=row["text"],
        start=row["start"],
        end=row["end"],
        marks=_marks(json.loads(row["marks"])),
        cells=_cells(json.loads(row["cells"])),
    )


def to_json(value: object) -> str:
    """ASCII JSON of domain types: the same value always gives the same string."""
    return json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} can't be stored")


def read_head(column: str) -> Head:
    """The head that a document's column holds."""
    return _head(json.loads(column))


def _head(stored: dict[str, Any]) -> Head:
    read = {
        "issued_on": _date(stored["issued_on"]),
        "status": Status(stored["status"]),
        "deadline": _date(stored["deadline"]),
        "aliases": tuple(stored["aliases"]),
    }
    return Head(**stored | read)


def _section(stored: dict[str, Any]) -> Section:
    read = {
        "kind": SectionKind(stored["kind"]),
        "marks": _marks(stored["marks"]),
        "cells": _cells(stored["cells"]),
        "children": tuple(map(_section, stored["children"])),
    }
    return Section(**stored | read)


def _cells(stored: list[dict[str, Any]]) -> tuple[Cell, ...]:
    return tuple(Cell(**cell) for cell in stored)


def _marks(stored: list[str]) -> tuple[Mark, ...]:
    return tuple(map(Mark, stored))


def _date(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)
