"""From a file to a document."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from vectorstore.documents.catalog import load_catalog
from vectorstore.documents.understand import understand
from vectorstore.errors import CatalogInvalid, UnreadableFile
from vectorstore.types import SectionKind, Status

TEXT = "云山市学校管理办法\r\n第一条　为加强管理，制定本办法。\r\n第二条　由xx市教育局负责。\r\n"


def test_a_file_becomes_a_document_with_its_outline_and_its_head(tmp_path: Path) -> None:
    path = tmp_path / "办法.txt"
    path.write_bytes(TEXT.encode("gb18030"))
    document = understand(path, "2024/办法.txt", None)
    assert document.text == TEXT.replace("\r\n", "\n")
    assert document.digest == sha256(document.text.encode()).hexdigest()
    assert (document.source, document.head.title) == ("2024/办法.txt", "云山市学校管理办法")
    assert document.head.status is Status.ANONYMISED
    (whole,) = document.sections
    assert [item.label for item in whole.children] == ["第一条", "第二条"]


def test_the_id_is_of_the_name_in_the_library_and_not_of_the_file(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT + name, encoding="utf-8")
    first = understand(tmp_path / "a.txt", "办法.txt", None)
    assert understand(tmp_path / "b.txt", "办法.txt", None).id == first.id
    assert understand(tmp_path / "a.txt", "其他.txt", None).id != first.id


def test_the_catalog_corrects_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    catalog = tmp_path / "catalog.toml"
    catalog.write_text('[[document]]\nsource = "a.txt"\nregion = "河北省"\n', encoding="utf-8")
    assert understand(path, "a.txt", load_catalog(catalog).entry("a.txt")).head.region == "河北省"
    catalog.write_text('[[document]]\nsource = "a.txt"\n[[document.part]]\n', encoding="utf-8")
    with pytest.raises(CatalogInvalid):
        understand(path, "a.txt", load_catalog(catalog).entry("a.txt"))


def test_a_table_of_markdown_keeps_its_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    table = (
        "| 序号 | 项目 | 单位 |\n|---|---|---|\n| 1 | 建校 | 教育局 |\n| 2 | 修路 |  |\n| 3 | 植树 | 林业局 |"
    )
    path.write_text(f"# 云山市项目表\n\n{table}\n", encoding="utf-8")
    document = understand(path, "a.md", None)
    rows = [s for top in document.sections for s in top.walk() if s.kind is SectionKind.ROW]
    assert [[row.label, *(cell.text for cell in row.cells)] for row in rows] == [
        ["1", "建校", "教育局"],
        ["2", "修路", ""],
        ["3", "植树", "林业局"],
    ]


@pytest.mark.parametrize("data", [b"", b" \n\n"])
def test_a_file_without_words_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile) as raised:
        understand(path, "a.txt", None)
    assert "a.txt" in raised.value.message.zh


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        understand(tmp_path / "a.txt", "a.txt", None)
