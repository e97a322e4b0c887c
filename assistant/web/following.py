"""Waiting for answers without a thread for each who waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import anyio.to_thread

from assistant.desk import HEARTBEAT, NOTHING_NEW, Job
from assistant.errors import AnswerStopped
from assistant.sessions import Asked, Caller, Sessions
from assistant.types import Answer, AnswerEvent, Question


async def submit(sessions: Sessions, question: Question, caller: Caller, message_id: str = "") -> Asked:
    """``Sessions.submit``, which reads what was said before, outside of the event loop.

    Raises Busy at once and not behind all who ask.
    """
    with sessions.place(question, caller, message_id):
        return await anyio.to_thread.run_sync(
            lambda: sessions.submit(question, caller, message_id=message_id)
        )


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
