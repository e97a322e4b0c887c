"""The chat model: what it sends, what it lets through of a reply, and which settings it takes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from langchain_core.messages import HumanMessage

from assistant.errors import ModelReplyUnusable, SettingsInvalid
from assistant.model.endpoint.llm import build_chat_model
from assistant.types import Usage
from tests.assistant.model_calls import ANSWER, KEY, MESSAGES, fail, model, read, says_so, settings
from tests.chat_model.replies import Reply, Request, event, says, sends
from tests.chat_model.server import ModelServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ModelServer() as server:
        yield server


# --- a good reply


def test_without_a_model_in_the_settings_there_is_none(server: ModelServer) -> None:
    assert build_chat_model(settings(server, openai_model=None)) is None


def test_a_reply_arrives_in_pieces_and_ends_with_the_token_counts(server: ModelServer) -> None:
    server.queue(says(ANSWER, usage=(321, 12)))
    deltas = list(model(server).stream(MESSAGES))
    assert "".join(delta.text for delta in deltas) == ANSWER
    assert len(deltas) > 4
    assert deltas[-1].usage == Usage(prompt_tokens=321, completion_tokens=12)
    assert all(delta.usage is None for delta in deltas[:-1])


def test_pieces_arrive_as_they_are_sent_and_not_at_the_end(server: ModelServer) -> None:
    server.queue(says(ANSWER, pause=0.1))
    started = time.monotonic()
    stream = model(server).stream(MESSAGES)
    next(stream)
    first = time.monotonic() - started
    assert len(list(stream)) > 4
    assert first < (time.monotonic() - started) / 2


def test_the_messages_and_the_bounds_of_the_reply_are_sent(server: ModelServer) -> None:
    server.queue(ANSWER)
    read(model(server, model_max_tokens=77))
    body = server.questions[0].body
    assert body["messages"] == [
        {"role": "system", "content": "规则。"},
        {"role": "user", "content": "问题？"},
    ]
    assert body["model"] == "scripted"
    assert body["stream"] is True
    assert body["max_tokens"] == 77
    assert body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("name", ["qwen3:8b", "openai:8b", "Qwen/Qwen3-8B", "gpt-5-pro", "codex-mini"])
def test_any_name_of_a_model_goes_to_chat_completions_as_it_is(server: ModelServer, name: str) -> None:
    server.queue(ANSWER)
    chat = model(server, openai_model=name)
    assert read(chat)[0] == ANSWER
    assert server.questions[0].body["model"] == chat.name == name


def test_the_script_may_answer_what_it_is_asked() -> None:
    with ModelServer(lambda request: f"你说：{request.body['messages'][1]['content']}") as server:
        assert read(model(server))[0] == "你说：问题？"


def test_a_reply_without_token_counts_is_fine(server: ModelServer) -> None:
    server.queue(says(ANSWER, usage=None))
    assert read(model(server)) == (ANSWER, None)


def test_running_token_counts_are_not_added_up(server: ModelServer) -> None:
    server.queue(says(ANSWER, usage=(40, 9), usage_unasked=True))
    assert read(model(server)) == (ANSWER, Usage(prompt_tokens=40, completion_tokens=9))


def test_token_counts_that_make_no_sense_do_not_cost_the_reply(server: ModelServer) -> None:
    server.queue(says(ANSWER, usage=("many", [])))
    assert read(model(server)) == (ANSWER, None)


def test_a_stream_without_its_done_line_is_complete_if_the_model_finished(server: ModelServer) -> None:
    server.queue(says(ANSWER, done=False))
    assert read(model(server))[0] == ANSWER


@pytest.mark.parametrize("seconds", [30.0, 0.6])
def test_a_connection_that_stays_open_after_the_end_does_not_hold_the_reply(
    server: ModelServer, seconds: float
) -> None:
    finished = event(delta={"content": ANSWER}, finish_reason="stop").decode()
    server.queue(sends(finished, 60.0))
    started = time.monotonic()
    assert read(model(server, model_seconds=seconds))[0] == ANSWER
    assert time.monotonic() - started < 20.0


def test_calls_at_the_same_time_do_not_mix() -> None:
    def script(request: Request) -> Reply:
        return says(request.text * 5, pause=0.01)

    texts: dict[int, str] = {}
    with ModelServer(script) as server:
        chat = model(server)

        def ask(number: int) -> None:
            deltas = chat.stream([HumanMessage(f"第{number}问。")])
            texts[number] = "".join(delta.text for delta in deltas)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == {number: f"第{number}问。" * 5 for number in range(5)}


# --- thoughts


def test_reasoning_content_is_kept_out(server: ModelServer) -> None:
    server.queue(says(ANSWER, reasoning="先看第一段……"))
    assert read(model(server))[0] == ANSWER


@pytest.mark.parametrize("piece", [1, 2, 5, 7, 1000])
def test_thoughts_between_tags_are_cut_out_however_the_pieces_fall(server: ModelServer, piece: int) -> None:
    server.queue(says(f"<think>\n先想想 a<b。\n</think>\n\n{ANSWER}<think>再想</think>完。", piece=piece))
    assert read(model(server))[0] == f"{ANSWER}完。"


def test_thoughts_that_never_close_are_cut_out(server: ModelServer) -> None:
    server.queue(says(f"{ANSWER}<think>还要再想想"))
    assert read(model(server))[0] == ANSWER


def test_what_only_looks_like_the_beginning_of_a_tag_is_kept(server: ModelServer) -> None:
    server.queue(says("a < b，<thin 和 <", piece=1))
    assert read(model(server))[0] == "a < b，<thin 和 <"


def test_a_closing_tag_before_any_visible_word_is_no_harm(server: ModelServer) -> None:
    server.queue(says(f"\n</think>\n\n{ANSWER}", reasoning="想"))
    assert read(model(server))[0] == ANSWER


def test_thoughts_that_were_taken_for_the_reply_make_it_unusable(server: ModelServer) -> None:
    server.queue(says(f"好，用户问的是学校。</think>{ANSWER}"))
    text, error = fail(model(server))
    assert ANSWER not in text
    assert isinstance(error, ModelReplyUnusable)
    says_so(error, "OPENAI_MODEL", "reasoning parser")


# --- settings


def test_only_the_key_of_the_settings_and_no_other_header_is_sent(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "OPENAI_ORG_ID": "org-1",
        "OPENAI_PROJECT_ID": "proj-1",
        "OPENAI_ADMIN_KEY": "sk-admin",
        "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer other\nX-Other: 1",
        "OPENAI_API_BASE": "http://127.0.0.1:9/other",
        "OPENAI_PROXY": "http://127.0.0.1:9",
        "LANGSMITH_GATEWAY": "http://127.0.0.1:9",
        "LC_OUTPUT_VERSION": "v1",
    }.items():
        monkeypatch.setenv(name, value)
    server.queue(ANSWER)
    assert read(model(server))[0] == ANSWER
    headers = dict(server.questions[0].headers)
    assert headers.pop("authorization") == f"Bearer {KEY}"
    assert headers.pop("accept-encoding") == "identity"
    assert set(headers) <= {"host", "accept", "connection", "content-type", "content-length"}


def test_the_environment_of_the_openai_library_does_not_stand_in_for_settings(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = settings(server)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    server.queue(ANSWER)
    built = build_chat_model(wanted)
    assert built is not None
    assert read(built)[0] == ANSWER
    assert server.questions[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", [None, " "])
def test_a_local_model_needs_no_key(server: ModelServer, key: str | None) -> None:
    server.queue(ANSWER)
    assert read(model(server, openai_api_key=key))[0] == ANSWER
    assert server.questions[0].headers["authorization"].startswith("Bearer ")


def test_blanks_around_key_and_address_are_not_sent(server: ModelServer) -> None:
    server.queue(ANSWER)
    read(model(server, openai_api_key=f" {KEY}\n", openai_base_url=f" {server.base_url}/ "))
    assert server.questions[0].headers["authorization"] == f"Bearer {KEY}"


def test_openais_own_endpoint_without_a_key_is_refused_at_the_start(server: ModelServer) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        build_chat_model(settings(server, openai_base_url=None, openai_api_key=None))
    says_so(caught.value, "OPENAI_API_KEY", "OPENAI_BASE_URL")


@pytest.mark.parametrize("address", ["localhost:8000/v1", "ftp://host/v1", "http://", "http://host:99999/v1"])
def test_an_address_that_is_none_is_refused_at_the_start(server: ModelServer, address: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        build_chat_model(settings(server, openai_base_url=address))
    says_so(caught.value, "OPENAI_BASE_URL")


@pytest.mark.parametrize("key", ["sk-密钥", "sk-1\nX-Other: 1", "“sk-1”"])
def test_a_key_that_is_none_is_refused_at_the_start_and_not_shown(server: ModelServer, key: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        build_chat_model(settings(server, openai_api_key=key))
    says_so(caught.value, "OPENAI_API_KEY")
    assert key not in str(caught.value)


def test_building_a_model_asks_nobody_anything(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    model(server)
    assert server.requests == []
    assert KEY not in caplog.text


def test_a_proxy_of_the_environment_is_used(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer(lambda _: ANSWER) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        chat = model(server, openai_base_url="http://model.invalid/v1")
        assert read(chat)[0] == ANSWER
        assert proxy.questions[0].path == "http://model.invalid/v1/chat/completions"
