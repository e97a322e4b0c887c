"""Copies under other places' names: the same document, elsewhere."""

from __future__ import annotations

from pathlib import Path

from eval.perturbed.lookalikes import write_lookalikes
from vectorstore.documents.catalog import load_catalog
from vectorstore.places import find_places
from vectorstore.types import Document, Head

NAMED = Document(
    id="a",
    source="a.txt",
    text="聊城市乡村教育方案\n聊城的乡村教师每月补贴300元，东昌府区为500元。\n",
    digest="",
    head=Head(title="聊城市乡村教育方案", region="山东省聊城市"),
    parts=(Head(title="附", region="山东省聊城市东昌府区"),),
)
NAMELESS = Document(
    id="b", source="b.txt", text="教育方案\n第一条 内容。\n", digest="", head=Head(title="教育方案")
)


def places_in(text: str) -> set[str]:
    return {text[start:end] for start, end in find_places(text)}


def test_every_name_of_a_place_is_another_and_all_else_is_the_same(tmp_path: Path) -> None:
    write_lookalikes([NAMED, NAMELESS], tmp_path, 3)
    copies = [(tmp_path / str(number) / "a.txt").read_text(encoding="utf-8") for number in (1, 2, 3)]
    assert len(set(copies)) == 3
    for copy in copies:
        assert not {"聊城市", "聊城", "东昌府区"} & places_in(copy)
        assert "乡村教师每月补贴300元" in copy
        city = copy.split("乡村教育方案")[0]
        assert city.endswith("市")
        assert city in places_in(city)


def test_the_catalog_says_where_each_copy_is_of(tmp_path: Path) -> None:
    write_lookalikes([NAMED, NAMELESS], tmp_path, 1)
    catalog = load_catalog(tmp_path / "1" / "catalog.toml")
    named, nameless = catalog.entry("a.txt"), catalog.entry("b.txt")
    assert named is not None
    assert nameless is not None
    text = (tmp_path / "1" / "a.txt").read_text(encoding="utf-8")
    assert named.region
    assert "聊城" not in named.region
    assert text.startswith(named.region[named.region.index("省") + 1 :])
    assert named.part[0].region is not None
    assert named.part[0].region.startswith(named.region)
    assert (tmp_path / "1" / "b.txt").read_text(encoding="utf-8").startswith(str(nameless.region))


def test_the_same_documents_give_the_same_copies(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        write_lookalikes([NAMED, NAMELESS], tmp_path / folder, 2)
    for path in (tmp_path / "x").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "y" / path.relative_to(tmp_path / "x")).read_bytes()
