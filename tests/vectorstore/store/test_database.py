"""The library file: what goes in comes out, and nothing that goes wrong loses anything."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vectorstore.strategies import chunks_of, documents
from vectorstore.errors import IndexMismatch, LibraryBusy, LibraryDamaged, LibraryError, StorageUnusable
from vectorstore.store.database import Database, text_digest
from vectorstore.types import Chunk, Document, Head, Mark, SectionKind, Status


def make(
    source: str, text: str = "第一条 内容。", document_id: str = ""
) -> tuple[Document, tuple[Chunk, ...]]:
    document_id = document_id or f"id-{source}"
    head = Head(title=source, issued_on=date(2024, 2, 29), status=Status.DRAFT, aliases=("甲", "乙"))
    document = Document(id=document_id, source=source, text=text, digest=text_digest(text), head=head)
    chunk = Chunk(
        id=f"{document_id}-0",
        document_id=document_id,
        ordinal=0,
        part=0,
        kind=SectionKind.ITEM,
        path=("一", "二"),
        text=text[:3],
        start=0,
        end=3,
        marks=(Mark.REDACTED,),
    )
    return document, (chunk,)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(tmp_path / "library.sqlite")) as opened:
        yield opened


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents, data=st.data())
def test_every_document_and_chunk_comes_back_as_it_was(
    database: Database, document: Document, data: st.DataObject
) -> None:
    chunks = data.draw(chunks_of(document))
    database.replace(document, chunks)
    assert database.document(document.id) == document
    assert database.chunks(document.id) == chunks
    stored = database.document(document.id)
    assert stored is not None
    assert type(stored.head.status) is Status
    assert type(stored.sections) is tuple


def test_documents_and_chunks_come_by_source_and_in_order(database: Database) -> None:
    for source in ("乙.txt", "甲.txt", "a.txt"):
        database.replace(*make(source))
    assert [document.source for document in database.documents()] == ["a.txt", "乙.txt", "甲.txt"]
    assert [chunk.document_id for chunk in database.chunks()] == ["id-a.txt", "id-乙.txt", "id-甲.txt"]
    assert database.chunk_counts() == {"id-a.txt": 1, "id-乙.txt": 1, "id-甲.txt": 1}


def test_a_document_replaces_the_one_of_its_source_whole(database: Database) -> None:
    document, chunks = make("a.txt")
    database.replace(document, chunks, fingerprint="first")
    newer, newer_chunks = make("a.txt", "完全不同的内容", document_id="other")
    database.replace(newer, newer_chunks, fingerprint="second")
    assert database.documents() == (newer,)
    assert database.chunks() == newer_chunks
    assert database.stored() == {"a.txt": ("other", "second", "", "")}


def test_removing_says_whether_there_was_something(database: Database) -> None:
    database.replace(*make("a.txt"))
    assert database.remove("id-a.txt") is True
    assert database.remove("id-a.txt") is False
    assert database.documents() == ()
    assert database.chunks() == ()
    assert database.document("id-a.txt") is None


def test_the_state_changes_with_anything_that_is_stored(database: Database) -> None:
    document, (chunk,) = make("a.txt")
    states = set()
    for stored, piece in (
        (document, chunk),
        (replace(document, head=replace(document.head, status=Status.REPEALED)), chunk),
        (document, replace(chunk, path=("三",))),
        (document, replace(chunk, marks=())),
    ):
        database.replace(stored, (piece,))
        states.add(database.states()[document.id])
    assert len(states) == 4
    database.replace(document, (chunk,), fingerprint="read again")
    assert database.states()[document.id] in states


def test_a_chunk_that_is_no_slice_of_its_document_is_refused(database: Database) -> None:
    document, (chunk,) = make("a.txt")
    with pytest.raises(ValueError, match="not a slice"):
        database.replace(document, (replace(chunk, start=1, end=4),))
    assert database.documents() == ()


def test_a_write_that_fails_midway_leaves_the_library_as_it_was(database: Database) -> None:
    document, chunks = make("a.txt")
    database.replace(document, chunks)
    newer, (chunk,) = make("a.txt", "更新过的内容")
    with pytest.raises(Exception, match="UNIQUE"):
        database.replace(newer, (chunk, chunk))
    assert database.documents() == (document,)
    assert database.chunks() == chunks


def test_vectors_come_back_bit_for_bit_and_by_model(database: Database) -> None:
    random = np.random.default_rng(7)
    vectors = {text_digest(str(i)): random.normal(size=8).astype(np.float32) for i in range(1200)}
    database.add_vectors("m", vectors)
    database.add_vectors("other", {text_digest("0"): np.zeros(4, np.float32)})
    found = database.vectors("m", [*vectors, text_digest("never stored")])
    assert found.keys() == vectors.keys()
    assert all(np.array_equal(found[digest], vectors[digest]) for digest in vectors)
    assert found[text_digest("3")].dtype == np.float32
    assert database.vectors("third", vectors) == {}
    assert database.vectors("m", []) == {}


def test_a_snapshot_has_no_vectors_and_does_not_follow_later_writes(
    database: Database, tmp_path: Path
) -> None:
    document, chunks = make("a.txt")
    database.replace(document, chunks, fingerprint="f")
    database.add_vectors("m", {text_digest("x"): np.ones(4, np.float32)})
    database.snapshot(tmp_path / "空 格?#" / "snapshot.sqlite")
    database.remove(document.id)
    database.replace(*make("b.txt"))
    with closing(Database(tmp_path / "空 格?#" / "snapshot.sqlite", read_only=True)) as snapshot:
        assert snapshot.documents() == (document,)
        assert snapshot.chunks() == chunks
        assert snapshot.vectors("m", [text_digest("x")]) == {}
    assert [document.source for document in database.documents()] == ["b.txt"]
    assert database.vectors("m", [text_digest("x")]) != {}


def test_a_library_opened_for_reading_can_not_be_written(database: Database, tmp_path: Path) -> None:
    database.replace(*make("a.txt"))
    before = (tmp_path / "library.sqlite").read_bytes()
    with closing(Database(tmp_path / "library.sqlite", read_only=True)) as reader:
        assert len(reader.documents()) == 1
        with pytest.raises(StorageUnusable):
            reader.remove("id-a.txt")
    assert (tmp_path / "library.sqlite").read_bytes() == before


def test_many_threads_may_read_at_once(database: Database) -> None:
    for number in range(20):
        database.replace(*make(f"{number}.txt"))
    with ThreadPoolExecutor(8) as pool:
        seen = pool.map(lambda _: (len(database.documents()), len(database.chunks())), range(80))
    assert set(seen) == {(20, 20)}


@pytest.mark.parametrize(
    "change", ["UPDATE library SET version = version + 1", "UPDATE library SET version = 0"]
)
def test_a_library_of_another_version_names_the_command_to_run(tmp_path: Path, change: str) -> None:
    Database(tmp_path / "library.sqlite").close()
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as connection, connection:
        connection.execute(change)
    for read_only in (True, False):
        with pytest.raises(IndexMismatch) as caught:
            Database(tmp_path / "library.sqlite", read_only=read_only)
        assert "policy-assistant ingest --rebuild" in caught.value.hint.en


def test_a_file_of_someone_else_is_not_taken_for_a_library(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as connection:
        connection.execute("CREATE TABLE other (x)")
    with pytest.raises(IndexMismatch):
        Database(tmp_path / "library.sqlite")


def test_a_folder_that_can_not_be_is_storage_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnusable) as caught:
        Database(tmp_path / "file" / "library.sqlite")
    assert str(tmp_path / "file") in caught.value.message.zh
    with pytest.raises(StorageUnusable):
        Database(tmp_path / "absent.sqlite", read_only=True)
    assert not (tmp_path / "absent.sqlite").exists()


def test_a_damaged_library_is_noticed_on_opening(database: Database, tmp_path: Path) -> None:
    for number in range(50):
        database.replace(*make(f"{number}.txt", "内容" * 300))
    database.close()
    path = tmp_path / "library.sqlite"
    whole = bytearray(path.read_bytes())
    for start in range(8192, len(whole), 4096):
        whole[start : start + 64] = os.urandom(64)
    path.write_bytes(whole)
    with pytest.raises(LibraryDamaged) as caught:
        Database(path)
    assert "policy-assistant ingest --rebuild" in caught.value.hint.en
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(LibraryError):
        Database(path)


def test_a_library_that_another_process_locks_is_busy(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "library.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        connect = sqlite3.connect
        monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k | {"timeout": 0.1}))
        with pytest.raises(LibraryBusy):
            Database(tmp_path / "library.sqlite")


_FULL_DISK = """
import resource, sys
from pathlib import Path
from vectorstore.store.database import Database
from vectorstore.errors import StorageUnusable
from tests.vectorstore.store.test_database import make
database = Database(Path(sys.argv[1]))
database.replace(*make("kept.txt"))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    database.replace(*make("large.txt", "x" * 1_000_000))
except StorageUnusable as error:
    print(error)
    assert [d.source for d in database.documents()] == ["kept.txt"]
    sys.exit(42)
