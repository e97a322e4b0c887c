"""A conversation as a tab shows it: as it grows, as it is kept, as it is come back to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.asking.job import Job
from assistant.errors import BadQuestion
from assistant.history.types import Conversation, KeptTurn, Rating, TurnState, Verdict
from assistant.saying.answer_json import to_json
from assistant.types import AnswerEvent, AnswerReady, Evidence, EvidenceReady, Question, TextDelta, Turn
from assistant.web.page.talk import Entry, Talk, narrate, talk_of
from tests.assistant.web.page.test_page_html import make_answer, shown_text
from tests.fakes import NOON
from vectorstore.errors import Message

ERROR = BadQuestion(Message("问题太长。", "Too long."), Message("请缩短。", "Shorten it."))


def scripted(*events: AnswerEvent | Exception | None) -> Job:
    """A job that has ended so; None stops it."""
    job = Job(Question(text="问", id="q1"))
    for event in events:
        if isinstance(event, AnswerReady):
            job.end(event.answer)
        elif isinstance(event, Exception) or event is None:
            job.end(event)
        else:
            job._tell(event)
    return job


def states(*events: AnswerEvent | Exception | None) -> Iterator[str]:
    return (shown_text(entry.html) for entry in narrate(scripted(*events), "zh"))


READY = EvidenceReady(evidence=Evidence(question="问", passages=()))


def test_an_answer_grows_from_stage_to_text_to_sources() -> None:
    answer = AnswerReady(answer=make_answer("负责[1]。"))
    shown = list(narrate(scripted(READY, TextDelta(text="负"), TextDelta(text="责"), answer), "zh"))
    assert ['class="now">检索' in shown[0].html, 'class="now">组织' in shown[1].html] == [True, True]
    assert "负责" in shown_text(shown[3].html)
    assert "出处" in shown_text(shown[-1].html)
    assert shown[-1].answer == to_json(answer.answer)
    assert {entry.question_id for entry in shown} == {"q1"}


def test_an_answer_that_was_not_kept_says_so() -> None:
    job = scripted(AnswerReady(answer=make_answer("负责[1]。")))
    *_, kept = narrate(job, "zh")
    job.kept = False
    *_, lost = narrate(job, "zh")
    assert "没有存下来" not in kept.html
    assert "没有存下来" in shown_text(lost.html)
    assert "没有存下来" in lost.answered("zh", rating="up").html


def test_a_known_error_is_shown_in_place_of_the_answer_with_its_hint() -> None:
    *_, last = states(READY, ERROR)
    assert last.startswith("问题太长。请缩短。")


def test_an_unforeseen_error_is_shown_without_its_cause_and_logged_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    *_, last = states(TextDelta(text="一半"), RuntimeError("secret"))
    assert "回答时出错" in last
    assert "secret" not in last
    assert "secret" in caplog.text


def test_a_stopped_answer_keeps_what_was_said_and_says_that_it_is_not_all() -> None:
    *_, last = states(TextDelta(text="一半"), None)
    assert last.startswith("一半")
    assert "没有写完" in last


def test_only_what_was_answered_is_history_of_the_next_question() -> None:
    answered = Entry(question_id="a", question="甲", html="", answer=to_json(make_answer("乙")))
    talk = Talk(id="t", entries=(answered, Entry(question_id="b", question="丙", html="")))
    assert talk.turns() == (Turn(role="user", content="甲"), Turn(role="assistant", content="乙"))


def test_an_entry_is_put_in_its_place_and_a_question_drops_all_after_it() -> None:
    first, second = (Entry(question_id=name, question=name, html="") for name in "ab")
    talk = Talk(id="t").put(first).put(second)
    changed = replace(first, html="<p>neu</p>")
    assert talk.put(changed).entries == (changed, second)
    assert replace(talk, editing="b").before("b") == Talk(id="t", entries=(first,))
    assert talk.before("unknown").entries == (first, second)


def test_a_kept_conversation_is_shown_as_it_was() -> None:
    up = Rating(verdict=Verdict.UP, complaint=None, text="", rated_at=NOON)
    answered = KeptTurn(
        question_id="q1",
        question="甲",
        asked_at=NOON,
        state=TurnState.ANSWERED,
        answer=to_json(make_answer("负责[1]。")),
        rating=up,
    )
    others = [
        KeptTurn(question_id="q2", question="乙", asked_at=NOON, state=TurnState.STOPPED, shown="一半"),
        KeptTurn(
            question_id="q3",
            question="丙",
            asked_at=NOON,
            state=TurnState.FAILED,
            failure=(ERROR.message, ERROR.hint),
        ),
        KeptTurn(question_id="q4", question="丁", asked_at=NOON, state=TurnState.PENDING),
    ]
    kept = Conversation(id="c", title="甲", started_at=NOON, asked_at=NOON, turns=(answered, *others))
    talk = talk_of(kept, "zh")
    shown = [entry.html for entry in talk.entries]
    assert 'class="act act-up on"' in shown[0]
    assert "出处" in shown_text(shown[0])
    assert "一半" in shown[1]
    assert "没有写完" in shown[1]
    assert "问题太长" in shown[2]
    assert "没有答完" in shown[3]
    assert [message["role"] for message in talk.chat("zh")] == ["user", "assistant"] * 4
