"""Asks running servers over HTTP: ours by its API, others as OpenAI's chat completions."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import httpx

from eval.errors import NoReply, ServerUnreachable
from eval.judging.replies import Found, Reply, read_found, read_reply
from eval.questions.cases import Case
from eval.systems.chat_completions import read_completion
from eval.systems.systems import System
from vectorstore.errors import Message

Api = Literal["ours", "openai"]

ANSWER_SECONDS = 180.0  # above what the server itself grants a chat model by default, with a queue before it
_KNOCK_SECONDS = 30.0
_MOST_BYTES = 8_000_000
_KNOCK_PATHS: Mapping[Api, str] = {"ours": "/api/documents", "openai": "/models"}


def protocol_of(url: str) -> Api:
    """What a server at ``url`` most likely speaks: an address that ends in /v1 is OpenAI's kind."""
    return "openai" if url.rstrip("/").endswith("/v1") else "ours"


@contextmanager
def open_server(
    url: str,
    *,
    api: Api | None = None,
    model: str = "",
    key: str = "",
    seconds: float = ANSWER_SECONDS,
) -> Iterator[System]:
    """The server at ``url``: ours by its address without a path, another by the one that ends in /v1.

    ``model`` and ``key`` are for servers of OpenAI's kind. One question takes
    at most about twice ``seconds``, even from a server that sends its reply
    byte by byte. Raises ServerUnreachable where nothing answers; a question
    without a usable reply raises NoReply.
    """
    api = api or protocol_of(url)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        client = httpx.Client(base_url=url, timeout=seconds, headers=headers)
    except httpx.InvalidURL as error:
        raise _unreachable(url, error) from error
    with client:
        _knock(client, url, _KNOCK_PATHS[api])
        post = _Post(client, seconds)
        yield OurServer(url, post) if api == "ours" else ChatServer(url, post, model)


class OurServer:
    """A server with our API: /api/ask and /api/search."""

    def __init__(self, url: str, post: _Post) -> None:
        self.name = url
        self._post = post

    def ask(self, case: Case) -> Reply:
        """The reply to a case. Raises NoReply."""
        body, seconds = self._post("/api/ask", _question(case))
        return read_reply(body, seconds=seconds)

    def search(self, case: Case, limit: int) -> tuple[Found, ...]:
        """What retrieval finds for a case, best first. Raises NoReply."""
        body, _ = self._post("/api/search", {**_question(case), "limit": limit})
        return read_found(body)


class ChatServer:
    """Any server with OpenAI's chat completions; earlier turns are messages before the question.

    No parameters but the model are sent: it is measured as it serves everybody.
    """

    def __init__(self, url: str, post: _Post, model: str) -> None:
        self.name = f"{model} @ {url}"
        self._model = model
        self._post = post

    def ask(self, case: Case) -> Reply:
        """The reply to a case. Raises NoReply."""
        turns = [turn.model_dump() for turn in case.history]
        messages = [*turns, {"role": "user", "content": case.question}]
        body, seconds = self._post("/chat/completions", {"model": self._model, "messages": messages})
        return read_completion(body, seconds=seconds)

    def search(self, case: Case, limit: int) -> None:
        """None: such a server does not show what it retrieves."""


def _question(case: Case) -> dict[str, object]:
    return {"question": case.question, "history": [turn.model_dump() for turn in case.history]}


class _Post:
    """Posts JSON and gives the body of the reply and its seconds, or raises NoReply."""

    def __init__(self, client: httpx.Client, seconds: float) -> None:
        self._client = client
        self._seconds = seconds

    def __call__(self, path: str, content: Mapping[str, object]) -> tuple[bytes, float]:
        started = time.monotonic()
        try:
            with self._client.stream("POST", path, json=content) as response:
                body = _read_in_time(response, deadline=started + self._seconds)
        except httpx.TimeoutException as error:
            raise _too_late(self._seconds) from error
        except httpx.HTTPError as error:
            said = Message(f"连接中断：{error}。", f"Connection lost: {error}.")
            raise NoReply("connection", said) from error
        if not response.is_success:
            raise _refused_by_server(response.status_code, body)
        return body, time.monotonic() - started


def _knock(client: httpx.Client, url: str, path: str) -> None:
    # Any HTTP reply will do: a wrong server shows itself in the errors that follow.
    try:
        client.get(path, timeout=_KNOCK_SECONDS)
    except (httpx.TransportError, httpx.UnsupportedProtocol) as error:
        raise _unreachable(url, error) from error


def _unreachable(url: str, error: Exception) -> ServerUnreachable:
    return ServerUnreachable(
        Message(f"{url} 没有响应（{error}）。", f"Nothing answers at {url} ({error})."),
        Message(
            "请确认服务已启动、地址正确，例如 http://127.0.0.1:7860。",
            "Start the server, or correct the address, for example http://127.0.0.1:7860.",
        ),
    )


def _read_in_time(response: httpx.Response, *, deadline: float) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _MOST_BYTES:
            raise NoReply("unusable reply", Message("回复过长。", "The reply does not end."))
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("too slow")
    return bytes(body)


def _too_late(seconds: float) -> NoReply:
    return NoReply(
        "time-out", Message(f"{seconds:g} 秒内没有答复。", f"No answer within {seconds:g} seconds.")
    )


def _refused_by_server(status: int, body: bytes) -> NoReply:
    try:
        error = json.loads(body)["error"]
        code, text = str(error["code"] or ""), str(error["message"])
    except (ValueError, KeyError, TypeError):
        code, text = "", body[:200].decode(errors="replace")
    return NoReply(
        f"HTTP {status} {code}".strip(),
        Message(f"服务返回错误 {status}：{text}", f"The server replied {status}: {text}"),
    )
