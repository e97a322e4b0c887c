"""Vectors from any OpenAI-compatible endpoint."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.embeddings.base import Embedder, clean
from vectorstore.errors import EmbeddingUnavailable, Message

if TYPE_CHECKING:
    from langchain_openai import OpenAIEmbeddings
    from numpy.typing import NDArray

_BATCH = 64  # some compatible servers take no more texts in one request
_PASSAGES_SECONDS = 60.0
_QUERY_SECONDS = 10.0  # somebody waits
_BLANK = "."  # most endpoints refuse an empty text


class EndpointEmbedder(Embedder):
    """Texts are sent as they are to ``base_url`` + ``/embeddings``, at most 64 in a request.

    Vectors are brought to unit length here. A request that fails is tried twice
    more. Without a key a placeholder is sent, since local endpoints need none.
    """

    def __init__(self, *, model: str | None, base_url: str | None, api_key: str | None) -> None:
        self._model = _required(model, "POLICY_ASSISTANT_EMBEDDING_MODEL")
        self._base_url = _required(base_url, "POLICY_ASSISTANT_EMBEDDING_BASE_URL")
        self._api_key = api_key or "none"
        self._lock = Lock()
        self._client: OpenAIEmbeddings | None = None
        self._dimension = 0

    @property
    def model(self) -> str:
        """The name from the settings."""
        return self._model

    @property
    def dimension(self) -> int:
        """Found from the first reply; asks for one if there was none yet."""
        if not self._dimension:
            self.embed_query("")
        return self._dimension

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, in order."""
        return self._embed(texts, _PASSAGES_SECONDS) if texts else []

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self._embed([text], _QUERY_SECONDS)[0]

    def _embed(self, texts: list[str], seconds: float) -> list[list[float]]:
        from openai import OpenAIError

        cleaned = [clean(text) or _BLANK for text in texts]
        try:
            vectors = np.array(self._connect().embed_documents(cleaned, timeout=seconds), np.float64)
        except OpenAIError as error:
            raise self._refused(error) from error
        # A reply that is no list of vectors fails inside the client, in whatever way its shape leads to.
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._unusable(type(error).__name__) from error
        return self._units(vectors, len(texts))

    def _units(self, vectors: NDArray[np.float64], count: int) -> list[list[float]]:
        if vectors.ndim != 2 or len(vectors) != count:
            raise self._unusable(f"{len(vectors)}/{count}")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths) & (lengths > 0)).all():
            raise self._unusable("0/NaN")
        with self._lock:
            self._dimension = self._dimension or vectors.shape[1]
        if vectors.shape[1] != self._dimension:
            raise self._unusable(f"{vectors.shape[1]} ≠ {self._dimension}")
        units: list[list[float]] = (vectors / lengths).tolist()
        return units

    def _connect(self) -> OpenAIEmbeddings:
        with self._lock:
            if self._client is None:
                from langchain_openai import OpenAIEmbeddings
                from pydantic import SecretStr

                self._client = OpenAIEmbeddings(
                    model=self._model,
                    openai_api_base=self._base_url,
                    openai_api_key=SecretStr(self._api_key),
                    chunk_size=_BATCH,
                    check_embedding_ctx_length=False,  # else it sends token numbers, which only OpenAI reads
                    model_kwargs={"encoding_format": "float"},  # the one that every server knows
                )
            return self._client

    def _refused(self, error: Exception) -> EmbeddingUnavailable:
        import openai

        where = self._base_url
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return EmbeddingUnavailable(
                Message(f"向量接口 {where} 拒绝了密钥。", f"The embedding endpoint {where} refused the key."),
                Message(
                    "请检查 POLICY_ASSISTANT_EMBEDDING_API_KEY。", "Check POLICY_ASSISTANT_EMBEDDING_API_KEY."
                ),
            )
        if isinstance(error, openai.APIStatusError):
            code = error.status_code
            return EmbeddingUnavailable(
                Message(
                    f"向量接口 {where} 没有接受请求（HTTP {code}，模型 {self._model}）。",
                    f"The embedding endpoint {where} refused the request (HTTP {code}, model {self._model}).",
                ),
                _STATUS_HINTS.get(code, _OTHER_STATUS),
            )
        return EmbeddingUnavailable(
            Message(f"无法连接向量接口 {where}。", f"The embedding endpoint {where} can't be reached."),
            Message(
                "请检查 POLICY_ASSISTANT_EMBEDDING_BASE_URL 和网络，并确认该服务正在运行。",
                "Check POLICY_ASSISTANT_EMBEDDING_BASE_URL and the network, and that the service is running.",
            ),
        )

    def _unusable(self, detail: str) -> EmbeddingUnavailable:
        return EmbeddingUnavailable(
            Message(
                f"向量接口 {self._base_url} 的回复不是可用的向量（{detail}）。",
                f"The reply of the embedding endpoint {self._base_url} is no usable vectors ({detail}).",
            ),
            Message(
                f"请确认该地址与 OpenAI 的 /embeddings 接口兼容，且 {self._model} 是向量模型。",
                f"Make sure that it serves OpenAI's /embeddings and that {self._model} makes embeddings.",
            ),
        )


_STATUS_HINTS = {
    404: Message(
        "请检查 POLICY_ASSISTANT_EMBEDDING_BASE_URL（通常以 /v1 结尾）和 POLICY_ASSISTANT_EMBEDDING_MODEL。",
        "Check POLICY_ASSISTANT_EMBEDDING_BASE_URL (most end in /v1) and POLICY_ASSISTANT_EMBEDDING_MODEL.",
    ),
    429: Message("请稍后再试，或检查该密钥的额度。", "Try again later, or check the quota of the key."),
}
_OTHER_STATUS = Message(
    "请检查 POLICY_ASSISTANT_EMBEDDING_MODEL，并查看该服务的日志。",
    "Check POLICY_ASSISTANT_EMBEDDING_MODEL and look at the service's log.",
)


def _required(value: str | None, variable: str) -> str:
    if value:
        return value
    raise EmbeddingUnavailable(
        Message("没有设置完整的向量接口。", "The embedding endpoint is not fully configured."),
        Message(
            f"请设置 {variable}，或设置 POLICY_ASSISTANT_EMBEDDING=builtin 使用内置模型。",
            f"Set {variable}, or POLICY_ASSISTANT_EMBEDDING=builtin to use the built-in model.",
        ),
    )
