"""People are kept apart, retries are one computation, and what was said before is known to who said it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.answer import Assistant
from assistant.asking import sessions as module
from assistant.asking.callers import Asked, Caller
from assistant.asking.desk import Desk
from assistant.asking.sessions import Sessions
from assistant.asking.shared_questions import open_others
from assistant.build import build_assistant
from assistant.history.history import History
from assistant.setup.settings import Settings
from assistant.types import Question, Turn
from tests.postgres import Postgres

LUNCH = "云山市的午餐补助由哪个部门负责？"
BOOKS = "河口县的图书角不少于多少册？"
FOLLOW_UP = "那每天补助多少元？"


@pytest.fixture(scope="module")
def assistant(settings: Settings) -> Iterator[Assistant]:
    with closing(build_assistant(settings)) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def chosen(request: pytest.FixtureRequest, settings: Settings, postgres: Postgres) -> Settings:
    """Settings without a database, and with an empty one."""
    database = postgres.new_database() if request.param == "postgresql" else None
    return settings.model_copy(update={"database": database})


@pytest.fixture
def history(tmp_path: Path, chosen: Settings) -> Iterator[History]:
    with closing(History(tmp_path, chosen.database)) as opened:
        yield opened


@pytest.fixture
def sessions(assistant: Assistant, history: History, chosen: Settings) -> Iterator[Sessions]:
    with closing(Desk(assistant, history, others=open_others(chosen, history))) as desk:
        yield Sessions(desk, history)


def ask(sessions: Sessions, text: str, caller: Caller = Caller(), message_id: str = "") -> Asked:  # noqa: B008
    """The question, answered."""
    asked = sessions.submit(Question(text=text), caller, message_id=message_id)
    asked.job.answer.result(30)
    return asked


def known(asked: Asked) -> list[str]:
    """What the question was read with: the earlier questions."""
    return [turn.content for turn in asked.job.question.history if turn.role == "user"]


def test_whoever_says_nothing_of_themselves_has_no_past(sessions: Sessions) -> None:
    first = ask(sessions, LUNCH)
    second = ask(sessions, FOLLOW_UP)
    assert known(second) == []
    assert first.conversation_id != second.conversation_id


def test_the_name_of_a_strangers_conversation_continues_it_and_no_other(sessions: Sessions) -> None:
    first = ask(sessions, LUNCH)
    other = ask(sessions, LUNCH)
    assert first.job is other.job
    assert first.conversation_id != other.conversation_id
    assert known(ask(sessions, FOLLOW_UP, Caller(conversation=first.conversation_id))) == [LUNCH]
    again = ask(sessions, "由谁配合？", Caller(conversation=first.conversation_id))
    assert known(again) == [LUNCH, FOLLOW_UP]
    assert known(ask(sessions, FOLLOW_UP, Caller(conversation=other.conversation_id))) == [LUNCH]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Caller(person="a"), Caller(person="b")),
        (Caller(conversation="a"), Caller(conversation="b")),
        (Caller(person="a"), Caller(conversation="a")),
        (Caller(key="x", person="a"), Caller(key="y", person="a")),
        (Caller(key="x", conversation="a"), Caller(key="y", conversation="a")),
        (Caller(person="a", conversation="1"), Caller(person="a", conversation="2")),
        (Caller(person="a", conversation="1"), Caller(person="b", conversation="1")),
    ],
)
def test_two_who_differ_in_anything_share_nothing(sessions: Sessions, one: Caller, other: Caller) -> None:
    first, second = ask(sessions, LUNCH, one), ask(sessions, BOOKS, other)
    assert first.job is not second.job
    assert known(ask(sessions, FOLLOW_UP, one)) == [LUNCH]
    assert known(ask(sessions, "由谁牵头？", other)) == [BOOKS]


def test_the_same_words_of_two_people_are_two_questions(sessions: Sessions) -> None:
    one, other = ask(sessions, LUNCH, Caller(person="a")), ask(sessions, LUNCH, Caller(person="b"))
    assert one.job is not other.job
    assert one.conversation_id != other.conversation_id


def test_a_request_that_comes_again_is_one_computation(sessions: Sessions) -> None:
    for caller in (Caller(), Caller(person="a"), Caller(conversation="c")):
        first = sessions.submit(Question(text=LUNCH), caller)
        assert sessions.submit(Question(text=LUNCH), caller).job is first.job
        first.job.answer.result(30)
        assert ask(sessions, LUNCH, caller).job is first.job


def test_the_same_message_is_one_whatever_it_says_and_another_is_another(sessions: Sessions) -> None:
    caller = Caller(person="a")
    first = ask(sessions, LUNCH, caller, "m1")
    ask(sessions, BOOKS, caller, "m2")
    assert ask(sessions, LUNCH, caller, "m1").job is first.job
    assert ask(sessions, LUNCH, caller, "m3").job is not first.job
    assert ask(sessions, LUNCH, Caller(person="b"), "m1").job is not first.job


def test_the_same_words_after_another_question_are_asked_anew(sessions: Sessions) -> None:
    caller = Caller(person="a")
    ask(sessions, LUNCH, caller)
    early = ask(sessions, "那由谁配合？", caller)
    ask(sessions, BOOKS, caller)
    late = ask(sessions, "那由谁配合？", caller)
    assert late.job is not early.job
    assert known(late)[-1] == BOOKS


def test_after_a_minute_the_same_words_are_a_new_question(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(sessions, LUNCH)
    monkeypatch.setattr(module, "RETRY_SECONDS", -1.0)
    assert ask(sessions, LUNCH).job is not first.job


def test_a_question_that_failed_is_tried_again(sessions: Sessions) -> None:
    blank = sessions.submit(Question(text=" "), Caller())
    assert blank.job.answer.exception(30)
    assert sessions.submit(Question(text=" "), Caller()).job is not blank.job


def test_what_a_request_tells_of_the_past_is_all_of_it(sessions: Sessions) -> None:
    caller = Caller(person="a")
    ask(sessions, BOOKS, caller)
    told = (Turn(role="user", content=LUNCH), Turn(role="assistant", content="教育局[1]。"))
    asked = sessions.submit(Question(text=FOLLOW_UP, history=told), caller)
    assert asked.job.answer.result(30).text.count("5元")
    assert known(asked) == [LUNCH]


def test_after_half_an_hour_a_person_begins_anew(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(person="a")
    first = ask(sessions, LUNCH, caller)
    assert ask(sessions, "由谁配合？", caller).conversation_id == first.conversation_id
    monkeypatch.setattr(module, "IDLE", -module.IDLE)
    late = ask(sessions, FOLLOW_UP, caller)
    assert late.conversation_id != first.conversation_id
    assert known(late) == []


def test_a_history_that_can_not_be_read_costs_nobody_an_answer(
    sessions: Sessions, history: History, tmp_path: Path
) -> None:
    caller = Caller(person="a")
    ask(sessions, LUNCH, caller)
    history.close()
    (tmp_path / "history.sqlite").write_bytes(b"damaged" * 1000)
    assert ask(sessions, BOOKS, caller).job.answer.result().citations
