"""Settings of accounts at the platforms."""

from __future__ import annotations

import base64
from typing import Any

from pydantic import SecretStr

from tests.assistant.web.wechat.platform_api_server import PlatformApiServer
from tests.chat_model.server import ModelServer

AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
WECOM_AES_KEY = base64.b64encode(bytes(range(100, 132))).decode().rstrip("=")
SECRET = "secret-of-the-account"


def official(*, encrypted: bool = False, late: PlatformApiServer | None = None) -> dict[str, Any]:
    """An Official Account; ``late`` takes what it sends of its own accord."""
    chosen: dict[str, Any] = {
        "wechat_official_token": SecretStr("token-1"),
        "wechat_official_app_id": "wx-school",
    }
    if encrypted:
        chosen["wechat_official_aes_key"] = SecretStr(AES_KEY)
    if late:
        chosen |= {"wechat_official_secret": SecretStr(SECRET), "wechat_api_url": late.url}
    return chosen


def wecom(*, late: PlatformApiServer | None = None) -> dict[str, Any]:
    """A WeCom application; ``late`` as for an Official Account."""
    chosen: dict[str, Any] = {
        "wecom_token": SecretStr("token-2"),
        "wecom_aes_key": SecretStr(WECOM_AES_KEY),
        "wecom_corp_id": "ww-company",
        "wecom_agent_id": 1000002,
    }
    if late:
        chosen |= {"wecom_secret": SecretStr(SECRET), "wecom_api_url": late.url}
    return chosen


def with_model(server: ModelServer) -> dict[str, Any]:
    """A chat model at that server."""
    return {
        "openai_model": "scripted",
        "openai_base_url": server.base_url,
        "openai_api_key": SecretStr("sk-test"),
    }
