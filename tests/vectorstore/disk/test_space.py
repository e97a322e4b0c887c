"""Room on the disk: estimated, and told with its figures before anything is written."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.disks import small_disk
from tests.fakes import HashedEmbedder
from tests.vectorstore.stored_library import articles, current, run, write
from vectorstore.disk.space import for_files, for_index
from vectorstore.errors import StorageUnusable
from vectorstore.index.published import current_name
from vectorstore.library.ingest import waiting
from vectorstore.store.database import Database

FIGURES = re.compile(r"about ([\d,.]+) MB are needed.* has ([\d,.]+) MB left")


class Usage(NamedTuple):
    """What the system says of a disk."""

    total: int
    used: int
    free: int


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_estimate_of_an_index_is_near_what_is_written(tmp_path: Path) -> None:
    texts = {f"f{i}": articles(*(f"第{i}所学校的第{j}项，由教育局负责" for j in range(9))) for i in range(50)}
    run(tmp_path / "data", write(tmp_path / "seeds", **texts), embedder=HashedEmbedder(dimension=384))
    with closing(Database(tmp_path / "data" / "library.sqlite")) as database:
        chunks = len(database.chunks())
    assert chunks == 450
    written = size(tmp_path / "data")
    assert 0.7 * written < for_index(chunks, chunks, 384) < 1.3 * written


def test_a_file_counts_for_little_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_bytes(b"x" * 1_000)
    (tmp_path / "scan.pdf").write_bytes(b"x" * 3_000_000)
    files = [tmp_path / "text.txt", tmp_path / "scan.pdf", tmp_path / "gone.txt"]
    assert for_files(files, None) == 20_000 + 100_000


def test_where_there_is_less_nothing_is_written_and_both_figures_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, seeds = tmp_path / "data", tmp_path / "seeds"
    run(data, write(seeds, a=articles("甲")))
    before, published = waiting(data), size(current(data))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 100_000))
    for change in ({}, {"reindex": True}, {"rebuild": True}, {"remove": ["a.txt"]}):
        with pytest.raises(StorageUnusable) as caught:
            run(data, write(seeds, **{} if change else {"b": articles("乙")}), **change)
        told = FIGURES.search(caught.value.message.en)
        assert told
        needed, left = map(float, told.groups())
        assert needed == pytest.approx(published / 1e6, abs=0.1)
        assert left == 0.1
        assert "磁盘空间不足" in caught.value.message.zh
        assert waiting(data) == before
        (seeds / "b.txt").unlink(missing_ok=True)
    assert run(data, write(seeds)).unchanged == ("a.txt",)  # a start that changes nothing needs no room


def test_what_only_reading_tells_is_told_before_anything_is_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, embedder = tmp_path / "data", HashedEmbedder()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 150_000))
    texts = {"a": articles(*(f"第{i}项" + "，由教育局负责。" * 100 for i in range(9)))}
    with pytest.raises(StorageUnusable, match="磁盘空间不足"):
        run(data, write(tmp_path / "seeds", **texts), embedder=embedder)
    assert embedder.embedded == []
    assert current_name(data) is None
    assert waiting(data).added == ("a.txt",)


def test_a_disk_that_is_too_small_is_told_and_with_a_larger_one_it_goes_on(tmp_path: Path) -> None:
    texts = {f"f{i}": articles(*(f"第{i}所学校的第{j}项" * 12 for j in range(9))) for i in range(60)}
    with small_disk(tmp_path / "small", 1) as disk:
        with pytest.raises(StorageUnusable, match="磁盘空间不足"):
            run(disk / "data", write(tmp_path / "seeds", **texts))
        with closing(Database(disk / "data" / "library.sqlite")) as database:
            assert database.documents() == ()
        shutil.copytree(disk / "data", tmp_path / "data")
    assert len(run(tmp_path / "data", write(tmp_path / "seeds")).added) == 60
