"""What is remembered of a conversation, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from assistant.errors import ConversationFull, ConversationUnknown, QuestionTaken
from assistant.history import rows
from assistant.history.history import LONGEST_COMMENT, History
from assistant.history.types import Complaint, TurnState, Verdict
from tests.assistant.kept_answers import NOON, answered, ask, refused
from tests.vectorstore.strategies import anything
from vectorstore.errors import Message

LATER = NOON + timedelta(minutes=1)


def test_a_conversation_comes_back_with_its_turns_in_order(history: History) -> None:
    ask(history, "1")
    assert history.answer("1", answered()) is True
    ask(history, "2", "每天几元？", asked_at=LATER)
    assert history.stop("2", "每人每天") is True
    ask(history, "3", "全年呢？", asked_at=LATER)
    assert history.fail("3", Message("忙。", "Busy."), Message("请再试。", "Try again.")) is True
    ask(history, "4", "公示呢？", asked_at=LATER)

    kept = history.conversation("甲", "c")

    assert (kept.id, kept.title, kept.started_at, kept.asked_at) == ("c", "补助多少？", NOON, LATER)
    first, second, third, fourth = kept.turns
    assert (first.question, first.asked_at, first.state) == ("补助多少？", NOON, TurnState.ANSWERED)
    assert first.answer == answered()
    assert (second.state, second.shown, second.answer) == (TurnState.STOPPED, "每人每天", None)
    assert third.state is TurnState.FAILED
    assert third.failure == (Message("忙。", "Busy."), Message("请再试。", "Try again."))
    assert (fourth.state, fourth.answer, fourth.shown) == (TurnState.PENDING, None, "")
    assert [turn.rating for turn in kept.turns] == [None] * 4


def test_conversations_are_listed_by_their_last_question_and_no_more_than_a_hundred(
    history: History,
) -> None:
    for number in range(102):
        ask(history, str(number), conversation_id=f"c{number}", asked_at=NOON + timedelta(seconds=number))
    ask(history, "again", conversation_id="c5", asked_at=NOON + timedelta(hours=1))

    listed = history.conversations("甲")

    assert len(listed) == 100
    assert [(one.id, one.turns) for one in listed[:3]] == [("c5", 2), ("c101", 1), ("c100", 1)]
    assert listed[0].started_at == NOON + timedelta(seconds=5)


@pytest.mark.parametrize("end", ["answer", "stop", "fail"])
def test_a_question_ends_once(history: History, end: str) -> None:
    ask(history, "1")
    history.stop("1", "每人")

    ends: dict[str, Callable[[], bool]] = {
        "answer": lambda: history.answer("1", answered()),
        "stop": lambda: history.stop("1", "每人每天"),
        "fail": lambda: history.fail("1", Message("", ""), Message("", "")),
    }

    assert ends[end]() is False
    (turn,) = history.conversation("甲", "c").turns
    assert (turn.state, turn.shown, turn.answer) == (TurnState.STOPPED, "每人", None)


def test_an_answer_to_a_question_that_was_deleted_meanwhile_is_let_go(history: History) -> None:
    ask(history, "1")
    history.delete("甲", "c")

    assert history.answer("1", answered()) is False
    assert history.statistics.most_cited(NOON) == ()


def test_an_id_is_one_question_only(history: History) -> None:
    ask(history, "1")
    with pytest.raises(QuestionTaken):
        ask(history, "1", "另一个问题", conversation_id="other")
    assert [one.id for one in history.conversations("甲")] == ["c"]


@pytest.mark.parametrize("unfit", ["", "\0", "a\0b", "\ud800", "x" * 201, "a\nb"])
def test_what_can_be_no_id_is_unknown(history: History, unfit: str) -> None:
    with pytest.raises(ConversationUnknown):
        ask(history, unfit)
    with pytest.raises(ConversationUnknown):
        ask(history, "1", conversation_id=unfit)
    with pytest.raises(ConversationUnknown):
        history.conversation("甲", unfit)
    with pytest.raises(ConversationUnknown):
        history.take_back_rating("甲", unfit)
    assert history.answer(unfit, answered()) is False
    assert history.conversations("甲") == ()


def test_a_conversation_does_not_grow_without_end(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_TURNS", 2)
    ask(history, "1")
    ask(history, "2")
    with pytest.raises(ConversationFull):
        ask(history, "3")
    assert len(history.conversation("甲", "c").turns) == 2


OF_ANOTHER: list[Callable[[History], Any]] = [
    lambda history: history.conversation("乙", "c"),
    lambda history: history.rename("乙", "c", "我的"),
    lambda history: history.delete("乙", "c"),
    lambda history: history.drop_from("乙", "c", "1"),
    lambda history: history.rate("乙", "1", Verdict.DOWN, rated_at=NOON),
    lambda history: history.take_back_rating("乙", "1"),
    lambda history: ask(history, "new", owner="乙"),
]


@pytest.mark.parametrize("attempt", OF_ANOTHER)
def test_what_one_owner_has_does_not_exist_for_another(
    history: History, attempt: Callable[[History], Any]
) -> None:
    ask(history, "1")
    history.answer("1", answered())
    history.rate("甲", "1", Verdict.UP, rated_at=NOON)
    ask(history, "of 乙", owner="乙", conversation_id="d")
    before = history.conversation("甲", "c")

    with pytest.raises(ConversationUnknown) as of_another:
        attempt(history)

    assert history.conversation("甲", "c") == before
    assert [one.id for one in history.conversations("乙")] == ["d"]
    with pytest.raises(ConversationUnknown) as absent:
        history.conversation("乙", "never")
    assert str(of_another.value) == str(absent.value)


def test_deleting_all_of_one_owner_leaves_the_others(history: History) -> None:
    for number in range(3):
        ask(history, f"甲{number}", conversation_id=f"c{number}")
    ask(history, "乙", owner="乙", conversation_id="d")

    assert history.delete_all("甲") == 3
    assert history.delete_all("甲") == 0
    assert history.conversations("甲") == ()
    assert [one.id for one in history.conversations("乙")] == ["d"]


def test_a_question_of_another_conversation_can_not_be_dropped_through_this_one(history: History) -> None:
    ask(history, "1")
    ask(history, "2", conversation_id="d")
    with pytest.raises(ConversationUnknown):
        history.drop_from("甲", "c", "2")
    assert [one.turns for one in history.conversations("甲")] == [1, 1]


def test_a_question_is_dropped_with_all_after_it_and_can_be_asked_otherwise(history: History) -> None:
    for number in range(4):
        ask(history, str(number), f"问题{number}")

    assert history.drop_from("甲", "c", "2") == 2
    ask(history, "new", "改过的问题")

    turns = history.conversation("甲", "c").turns
    assert [turn.question for turn in turns] == ["问题0", "问题1", "改过的问题"]


@pytest.mark.parametrize(("renamed", "title"), [(False, "改过的问题"), (True, "我的 题目")])
def test_a_title_follows_the_first_question_until_its_owner_gives_one(
    history: History, renamed: bool, title: str
) -> None:
    ask(history, "1", "问题")
    if renamed:
        history.rename("甲", "c", "  我的\n题目 ")
        history.rename("甲", "c", " \u200b ")
    history.drop_from("甲", "c", "1")
    ask(history, "2", "改过的问题")
    ask(history, "3", "下一个")
    assert [one.title for one in history.conversations("甲")] == [title]


def test_a_rating_replaces_the_one_before_and_can_be_taken_back(history: History) -> None:
    ask(history, "1")
    history.answer("1", answered())
    history.rate("甲", "1", Verdict.UP, rated_at=NOON)
    text = "第3条\0不是\ud800这么说的" + "。" * LONGEST_COMMENT
    history.rate("甲", "1", Verdict.DOWN, complaint=Complaint.WRONG_SOURCE, text=text, rated_at=LATER)

    (turn,) = history.conversation("甲", "c").turns
    assert turn.rating is not None
    assert (turn.rating.verdict, turn.rating.complaint) == (Verdict.DOWN, Complaint.WRONG_SOURCE)
    assert turn.rating.rated_at == LATER
    assert turn.rating.text.startswith("第3条不是这么说的。")
    assert len(turn.rating.text) == LONGEST_COMMENT

    history.take_back_rating("甲", "1")
    history.take_back_rating("甲", "1")
    assert history.conversation("甲", "c").turns[0].rating is None


def test_what_is_older_than_a_day_is_forgotten(history: History) -> None:
    midnight = NOON.replace(hour=0)
    ask(history, "old", conversation_id="old", asked_at=midnight - timedelta(microseconds=1))
    ask(history, "half", conversation_id="half", asked_at=midnight - timedelta(days=3))
    ask(history, "half new", conversation_id="half", asked_at=midnight)
    ask(history, "nobody", owner=None, asked_at=midnight - timedelta(days=9))
    for question in ("old", "half", "nobody"):
        history.answer(question, answered())
    history.rate("甲", "old", Verdict.UP, rated_at=NOON)

    assert history.forget_before(date(2024, 3, 8)) == 3
    assert history.forget_before(date(2024, 3, 8)) == 0

    assert [(one.id, one.turns) for one in history.conversations("甲")] == [("half", 1)]
    assert history.statistics.feedback(midnight - timedelta(days=9)) == ()
    assert history.statistics.most_cited(midnight - timedelta(days=9)) == ()


def test_a_question_without_an_owner_is_in_no_conversation(history: History) -> None:
    ask(history, "1", owner=None)
    assert history.answer("1", refused()) is True
    with pytest.raises(ConversationUnknown):
        history.conversation("", "c")
    with pytest.raises(ConversationUnknown):
        history.rate("", "1", Verdict.UP, rated_at=NOON)
    assert history.conversations("") == ()
    ask(history, "2", conversation_id="c")
    assert [turn.question_id for turn in history.conversation("甲", "c").turns] == ["2"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=anything, shown=anything, notice=anything)
def test_any_text_can_be_asked_and_any_answer_comes_back_as_it_was(
    history: History, question: str, shown: str, notice: str
) -> None:
    history.delete_all("甲")
    answer = answered(shown, notices=(notice,))
    ask(history, "1", question)
    ask(history, "2")
    history.answer("1", answer)
    history.stop("2", shown)

    first, second = history.conversation("甲", "c").turns

    def storable(text: str) -> str:
        return "".join(char for char in text if char != "\0" and not "\ud800" <= char <= "\udfff")

    assert first.question == storable(question)
    assert first.answer == answer
    assert second.shown == storable(shown)


def test_times_are_kept_as_moments_whatever_their_zone(history: History) -> None:
    ask(history, "1", asked_at=NOON.astimezone(timezone(timedelta(hours=8))))
    (turn,) = history.conversation("甲", "c").turns
    assert turn.asked_at == NOON
    assert turn.asked_at.utcoffset() == timedelta(0)
    with pytest.raises(Exception, match="without a time zone"):
        ask(history, "2", conversation_id="d", asked_at=NOON.replace(tzinfo=None))
