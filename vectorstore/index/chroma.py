"""The vector index in Chroma. The only file that imports chromadb.

It is for questions to the whole library; those to some documents go to exact.
Queries go to the collection itself and ask for distances alone. LangChain's
store over it makes a document of every hit, which takes five times as long as
finding it, and can't be given vectors that are computed already.

Equal vectors stand in the graph once, however many documents say the same:
hundreds of identical ones cut others off (measured: 42 of 4,001 chunks were
unreachable beside 500 of them, and a province's documents repeat one another).

An index is built once by one process and then only read: killed while writing,
Chroma can lose a collection for good. Opening one writes to its folder even so
(see lent): open a copy of that where the bytes must stay the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError

from vectorstore.disk.storage import storage_unusable
from vectorstore.errors import IndexMismatch, Message
from vectorstore.index.exact import Entry, distinct, vector_digest
from vectorstore.types import Hit

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

    from vectorstore.store.database import Vector

DISTANCE: Final = "cosine"
_COLLECTION = "chunks"
_TWINS = "twins.json"  # by an entry of the graph: the others with its vector
MOST_ALIKE = 21  # entries with one vector that a search gives back: any says the same
_MOST_AT_ONCE = 5_000  # Chroma takes 5,461
_CHECKED_AT_ONCE = 500
_MOST_CHECKED = 10_000  # half a minute; of a larger index an even sample is looked for
_UNREACHABLE = 0.001  # the share that an approximate index may fail to reach, and keywords still find
_SAME = 1e-4  # distance of a vector to itself, after rounding


class VectorIndex:
    """A graph opened for reading. Safe to use from several threads, not after a fork."""

    def __init__(self, client: Client, twins: Mapping[str, Sequence[str]]) -> None:
        self._client = client
        self._twins = twins
        self._collection = client.get_collection(_COLLECTION, embedding_function=None)
        self.size = self._collection.count()

    @staticmethod
    def build(
        folder: Path, entries: Sequence[Entry], on_progress: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        """Write an index into a new folder and let go of it; calls ``on_progress(done, total)``.

        Of entries with one vector and one document, the first stands for all.
        Raises StorageUnusable.
        """
        alike: dict[bytes, list[Entry]] = {}
        for entry in distinct(entries):
            alike.setdefault(vector_digest(entry.vector), []).append(entry)
        twins = {first.chunk_id: [e.chunk_id for e in others] for first, *others in alike.values() if others}
        try:
            folder.mkdir(parents=True)
            (folder / _TWINS).write_text(json.dumps(twins), encoding="ascii")
            with _client(folder) as client:
                _fill(client, [first for first, *_ in alike.values()], on_progress)
        except (ChromaError, OSError) as error:
            raise storage_unusable(folder, error) from error

    @classmethod
    def open(cls, folder: Path) -> VectorIndex:
        """Open an index. Raises IndexMismatch when this version of Chroma can't read it."""
        client = None
        try:
            twins = json.loads((folder / _TWINS).read_text(encoding="ascii"))
            client = _client(folder)
            return cls(client, twins)
        except (ChromaError, OSError, ValueError) as error:
            if client is not None:
                client.close()
            raise _unreadable(error) from error

    def search(self, vector: Sequence[float] | Vector, limit: int, gone: Collection[str] = ()) -> list[Hit]:
        """At most ``limit`` texts of the whole library, best first, each with some entries that have it.

        Entries that are ``gone`` are passed over. ``score`` is the cosine
        similarity. Raises IndexMismatch for a vector of another dimension.
        """
        limit = asked = min(limit, self.size)
        if limit < 1:
            return []
        while True:
            found = self._present(np.asarray(vector, np.float32), asked, gone)
            if len(found) >= limit or asked == self.size:
                break
            asked = min(2 * asked, self.size)
        hits = [Hit(entry, score) for score, entries in found[:limit] for entry in entries]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))

    def lost(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        """Chunks that the index does not hold, or does not find by their own vector.

        Every chunk must be held. Up to 10,000 are all looked for, of more an
        even sample; one unreachable in a thousand is passed over, as the index
        is approximate.
        """
        kept = distinct(entries)
        held = {
            same for some in self._held() for first in some for same in (first, *self._twins.get(first, ()))
        }
        missing = tuple(entry.chunk_id for entry in kept if entry.chunk_id not in held)
        checked = kept[:: -(-len(kept) // _MOST_CHECKED) or 1]
        unreachable = [
            chunk_id for some in _batches(checked, _CHECKED_AT_ONCE) for chunk_id in self._unfound(some)
        ]
        return missing if len(unreachable) <= len(checked) * _UNREACHABLE else (*missing, *unreachable)

    def close(self) -> None:
        """Free all descriptors; may be called twice."""
        self._client.close()

    def _present(
        self, vector: Vector, asked: int, gone: Collection[str]
    ) -> list[tuple[float, Sequence[str]]]:
        """So many texts of the graph that any entry still has: similarity, and the first of those entries."""
        try:
            found = self._collection.query(query_embeddings=vector, n_results=asked, include=["distances"])
        except ChromaError as error:
            raise _unreadable(error) from error
        alike = [sorted((entry, *self._twins.get(entry, ()))) for entry in found["ids"][0]]
        if gone:
            alike = [[entry for entry in entries if entry not in gone] for entries in alike]
        distances = (found["distances"] or [[]])[0]
        return [
            (1.0 - distance, entries[:MOST_ALIKE])
            for distance, entries in zip(distances, alike, strict=True)
            if entries
        ]

    def _held(self) -> Iterator[list[str]]:
        for start in range(0, self.size, _MOST_AT_ONCE):
            yield self._collection.get(limit=_MOST_AT_ONCE, offset=start, include=[])["ids"]

    def _unfound(self, entries: Sequence[Entry]) -> Iterator[str]:
        vectors = np.stack([entry.vector for entry in entries])
        found = self._collection.query(query_embeddings=vectors, n_results=1, include=["distances"])
        for entry, ids, distances in zip(entries, found["ids"], found["distances"] or [], strict=True):
            # Another document's chunk with the same text is as good.
            if entry.chunk_id not in ids and not (distances and distances[0] < _SAME):
                yield entry.chunk_id


def _client(folder: Path) -> Client:
    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    return cast("Client", client)  # declared as an interface that has no close()


def _fill(client: Client, entries: Sequence[Entry], on_progress: Callable[[int, int], None]) -> None:
    batches = list(_batches(entries, _MOST_AT_ONCE))
    hnsw: CreateHNSWConfiguration = {
        "space": DISTANCE,
        # Recall@10 at 100,000 vectors: .997, with the defaults .75. Later changes have no effect.
        "max_neighbors": 32,
        "ef_construction": 200,
        "ef_search": 400,
        # Every batch is written out when it is in, so that opening has nothing to catch up on.
        "sync_threshold": max(100, min(map(len, batches), default=0)),
    }
    collection = client.create_collection(_COLLECTION, configuration={"hnsw": hnsw}, embedding_function=None)
    done = 0
    for batch in batches:
        ids = [entry.chunk_id for entry in batch]
        collection.add(
            ids=ids,
            embeddings=np.stack([entry.vector for entry in batch]),
            metadatas=[{"document_id": entry.document_id} for entry in batch],
            documents=ids,  # LangChain leaves out what has no document; the text itself is in the database
        )
        done += len(batch)
        on_progress(done, len(entries))


def _batches(entries: Sequence[Entry], most: int) -> Iterator[Sequence[Entry]]:
    """Equal batches of at most ``most``; sizes differ by one at the most."""
    count = -(-len(entries) // most)
    for number in range(count):
        yield entries[number * len(entries) // count : (number + 1) * len(entries) // count]


def _unreadable(error: Exception) -> IndexMismatch:
    return IndexMismatch(
        Message(f"无法读取向量索引：{error}。", f"Can't read the vector index: {error}."),
        Message("请运行 policy-assistant ingest 重建索引。", "Run policy-assistant ingest to rebuild it."),
    )
