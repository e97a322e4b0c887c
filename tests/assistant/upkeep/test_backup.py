"""Saving the data folder and putting it back: whole, while it is used, and never over anything."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from zipfile import ZipFile

import pytest

from assistant.errors import BackupUnusable
from assistant.setup.settings import Settings
from assistant.upkeep.backup import restore_backup, write_backup
from assistant.upkeep.library import list_documents
from tests.assistant.command_line import Command
from tests.disks import fill, small_disk
from vectorstore.disk.lock import sole_writer
from vectorstore.errors import LibraryBusy, StorageUnusable


def folder_of(data: Path) -> Path:
    """A data folder of a database, an upload and keys, with what is made anew beside them."""
    (data / "documents" / "县").mkdir(parents=True)
    (data / "documents" / "县" / "办法.txt").write_text("第一条 校车每年检验。", encoding="utf-8")
    (data / "keys.json").write_text("{}", encoding="utf-8")
    for name in ("index", "cache", "logs", "staging"):
        (data / name).mkdir()
        (data / name / "large").write_text(name, encoding="utf-8")
    with closing(sqlite3.connect(data / "history.sqlite")) as database:
        database.execute("CREATE TABLE asked (text)")
        database.execute("INSERT INTO asked VALUES ('校车多久检验一次')")
        database.commit()
    return data


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def rewritten(backup: Path, name: str, content: bytes) -> Path:
    """The backup with one of its files replaced."""
    changed = backup.with_name("changed.zip")
    with ZipFile(backup) as old, ZipFile(changed, "w") as new:
        for one in old.namelist():
            new.writestr(one, content if one == name else old.read(one))
    return changed


def test_what_is_saved_comes_back_and_what_is_made_anew_does_not(tmp_path: Path) -> None:
    data = folder_of(tmp_path / "data")
    backup = tmp_path / "saved" / "backup.zip"
    saved = write_backup(data, backup)
    restored = restore_backup(backup, tmp_path / "again")
    kept = {"documents/县/办法.txt", "keys.json", "history.sqlite"}
    assert names(tmp_path / "again") - {"ingest.lock"} == kept
    assert saved.files == restored.files == 3
    assert saved.made_on == restored.made_on
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert names(tmp_path / "saved") == {"backup.zip"}
    with closing(sqlite3.connect(tmp_path / "again" / "history.sqlite")) as database:
        assert database.execute("SELECT text FROM asked").fetchall() == [("校车多久检验一次",)]


def test_a_database_that_is_being_written_is_saved_as_it_was_before(tmp_path: Path) -> None:
    data = folder_of(tmp_path / "data")
    with closing(sqlite3.connect(data / "history.sqlite", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO asked VALUES ('半句')")
        write_backup(data, tmp_path / "backup.zip")
        writer.execute("ROLLBACK")
    restore_backup(tmp_path / "backup.zip", tmp_path / "again")
    with closing(sqlite3.connect(tmp_path / "again" / "history.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM asked").fetchone() == (1,)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("keys.json", b"{ }"),
        ("backup.json", b"no json"),
        ("backup.json", b'{"format": 1, "made_on": "2026-01-01T00:00:00Z", "files": {"../x": "0"}}'),
        ("backup.json", b'{"format": 1, "made_on": "2026-01-01T00:00:00Z", "files": {"documents/a": "0"}}'),
        ("backup.json", b'{"format": 1, "made_on": "2026-01-01T00:00:00Z", "files": {"index/a": "0"}}'),
        ("backup.json", b'{"format": 2, "new": true}'),
    ],
    ids=["another content", "no json", "leads out", "lacks a file", "a file of no kind", "a later form"],
)
def test_what_is_no_whole_backup_changes_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    backup = tmp_path / "backup.zip"
    write_backup(folder_of(tmp_path / "data"), backup)
    with pytest.raises(BackupUnusable):
        restore_backup(rewritten(backup, name, content), tmp_path / "again")
    assert names(tmp_path / "again") <= {"ingest.lock"}
    assert not (tmp_path / "again" / ".restoring").exists()
    assert not (tmp_path / "again" / "x").exists()


def test_a_changed_byte_anywhere_is_told(tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    write_backup(folder_of(tmp_path / "data"), backup)
    whole = backup.read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        damaged = tmp_path / "damaged.zip"
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with suppress(BackupUnusable):  # some bytes, such as times, say nothing
            restore_backup(damaged, tmp_path / "again")
            assert (tmp_path / "again" / "keys.json").read_text(encoding="utf-8") == "{}"
            shutil.rmtree(tmp_path / "again")


def test_a_volume_is_filled_and_what_an_interrupted_restore_left_is_done_again(tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    write_backup(folder_of(tmp_path / "data"), backup)
    with small_disk(tmp_path / "volume", 4) as volume:  # a mount point can be neither removed nor renamed
        (volume / ".restoring").mkdir()
        (volume / ".restoring" / "keys.json").write_text("half", encoding="utf-8")
        restore_backup(backup, volume)
        assert (volume / "keys.json").read_text(encoding="utf-8") == "{}"
        assert not (volume / ".restoring").exists()


def test_a_cut_off_or_missing_backup_is_told(tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    write_backup(folder_of(tmp_path / "data"), backup)
    backup.write_bytes(backup.read_bytes()[:-200])
    for damaged in (backup, tmp_path / "none.zip"):
        with pytest.raises(BackupUnusable):
            restore_backup(damaged, tmp_path / "again")


def test_nothing_is_put_over_a_folder_in_use(tmp_path: Path) -> None:
    data = folder_of(tmp_path / "data")
    write_backup(data, tmp_path / "backup.zip")
    before = names(data)
    assert "history.sqlite" in before
    with pytest.raises(BackupUnusable):
        restore_backup(tmp_path / "backup.zip", data)
    assert names(data) == before


def test_an_empty_folder_has_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(BackupUnusable):
        write_backup(tmp_path / "none", tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


def test_while_documents_are_taken_in_there_is_no_backup(tmp_path: Path) -> None:
    data = folder_of(tmp_path / "data")
    with sole_writer(data), pytest.raises(LibraryBusy):
        write_backup(data, tmp_path / "backup.zip")


def test_a_full_disk_leaves_the_backup_before(tmp_path: Path) -> None:
    data = folder_of(tmp_path / "data")
    with small_disk(tmp_path / "disk", 1) as disk:
        (disk / "backup.zip").write_bytes(b"before")
        fill(disk)
        with pytest.raises(StorageUnusable):
            write_backup(data, disk / "backup.zip")
        assert (disk / "backup.zip").read_bytes() == b"before"
        assert not (disk / "backup.zip.part").exists()


def test_the_commands_save_a_library_and_a_restored_one_answers(
    command: Command, settings: Settings, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.zip"
    assert command("backup", str(backup)).code == 0
    again = tmp_path / "again"
    restored = command("restore", str(backup), POLICY_ASSISTANT_DATA_DIR=str(again))
    assert restored.code == 0, restored.err
    kept = {one.id for one in list_documents(settings)}
    listed = command("list", "--json", POLICY_ASSISTANT_DATA_DIR=str(again))
    assert {one["id"] for one in json.loads(listed.out)["documents"]} == kept
    answer = command("ask", "云山市学生午餐补助每天多少钱", POLICY_ASSISTANT_DATA_DIR=str(again))
    assert "5元" in answer.out
    refused = command("restore", str(backup), POLICY_ASSISTANT_DATA_DIR=str(again))
    assert refused.code == 3
    assert "已有内容" in refused.err
