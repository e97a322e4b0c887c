"""Figures are known by what they measure, in text and in questions; dates and other forms are no figures."""

from __future__ import annotations

import pytest

from assistant.reading.signs import asked_units, form_names, is_date, sign_names, signs_of, unit_kinds

COUNTS = frozenset(unit_kinds())


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("办结时限为15个工作日", "day"),
        ("公示期不少于七天", "day"),
        ("自受理之日起30日内办结", "day"),
        ("每生每年补助五千元", "money"),
        ("投入资金3.5万元", "money"),
        ("一次性奖励1,200元", "money"),
        ("有效期三年", "year"),
        ("试用期为六个月", "month"),
        ("为期两周", "week"),
        ("每天课后服务不少于两小时", "hour"),
        ("年满6周岁", "age"),
        ("招收学生400人", "person"),
        ("设督导员20名", "person"),
        ("新建幼儿园12所", "school"),
        ("每学期演练2次", "time"),
        ("占工资总额的1.5%", "share"),
        ("不低于百分之五", "share"),
        ("绿地面积3000平方米", "area"),
        ("为上年的两倍", "multiple"),
    ],
)
def test_a_figure_shows_what_it_measures(text: str, sign: str) -> None:
    assert sign in signs_of(text)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("公示多少天", "day"),
        ("几日内答复", "day"),
        ("几个工作日办结", "day"),
        ("每人补助多少元", "money"),
        ("一个月多少块钱", "money"),
        ("招几个人", "person"),
        ("招多少名老师", "person"),
        ("来了几位专家", "person"),
        ("几岁可以上学", "age"),
        ("建了几所学校", "school"),
        ("每周几节课", "hour"),
    ],
)
def test_a_question_that_names_a_unit_asks_for_what_it_measures(question: str, kind: str) -> None:
    assert asked_units(question) == {kind}


@pytest.mark.parametrize(
    "question", ["补助多少", "怎么申请", "由谁负责", "第几条规定的是什么", "十五天够吗", ""]
)
def test_a_question_without_a_unit_asks_for_none(question: str) -> None:
    assert asked_units(question) <= {"thing"}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("多少天办结", "15个工作日内办结"),
        ("几日办结", "十天内办结"),
        ("多少天办结", "30日内办结"),
        ("招多少名", "招收45人"),
        ("招多少人", "招收教师三位"),
        ("几位督学", "督学12名"),
        ("补助几块钱", "补助五元"),
    ],
)
def test_units_of_one_measure_answer_each_other(question: str, text: str) -> None:
    assert asked_units(question) & signs_of(text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("多少天办结", "有45人报名"),
        ("招多少名", "2024年9月1日起"),
        ("补助多少元", "公示七天"),
        ("几岁", "有效期三年"),
    ],
)
def test_those_of_another_do_not(question: str, text: str) -> None:
    assert not asked_units(question) & signs_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "2024年9月1日",
        "二〇二四年九月一日",
        "9月10日前",
        "2024年",
        "2024—2025学年度",
        "每年4月",
        "9月底",
        "八月上旬",
        "下半年",
    ],
)
def test_a_date_is_a_date_and_counts_nothing(text: str) -> None:
    assert "date" in signs_of(text)
    assert not signs_of(text) & COUNTS


@pytest.mark.parametrize("text", ["三年", "15日内", "六个月内办结", "3个学年"])
def test_a_length_of_time_is_no_date(text: str) -> None:
    assert "date" not in signs_of(text)
    assert signs_of(text) & COUNTS


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("由县教育局负责", "body"),
        ("青教发〔2024〕17号", "number"),
        ("咨询电话0531-12345678", "phone"),
        ("手机13800000000", "phone"),
        ("发送至a@b.cn", "address"),
        ("上午9时开始", "clock"),
        ("由校长批准", "role"),
        ("语文、数学、英语", "list"),
        ("不得收费", "never"),
        ("家长可以申请", "may"),
        ("应当公示", "must"),
        ("有下列情形之一的", "case"),
        ("处以罚款", "penalty"),
        ("本办法所称寄宿生，是指在校住宿的学生", "means"),
    ],
)
def test_forms_are_known_and_are_no_figures(text: str, form: str) -> None:
    assert form in signs_of(text)
    assert form in form_names()
    assert not form_names() & COUNTS


def test_a_number_to_ring_up_and_one_of_a_document_count_nothing() -> None:
    assert not signs_of("咨询电话0531-12345678") & COUNTS
    assert not signs_of("青教发〔2024〕17号") & COUNTS


def test_text_without_any_sign_shows_none() -> None:
    assert signs_of("加强领导") == frozenset()
    assert signs_of("") == frozenset()


def test_all_signs_have_a_name_and_no_name_stands_twice() -> None:
    assert set(sign_names()) == {"date"} | COUNTS | form_names()
    assert len(sign_names()) == len(set(sign_names()))


def test_a_long_text_takes_no_time() -> None:
    for piece in ("1", "一", "、", "多少", "2024年", "1,", "第", "十月"):
        signs_of(piece * 1000)
        asked_units(piece * 1000)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("2025年4月9日。", True),
        ("二〇二五年四月九日", True),
        ("2025年4月9日起施行", False),
        ("三年", False),
        ("", False),
    ],
)
def test_a_date_alone_is_known(text: str, alone: bool) -> None:
    assert is_date(text) is alone
