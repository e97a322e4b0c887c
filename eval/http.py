"""Asks a running server by its HTTP API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from eval.cases import Case
from eval.errors import NoReply, ServerUnreachable
from eval.replies import Reply, read_reply
from eval.runner import Ask
from vectorstore.errors import Message

ANSWER_SECONDS = 180.0  # above what the server itself grants a chat model by default, with a queue before it
_KNOCK_SECONDS = 30.0
_MOST_BYTES = 8_000_000


@contextmanager
def open_http(url: str, *, seconds: float = ANSWER_SECONDS) -> Iterator[Ask]:
    """A way to ask the server at ``url``, which is its address without a path.

    One question takes at most about twice ``seconds``, even from a server that
    sends its reply byte by byte. Raises ServerUnreachable where nothing
    answers; a question without a usable reply raises NoReply.
    """
    try:
        client = httpx.Client(base_url=url, timeout=seconds)
    except httpx.InvalidURL as error:
        raise _unreachable(url, error) from error
    with client:
        _knock(client, url)
        yield lambda case: _ask(client, case, seconds)


def _knock(client: httpx.Client, url: str) -> None:
    # Any HTTP reply will do: a wrong server shows itself in the errors that follow.
    try:
        client.get("/api/documents", timeout=_KNOCK_SECONDS)
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


def _ask(client: httpx.Client, case: Case, seconds: float) -> Reply:
    question = {"question": case.question, "history": [turn.model_dump() for turn in case.history]}
    started = time.monotonic()
    try:
        with client.stream("POST", "/api/ask", json=question) as response:
            body = _read_in_time(response, deadline=started + seconds)
    except httpx.TimeoutException as error:
        raise _too_late(seconds) from error
    except httpx.HTTPError as error:
        raise NoReply("connection", Message(f"连接中断：{error}。", f"Connection lost: {error}.")) from error
    if not response.is_success:
        raise _refused_by_server(response.status_code, body)
    return read_reply(body, seconds=time.monotonic() - started)


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
        code, text = str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        code, text = "", body[:200].decode(errors="replace")
    return NoReply(
        f"HTTP {status} {code}".strip(),
        Message(f"服务返回错误 {status}：{text}", f"The server replied {status}: {text}"),
    )
