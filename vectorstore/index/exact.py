"""All vectors in one file, document by document, for exact search within some documents.

A graph such as Chroma's is for the whole library. Asked for one document of a
thousand it walks past all the others: measured at 45,000 vectors, 50 ms beside
three for reading the few vectors that can be meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vectorstore.disk.storage import storage_unusable
from vectorstore.errors import IndexMismatch, Message
from vectorstore.store.database import Vector
from vectorstore.types import Hit

_VECTORS = "vectors.npy"
_ENTRIES = "entries.json"


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


class ExactVectors:
    """The file opened for reading: a search reads what it needs of it. Safe to use from several threads."""

    def __init__(self, vectors: Vector, entry_ids: Sequence[str], ranges: Mapping[str, range]) -> None:
        self._vectors = vectors
        self._entry_ids = entry_ids
        self._ranges = ranges

    @staticmethod
    def build(folder: Path, entries: Sequence[Entry]) -> None:
        """Write the file into a new folder. Raises StorageUnusable."""
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
        """Open the file. Raises IndexMismatch when it is not one."""
        try:
            written = json.loads((folder / _ENTRIES).read_text(encoding="ascii"))
            vectors = np.load(folder / _VECTORS, mmap_mode="r")
            return cls(vectors, written["entries"], dict(_ranges(written["documents"])))
        except (OSError, ValueError, KeyError) as error:
            raise _unreadable() from error

    def search(self, vector: Sequence[float] | Vector, limit: int, document_ids: Sequence[str]) -> list[Hit]:
        """At most ``limit`` entries of these documents, best first; ``score`` is the cosine similarity.

        Raises IndexMismatch for a vector of another dimension.
        """
        ranges = [self._ranges[i] for i in sorted(set(document_ids)) if i in self._ranges]
        if limit < 1 or not ranges:
            return []
        wanted = np.asarray(vector, np.float32)
        if wanted.shape != self._vectors.shape[1:]:
            raise _unreadable()
        rows = np.concatenate([np.arange(some.start, some.stop) for some in ranges])
        scores = np.concatenate([self._vectors[some.start : some.stop] @ wanted for some in ranges])
        best = np.argpartition(-scores, limit - 1)[:limit] if limit < len(scores) else range(len(scores))
        hits = [Hit(self._entry_ids[rows[i]], float(scores[i])) for i in best]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        self._vectors, self._ranges = np.empty((0, 0), np.float32), {}


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
