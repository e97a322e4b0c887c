"""Things named side by side are told each at its place; what is told in one breath stays one question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.answer import Assistant
from assistant.drafting.sides import sides_of
from assistant.types import Question
from tests.invented import assistant_over
from vectorstore.types import EVERYWHERE

PLAN = """松溪县校舍改造计划

松溪县教育局 2025年3月1日

一、厕所改造
全县农村学校旱厕改造2026年8月底前全部完成，由县卫生健康局配合，每所学校补助12万元。
二、食堂扩建
全县寄宿制学校食堂扩建2028年12月底前全部完成，由县市场监管局配合，每所学校补助30万元。
三、组织领导
校舍改造由县教育局和县发展改革局共同负责，县教育局、县财政局按季度公布进展。
四、操场翻新
操场翻新由学校自行安排。
"""
TOILETS, CANTEENS = "2026年8月", "2028年12月"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("sides"), {"plan.txt": PLAN}) as made:
        yield made


def sides(assistant: Assistant, question: str) -> list[str]:
    with assistant._library.searcher() as searcher:
        passages = searcher.search(question, scope=EVERYWHERE, limit=10)
        return [part.focus for part in sides_of(question, passages, searcher.weight)]


@pytest.mark.parametrize(
    "question",
    [
        "松溪县旱厕改造和食堂扩建，各是哪年完成？",
        "松溪县旱厕改造、食堂扩建分别什么时候完成？",
        "旱厕改造跟食堂扩建哪个先完成？",
    ],
)
def test_each_of_two_things_is_told(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(Question(text=question))
    assert TOILETS in answer.text
    assert CANTEENS in answer.text
    assert answer.text.index(TOILETS) < answer.text.index(CANTEENS)


def test_which_is_earlier_is_said(assistant: Assistant) -> None:
    assert "前者更早" in assistant.ask(Question(text="旱厕改造和食堂扩建，哪个更早完成？")).text
    assert "后者更早" in assistant.ask(Question(text="食堂扩建和旱厕改造，哪个更早完成？")).text


def test_each_side_keeps_what_is_asked_of_all(assistant: Assistant) -> None:
    assert sides(assistant, "松溪县旱厕改造和食堂扩建，各是哪年完成？") == [
        "松溪县旱厕改造各是哪年完成？",
        "食堂扩建，各是哪年完成？",
    ]


@pytest.mark.parametrize(
    "question",
    [
        "校舍改造由县教育局和县发展改革局负责吗？",  # told in one breath
        "旱厕改造和游泳池建设，各是哪年完成？",  # one of them is nowhere
        "旱厕改造每所学校补助多少万元？",
        "和、与、跟",
        "和",
        "、、、、",
        "甲、乙、丙、丁、戊、己、庚各是哪年完成？",
        "",
    ],
)
def test_what_is_not_told_apart_is_one_question(assistant: Assistant, question: str) -> None:
    assert sides(assistant, question) == []
