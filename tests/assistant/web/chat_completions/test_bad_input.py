"""Whatever is sent gets a reply, or an error that says what is wrong: never 500, never silence."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest

from assistant.web.door import middleware
from tests.assistant.web.chat_completions.talking import ASKED, ask, text_of

PATH = "/v1/chat/completions"
JSON = {"content-type": "application/json"}
USER = {"role": "user", "content": ASKED}
GOOD = {"model": "edu-policy", "messages": [USER]}


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an error that OpenAI's clients can read."""
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code", "hint"}
    assert error["message"]
    assert error["type"] == "invalid_request_error"
    assert "Traceback" not in response.text
    return response.status_code, error["code"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"n": 2}, "n"),
        ({"n": 0}, "n"),
        ({"temperature": -1}, "temperature"),
        ({"temperature": 3}, "temperature"),
        ({"messages": []}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [5]}, "messages.0"),
        ({"messages": [{"content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": {"text": "x"}}]}, "messages.0.content"),
        ({"model": None}, "model"),
        ({"user": True}, "user"),
        ({"user": "x" * 201}, "user"),
        ({"user": ["x"]}, "user"),
        ({"deadline_s": 0}, "deadline_s"),
        ({"deadline_s": "soon"}, "deadline_s"),
        ({"stream": "maybe"}, "stream"),
    ],
)
def test_a_field_that_can_not_be_is_named(client: httpx.Client, changes: dict[str, Any], field: str) -> None:
    response = client.post(PATH, json=GOOD | changes)
    assert error_of(response) == (400, "invalid_request")
    assert response.json()["error"]["param"].startswith(field)


def test_an_unknown_model_is_told_the_known_ones(client: httpx.Client) -> None:
    response = client.post(PATH, json=GOOD | {"model": "gpt-4o"})
    assert error_of(response) == (404, "model_not_found")
    assert "edu-policy-wechat" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b'{"model":',
        b'{"model":"\xff"}',
        b'{"messages":' * 50_000,
        b"[" * 200_000,
        b'{"model":"edu-policy","messages":[{"role":"user","content":"\\ud800"}]}',
        b'{"model":"edu-policy","messages":[{"role":"user","content":"x"}],"temperature":1e400}',
        b'{"model":"edu-policy","messages":[{"role":"user","content":"x"}],"deadline_s":NaN}',
        b'{"model":"edu-policy","messages":[{"role":"user","content":"x"}],"deadline_s":1e400}',
        b'{"model":"edu-policy","messages":[{"role":"user","content":"x"}],"user":' + b"9" * 5000 + b"}",
        b'{"model":"edu-policy","messages":[{"role":"user","content":"x"}],"user":1' + b"0" * 300 + b"}",
    ],
    ids=[
        "empty", "words", "cut", "invalid UTF-8", "deep", "deeper", "half a character", "infinite",
        "not a number", "infinite time", "a huge number", "a person's huge number",
    ],
)  # fmt: skip
def test_a_body_that_is_no_request_is_malformed(client: httpx.Client, content: bytes) -> None:
    status, code = error_of(client.post(PATH, content=content, headers=JSON))
    assert status == 400
    assert code in {"malformed_request", "invalid_request"}


@pytest.mark.parametrize("content", [b"NaN", b"-Infinity", b"1e400", b"-1"])
def test_a_temperature_that_is_no_number_is_never_a_failure(client: httpx.Client, content: bytes) -> None:
    body = json.dumps(GOOD).encode()[:-1] + b', "temperature": ' + content + b"}"
    assert client.post(PATH, content=body, headers=JSON).status_code in (200, 400)


def test_half_a_character_in_a_part_is_left_out(client: httpx.Client) -> None:
    parts = json.dumps([{"type": "text", "text": ASKED + "\ud800"}, {"text": 5}, "x", None])
    body = f'{{"model":"edu-policy","messages":[{{"role":"user","content":{parts}}}]}}'
    response = client.post(PATH, content=body.encode(), headers=JSON)
    assert "5元" in text_of(response.json())


def test_a_body_that_is_not_declared_as_json_is_told_which_header_to_send(client: httpx.Client) -> None:
    response = client.post(PATH, content=json.dumps(GOOD).encode(), headers={"content-type": "text/plain"})
    assert error_of(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize("turns", [1_000, 10_000])
def test_a_history_that_no_bot_ever_cut_is_read_from_its_end(client: httpx.Client, turns: int) -> None:
    before = [{"role": "user", "content": "好"}, {"role": "assistant", "content": "是"}] * turns
    reply = ask(
        client,
        *before,
        "云山市的午餐补助由哪个部门负责？",
        {"role": "assistant", "content": "教育局[1]。"},
        "那每天补助多少元？",
    )
    assert "5元" in text_of(reply)


def test_a_body_over_the_limit_is_refused_declared_or_chunked(server: str) -> None:
    big = json.dumps(GOOD | {"more": "x" * 10_000_000}).encode()
    for content in (big, iter([big[: len(big) // 2], big[len(big) // 2 :]])):
        with httpx.Client(base_url=server, timeout=30) as client:
            assert error_of(client.post(PATH, content=content, headers=JSON)) == (413, "too_large")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", PATH, 405), ("POST", "/v1/embeddings", 404)])
def test_what_is_not_served_is_told(client: httpx.Client, method: str, path: str, status: int) -> None:
    assert error_of(client.request(method, path))[0] == status


def opened(server: str, body: bytes, declared: int) -> socket.socket:
    """A connection on which a request of so many bytes has begun."""
    host, port = server.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: {declared}\r\n\r\n".encode() + body)
    return connection


def test_a_body_that_trickles_in_is_refused_in_time(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.2)
    with opened(server, b'{"model"', 100) as connection:
        assert connection.recv(12) == b"HTTP/1.1 408"


def test_those_who_do_not_read_their_streams_hold_up_nobody(server: str, client: httpx.Client) -> None:
    body = json.dumps(GOOD | {"stream": True}).encode()
    silent = [opened(server, body, len(body)) for _ in range(20)]
    try:
        assert "5元" in text_of(ask(client, ASKED))
    finally:
        for connection in silent:
            connection.close()


def test_errors_elsewhere_have_the_form_that_they_always_had(client: httpx.Client) -> None:
    response = client.post("/api/ask", json={})
    assert response.status_code == 422
    assert set(response.json()["error"]) == {"message", "code", "hint"}
