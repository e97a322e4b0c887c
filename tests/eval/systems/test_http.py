from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from assistant.types import Outcome, Reason
from eval.errors import NoReply, ServerUnreachable
from eval.judging.replies import Found, Reply
from eval.questions.cases import Case, HistoryTurn
from eval.systems.http import open_server, protocol_of
from tests.eval.examples import as_json, found_json, make_case, make_reply, send, serving

CASE = make_case()


def test_a_question_goes_out_with_its_history_and_the_reply_comes_back_with_its_seconds() -> None:
    bodies: list[dict[str, object]] = []

    def answer(body: dict[str, object], handler: BaseHTTPRequestHandler) -> None:
        bodies.append(body)
        send(handler, as_json(make_reply("十二所[1]", quotes=("甲县建设学校十二所",))))

    case = CASE.model_copy(update={"history": (HistoryTurn(role="user", content="你好"),)})
    with serving(answer) as url, open_server(url) as system:
        reply = system.ask(case)
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
    with serving(answer) as url, open_server(url, seconds=0.2) as system, pytest.raises(NoReply) as caught:
        system.ask(CASE)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "127.0.0.1:7860", "http://127.0.0.1:x", "", "ftp://127.0.0.1"]
)
def test_an_address_where_nothing_answers_is_an_error_before_the_first_case(url: str) -> None:
    with pytest.raises(ServerUnreachable), open_server(url):
        pass


def test_a_refusal_comes_with_its_reason_and_the_tokens_that_were_counted() -> None:
    reply = replace(
        make_reply("没有。", outcome=Outcome.REFUSED, reason=Reason.REDACTED),
        prompt_tokens=900,
        completion_tokens=12,
    )
    with serving(lambda body, handler: send(handler, as_json(reply))) as url, open_server(url) as system:
        got = system.ask(CASE)
    assert (got.reason, got.prompt_tokens, got.completion_tokens) == (Reason.REDACTED, 900, 12)


def test_what_is_found_is_asked_for_with_the_same_question_and_history() -> None:
    found = (Found(file="a.txt", text="甲县"), Found(file="a.txt", text="乙县"))
    bodies: list[dict[str, object]] = []

    def answer(body: dict[str, object], handler: BaseHTTPRequestHandler) -> None:
        bodies.append(body)
        send(handler, found_json(found))

    with serving(search=answer) as url, open_server(url) as system:
        assert system.search(CASE, 2) == found
    assert bodies == [{"question": "甲县建几所？", "history": [], "limit": 2}]


def test_a_search_without_usable_passages_is_an_error() -> None:
    with serving(search=replying({"passages": [{"text": "甲"}]})) as url, open_server(url) as system:
        with pytest.raises(NoReply) as caught:
            system.search(CASE, 10)
        assert caught.value.reason == "unusable reply"


# Servers of OpenAI's kind


def completion(content: str, **more: object) -> dict[str, object]:
    return {"choices": [{"message": {"role": "assistant", "content": content}}], **more}


def complete(reply: object, case: Case = CASE, *, status: int = 200) -> tuple[Reply, dict[str, object], str]:
    """The reply as read, the body that was sent, and the key that came with it."""
    seen: list[tuple[dict[str, object], str]] = []

    def answer(body: dict[str, object], handler: BaseHTTPRequestHandler) -> None:
        seen.append((body, handler.headers["Authorization"]))
        send(handler, reply, status=status)

    with (
        serving(answer, path="/v1/chat/completions") as url,
        open_server(f"{url}/v1", model="other", key="k") as system,
    ):
        assert system.search(case, 10) is None
        got = system.ask(case)
    return got, *seen[0]


def test_another_product_is_asked_with_the_history_as_messages_and_the_key() -> None:
    case = CASE.model_copy(update={"history": (HistoryTurn(role="assistant", content="您好"),)})
    got, body, key = complete(
        completion("十二所。", usage={"prompt_tokens": 5, "completion_tokens": 2}), case
    )
    assert body == {
        "model": "other",
        "messages": [
            {"role": "assistant", "content": "您好"},
            {"role": "user", "content": "甲县建几所？"},
        ],
    }
    assert key == "Bearer k"
    assert (got.answer, got.outcome, got.reason) == ("十二所。", Outcome.GROUNDED, None)
    assert (got.citations, got.prompt_tokens, got.completion_tokens) == ((), 5, 2)


def test_another_product_refuses_by_its_words() -> None:
    got, _, _ = complete(completion("原文此处被隐去，无法确定。"))
    assert (got.outcome, got.reason) == (Outcome.REFUSED, Reason.REDACTED)


@pytest.mark.parametrize("inside", [False, True])
def test_another_product_may_send_citations_of_which_bare_links_are_left_out(inside: bool) -> None:
    cited = [
        "https://example.org",
        {"quote": "甲县", "file": "a.txt"},
        {"quote": "乙县", "document": {"source": "b.txt"}, "label": 7},
        {"file": "c.txt"},
    ]
    reply = (
        {"choices": [{"message": {"content": "是", "citations": cited}}]}
        if inside
        else completion("是", citations=cited)
    )
    got, _, _ = complete(reply)
    assert [(one.file, one.quote, one.label) for one in got.citations] == [
        ("a.txt", "甲县", 2),
        ("b.txt", "乙县", 7),
    ]


@pytest.mark.parametrize(
    ("reply", "status", "reason"),
    [
        ({"choices": []}, 200, "unusable reply"),
        ({"choices": [{"message": {"content": None}}]}, 200, "unusable reply"),
        (b"data: {}", 200, "unusable reply"),
        ({"error": {"code": None, "message": "no"}}, 401, "HTTP 401"),
    ],
)
def test_another_product_without_a_usable_reply_is_an_error(reply: object, status: int, reason: str) -> None:
    with pytest.raises(NoReply) as caught:
        complete(reply, status=status)
    assert caught.value.reason == reason


def test_the_address_tells_the_protocol_unless_it_is_named() -> None:
    assert protocol_of("http://127.0.0.1:1/v1/") == "openai"
    assert protocol_of("http://127.0.0.1:1") == "ours"
    with (
        serving(lambda body, handler: send(handler, completion("是")), path="/chat/completions") as url,
        open_server(url, api="openai", model="m") as system,
    ):
        assert system.ask(CASE).answer == "是"
        assert system.name == f"m @ {url}"
