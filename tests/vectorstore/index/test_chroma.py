"""The vector index, against exact search as the oracle."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from vectorstore.errors import IndexMismatch, StorageUnusable
from vectorstore.index import chroma
from vectorstore.index.chroma import VectorIndex
from vectorstore.index.exact import Entry
from vectorstore.store.database import Vector

DIMENSION = 32


def random_vectors(count: int, seed: int = 1) -> Vector:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    unit: Vector = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def make(vectors: Vector, per_document: int = 10) -> list[Entry]:
    return [Entry(f"c{i:04d}", f"d{i // per_document}", vector) for i, vector in enumerate(vectors)]


@contextmanager
def opened(folder: Path) -> Iterator[VectorIndex]:
    index = VectorIndex.open(folder)
    try:
        yield index
    finally:
        index.close()


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return make(random_vectors(600))


@pytest.fixture(scope="module")
def folder(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("chroma") / "index"
    VectorIndex.build(built, entries)
    return built


def exact(entries: list[Entry], vector: Vector, limit: int) -> list[tuple[str, float]]:
    scores = [(float(entry.vector @ vector), entry.chunk_id) for entry in entries]
    return [(chunk_id, score) for score, chunk_id in sorted(scores, reverse=True)[:limit]]


def test_it_finds_what_an_exact_search_finds(folder: Path, entries: list[Entry]) -> None:
    with opened(folder) as index:
        assert index.size == 600
        for vector in random_vectors(20, seed=2):
            hits = index.search(vector, 10)
            expected = exact(entries, vector, 10)
            assert [hit.chunk_id for hit in hits] == [chunk_id for chunk_id, _ in expected]
            assert [hit.score for hit in hits] == pytest.approx([score for _, score in expected], abs=1e-5)


def test_a_limit_may_be_zero_or_beyond_the_index(folder: Path, entries: list[Entry]) -> None:
    with opened(folder) as index:
        assert index.search(entries[0].vector, 0) == []
        assert len(index.search(entries[0].vector, 10**9)) == 600


def test_a_vector_of_another_dimension_names_the_command_to_run(folder: Path) -> None:
    with opened(folder) as index, pytest.raises(IndexMismatch) as caught:
        index.search([1.0, 0.0], 3)
    assert "policy-assistant ingest" in caught.value.hint.en


def test_an_empty_index_opens_and_finds_nothing(tmp_path: Path) -> None:
    VectorIndex.build(tmp_path / "index", [])
    with opened(tmp_path / "index") as index:
        assert index.size == 0
        assert index.search([1.0] * DIMENSION, 5) == []
        assert index.lost([]) == ()


@pytest.mark.parametrize("count", [1, 99, 101])
def test_a_small_index_is_complete_when_opened_again(tmp_path: Path, count: int) -> None:
    entries = make(random_vectors(count))
    VectorIndex.build(tmp_path / "index", entries)
    with opened(tmp_path / "index") as index:
        assert index.lost(entries) == ()
        assert index.search(entries[-1].vector, 1)[0].chunk_id == entries[-1].chunk_id


def test_progress_ends_at_the_total_and_batches_are_within_what_chroma_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "_MOST_AT_ONCE", 100)
    seen: list[tuple[int, int]] = []
    entries = make(random_vectors(250))
    VectorIndex.build(tmp_path / "index", entries, lambda done, total: seen.append((done, total)))
    assert seen == [(83, 250), (166, 250), (250, 250)]
    with opened(tmp_path / "index") as index:
        assert index.lost(entries) == ()


def test_identical_texts_of_one_document_are_held_once(tmp_path: Path) -> None:
    same = random_vectors(1, seed=9)[0]
    vectors = random_vectors(1500)
    vectors[::3] = same
    entries = make(vectors, per_document=len(vectors))
    VectorIndex.build(tmp_path / "index", entries)
    with opened(tmp_path / "index") as index:
        assert index.size == 1001
        assert index.lost(entries) == ()
        hits = index.search(same, 2)
        assert hits[0].chunk_id == "c0000"
        assert hits[1].score < 0.99


def test_identical_texts_of_two_documents_are_both_found(tmp_path: Path) -> None:
    entries = make(np.repeat(random_vectors(1), 2, axis=0), per_document=1)
    VectorIndex.build(tmp_path / "index", entries)
    with opened(tmp_path / "index") as index:
        assert {hit.chunk_id for hit in index.search(entries[0].vector, 5)} == {"c0000", "c0001"}


def test_a_chunk_that_is_not_held_or_not_found_is_named_lost(folder: Path, entries: list[Entry]) -> None:
    other = random_vectors(1, seed=5)[0]
    with opened(folder) as index:
        assert index.lost(entries) == ()
        assert index.lost([*entries, Entry("c9999", "d0", other)]) == ("c9999", "c9999")
        assert index.lost([entries[0]._replace(vector=other)]) == ("c0000",)


def test_closing_frees_every_descriptor_and_may_be_done_twice(folder: Path, entries: list[Entry]) -> None:
    if sys.platform != "linux":
        pytest.skip("descriptors are counted in /proc")

    def open_files() -> list[str]:
        targets = []
        for descriptor in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                targets.append(str(descriptor.readlink()))
        return [target for target in targets if str(folder) in target]

    for _ in range(3):
        index = VectorIndex.open(folder)
        index.search(entries[0].vector, 3)
        assert open_files() != []
        index.close()
        index.close()
        patience = time.monotonic() + 5  # Chroma's own threads close the last one
        while open_files() and time.monotonic() < patience:
            time.sleep(0.01)
        assert open_files() == []


def test_searching_changes_nothing_but_chromas_lock_table(
    folder: Path, entries: list[Entry], tmp_path: Path
) -> None:
    """Why readers open a copy: if even that stays the same one day, the copy can go."""

    def checksums() -> dict[str, str]:
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}

    before = checksums()
    with opened(folder) as index:
        for entry in entries[:20]:
            index.search(entry.vector, 5)
    changed = {name for name, checksum in checksums().items() if checksum != before[name]}
    assert changed == {"chroma.sqlite3"}


def test_a_folder_that_can_not_be_is_storage_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnusable):
        VectorIndex.build(tmp_path / "file" / "index", [])


def test_an_index_of_something_else_names_the_command_to_run(tmp_path: Path) -> None:
    import chromadb
    from chromadb.config import Settings

    with chromadb.PersistentClient(str(tmp_path), Settings(anonymized_telemetry=False)):  # type: ignore[attr-defined]
        pass
    with pytest.raises(IndexMismatch) as caught:
        VectorIndex.open(tmp_path)
    assert "policy-assistant ingest" in caught.value.hint.en


def test_a_text_that_hundreds_of_documents_share_hides_no_other(tmp_path: Path) -> None:
    vectors = random_vectors(1_500)
    vectors[::3] = random_vectors(1, seed=9)[0]
    entries = make(vectors, per_document=1)
    VectorIndex.build(tmp_path / "index", entries)
    with opened(tmp_path / "index") as index:
        assert index.size == 1_001
        assert index.lost(entries) == ()
        shared = index.search(vectors[0], 1)
        assert len(shared) == chroma.MOST_ALIKE
        assert {hit.chunk_id for hit in shared} < {entry.chunk_id for entry in entries[::3]}
        for entry in entries[1::300]:
            assert entry.chunk_id in {hit.chunk_id for hit in index.search(entry.vector, 1)}
