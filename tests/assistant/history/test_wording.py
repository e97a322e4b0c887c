"""Titles, and when two questions are the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.history.wording import LONGEST_TITLE, given_title, title_of, wording
from tests.vectorstore.strategies import anything


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("补助多少？", "补助多少？"),
        ("  补助\n 多少？ ", "补助 多少？"),
        (
            "我是一名农村小学的老师，想了解一下午餐补助的标准，以及什么时候开始执行",
            "我是一名农村小学的老师，想了解一下午餐补助的标准…",
        ),
        ("学" * 40, "学" * 30 + "…"),
        ("Which department is responsible for the lunch subsidy?", "Which department is…"),
        ("补\u202e助", "补助"),
        (" \u200b", ""),
    ],
)
def test_a_title_is_the_beginning_of_the_question(question: str, title: str) -> None:
    assert title_of(question) == title


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_a_title_is_one_short_line_of_the_question(question: str) -> None:
    title = title_of(question)
    assert len(title) <= 31
    assert not {unicodedata.category(char) for char in title} & {"Cc", "Cf", "Cs"}
    assert given_title(question).startswith(title.removesuffix("…"))
    assert len(given_title(question * 9)) <= LONGEST_TITLE


def test_a_question_is_the_same_but_for_width_case_space_and_its_end() -> None:
    assert (
        len({wording(same) for same in ("ＡＩ 课程几门？", "ai课程几门", "AI课程几門?!", " ai 课程几门。")})
        == 1
    )
    assert len({wording(other) for other in ("3.5元？", "35元？", "？", "！", "")}) == 5


@given(anything)
def test_any_question_has_a_wording(question: str) -> None:
    assert len(wording(question)) == 64
