"""The Markdown form: lists and quotes of our own, and nothing in it that a document made into markup."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from assistant.saying.forms.markdown import to_markdown
from tests.assistant.kept_answers import answered, citation
from tests.assistant.saying.export.conversations import HOSTILE
from tests.assistant.saying.forms.reading import READER, stray_markup
from tests.assistant.saying.forms.test_plain import BASE, TEXTS


def markdown(answer: dict[str, Any]) -> str:
    return to_markdown(answer, base=BASE, language="zh")


def test_an_answer_is_followed_by_its_notices_and_its_sources_with_bare_links() -> None:
    text = markdown(
        answered("每人每天补助5元[1]。\n每学期公示[1]。", citation(1), notices=("是征求意见稿。",))
    )
    assert text == (
        "每人每天补助5元[1]。  \n每学期公示[1]。\n\n"
        "> ⓘ 是征求意见稿。\n\n"
        "依据：\n\n"
        "- [1] 《云山市学生午餐补助办法》云教发〔2024〕5号（征求意见稿），第二章 标准 › 第三条  \n"
        "  https://policy.example.edu.cn/documents/lunch%201?start=0&end=13"
    )


def test_a_list_stays_a_list() -> None:
    rendered = READER.render(markdown(answered("共2项：\n- 甲[1]\n- 乙[1]", citation(1))))
    assert rendered.count("<li>") == 3


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_documents_say_becomes_markup(hostile: str) -> None:
    answer = answered(f"{hostile}[1]。", citation(1, hostile, title=hostile), notices=(hostile,))
    assert stray_markup(markdown(answer)) == set()


@given(text=TEXTS, title=TEXTS, notice=TEXTS)
def test_whatever_is_said_only_lists_and_quotes_are_made(text: str, title: str, notice: str) -> None:
    answer = answered(text, citation(1, title, title=title), notices=(notice,))
    rendered = markdown(answer)
    assert stray_markup(rendered) == set()
    rendered.encode()
