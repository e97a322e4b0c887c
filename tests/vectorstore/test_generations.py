"""Generations: published at once, checked before they are opened, immutable once they are."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.vectorstore.library import articles, contents, run, texts_found, write
from vectorstore import generations, manifest
from vectorstore.chroma import Entry, VectorIndex
from vectorstore.database import Database
from vectorstore.errors import IndexMismatch, IndexMissing, StorageUnusable
from vectorstore.generations import IndexedChunk, current_name, intact_recipe, open_current, publish
from vectorstore.manifest import Recipe
from vectorstore.storage import LibraryDamaged

MODEL = "hashed-bigrams"


@pytest.fixture(scope="module")
def two_generations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: the first generation says 甲, the second and current one 乙."""
    root = tmp_path_factory.mktemp("generations")
    run(root / "data", write(root / "seeds", a=articles("每学年安排一次，甲方案", "经费由县级财政承担")))
    run(root / "data", write(root / "seeds", a=articles("每学年安排一次，乙方案", "经费由县级财政承担")))
    return root / "data"


@pytest.fixture
def data_dir(two_generations: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_generations, tmp_path / "data"))


def current(data_dir: Path) -> Path:
    name = current_name(data_dir)
    assert name is not None
    return data_dir / "index" / name


def names(data_dir: Path) -> list[str]:
    return sorted(path.name for path in (data_dir / "index").iterdir() if path.is_dir())


def publish_empty(data_dir: Path, model: str = MODEL) -> str:
    with closing(Database(data_dir / "library.sqlite")) as database:
        recipe = Recipe(embedding_model=model, rules="1", documents={})
        return publish(data_dir, database, [], recipe=recipe, dimension=8)


def test_the_current_generation_answers_by_vector_and_by_words(data_dir: Path) -> None:
    with open_current(data_dir, MODEL) as generation:
        assert generation.name == generation.published == current_name(data_dir)
        assert generation.notices == ()
        assert texts_found(generation, "乙方案") == ("第一条 每学年安排一次，乙方案",) * 2
        assert generation.manifest.chunks == generation.keywords.size == generation.vectors.size == 2
        assert generation.manifest.recipe.documents == generation.database.states()
        assert (generation.manifest.dimension, generation.manifest.distance) == (64, "cosine")


def test_the_manifest_has_the_checksum_of_every_file(data_dir: Path) -> None:
    folder = current(data_dir)
    stored = json.loads((folder / "manifest.json").read_text())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(stored["files"]) == files - {"manifest.json"}
    assert {"library.sqlite", "chroma/chroma.sqlite3", "keywords/meta.json"} <= files


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
from vectorstore.generations import open_current
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


def test_a_damaged_generation_is_not_kept_in_place_of_an_intact_one(data_dir: Path) -> None:
    first, second = names(data_dir)
    (data_dir / "index" / second / "library.sqlite").write_bytes(b"")
    third = publish_empty(data_dir)
    assert names(data_dir) == [first, third]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for position in random.Random(1).sample(range(len(content)), max(1, len(content) // 2000)):
        content[position] ^= 0xFF
    path.write_bytes(content)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [truncate, empty, flip, Path.unlink, replace_by_folder])
def test_harm_to_any_file_is_noticed_and_the_generation_before_answers(
    data_dir: Path, harm: Callable[[Path], None]
) -> None:
    folder, before = current(data_dir), names(data_dir)[0]
    for path in [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]:
        whole = path.read_bytes()
        harm(path)
        assert intact_recipe(data_dir) is None, path
        with open_current(data_dir, MODEL) as generation:
            assert generation.name == before
            assert generation.published == folder.name
            assert "policy-assistant ingest" in generation.notices[0].en
            assert texts_found(generation, "甲方案")[0] == "第一条 每学年安排一次，甲方案"
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.write_bytes(whole)
    assert intact_recipe(data_dir) is not None


@pytest.mark.parametrize(
    "pointer", [b"", b"nonsense\n", b"\xff\xfe", b"../../etc\n", b"00000099-0123456789ab\n", None]
)
def test_a_lost_pointer_still_leads_to_the_newest_intact_generation(
    data_dir: Path, pointer: bytes | None
) -> None:
    newest = names(data_dir)[-1]
    if pointer is None:
        (data_dir / "index" / "CURRENT").unlink()
    else:
        (data_dir / "index" / "CURRENT").write_bytes(pointer)
    with open_current(data_dir, MODEL) as generation:
        assert generation.name == newest
        assert generation.notices != ()


def test_what_was_never_published_is_not_opened(data_dir: Path) -> None:
    second = current(data_dir).name
    (data_dir / "index" / "CURRENT").write_text(f"{names(data_dir)[0]}\n")
    with open_current(data_dir, MODEL) as generation:
        assert generation.name != second
        assert generation.notices == ()


def test_no_index_names_the_command_to_run(tmp_path: Path) -> None:
    assert current_name(tmp_path / "absent") is None
    with pytest.raises(IndexMissing) as caught:
        open_current(tmp_path / "absent", MODEL)
    assert "policy-assistant ingest" in caught.value.hint.en
    assert not (tmp_path / "absent").exists()


def test_nothing_intact_names_the_command_to_run(data_dir: Path) -> None:
    for name in names(data_dir):
        flip(data_dir / "index" / name / "manifest.json")
    with pytest.raises(IndexMissing) as caught:
        open_current(data_dir, MODEL)
    assert "damaged" in caught.value.message.en
    assert "policy-assistant ingest" in caught.value.hint.en


def test_another_embedding_model_names_both_and_the_command_to_run(data_dir: Path) -> None:
    with pytest.raises(IndexMismatch) as caught:
        open_current(data_dir, "another-model")
    assert "another-model" in caught.value.message.en
    assert MODEL in caught.value.message.en
    assert "policy-assistant ingest" in caught.value.hint.en


def test_another_format_names_the_command_to_run_and_is_built_anew(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "SCHEMA", 2)
    with pytest.raises(IndexMismatch) as caught:
        open_current(data_dir, MODEL)
    assert "policy-assistant ingest" in caught.value.hint.en
    assert intact_recipe(data_dir) is None


def indexed(count: int) -> list[IndexedChunk]:
    vectors = np.eye(count, 16, dtype=np.float32)
    return [IndexedChunk(f"c{i}", "d", f"内容{i}", vectors[i]) for i in range(count)]


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


def test_a_generation_that_vanishes_while_it_is_opened_is_no_error(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two publications may remove the one that a slow reader has just been told of."""
    read = manifest.read_manifest
    published: list[str] = []

    def slow(folder: Path) -> object:
        if not published:
            published.append("")
            shutil.rmtree(data_dir / "index" / names(data_dir)[0])
            shutil.rmtree(folder)
            published.append(publish_empty(data_dir))
        return read(folder)

    monkeypatch.setattr(generations, "read_manifest", slow)
    with open_current(data_dir, MODEL) as generation:
        assert generation.name == published[-1]
        assert generation.notices == ()
