"""What the history teaches, counted by hand on a small invented set."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from io import StringIO

import pytest
from hypothesis import given

from assistant.history.history import History
from assistant.history.spreadsheet import by_day_csv, feedback_csv, most_cited_csv, unanswered_csv
from assistant.history.types import CitedSection, Complaint, Day, RatedAnswer, UnansweredQuestion, Verdict
from assistant.types import Reason
from tests.assistant.kept_answers import NOON, answered, ask, citation, refused
from tests.vectorstore.strategies import anything
from vectorstore.errors import Message

BEIJING = timezone(timedelta(hours=8))
MIDNIGHT = datetime(2024, 3, 8, tzinfo=BEIJING)
MOMENT = timedelta(microseconds=1)


def refuse(
    history: History, question_id: str, question: str, reason: Reason, asked_at: datetime = NOON
) -> None:
    ask(history, question_id, question, owner=None, asked_at=asked_at)
    history.answer(question_id, refused(reason))


def test_unanswered_questions_are_together_when_they_are_the_same(history: History) -> None:
    refuse(history, "1", "校车谁管？", Reason.NOT_FOUND)
    refuse(history, "2", "营养餐几元？", Reason.REDACTED)
    refuse(history, "3", " 校车 谁管", Reason.TRUNCATED, NOON + timedelta(hours=1))
    ask(history, "4", "食堂谁管？")
    history.fail("4", Message("忙。", "Busy."), Message("请再试。", "Try again."))
    refuse(history, "5", "你好", Reason.SMALL_TALK)
    refuse(history, "6", "写一首诗", Reason.OUT_OF_SCOPE)
    ask(history, "7", "补助几元？")
    history.answer("7", answered())
    ask(history, "8", "没等到回答")
    ask(history, "9", "停下的")
    history.stop("9", "每人")
    refuse(history, "10", "从前问的", Reason.NOT_FOUND, MIDNIGHT - MOMENT)

    rows = history.statistics.unanswered(MIDNIGHT)

    assert [(row.question, row.times, row.reason) for row in rows] == [
        (" 校车 谁管", 2, Reason.TRUNCATED),
        ("食堂谁管？", 1, "failed"),
        ("营养餐几元？", 1, Reason.REDACTED),
    ]
    assert rows[0].last_asked_at == NOON + timedelta(hours=1)
    assert rows[0].last_asked_at.utcoffset() == timedelta(hours=8)
    assert history.statistics.unanswered(MIDNIGHT, limit=1) == rows[:1]
    assert history.statistics.unanswered(MIDNIGHT, limit=-1) == ()


def test_days_begin_at_midnight_where_the_reader_is(history: History) -> None:
    last, first = MIDNIGHT - MOMENT, MIDNIGHT
    ask(history, "1", asked_at=last)
    history.answer("1", answered())
    history.rate("甲", "1", Verdict.DOWN, rated_at=first)
    ask(history, "2", asked_at=first)
    history.answer("2", answered())
    history.rate("甲", "2", Verdict.UP, rated_at=first)
    refuse(history, "3", "校车谁管？", Reason.NOT_FOUND, first + timedelta(days=1) - MOMENT)
    refuse(history, "4", "你好", Reason.SMALL_TALK, first)
    refuse(history, "5", "写一首诗", Reason.OUT_OF_SCOPE, first)
    ask(history, "6", asked_at=first + timedelta(days=3))

    days = (
        Day(day=date(2024, 3, 7), questions=1, answered=1, refused=0, up=0, down=1),
        Day(day=date(2024, 3, 8), questions=4, answered=1, refused=2, up=1, down=0),
        Day(day=date(2024, 3, 11), questions=1, answered=0, refused=0, up=0, down=0),
    )
    assert history.statistics.by_day(last) == days
    assert history.statistics.by_day(first) == days[1:]
    assert [row.day for row in history.statistics.by_day(last.astimezone(UTC))] == [
        date(2024, 3, 7),
        date(2024, 3, 8),
        date(2024, 3, 10),
    ]


def test_sections_count_once_for_each_answer_that_cites_them(history: History) -> None:
    third, fourth = citation(1, "第二章", "第三条"), citation(2, "第二章", "第四条")
    other = citation(3, "第二章", "第三条", title="河口县阅读方案")
    for number, cited in enumerate([(third, third, fourth), (third,), (other, third)]):
        ask(history, str(number), owner=None if number else "甲")
        history.answer(str(number), answered("[1]", *cited))
    ask(history, "before", asked_at=MIDNIGHT - MOMENT)
    history.answer("before", answered("[1]", fourth))

    rows = history.statistics.most_cited(MIDNIGHT)

    assert rows[0] == CitedSection(title="云山市学生午餐补助办法", path=("第二章", "第三条"), answers=3)
    assert {(row.title, row.path, row.answers) for row in rows[1:]} == {
        ("云山市学生午餐补助办法", ("第二章", "第四条"), 1),
        ("河口县阅读方案", ("第二章", "第三条"), 1),
    }
    assert history.statistics.most_cited(MIDNIGHT, limit=1) == rows[:1]


def test_ratings_come_newest_first_with_what_they_are_about(history: History) -> None:
    for number in range(3):
        ask(history, str(number), f"问题{number}")
    history.answer("0", answered("每人每天补助5元[1]。"))
    history.stop("1", "每人每")
    history.rate("甲", "0", Verdict.UP, rated_at=MIDNIGHT)
    history.rate(
        "甲", "1", Verdict.DOWN, complaint=Complaint.NOT_ANSWERED, text="没说完", rated_at=MIDNIGHT + MOMENT
    )
    history.rate("甲", "2", Verdict.DOWN, rated_at=MIDNIGHT - MOMENT)

    second, first = history.statistics.feedback(MIDNIGHT)

    assert (second.question, second.answer) == ("问题1", "每人每")
    assert (second.rating.complaint, second.rating.text) == (Complaint.NOT_ANSWERED, "没说完")
    assert (first.question, first.answer) == ("问题0", "每人每天补助5元[1]。")
    assert (first.rating.verdict, first.rating.rated_at) == (Verdict.UP, MIDNIGHT)
    assert history.statistics.feedback(MIDNIGHT, limit=1) == (second,)


def cells(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))


def test_every_statistic_is_a_table_for_a_spreadsheet(history: History) -> None:
    ask(history, "1", '补助，"几"元？\n第二行', asked_at=MIDNIGHT)
    history.answer("1", answered())
    history.rate("甲", "1", Verdict.DOWN, complaint=Complaint.WRONG, text="不对", rated_at=MIDNIGHT)
    refuse(history, "2", "校车谁管？", Reason.NOT_FOUND, MIDNIGHT)
    kept = history.statistics

    assert cells(feedback_csv(kept.feedback(MIDNIGHT), "zh"))[1] == [
        "2024-03-08 00:00",
        "有问题",
        "答错了",
        "不对",
        '补助，"几"元？\n第二行',
        "每人每天补助5元[1]。",
    ]
    assert cells(unanswered_csv(kept.unanswered(MIDNIGHT), "en")) == [
        ["question", "times", "last asked", "reason"],
        ["校车谁管？", "1", "2024-03-08 00:00", "not in the collection"],
    ]
    assert cells(most_cited_csv(kept.most_cited(MIDNIGHT), "zh"))[1] == [
        "云山市学生午餐补助办法",
        "第二章 标准 › 第三条",
        "1",
    ]
    assert cells(by_day_csv(kept.by_day(MIDNIGHT), "zh")) == [
        ["日期", "提问", "已回答", "未回答", "好评", "差评"],
        ["2024-03-08", "2", "1", "1", "0", "1"],
    ]


HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u3000=1",
    "＝1+1",
    '=HYPERLINK("x")',
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_question_becomes_a_formula(history: History, hostile: str) -> None:
    refuse(history, "1", hostile, Reason.NOT_FOUND)
    ((_, (question, *_)),) = [cells(unanswered_csv(history.statistics.unanswered(MIDNIGHT), "zh"))]
    assert question == f"'{hostile}"


@given(anything)
def test_every_text_stands_in_its_cell_and_computes_nothing(text: str) -> None:
    row = UnansweredQuestion(question=text, times=1, last_asked_at=MIDNIGHT, reason="failed")
    (_, (question, *_)) = cells(unanswered_csv([row], "zh"))
    assert question in (text, f"'{text}")
    assert not question.lstrip().startswith(tuple("=+-@＝＋－＠"))


def test_a_rating_without_a_reason_has_an_empty_cell(history: History) -> None:
    ask(history, "1")
    history.rate("甲", "1", Verdict.UP, rated_at=MIDNIGHT)
    rated: tuple[RatedAnswer, ...] = history.statistics.feedback(MIDNIGHT)
    assert cells(feedback_csv(rated, "en"))[1][1:4] == ["good", "", ""]
