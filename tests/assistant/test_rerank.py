"""The rerank endpoint over real HTTP on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.build import build_assistant, build_embedder, build_reranker
from assistant.errors import SettingsInvalid
from assistant.setup.settings import Settings
from assistant.types import Question
from tests.fakes import Clock
from vectorstore.embeddings import Embedder
from vectorstore.endpoints import breaker
from vectorstore.errors import RerankUnavailable
from vectorstore.index.generations import Generation, open_current
from vectorstore.search import rerank
from vectorstore.search.rerank import Reranker
from vectorstore.search.searcher import Searcher
from vectorstore.types import Scope

QUESTION = "聊城乡村学校饮水改善工程谁牵头"


class Server(ThreadingHTTPServer):
    """Answers with ``reply(body)``: a status and what is sent; None hangs up."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[dict[str, Any]] = []
        self.reply: Callable[[dict[str, Any]], tuple[int, Any] | None] = lambda body: (200, backwards(body))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/rerank"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up has closed its connection: nothing to print."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, "key": self.headers["Authorization"], **body})
        reply = self.server.reply(body)
        if reply is None:
            return
        status, content = reply
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


def results(*scores: tuple[object, object]) -> dict[str, Any]:
    return {"results": [{"index": index, "relevance_score": score} for index, score in scores]}


def backwards(body: dict[str, Any]) -> dict[str, Any]:
    return results(*((index, index / 100) for index in range(len(body["documents"]))))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def reranker(server: Server) -> Iterator[Reranker]:
    reranker = Reranker(url=server.url, model="r1", api_key="secret")
    yield reranker
    reranker.close()


@pytest.fixture(scope="module")
def parts(seed_settings: Settings) -> Iterator[tuple[Generation, Embedder]]:
    embedder = build_embedder(seed_settings)
    with open_current(seed_settings.data_dir, embedder.model) as generation:
        yield generation, embedder


def found(searcher: Searcher, question: str, limit: int) -> list[str]:
    return [passage.chunk.id for passage in searcher.search(question, scope=Scope(), limit=limit)]


def test_texts_are_put_in_the_order_of_the_endpoint(server: Server, reranker: Reranker) -> None:
    server.reply = lambda _: (200, results((2, 0.9), (0, 0.1), (1, 0.5)))
    assert reranker.order("问", ["甲", "乙", "丙"]) == [2, 1, 0]
    assert reranker.notices == ()
    (request,) = server.requests
    assert request == {
        "path": "/v1/rerank",
        "key": "Bearer secret",
        "model": "r1",
        "query": "问",
        "documents": ["甲", "乙", "丙"],
        "top_n": 3,
    }


def test_texts_that_the_endpoint_leaves_out_come_last(server: Server, reranker: Reranker) -> None:
    server.reply = lambda _: (200, results((1, 0.9)))
    assert reranker.order("问", ["甲", "乙", "丙"]) == [1, 0, 2]


@pytest.mark.parametrize(
    "reply",
    [
        (500, {}),
        (401, {"error": "key"}),
        (200, b"<html>"),
        (200, {}),
        (200, []),
        (200, results()),
        (200, results((7, 0.5))),
        (200, results(("a", 0.5))),
        (200, results((0, None))),
        (200, results((0, float("nan")))),
        (200, {"results": None}),
        (200, b"\xff"),
        None,
    ],
    ids=str,
)
def test_a_failing_endpoint_is_told_and_then_left_alone(
    server: Server, reranker: Reranker, reply: tuple[int, Any] | None
) -> None:
    server.reply = lambda _: reply
    for _ in range(3):
        with pytest.raises(RerankUnavailable) as caught:
            reranker.order("问", ["甲", "乙"])
        assert server.url in caught.value.message.zh
        assert reranker.notices == (caught.value.message,)
    assert len(server.requests) == 1


def test_after_a_while_it_is_asked_again(
    server: Server, reranker: Reranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    server.reply = lambda _: (503, {})
    with pytest.raises(RerankUnavailable):
        reranker.order("问", ["甲"])
    server.reply = lambda body: (200, backwards(body))
    clock.now += 31
    assert reranker.order("问", ["甲", "乙"]) == [1, 0]
    assert reranker.notices == ()


def test_nobody_waits_longer_than_the_bound(
    server: Server, reranker: Reranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rerank, "_SECONDS", 0.2)
    over = threading.Event()

    def reply(_: dict[str, Any]) -> None:
        over.wait(20)

    server.reply = reply
    with pytest.raises(RerankUnavailable):
        reranker.order("问", ["甲"])
    assert not over.is_set()
    over.set()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/rerank", "no address", "http://[", "ftp://x/rerank"])
def test_an_address_where_nothing_is(url: str) -> None:
    reranker = Reranker(url=url, model="r1", api_key=None)
    with pytest.raises(RerankUnavailable):
        reranker.order("问", ["甲"])
    reranker.close()


def test_a_question_that_can_not_be_sent_as_it_is_and_a_key_that_is_none(
    server: Server, reranker: Reranker
) -> None:
    assert reranker.order("问\ud800\x00", ["甲", "乙"]) == [1, 0]
    assert server.requests[0]["query"] == "问"
    with pytest.raises(RerankUnavailable):
        Reranker(url=server.url, model="r1", api_key="密钥").order("问", ["甲"])


def test_closed_while_a_search_goes_on_it_opens_again(reranker: Reranker) -> None:
    assert reranker.order("问", ["甲", "乙"]) == [1, 0]
    reranker.close()
    assert reranker.order("问", ["甲", "乙"]) == [1, 0]


def test_a_search_takes_the_order_of_the_endpoint(
    parts: tuple[Generation, Embedder], server: Server, reranker: Reranker
) -> None:
    before = found(Searcher(*parts), QUESTION, 30)
    assert found(Searcher(*parts, reranker), QUESTION, 30) == before[::-1]
    assert "乡村学校饮水改善工程" in server.requests[0]["documents"][0]


def test_items_given_by_number_stay_first(parts: tuple[Generation, Embedder], reranker: Reranker) -> None:
    question = "市教育局2024年工作要点第25条讲什么"
    before = found(Searcher(*parts), question, 10)
    after = found(Searcher(*parts, reranker), question, 10)
    assert after[0] == before[0]
    assert after[1:] != before[1:]


def test_a_search_goes_on_without_it_and_says_so(
    parts: tuple[Generation, Embedder], server: Server, reranker: Reranker
) -> None:
    server.reply = lambda _: (500, {})
    searcher = Searcher(*parts, reranker)
    assert Searcher(*parts, reranker).notices == ()
    assert found(searcher, QUESTION, 10) == found(Searcher(*parts), QUESTION, 10)
    assert "暂用本机的排序" in searcher.notices[0].zh


def test_an_answer_without_it_carries_the_notice(seed_settings: Settings, server: Server) -> None:
    server.reply = lambda _: (500, {})
    settings = seed_settings.model_copy(update={"rerank_url": server.url, "rerank_model": "r1"})
    assistant = build_assistant(settings)
    try:
        answer = assistant.ask(Question(text=QUESTION))
    finally:
        assistant.close()
    assert "牵头部门" in answer.text
    assert server.url in answer.notices[0]


def test_an_address_without_a_model_is_an_error_of_the_settings(seed_settings: Settings) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        build_reranker(seed_settings.model_copy(update={"rerank_url": "http://127.0.0.1:9/rerank"}))
    assert "POLICY_ASSISTANT_RERANK_MODEL" in caught.value.hint.zh
