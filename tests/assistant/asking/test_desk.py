"""Answers in the making: shared, followed by whoever comes back, stopped, refused when too many wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import closing
from itertools import islice
from pathlib import Path
from uuid import uuid4

import pytest

from assistant.answer import Assistant
from assistant.asking.desk import AT_ONCE, MOST_HURRIED, MOST_OF_ONE, MOST_WAITING, Desk
from assistant.asking.job import Job
from assistant.errors import BadQuestion, Busy, ConversationUnknown, ServerStopping, TooManyAtOnce
from assistant.history.history import History
from assistant.history.types import TurnState
from assistant.types import AnswerEvent, AnswerReady, EvidenceReady, Question, TextDelta


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def desk(seed_assistant: Assistant, history: History) -> Iterator[Desk]:
    opened = Desk(seed_assistant, history)
    yield opened
    opened.close()


class Gated:
    """An assistant whose answers wait in the middle until they may go on."""

    def __init__(self, real: Assistant) -> None:
        self.real = real
        self.gate = threading.Event()
        self.asked: list[str] = []
        self.closed = threading.Event()

    def stream(self, question: Question) -> Iterator[AnswerEvent]:
        self.asked.append(question.id)
        try:
            for event in self.real.stream(question):
                yield event
                while isinstance(event, EvidenceReady) and not self.gate.wait(0.01):
                    yield TextDelta(text="")
        finally:
            self.closed.set()


@pytest.fixture
def gated(seed_assistant: Assistant) -> Gated:
    return Gated(seed_assistant)


@pytest.fixture
def gated_desk(gated: Gated, history: History) -> Iterator[Desk]:
    opened = Desk(gated, history)  # type: ignore[arg-type]  # only its stream is used
    yield opened
    gated.gate.set()
    opened.close()


ASKED = "聊城乡村学校饮水改善工程由哪个部门牵头？"


def test_a_follower_sees_the_events_of_a_stream_in_order(desk: Desk) -> None:
    job = desk.submit(Question(text=ASKED))
    events = [event for event in job.follow() if event != TextDelta(text="")]
    assert isinstance(events[0], EvidenceReady)
    assert isinstance(events[-1], AnswerReady)
    assert sum(isinstance(event, AnswerReady) for event in events) == 1
    assert events[-1].answer == job.answer.result()
    assert job.answer.result().answer_id == job.question.id


def test_whoever_comes_late_hears_all_of_it(desk: Desk) -> None:
    job = desk.submit(Question(text=ASKED))
    job.answer.result()
    assert [event for event in job.follow() if event != TextDelta(text="")][-1] == AnswerReady(
        answer=job.answer.result()
    )
    assert job.said == job.answer.result().text


def test_the_same_question_again_is_one_computation(gated_desk: Desk, gated: Gated) -> None:
    question = Question(text=ASKED)
    first, second = gated_desk.submit(question), gated_desk.submit(question)
    gated.gate.set()
    assert first is second
    assert first.answer.result().citations
    assert gated.asked == [question.id]
    assert gated_desk.find(question.id) is first
    assert gated_desk.find("another") is None


def test_an_answer_goes_on_when_nobody_listens(gated_desk: Desk, gated: Gated) -> None:
    job = gated_desk.submit(Question(text=ASKED))
    listening = job.follow()
    next(listening)
    listening.close()  # type: ignore[attr-defined]  # a generator
    gated.gate.set()
    assert job.answer.result().citations


def test_a_stopped_answer_ends_its_computation_and_its_followers(gated_desk: Desk, gated: Gated) -> None:
    job = gated_desk.submit(Question(text=ASKED))
    for _ in job.follow():
        job.stop()
    assert job.answer.cancelled()
    with pytest.raises(CancelledError):
        job.answer.result()
    assert gated.closed.wait(10)


def test_when_the_server_stops_all_are_told_at_once_and_nothing_more_is_taken(
    gated_desk: Desk, gated: Gated
) -> None:
    jobs = [gated_desk.submit(Question(text=f"{ASKED}{place}")) for place in range(AT_ONCE + 2)]
    listening = jobs[0].follow()
    next(listening)
    gated_desk.stop()
    for events in (listening, jobs[-1].follow()):
        with pytest.raises(ServerStopping):
            list(events)
    assert all(isinstance(job.answer.exception(0), ServerStopping) for job in jobs)
    with pytest.raises(ServerStopping):
        gated_desk.submit(Question(text=ASKED))


def test_what_goes_wrong_reaches_every_follower(desk: Desk) -> None:
    job = desk.submit(Question(text=" "))
    for _ in range(2):
        with pytest.raises(BadQuestion):
            list(job.follow())


def test_when_too_many_wait_the_next_is_refused_and_nobody_else(gated_desk: Desk, gated: Gated) -> None:
    jobs = [gated_desk.submit(Question(text=ASKED)) for _ in range(AT_ONCE + MOST_WAITING)]
    with pytest.raises(Busy):
        gated_desk.submit(Question(text=ASKED))
    assert gated_desk.submit(jobs[-1].question) is jobs[-1]
    gated.gate.set()
    assert all(job.answer.result().citations for job in jobs)
    assert gated_desk.submit(Question(text=ASKED)).answer.result().citations


def test_who_has_minutes_does_not_keep_those_waiting_who_have_seconds(gated_desk: Desk) -> None:
    for _ in range(MOST_HURRIED):
        gated_desk.submit(Question(text=ASKED, due=time.monotonic() + 330))
    hurried = gated_desk.submit(Question(text=ASKED, due=time.monotonic() + 30))
    assert any(isinstance(event, EvidenceReady) for event in islice(hurried.follow(), 40))


def due_in(seconds: float) -> Question:
    return Question(text=ASKED, due=time.monotonic() + seconds, conversation_id=uuid4().hex)


@pytest.mark.parametrize("seconds", [600, 30], ids=["unhurried", "hurried"])
def test_one_person_has_four_questions_under_way_and_others_go_on(
    gated_desk: Desk, gated: Gated, seconds: float
) -> None:
    jobs = [gated_desk.submit(due_in(seconds), "greedy") for _ in range(MOST_OF_ONE)]
    with pytest.raises(TooManyAtOnce) as raised:
        gated_desk.submit(due_in(seconds), "greedy")
    assert str(MOST_OF_ONE) in raised.value.message.zh
    assert gated_desk.submit(jobs[0].question, "greedy") is jobs[0]  # whoever comes back to one
    others = [gated_desk.submit(due_in(seconds), owner) for owner in ("somebody", None, None)]
    gated.gate.set()
    assert all(job.answer.result().citations for job in (*jobs, *others))
    assert gated_desk.submit(due_in(seconds), "greedy").answer.result().citations


@pytest.mark.parametrize(("seconds", "places"), [(600, 48), (30, 32)], ids=["unhurried", "hurried"])
def test_a_school_behind_one_address_asks_by_the_dozen_and_leaves_a_third(
    gated_desk: Desk, gated: Gated, seconds: float, places: int
) -> None:
    jobs = [gated_desk.submit(due_in(seconds), f"teacher {n}", "192.0.2.1") for n in range(places)]
    with pytest.raises(TooManyAtOnce):
        gated_desk.submit(due_in(seconds), "one more", "192.0.2.1")
    for address in ("192.0.2.2", ""):
        jobs.append(gated_desk.submit(due_in(seconds), "somebody", address))
    for job in jobs:
        job.stop()


def test_closing_stops_what_is_under_way(gated: Gated, history: History) -> None:
    desk = Desk(gated, history)  # type: ignore[arg-type]
    jobs = [desk.submit(Question(text=ASKED)) for _ in range(AT_ONCE + 2)]
    desk.close()
    assert all(job.answer.done() for job in jobs)


def asked(conversation: str) -> Question:
    return Question(text=ASKED, conversation_id=conversation)


def test_what_is_asked_and_answered_is_in_the_history_before_anyone_hears_of_it(
    desk: Desk, history: History
) -> None:
    job = desk.submit(asked("c1"), "somebody")
    for event in job.follow():
        (turn,) = history.conversation("somebody", "c1").turns
        if isinstance(event, AnswerReady):
            assert turn.state is TurnState.ANSWERED
            assert turn.answer
            assert turn.answer["answer"] == event.answer.text
    assert turn.question == ASKED


def test_a_stopped_and_a_failed_question_are_kept_as_such(
    gated_desk: Desk, gated: Gated, history: History
) -> None:
    job = gated_desk.submit(asked("c1"), "somebody")
    for _ in job.follow():
        job.stop()
    gated.gate.set()
    with pytest.raises(BadQuestion):
        gated_desk.submit(Question(text=" ", conversation_id="c1"), "somebody").answer.result()
    states = [turn.state for turn in history.conversation("somebody", "c1").turns]
    assert states == [TurnState.STOPPED, TurnState.FAILED]


def test_nobody_adds_to_the_conversation_of_another(desk: Desk) -> None:
    desk.submit(asked("c1"), "somebody").answer.result()
    with pytest.raises(ConversationUnknown):
        desk.submit(asked("c1"), "another")


def test_a_history_that_can_not_be_written_costs_nobody_an_answer(
    desk: Desk, history: History, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    history.close()
    (tmp_path / "history.sqlite").write_bytes(b"damaged" * 1000)
    job = desk.submit(asked("c1"), "somebody")
    assert job.answer.result().citations
    assert not job.kept
    assert "not kept" in caplog.text


def test_what_nobody_owns_is_in_no_conversation(desk: Desk) -> None:
    assert desk.submit(asked("c1"), "somebody").kept
    assert not desk.submit(asked("c2")).kept


def test_questions_under_way_and_those_that_wait_are_told_apart(gated_desk: Desk) -> None:
    jobs = [gated_desk.submit(Question(text=ASKED)) for _ in range(AT_ONCE + 3)]
    deadline = time.monotonic() + 20
    while gated_desk.under_way(hurried=False) != (AT_ONCE, 3) and time.monotonic() < deadline:
        time.sleep(0.01)

    assert gated_desk.under_way(hurried=False) == (AT_ONCE, 3)
    assert gated_desk.under_way(hurried=True) == (0, 0)
    gated_desk.stop()
    assert gated_desk.stopping
    assert gated_desk.under_way(hurried=False) == (0, 0)
    assert all(job.answer.done() for job in jobs)


class Watching:
    """Keeps what a desk tells of questions."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.results: list[tuple[str, object]] = []

    def refused(self, code: str) -> None:
        self.codes.append(code)

    def ended(self, job: Job, result: object) -> None:
        self.results.append((job.question.id, result))


def test_whoever_watches_hears_of_each_question_before_its_asker(gated: Gated, history: History) -> None:
    watch = Watching()

    def question() -> Question:
        return Question(text=ASKED, conversation_id="talk")

    with closing(Desk(gated, history, watch)) as desk:  # type: ignore[arg-type]  # only its stream is used
        answered, stopped = desk.submit(question(), "甲"), desk.submit(question(), "甲")
        stopped.stop()
        with pytest.raises(CancelledError):
            stopped.answer.result()
        gated.gate.set()
        answer = answered.answer.result()
        assert watch.results == [(stopped.question.id, None), (answered.question.id, answer)]
        gated.gate.clear()
        for _ in range(MOST_OF_ONE):
            desk.submit(question(), "甲")
        with pytest.raises(TooManyAtOnce):
            desk.submit(question(), "甲")
        desk.stop()
        with pytest.raises(ServerStopping):
            desk.submit(question())
        gated.gate.set()
    assert watch.codes == ["too_many_at_once", "server_stopping"]
