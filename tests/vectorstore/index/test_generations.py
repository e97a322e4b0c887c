"""Generations: published at once, checked before they are opened, immutable once they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.vectorstore.stored_library import (
    MODEL,
    contents,
    current,
    names,
    publish_empty,
    texts_found,
)
from vectorstore.errors import IndexMismatch, IndexMissing, LibraryDamaged, StorageUnusable
from vectorstore.index import manifest
from vectorstore.index.chroma import VectorIndex
from vectorstore.index.exact import Entry
from vectorstore.index.generations import intact_recipe, open_current, publish
from vectorstore.index.manifest import Recipe
from vectorstore.index.published import current_name
from vectorstore.index.segment import IndexedText
from vectorstore.store.database import Database


def test_the_current_generation_answers_by_vector_and_by_words(data_dir: Path) -> None:
    with open_current(data_dir, MODEL) as generation:
        assert generation.name == generation.published == current_name(data_dir)
        assert generation.notices == ()
        assert texts_found(generation, "乙方案") == ("第一条 每学年安排一次，乙方案",) * 2
        assert generation.manifest.chunks == generation.keywords.size == generation.exact.size == 2
        assert generation.manifest.recipe.documents == generation.database.states()
        assert (generation.manifest.dimension, generation.manifest.distance) == (64, "cosine")


def test_the_manifest_has_the_checksum_of_every_file(data_dir: Path) -> None:
    folder = current(data_dir)
    stored = json.loads((folder / "manifest.json").read_text())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(stored["files"]) == files - {"manifest.json"}
    assert {"library.sqlite", "chroma/chroma.sqlite3", "keywords/terms.npy"} <= files


def test_reading_leaves_every_byte_as_it_was(data_dir: Path) -> None:
    before = contents(data_dir / "index")
    for _ in range(2):
        with open_current(data_dir, MODEL) as one, open_current(data_dir, MODEL) as two:
            assert texts_found(one, "乙方案") == texts_found(two, "乙方案")
    after = contents(data_dir / "index")
    assert {path: content for path, content in after.items() if path in before} == before
    assert intact_recipe(data_dir) is not None


def test_closing_leaves_no_private_copy_and_may_be_done_twice(data_dir: Path) -> None:
    generation = open_current(data_dir, MODEL)
    assert any(name.startswith(".private-") for name in names(data_dir))
    generation.close()
    generation.close()
    assert not any(name.startswith(".private-") for name in names(data_dir))


_READ_UNTIL_KILLED = """
import os, signal, sys
from pathlib import Path
from vectorstore.index.generations import open_current
generation = open_current(Path(sys.argv[1]), "hashed-bigrams")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_copy_of_a_killed_reader_is_removed_by_the_next_one_and_that_of_a_living_one_is_not(
    data_dir: Path,
) -> None:
    subprocess.run([sys.executable, "-c", _READ_UNTIL_KILLED, str(data_dir)], check=False)
    (left,) = [name for name in names(data_dir) if name.startswith(".private-")]
    with open_current(data_dir, MODEL) as first:
        assert left not in names(data_dir)
        with open_current(data_dir, MODEL):
            assert texts_found(first, "乙方案")[0] == "第一条 每学年安排一次，乙方案"


def test_an_opened_generation_does_not_change_when_a_newer_one_is_published(data_dir: Path) -> None:
    with open_current(data_dir, MODEL) as old:
        for _ in range(3):
            publish_empty(data_dir)
        assert current_name(data_dir) != old.published
        assert texts_found(old, "乙方案")[0] == "第一条 每学年安排一次，乙方案"
        with open_current(data_dir, MODEL) as new:
            assert new.database.states() == old.database.states()
            assert new.keywords.size == 0


def test_the_two_newest_generations_are_kept(data_dir: Path) -> None:
    published = [publish_empty(data_dir) for _ in range(3)]
    assert names(data_dir) == published[-2:]


