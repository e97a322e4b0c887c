"""The embedding endpoint over real HTTP on the loopback."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vectorstore.embeddings import Embedder, make_embedder
from vectorstore.errors import EmbeddingUnavailable


class Server(ThreadingHTTPServer):
    """Answers POST /v1/embeddings with ``reply(texts)``: a status and a body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[dict[str, Any]] = []
        self.reply: Callable[[list[str]], tuple[int, Any]] = lambda texts: (200, vectors_of(texts))

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up has closed its connection: nothing to print."""

    def embedder(self, api_key: str | None = "secret") -> Embedder:
        base_url = f"http://127.0.0.1:{self.server_port}/v1"
        return make_embedder(
            kind="endpoint", cache_dir=Path("unused"), model="m3", base_url=base_url, api_key=api_key
        )


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, "key": self.headers["Authorization"], **body})
        status, reply = self.server.reply(body["input"])
        data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(reply, bytes) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


def vectors_of(texts: list[str]) -> dict[str, Any]:
    return reply_with([[3.0 * len(text), 4.0 * len(text), 0.0] for text in texts])


def reply_with(vectors: list[Any]) -> dict[str, Any]:
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    return {"object": "list", "model": "m3", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_endpoint_is_sent_the_texts_the_model_and_the_key(server: Server) -> None:
    embedder = server.embedder()
    assert np.allclose(embedder.embed_documents(["体育\x00", "School"]), [[0.6, 0.8, 0.0]] * 2)
    (request,) = server.requests
    assert (request["path"], request["key"]) == ("/v1/embeddings", "Bearer secret")
    assert (request["model"], request["input"]) == ("m3", ["体育", "School"])
    assert (embedder.model, embedder.dimension, embedder.notices) == ("m3", 3, ())


def test_an_endpoint_gets_batches_and_their_order_is_kept(server: Server) -> None:
    server.reply = lambda texts: (200, reply_with([[float(text), 1.0] for text in texts]))
    vectors = server.embedder().embed_documents([str(i) for i in range(150)])
    assert [round(x / y) for x, y in vectors] == list(range(150))
    assert [len(request["input"]) for request in server.requests] == [64, 64, 22]


def test_the_dimension_is_asked_for_when_nothing_was_embedded_yet(server: Server) -> None:
    embedder = server.embedder()
    assert server.requests == []
    assert embedder.dimension == 3


def test_an_endpoint_is_never_sent_an_empty_text_or_an_empty_list(server: Server) -> None:
    embedder = server.embedder()
    assert embedder.embed_documents([]) == []
    embedder.embed_documents(["", " \n", "\ud800"])
    (request,) = server.requests
    assert all(text.strip() for text in request["input"])


def test_the_chat_models_key_is_not_sent_to_the_embedding_endpoint(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of the chat model")
    server.embedder(api_key=None).embed_query("体育")
    assert "chat" not in server.requests[0]["key"]


@pytest.mark.parametrize(
    ("status", "hint"),
    [(401, "EMBEDDING_API_KEY"), (403, "EMBEDDING_API_KEY"), (404, "EMBEDDING_BASE_URL"), (400, "MODEL")],
)
def test_a_refusal_says_at_once_which_setting_to_check(server: Server, status: int, hint: str) -> None:
    server.reply = lambda texts: (status, {"error": {"message": "no"}})
    with pytest.raises(EmbeddingUnavailable) as raised:
        server.embedder().embed_query("体育")
    assert hint in raised.value.hint.zh
    assert hint in raised.value.hint.en
    assert len(server.requests) == 1


def test_passages_are_sent_again_after_a_passing_failure(server: Server) -> None:
    replies = [(503, {}), (200, vectors_of(["体育"]))]
    server.reply = lambda texts: replies[len(server.requests) - 1]
    assert len(server.embedder().embed_documents(["体育"])) == 1
    assert len(server.requests) == 2


def test_an_endpoint_that_does_not_listen_is_named() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        embedder = make_embedder(kind="endpoint", cache_dir=Path(), model="m", base_url=url, api_key=None)
        with pytest.raises(EmbeddingUnavailable, match="无法连接向量接口") as raised:
            embedder.embed_query("体育")
    assert url in raised.value.message.en


@pytest.mark.parametrize(
    "reply",
    [
        b"<html>Welcome</html>",
        b"",
        {},
        [],
        {"data": []},
        {"data": "none"},
        {"data": [{"vector": [1.0]}]},
        reply_with([[1.0, 2.0]] * 3),
        reply_with([[1.0, 2.0], [1.0]]),
        reply_with([["a", "b"], ["c", "d"]]),
        reply_with([[], []]),
        reply_with([None, None]),
        reply_with([[0.0, 0.0], [1.0, 0.0]]),
        reply_with([[float("nan"), 1.0], [1.0, 0.0]]),
    ],
)
def test_a_reply_that_is_no_vectors_is_an_error_not_a_vector(server: Server, reply: object) -> None:
    server.reply = lambda texts: (200, reply)
    with pytest.raises(EmbeddingUnavailable, match="不是可用的向量"):
        server.embedder().embed_documents(["体育", "School"])


def test_an_endpoint_that_changes_its_dimension_is_an_error(server: Server) -> None:
    embedder = server.embedder()
    embedder.embed_query("体育")
    server.reply = lambda texts: (200, reply_with([[1.0, 0.0]]))
    with pytest.raises(EmbeddingUnavailable, match="2 ≠ 3"):
        embedder.embed_query("体育")


@pytest.mark.parametrize(
    ("model", "base_url", "variable"),
    [(None, "http://127.0.0.1/v1", "MODEL"), ("m", None, "BASE_URL"), ("m", "", "BASE_URL")],
)
def test_a_missing_setting_is_named_before_anything_is_embedded(
    model: str | None, base_url: str | None, variable: str
) -> None:
    with pytest.raises(EmbeddingUnavailable) as raised:
        make_embedder(kind="endpoint", cache_dir=Path(), model=model, base_url=base_url, api_key=None)
    assert f"POLICY_ASSISTANT_EMBEDDING_{variable}" in raised.value.hint.zh
    assert f"POLICY_ASSISTANT_EMBEDDING_{variable}" in raised.value.hint.en


@pytest.mark.parametrize("base_url", ["nonsense", "http://["])
def test_a_base_url_that_is_none_is_an_error_with_a_hint(base_url: str) -> None:
    embedder = make_embedder(kind="endpoint", cache_dir=Path(), model="m", base_url=base_url, api_key="k")
    with pytest.raises(EmbeddingUnavailable) as raised:
        embedder.embed_query("体育")
    assert "POLICY_ASSISTANT_EMBEDDING_BASE_URL" in raised.value.hint.zh
