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


RULES = (
    "松溪县入学办理指南\n\n一、办理时间\n每年7月1日至10日办理。\n"
    "二、入学要带的证件\n1、户口簿原件；\n2、接种证原件；\n3、房产证或者租房合同；\n4、监护人身份证。\n"
    "三、常见问答\n1.问：转学怎么办？答：开学前到学校办。\n2.问：证件遗失怎么办？答：到派出所补办证件。\n"
)


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("guide"), {"guide.txt": RULES}) as made:
        yield made


def test_a_list_of_which_several_items_answer_is_told_to_its_end(guide: Assistant) -> None:
    text = guide.ask(
        Question(text="松溪县小孩上学报名需要准备哪些材料，户口簿、房产证、接种证要哪几样？")
    ).text
    assert "（共4项）" in text
    assert all(item in text for item in ("户口簿", "接种证", "租房合同", "身份证"))


def test_questions_that_a_text_answers_are_no_such_list(guide: Assistant) -> None:
    text = guide.ask(Question(text="松溪县转学和证件遗失有哪些办法？")).text
    assert "转学怎么办" not in text or "（共2项）" not in text
