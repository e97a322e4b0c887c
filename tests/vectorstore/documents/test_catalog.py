"""The catalog: what is written by hand about documents, and what is wrong in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vectorstore.documents.catalog import Catalog, load_catalog
from vectorstore.errors import CatalogInvalid
from vectorstore.types import Document, Head, Status

ROOT = Path(__file__).parents[3]


def document(source: str = "a.txt", parts: int = 0) -> Document:
    heads = tuple(Head(title=f"第{part}篇") for part in range(1, parts + 1))
    return Document(
        id="a", source=source, text="", digest="", head=Head(title="原题", issuer="原机关"), parts=heads
    )


def corrected(catalog: Catalog, document: Document) -> Document:
    entry = catalog.entry(document.source)
    return entry.correct_document(document) if entry else document


def written(folder: Path, text: str) -> Path:
    path = folder / "catalog.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_the_catalog_gives_takes_the_place_of_what_was_read(tmp_path: Path) -> None:
    catalog = load_catalog(
        written(
            tmp_path,
            """
[[document]]
source = "a.txt"
region = "山东省聊城市"
issued_on = 2024-03-08
status = "superseded"
superseded_by = "b.txt"
aliases = ["老办法"]
number = ""
reason = "标题里没有地名。"
""",
        )
    )
    assert corrected(catalog, document()).head == Head(
        title="原题",
        issuer="原机关",
        region="山东省聊城市",
        issued_on=date(2024, 3, 8),
        status=Status.SUPERSEDED,
        superseded_by="b.txt",
        aliases=("老办法",),
    )


def test_a_document_that_the_catalog_does_not_name_stays_as_it_is(tmp_path: Path) -> None:
    catalog = load_catalog(written(tmp_path, '[[document]]\nsource = "a.txt"\ntitle = "新题"\n'))
    other = document("b.txt")
    assert corrected(catalog, other) is other


def test_parts_are_corrected_in_their_order(tmp_path: Path) -> None:
    text = """
[[document]]
source = "a.txt"
  [[document.part]]
  [[document.part]]
  region = "河北省"
"""
    parts = corrected(load_catalog(written(tmp_path, text)), document(parts=3)).parts
    assert [head.region for head in parts] == ["", "河北省", ""]
    assert [head.title for head in parts] == ["第1篇", "第2篇", "第3篇"]


def test_more_parts_than_the_file_has_are_refused(tmp_path: Path) -> None:
    text = '[[document]]\nsource = "a.txt"\n[[document.part]]\n[[document.part]]\n'
    with pytest.raises(CatalogInvalid) as raised:
        corrected(load_catalog(written(tmp_path, text)), document(parts=1))
    assert "a.txt" in raised.value.message.zh
    assert "2 parts, the file has 1" in raised.value.message.en


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[document]]\ntitle = 'x'\n", "document.0.source"),
        ("[[document]]\nsource = 'a'\nregio = 'x'\n", "document.0.regio"),
        ("[[document]]\nsource = 'a'\nstatus = 'void'\n", "document.0.status"),
        ("[[document]]\nsource = 'a'\nissued_on = 'soon'\n", "document.0.issued_on"),
        ("[[document]]\nsource = 'a'\n[[document]]\nsource = 'a'\n", "a ×2"),
        ("[[document\n", "line 1"),
    ],
)
def test_what_is_wrong_in_a_catalog_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(CatalogInvalid) as raised:
        load_catalog(written(tmp_path, text))
    assert named in raised.value.message.en
    assert "catalog.toml" in raised.value.message.zh
    assert raised.value.hint.zh


def test_a_catalog_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogInvalid):
        load_catalog(path)


def test_no_catalog_is_an_empty_one(tmp_path: Path) -> None:
    assert load_catalog(tmp_path / "catalog.toml") == Catalog()


def test_the_catalog_of_the_seeds_names_every_document_and_says_why() -> None:
    entries = load_catalog(ROOT / "seeds" / "catalog.toml").document
    assert {entry.source for entry in entries} == {path.name for path in (ROOT / "seeds").glob("*.txt")}
    assert all(entry.reason and all(part.reason for part in entry.part) for entry in entries)
