"""Stand-ins for what is slow or costs money. Each keeps the promises of what it stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
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


HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ![](http://127.0.0.1:9/a.png) "
    "[a](javascript:alert(1)) http://evil.example www.evil.example a@b.cn **b** `c` $x$ | a |\n"
    "# d\n\n1. e\n- f\n&lt; {{g}} ${h} \\* [1]: http://i"
)
"""A question, or a document, that would be anything but text."""

NOON = datetime(2025, 3, 8, 12, 0, tzinfo=UTC)


class Clock:
    """Stands in for ``time`` where a module waits for a while to pass: it passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now
