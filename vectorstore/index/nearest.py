"""The nearest texts of the whole library: by the graph of the base, and exactly in what is beside it.

Similarities are reckoned once more from the vectors themselves. A graph and an exact search
differ in the last digits, and what an index finds must not depend on which of its
segments a document is in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from vectorstore.index.chroma import MOST_ALIKE, VectorIndex
from vectorstore.index.exact import ExactVectors, similarities
from vectorstore.store.database import Vector
from vectorstore.types import Hit


class NearestVectors:
    """A graph without what is gone of it, and the vectors beside it. Safe to use from several threads."""

    def __init__(
        self, graph: VectorIndex, base: ExactVectors, gone: Collection[str], side: ExactVectors | None
    ) -> None:
        leaving = set(gone)
        self._graph = graph
        self._base = base
        self._gone = frozenset(base.entries_of(leaving)) if leaving else frozenset[str]()
        self._side = side

    def search(self, vector: Sequence[float] | Vector, limit: int) -> list[Hit]:
        """At most ``limit`` texts of the whole library, best first, each with some entries that have it.

        ``score`` is the cosine similarity. Raises IndexMismatch for a vector of another dimension.
        """
        if limit < 1:
            return []
        alike: dict[bytes, list[str]] = {}
        for hit in self._graph.search(vector, limit, self._gone):
            alike.setdefault(self._base.rows[hit.chunk_id].tobytes(), []).append(hit.chunk_id)
        if self._side:
            for entry, row in self._side.nearest(vector, limit):
                alike.setdefault(row.tobytes(), []).append(entry)
        if not alike:
            return []
        texts = [sorted(entries)[:MOST_ALIKE] for entries in alike.values()]
        vectors = np.frombuffer(b"".join(alike), np.float32).reshape(len(alike), -1)
        scores = similarities(vectors, np.asarray(vector, np.float32)).tolist()
        best = sorted(zip(scores, texts, strict=True), key=lambda text: (-text[0], text[1]))[:limit]
        hits = [Hit(entry, score) for score, entries in best for entry in entries]
        return sorted(hits, key=lambda hit: (-hit.score, hit.chunk_id))
