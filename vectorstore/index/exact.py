"""All vectors in one file, document by document, for exact search within some documents.

A graph such as Chroma's is for the whole library. Asked for one document of a
thousand it walks past all the others: measured at 45,000 vectors, 50 ms beside
three for reading the few vectors that can be meant.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorstore.disk.storage import storage_unusable
from vectorstore.errors import IndexMismatch, Message
from vectorstore.store.database import Vector
from vectorstore.types import Hit

_VECTORS = "vectors.npy"
_ENTRIES = "entries.json"
_ROUNDING = 1e-5  # what single precision may be out by


class Entry(NamedTuple):
    """A chunk, or a unit of one, and its vector, of unit length."""

    chunk_id: str
    document_id: str
    vector: Vector


def distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Of entries with one vector and one document, the first: the others would crowd out everything else."""
    first: dict[tuple[str, bytes], Entry] = {}
    for entry in entries:
        first.setdefault((entry.document_id, vector_digest(entry.vector)), entry)
    return list(first.values())


def vector_digest(vector: Vector) -> bytes:
    """SHA-256 of a vector's bytes: equal vectors have the same."""
    return sha256(vector.tobytes()).digest()


def similarities(vectors: Vector, wanted: Vector) -> NDArray[np.float64]:
    """Cosine similarities to a vector, each the same to the last bit whichever others it is reckoned with."""
    similar: NDArray[np.float64] = (vectors.astype(np.float64) * wanted.astype(np.float64)).sum(axis=1)
    return similar


def best_places(scores: NDArray[np.floating], limit: int, margin: float = 0.0) -> NDArray[np.intp]:
    """The places of the ``limit`` highest scores, and of those no more than ``margin`` below them."""
    if limit >= len(scores):
        return np.arange(len(scores))
    least = np.partition(scores, -limit)[-limit]
    return np.flatnonzero(scores >= least - margin)


class _File(NamedTuple):
    """The vectors of one segment; ``ranges`` are the rows of each document."""

    vectors: Vector
    entry_ids: Sequence[str]
    ranges: Mapping[str, range]


class ExactVectors:
    """The files opened for reading: a search reads what it needs. Safe to use from several threads."""

    def __init__(self, files: Sequence[_File]) -> None:
        self._files = tuple(files)

    @staticmethod
    def build(folder: Path, entries: Sequence[Entry]) -> None:
        """Write a file into a new folder. Raises StorageUnusable."""
        ordered = sorted(distinct(entries), key=lambda entry: entry.document_id)
        counts: dict[str, int] = {}
        for entry in ordered:
            counts[entry.document_id] = counts.get(entry.document_id, 0) + 1
        written = {"documents": counts, "entries": [entry.chunk_id for entry in ordered]}
        try:
            folder.mkdir(parents=True)
            (folder / _ENTRIES).write_text(json.dumps(written, ensure_ascii=True), encoding="ascii")
            np.save(folder / _VECTORS, np.array([entry.vector for entry in ordered], np.float32))
        except OSError as error:
            raise storage_unusable(folder, error) from error

    @classmethod
    def open(cls, folder: Path) -> ExactVectors:
        """Open the file of one segment. Raises IndexMismatch when it is not one."""
        try:
            written = json.loads((folder / _ENTRIES).read_text(encoding="ascii"))
            vectors = np.load(folder / _VECTORS, mmap_mode="r")
            return cls([_File(vectors, written["entries"], dict(_ranges(written["documents"])))])
        except (OSError, ValueError, KeyError) as error:
            raise _unreadable() from error

    def without(self, document_ids: Collection[str]) -> ExactVectors:
        """The same files, without these documents."""
        return ExactVectors(
            [
                file._replace(ranges={i: rows for i, rows in file.ranges.items() if i not in document_ids})
                for file in self._files
            ]
        )

    def beside(self, other: ExactVectors) -> ExactVectors:
        """These files and those of another, searched as one."""
        return ExactVectors([*self._files, *other._files])

    @property
    def size(self) -> int:
        """How many entries there are."""
        return sum(len(rows) for file in self._files for rows in file.ranges.values())

    def entries_of(self, document_ids: Collection[str]) -> Iterator[str]:
        """The entries of these documents."""
        for file in self._files:
            for rows in (file.ranges[i] for i in document_ids if i in file.ranges):
                yield from file.entry_ids[rows.start : rows.stop]

    @cached_property
    def rows(self) -> dict[str, Vector]:
        """The vector of every entry."""
        return {
            file.entry_ids[row]: file.vectors[row]
            for file in self._files
            for rows in file.ranges.values()
            for row in rows
        }

    def search(self, vector: Sequence[float] | Vector, limit: int, document_ids: Sequence[str]) -> list[Hit]:
        """At most ``limit`` entries of these documents, best first; ``score`` is the cosine similarity.

        Raises IndexMismatch for a vector of another dimension.
        """
        wanted = np.asarray(vector, np.float32)
        hits = [hit for file in self._files for hit in _nearest(file, wanted, limit, document_ids)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))[: max(limit, 0)]

    def nearest(self, vector: Sequence[float] | Vector, limit: int) -> Iterator[tuple[str, Vector]]:
        """Entries and vectors, the nearest first, until ``limit`` different vectors are there."""
        everywhere = list(chain.from_iterable(file.ranges for file in self._files))
        seen: set[bytes] = set()
        for hit in self.search(vector, self.size, everywhere):
            row = self.rows[hit.chunk_id]
            seen.add(row.tobytes())
            if len(seen) > limit:
                return
            yield hit.chunk_id, row

    def lost(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        """Those of the entries that the files do not hold with their vectors."""
        rows = self.rows
        kept = distinct(entries)
        return tuple(
            entry.chunk_id
            for entry in kept
            if entry.chunk_id not in rows or not np.array_equal(rows[entry.chunk_id], entry.vector)
        )

    def close(self) -> None:
        """Let go of the files; may be called twice."""
        self._files = ()


def _nearest(file: _File, wanted: Vector, limit: int, document_ids: Sequence[str]) -> Iterator[Hit]:
    """The best entries of one file, and a few that are as good but for rounding."""
    ranges = [file.ranges[i] for i in sorted(set(document_ids)) if i in file.ranges]
    if limit < 1 or not ranges:
        return
    if wanted.shape != file.vectors.shape[1:]:
        raise _unreadable()
    rows = np.concatenate([np.arange(some.start, some.stop) for some in ranges])
    scores = np.concatenate([file.vectors[some.start : some.stop] @ wanted for some in ranges])
    best = rows[best_places(scores, limit, _ROUNDING)]
    for row, score in zip(best.tolist(), similarities(file.vectors[best], wanted).tolist(), strict=True):
        yield Hit(file.entry_ids[row], score)


def _ranges(counts: Mapping[str, int]) -> Iterator[tuple[str, range]]:
    start = 0
    for document_id, count in counts.items():
        yield document_id, range(start, start + count)
        start += count


def _unreadable() -> IndexMismatch:
    return IndexMismatch(
        Message("无法读取向量文件。", "Can't read the file of vectors."),
        Message("请运行 policy-assistant ingest 重建索引。", "Run policy-assistant ingest to rebuild it."),
    )