def test_what_was_never_published_is_not_opened(data_dir: Path) -> None:
    second = current(data_dir).name
    (data_dir / "index" / "CURRENT").write_text(f"{names(data_dir)[0]}\n")
    with open_current(data_dir, MODEL) as generation:
        assert generation.name != second
        assert generation.notices == ()


def test_no_index_names_the_command_to_run(tmp_path: Path) -> None:
    assert current_name(tmp_path / "absent") is None
    assert intact_recipe(tmp_path / "absent") is None
    with pytest.raises(IndexMissing) as caught:
        open_current(tmp_path / "absent", MODEL)
    assert "policy-assistant ingest" in caught.value.hint.en
    assert not (tmp_path / "absent").exists()


def test_another_embedding_model_names_both_and_the_command_to_run(data_dir: Path) -> None:
    with pytest.raises(IndexMismatch) as caught:
        open_current(data_dir, "another-model")
    assert "another-model" in caught.value.message.en
    assert MODEL in caught.value.message.en
    assert "policy-assistant ingest" in caught.value.hint.en


def test_another_format_names_the_command_to_run_and_is_built_anew(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "SCHEMA", manifest.SCHEMA + 1)
    with pytest.raises(IndexMismatch) as caught:
        open_current(data_dir, MODEL)
    assert "policy-assistant ingest" in caught.value.hint.en
    assert intact_recipe(data_dir) is None


def indexed(count: int) -> list[IndexedText]:
    vectors = np.eye(count, 16, dtype=np.float32)
    return [IndexedText(f"c{i}", "d", f"内容{i}", vectors[i]) for i in range(count)]


def test_an_index_that_does_not_find_its_chunks_is_not_published(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = VectorIndex.build

    def forgetful(folder: Path, entries: list[Entry], *rest: Callable[[int, int], None]) -> None:
        build(folder, entries[:-1], *rest)

    before = contents(data_dir / "index")
    monkeypatch.setattr(VectorIndex, "build", forgetful)
    recipe = Recipe(embedding_model=MODEL, rules="1", documents={})
    with closing(Database(data_dir / "library.sqlite")) as database, pytest.raises(LibraryDamaged):
        publish(data_dir, database, indexed(4), recipe=recipe, dimension=16)
    assert contents(data_dir / "index") == before


def test_files_are_on_the_disk_before_the_pointer_names_them(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[tuple[str, str]] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def seen_fsync(descriptor: int) -> None:
        order.append(("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        fsync(descriptor)

    def seen_rename(self: Path, target: Path) -> Path:
        order.append(("rename", str(target)))
        return rename(self, target)

    def seen_replace(self: Path, target: Path) -> Path:
        order.append(("replace", str(target)))
        return replace(self, target)

    if sys.platform != "linux":
        pytest.skip("the names of descriptors are read from /proc")
    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "rename", seen_rename)
    monkeypatch.setattr(Path, "replace", seen_replace)
    name = publish_empty(data_dir)
    index = data_dir / "index"
    renamed, replaced = (
        order.index(("rename", str(index / name))),
        order.index(("replace", str(index / "CURRENT"))),
    )
    synced_first = {
        path.split(".building-")[1].partition("/")[2] for what, path in order[:renamed] if what == "sync"
    }
    written = {path.relative_to(index / name).as_posix() for path in (index / name).rglob("*")} | {""}
    assert synced_first == written
    assert ("sync", str(index)) in order[renamed:replaced]
    assert ("sync", str(index / "CURRENT.new")) in order[renamed:replaced]
    assert order[replaced + 1] == ("sync", str(index))


def test_what_a_killed_build_left_is_removed_by_the_next(data_dir: Path) -> None:
    (data_dir / "index" / ".building-dead" / "chroma").mkdir(parents=True)
    publish_empty(data_dir)
    assert ".building-dead" not in names(data_dir)


def test_a_folder_that_can_not_be_is_storage_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    recipe = Recipe(embedding_model=MODEL, rules="1", documents={})
    with closing(Database(tmp_path / "library.sqlite")) as database, pytest.raises(StorageUnusable):
        publish(tmp_path / "file", database, [], recipe=recipe, dimension=8)
