"""Questions for the parts of a chapter are answered by its headings, all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.drafting.members import state_members
from assistant.reading.read import Reader
from tests.invented import searcher_over
from vectorstore.search import Searcher

PLAN = """青禾县乡村教育振兴方案

一、主要任务
（一）校舍改善工程
到2026年改造校舍12所，由县教育局负责。
（二）师资提升工程
每年培训乡村教师300名。
（三）营养改善工程
所有寄宿学校配齐食堂。
二、保障措施
（一）加强组织领导
成立领导小组。
（二）落实经费
经费列入县级预算。
三、附则
本方案自印发之日起施行。
"""


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searcher_over(tmp_path_factory.mktemp("members"), {"plan.txt": PLAN}) as opened:
        yield opened


def members(searcher: Searcher, question: str, share: float = 0.0) -> list[str]:
    """The members told, where the best sentence holds that share of the question."""
    passages = [searcher.passage(chunk) for chunk in searcher.holdings.chunks]
    reading = Reader().read(question, passages, searcher.weight)
    spans = tuple(replace(span, share=share) for span in reading.spans)
    statements = state_members(question, replace(reading, spans=spans), passages, searcher)
    for one in statements:
        document = searcher.holdings.documents[0].text
        assert document[one.start : one.end] == one.text
    return [statement.text for statement in statements]


TASKS = ["（一）校舍改善工程", "（二）师资提升工程", "（三）营养改善工程"]
MEASURES = ["（一）加强组织领导", "（二）落实经费"]


@pytest.mark.parametrize(
    ("question", "headings"),
    [
        ("主要任务有哪些？", TASKS),
        ("主要任务包括什么？", TASKS),
        ("主要任务是哪三项？", TASKS),
        ("保障措施有哪些", MEASURES),
        ("保障措施分别是什么？", MEASURES),
        ("有哪两项保障措施？", MEASURES),
    ],
)
def test_the_headings_below_the_one_that_is_named_are_told(
    searcher: Searcher, question: str, headings: list[str]
) -> None:
    assert members(searcher, question) == headings


@pytest.mark.parametrize(
    "question",
    [
        "主要任务由谁负责？",  # asks for no members
        "主要任务是哪四项？",  # there are three
        "培训对象有哪些？",  # names no heading with headings below it
        "附则有哪些？",
        "",
    ],
)
def test_no_other_question_is_answered_by_headings(searcher: Searcher, question: str) -> None:
    assert members(searcher, question) == []


def test_without_passages_no_document_is_looked_at(searcher: Searcher) -> None:
    reading = Reader().read("主要任务有哪些？", (), searcher.weight)
    assert state_members("主要任务有哪些？", reading, (), searcher) == ()
