"""Vectors from any OpenAI-compatible endpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore.embeddings.base import Embedder, clean
from vectorstore.endpoints.breaker import Breaker
from vectorstore.endpoints.posting import Reply, Unanswered, Unreadable, post
from vectorstore.errors import EmbeddingUnavailable, Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH = 64  # some compatible servers take no more texts in one request
_PASSAGES_SECONDS = 60.0
_QUERY_SECONDS = 5.0  # somebody waits, and words alone find something too
_FAILURES = 2  # questions in a row that the endpoint fails, after which it is left alone for a while
_PAUSES = (0.5, 2.0)  # seconds before passages are sent again
_LONGEST_PAUSE = 10.0  # seconds that an endpoint may ask for instead
_MOST_BYTES = 500_000  # of a reply for each text: twice the largest vector in use
_BLANK = "."  # most endpoints refuse an empty text


class EndpointEmbedder(Embedder):
    """Texts are sent as they are to ``base_url`` + ``/embeddings``, at most 64 in a request.

    Vectors are brought to unit length here. Passages that fail are sent twice
    more. A question has five seconds in all and one try, and after two that
    failed in a row the endpoint is left alone for half a minute. Without a key
    a placeholder is sent, since local endpoints need none.
    """

    def __init__(
        self,
        *,
        model: str | None,
        base_url: str | None,
        api_key: str | None,
        query_seconds: float = _QUERY_SECONDS,
    ) -> None:
        self._model = _required(model, "POLICY_ASSISTANT_EMBEDDING_MODEL")
        self._base_url = _required(base_url, "POLICY_ASSISTANT_EMBEDDING_BASE_URL")
        self._headers = {"Authorization": f"Bearer {api_key or 'none'}"}
        self._lock = Lock()
        self.breaker: Breaker = Breaker(failures=_FAILURES)
        self._query_seconds = query_seconds
        self._dimension = 0

    @property
    def model(self) -> str:
        """The name from the settings."""
        return self._model

    @property
    def dimension(self) -> int:
        """Found from the first reply; asks for one if there was none yet."""
        if not self._dimension:
            self.embed_documents([""])
        return self._dimension

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, in order."""
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            some = texts[start : start + _BATCH]
            vectors += self._read(self._insist(some), len(some))
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        with self.breaker.asking():
            return self._read(self._post([text], self._query_seconds), 1)[0]

    def _insist(self, texts: Sequence[str]) -> Reply:
        """The reply for passages, of the third try at the latest."""
        for pause in _PAUSES:
            asked = ""
            try:
                reply = self._post(texts, _PASSAGES_SECONDS)
            except EmbeddingUnavailable:
                pass
            else:
                if reply.status < 500 and reply.status not in (408, 429):
                    return reply
                asked = reply.retry_after
            time.sleep(min(float(asked), _LONGEST_PAUSE) if asked.isdecimal() else pause)
        return self._post(texts, _PASSAGES_SECONDS)

    def _post(self, texts: Sequence[str], seconds: float) -> Reply:
        body = {
            "model": self._model,
            "input": [clean(text) or _BLANK for text in texts],
            "encoding_format": "float",  # the one that every server knows
        }
        url = f"{self._base_url.rstrip('/')}/embeddings"
        try:
            return post(url, body, self._headers, seconds=seconds, most_bytes=_MOST_BYTES * len(texts))
        except Unreadable as error:
            raise self._unusable(str(error)) from error
        except Unanswered as error:
            raise self._unreachable() from error

    def _read(self, reply: Reply, count: int) -> list[list[float]]:
        if reply.status // 100 != 2:
            raise self._refused(reply.status)
        try:
            vectors = np.array(_vectors_in(json.loads(reply.body)), np.float64)
        # RecursionError for what is nested without an end.
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise self._unusable(type(error).__name__) from error
        return self._units(vectors, count)

    def _units(self, vectors: NDArray[np.float64], count: int) -> list[list[float]]:
        if vectors.ndim != 2 or len(vectors) != count:
            raise self._unusable(f"{len(vectors)}/{count}")
        with np.errstate(over="ignore", invalid="ignore"):  # what is too large is refused in the next line
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths) & (lengths > 0)).all():
            raise self._unusable("0/NaN")
        with self._lock:
            self._dimension = self._dimension or vectors.shape[1]
        if vectors.shape[1] != self._dimension:
            raise self._unusable(f"{vectors.shape[1]} ≠ {self._dimension}")
        units: list[list[float]] = (vectors / lengths).tolist()
        return units

    def _refused(self, status: int) -> EmbeddingUnavailable:
        where = self._base_url
        if status in (401, 403):
            return EmbeddingUnavailable(
                Message(f"向量接口 {where} 拒绝了密钥。", f"The embedding endpoint {where} refused the key."),
                Message(
                    "请检查 POLICY_ASSISTANT_EMBEDDING_API_KEY。", "Check POLICY_ASSISTANT_EMBEDDING_API_KEY."
                ),
            )
        return EmbeddingUnavailable(
            Message(
                f"向量接口 {where} 没有接受请求（HTTP {status}，模型 {self._model}）。",
                f"The embedding endpoint {where} refused the request (HTTP {status}, model {self._model}).",
            ),
            _STATUS_HINTS.get(status, _REDIRECTED if 300 <= status < 400 else _OTHER_STATUS),
        )

    def _unreachable(self) -> EmbeddingUnavailable:
        where = self._base_url
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
_REDIRECTED = Message(
    "该地址要转到别处，为免内容外泄没有跟去；请把 POLICY_ASSISTANT_EMBEDDING_BASE_URL 改为最终的地址。",
    "It sends texts on to another address, which was not followed; set POLICY_ASSISTANT_EMBEDDING_BASE_URL to"
    " the last address itself.",
)
_OTHER_STATUS = Message(
    "请检查 POLICY_ASSISTANT_EMBEDDING_MODEL，并查看该服务的日志。",
    "Check POLICY_ASSISTANT_EMBEDDING_MODEL and look at the service's log.",
)


def _vectors_in(reply: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Any]:
    """The vectors of a reply in the order of the texts, which a server need not keep."""
    return [one["embedding"] for one in sorted(reply["data"], key=lambda one: one.get("index", 0))]


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
