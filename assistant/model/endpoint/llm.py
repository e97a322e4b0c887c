"""Chat models: the only file that calls one, and maps what goes wrong.

Whatever the endpoint does (refuses, drips, breaks off, never ends, repeats
itself), a call ends within ``model_seconds`` and its connection is closed. The
client's own timeout is per read and does not see to that, so each call runs in
an event loop of its own, where cancelling works at every stage. An endpoint
gets one retry at most, and none once it has begun to reply.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing, suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, cast

from assistant.errors import ModelReplyUnusable, ModelUnavailable, SettingsInvalid
from assistant.model.endpoint.client import RETRY_SECONDS, asked_pause, is_address
from assistant.model.endpoint.errors import (
    broken_off,
    late,
    package_failed,
    refusal,
    unintelligible,
    unreachable,
)
from assistant.model.endpoint.providers import OPENAI, Endpoint, Package
from assistant.model.endpoint.reply import Arriving, ModelDelta
from vectorstore.endpoints.breaker import Breaker
from vectorstore.errors import Message, PolicyAssistantError

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk, BaseMessage
    from langchain_core.tools import BaseTool

    from assistant.setup.settings import Settings

_LOG = logging.getLogger(__name__)

_NO_KEY = "no-key"  # local servers want none, but the client insists on sending one
_TEMPERATURE = 0.1  # not 0: greedy decoding sends some reasoning models into endless loops

_FAILURES = 2  # of the endpoint, in a row, after which questions go on without it for a while
_CLOSE_SECONDS = 1.0  # given to a cancelled call for closing its connection
_HEARTBEAT = 0.5
_USAGE_SECONDS = 1.0  # given to a finished reply for the token counts that follow it
_CHARS_PER_TOKEN = 8

# Not every endpoint knows these: one that refuses a request by their name is asked without them.
_OPTIONAL = ("temperature", "stream_options", "max_tokens", "max_completion_tokens")
_TOOLS = "tools"  # nor does each model; servers say so in many words, with other statuses too
_NO_TOOLS = (400, 404, 422, 501)

_NOTHING_YET = ModelDelta(text="")


def build_chat_model(settings: Settings, *, temperature: float = _TEMPERATURE) -> ChatModel | None:
    """The chat model of the settings, or None if they name none. Touches no network.

    Raises SettingsInvalid for a key or an address that can't be one, and for a
    missing key where the endpoint is OpenAI's own.
    """
    if not settings.openai_model:
        return None
    if settings.model_provider != OPENAI:
        package = Package(
            name=settings.openai_model,
            provider=settings.model_provider,
            max_tokens=settings.model_max_tokens,
            temperature=temperature,
        )
        return ChatModel(package, seconds=settings.model_seconds, max_tokens=settings.model_max_tokens)
    return ChatModel(
        _endpoint(settings, settings.openai_model, temperature),
        seconds=settings.model_seconds,
        max_tokens=settings.model_max_tokens,
    )


def _endpoint(settings: Settings, name: str, temperature: float) -> Endpoint:
    base_url = (settings.openai_base_url or "").strip()
    key = settings.openai_api_key.get_secret_value().strip() if settings.openai_api_key else ""
    if base_url and not is_address(base_url):
        raise SettingsInvalid(
            Message("OPENAI_BASE_URL 不是有效的网址。", "OPENAI_BASE_URL is not a valid address."),
            Message("请写成 https://主机/v1 的样子。", "Write it like https://host/v1."),
        )
    if not key.isascii() or not key.isprintable():
        raise SettingsInvalid(
            Message(
                "OPENAI_API_KEY 里有密钥不会有的字符。", "OPENAI_API_KEY has characters that no key has."
            ),
            Message("请重新复制密钥。", "Copy the key again."),
        )
    if not key and not base_url:
        raise SettingsInvalid(
            Message("设置了 OPENAI_MODEL，却没有密钥。", "OPENAI_MODEL is set, but there is no key."),
            Message(
                "请设置 OPENAI_API_KEY；用本地模型时请设置 OPENAI_BASE_URL。",
                "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a local model.",
            ),
        )
    return Endpoint(
        name=name,
        base_url=base_url or None,
        key=key or _NO_KEY,
        seconds=settings.model_seconds,
        max_tokens=settings.model_max_tokens,
        temperature=temperature,
    )


class ChatModel:
    """One chat model. Safe in several threads, and after a fork. Raises SettingsInvalid where it can't be."""

    def __init__(self, source: Endpoint | Package, *, seconds: float, max_tokens: int) -> None:
        self.name = source.name
        self.secrets = (source.key,)  # what no answer may show, though the endpoint says it
        self._source = source
        self._seconds = seconds
        self._max_tokens = max_tokens
        self._unknown: frozenset[str] = frozenset()  # parameters that the endpoint refuses
        self.breaker = Breaker(failures=_FAILURES)
        source.load()

    @property
    def knows_tools(self) -> bool:
        """Whether it has not refused tools yet."""
        return _TOOLS not in self._unknown

    def stream(
        self, messages: Sequence[BaseMessage], *, tools: Sequence[BaseTool] = (), at_most: float = math.inf
    ) -> Generator[ModelDelta, None, None]:
        """The reply, piece by piece. It ends without an error only if the model finished it.

        It may ask for ``tools`` instead; a model that knows none is asked without them.

        Takes ``model_seconds`` at most, or the seconds of ``at_most`` if they are fewer, the retry
        included. Closing the iterator closes the connection. Raises ModelUnavailable, ModelRefused
        or ModelReplyUnusable, also after some deltas: they are half a reply then. After two failures of
        the endpoint in a row the second is raised for half a minute, and it is not asked.
        """
        self.breaker.check()
        arrived: SimpleQueue[ModelDelta | PolicyAssistantError | None] = SimpleQueue()
        seconds = min(self._seconds, at_most)
        loop, leave = asyncio.new_event_loop(), asyncio.Event()

        def work() -> None:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(self._converse(messages, tools, arrived.put, leave, seconds))

        # In the caller's context: so a trace of LangChain's sees the call, and the log knows its request.
        worker = threading.Thread(target=copy_context().run, args=(work,), name="chat-model", daemon=True)
        latest = time.monotonic() + seconds + 2 * _CLOSE_SECONDS
        worker.start()
        try:
            while (item := _next(arrived)) is not None:
                if isinstance(item, PolicyAssistantError):
                    raise item
                if item is _NOTHING_YET and time.monotonic() > latest:  # the loop itself is stuck
                    raise self._late(seconds)
                yield item
            self.breaker.succeeded()
        except BaseException as error:  # also a caller that leaves
            self._note(error)
            raise
        finally:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(leave.set)
            worker.join(timeout=_CLOSE_SECONDS)

    def _note(self, error: BaseException) -> None:
        """Count what ended a call, where it says something of the endpoint."""
        if isinstance(error, ModelUnavailable) and error.of_endpoint:
            self.breaker.failed(error)
        else:
            self.breaker.unclear()

    async def _converse(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[BaseTool],
        put: Callable[[ModelDelta | PolicyAssistantError | None], None],
        leave: asyncio.Event,
        seconds: float,
    ) -> None:
        """Put the deltas, then what went wrong or None. Stops at the deadline, or when asked to leave."""
        answering = asyncio.create_task(self._answer(messages, tools, put))
        leaving = asyncio.create_task(leave.wait())
        await asyncio.wait({answering, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            answering.cancel()
            await asyncio.wait({answering}, timeout=_CLOSE_SECONDS)
        ended = answering.done() and not answering.cancelled()
        put(answering.result() if ended else self._late(seconds))

    def _late(self, seconds: float) -> ModelUnavailable:
        """Who has less than the whole time says nothing of the endpoint."""
        return late(seconds, of_endpoint=seconds >= self._seconds)

    async def _answer(
        self, messages: Sequence[BaseMessage], tools: Sequence[BaseTool], put: Callable[[ModelDelta], None]
    ) -> ModelUnavailable | None:
        """One attempt, and one more if the endpoint failed before it began to reply."""
        for may_retry in (True, False):
            reply = Arriving(put, limit=self._max_tokens * _CHARS_PER_TOKEN)
            try:
                await self._read(messages, tools, reply)
            except ModelReplyUnusable as error:
                return error
            except asyncio.CancelledError:
                if not reply.finish_reason:
                    raise
            except Exception as error:  # noqa: BLE001  # whatever third parties make of an endpoint's bytes
                if not reply.finish_reason:  # else only the token counts after it are lost
                    pause = None if reply.started else self._pause_before_retry(error, has_tools=bool(tools))
                    if pause is None or not may_retry:
                        return self._explain(error, started=reply.started)
                    await asyncio.sleep(pause)
                    continue
            break
        return reply.end()

    async def _read(
        self, messages: Sequence[BaseMessage], tools: Sequence[BaseTool], reply: Arriving
    ) -> None:
        async with self._source.open(self._unknown) as model, asyncio.timeout(None) as patience:
            asked = model.bind_tools(tools) if tools and self.knows_tools else model
            pieces = cast("AsyncGenerator[AIMessageChunk]", asked.astream(list(messages)))
            async with aclosing(pieces):
                async for piece in pieces:
                    reply.take(piece)
                    if reply.finish_reason and patience.when() is None:
                        patience.reschedule(asyncio.get_running_loop().time() + _USAGE_SECONDS)

    def _pause_before_retry(self, error: Exception, *, has_tools: bool) -> float | None:
        """Seconds to wait before asking once more, or None where that is of no use."""
        import openai

        if has_tools and self.knows_tools and _refuses_tools(error):
            self._unknown |= {_TOOLS}
            return 0.0
        if isinstance(error, openai.APIConnectionError):
            return None if isinstance(error, openai.APITimeoutError) else RETRY_SECONDS
        if not isinstance(error, openai.APIStatusError):
            return None
        if error.status_code in (400, 422):
            refused = {name for name in _OPTIONAL if name in str(error)} - self._unknown
            self._unknown |= refused
            return 0.0 if refused else None
        if error.status_code >= 500 or (error.status_code == 429 and error.code != "insufficient_quota"):
            return asked_pause(error.response.headers.get("retry-after"))
        return None

    def _explain(self, error: Exception, *, started: bool) -> ModelUnavailable:
        """What went wrong, for people. The endpoint's own words go to the log, without the key."""
        import openai

        detail = f"{type(error).__name__}: {error}"
        if self._source.key:
            detail = detail.replace(self._source.key, "***")
        _LOG.warning("The chat model %s failed: %s", self.name, detail[:500])
        if isinstance(self._source, Package):
            return package_failed(
                self._source.provider, type(error).__name__, getattr(error, "status_code", None)
            )
        if isinstance(error, openai.APIStatusError):
            return refusal(error.status_code)
        if isinstance(error, openai.APIConnectionError) and not started:
            return unreachable()
        if isinstance(error, openai.APIError):  # also an error told in the middle of the stream
            return broken_off()
        return unintelligible()


def _refuses_tools(error: Exception) -> bool:
    """Whether a model or its langchain package says that it knows no tools."""
    if isinstance(error, NotImplementedError):
        return True
    return getattr(error, "status_code", None) in _NO_TOOLS and "tool" in str(error).lower()


def _next(
    arrived: SimpleQueue[ModelDelta | PolicyAssistantError | None],
) -> ModelDelta | PolicyAssistantError | None:
    try:
        return arrived.get(timeout=_HEARTBEAT)
    except Empty:
        return _NOTHING_YET
