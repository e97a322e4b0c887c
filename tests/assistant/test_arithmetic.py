from __future__ import annotations

import pytest

from assistant.extraction.arithmetic import compare
from assistant.extraction.weigh import weigh
from assistant.types import Statement
from vectorstore.search import Searcher


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
    seed_searcher: Searcher, question: str, first: str, second: str, expected: str
) -> None:
    passage = seed_searcher.passage(seed_searcher.chunks[0])
    told = [[Statement(text=text, passage=passage, start=0, end=1)] for text in (first, second)]
    said = compare(question, told, weigh(question, "", (), seed_searcher.weight))
    assert (said.zh if said else "") == expected


def test_two_sides_are_compared_in_english_too(seed_searcher: Searcher) -> None:
    passage = seed_searcher.passage(seed_searcher.chunks[0])
    told = [[Statement(text=text, passage=passage, start=0, end=1)] for text in ("达到95%", "达到92.5%")]
    question = "Which of the two has the higher rate?"
    said = compare(question, told, weigh(question, "", (), seed_searcher.weight))
    assert said
    assert said.en == "The first is higher, by 2.5 percentage points (95% and 92.5%)."
