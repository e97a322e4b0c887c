"""How long it is until a day, told where it is asked for and can be known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistant.drafting.reckoning.deadline import tell_left, tell_today, today
from assistant.types import Statement
from tests.invented import passages_of
from tests.vectorstore.guarantees import understood


def statement(words: str, title: str = "青禾县2031年招生公告") -> Statement:
    passage = passages_of(understood(f"{title}\n\n一、报名\n\n{words}\n", f"{title}.txt"))[-1]
    return Statement(text=words, passage=passage, start=passage.chunk.start, end=passage.chunk.end)


@pytest.mark.parametrize(
    ("question", "words", "told"),
    [
        ("今天是2031年6月8日，报名还剩几天？", "报名截止到2031年6月20日。", "还有12天"),
        ("今天是2031年6月8日，报名还剩几天？", "报名截止到6月20日。", "还有12天"),
        ("今天是2031年6月20日，还能报名吗？", "报名截止到6月20日。", "就是这一天"),
        ("今天是2031年7月1日，报名截止了吗？", "报名截止到6月20日。", "已经过了11天"),
    ],
)
def test_the_days_that_are_left_are_counted(question: str, words: str, told: str) -> None:
    message = tell_left(question, [statement(words)])
    assert message is not None
    assert told in message.zh


def test_without_a_date_in_the_question_they_are_counted_from_today() -> None:
    day = today() + timedelta(days=3)
    message = tell_left(
        "报名还剩几天", [statement(f"报名截止到{day.year}年{day.month}月{day.day}日。", "招生公告")]
    )
    assert message is not None
    assert "还有3天" in message.zh


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("报名什么时候截止？", "报名截止到2031年6月20日。"),
        ("今天是2031年6月8日，报名还剩几天？", "6月10日开始，报名截止到6月20日。"),
        ("今天是2031年6月8日，报名还剩几天？", "报名时间另行通知。"),
        ("今天是2031年6月8日，报名还剩几天？", "报名截止到6月31日。"),
        ("今天是2031年6月8日，报名还剩几天？", "办法自2001年9月1日起施行。"),
    ],
)
def test_where_it_is_not_asked_or_not_one_day_nothing_is_counted(question: str, words: str) -> None:
    assert tell_left(question, [statement(words)]) is None


def test_the_date_is_told() -> None:
    day = today()
    for question in ("今天几号", "今天是星期几？"):
        message = tell_today(question)
        assert message is not None
        assert f"{day.month}月{day.day}日" in message.zh
    assert tell_today("今天能报名吗") is None
