"""The real server with an AI bot by long connection over the small library, and WeCom's side of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.setup.settings import Settings
from assistant.upkeep.bot_state import FILE
from assistant.web.wechat.wecom_bot import long_connection, streams
from assistant.web.wechat.wecom_bot.long_connection import Waits
from tests.assistant.web.wechat.long_connection_simulator import BOT_ID, SECRET, Wecom
from tests.assistant.web.wechat.test_wecom_bot_streams import explains
from tests.chat_model.replies import Reply, Request
from tests.chat_model.server import ModelServer, Script
from tests.small_library import running_server, with_settings


class Held:
    """A model that explains the rules of the lunches as soon as it may, and not before."""

    def __init__(self) -> None:
        self.may = threading.Event()

    def __call__(self, request: Request) -> Reply:
        assert self.may.wait(50), "it was never released"
        return explains(request)


def with_bot(settings: Settings, data: Path, wecom: Wecom, **changes: object) -> Settings:
    """Settings of the small library with a bot that connects to that side."""
    bot = {"wecom_bot_id": BOT_ID, "wecom_bot_secret": SecretStr(SECRET), "wecom_bot_url": wecom.url}
    return with_settings(settings, data, **{**bot, **changes})


@contextmanager
def connected(settings: Settings) -> Iterator[str]:
    """The address of a server with these settings, which does not wait as long as others would."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(long_connection, "WHEN_LOST", Waits(first=0.05, longest=0.4))
        patched.setattr(long_connection, "WHEN_REFUSED", Waits(first=0.05, longest=0.4))
        patched.setattr(streams, "_UPDATE_SECONDS", 0.2)
        with running_server(settings) as address:
            yield address


@contextmanager
def connected_with_model(settings: Settings, script: Script) -> Iterator[ModelServer]:
    """The same with a chat model that plays the script."""
    with ModelServer(script) as model:
        scripted = {"openai_model": "scripted", "openai_base_url": model.base_url}
        with connected(settings.model_copy(update=scripted)):
            yield model


def noted(settings: Settings) -> dict[str, Any]:
    """What the server noted of the connection for others to read; empty where it is nothing yet."""
    file = settings.data_dir / FILE
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return read


def until_noted(settings: Settings, state: str) -> None:
    """Wait until the server has noted that."""
    deadline = time.monotonic() + 60
    while noted(settings).get("state") != state:
        assert time.monotonic() < deadline, noted(settings)
        time.sleep(0.05)
