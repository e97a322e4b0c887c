"""What a question asks: one thing or several, and what of it is only the story around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question.asking import Part, asking_part, asks, content_of, cut


def focuses(question: str) -> list[str]:
    return [part.focus for part in cut(question)]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("文号是什么，哪天印的", ["文号是什么，", "哪天印的"]),
        ("补助多少钱？什么时候发？", ["补助多少钱？", "什么时候发？"]),
        ("谁牵头、几月完成", ["谁牵头、", "几月完成"]),
        ("转学要什么材料，找哪个科室办，要几天？", ["转学要什么材料，", "找哪个科室办，", "要几天？"]),
    ],
)
def test_a_question_is_cut_into_the_things_that_it_asks(question: str, parts: list[str]) -> None:
    assert focuses(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "寄宿生补助每天多少元？",
        "青禾县的课后服务费怎么收",
        "小学、初中每班各不超过多少人？",
        "语文、数学、英语老师各招几名",
        "伪造入学证明怎么处理",
        "青禾县招生办法第三条",
        "义务教育",
        "How many pupils may a class have?",
    ],
)
def test_what_asks_one_thing_stays_whole(question: str) -> None:
    assert cut(question) == (Part(question),)


def test_what_is_asked_of_stays_with_what_is_asked() -> None:
    assert focuses("家在外地、户口也不在本地的孩子，怎么报名？") == [
        "家在外地、户口也不在本地的孩子，怎么报名？"
    ]


def test_a_story_is_what_a_question_leans_on() -> None:
    (part,) = cut("我家孩子今年六岁，户口在老家。我们租房住了两年。能在这里上小学吗？")
    assert part.focus == "能在这里上小学吗？"
    assert "户口在老家" in part.context
    assert "租房住了两年" in part.context


def test_a_story_behind_the_question_is_one_too() -> None:
    (part,) = cut("能在这里上小学吗？我家孩子今年六岁。")
    assert (part.focus, part.context) == ("能在这里上小学吗？", "我家孩子今年六岁。")


def test_what_is_asked_second_leans_on_what_is_asked_first() -> None:
    first, second = cut("课后服务费收多少，什么时候交？")
    assert first.context == ""
    assert "课后服务费" in second.context


def test_so_it_does_in_a_sentence_of_its_own() -> None:
    first, second = cut("课后服务费收多少？什么时候交？")
    assert first.context == ""
    assert "课后服务费" in second.context


@pytest.mark.parametrize(
    "text",
    ["补助多少", "谁牵头", "给不给补贴", "有没有校车", "能走读吗", "办了没有", "為什麼不收？", "Who pays?"],
)
def test_question_words_ask(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["我家孩子今年六岁", "户口在外地。", "义务教育阶段学生", "", "？"])
def test_what_has_none_does_not(text: str) -> None:
    assert not asks(text)


def test_the_asking_part_begins_where_the_question_asks() -> None:
    assert asking_part("东关小学教学楼哪年完成？") == "哪年完成?"
    assert asking_part("东关小学教学楼") == ""


def test_the_content_of_a_question_has_no_question_words() -> None:
    assert content_of("午餐补助是多少？").split() == ["午餐补助", "?"]
    assert "午餐补助" in content_of("请问午餐补助到底有多少呢")


def test_of_too_many_things_the_last_are_asked_together() -> None:
    question = "".join(f"第{number}个问题是什么？" for number in "一二三四五六七八九十")
    parts = focuses(question)
    assert len(parts) < 10
    assert "".join(parts) == question


@given(st.text(st.sampled_from("补助多少谁几吗的，。？?；;、 ：:\n天元a1"), max_size=60))
def test_whatever_is_typed_something_is_asked_and_nothing_added(question: str) -> None:
    parts = cut(question)
    assert parts
    assert all(part.focus in question for part in parts)


def test_a_long_text_takes_no_time() -> None:
    assert cut("补助多少，" * 5000)
    assert cut("，" * 20_000)
