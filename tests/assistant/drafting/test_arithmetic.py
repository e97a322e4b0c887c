"""Two figures side by side: which is more and by how much, which is earlier, as far as both are told."""

from __future__ import annotations

import pytest

from assistant.drafting.reckoning.arithmetic import compare
from assistant.reading.learned import load
from assistant.reading.wanted import Wanted, want
from assistant.types import Statement
from tests.invented import passages_of
from vectorstore.errors import Message

PASSAGE = passages_of("甲县办法\n\n第一条 入园率达到95%。\n")[-1]


def wanted(question: str) -> Wanted:
    return want(question, "", lambda _: 1.0, load())


def compared(question: str, *sides: str) -> Message | None:
    told = [[Statement(text=text, passage=PASSAGE, start=0, end=1)] if text else [] for text in sides]
    return compare(question, told, wanted(question))


@pytest.mark.parametrize(
    ("question", "first", "second", "expected"),
    [
        (
            "入园率谁高，差多少？",
            "入园率达到95%",
            "入园率达到92.5%",
            "前者高，相差2.5个百分点（95%与92.5%）。",
        ),
        ("入园率谁高，差多少？", "入园率达到90%", "入园率达到95%", "后者高，相差5个百分点（90%与95%）。"),
        ("入园率差多少？", "入园率达到95%", "入园率达到95%", "两者相同，都是95%。"),
        (
            "入园率差多少？",
            "巩固率98%，入园率达到95%",
            "入园率达到92%，巩固率99%",
            "前者高，相差3个百分点（95%与92%）。",
        ),
        ("入园率差多少？", "入园率达到95%", "入园率明显提高", ""),
        ("哪个更早完成？", "2024年6月完成", "2025年完成", "前者更早。"),
        ("哪个更早完成？", "2025年3月8日完成", "2025年3月1日完成", "后者更早。"),
        ("哪个更早完成？", "2025年完成", "2025年6月完成", ""),
        ("哪个更早完成？", "年内完成", "2025年6月完成", ""),
        ("各是多少？", "入园率达到95%", "入园率达到92%", ""),
    ],
)
def test_two_sides_are_compared_only_as_far_as_both_tell_it(
    question: str, first: str, second: str, expected: str
) -> None:
    said = compared(question, first, second)
    assert (said.zh if said else "") == expected


def test_two_sides_are_compared_in_english_too() -> None:
    said = compared("Which of the two has the higher rate?", "达到95%", "达到92.5%")
    assert said
    assert said.en == "The first is higher, by 2.5 percentage points (95% and 92.5%)."


def test_one_side_or_three_are_not_compared() -> None:
    question = "入园率谁高，差多少？"
    assert compared(question, "入园率达到95%") is None
    assert compared(question, "入园率达到95%", "") is None
    assert compared(question, "入园率达到95%", "入园率达到92%", "入园率达到91%") is None
