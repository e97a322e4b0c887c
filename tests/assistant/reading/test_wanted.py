"""What the words of a question are worth: rare ones more, those it only leans on less."""

from __future__ import annotations

import pytest

from assistant.reading.learned import load
from assistant.reading.signs import sign_names
from assistant.reading.wanted import Wanted, want
from vectorstore.text import search_terms


def read(focus: str, context: str = "", common: str = "") -> Wanted:
    return want(focus, context, lambda term: 0.5 if term in common else 2.0, load())


def test_a_text_with_all_words_of_a_question_holds_all_of_it_and_one_with_none_nothing() -> None:
    wanted = read("午餐补助标准")
    assert wanted.share(search_terms("学生的午餐补助标准为五元")) == pytest.approx(1.0)
    assert wanted.share(search_terms("校车")) == 0.0
    assert 0 < wanted.share(search_terms("午餐")) < 1


def test_what_the_library_says_everywhere_is_worth_less() -> None:
    wanted = read("学校午餐", common="学校")
    assert wanted.worth["学校"] < wanted.worth["午餐"]


def test_what_a_question_leans_on_is_worth_less_than_what_it_asks() -> None:
    wanted = read("标准是多少", context="午餐补助")
    assert 0 < wanted.worth["午餐"] < read("午餐补助标准是多少").worth["午餐"]
    assert wanted.worth["标准"] == read("标准是多少").worth["标准"]


def test_what_it_asks_and_leans_on_counts_once() -> None:
    assert read("午餐补助", context="午餐补助").worth == read("午餐补助").worth


def test_without_worth_there_is_no_share() -> None:
    nothing = want("午餐补助", "", lambda _: 0.0, load())
    assert nothing.share(search_terms("午餐补助")) == 0.0
    assert read("").share(["午餐"]) == 0.0


def test_the_numbers_of_a_question_are_its_figures() -> None:
    assert "2024" in read("2024年的补助是多少").figures
    assert read("补助是多少").figures == frozenset()


def test_units_and_signs_are_those_of_the_question_itself() -> None:
    wanted = read("要公示多少天", context="补助多少元")
    assert wanted.units == {"day"}
    assert all(0 <= wanted.probability_of(sign) <= 1 for sign in sign_names())


@pytest.mark.parametrize(
    ("question", "sign", "other"),
    [
        ("由哪个部门负责？", "body", "什么时候报名？"),
        ("什么时候报名？", "date", "由哪个部门负责？"),
        ("补助多少钱？", "money", "由哪个部门负责？"),
        ("申请要具备哪些条件？", "list", "补助多少钱？"),
        ("能不能退费？", "may", "什么时候报名？"),
    ],
)
def test_a_sign_is_likelier_under_the_question_that_wants_it(question: str, sign: str, other: str) -> None:
    assert read(question).probability_of(sign) > read(other).probability_of(sign)
