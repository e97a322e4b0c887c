"""The loader reads and cuts as the product does, and hides no file that it could not read."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import chromadb
import pytest
from chromadb.config import Settings as ChromaSettings
from langchain_chroma import Chroma

from assistant.answer import Assistant
from assistant.build import build_embedder
from assistant.for_langchain import PolicyLoader, PolicyRetriever
from assistant.setup.settings import Settings
from vectorstore.errors import UnreadableFile


def test_its_chunks_are_those_that_the_library_finds(
    seeds: Path, settings: Settings, assistant: Assistant
) -> None:
    found = PolicyRetriever(assistant=assistant, k=50).invoke("云山市午餐补助每人每天多少元？")
    loaded = {one.id: one for one in PolicyLoader(seeds, settings=settings).lazy_load()}

    assert loaded.keys() == {one.id for one in found}
    for one in found:
        same = {name: value for name, value in one.metadata.items() if name not in ("rank", "score")}
        assert (loaded[one.id].page_content, loaded[one.id].metadata) == (one.page_content, same)


def test_chunks_come_in_the_order_of_the_text_under_their_headings(seeds: Path, settings: Settings) -> None:
    loaded = PolicyLoader(seeds / "reading.txt", settings=settings).load()
    assert [one.metadata["path"] for one in loaded] == [
        "一、总体要求",
        "二、主要任务 › （一）建设班级图书角",
        "二、主要任务 › （二）开展阅读活动",
        "三、意见反馈",
    ]
    assert loaded[0].metadata["status"] == "draft for comments"
    assert loaded[0].metadata["deadline"] == "2025-05-10"


def test_a_table_of_a_spreadsheet_is_read_row_by_row(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "补助.csv").write_text("学校,人数\n云山一小,120\n云山二小,80\n", encoding="utf-8")
    loaded = PolicyLoader(tmp_path / "补助.csv", settings=settings).load()
    rows = [one for one in loaded if one.metadata["chunk_kind"] == "row"]
    assert [one.metadata["cells"] for one in rows][-1] == "学校：云山二小\n人数：80"


def test_a_file_that_can_not_be_read_is_told_and_the_others_are_read(
    seeds: Path, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copy(seeds / "lunch.txt", tmp_path / "b.txt")
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 no such archive")
    loader = PolicyLoader(tmp_path, settings=settings)
    with caplog.at_level(logging.WARNING):
        loaded = loader.load()

    assert {one.metadata["source"] for one in loaded} == {"b.txt"}
    (failure,) = loader.failed
    assert failure.source == "a.docx"
    assert failure.hint.zh
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("a.docx: ")
    assert failure.message.en in line


def test_where_nothing_can_be_read_it_raises(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 no such archive")
    for place in (tmp_path, tmp_path / "a.docx"):
        loader = PolicyLoader(place, settings=settings)
        with pytest.raises(UnreadableFile, match=r"a\.docx"):
            loader.load()
        assert len(loader.failed) == 1


def test_a_path_where_nothing_is_says_so(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="请检查路径"):
        PolicyLoader(tmp_path / "nothing", settings=settings).load()


def test_an_empty_folder_has_no_chunks(settings: Settings, tmp_path: Path) -> None:
    assert PolicyLoader(tmp_path, settings=settings).load() == []


def test_nothing_is_read_before_it_is_wanted(seeds: Path, settings: Settings, tmp_path: Path) -> None:
    shutil.copy(seeds / "lunch.txt", tmp_path / "a.txt")
    shutil.copy(seeds / "reading.txt", tmp_path / "b.txt")
    chunks = PolicyLoader(tmp_path, settings=settings).lazy_load()
    assert next(chunks).metadata["source"] == "a.txt"
    (tmp_path / "b.txt").unlink()
    loaded = list(chunks)
    assert {one.metadata["source"] for one in loaded} == {"a.txt"}


@pytest.mark.anyio
async def test_it_loads_in_an_event_loop(seeds: Path, settings: Settings) -> None:
    loader = PolicyLoader(seeds, settings=settings)
    assert await loader.aload() == loader.load()


def test_chroma_takes_the_chunks_and_filters_by_what_is_known_of_them(
    seeds: Path, settings: Settings
) -> None:
    store = Chroma.from_documents(
        PolicyLoader(seeds, settings=settings).load(),
        build_embedder(settings),
        collection_name="loaded-policies",
        client=chromadb.EphemeralClient(ChromaSettings(anonymized_telemetry=False)),
    )
    (found,) = store.similarity_search("午餐补助每人每天多少元？", k=1)
    (other,) = store.similarity_search("午餐补助每人每天多少元？", k=1, filter={"source": "reading.txt"})
    assert "每人每天补助5元" in found.page_content
    assert found.metadata["path"] == "第三条"
    assert other.metadata["source"] == "reading.txt"
