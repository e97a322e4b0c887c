"""An endpoint that refuses, fails or makes no sense: the setting to check, and one retry at most."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from assistant.errors import ModelRefused, ModelReplyUnusable, ModelUnavailable
from tests.assistant.model_calls import ANSWER, DONE, KEY, fail, model, read, says_so
from tests.chat_model.replies import (
    Reply,
    broken_line,
    cut,
    empty_choices,
    event,
    html,
    malformed_json,
    null_content,
    refuses,
    says,
    sends,
)
from tests.chat_model.server import ModelServer
from vectorstore.errors import PolicyAssistantError


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ModelServer() as server:
        yield server


# --- no reply


@pytest.mark.parametrize(
    "reply",
    [
        says(""),
        says("  \n "),
        says("<think>想了很久</think>\n"),
        says("<think>没想完"),
        says("", reasoning="想了很久"),
        empty_choices(),
        null_content(),
    ],
    ids=["nothing", "blanks", "only thoughts", "unclosed thoughts", "only reasoning", "no choices", "null"],
)
def test_an_empty_reply_is_unusable_and_shows_nothing(server: ModelServer, reply: Reply) -> None:
    server.queue(reply)
    text, error = fail(model(server))
    assert text == ""
    assert isinstance(error, ModelReplyUnusable)
    says_so(error, "OPENAI_MODEL")


@pytest.mark.parametrize(
    "reply",
    [
        html(),
        malformed_json(),
        sends("", content_type="application/json"),
        sends('{"choices": [{"message": {"content": "一次给完"}}]}', content_type="application/json"),
        sends('data: "只有文字"\n\n', DONE),
        sends("data: [1, 2]\n\n", DONE),
        sends('data: {"choices": [{"index": 0}]}\n\n', DONE),
        sends('data: {"choices": "x"}\n\n', DONE),
        sends('data: {"choices": [{"delta": {"content": {"text": 3}}}]}\n\n', DONE),
        sends("data: \x00\x00\n\n", DONE),
    ],
    ids=["page", "cut json", "nothing", "no stream", "text", "list", "no delta", "choices", "content", "nul"],
)
def test_what_no_compatible_endpoint_sends_is_unusable(server: ModelServer, reply: Reply) -> None:
    server.queue(reply)
    text, error = fail(model(server))
    assert text == ""
    assert isinstance(error, ModelReplyUnusable)
    says_so(error, "OPENAI_")
    assert len(server.questions) == 1


def test_a_broken_line_in_the_middle_leaves_half_a_reply_and_an_error(server: ModelServer) -> None:
    server.queue(broken_line(ANSWER, after=2))
    text, error = fail(model(server))
    assert text == ANSWER[:6]
    assert isinstance(error, ModelReplyUnusable)
    says_so(error, "OPENAI_BASE_URL")


@pytest.mark.parametrize(
    ("finish_reason", "kind", "setting"),
    [
        ("length", ModelReplyUnusable, "POLICY_ASSISTANT_MODEL_MAX_TOKENS"),
        ("content_filter", ModelReplyUnusable, "OPENAI_MODEL"),
        ("sensitive", ModelReplyUnusable, "OPENAI_MODEL"),
        ("insufficient_system_resource", ModelUnavailable, "OPENAI_MODEL"),
        (None, ModelUnavailable, "OPENAI_MODEL"),
    ],
)
def test_a_reply_that_the_model_did_not_finish_ends_with_an_error(
    server: ModelServer, finish_reason: str | None, kind: type[PolicyAssistantError], setting: str
) -> None:
    server.queue(says(ANSWER, finish_reason=finish_reason))
    text, error = fail(model(server))
    assert text == ANSWER
    assert type(error) is kind
    says_so(error, setting)


def test_thoughts_that_use_up_the_tokens_name_the_setting_to_raise(server: ModelServer) -> None:
    server.queue(says("<think>想了很久", finish_reason="length"))
    text, error = fail(model(server))
    assert text == ""
    says_so(error, "POLICY_ASSISTANT_MODEL_MAX_TOKENS")


# --- refusals and retries


@pytest.mark.parametrize(
    ("status", "names"),
    [
        (400, ["OPENAI_MODEL", "POLICY_ASSISTANT_EVIDENCE_TOKENS", "400"]),
        (401, ["OPENAI_API_KEY", "OPENAI_BASE_URL"]),
        (402, ["OPENAI_API_KEY"]),
        (403, ["OPENAI_API_KEY", "OPENAI_MODEL"]),
        (404, ["OPENAI_MODEL", "OPENAI_BASE_URL", "/v1"]),
        (307, ["OPENAI_BASE_URL", "307"]),
        (418, ["OPENAI_BASE_URL", "418"]),
    ],
)
def test_a_refusal_names_the_setting_to_check_and_is_not_tried_again(
    server: ModelServer, caplog: pytest.LogCaptureFixture, status: int, names: list[str]
) -> None:
    server.queue(refuses(status, message=f"Incorrect API key provided: {KEY}"))
    text, error = fail(model(server))
    assert text == ""
    assert isinstance(error, ModelRefused)
    says_so(error, *names)
    assert len(server.questions) == 1
    assert "Incorrect API key provided: ***" in caplog.text
    assert KEY not in caplog.text
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_redirect_is_not_followed_so_the_key_stays(server: ModelServer) -> None:
    with ModelServer() as elsewhere:
        moved = {"Location": f"{elsewhere.base_url}/chat/completions"}
        server.queue(sends("", status=307, headers=moved))
        assert isinstance(fail(model(server))[1], ModelRefused)
        assert elsewhere.requests == []


@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_an_endpoint_that_fails_is_tried_once_more(server: ModelServer, status: int) -> None:
    server.queue(refuses(status, retry_after=0), ANSWER)
    assert read(model(server))[0] == ANSWER
    assert len(server.questions) == 2


def test_an_endpoint_that_fails_twice_is_unavailable(server: ModelServer) -> None:
    server.queue(refuses(500, retry_after=0), refuses(503))
    text, error = fail(model(server))
    assert text == ""
    assert type(error) is ModelUnavailable
    says_so(error, "503", "OPENAI_BASE_URL")


def test_a_limit_that_ends_soon_is_waited_for_as_long_as_asked(server: ModelServer) -> None:
    server.queue(refuses(429, retry_after=1), ANSWER)
    started = time.monotonic()
    assert read(model(server))[0] == ANSWER
    assert time.monotonic() - started >= 1.0


@pytest.mark.parametrize(
    ("code", "retry_after"),
    [("rate_limit", 60), ("rate_limit", "Wed, 21 Oct 2026 07:28:00 GMT"), ("insufficient_quota", None)],
)
def test_a_limit_that_does_not_end_soon_is_not_waited_for(
    server: ModelServer, code: str, retry_after: object
) -> None:
    server.queue(refuses(429, code=code, retry_after=retry_after))
    started = time.monotonic()
    text, error = fail(model(server))
    assert text == ""
    assert isinstance(error, ModelRefused)
    says_so(error, "OPENAI_API_KEY")
    assert time.monotonic() - started < 15.0
    assert len(server.questions) == 1


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(
    ("refused", "then_missing"),
    [
        ("stream_options", ["stream_options"]),
        ("temperature", ["temperature"]),
        ("max_tokens", ["max_tokens"]),
        ("stream_options, temperature", ["stream_options", "temperature"]),
    ],
)
def test_a_parameter_that_the_endpoint_does_not_know_is_left_out_from_then_on(
    server: ModelServer, status: int, refused: str, then_missing: list[str]
) -> None:
    server.queue(refuses(status, message=f"Unknown parameters: {refused}"), ANSWER, ANSWER)
    chat = model(server)
    assert read(chat)[0] == ANSWER
    assert read(chat)[0] == ANSWER
    first, second, third = (request.body for request in server.questions)
    for name in ("stream_options", "temperature", "max_tokens"):
        assert name in first
        assert (name in second) == (name not in then_missing)
        assert (name in third) == (name not in then_missing)


def test_a_connection_that_breaks_before_the_reply_is_tried_once_more(server: ModelServer) -> None:
    server.queue(sends(cut=True), ANSWER)
    assert read(model(server))[0] == ANSWER


def test_a_reply_that_breaks_off_is_half_a_reply_and_is_not_asked_for_again(server: ModelServer) -> None:
    server.queue(cut(ANSWER, after=3), ANSWER)
    text, error = fail(model(server))
    assert text == ANSWER[:9]
    assert type(error) is ModelUnavailable
    says_so(error, "OPENAI_MODEL")
    assert len(server.questions) == 1


def test_a_reply_that_breaks_off_in_its_thoughts_is_not_asked_for_again(server: ModelServer) -> None:
    server.queue(cut("<think>想了又想，还在想", after=3), ANSWER)
    assert fail(model(server))[0] == ""
    assert len(server.questions) == 1


def test_an_error_told_in_the_stream_ends_the_reply(
    server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    begun = event(delta={"content": "三年内"}).decode()
    server.queue(sends(begun, 'data: {"error": {"message": "engine overloaded"}}\n\n', DONE))
    text, error = fail(model(server))
    assert text == "三年内"
    assert type(error) is ModelUnavailable
    assert "engine overloaded" in caplog.text
    assert "overloaded" not in str(error)


def test_an_endpoint_that_is_not_there_is_unreachable_and_names_the_address(server: ModelServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    text, error = fail(model(server, openai_base_url=f"http://127.0.0.1:{port}/v1"))
    assert text == ""
    assert type(error) is ModelUnavailable
    says_so(error, "OPENAI_BASE_URL")


def test_an_address_without_its_v1_is_refused_with_that_hint(server: ModelServer) -> None:
    text, error = fail(model(server, openai_base_url=server.base_url.removesuffix("/v1") + "/api"))
    assert text == ""
    says_so(error, "/v1")
