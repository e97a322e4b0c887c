"""Which lines open a section, and which only begin with something like a number."""

from __future__ import annotations

import pytest

from vectorstore.lines import read_lines
from vectorstore.outline.families import Family
from vectorstore.outline.numbering import Opening, OpeningReader


def openings(text: str) -> list[Opening]:
    lines = read_lines(text)
    reader = OpeningReader(lines)
    return [opening for line in lines if (opening := reader.read(line))]


def labels(text: str) -> list[str]:
    return [opening.label for opening in openings(text)]


@pytest.mark.parametrize(
    ("line", "family", "number", "label", "title"),
    [
        ("第一编 总则", Family.BOOK, 1, "第一编", "总则"),
        ("第二部分：学前教育", Family.BOOK, 2, "第二部分", "学前教育"),
        ("第三章　附则", Family.CHAPTER, 3, "第三章", "附则"),
        ("第 1 节 职责", Family.PART, 1, "第 1 节", "职责"),
        ("第十条【适用范围】本法适用于学校。", Family.ARTICLE, 10, "第十条", "适用范围"),
        ("第十条之一　学校应当公示。", Family.ARTICLE, 10, "第十条之一", ""),
        ("【省级动态】", Family.COLUMN, None, "", "省级动态"),
        ("十二、总体要求", Family.HAN, 12, "十二、", "总体要求"),
        ("一．总体要求。", Family.HAN, 1, "一．", "总体要求"),
        ("（三）加强领导。各地要重视。", Family.HAN_BRACKETS, 3, "（三）", "加强领导"),
        ("㈡加强领导", Family.HAN_BRACKETS, 2, "㈡", "加强领导"),
        ("１２．加强领导", Family.ARABIC, 12, "１２．", "加强领导"),
        ("⒊加强领导", Family.ARABIC, 3, "⒊", "加强领导"),
        ("1、加强领导：落实责任，明确分工。", Family.ARABIC, 1, "1、", "加强领导"),
        ("★**召开会议。**2月1日召开。", Family.BULLET, None, "★", "召开会议"),
        ("（12）加强领导", Family.ARABIC_BRACKETS, 12, "（12）", "加强领导"),
        ("⑶加强领导", Family.ARABIC_BRACKETS, 3, "⑶", "加强领导"),
        ("3）加强领导", Family.HALF_BRACKET, 3, "3）", "加强领导"),
        ("⑫加强领导", Family.CIRCLED, 12, "⑫", "加强领导"),
        ("**二、保障措施**", Family.HAN, 2, "二、", "保障措施"),
        ("### （一）网络", Family.MARKDOWN, None, "（一）", "网络"),
        ("附件2：清单", Family.IMPRINT, None, "附件2：", ""),
        ("一、总体要求…………… 3", Family.HAN, 1, "一、", "总体要求"),
    ],
)
def test_a_line_opens_a_section_of_its_family(
    line: str, family: Family, number: int | None, label: str, title: str
) -> None:
    (opening,) = openings(line)
    assert (opening.family, opening.number, opening.label, opening.title) == (family, number, label, title)


@pytest.mark.parametrize(
    "line",
    [
        "第十条规定的情形除外。",
        "第三条所列材料齐全的，予以受理。",
        "第三条、第四条适用于幼儿园。",
        "第三条第二款的规定适用于幼儿园。",
        "第三章第二节所列措施由学校执行。",
        "第二章规定的程序适用于本章。",
        "二、三年级学生不参加。",
        "一、二等奖各10名。",
        "（一）至（三）项规定的材料。",
        "（二）项所列材料。",
        "1.05以内。",
        "95.3%以上的学校达标。",
        "2024.3.8召开会议。",
        "（2024）年度",
        "（3）日内完成。",
        "★★★★★",
        "○市○县开展试点。",
        "2024年召开会议。",
        "3个试点县完成任务。",
    ],
)
def test_references_figures_and_dates_open_nothing(line: str) -> None:
    assert labels(f"完成了前期工作。\n{line}") == []


def test_a_line_wrapped_in_mid_sentence_opens_nothing_unless_its_number_is_the_next() -> None:
    text = "一、安排\n工作由教育局负责，涉及的学校和幼儿园应当按照\n五、六月份的安排进行。\n二、要求"
    assert labels(text) == ["一、", "二、"]


def test_a_count_goes_on_over_lost_numbers_and_begins_anew_under_another_heading() -> None:
    text = "一、甲\n（一）乙。\n（二）丙。\n三、丁\n（一）戊。\n（四）己。"
    assert labels(text) == ["一、", "（一）", "（二）", "三、", "（一）", "（四）"]


def test_an_item_whose_point_got_lost_is_believed_if_its_number_is_the_next() -> None:
    assert labels("26.推进装备。\n27构建体系。\n28.提高质量。") == ["26.", "27", "28."]
    assert labels("26.推进装备。\n30构建体系。") == ["26."]
    assert labels("26.推进装备。\n27个县完成。") == ["26."]


def test_decimal_numbers_follow_each_other_and_figures_do_not() -> None:
    first = "1 范围\n本规定适用于学校。\n1.1 目的\n1.1.1 为了管理。\n1.1.2 比例为\n1.05以内。\n"
    text = f"{first}1.2 依据\n2 要求\n2.1 课时"
    assert labels(text) == ["1", "1.1", "1.1.1", "1.1.2", "1.2", "2", "2.1"]
    assert [opening.level for opening in openings(text)] == [0, 1, 2, 2, 1, 0, 1]


def test_a_number_before_a_space_is_no_heading_where_nothing_is_numbered_by_decimals() -> None:
    assert labels("1 张三\n2 李四") == []


def test_articles_without_a_space_go_on_even_where_their_words_could_be_a_reference() -> None:
    assert labels("第一条为了管理。\n第二条以下用语。\n第三条中小学校适用。\n第五条所有学校。") == [
        "第一条",
        "第二条",
        "第三条",
        "第五条",
    ]


def test_a_paragraph_with_a_whole_run_is_no_point_of_it() -> None:
    assert labels("一是甲。二是乙。三是丙。") == []
    assert labels("一是甲。\n二是乙。") == ["一是", "二是"]


@pytest.mark.parametrize("words", ["目标任务", "目的意义", "目录管理", "项目建设", "款项使用"])
def test_a_heading_that_begins_as_a_reference_would_is_a_heading(words: str) -> None:
    (opening,) = openings(f"（一）{words}")
    assert (opening.label, opening.title) == ("（一）", words)
