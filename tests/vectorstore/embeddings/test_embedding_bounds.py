"""An embedding endpoint that hangs, drips, never ends, unfolds or sends texts on: a question ends in time."""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.fakes import Clock
from vectorstore.embeddings import endpoint
from vectorstore.embeddings.endpoint import EndpointEmbedder
from vectorstore.endpoints import breaker
from vectorstore.errors import EmbeddingUnavailable

SECONDS = 0.5
GOOD = {"data": [{"index": 0, "embedding": [3.0, 4.0]}]}


class Server(ThreadingHTTPServer):
    """Answers each request by ``kind``, which gets the handler; ``closing`` ends what never ends."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kind: Callable[[Handler], None] = good
        self.asked = 0
        self.closing = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up has closed its connection: nothing to print."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.server.asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        with suppress(OSError):
            self.server.kind(self)

    def log_message(self, *args: object) -> None:
        pass

    def head(self, status: int = 200, **headers: object) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def for_ever(self, step: Callable[[], object], pause: float = 0.02) -> None:
        while not self.server.closing.wait(pause):
            step()


def good(one: Handler) -> None:
    one.head()
    one.wfile.write(json.dumps(GOOD).encode())


def replies(status: int = 200, body: bytes = b"{}", **headers: object) -> Callable[[Handler], None]:
    def kind(one: Handler) -> None:
        one.head(status, **headers)
        one.wfile.write(body)

    return kind


def tells(vector: object) -> Callable[[Handler], None]:
    return replies(body=json.dumps({"data": [{"index": 0, "embedding": vector}]}).encode())


def hangs(one: Handler) -> None:
    one.server.closing.wait(60)


def drips_headers(one: Handler) -> None:
    one.wfile.write(b"HTTP/1.1 200 OK\r\n")
    one.for_ever(lambda: one.wfile.write(b"X-Y: z\r\n"))


def drips(one: Handler) -> None:
    one.head()
    one.for_ever(lambda: one.wfile.write(b" "))


def no_http(one: Handler) -> None:
    one.wfile.write(b"SSH-2.0-OpenSSH\r\n")


def stalls(one: Handler) -> None:
    one.head(Content_Length=1000)
    one.wfile.write(b'{"data": [')
    one.server.closing.wait(60)


def never_ends(one: Handler) -> None:
    one.head()
    one.for_ever(lambda: one.wfile.write(b"1," * 50_000), pause=0)


def bomb(status: int) -> Callable[[Handler], None]:
    """A gigabyte in a megabyte."""

    def kind(one: Handler) -> None:
        one.head(status, Content_Encoding="gzip")
        packer = zlib.compressobj(9, wbits=31)
        for _ in range(1000):
            one.wfile.write(packer.compress(b" " * 1_000_000))

    return kind


BAD: dict[str, Callable[[Handler], None]] = {
    "hangs": hangs,
    "drips headers": drips_headers,
    "drips": drips,
    "stalls": stalls,
    "never ends": never_ends,
    "bomb": bomb(200),
    "bomb of an error": bomb(500),
    "packed": replies(body=zlib.compress(json.dumps(GOOD).encode()), Content_Encoding="deflate"),
    "hangs up": lambda one: one.connection.close(),
    "cut": replies(body=b'{"data": [', Content_Length=1000),
    "no HTTP": no_http,
    "endless header": lambda one: one.for_ever(lambda: one.wfile.write(b"X" * 50_000), pause=0),
    "500": replies(500),
    "503": replies(503, Retry_After=3600),
    "401": replies(401),
    "429": replies(429, Retry_After=3600),
    "page": replies(body=b"<html>login</html>"),
    "broken JSON": replies(body=b'{"data": [{"embedding": [1, 2'),
    "nested without end": replies(body=b"[" * 400_000),
    "no list": replies(body=b'{"data": "none"}'),
    "mixed index": replies(body=b'{"data": [{"index": 0}, {"index": "a"}]}'),
    "no vector": tells(None),
    "text": tells("AAAA"),
    "not finite": tells([1e308, float("inf")]),
    "zeros": tells([0.0, 0.0]),
    "too many": replies(body=json.dumps({"data": GOOD["data"] * 3}).encode()),
}


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as opened:
        yield opened


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    return clock


def embedder(server: Server, seconds: float = SECONDS) -> EndpointEmbedder:
    return EndpointEmbedder(model="m", base_url=server.base_url, api_key="secret", query_seconds=seconds)


@pytest.mark.parametrize("kind", BAD)
def test_a_question_is_given_up_in_time_and_asked_once(server: Server, kind: str) -> None:
    server.kind = BAD[kind]
    started = time.monotonic()
    with pytest.raises(EmbeddingUnavailable):
        embedder(server).embed_query("体育")
    assert time.monotonic() - started < 15  # of a minute and more
    assert server.asked == 1


@pytest.mark.parametrize("kind", ["never ends", "bomb", "bomb of an error", "packed"])
def test_what_is_too_much_is_not_waited_for(server: Server, kind: str) -> None:
    server.kind = BAD[kind]
    with pytest.raises(EmbeddingUnavailable, match=r"Content-Encoding|> 500000"):
        embedder(server, seconds=60).embed_query("体育")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_text_follows_a_redirect(server: Server, status: int) -> None:
    with serving() as elsewhere:
        server.kind = replies(status, Location=f"{elsewhere.base_url}/embeddings")
        one = embedder(server)
        for embed in (lambda: one.embed_query("体育"), lambda: one.embed_documents(["体育"])):
            with pytest.raises(EmbeddingUnavailable) as raised:
                embed()
            assert "POLICY_ASSISTANT_EMBEDDING_BASE_URL" in raised.value.hint.zh
            assert "POLICY_ASSISTANT_EMBEDDING_BASE_URL" in raised.value.hint.en
        assert elsewhere.asked == 0
    assert server.asked == 2


def test_after_two_failed_questions_nobody_waits_for_it(server: Server, clock: Clock) -> None:
    one = embedder(server)
    server.kind = replies(500)
    for _ in range(5):
        with pytest.raises(EmbeddingUnavailable):
            one.embed_query("体育")
    assert server.asked == 2
    server.kind = good
    clock.now += 31
    assert [one.embed_query("体育") for _ in range(2)] == [pytest.approx([0.6, 0.8])] * 2
    assert server.asked == 4


def test_passages_are_sent_however_questions_fared(server: Server, clock: Clock) -> None:
    one = embedder(server)
    server.kind = replies(500)
    for _ in range(2):
        with pytest.raises(EmbeddingUnavailable):
            one.embed_query("体育")
    server.kind = good
    assert one.embed_documents(["体育"]) == [pytest.approx([0.6, 0.8])]


@pytest.mark.parametrize("kind", ["hangs", "bomb", "503"])
def test_passages_are_sent_three_times_and_given_up(
    server: Server, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "_PASSAGES_SECONDS", 0.3)
    monkeypatch.setattr(endpoint, "_LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(endpoint, "_PAUSES", (0.01, 0.01))
    server.kind = BAD[kind]
    with pytest.raises(EmbeddingUnavailable):
        embedder(server).embed_documents(["体育"])
    assert server.asked == 3


def test_vectors_may_come_in_any_order(server: Server) -> None:
    vectors = [{"index": 1, "embedding": [0.0, 1.0]}, {"index": 0, "embedding": [1.0, 0.0]}]
    server.kind = replies(body=json.dumps({"data": vectors}).encode())
    assert embedder(server).embed_documents(["甲", "乙"]) == [[1.0, 0.0], [0.0, 1.0]]
