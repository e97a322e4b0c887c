"""What a person corrects of a document: from a form to an entry of the catalog, and to its file."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path

from vectorstore.disk.private import make_file
from vectorstore.documents.catalog import DocumentEntry, load_catalog
from vectorstore.errors import Message, PolicyAssistantError
from vectorstore.types import Head, Status

TEXTS = ("title", "issuer", "number", "region", "kind", "superseded_by")
_LONGEST = 300
_NOTE = "# Written by the administration pages. Change it by hand only while the server is stopped.\n"


class CorrectionInvalid(PolicyAssistantError):
    """A field of the form has a value that the catalog can't hold."""

    code = "correction_invalid"
    status = 422


def read_correction(form: Mapping[str, object], head: Head, entry: DocumentEntry) -> DocumentEntry:
    """``entry`` with the fields of the form that differ from ``head``. Raises CorrectionInvalid."""
    given: dict[str, object] = {}
    for name in TEXTS:
        value = _line(form.get(name))
        if value != getattr(head, name):
            given[name] = value
    if not _line(form.get("title")):
        raise _invalid(Message("标题不能是空的。", "A document needs a title."))
    issued = _date(_line(form.get("issued_on")))
    if issued is None and head.issued_on:
        raise _invalid(Message("日期可以改，不能清空。", "A date can be changed, not taken away."))
    if issued != head.issued_on:
        given["issued_on"] = issued
    status = _status(_line(form.get("status")))
    if status is not head.status:
        given["status"] = status
    return entry.model_copy(update=given)


def write_catalog(path: Path, entries: Iterable[DocumentEntry]) -> None:
    """Write a catalog of these entries, whole or not at all."""
    aside = path.with_name(f".{path.name}.new")
    make_file(aside)
    aside.write_text(_NOTE + "".join(map(_toml, entries)), encoding="utf-8")
    load_catalog(aside)  # never put in place what could not be read again
    aside.replace(path)


def _line(value: object) -> str:
    text = value if isinstance(value, str) else ""
    text = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text)
    return " ".join(text.split())[:_LONGEST]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _invalid(
            Message("日期应写成 2026-03-08 的样子。", "Write the date like 2026-03-08.")
        ) from error


def _status(text: str) -> Status:
    try:
        return Status(text)
    except ValueError as error:
        raise _invalid(Message("没有这种状态。", "There is no such status.")) from error


def _invalid(message: Message) -> CorrectionInvalid:
    return CorrectionInvalid(message, Message("请返回改正后再提交。", "Go back, correct it and try again."))


def _toml(entry: DocumentEntry) -> str:
    known = entry.model_dump(exclude_defaults=True)
    parts = known.pop("part", ())
    return "".join(
        f"\n[[{name}]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in table.items())
        for name, table in (("document", known), *(("document.part", part) for part in parts))
    )


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    text = value.value if isinstance(value, StrEnum) else str(value)
    # A string of JSON is one of TOML, but for this character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
