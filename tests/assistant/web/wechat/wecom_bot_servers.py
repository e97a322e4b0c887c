"""The real server with an AI bot of WeCom over the small library, with and without a chat model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from pydantic import SecretStr

from assistant.setup.settings import Settings
from assistant.web.server import bind
from tests.assistant.web.wechat.wecom_bot_simulator import AES_KEY, TOKEN, Platform
from tests.chat_model.server import ModelServer, Script
from tests.small_library import build_library, running_server

LUNCH = "云山市学生午餐补助每人每天多少元？"
READING = "河口县每个班级的图书角不少于多少册图书？"


def bot_settings(seeds: Path, data: Path) -> Settings:
    """Settings with a bot, over the small library, built already."""
    keys = {"wecom_bot_token": SecretStr(TOKEN), "wecom_bot_aes_key": SecretStr(AES_KEY)}
    return build_library(seeds, data).model_copy(update=keys)


@contextmanager
def platform_of(chosen: Settings) -> Iterator[Platform]:
    """The platform in front of a server with these settings."""
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    here = chosen.model_copy(update={"port": port})
    with running_server(here) as address, httpx.Client(base_url=address, timeout=30) as http:
        yield Platform(http=http)


@contextmanager
def with_model(chosen: Settings, script: Script) -> Iterator[tuple[Platform, ModelServer]]:
    """In front of a server whose chat model plays the script."""
    with ModelServer(script) as server:
        scripted = {"openai_model": "scripted", "openai_base_url": server.base_url}
        with platform_of(chosen.model_copy(update=scripted)) as opened:
            yield opened, server
