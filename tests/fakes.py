"""Stand-ins for what is slow or costs money. Each keeps the promises of what it stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

from vectorstore.embeddings import Embedder
from vectorstore.embeddings.base import clean


class HashedEmbedder(Embedder):
    """Vectors from hashed pairs of characters: same text, same vector; like texts, near vectors.

    ``embedded`` lists every text that embed_documents was given, in order.
    """

    def __init__(self, *, model: str = "hashed-bigrams", dimension: int = 64) -> None:
        self._model = model
        self._dimension = dimension
        self.embedded: list[str] = []

    @property
    def model(self) -> str:
        return self._model

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        self.embedded.extend(texts)
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        padded = f"\n{clean(text)}\n"
        counts = [0.0] * self._dimension
        for left, right in pairwise(padded):
            counts[crc32((left + right).encode()) % self._dimension] += 1.0
        length = math.sqrt(sum(count * count for count in counts))
        return [count / length for count in counts]
