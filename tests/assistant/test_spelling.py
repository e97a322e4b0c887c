"""Slips of the hand go where what was meant is clear, and only there."""

from __future__ import annotations

import pytest

from assistant.answer import Assistant
from assistant.extraction.spelling import correct_slips
from assistant.types import Outcome, Question
from vectorstore.search import Searcher


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("聊城乡村学校午餐一顿多哨钱？", "聊城乡村学校午餐一顿多少钱？"),  # a word of asking
        ("扬州的协同育仁品牌有哪些？", "扬州的协同育人品牌有哪些？"),  # a word of the texts
        ("扬州篙邮市有几所学校？", "扬州高邮市有几所学校？"),  # a place that they do not have
        ("聊乡城村学校有哪几项工程？", "聊城乡村学校有哪几项工程？"),  # two in each other's place
    ],
)
def test_a_slip_is_mended(seed_searcher: Searcher, typed: str, meant: str) -> None:
    assert correct_slips(typed, seed_searcher) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "聊城乡村学校午餐一顿多少钱？",
        "那个明星又塌房了吗？",  # not the library's words, and no slip either
        "“校荚社”是什么？",  # a quoted name is meant as it is
        "龘龘龘龘？",
        "Which city is it?",
        "",
    ],
)
def test_what_is_no_slip_stays(seed_searcher: Searcher, typed: str) -> None:
    assert correct_slips(typed, seed_searcher) == typed


def test_what_is_not_there_is_refused_in_spite_of_a_slip(seed_assistant: Assistant) -> None:
    question = Question(text="聊城乡村学校的午餐一顿多哨钱？")
    assert seed_assistant.ask(question).outcome is Outcome.REFUSED
