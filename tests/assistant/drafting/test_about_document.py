"""A document asked for its number, issuer or date tells them by name, from where they stand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.answer import Assistant
from assistant.types import Outcome, Question
from tests.invented import assistant_over

NOTICE = (
    "松溪县教育局关于印发《松溪县学生午餐管理办法》的通知\n\n松教〔2025〕18号\n\n各乡镇中心学校：\n\n"
    "现将《松溪县学生午餐管理办法》印发给你们，请遵照执行。\n\n松溪县教育局\n2025年4月2日\n\n"
    "松溪县学生午餐管理办法\n\n第一条 学生午餐由学校统一组织，午餐补助于每月10日发放。\n"
    "第二条 陪餐记录由总务处保存两年。\n第三条 午餐证由学校发给学生。\n"
)
OTHER = (
    "松溪县校车管理规定\n\n松政〔2024〕7号\n\n第一条 校车标牌由县公安局发给学校。\n"
    "第二条 校车每半年检验一次。\n\n松溪县教育局\n松溪县公安局\n2024年11月5日\n"
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("heads"), {"a.txt": NOTICE, "b.txt": OTHER}) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "told", "quote"),
    [
        ("松溪县学生午餐管理办法的文号是什么？", "发文字号：松教〔2025〕18号。", "松教〔2025〕18号"),
        ("松溪县校车管理规定是几号文？", "发文字号：松政〔2024〕7号。", "松政〔2024〕7号"),
        ("松溪县学生午餐管理办法是哪天印发的？", "发文日期：2025年4月2日。", "2025年4月2日"),
        ("松溪县校车管理规定是哪几个部门发的？", "发文机关：松溪县教育局、松溪县公安局。", "松溪县公安局"),
    ],
)
def test_a_fact_of_the_letterhead_is_told_and_cited_where_it_stands(
    assistant: Assistant, question: str, told: str, quote: str
) -> None:
    answer = assistant.ask(Question(text=question))
    assert answer.outcome is Outcome.GROUNDED
    assert told in answer.text
    assert len(answer.text.splitlines()[0]) < 40
    assert any(quote in citation.quote for citation in answer.citations)


def test_several_are_told_at_once_beside_what_is_asked_of_the_text(assistant: Assistant) -> None:
    text = assistant.ask(Question(text="松溪县学生午餐管理办法文号是多少，哪天发的，陪餐记录保存几年？")).text
    assert "发文字号：松教〔2025〕18号。" in text
    assert "发文日期：2025年4月2日。" in text
    assert "两年" in text


@pytest.mark.parametrize(
    "question", ["松溪县的午餐证是谁发的？", "松溪县校车标牌由谁发？", "松溪县午餐补助哪天发？"]
)
def test_what_is_issued_under_a_document_is_no_fact_of_its_letterhead(
    assistant: Assistant, question: str
) -> None:
    assert "发文" not in assistant.ask(Question(text=question)).text


def test_a_letterhead_is_no_answer_to_anything_else(assistant: Assistant) -> None:
    text = assistant.ask(Question(text="松溪县学生午餐由谁组织？")).text
    assert "学校统一组织" in text
    assert "松教〔2025〕18号" not in text
