"""An endpoint that puts passages in order, as Jina, Cohere, SiliconFlow, DashScope and vLLM serve it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from threading import Lock

import httpx

from vectorstore.endpoints.breaker import Breaker
from vectorstore.errors import Message, RerankUnavailable
from vectorstore.text import normalise

_SECONDS = 3.0  # somebody waits, and there is an order already
_MOST_BYTES = 1_000_000
_FAILURES = 1  # there is an order already: nobody waits for another in vain twice


class Reranker:
    """Posts a question and texts to ``url``; reads ``results``, each an ``index`` and a ``relevance_score``.

    Nothing is sent before the first call. Safe to use from several threads.
    """

    def __init__(self, *, url: str, model: str, api_key: str | None) -> None:
        self.url = url
        self.model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._lock = Lock()
        self._client: httpx.Client | None = None
        self.breaker = Breaker(failures=_FAILURES)

    @property
    def notices(self) -> tuple[Message, ...]:
        """That it failed a moment ago, and that searches go on without it."""
        failed = self.breaker.resting
        return (failed.message,) if failed else ()

    def order(self, question: str, texts: Sequence[str]) -> list[int]:
        """The places of the texts, the most fitting first; those that the endpoint leaves out come last.

        Raises RerankUnavailable, and for half a minute after it without asking.
        """
        with self.breaker.asking():
            return self._ask(question, texts)

    def close(self) -> None:
        """Close the connection; may be called twice."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _ask(self, question: str, texts: Sequence[str]) -> list[int]:
        asked = normalise(question)  # half a surrogate pair can't be sent
        body = {"model": self.model, "query": asked, "documents": list(texts), "top_n": len(texts)}
        try:
            code, reply = self._post(body)
        # ValueError for a key that no header can hold, RuntimeError where it is closed meanwhile.
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError, ValueError) as error:
            raise self._unavailable("连接不上", "can't be reached") from error
        if code != httpx.codes.OK:
            raise self._unavailable(f"没有接受请求（HTTP {code}）", f"refused the request (HTTP {code})")
        try:
            return _read_order(reply, len(texts))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unavailable("的回复不是排序结果", "replied with no order") from error

    def _post(self, body: Mapping[str, object]) -> tuple[int, bytes]:
        """Status and body; a body that is too long or drips for ever is cut."""
        ends, reply = time.monotonic() + _SECONDS, b""
        with self._connect().stream("POST", self.url, json=body) as response:
            for piece in response.iter_bytes():
                reply += piece
                if len(reply) > _MOST_BYTES or time.monotonic() > ends:
                    break
            return response.status_code, reply

    def _connect(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(headers=self._headers, timeout=_SECONDS)
            return self._client

    def _unavailable(self, zh: str, en: str) -> RerankUnavailable:
        return RerankUnavailable(
            Message(
                f"重排接口 {self.url} {zh}，暂用本机的排序。",
                f"The rerank endpoint {self.url} {en}; the order of this machine is used meanwhile.",
            ),
            Message(
                "请检查 POLICY_ASSISTANT_RERANK_URL（完整地址，多以 /rerank 结尾）、"
                "POLICY_ASSISTANT_RERANK_MODEL 和密钥。",
                "Check POLICY_ASSISTANT_RERANK_URL (the whole address, most end in /rerank), "
                "POLICY_ASSISTANT_RERANK_MODEL and the key.",
            ),
        )


def _read_order(reply: bytes, count: int) -> list[int]:
    """Raises ValueError, KeyError, TypeError or AttributeError for what is no order of ``count`` texts."""
    scores = {result["index"]: float(result["relevance_score"]) for result in json.loads(reply)["results"]}
    if not scores or not scores.keys() <= set(range(count)) or any(s != s for s in scores.values()):
        raise ValueError(scores)
    left_out = (place for place in range(count) if place not in scores)
    return [*sorted(scores, key=lambda place: (-scores[place], place)), *left_out]
