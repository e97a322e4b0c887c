"""Things that a question names side by side, and one document's word on each."""

from __future__ import annotations

import pytest

from assistant.answer import Assistant
from assistant.extraction.things import things_of
from assistant.types import Question


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("清单里午餐、饮水、亮化三项都归哪个科管？", ("午餐", "饮水", "亮化")),
        ("巩固率和入学率分别是多少？", ("巩固率", "入学率")),
        ("中小学艺术节以及体育节各是第几届？", ("中小学艺术节", "体育节")),
        ("市财政局参与的项目都有哪些？", ()),
        ("午餐和饮水归谁管？", ()),
        ("一、二和三各是什么？", ()),
        ("食堂分别由谁管？", ()),
    ],
)
def test_things_are_listed_before_the_word_for_each(question: str, things: tuple[str, ...]) -> None:
    assert things_of(question) == things


def test_each_thing_has_its_own_row(seed_assistant: Assistant) -> None:
    answer = seed_assistant.ask(Question(text="聊城的乡村学校饮水改善和教室亮化分别归哪个科室？"))
    rows = [citation.quote for citation in answer.citations]
    assert any("饮水" in row for row in rows)
    assert any("亮化" in row for row in rows)
