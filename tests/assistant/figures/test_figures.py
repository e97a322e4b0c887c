"""Figures as they are read: values, units, dates, numbers of documents, and what only looks like one."""

from __future__ import annotations

import pytest

from assistant.figures.figures import DATE, ITEM, comparable, read_figures
from assistant.figures.same_figures import is_difference, says_same, stands_among, with_years


def read(text: str) -> list[tuple[str, ...]]:
    return [(*figure.value, figure.unit) for figure in read_figures(comparable(text))]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("30 所学校", [("30", "所")]),
        ("３０所", [("30", "所")]),
        ("4000余人次", [("4000", "人次")]),
        ("1,200名教师", [("1200", "名")]),
        ("45周岁以下", [("45", "岁")]),
        ("3万元", [("30000", "元")]),
        ("12.5亿元", [("1250000000", "元")]),
        ("提高3至5个百分点", [("3", "5", "百分点")]),
        ("80%—90%", [("80", "90", "%")]),
        ("百分之五", [("5", "%")]),
        ("百分之九十五点三", [("95.3", "%")]),
        ("三分之二", [("3", "2", "分之")]),
        ("三年", [("3", "年")]),
        ("十五名", [("15", "名")]),
        ("两次", [("2", "次")]),
        ("一百二十余所", [("120", "所")]),
        ("三十万元", [("300000", "元")]),
        ("每学期一次", [("1", "次")]),
        ("第十五条", [("15", "第条")]),
        ("第一期", [("1", "第期")]),
        ("第7 期", [("7", "第期")]),
        ("3个月", [("3", "个月")]),
        ("5 percent of 3 million yuan", [("5", "%"), ("3000000", "元")]),
    ],
)
def test_an_amount_is_its_value_and_its_unit(text: str, figures: list[tuple[str, ...]]) -> None:
    assert read(text) == figures


@pytest.mark.parametrize(
    "text",
    [
        "三好学生",
        "一校一品",
        "一个",
        "一批",
        "进一步",
        "一次性",
        "统一年度",
        "十四五期间",
        "七八名",
        "几十所",
        "十分重要",
        "三门峡",
        "百校百馆",
        "四川",
        "五育并举",
        "二维码",
        "schools may apply",
        "主要有两个方面",
    ],
)
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2025年", ["2025..."]),
        ("2025年底前", ["2025...底"]),
        ("2025年末", ["2025...底"]),
        ("二〇二五年三月一日", ["2025.3.1."]),
        ("2025-03-01", ["2025.3.1."]),
        ("２０２５年３月１日", ["2025.3.1."]),
        ("3 月 1 日", [".3.1."]),
        ("2月24-25日", [".2.24.", ".2.25."]),
        ("9月上旬", [".9..上旬"]),
        ("2024—2027年", ["2024...", "2027..."]),
        ("2024至2025学年", ["2024...", "2025..."]),
        ("March 1, 2025", ["2025.3.1."]),
        ("1st of March 2025", ["2025.3.1."]),
        ("12个月", []),
        ("3年", []),
        ("2024级", []),
    ],
)
def test_dates_are_read_however_they_are_written(text: str, days: list[str]) -> None:
    figures = read_figures(comparable(text))
    assert [".".join(figure.value) for figure in figures if figure.unit == DATE] == days


@pytest.mark.parametrize(
    "text",
    ["甲教〔2024〕3号", "甲教[2024]3号", "甲教（2024）第3号", "甲教【2024】3 号", "根据甲教〔2024〕3号"],
)
def test_a_documents_number_is_the_same_in_any_brackets(text: str) -> None:
    (number,) = read_figures(comparable("甲教〔2024〕3号"))
    assert stands_among(number, read_figures(comparable(text)))


@pytest.mark.parametrize(
    ("said", "told", "same"),
    [
        ("30所", "30个", False),
        ("5%", "5", False),
        ("5", "5%", False),
        ("5", "5名", True),
        ("三年", "3年", True),
        ("3万元", "30000元", True),
        ("15人", "十五名", True),
        ("30人", "30人次", False),
        ("3%", "3个百分点", False),
        ("3个", "3至5个", False),
        ("93%", "93.5%", False),
        ("2025年", "2025年3月1日", True),
        ("2025年3月1日", "2025年", False),
        ("2025年底", "2025年", False),
        ("2025", "2025年", True),
        ("2025-00599", "2025年", False),
        ("3月1日", "2025年3月1日", True),
        ("3月1日", "3月11日", False),
        ("第三条", "第3条", True),
        ("第三条", "第四条", False),
        ("乙教〔2024〕3号", "甲教〔2024〕3号", False),
        ("甲教〔2024〕3号", "甲教〔2023〕3号", False),
    ],
)
def test_two_figures_say_the_same_only_with_the_same_unit(said: str, told: str, same: bool) -> None:
    (figure,), (other,) = read_figures(comparable(said)), read_figures(comparable(told))
    assert says_same(figure, other) is same


def test_a_day_without_its_year_may_be_of_the_last_year_told_and_of_the_documents_own() -> None:
    told = read_figures(comparable("2023年启动，3月1日发文。"))
    figures = list(with_years(told, ["2024"]))
    for text, stands in (("2023年3月1日", True), ("2024年3月1日", True), ("2022年3月1日", False)):
        (day,) = read_figures(comparable(text))
        assert stands_among(day, figures) is stands


@pytest.mark.parametrize(
    ("difference", "one", "other", "right"),
    [
        ("4.5个百分点", "93.5%", "89%", True),
        ("150元", "500元", "650元", True),
        ("150", "500", "650", True),
        ("4.5%", "93.5%", "89%", False),
        ("4个百分点", "93.5%", "89%", False),
        ("150元", "500名", "650名", False),
        ("2年", "2023年", "2025年", False),
        ("1.1", "1.2.3", "2.3.4", False),
    ],
)
def test_shares_differ_by_points_and_amounts_by_their_unit(
    difference: str, one: str, other: str, right: bool
) -> None:
    figures = [read_figures(comparable(text))[0] for text in (difference, one, other)]
    assert is_difference(*figures) is right


@pytest.mark.parametrize(
    "text", ["（一）新建；（二）改建", "一、新建", "①新建；②改建", "内容：1.新建；2.改建", "(1)新建；(2)改建"]
)
def test_numbers_of_a_lists_items_are_told_apart(text: str) -> None:
    assert {unit for *_, unit in read(text)} <= {ITEM}


def test_the_third_item_is_the_one_that_its_list_numbers_so() -> None:
    (third,) = read_figures(comparable("第三项"))
    assert stands_among(third, read_figures(comparable("2.新建。\n3.改建。")))
    assert not stands_among(third, read_figures(comparable("2.新建。\n4.改建。")))


def test_numbers_of_neighbouring_cells_are_not_one_number() -> None:
    assert read("12\n2025年") == [("12", ""), ("2025", "", "", "", DATE)]
