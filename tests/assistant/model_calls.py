"""Calls of the chat model against the scripted server, shared by its tests."""

from __future__ import annotations

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.model.endpoint.llm import ChatModel, build_chat_model
from assistant.setup.settings import Settings, load_settings
from assistant.types import Usage
from tests.chat_model.server import ModelServer
from vectorstore.errors import PolicyAssistantError

KEY = "sk-test-4f7a91c2d0"
MESSAGES = [SystemMessage("规则。"), HumanMessage("问题？")]
ANSWER = "三年内新建 12 所学校[1]。"
DONE = "data: [DONE]\n\n"


def settings(server: ModelServer, **more: object) -> Settings:
    wanted = {
        "openai_model": "scripted",
        "openai_base_url": server.base_url,
        "openai_api_key": KEY,
        "model_seconds": 5.0,
    }
    return load_settings(**{**wanted, **more})


def model(server: ModelServer, **more: object) -> ChatModel:
    built = build_chat_model(settings(server, **more))
    assert built is not None
    return built


def read(chat: ChatModel) -> tuple[str, Usage | None]:
    deltas = list(chat.stream(MESSAGES))
    return "".join(delta.text for delta in deltas), deltas[-1].usage


def fail(chat: ChatModel) -> tuple[str, PolicyAssistantError]:
    """What was streamed before it failed, and the error."""
    texts: list[str] = []
    with pytest.raises(PolicyAssistantError) as caught:
        texts.extend(delta.text for delta in chat.stream(MESSAGES))
    return "".join(texts), caught.value


def says_so(error: PolicyAssistantError, *words: str) -> None:
    """In both languages, and in few words."""
    for sentence in (error.message.zh + error.hint.zh, error.message.en + error.hint.en):
        for word in words:
            assert word in sentence
        assert KEY not in sentence
        assert "Traceback" not in sentence
