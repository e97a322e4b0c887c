"""Headings that the file marks up: where they stand among numbered ones, and what is no heading."""

from __future__ import annotations

import pytest

from tests.vectorstore.outlines import expected, outline
from vectorstore.outline.structure import read_structure
from vectorstore.readers.blocks.writing import write
from vectorstore.readers.plain_text.markdown import read_markdown
from vectorstore.types import Heading

BODY = "各地要健全工作机制，把任务分解到年度、落实到岗位、明确到责任人。"


def read(markdown: str) -> str:
    """The outline of a text whose headings are written with #, with a paragraph for each @."""
    file = write(read_markdown(markdown.replace("@", BODY)))
    return outline(file.text, file.headings)


def plain(markdown: str) -> str:
    """The outline of the same text without its markup."""
    return outline(write(read_markdown(markdown.replace("@", BODY))).text)


def test_headings_without_numbers_nest_by_their_levels_and_hold_the_numbered_items_below() -> None:
    assert read(
        "# 让孩子看得清\n@\n## 总体要求\n### 指导思想\n@\n1.@\n2.@\n### 工作目标\n@\n## 保障措施\n@"
    ) == expected(
        """
        heading 让孩子看得清
          heading 总体要求
            heading 指导思想
              item 1.
              item 2.
            heading 工作目标
          heading 保障措施
        """
    )


def test_a_heading_without_number_stands_inside_of_the_numbered_one_of_an_outer_level() -> None:
    text = "云山市作业管理办法\n@\n# 一、要求\n## 思想\n@\n（一）@\n1.@\n## 目标\n@\n# 二、任务\n@"
    assert read(text) == expected("""
        heading 云山市作业管理办法
          heading 一、 要求
            heading 思想
              heading （一）
                item 1.
            heading 目标
          heading 二、 任务
        """)


def test_a_heading_without_number_stands_beside_the_numbered_ones_of_its_level() -> None:
    text = (
        "云山市作业管理办法\n@\n# 前言\n@\n"
        "# 第一章 总则\n@\n## 缘起\n@\n## 一、目的\n@\n## 依据\n@\n## 二、范围\n@\n"
        "# 第二章 职责\n@\n## 学校\n@\n## （一）教师\n@\n# 附则\n@"
    )
    assert read(text) == expected("""
        heading 云山市作业管理办法
          heading 前言
          heading 第一章 总则
            heading 缘起
            heading 一、 目的
            heading 依据
            heading 二、 范围
          heading 第二章 职责
            heading 学校
            heading （一） 教师
          heading 附则
        """)


def test_a_numbered_heading_of_an_outer_level_ends_one_that_stands_before_all_of_them() -> None:
    text = (
        "云山市作业管理办法\n@\n## 编者的话\n@\n# 一、总体要求\n@\n### 说明\n@\n## 1.范围\n@\n# 二、任务\n@"
    )
    assert read(text) == expected("""
        heading 云山市作业管理办法
          heading 编者的话
          heading 一、 总体要求
            heading 说明
            item 1. 范围
          heading 二、 任务
        """)


def test_a_numbered_policy_has_the_outline_of_its_plain_text_whatever_is_marked_up() -> None:
    text = (
        "# 云山市教育局\n# 关于印发《云山市作业管理办法》的通知\n各学校：\n@\n云山市教育局\n2024年3月8日\n"
        "# 云山市作业管理办法\n（试行）\n## 一、总体要求\n### （一）思想\n@\n#### 1.减轻负担\n@\n"
        "##### （1）小学\n@\n## 二、任务\n@\n"
        "# 附件1\n# 作业公示表\n@"
    )
    assert "heading 云山市作业管理办法（试行）" in plain(text)
    assert read(text) == plain(text)


def test_the_title_above_makes_headings_of_the_outermost_level_chapters() -> None:
    text = "云山市作业管理办法\n@\n# 总体要求\n@\n## 目标\n@\n# 主要任务\n@\n# 保障措施\n@"
    assert read(text) == expected("""
        heading 云山市作业管理办法
          heading 总体要求
            heading 目标
          heading 主要任务
          heading 保障措施
        """)


def test_chapters_without_a_title_above_stand_side_by_side() -> None:
    assert read("## 总体要求\n@\n## 主要任务\n@\n## 保障措施\n@") == expected("""
        heading 总体要求
        heading 主要任务
        heading 保障措施
        """)


def test_the_only_outermost_heading_is_the_title_whatever_its_level() -> None:
    text = "发布日期：2024年3月8日\n## 让孩子看得清\n@\n### 总体要求\n@\n### 主要任务\n@"
    file = write(read_markdown(text.replace("@", BODY)))
    assert read_structure(file.text, headings=file.headings).titles == ("让孩子看得清",)
    assert read(text).endswith("heading 让孩子看得清\n  heading 总体要求\n  heading 主要任务")


def test_a_number_that_is_not_believed_is_the_label_of_the_heading_that_has_it() -> None:
    text = f"云山市作业管理办法\n{BODY[:-1]}\n# （一）目的\n@\n# 范围\n@\n@"
    assert "heading （一） 目的" in read(text)
    assert "（一）" not in plain(text)


def test_paragraphs_and_dates_are_no_headings_whatever_their_style() -> None:
    long = "推进" * 31
    text = f"云山市作业管理办法\n@\n# 总体要求\n@\n@\n# @\n# {long}\n@\n# 2024年3月8日\n@\n"
    assert read(text) == "heading 云山市作业管理办法\n  heading 总体要求"


def test_a_style_that_most_lines_have_is_no_heading() -> None:
    text = "# 甲一\n# 乙二\n# 丙三\n@\n@"
    assert read(text) != plain(text)
    assert read(f"{text}\n# 丁四\n# 戊五") == plain(f"{text}\n丁四\n戊五")


@pytest.mark.parametrize("start", [1, 100])
def test_a_heading_that_begins_no_line_is_none(start: int) -> None:
    text = f"总体要求\n{BODY}\n{BODY}"
    assert outline(text, [Heading(start, start + 2, 1)]) == outline(text)
