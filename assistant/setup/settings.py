"""Typed settings. They build nothing, and nothing else reads the environment.

Each has an environment variable ``POLICY_ASSISTANT_<NAME>``; the chat model's
three also answer to ``OPENAI_API_KEY``, ``OPENAI_BASE_URL`` and
``OPENAI_MODEL``. A TOML file gives the same keys: ``policy-assistant.toml`` in
the working folder, or the one that ``POLICY_ASSISTANT_CONFIG`` names. The
environment wins over the file.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.errors import SettingsInvalid
from assistant.setup.logs import Form
from assistant.types import Sources, Unverified
from vectorstore.errors import Message

_HERE = Path(__file__).resolve().parents[1]


def _shipped(name: str) -> Path:
    """A data folder: beside the packages in a checkout, inside the package when installed."""
    beside = _HERE.parent / name
    return (
        beside if beside.is_dir() and (_HERE.parent / "pyproject.toml").is_file() else _HERE / "_data" / name
    )


def _model_key(name: str) -> AliasChoices:
    return AliasChoices(f"policy_assistant_openai_{name}", f"openai_{name}")


class Settings(BaseSettings):
    """All settings, with their bounds. Unknown keys in the file are refused."""

    model_config = SettingsConfigDict(
        env_prefix="policy_assistant_",
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        env_ignore_empty=True,
    )

    host: str = Field("127.0.0.1", description="Address to serve on.")
    port: int = Field(7860, ge=1, le=65535, description="Port to serve on.")
    trusted_proxies: str = Field(
        "127.0.0.1,::1",
        description="Addresses of proxies, with commas, whose X-Forwarded-For tells who asks; empty for none."
        " A proxy must set that header itself.",
    )
    metrics: Literal["local", "open", "off"] = Field(
        "local",
        description="Who may read `/metrics`: `local` programs on this machine that ask without a proxy,"
        " `open` whoever reaches the server, `off` nobody.",
    )
    request_log: Form = Field(
        "json",
        description="How `logs/requests.log` tells each request and each question, without what was asked:"
        " `json`, `plain` (name=value), or `off`.",
    )
    language: Literal["zh", "en"] = Field("zh", description="Language of the page, messages and notices.")
    data_dir: Path = Field(Path("var"), description="The one folder with all that is built or stored.")
    database: SecretStr | None = Field(
        None,
        description="PostgreSQL where several servers keep conversations, keys and tickets together, as"
        " postgresql://user:password@host/name (docs/scaling.md). Unset: files in the data folder.",
    )
    seeds_dir: Path = Field(_shipped("seeds"), description="Documents that the library starts with.")
    prompts_dir: Path = Field(_shipped("prompts"), description="Prompt files.")

    admin_password: SecretStr | None = Field(
        None,
        min_length=8,
        description="Password of the administration pages at `/admin`, 8 characters at least."
        " Unset: they are closed.",
    )

    own_files: Literal["on", "off"] = Field(
        "on",
        description="Whether whoever asks may bring a document of their own and ask in it: kept aside, in no"
        " library, for an hour after the last question.",
    )

    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Address at which people reach this server, for links in chats; its host is a name that a"
        " server on a loopback address answers to. Unset: the one that a request came to.",
    )
    bot_seconds: float = Field(
        4.0, ge=1, le=60, description="Seconds after which WeChat gets an answer, with or without the model."
    )
    callback_urls: tuple[str, ...] = Field(
        (), description="What the addresses begin with that answers may be sent to, as a JSON list."
    )
    callback_secret: SecretStr | None = Field(
        None, min_length=24, description="Secret that such answers are signed with, 24 characters at least."
    )
    wechat_official_token: SecretStr | None = Field(
        None, description="Token of the Official Account's server settings. Unset: its callback is closed."
    )
    wechat_official_app_id: str | None = Field(None, description="AppID of the Official Account.")
    wechat_official_aes_key: SecretStr | None = Field(
        None, description="Its EncodingAESKey, 43 characters. Unset: plaintext mode only."
    )
    wechat_official_secret: SecretStr | None = Field(
        None, description="Its AppSecret, for answers by customer-service message when they come late."
    )
    wechat_welcome: str | None = Field(
        None, description="What new followers read. Unset: what this is and what it holds."
    )
    wechat_official_tries: int = Field(
        1,
        ge=1,
        le=3,
        description="For an account that can't send later (no secret): how many of WeChat's three tries, 5"
        " seconds each, a slow chat model may take; 3 gives it some 13 seconds.",
    )
    wechat_official_sources: Sources = Field(
        "full",
        description="How its answers tell their sources: `full` with links, `short` titles in one line,"
        " `off` not at all.",
    )
    wechat_api_url: str = Field("https://api.weixin.qq.com", description="Where WeChat is called.")
    working_sign: Literal["off", "typing", "message"] = Field(
        "typing",
        description="What whoever waits for two seconds sees, where a secret is set: `typing` 正在输入 in an"
        " Official Account, `message` that and a message 正在查阅文件…, in a WeCom application too.",
    )
    wecom_token: SecretStr | None = Field(
        None, description="Token of the WeCom application. Unset: its callback is closed."
    )
    wecom_aes_key: SecretStr | None = Field(None, description="Its EncodingAESKey.")
    wecom_corp_id: str | None = Field(None, description="CorpID of the company in WeCom.")
    wecom_agent_id: int | None = Field(None, description="AgentId of the application.")
    wecom_secret: SecretStr | None = Field(None, description="Its secret, for answers that come late.")
    wecom_sources: Sources = Field(
        "full", description="How answers in WeCom, of the application and the AI bot, tell their sources."
    )
    wecom_api_url: str = Field("https://qyapi.weixin.qq.com", description="Where WeCom is called.")
    wecom_bot_id: str | None = Field(
        None, description="Bot ID of the WeCom AI bot by long connection. Unset: there is none."
    )
    wecom_bot_secret: SecretStr | None = Field(None, description="Its Secret.")
    wecom_bot_url: str = Field(
        "wss://openws.work.weixin.qq.com",
        pattern=r"^wss?://[^\s/?#@]+(/[^\s#]*)?$",
        description="Where that connection leads; a WeCom on a company's own servers has another address.",
    )
    wecom_bot_token: SecretStr | None = Field(
        None, description="Token of the WeCom AI bot by callback. Unset: its callback is closed."
    )
    wecom_bot_aes_key: SecretStr | None = Field(None, description="Its EncodingAESKey.")

    openai_api_key: SecretStr | None = Field(
        None, validation_alias=_model_key("api_key"), description="Key of the chat model's endpoint."
    )
    openai_base_url: str | None = Field(
        None, validation_alias=_model_key("base_url"), description="Any OpenAI-compatible endpoint."
    )
    openai_model: str | None = Field(
        None,
        validation_alias=_model_key("model"),
        description="Name of the chat model. Unset: answers without one.",
    )
    model_provider: str = Field(
        "openai",
        pattern=r"^[a-z][a-z0-9_-]*$",
        description="Provider of the chat model: openai is any OpenAI-compatible endpoint; others by"
        " langchain's name for them, with their langchain package, which reads its own key and address.",
    )
    model_seconds: float = Field(
        60.0, gt=0, le=600, description="Whole time a chat model may take for one answer."
    )
    model_max_tokens: int = Field(1200, ge=64, le=32000, description="Longest reply of the chat model.")
    look_again: Literal["on", "off"] = Field(
        "on",
        description="Whether a chat model may search and read on, three times at most, before it answers.",
    )
    model_size: Literal["large", "small"] = Field(
        "large",
        description="`small` suits models of some 7 billion weights and less: they get six passages, the best"
        " one last, and look nothing up.",
    )
    unverified: Unverified = Field(
        "mark",
        description="What becomes of a model's sentence that no cited passage bears: `mark` or `remove`.",
    )

    embedding: Literal["builtin", "endpoint"] = Field("builtin", description="Where vectors come from.")
    embedding_model: str | None = Field(None, description="Model name at the embedding endpoint.")
    embedding_base_url: str | None = Field(None, description="OpenAI-compatible embedding endpoint.")
    embedding_api_key: SecretStr | None = Field(None, description="Key of the embedding endpoint.")

    reader: Literal["on", "off"] = Field(
        "on",
        description="Whether a small model reads the best passages beside the question, on this machine.",
    )

    rerank_url: str | None = Field(
        None, description="Rerank endpoint, the whole address. Unset: passages are put in order here."
    )
    rerank_model: str | None = Field(None, description="Model name at the rerank endpoint.")
    rerank_api_key: SecretStr | None = Field(None, description="Key of the rerank endpoint.")

    passages: int = Field(12, ge=1, le=60, description="Most passages that one answer may rest on.")
    evidence_tokens: int = Field(
        4000, ge=200, le=100_000, description="Most tokens of passages in one answer."
    )
    question_chars: int = Field(2000, ge=10, le=20_000, description="Longest question accepted.")
    history_days: int | None = Field(
        None,
        ge=1,
        le=36_500,
        description="Days that questions and answers are kept. Unset: until they are deleted.",
    )
    link_days: int = Field(
        90,
        ge=0,
        le=36_500,
        description="Days that the link of an answer works, for whoever has it. 0: answers get no links.",
    )
    history_turns: int = Field(20, ge=0, le=200, description="Most earlier turns that are looked at.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=config_file())
        return (init_settings, env_settings, file)

    @property
    def chat_model_configured(self) -> bool:
        """Whether answers go through a chat model."""
        return bool(self.openai_model)


def config_file() -> Path:
    """The settings file in use, whether it exists or not."""
    return Path(os.environ.get("POLICY_ASSISTANT_CONFIG") or "policy-assistant.toml")


def load_settings(**overrides: object) -> Settings:
    """Read the settings once, at the start. Raises SettingsInvalid with every wrong value named."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsInvalid(
            Message(f"设置有误：{wrong}。", f"Invalid settings: {wrong}."),
            Message(
                f"请改正环境变量 POLICY_ASSISTANT_… 或文件 {config_file()}。",
                f"Correct the environment variables POLICY_ASSISTANT_… or the file {config_file()}.",
            ),
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsInvalid(
            Message(
                f"设置文件 {config_file()} 不是有效的 TOML：{error}。",
                f"{config_file()} is not valid TOML: {error}.",
            ),
            Message("请改正该文件。", "Correct that file."),
        ) from error
