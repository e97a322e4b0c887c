"""Exact search within documents, against a plain computation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from vectorstore.errors import IndexMismatch, StorageUnusable
from vectorstore.index.exact import Entry, ExactVectors
from vectorstore.store.database import Vector

DIMENSION = 32


def random_vectors(count: int, seed: int = 1) -> Vector:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    unit: Vector = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


@contextmanager
def opened(folder: Path) -> Iterator[ExactVectors]:
    vectors = ExactVectors.open(folder)
    try:
        yield vectors
    finally:
        vectors.close()


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """Sixty documents whose entries do not stand together."""
    return [Entry(f"c{i:04d}", f"d{i % 60}", vector) for i, vector in enumerate(random_vectors(600))]


@pytest.fixture(scope="module")
def folder(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("exact") / "exact"
    ExactVectors.build(built, entries)
    return built


@pytest.mark.parametrize("named", [("d3",), ("d41", "d3"), ("d3", "unknown", "d3"), ("d59", "d0", "d7")])
@pytest.mark.parametrize("limit", [1, 5, 10, 25, 10**9])
def test_it_finds_the_nearest_entries_of_the_named_documents(
    folder: Path, entries: list[Entry], named: tuple[str, ...], limit: int
) -> None:
    inside = [entry for entry in entries if entry.document_id in named]
    with opened(folder) as vectors:
        for wanted in random_vectors(5, seed=3):
            hits = vectors.search(wanted, limit, named)
            expected = sorted((-float(e.vector @ wanted), e.chunk_id) for e in inside)[:limit]
            assert [hit.chunk_id for hit in hits] == [chunk_id for _, chunk_id in expected]
            assert [hit.score for hit in hits] == pytest.approx([-score for score, _ in expected], abs=1e-5)


def test_no_known_document_and_no_limit_find_nothing(folder: Path) -> None:
    with opened(folder) as vectors:
        assert vectors.search([1.0] * DIMENSION, 5, ()) == []
        assert vectors.search([1.0] * DIMENSION, 5, ("unknown",)) == []
        assert vectors.search([1.0] * DIMENSION, 0, ("d1",)) == []


def test_identical_texts_of_one_document_are_found_once_and_of_two_in_both(tmp_path: Path) -> None:
    same = random_vectors(1)[0]
    entries = [Entry("a", "d0", same), Entry("b", "d0", same), Entry("c", "d1", same)]
    ExactVectors.build(tmp_path / "exact", entries)
    with opened(tmp_path / "exact") as vectors:
        assert [hit.chunk_id for hit in vectors.search(same, 5, ("d0", "d1"))] == ["a", "c"]


def test_an_empty_library_opens_and_finds_nothing(tmp_path: Path) -> None:
    ExactVectors.build(tmp_path / "exact", [])
    with opened(tmp_path / "exact") as vectors:
        assert vectors.search([1.0] * DIMENSION, 5, ("d0",)) == []


def test_a_vector_of_another_dimension_names_the_command_to_run(folder: Path) -> None:
    with opened(folder) as vectors, pytest.raises(IndexMismatch) as caught:
        vectors.search([1.0, 0.0], 3, ("d1",))
    assert "policy-assistant ingest" in caught.value.hint.en


def test_a_file_of_something_else_names_the_command_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexMismatch):
        ExactVectors.open(tmp_path)
    (tmp_path / "entries.json").write_text("{}")
    (tmp_path / "vectors.npy").write_bytes(b"no array")
    with pytest.raises(IndexMismatch):
        ExactVectors.open(tmp_path)


def test_a_folder_that_can_not_be_is_storage_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnusable):
        ExactVectors.build(tmp_path / "file" / "exact", [])


def test_after_closing_it_finds_nothing(folder: Path) -> None:
    vectors = ExactVectors.open(folder)
    vectors.close()
    vectors.close()
    assert vectors.search([1.0] * DIMENSION, 5, ("d1",)) == []
