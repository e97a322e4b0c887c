"""Where a chat model comes from: an OpenAI-compatible endpoint, or whatever langchain has a package for."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import SettingsInvalid
from assistant.model.endpoint.client import NO_CLIENT, open_client
from vectorstore.errors import Message

if TYPE_CHECKING:
    from httpx2 import AsyncClient
    from langchain_core.language_models import BaseChatModel

OPENAI = "openai"
_OPENAI_ADDRESS = "https://api.openai.com/v1"
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint that speaks OpenAI's protocol; OpenAI's own without ``base_url``."""

    name: str
    base_url: str | None
    key: str
    seconds: float
    max_tokens: int
    temperature: float

    @asynccontextmanager
    async def open(self, unknown: frozenset[str]) -> AsyncIterator[BaseChatModel]:
        """The model for one call in one event loop; ``unknown`` are parameters that the endpoint refuses."""
        async with open_client(self.key) as client:
            yield self._chat_model(client, unknown)

    def load(self) -> None:
        """Import what takes a second, before any clock runs."""
        # Of a reply with wrong types, which is refused in words of our own.
        warnings.filterwarnings("ignore", message="Pydantic serializer warnings", category=UserWarning)
        self._chat_model(open_client(self.key), frozenset())

    def _chat_model(self, client: AsyncClient, unknown: frozenset[str]) -> BaseChatModel:
        """All that langchain or openai would otherwise take from the environment is said here."""
        from langchain.chat_models import init_chat_model

        wanted: dict[str, Any] = {}
        if "temperature" not in unknown:
            wanted["temperature"] = self.temperature
        if not unknown & {"max_tokens", "max_completion_tokens"}:
            # ChatOpenAI renames max_tokens to a name that only OpenAI's own endpoint is sure to know.
            cap = {"max_tokens": self.max_tokens}
            wanted |= {"extra_body": cap} if self.base_url else cap
        model: BaseChatModel = init_chat_model(
            self.name,
            model_provider=OPENAI,
            base_url=self.base_url or _OPENAI_ADDRESS,
            api_key=self.key,
            openai_proxy=None,
            http_client=NO_CLIENT,
            http_async_client=client,
            use_responses_api=False,
            stream_usage="stream_options" not in unknown,
            stream_chunk_timeout=None,
            timeout=(min(_CONNECT_SECONDS, self.seconds), *[self.seconds] * 3),
            max_retries=0,
            **wanted,
        )
        return model


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A model of another provider, by its langchain package, which reads address and key itself."""

    name: str
    provider: str
    max_tokens: int
    temperature: float
    key: str = ""  # none that we know of

    @asynccontextmanager
    async def open(self, unknown: frozenset[str]) -> AsyncIterator[BaseChatModel]:
        """The model for one call in one event loop."""
        yield self._chat_model(unknown)

    def load(self) -> None:
        """Import the package and look at its settings. Raises SettingsInvalid, naming what is missing."""
        try:
            self._chat_model(frozenset())
        except Exception as error:  # each package has its own errors for a missing key
            raise SettingsInvalid(
                Message(
                    f"无法使用 {self.provider} 的对话模型 {self.name}：{_first_line(error)}",
                    f"The chat model {self.name} of {self.provider} can't be used: {_first_line(error)}",
                ),
                Message(
                    "请安装该服务的 langchain 软件包，并按其说明设置密钥；"
                    "或改用 POLICY_ASSISTANT_MODEL_PROVIDER=openai。",
                    "Install its langchain package and set its key as the package says, or set "
                    "POLICY_ASSISTANT_MODEL_PROVIDER=openai.",
                ),
            ) from error

    def _chat_model(self, unknown: frozenset[str]) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        every = {"temperature": self.temperature, "max_tokens": self.max_tokens, "max_retries": 0}
        wanted: dict[str, Any] = {name: value for name, value in every.items() if name not in unknown}
        model: BaseChatModel = init_chat_model(self.name, model_provider=self.provider, **wanted)
        return model


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200] or type(error).__name__
