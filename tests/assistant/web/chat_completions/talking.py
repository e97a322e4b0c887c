"""Talking to the server as bots do, and the scripted chat model behind it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from assistant.setup.settings import Settings
from assistant.web.server import bind
from tests.chat_model.replies import Reply, Request, says, waits
from tests.chat_model.server import ModelServer
from tests.small_library import running_server

ASKED = "云山市学生午餐每人每天补助多少元？"
QUICK, SLOW = 0.0, 11.0


class PacedModel:
    """A chat model that tells the amount of the lunch, after so many seconds."""

    def __init__(self) -> None:
        self.seconds = QUICK
        self.server = ModelServer(self._reply)

    def _reply(self, request: Request) -> Reply:
        label = re.search(r"\[(\d+)\][^\[]*补助5元", request.text)
        told = f"云山市每人每天补助5元[{label[1]}]。" if label else "资料中没有找到答案。"
        return waits(says(told), seconds=self.seconds)


def ask(client: httpx.Client, *messages: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """The reply to messages, a text being one of the user; it has the form that all bots rely on."""
    said = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
    body = {"model": "edu-policy-wechat", "messages": said, **more}
    response = client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    reply: dict[str, Any] = response.json()
    assert_is_a_reply(reply)
    return reply


def assert_is_a_reply(reply: dict[str, Any]) -> None:
    """What bots rely on: without it they show an error, or wipe the conversation."""
    (choice,) = reply["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"].strip()
    usage = reply["usage"]
    assert usage["prompt_tokens"] > 0
    assert usage["completion_tokens"] > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def text_of(reply: dict[str, Any]) -> str:
    text: str = reply["choices"][0]["message"]["content"]
    return text


def events(body: str) -> list[dict[str, Any]]:
    """The chunks of a stream, which ends as all clients expect."""
    lines = [line.removeprefix("data: ") for line in body.split("\n") if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


@contextmanager
def server_with(settings: Settings, folder: Path, **changes: object) -> Iterator[tuple[Settings, str]]:
    """A server of its own over a copy of the library, with other settings."""
    shutil.copytree(settings.data_dir, folder)
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    changed = settings.model_copy(update={"data_dir": folder, "port": port, **changes})
    with running_server(changed) as address:
        yield changed, address


def modelled(model: PacedModel) -> dict[str, object]:
    """The settings of that chat model."""
    return {
        "openai_base_url": model.server.base_url,
        "openai_model": "scripted",
        "openai_api_key": SecretStr("key"),
    }
