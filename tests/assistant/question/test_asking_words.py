"""Question words of dialects become standard ones; words that only look like them stay."""

from __future__ import annotations

import pytest

from assistant.question.asking_words import in_standard_words


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("聊城一顿午餐好多钱？", "聊城一顿午餐多少钱？"),
        ("荣成要建几多所学校", "荣成要建多少所学校"),
        ("这事归边个科管，几时做完？", "这事归哪个科管，什么时候做完？"),
        ("老师没得编制咋个办", "老师没有编制怎么办"),
        ("边三条系乜嘢", "哪三条系什么"),
        ("家长学校是么子", "家长学校是什么"),
    ],
)
def test_question_words_of_dialects_are_understood(said: str, meant: str) -> None:
    assert in_standard_words(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "好多学校没有食堂，怎么办？",
        "学生身边个别老师有问题吗？",
        "学校周边三百米归谁管？",
        "路两边一共几所学校？",
    ],
)
def test_words_that_look_like_them_stay(said: str) -> None:
    assert in_standard_words(said) == said
