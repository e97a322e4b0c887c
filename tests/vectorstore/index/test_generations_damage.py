"""Damage to a generation is noticed before anything opens it, and the one before answers."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vectorstore.stored_library import (
    MODEL,
    current,
    names,
    publish_empty,
    texts_found,
)
from vectorstore.errors import IndexMissing, StorageUnusable
from vectorstore.index import generations, manifest
from vectorstore.index.generations import intact_recipe, open_current


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


@pytest.mark.parametrize("name", ["manifest.json", "library.sqlite", "chroma/chroma.sqlite3"])
def test_a_file_that_may_not_be_read_is_told_and_not_taken_for_damage(data_dir: Path, name: str) -> None:
    path = current(data_dir) / name
    path.unlink()
    path.symlink_to(path)  # to itself: as root, too, it can't be opened
    with pytest.raises(StorageUnusable) as caught:
        open_current(data_dir, MODEL)
    assert str(path.name) in caught.value.message.en


def test_nothing_intact_names_the_command_to_run(data_dir: Path) -> None:
    for name in names(data_dir):
        flip(data_dir / "index" / name / "manifest.json")
    with pytest.raises(IndexMissing) as caught:
        open_current(data_dir, MODEL)
    assert "damaged" in caught.value.message.en
    assert "policy-assistant ingest" in caught.value.hint.en


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
