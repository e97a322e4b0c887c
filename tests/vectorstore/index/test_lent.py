"""Opening an index: no second copy of its vectors, and not a byte of it changes."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.disks import fill, read_only, small_disk
from tests.vectorstore.stored_library import (
    MODEL,
    articles,
    contents,
    current,
    names,
    run,
    texts_found,
    write,
)
from vectorstore.index import lent
from vectorstore.index.generations import intact_recipe, open_current, publish
from vectorstore.index.manifest import Recipe
from vectorstore.index.segment import IndexedText
from vectorstore.store.database import Database

VECTORS = np.random.default_rng(7).standard_normal((700, 16)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def publish_vectors(data_dir: Path, count: int) -> None:
    """Publish an index of so many chunks that no document has."""
    texts = [IndexedText(f"c{i}", f"d{i % 3}", f"内容{i}", VECTORS[i]) for i in range(count)]
    recipe = Recipe(embedding_model=MODEL, rules="1", documents={})
    with closing(Database(data_dir / "library.sqlite")) as database:
        publish(data_dir, database, texts, recipe=recipe, dimension=16)


def lent_files(data_dir: Path) -> dict[str, Path]:
    """The vector index as it is open, by its files' names."""
    (private,) = (data_dir / "index").glob(".private-*")
    return {path.name: path for path in private.rglob("*") if path.is_file()}


# Up to 99 vectors Chroma saves no graph before the index is closed: it makes its files anew to open it.
@pytest.mark.parametrize("count", [1, 99, 100, 101, 199, 200, 201, 700])
def test_not_a_byte_of_what_is_published_changes_by_use(tmp_path: Path, count: int) -> None:
    publish_vectors(tmp_path, count)
    before = contents(tmp_path / "index")
    for _ in range(2):
        with open_current(tmp_path, MODEL) as one, open_current(tmp_path, MODEL) as two:
            for index in (one, two):
                assert index.vectors.search(VECTORS[0], 3)[0].chunk_id == "c0"
                assert index.keywords.size == index.manifest.chunks == count
    assert contents(tmp_path / "index") == before
    assert intact_recipe(tmp_path) is not None


def test_vectors_are_linked_and_the_database_that_chroma_writes_to_is_copied(tmp_path: Path) -> None:
    publish_vectors(tmp_path, 300)
    with open_current(tmp_path, MODEL):
        files = lent_files(tmp_path)
        published = {path.name: path for path in current(tmp_path).rglob("*")}
        for name in ("data_level0.bin", "link_lists.bin", "index_metadata.pickle"):
            assert files[name].samefile(published[name])
        assert not files["chroma.sqlite3"].samefile(published["chroma.sqlite3"])


def test_an_index_of_another_version_of_chroma_is_copied_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_vectors(tmp_path, 300)
    monkeypatch.setattr(lent, "ENGINES", "chromadb 99")
    with open_current(tmp_path, MODEL) as generation:
        assert generation.vectors.search(VECTORS[0], 1)[0].chunk_id == "c0"
        assert all(path.stat().st_nlink == 1 for path in lent_files(tmp_path).values())


def test_an_open_index_outlives_the_removal_of_its_generation(tmp_path: Path) -> None:
    publish_vectors(tmp_path, 300)
    with open_current(tmp_path, MODEL) as old:
        for count in (100, 101):
            publish_vectors(tmp_path, count)
        assert old.name not in names(tmp_path)
        assert old.vectors.search(VECTORS[250], 1)[0].chunk_id == "c250"


def test_without_links_all_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    publish_vectors(tmp_path, 300)
    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "symlink", refuse)
    with open_current(tmp_path, MODEL) as generation:
        assert generation.vectors.search(VECTORS[0], 1)[0].chunk_id == "c0"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, with nothing in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_folder_only_to_be_read_opens_by_way_of_the_temporary_one(tmp_path: Path, temporary: Path) -> None:
    data = tmp_path / "data"
    publish_vectors(data, 300)
    before = contents(data / "index")
    with read_only(data):
        with open_current(data, MODEL) as generation:
            assert generation.vectors.search(VECTORS[0], 1)[0].chunk_id == "c0"
            vectors = next(temporary.rglob("data_level0.bin"))
            assert vectors.is_symlink()  # on another disk there is no other link
        assert list(temporary.iterdir()) == []
    assert contents(data / "index") == before


def test_a_full_disk_opens_by_way_of_the_temporary_folder(tmp_path: Path, temporary: Path) -> None:
    run(tmp_path / "data", write(tmp_path / "seeds", a=articles("甲方案", "乙方案")))
    with small_disk(tmp_path / "small", 4) as disk:
        shutil.copytree(tmp_path / "data", disk / "data")
        fill(disk)
        with open_current(disk / "data", MODEL) as generation:
            assert texts_found(generation, "乙方案")[0] == "第二条 乙方案"
            assert list(temporary.rglob("chroma.sqlite3"))
        assert list(temporary.iterdir()) == []
        assert not list((disk / "data" / "index").glob(".private-*"))


def test_a_disk_on_which_a_copy_only_just_fits_is_as_good_as_full(tmp_path: Path, temporary: Path) -> None:
    run(tmp_path / "data", write(tmp_path / "seeds", a=articles("甲方案", "乙方案")))
    with small_disk(tmp_path / "small", 4) as disk:
        shutil.copytree(tmp_path / "data", disk / "data")
        fill(disk)
        copied = max(path.stat().st_size for path in (disk / "data" / "index").rglob("chroma.sqlite3"))
        os.truncate(disk / "filler", (disk / "filler").stat().st_size - copied - 40_000)
        with open_current(disk / "data", MODEL) as generation:
            assert texts_found(generation, "乙方案")[0] == "第二条 乙方案"
            assert list(temporary.rglob("chroma.sqlite3"))
