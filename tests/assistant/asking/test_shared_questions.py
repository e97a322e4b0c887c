"""Two servers over one database: a question, its retry and its ticket are the same for both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.answer import Assistant
from assistant.asking import shared_questions
from assistant.asking.callers import Caller
from assistant.asking.desk import Desk
from assistant.asking.sessions import Sessions
from assistant.asking.shared_questions import SharedQuestions
from assistant.build import build_assistant
from assistant.errors import AnswerLost, AnswerStopped, AnswerUnknown, BadQuestion, HistoryUnusable
from assistant.history.history import History
from assistant.saying.answer_json import to_json
from assistant.setup.settings import Settings
from assistant.types import Question
from assistant.web.delivery.following import answer_of
from tests.assistant.asking.test_desk import Gated
from tests.postgres import Postgres, running_postgres

LUNCH = "云山市的午餐补助由哪个部门负责？"
FOLLOW_UP = "那每天补助多少元？"
BOT = Caller(key="bot", person="anna")
Serve = Callable[[], Sessions]


class GatedLibrary(Gated):
    """As ``Gated``, over an index that never changes."""

    generation = "g"


@pytest.fixture(scope="module")
def assistant(settings: Settings) -> Iterator[Assistant]:
    with closing(build_assistant(settings)) as opened:
        yield opened


@pytest.fixture
def gated(assistant: Assistant) -> Iterator[GatedLibrary]:
    made = GatedLibrary(assistant)
    yield made
    made.gate.set()


@pytest.fixture
def database(postgres: Postgres) -> SecretStr:
    return postgres.new_database()


@pytest.fixture
def serve(gated: GatedLibrary, tmp_path: Path, database: SecretStr) -> Iterator[Serve]:
    """One more server over the database, whose answers wait for the gate."""
    with ExitStack() as opened:

        def begin() -> Sessions:
            history = opened.enter_context(closing(History(tmp_path, database)))
            others = SharedQuestions(history.store, model_seconds=60)
            desk = Desk(gated, history, others=others)  # type: ignore[arg-type]  # only its stream is used
            opened.callback(desk.close)
            opened.callback(gated.gate.set)
            return Sessions(desk, history)

        yield begin


def test_the_ticket_of_one_server_gives_the_same_answer_on_another(serve: Serve, gated: GatedLibrary) -> None:
    one, other = serve(), serve()
    asked = one.submit(Question(text=LUNCH), BOT)
    ticket = one.ticket(asked, BOT)

    waited = other.fetch(ticket, BOT)
    assert not waited.job.answer.done()
    gated.gate.set()

    answer = asked.job.answer.result(30)
    assert to_json(waited.job.answer.result(30)) == to_json(answer)
    assert waited.conversation_id == asked.conversation_id
    third = serve()
    assert third.fetch(ticket, BOT).job.answer.result(30) == answer
    for stranger in (Caller(key="other"), Caller()):
        with pytest.raises(AnswerUnknown):
            other.fetch(ticket, stranger)
    with pytest.raises(AnswerUnknown):
        other.fetch("no such ticket", BOT)


@pytest.mark.parametrize("message_id", ["", "m1"])
def test_a_request_that_comes_again_to_another_server_is_answered_once(
    serve: Serve, gated: GatedLibrary, message_id: str
) -> None:
    one, other = serve(), serve()
    first = one.submit(Question(text=LUNCH), BOT, message_id=message_id)
    again = other.submit(Question(text=LUNCH), BOT, message_id=message_id)
    gated.gate.set()

    assert again.job.answer.result(30) == first.job.answer.result(30)
    assert again.conversation_id == first.conversation_id
    assert gated.asked == [first.job.question.id]
    assert len(other.find(Caller(key="bot", person="anna", conversation=first.conversation_id)).turns) == 1
    another = other.submit(Question(text=LUNCH), Caller(key="bot", person="bert"), message_id=message_id)
    assert another.job.question.id != first.job.question.id


def test_what_failed_elsewhere_is_asked_anew_and_told_as_it_was_there(serve: Serve) -> None:
    one, other = serve(), serve()
    asked = one.submit(Question(text=" "), BOT)
    ticket = one.ticket(asked, BOT)
    with pytest.raises(BadQuestion) as here:
        asked.job.answer.result(30)

    error = other.fetch(ticket, BOT).job.answer.exception(30)

    assert (error.code, error.status, error.message) == ("bad_question", 422, here.value.message)  # type: ignore[union-attr]
    assert other.submit(Question(text=" "), BOT).job.question.id != asked.job.question.id


@pytest.mark.anyio
async def test_what_was_stopped_elsewhere_is_told_as_stopped(serve: Serve, gated: GatedLibrary) -> None:
    one, other = serve(), serve()
    asked = one.submit(Question(text=LUNCH), BOT)
    waited = other.fetch(one.ticket(asked, BOT), BOT)
    asked.job.stop()
    gated.gate.set()

    with pytest.raises(AnswerStopped):
        await answer_of(waited.job, 30)


def test_of_a_server_that_fell_silent_it_is_told_that_the_answer_is_lost(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = serve()
    ticket = one.ticket(one.submit(Question(text=LUNCH), BOT), BOT)
    monkeypatch.setattr(shared_questions, "_MORE", timedelta(days=-1))  # its time is over

    lost = serve().fetch(ticket, BOT)

    with pytest.raises(AnswerLost):
        lost.job.answer.result(30)


def test_a_strangers_conversation_goes_on_at_another_server_and_for_no_other_key(
    serve: Serve, gated: GatedLibrary
) -> None:
    gated.gate.set()
    one, other = serve(), serve()
    begun = one.submit(Question(text=LUNCH), Caller(key="bot"))
    begun.job.answer.result(30)

    def known(key: str) -> list[str]:
        asked = other.submit(Question(text=FOLLOW_UP), Caller(key=key, conversation=begun.conversation_id))
        asked.job.answer.result(30)
        return [turn.content for turn in asked.job.question.history if turn.role == "user"]

    assert known("another") == []
    assert known("bot") == [LUNCH]


def test_what_is_deleted_is_gone_for_the_other_servers_too(
    serve: Serve, gated: GatedLibrary, postgres: Postgres, database: SecretStr
) -> None:
    gated.gate.set()
    one, other = serve(), serve()
    for caller in (BOT, Caller(key="bot")):
        asked = one.submit(Question(text=LUNCH), caller)
        asked.job.answer.result(30)
        other.delete(Caller(key="bot", person=caller.person, conversation=asked.conversation_id))
    assert postgres.run(database, "SELECT count(*) FROM ends") == [(0,)]


def test_names_and_ends_older_than_an_hour_are_deleted(
    serve: Serve, gated: GatedLibrary, postgres: Postgres, database: SecretStr
) -> None:
    gated.gate.set()
    one = serve()
    old = one.submit(Question(text=LUNCH), BOT)
    ticket = one.ticket(old, BOT)
    old.job.answer.result(30)
    postgres.run(
        database,
        "UPDATE names SET named_at = named_at - interval '2 hours'",
        "UPDATE ends SET ended_at = ended_at - interval '2 hours'",
    )
    with pytest.raises(AnswerUnknown):
        serve().fetch(ticket, BOT)

    one.submit(Question(text=FOLLOW_UP), BOT).job.answer.result(30)

    assert postgres.run(database, "SELECT count(*) FROM ends") == [(1,)]
    assert postgres.run(database, "SELECT count(*) FROM names") == [(1,)]


def test_without_its_database_a_server_answers_alone_and_no_ticket_is_called_unknown(
    gated: GatedLibrary, tmp_path: Path
) -> None:
    gated.gate.set()
    with running_postgres() as postgres, ExitStack() as opened:
        history = opened.enter_context(closing(History(tmp_path, postgres.new_database())))
        others = SharedQuestions(history.store, model_seconds=60)
        desk = Desk(gated, history, others=others)  # type: ignore[arg-type]  # only its stream is used
        opened.callback(desk.close)
        sessions = Sessions(desk, history)
        postgres.stop()

        asked = sessions.submit(Question(text=LUNCH), BOT)
        assert asked.job.answer.result(30).citations
        assert asked.job.lost, "it says that it was not kept"
        assert sessions.fetch(sessions.ticket(asked, BOT), BOT).job is asked.job
        with pytest.raises(HistoryUnusable):
            sessions.fetch("of another server", BOT)
        postgres.start()
        again = sessions.submit(Question(text=FOLLOW_UP), BOT)
        assert again.job.answer.result(30).text
        assert not again.job.lost
