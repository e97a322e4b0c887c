"""The scripted model server itself, so that a test which uses it can be believed."""

from __future__ import annotations

import threading

import httpx
import pytest

from tests.chat_model.replies import drips, says
from tests.chat_model.server import ModelServer

ASKED = {"model": "scripted", "messages": [{"role": "user", "content": "问题？"}]}


def ask(server: ModelServer) -> httpx.Response:
    return httpx.post(f"{server.base_url}/chat/completions", json=ASKED, trust_env=False)


def test_without_a_stream_asked_for_the_reply_is_one_json() -> None:
    with ModelServer() as server:
        server.queue(says("答案", usage=(3, 2)))
        reply = ask(server).json()
    assert reply["choices"][0]["message"] == {"role": "assistant", "content": "答案"}
    assert reply["usage"] == {"prompt_tokens": 3, "completion_tokens": 2}
    assert server.questions[0].text == "问题？"


def test_the_models_are_listed() -> None:
    with ModelServer(models=("甲", "乙")) as server:
        listed = httpx.get(f"{server.base_url}/models", trust_env=False).json()
    assert [model["id"] for model in listed["data"]] == ["甲", "乙"]
    assert server.questions == []


def test_one_question_too_many_fails_the_test() -> None:
    server = ModelServer()
    with pytest.raises(httpx.RemoteProtocolError):
        ask(server)
    with pytest.raises(AssertionError, match="once more than it has replies"):
        server.__exit__(None, None, None)


def test_closing_ends_every_thread_and_an_endless_reply_with_them() -> None:
    before = set(threading.enumerate())
    with ModelServer() as server:
        server.queue(drips())
        with httpx.Client(trust_env=False) as client:
            url = f"{server.base_url}/chat/completions"
            with client.stream("POST", url, json={**ASKED, "stream": True}) as reply:
                next(reply.iter_bytes())
                server.close()
    assert set(threading.enumerate()) == before
