"""A chat model that fails twice in a row is left alone for half a minute, whoever asks meanwhile."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from assistant.errors import ModelReplyUnusable, ModelUnavailable
from assistant.model.endpoint.llm import ChatModel
from assistant.upkeep.doctor import examine_chat_model
from tests.assistant.model_calls import ANSWER, DONE, MESSAGES, fail, model, read, settings
from tests.chat_model.replies import Reply, cut, drips, refuses, repeats, says, sends, waits
from tests.chat_model.server import ModelServer
from tests.fakes import Clock
from vectorstore.endpoints import breaker


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ModelServer() as server:
        yield server


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    return clock


def fails_unasked(server: ModelServer, chat: ChatModel) -> bool:
    asked = len(server.questions)
    fail(chat)
    return len(server.questions) == asked


@pytest.mark.parametrize(
    "reply",
    [
        waits(says(ANSWER), seconds=30.0),
        drips(),
        cut(ANSWER, after=2),
        refuses(401),
        refuses(402),
        refuses(429, retry_after=3600),
        refuses(503, retry_after=3600),
    ],
    ids=["hang", "drip", "cut", "key", "balance", "quota", "overloaded"],
)
def test_after_two_failures_it_is_not_asked(server: ModelServer, clock: Clock, reply: Reply) -> None:
    chat = model(server, model_seconds=0.6)
    server.queue(reply, reply)
    assert not fails_unasked(server, chat)
    _, second = fail(chat)
    assert len(server.questions) == 2
    assert fails_unasked(server, chat)
    assert fail(chat)[1] is second
    clock.now += 31
    server.queue(ANSWER, ANSWER)
    assert [read(chat)[0] for _ in range(2)] == [ANSWER, ANSWER]


def test_a_reply_between_two_failures_begins_anew(server: ModelServer, clock: Clock) -> None:
    chat = model(server)
    for _ in range(3):
        server.queue(refuses(401), ANSWER)
        fail(chat)
        assert read(chat)[0] == ANSWER


def test_a_refused_parameter_is_no_failure(server: ModelServer, clock: Clock) -> None:
    chat = model(server)
    server.queue(refuses(400, message="unknown: temperature"), refuses(400, message="unknown: max_tokens"))
    fail(chat)
    server.queue(ANSWER)
    assert read(chat)[0] == ANSWER


@pytest.mark.parametrize(
    "reply",
    [refuses(400, message="data_inspection_failed"), refuses(413), refuses(422), repeats("好")],
    ids=["inspected", "too large", "unprocessable", "repeats"],
)
def test_what_is_for_the_questions_sake_keeps_nobody_else_from_it(
    server: ModelServer, clock: Clock, reply: Reply
) -> None:
    chat = model(server)
    server.queue(reply, reply, reply, ANSWER)
    for _ in range(3):
        fail(chat)
    assert read(chat)[0] == ANSWER


def test_who_has_little_time_or_leaves_says_nothing_of_the_model(server: ModelServer, clock: Clock) -> None:
    chat = model(server, model_seconds=30.0)
    server.queue(*[drips()] * 4, ANSWER)
    for _ in range(2):
        with pytest.raises(ModelUnavailable):
            list(chat.stream(MESSAGES, at_most=0.3))
        leaving = chat.stream(MESSAGES)
        next(leaving)
        leaving.close()
    assert read(chat)[0] == ANSWER


def test_doctor_always_asks_and_tells_of_a_wrong_key(server: ModelServer, clock: Clock) -> None:
    server.queue(*[refuses(401)] * 3)
    for _ in range(3):
        hint = examine_chat_model(settings(server)).hint
        assert hint
        assert "OPENAI_API_KEY" in hint.zh
    assert len(server.questions) == 3


@pytest.mark.parametrize(
    "sent", ['{"choices":"x","usage":5}', '{"choices":[{"delta":"x"}],"id":7}'], ids=["choices", "delta"]
)
def test_wrong_types_are_told_in_our_words_alone(server: ModelServer, sent: str) -> None:
    server.queue(sends(f"data: {sent}\n\n", DONE))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert isinstance(fail(model(server))[1], ModelReplyUnusable)
    assert [str(one.message) for one in told] == []
