"""Sentences that are of something else, and figures that are not the ones asked for."""

from __future__ import annotations

import pytest

from assistant.answer import Assistant
from assistant.extraction.contradict import contradicts
from assistant.extraction.intent import Kind, holds, read_asks
from assistant.types import Outcome, Question

CONTRADICTED = [
    ("省级示范园建几所？", "建设市级示范园30所。"),
    ("2028年要建几所？", "2025年建成30所。"),
    ("第一幼儿园来了几个人？", "第二幼儿园来了30人。"),
    ("明年再建几个驿站？", "在城区设立驿站5个。"),
    ("下一步配多少人？", "目前配有专职教师280人。"),
    ("省级试点每个给多少钱？", "每个市级试点给予50万元。"),
    ("初中要配多少名心理教师？", "普通高中配备心理教师20名。"),
    ("城区学校比例要达到多少？", "乡村学校比例达到5%。"),
    ("民办园有多少所？", "新建公办园5所。"),
    ("2月2日来了哪位副校长？", "2月26日，副校长王明出席会议。"),
]
FITTING = [
    ("省级示范园建几所？", "建设省级示范园30所。"),
    ("2024年要建几所？", "到2025年建成30所。"),
    ("明年再建几个驿站？", "力争新建驿站5个。"),
    ("建了几个驿站？", "在城区设立驿站5个。"),
    ("市级试点每个给多少钱？", "打造40个省市级试点,每个市级试点给予50万元。"),
    ("初中要配多少名心理教师？", "中小学配备心理教师20名。"),
    ("聊城市级学校有几所？", "乡村市级学校30所。"),  # the 城市 of 聊城市 is no 城区
    ("5月15日的通知，哪天截止？", "截止时间为5月26日。"),
]


@pytest.mark.parametrize(("question", "text"), CONTRADICTED)
def test_what_is_of_another_level_year_number_or_time_contradicts(question: str, text: str) -> None:
    assert contradicts(question, text)


@pytest.mark.parametrize(("question", "text"), FITTING)
def test_what_is_of_the_same_does_not(question: str, text: str) -> None:
    assert not contradicts(question, text)


def test_headings_count_where_the_sentence_does_not_say_itself() -> None:
    question, text = "城区文明校园比例达到多少？", "市级文明校园比例达到5%。"
    assert not contradicts(question, text)
    assert contradicts(question, text, headings="乡村文明校园创建行动")
    assert not contradicts(question, f"城区{text}", headings="乡村文明校园创建行动")


def test_only_the_clause_that_answers_has_to_be_of_the_level() -> None:
    text = "打造40个省市级试点,每个市级试点给予50万元"
    assert not contradicts("省级试点有几个？", text, clause="打造40个省市级试点")
    assert contradicts("省级试点每个给多少？", text, clause="每个市级试点给予50万元")


def test_a_figure_for_each_is_no_total() -> None:
    assert contradicts("一共联系多少所？", "每位教师联系1所。", clause="每位教师联系1所")
    assert not contradicts("联系多少所？", "每位教师联系1所。", clause="每位教师联系1所")


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("材料最晚哪天交？", "2024年3月1日印发通知。", False),
        ("材料最晚哪天交？", "请于2024年3月31日前报送。", True),
        ("哪天印发的？", "2024年3月1日印发通知。", True),
        ("查出多少有问题的学生？", "3月1日开展筛查。", False),
        ("查出多少有问题的学生？", "3月1日筛查出30名学生。", True),
        ("覆盖了多少？", "7.持续实施行动。", False),  # the number of an item counts nothing
        ("有几位老师？", "先后接待家长4000余人次。", False),
        ("现场会几月开？", "3月末召开现场会。", True),
        ("交流会哪天开？", "年末召开交流会。", True),
    ],
)
def test_a_deadline_is_a_date_by_which_and_a_date_counts_nothing(
    question: str, text: str, held: bool
) -> None:
    (ask,) = read_asks(question)
    assert ask.kind in (Kind.DATE, Kind.COUNT)
    assert holds(ask.kind, text, ask.units) is held


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("塔河县力争哪年通过义务教育优质均衡的省级督导？", Outcome.GROUNDED),
        ("呼玛县力争哪年通过义务教育优质均衡的省级督导？", Outcome.REFUSED),
        ("荣成要招聘几个日语老师？", Outcome.REFUSED),  # it recruits some, and does not say how many
    ],
)
def test_a_figure_of_another_place_or_matter_is_no_answer(
    seed_assistant: Assistant, question: str, outcome: Outcome
) -> None:
    assert seed_assistant.ask(Question(text=question)).outcome is outcome


def test_an_english_question_is_answered_by_its_words_in_chinese(seed_assistant: Assistant) -> None:
    answer = seed_assistant.ask(
        Question(text="How many full-time mental health teachers does Yangzhou have?")
    )
    assert answer.outcome is Outcome.GROUNDED
    assert "280余名" in answer.text
    assert answer.question.endswith("专职 心理健康 教师 扬州市")
