"""Waiting for an answer without a thread: whoever waits hears all of it, and may leave at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from assistant.asking.desk import Desk
from assistant.asking.job import Job
from assistant.errors import AnswerStopped, BadQuestion
from assistant.history.history import History
from assistant.types import AnswerEvent, AnswerReady, Question
from assistant.web.delivery.following import answer_of, follow
from tests.assistant.asking.test_desk import ASKED, Gated, gated

__all__ = ["gated"]


@pytest.fixture
def desk(gated: Gated, tmp_path: Path) -> Iterator[Desk]:  # the fixture
    with closing(History(tmp_path)) as history, closing(Desk(gated, history)) as opened:  # type: ignore[arg-type]
        yield opened
        gated.gate.set()


async def heard(job: Job) -> list[AnswerEvent]:
    return [event async for event in follow(job)]


def test_several_followers_hear_the_same_and_late_ones_all_of_it(desk: Desk, gated: Gated) -> None:
    async def listen() -> list[list[AnswerEvent]]:
        job = desk.submit(Question(text=ASKED))
        early = [asyncio.ensure_future(heard(job)) for _ in range(3)]
        await asyncio.sleep(0)
        gated.gate.set()
        await answer_of(job)
        return [*[await one for one in early], await heard(job)]

    for events in asyncio.run(listen()):
        assert isinstance(events[-1], AnswerReady)
        assert sum(isinstance(event, AnswerReady) for event in events) == 1


def test_whoever_has_no_more_time_leaves_and_the_answer_goes_on(desk: Desk, gated: Gated) -> None:
    async def wait() -> Job:
        job = desk.submit(Question(text=ASKED))
        with pytest.raises(TimeoutError):
            await answer_of(job, 0.01)
        with pytest.raises(TimeoutError):
            await answer_of(job, -1.0)
        async with aclosing(follow(job)) as events:  # type: ignore[type-var]  # a generator
            await anext(events)
        gated.gate.set()
        assert (await answer_of(job, 30)).citations
        return job

    assert asyncio.run(wait()).answer.result().citations


def test_what_goes_wrong_reaches_whoever_waits(desk: Desk) -> None:
    async def wait() -> None:
        job = desk.submit(Question(text=" "))
        with pytest.raises(BadQuestion):
            await answer_of(job, 30)
        with pytest.raises(BadQuestion):
            await heard(job)

    asyncio.run(wait())


def test_a_follower_of_a_stopped_answer_comes_to_an_end(desk: Desk) -> None:
    events: list[AnswerEvent] = []

    async def listen() -> None:
        job = desk.submit(Question(text=ASKED))
        async for event in follow(job):
            events.append(event)
            job.stop()

    with pytest.raises(AnswerStopped):
        asyncio.run(listen())
    assert not any(isinstance(event, AnswerReady) for event in events)


def test_a_follower_whose_loop_has_ended_does_no_harm(desk: Desk, gated: Gated) -> None:
    async def leave() -> Job:
        job = desk.submit(Question(text=ASKED))
        listening = follow(job)
        await anext(listening)
        return job

    job = asyncio.run(leave())
    gated.gate.set()
    assert job.answer.result(30).citations
