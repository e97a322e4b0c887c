"""The catalog: what is known of documents beyond their text, written by hand in TOML.

A ``[[document]]`` names its file by the path below the catalog's folder
(``source``), or by its URL, and gives the fields of
``vectorstore.types.Head`` that the rules can't read or read wrong; ``[[document.part]]``
does the same for the n-th document of a compilation. Each may say why (``reason``).
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from vectorstore.errors import CatalogInvalid, Message
from vectorstore.types import Document, Head, Status


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = None
    issuer: str | None = None
    number: str | None = None
    region: str | None = None
    issued_on: date | None = None
    period: str | None = None
    kind: str | None = None
    status: Status | None = None
    deadline: date | None = None
    superseded_by: str | None = None
    aliases: tuple[str, ...] | None = None
    reason: str = ""

    def correct(self, head: Head) -> Head:
        """``head`` with the fields that this entry gives."""
        given = self.model_dump(exclude_none=True, include=set(Head.__dataclass_fields__))
        return replace(head, **given)


class DocumentEntry(_Entry):
    """What the catalog says of one file."""

    source: str
    part: tuple[_Entry, ...] = ()

    def correct_document(self, document: Document) -> Document:
        """The document with its heads corrected. Raises CatalogInvalid where parts do not fit."""
        if len(self.part) > len(document.parts):
            wrong, right = len(self.part), len(document.parts)
            raise CatalogInvalid(
                Message(
                    f"catalog.toml 给 {self.source} 写了 {wrong} 个部分，文件里有 {right} 个。",
                    f"catalog.toml gives {self.source} {wrong} parts, the file has {right}.",
                ),
                Message(
                    "请改正 [[document.part]] 的条数。", "Correct the number of [[document.part]] entries."
                ),
            )
        parts = list(document.parts)
        for index, part in enumerate(self.part):
            parts[index] = part.correct(parts[index])
        return replace(document, head=self.correct(document.head), parts=tuple(parts))


class Catalog(BaseModel):
    """All entries of one catalog file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: tuple[DocumentEntry, ...] = ()

    def entry(self, name: str) -> DocumentEntry | None:
        """What the catalog says of the file of that name, if anything."""
        return next((entry for entry in self.document if entry.source == name), None)


def load_catalog(path: Path) -> Catalog:
    """Read a catalog; a missing file is an empty one. Raises CatalogInvalid naming each wrong entry."""
    if not path.is_file():
        return Catalog()
    try:
        catalog = Catalog.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise _invalid(path, str(error)) from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise _invalid(path, wrong) from error
    sources = [entry.source for entry in catalog.document]
    doubled = sorted({source for source in sources if sources.count(source) > 1})
    if doubled:
        raise _invalid(path, f"document: {', '.join(doubled)} ×2")
    return catalog


def _invalid(path: Path, detail: str) -> CatalogInvalid:
    return CatalogInvalid(
        Message(f"文档目录 {path.name} 有误：{detail}。", f"The catalog {path.name} is invalid: {detail}."),
        Message("请改正该文件后重试。", "Correct that file and try again."),
    )
