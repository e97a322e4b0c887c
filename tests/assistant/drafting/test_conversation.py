"""Conversations of several turns: what they are about stays until a place, a row or a thing is named."""

from __future__ import annotations

import pytest

from assistant.answer import Assistant
from assistant.types import Answer, Outcome, Question, Turn

DAILY_ALLOWANCE = "青禾县小学生每天补助多少元？"
BUILDING = "东关小学教学楼由哪个科室负责？"


def talk(assistant: Assistant, *questions: str) -> list[Answer]:
    """The answers, each asked with all turns before it."""
    history: list[Turn] = []
    answers: list[Answer] = []
    for question in questions:
        answer = assistant.ask(Question(text=question, history=tuple(history)))
        history += [Turn(role="user", content=question), Turn(role="assistant", content=answer.text)]
        answers.append(answer)
    return answers


def last(assistant: Assistant, *questions: str) -> str:
    return talk(assistant, *questions)[-1].text


class TestRows:
    def test_the_row_that_is_spoken_of_stays_for_several_turns(self, counties: Assistant) -> None:
        answers = talk(counties, BUILDING, "哪年完成？", "投资多少万元？", "什么学段？", "责任科室呢？")
        for answer, fact in zip(answers, ("基建科", "2025年8月", "1200", "小学阶段", "基建科"), strict=True):
            assert answer.text.startswith("东关小学教学楼——")
            assert fact in answer.text

    def test_another_row_that_is_named_is_spoken_of_from_then_on(self, counties: Assistant) -> None:
        answers = talk(counties, BUILDING, "那北山中学宿舍呢？", "哪年完成？", "投资多少万元？")
        assert all(answer.text.startswith("北山中学宿舍——") for answer in answers[1:])
        assert "责任科室：基建科" in answers[1].text
        assert "2026年6月" in answers[2].text
        assert "2600" in answers[3].text

    def test_so_is_one_whose_name_shares_words_with_the_row_before(self, counties: Assistant) -> None:
        answers = talk(counties, BUILDING, "那西关小学操场呢？", "哪年完成？", "投资多少万元？")
        assert all(answer.text.startswith("西关小学操场——") for answer in answers[1:])
        assert "2025年10月" in answers[2].text
        assert "340" in answers[3].text

    def test_a_row_can_be_left_and_come_back_to(self, counties: Assistant) -> None:
        said = last(counties, BUILDING, "那北山中学宿舍呢？", "东关小学教学楼投资多少万元？", "哪年完成？")
        assert said.startswith("东关小学教学楼——")
        assert "2025年8月" in said


class TestPlaces:
    def test_a_new_place_is_asked_the_same(self, counties: Assistant) -> None:
        first, second = talk(counties, DAILY_ALLOWANCE, "那白鹭县呢？")
        assert "五元" in first.text
        assert "七元" in second.text
        assert "五元" not in second.text

    def test_it_is_the_place_of_all_that_follows(self, counties: Assistant) -> None:
        said = last(counties, DAILY_ALLOWANCE, "那白鹭县呢？", "收到申请几个工作日作出决定？")
        assert "10个工作日" in said
        assert "15个工作日" not in said

    def test_a_place_can_change_twice(self, counties: Assistant) -> None:
        said = last(counties, DAILY_ALLOWANCE, "那白鹭县呢？", "青禾县呢？")
        assert "五元" in said
        assert "七元" not in said

    def test_what_was_asked_last_is_asked_of_the_new_place(self, counties: Assistant) -> None:
        said = last(counties, DAILY_ALLOWANCE, "收到申请几个工作日作出决定？", "那白鹭县呢？")
        assert "10个工作日" in said
        assert "七元" not in said

    def test_a_place_that_no_document_has_is_said_by_name_and_not_kept(self, counties: Assistant) -> None:
        _, unknown, back = talk(counties, DAILY_ALLOWANCE, "那岳阳县呢？", "那白鹭县呢？")
        assert unknown.outcome is Outcome.REFUSED
        assert "岳阳县" in unknown.text
        assert "七元" in back.text


class TestThings:
    def test_a_new_thing_is_asked_of_the_same_place(self, counties: Assistant) -> None:
        said = last(counties, DAILY_ALLOWANCE, "那初中生呢？")
        assert "六元" in said
        assert "青禾县" in said

    @pytest.mark.parametrize(
        ("question", "fact"),
        [
            ("多久作出决定？", "15个工作日"),
            ("名单公示几天？", "不少于七天"),
            ("由哪个部门审核？", "青禾县教育局"),
            ("有效期几年？", "有效期三年"),
            ("伪造材料怎么处理？", "追回"),
        ],
    )
    def test_another_article_answers_what_another_article_says(
        self, counties: Assistant, question: str, fact: str
    ) -> None:
        assert fact in last(counties, DAILY_ALLOWANCE, question)

    def test_each_of_three_turns_has_its_own_article(self, counties: Assistant) -> None:
        answers = talk(counties, DAILY_ALLOWANCE, "多久作出决定？", "公示几天？", "有效期几年？")
        for answer, fact in zip(answers, ("五元", "15个工作日", "七天", "三年"), strict=True):
            assert fact in answer.text

    def test_a_new_matter_with_its_own_place_leans_on_nothing(self, counties: Assistant) -> None:
        question = "松塘县课后服务费每学期收多少元？"
        answer = talk(counties, DAILY_ALLOWANCE, question)[-1]
        assert answer.question == question
        assert "300元" in answer.text

    def test_thanks_in_between_change_nothing(self, counties: Assistant) -> None:
        plainly = last(counties, DAILY_ALLOWANCE, "那白鹭县呢？", "由谁发放？")
        politely = last(counties, DAILY_ALLOWANCE, "那白鹭县呢？", "谢谢！", "由谁发放？")
        assert politely == plainly
        assert "人力资源局" in plainly


def test_what_the_assistant_said_is_no_evidence(counties: Assistant) -> None:
    said = (
        Turn(role="user", content=DAILY_ALLOWANCE),
        Turn(role="assistant", content="白鹭县小学生每人每天补助九百元。"),
    )
    answer = counties.ask(Question(text="到底是多少元？", history=said))
    assert "九百" not in answer.text
    assert "五元" in answer.text
