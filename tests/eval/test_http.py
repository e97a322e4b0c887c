from __future__ import annotations

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from assistant.types import Outcome
from eval.cases import HistoryTurn
from eval.errors import NoReply, ServerUnreachable
from eval.http import open_http
from tests.eval.examples import as_json, make_case, make_reply, send, serving

CASE = make_case()


def test_a_question_goes_out_with_its_history_and_the_reply_comes_back_with_its_seconds() -> None:
    bodies: list[dict[str, object]] = []

    def answer(body: dict[str, object], handler: BaseHTTPRequestHandler) -> None:
        bodies.append(body)
        send(handler, as_json(make_reply("十二所[1]", quotes=("甲县建设学校十二所",))))

    case = CASE.model_copy(update={"history": (HistoryTurn(role="user", content="你好"),)})
    with serving(answer) as url, open_http(url) as ask:
        reply = ask(case)
    assert bodies == [{"question": "甲县建几所？", "history": [{"role": "user", "content": "你好"}]}]
    assert (reply.answer, reply.outcome) == ("十二所[1]", Outcome.GROUNDED)
    assert [(one.file, one.quote) for one in reply.citations] == [("a.txt", "甲县建设学校十二所")]
    assert 0 < reply.seconds < 5


def no_answer(seconds: float) -> Callable[[dict[str, object], BaseHTTPRequestHandler], None]:
    def answer(body: dict[str, object], handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return answer


def drip(body: dict[str, object], handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    for _ in range(40):
        try:
            handler.wfile.write(b" ")
        except OSError:
            return
        time.sleep(0.02)


def replying(
    content: object, status: int = 200
) -> Callable[[dict[str, object], BaseHTTPRequestHandler], None]:
    return lambda body, handler: send(handler, content, status=status)


GARBAGE = {"answer": "十二所", "outcome": "certain", "citations": []}
BUSY = {"error": {"code": "library_busy", "message": "忙", "hint": "等"}}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (no_answer(0.5), "time-out"),
        (drip, "time-out"),
        (no_answer(0), "connection"),
        (replying(b"<html>"), "unusable reply"),
        (replying(GARBAGE), "unusable reply"),
        (replying({"answer": "十二所"}), "unusable reply"),
        (replying(BUSY, 503), "HTTP 503 library_busy"),
        (replying(b"oops", 500), "HTTP 500"),
        (replying([], 404), "HTTP 404"),
    ],
)
def test_a_server_without_a_usable_reply_gives_an_error_with_its_reason(
    answer: Callable[[dict[str, object], BaseHTTPRequestHandler], None], reason: str
) -> None:
    with serving(answer) as url, open_http(url, seconds=0.2) as ask, pytest.raises(NoReply) as caught:
        ask(CASE)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "127.0.0.1:7860", "http://127.0.0.1:x", "", "ftp://127.0.0.1"]
)
def test_an_address_where_nothing_answers_is_an_error_before_the_first_case(url: str) -> None:
    with pytest.raises(ServerUnreachable), open_http(url):
        pass
