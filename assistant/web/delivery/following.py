"""Waiting for answers without a thread for each who waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import anyio.to_thread

from assistant.asking.callers import Asked, Caller
from assistant.asking.job import HEARTBEAT, NOTHING_NEW, Job
from assistant.asking.sessions import Sessions
from assistant.errors import AnswerStopped
from assistant.saying.answer_json import Json, to_json
from assistant.setup.logs import IN_HAND
from assistant.types import Answer, AnswerEvent, Question
from vectorstore.errors import Language, Message

_NOT_KEPT = Message(
    "这一问没有存下来，接着问时不会记得它；请让管理员检查数据目录。",
    "This one could not be kept, so later questions won't know of it; tell the administrator to check the"
    " data folder.",
)


async def submit(sessions: Sessions, question: Question, caller: Caller, message_id: str = "") -> Asked:
    """``Sessions.submit``, which reads what was said before, outside of the event loop.

    Raises Busy at once and not behind all who ask.
    """
    with sessions.place(question, caller, message_id):
        asked = await anyio.to_thread.run_sync(
            lambda: sessions.submit(question, caller, message_id=message_id)
        )
    if in_hand := IN_HAND.get():
        in_hand.answer_id = asked.job.question.id
    return asked


async def ticket_for(sessions: Sessions, asked: Asked, caller: Caller) -> str:
    """``Sessions.ticket``, which may tell other servers of it, outside of the event loop."""
    return await anyio.to_thread.run_sync(sessions.ticket, asked, caller)


async def fetched(sessions: Sessions, ticket: str, caller: Caller) -> Asked:
    """``Sessions.fetch``, which may ask other servers' database, outside of the event loop."""
    return await anyio.to_thread.run_sync(sessions.fetch, ticket, caller)


async def answer_of(job: Job, seconds: float | None = None) -> Answer:
    """The answer once it is there; whoever waits may leave, the answer goes on.

    Raises what went wrong, AnswerStopped, and TimeoutError where it is not there after ``seconds``.
    """
    try:
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(job.answer)), seconds)
    except asyncio.CancelledError:
        if job.answer.cancelled():  # and not the one who waits
            raise AnswerStopped from None
        raise


def told_answer(answer: Answer, asked: Asked, language: Language) -> Json:
    """An answer as programs get it: with the name of its conversation, and a notice where it was not kept."""
    spoken = asked.job.question.language or language
    more = (_NOT_KEPT.in_language(spoken),) if asked.job.lost else ()
    return {
        **to_json(answer),
        "notices": [*answer.notices, *more],
        "conversation_id": asked.conversation_id,
    }


async def follow(job: Job) -> AsyncIterator[AnswerEvent]:
    """All events from the first on, as ``Job.follow`` has them. Raises AnswerStopped too."""
    changed = asyncio.Event()
    told = 0
    with job.watched(_waking(changed)):
        while True:
            changed.clear()
            news, ended = job.news(told)
            for event in news:
                yield event
            told += len(news)
            if ended:
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), HEARTBEAT)
            if not changed.is_set():
                yield NOTHING_NEW
    if job.answer.cancelled():
        raise AnswerStopped
    if error := job.answer.exception():
        raise error


def _waking(changed: asyncio.Event) -> Callable[[], None]:
    loop = asyncio.get_running_loop()

    def wake() -> None:
        with suppress(RuntimeError):  # the server has stopped meanwhile
            loop.call_soon_threadsafe(changed.set)

    return wake
