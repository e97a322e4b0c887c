"""Word packages with any XML in them, and what becomes of files that nobody should trust."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.vectorstore.readers.watching import watched
from vectorstore.errors import UnreadableFile
from vectorstore.readers import read_file

MOST_MEMORY = 900_000_000  # bytes: the address space that a reader has, and a little
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def refusal(path: Path) -> str:
    """Why a file is refused; the time and memory that it took are within the limits."""
    started = monotonic()
    with watched() as peak, pytest.raises(UnreadableFile) as caught:
        read_file(path)
    assert monotonic() - started < 60
    assert peak[0] < MOST_MEMORY
    assert path.name in caught.value.message.zh
    assert caught.value.hint.zh
    return caught.value.message.zh


def word_package(path: Path, body: str, before: str = "", members: dict[str, bytes] | None = None) -> Path:
    """A DOCX with this XML in its body, and this in front of it."""
    document = (
        f'<?xml version="1.0"?>{before}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    )
    relation = '<Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/>'
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": f"<Relationships>{relation}</Relationships>".encode(),
        "word/document.xml": document.encode(),
        **(members or {}),
    }
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def paragraphs(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
