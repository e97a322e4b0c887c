"""The product's answers as a LangChain runnable."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Generator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing, suppress
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, MessageLikeRepresentation, convert_to_messages
from langchain_core.runnables import AddableDict, RunnableConfig, RunnableSerializable
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict, Field

from assistant.answer import Assistant
from assistant.errors import BadQuestion
from assistant.for_langchain.scoped import Scoped
from assistant.saying.answer_json import to_json
from assistant.types import AnswerEvent, AnswerReady, Question, TextDelta, Turn
from vectorstore.errors import Language, Message

Asked = str | dict[str, Any]
"""A question, or a dict with ``question`` and, if there is one, ``history``."""


class PolicyAssistant(Scoped, RunnableSerializable[Asked, dict[str, Any]]):
    """Answers questions; an answer is the JSON of the API: answer, outcome, citations and the rest.

    The input is the question, or a dict with ``question`` and ``history``: messages of LangChain, or
    anything that it makes messages of. What people and assistants said in them counts; other keys of the
    dict are not looked at.

    ``stream`` gives ``{"delta": some more of the text}``, and at the end the whole answer, which stands for
    all deltas; the pieces can be added up. ``documents``, ``regions``, ``kinds`` and ``years`` say where to
    look, ``language`` what to answer in, ``seconds`` when the answer is wanted, and with ``evidence_alone``
    no chat model is asked. The assistant is not closed here, and may serve several threads.

    Raises BadQuestion for an input without a question, an empty or an endless one, IndexMissing and
    IndexMismatch where there is nothing to search. A refusal is an answer and no error.
    """

    # A misspelt filter would otherwise be no filter.
    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    assistant: Assistant = Field(exclude=True, repr=False)
    language: Language | None = None
    evidence_alone: bool = False
    seconds: float | None = Field(default=None, gt=0)

    def invoke(
        self,
        input: Asked,
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ANN401  # as LangChain has it, here and below; there are none
    ) -> dict[str, Any]:
        """The whole answer."""
        return self._call_with_config(self._answer, input, config, **kwargs)

    async def ainvoke(
        self,
        input: Asked,
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        """The whole answer, computed in a thread."""
        return await self._acall_with_config(self._aanswer, input, config, **kwargs)

    def stream(
        self,
        input: Asked,
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> Iterator[dict[str, Any]]:
        """Pieces of the text, then the answer."""
        return self._transform_stream_with_config(iter([input]), self._pieces, config, **kwargs)

    def astream(
        self,
        input: Asked,
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> AsyncIterator[dict[str, Any]]:
        """Pieces of the text, then the answer. Whoever leaves early ends the computation."""
        return self._atransform_stream_with_config(_once(input), self._apieces, config, **kwargs)

    def _answer(self, asked: Asked) -> dict[str, Any]:
        return to_json(self.assistant.ask(self._question(asked)))

    async def _aanswer(self, asked: Asked) -> dict[str, Any]:
        return await run_in_executor(None, self._answer, asked)

    def _pieces(self, inputs: Iterator[Asked]) -> Iterator[dict[str, Any]]:
        for asked in inputs:
            with closing(self.assistant.stream(self._question(asked))) as events:
                for event in events:
                    yield from _told(event)

    async def _apieces(self, inputs: AsyncIterator[Asked]) -> AsyncIterator[dict[str, Any]]:
        async for asked in inputs:
            async with aclosing(_in_threads(self.assistant.stream(self._question(asked)))) as events:
                async for event in events:
                    for piece in _told(event):
                        yield piece

    def _question(self, asked: Asked) -> Question:
        text, history = _read(asked)
        return Question(
            text=text,
            history=history,
            scope=self.scope(),
            language=self.language,
            evidence_alone=self.evidence_alone,
            due=math.inf if self.seconds is None else time.monotonic() + self.seconds,
        )


def _told(event: AnswerEvent) -> Iterator[dict[str, Any]]:
    if isinstance(event, AnswerReady):
        yield AddableDict(to_json(event.answer))
    elif isinstance(event, TextDelta) and event.text:
        yield AddableDict(delta=event.text)


async def _once(asked: Asked) -> AsyncIterator[Asked]:
    yield asked


async def _in_threads(events: Generator[AnswerEvent, None, None]) -> AsyncGenerator[AnswerEvent, None]:
    """The events, each computed in a thread, so that the event loop goes on meanwhile."""
    step: asyncio.Future[AnswerEvent | None] | None = None
    try:
        while True:
            step = asyncio.ensure_future(run_in_executor(None, next, events, None))
            event = await asyncio.shield(step)  # a thread ends its step whatever is cancelled
            if event is None:
                return
            yield event
    finally:
        await asyncio.shield(asyncio.ensure_future(_leave(events, step)))


async def _leave(events: Generator[AnswerEvent, None, None], step: Awaitable[object] | None) -> None:
    """End the computation once its step is over, also for who is cancelled twice."""
    if step is not None:
        with suppress(Exception):  # whoever is still there has got it already
            await step
    await run_in_executor(None, events.close)  # which waits for a connection to be closed


def _read(asked: object) -> tuple[str, tuple[Turn, ...]]:
    """The question and what was said before. Raises BadQuestion for an input that has none."""
    text, said = (asked.get("question"), asked.get("history")) if isinstance(asked, Mapping) else (asked, ())
    if not isinstance(text, str):
        raise BadQuestion(
            Message("输入里没有问题。", "There is no question in the input."),
            Message(
                "请给出文字，或含有 question（和 history）的字典。",
                "Give a text, or a dict with question (and history).",
            ),
        )
    return text, tuple(_turns(said or ()))


def _turns(said: Sequence[MessageLikeRepresentation]) -> Iterator[Turn]:
    """The earlier turns of people and assistants; calls of tools and the like are none."""
    for message in convert_to_messages(said):
        if not message.text.strip():
            continue
        if isinstance(message, HumanMessage):
            yield Turn(role="user", content=str(message.text))
        elif isinstance(message, AIMessage):
            yield Turn(role="assistant", content=str(message.text))