"""


def test_a_full_disk_is_told_plainly_and_loses_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path / "library.sqlite")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (42, "")
    assert "磁盘空间" in done.stdout
    with closing(Database(tmp_path / "library.sqlite")) as database:
        assert [document.source for document in database.documents()] == ["kept.txt"]


def test_a_library_of_the_version_before_is_brought_up_to_date_with_all_that_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    document, chunks = make("a.txt")
    with closing(Database(path)) as database:
        database.replace(document, chunks, fingerprint="f", origin="/a.txt", place="/")
    with closing(sqlite3.connect(path)) as connection:
        for column in ("pages", "notices", "origin", "place"):
            connection.execute(f"ALTER TABLE documents DROP COLUMN {column}")
        connection.execute("UPDATE library SET version = 1")
        connection.commit()
    with pytest.raises(IndexMismatch):
        Database(path, read_only=True)
    with closing(Database(path)) as database:
        assert database.documents() == (document,)
        assert database.chunks() == chunks
        assert database.stored() == {"a.txt": (document.id, "f", "", "")}
        database.replace(*make("b.txt"))
        database.snapshot(tmp_path / "copy.sqlite")
    with closing(Database(tmp_path / "copy.sqlite", read_only=True)) as copy:
        assert len(copy.documents()) == 2


def test_the_list_has_heads_and_numbers_of_chunks(database: Database) -> None:
    document, chunks = make("a.txt")
    database.replace(document, chunks, place="/policies")
    database.replace(make("b.txt")[0], ())
    first, second = database.listed()
    assert first == (document.id, "a.txt", "/policies", document.head, 1)
    assert (second.source, second.chunks) == ("b.txt", 0)


def test_a_document_that_moved_is_otherwise_as_it_was(database: Database) -> None:
    document, chunks = make("a.txt")
    database.replace(document, chunks, fingerprint="f", origin="/x/a.txt", place="/x")
    states = database.states()
    database.move(document.id, "/y/a.txt", "/y")
    assert database.stored() == {"a.txt": (document.id, "f", "/y/a.txt", "/y")}
    assert database.states() == states
