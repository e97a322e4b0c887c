"""Who asks for what a heading names gets all that stands under it, with the true number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.answer import Assistant
from assistant.types import Question
from tests.invented import assistant_over

TASKS = [
    f"（{number}）第{name}项任务：各学校要按照{name}类标准逐项对照检查，建立台账，{number}月底前完成整改。"
    for number, name in zip("一二三四五六七八", "甲乙丙丁戊己庚辛", strict=True)
]
LONG = "各学校要把责任落实到每一个岗位，逐级签订责任书，按月检查落实情况并公示检查结果，接受家长监督。" * 5
PLAN = (
    "松溪县校园安全整改方案\n\n松溪县教育局 2025年3月1日\n\n一、总体目标\n"
    "全县学校安全隐患清零。\n二、整改任务\n"
    + "\n".join(TASKS)
    + "\n三、工作要求\n（一）加强领导。成立工作专班。\n"
    + f"（二）落实责任。{LONG}\n（三）严格督导。每月通报进展。\n"
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("members"), {"plan.txt": PLAN}) as made:
        yield made


def test_all_sections_under_the_heading_are_told(assistant: Assistant) -> None:
    answer = assistant.ask(Question(text="松溪县校园安全整改任务有哪些？"))
    assert "整改任务（共8项）：" in answer.text
    assert all(task[3:30] in answer.text for task in TASKS)
    assert "工作专班" not in answer.text
    assert len(answer.citations) == 9


def test_of_a_long_section_its_first_sentence_is_told(assistant: Assistant) -> None:
    text = assistant.ask(Question(text="松溪县整改方案有哪些工作要求？")).text
    assert "工作要求（共3项）：" in text
    assert all(heading in text for heading in ("加强领导", "落实责任", "严格督导"))
    assert LONG not in text


@pytest.mark.parametrize(
    "question",
    ["第丙项任务几月底前完成整改？", "松溪县校园安全整改的总体目标是什么？", "有哪些学校评为先进？"],
)
def test_a_question_for_something_else_gets_no_list(assistant: Assistant, question: str) -> None:
    assert "（共8项）" not in assistant.ask(Question(text=question)).text
