"""Chat models of other providers, by their langchain packages, against servers on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.errors import SettingsInvalid
from assistant.model.endpoint.llm import build_chat_model
from assistant.setup.settings import load_settings
from tests.assistant.model_calls import ANSWER, MESSAGES, fail, model, read
from tests.chat_model.replies import drips, refuses
from tests.chat_model.server import ModelServer


@pytest.fixture
def deepseek(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ModelServer() as server:
        monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-of-the-package")
        monkeypatch.setenv("DEEPSEEK_API_BASE", server.base_url)
        yield server


class Ollama(ThreadingHTTPServer):
    """Speaks Ollama's own protocol, a line of JSON for each piece."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OllamaHandler)
        self.paths: list[str] = []


class OllamaHandler(BaseHTTPRequestHandler):
    server: Ollama

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        for piece in ("<think>想一想</think>", ANSWER[:4], ANSWER[4:]):
            self._send({"message": {"role": "assistant", "content": piece}, "done": False})
        counts = {"prompt_eval_count": 30, "eval_count": 7}
        ended = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
        self._send({**ended, **counts})

    def _send(self, line: dict[str, object]) -> None:
        started = {"model": "qwen3", "created_at": "2026-01-01T00:00:00Z"}
        self.wfile.write(json.dumps({**started, **line}).encode() + b"\n")

    def log_message(self, *args: object) -> None:
        pass


def test_a_provider_with_a_package_answers_by_its_own_key_and_address(deepseek: ModelServer) -> None:
    deepseek.queue(ANSWER)
    text, _ = read(model(deepseek, model_provider="deepseek", openai_base_url=None, openai_api_key=None))
    assert text == ANSWER
    assert deepseek.questions[0].headers["authorization"] == "Bearer sk-of-the-package"


def test_a_provider_with_a_protocol_of_its_own_answers_without_its_thoughts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Ollama() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("OLLAMA_HOST", f"http://127.0.0.1:{server.server_port}")
        chat = build_chat_model(load_settings(openai_model="qwen3", model_provider="ollama"))
        assert chat is not None
        text, usage = read(chat)
        server.shutdown()
        thread.join()
    assert text == ANSWER
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (30, 7)
    assert server.paths == ["/api/chat"]


def test_what_fails_in_a_package_is_told_without_its_words(deepseek: ModelServer) -> None:
    deepseek.queue(refuses(401))
    chat = model(deepseek, model_provider="deepseek", openai_base_url=None, openai_api_key=None)
    _, error = fail(chat)
    assert "deepseek" in error.message.zh
    assert "密钥" in error.hint.zh
    assert "Traceback" not in str(error)


def test_a_provider_that_drips_for_ever_is_ended_in_time(deepseek: ModelServer) -> None:
    deepseek.queue(drips())
    chat = model(
        deepseek, model_provider="deepseek", openai_base_url=None, openai_api_key=None, model_seconds=0.5
    )
    with pytest.raises(Exception, match=r"0\.5"):
        list(chat.stream(MESSAGES))


@pytest.mark.parametrize("provider", ["anthropic", "nobody"])
def test_a_provider_without_its_package_is_an_error_of_the_settings(provider: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        build_chat_model(load_settings(openai_model="some-model", model_provider=provider))
    assert provider in caught.value.message.zh
    assert "langchain" in caught.value.hint.zh


def test_a_provider_without_its_key_is_an_error_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    with pytest.raises(SettingsInvalid):
        build_chat_model(load_settings(openai_model="deepseek-chat", model_provider="deepseek"))


def test_a_name_that_is_none_of_a_provider_is_refused() -> None:
    with pytest.raises(SettingsInvalid):
        load_settings(model_provider="Not A Provider")
