"""Slips of the hand go where what was meant is clear, and only there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.question.spelling import correct_slips
from tests.invented import searcher_over
from vectorstore.search.searcher import Searcher

RULES = """青禾县寄宿学校管理办法

第一条 为规范寄宿学校的管理，制定本办法。
第二条 寄宿学校实行校园封闭管理，宿舍由生活老师值守。
第三条 寄宿学校推行协同育人，培育一批协同育人品牌。
第四条 寄宿学生的生活补助按学期发放，由县财政局承担。
第五条 乡村学校的午餐每顿补助四元，乡村学校的食堂不得对外承包。
"""


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_over(tmp_path_factory.mktemp("slips"), {"a.txt": RULES}) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("青禾县乡村学校午餐一顿多哨钱？", "青禾县乡村学校午餐一顿多少钱？"),  # a word of asking
        ("青禾县的协同育仁品牌有哪些？", "青禾县的协同育人品牌有哪些？"),  # a word of the texts
        ("扬州篙邮市的补助是多少？", "扬州高邮市的补助是多少？"),  # a place that they do not have
        ("青禾县乡学村校的食堂谁管？", "青禾县乡村学校的食堂谁管？"),  # two in each other's place
    ],
)
def test_a_slip_is_mended(searcher: Searcher, typed: str, meant: str) -> None:
    assert correct_slips(typed, searcher) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "青禾县乡村学校午餐一顿多少钱？",
        "那个明星又塌房了吗？",  # not the library's words, and no slip either
        "“校荚社”是什么？",  # a quoted name is meant as it is
        "《协同育仁》谁写的？",
        "龘龘龘龘？",
        "Which county is it?",
        "",
    ],
)
def test_what_is_no_slip_stays(searcher: Searcher, typed: str) -> None:
    assert correct_slips(typed, searcher) == typed
