"""An endpoint that drips, hangs, never ends or repeats itself: every call ends in time and hangs up."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.errors import ModelReplyUnusable, ModelUnavailable
from tests.assistant.model_calls import ANSWER, MESSAGES, fail, model, read, says_so
from tests.chat_model.replies import (
    Reply,
    Request,
    babbles,
    drips,
    event,
    keeps_alive,
    one_line,
    refuses,
    repeats,
    says,
    sends,
    waits,
)
from tests.chat_model.server import ModelServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ModelServer() as server:
        yield server


@pytest.mark.parametrize(
    "reply",
    [
        drips(),
        waits(says(ANSWER), seconds=30.0),
        sends(event(delta={"content": "三年"}).decode(), 30.0),
        keeps_alive(),
        refuses(429, retry_after=2),
        says("想" * 3000, reasoning="想" * 3000, pause=0.05),
    ],
    ids=["drip", "slow headers", "stall", "only comments", "asks to wait", "slow thoughts"],
)
def test_no_call_outlives_its_deadline_and_the_server_sees_it_go(server: ModelServer, reply: Reply) -> None:
    server.queue(reply, reply)
    chat = model(server, model_seconds=0.6)
    started = time.monotonic()
    _, error = fail(chat)
    assert time.monotonic() - started < 15.0
    assert type(error) is ModelUnavailable
    says_so(error, "0.6", "POLICY_ASSISTANT_MODEL_SECONDS")
    assert reply.status == 429 or server.left.wait(10.0)


def test_the_deadline_holds_over_the_retry_too(server: ModelServer) -> None:
    server.queue(refuses(500), drips())
    started = time.monotonic()
    assert isinstance(fail(model(server, model_seconds=2.0))[1], ModelUnavailable)
    assert time.monotonic() - started < 3.9


def test_a_slow_reader_does_not_make_a_reply_late(server: ModelServer) -> None:
    server.queue(says(ANSWER, piece=6))
    text = ""
    for delta in model(server, model_seconds=0.6).stream(MESSAGES):
        time.sleep(0.3)
        text += delta.text
    assert text == ANSWER


@pytest.mark.parametrize(
    "reply", [drips(), waits(says(ANSWER), seconds=30.0)], ids=["in the middle", "before the first piece"]
)
def test_leaving_closes_the_connection_at_once(server: ModelServer, reply: Reply) -> None:
    server.queue(reply)
    stream = model(server, model_seconds=30.0).stream(MESSAGES)
    started = time.monotonic()
    next(stream)
    stream.close()
    assert server.left.wait(10.0)
    assert time.monotonic() - started < 15.0
    assert not [thread for thread in threading.enumerate() if thread.name == "chat-model"]


def test_a_stream_that_is_never_read_asks_nothing(server: ModelServer) -> None:
    model(server).stream(MESSAGES)
    assert server.requests == []


@pytest.mark.parametrize("reply", [babbles(), one_line(400_000)], ids=["babble", "one line"])
def test_a_reply_longer_than_any_answer_is_stopped(server: ModelServer, reply: Reply) -> None:
    server.queue(reply)
    text, error = fail(model(server, model_max_tokens=64))
    assert len(text) <= 64 * 8
    assert isinstance(error, ModelReplyUnusable)
    says_so(error, "OPENAI_MODEL")


def test_a_line_of_a_hundred_megabytes_is_not_read_to_its_end(server: ModelServer) -> None:
    server.queue(one_line(100_000_000))
    text, error = fail(model(server, model_seconds=20.0))
    assert text == ""
    assert isinstance(error, ModelReplyUnusable)
    assert server.left.wait(10.0)


def packed(status: int, coding: str) -> Reply:
    """A gigabyte in a megabyte."""

    def body(_: Request) -> Iterator[bytes]:
        packer = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
        for _block in range(1000):
            yield packer.compress(b"a" * 1_000_000)

    return Reply(body=body, status=status, headers={"Content-Encoding": coding})


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_packed_is_not_unpacked(server: ModelServer, status: int, coding: str) -> None:
    server.queue(packed(status, coding))
    text, error = fail(model(server, model_seconds=20.0))
    assert text == ""
    assert isinstance(error, ModelReplyUnusable)
    says_so(error, "Content-Encoding")
    assert server.left.wait(10.0)


def test_a_coding_that_is_none_is_read(server: ModelServer) -> None:
    server.queue(replace(says(ANSWER), headers={"Content-Encoding": "identity"}))
    assert read(model(server))[0] == ANSWER


@pytest.mark.parametrize(
    "unit", ["好", "继续推进。", "到 2027 年，全市新建一批学校，扩大优质教育资源覆盖面。\n"]
)
def test_a_model_that_repeats_itself_is_stopped(server: ModelServer, unit: str) -> None:
    server.queue(repeats(f"{unit}"))
    text, error = fail(model(server))
    assert len(text) < 600
    assert isinstance(error, ModelReplyUnusable)
    says_so(error, "OPENAI_MODEL")
    assert server.left.wait(10.0)


def test_lines_that_are_alike_and_words_said_three_times_are_no_repetition(server: ModelServer) -> None:
    listed = "".join(f"- 第 {number} 项：新建一所学校，由教育局牵头[{number}]。\n" for number in range(1, 40))
    text = f"{listed}{'—' * 150}\n{listed[:100] * 3}"
    server.queue(says(text, piece=20))
    assert read(model(server))[0] == text
