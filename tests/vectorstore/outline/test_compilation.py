"""Several documents in one file, and the table of contents of a single one."""

from __future__ import annotations

import pytest

from tests.vectorstore.guarantees import check, understood
from tests.vectorstore.outlines import expected, outline
from vectorstore.lines import read_lines
from vectorstore.outline.compilation import find_compilation
from vectorstore.outline.contents import find_contents
from vectorstore.types import Mark, SectionKind

FIRST = """云山市教育局2024年工作要点
一、总体思路
1.加强党建。坚持党的全面领导。
二、重点工作
2.提升质量。抓好教研。"""
SECOND = """河口县学校安全管理办法
第一条 为加强安全，制定本办法。
第二条 学校应当建立制度。"""
OUTLINE_ONE = "一、总体思路\n1.加强党建\n二、重点工作\n2.提升质量\n3.改善条件"
OUTLINE_TWO = "一、总则\n1.目的"


@pytest.mark.parametrize(
    "contents",
    [
        "1.云山市教育局2024年工作要点 1\n2.河口县学校安全管理办法 12",
        "1.\n云山市教育局2024年工作要点 1\n2、河口县学校安全管理办法……12",
        "云山市教育局2024年工作要点……………1\n河口县学校安全管理办法 …… 12",
    ],
)
def test_documents_of_a_list_with_pages_become_parts_where_their_titles_stand_again(contents: str) -> None:
    text = f"教育政策汇编\n目  录\n{contents}\n{FIRST}\n{SECOND}"
    assert outline(text) == expected("""
        outline
        part 云山市教育局2024年工作要点
          heading 一、 总体思路
            item 1. 加强党建
          heading 二、 重点工作
            item 2. 提升质量
        part 河口县学校安全管理办法
          item 第一条
          item 第二条
        """)
    assert [head.region for head in understood(text).parts] == ["云山市", "河口县"]


def test_outlines_before_the_bodies_are_marked_where_no_body_has_their_headings() -> None:
    contents = "1.云山市教育局2024年工作要点 1\n2.河口县学校安全管理办法 12"
    text = f"{contents}\n{OUTLINE_ONE}\n{OUTLINE_TWO}\n{FIRST}"
    assert outline(text).startswith(
        expected("""
        outline
        outline 云山市教育局2024年工作要点
          heading 一、 总体思路
            item 1. 加强党建
          heading 二、 重点工作
            item 2. 提升质量
            item 3. 改善条件 !outline only
        outline 河口县学校安全管理办法
          heading 一、 总则 !outline only
            item 1. 目的 !outline only
        part 云山市教育局2024年工作要点
        """)
    )


def test_headings_without_a_body_are_the_only_ones_of_an_outline_in_chunks() -> None:
    contents = "1.云山市教育局2024年工作要点 1\n2.河口县学校安全管理办法 12"
    document = understood(f"{contents}\n{OUTLINE_ONE}\n{OUTLINE_TWO}\n{FIRST}")
    chunks = [chunk for chunk in check(document) if chunk.kind is SectionKind.OUTLINE and chunk.part]
    assert [chunk.text for chunk in chunks] == ["3.改善条件", OUTLINE_TWO]
    assert all(chunk.marks == (Mark.OUTLINE_ONLY,) for chunk in chunks)


def test_a_list_that_stands_twice_is_in_chunks_once() -> None:
    first = "1.\n2.河口县学校安全管理办法12"
    second = "目录\n1.\n云山市教育局2024年工作要点 1\n2.河口县学校安全管理办法12"
    document = understood(f"{first}\n{OUTLINE_ONE}\n{OUTLINE_TWO}\n{second}\n{FIRST}\n{SECOND}")
    assert len(document.parts) == 2
    lists = [chunk for chunk in check(document) if chunk.kind is SectionKind.OUTLINE and not chunk.part]
    assert [chunk.text for chunk in lists] == [second]


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        f"1.云山市教育局2024年工作要点 1\n{FIRST}",  # one document
        "1.第一项 1\n2.第二项 2\n正文没有这些标题。",
        "1.拨款 100\n2.拨款 200\n拨款",  # amounts, not pages
    ],
)
def test_other_lists_make_no_compilation(text: str) -> None:
    assert find_compilation(read_lines(text)) is None


CONTENTS = """云山市“十四五”教育发展规划

目　录

一、发展基础……………………………………1
二、主要任务……………………………………3
（一）学前教育………………………………3
（二）义务教育………………………………5
三、保障措施……………………………………9

一、发展基础

“十三五”期间，云山市教育事业取得明显成效。

二、主要任务

（一）学前教育。到2025年，毛入园率达到95%以上。

（二）义务教育。到2025年，巩固率达到99%。
"""


def test_a_table_of_contents_is_kept_apart_from_the_body() -> None:
    assert outline(CONTENTS) == expected("""
        heading 云山市“十四五”教育发展规划
        outline
          heading 一、 发展基础
          heading 二、 主要任务
            heading （一） 学前教育
            heading （二） 义务教育
          heading 三、 保障措施 !outline only
        heading 一、 发展基础
        heading 二、 主要任务
          heading （一） 学前教育
          heading （二） 义务教育
        """)


def test_a_table_of_contents_needs_no_page_numbers() -> None:
    text = """云山市教育督导规程
目录
第一章 总则
第二章 督导实施

第一章 总则
第一条 为规范教育督导，制定本规程。
第二章 督导实施
第二条 督导机构每年制定计划。
"""
    assert outline(text) == expected("""
        heading 云山市教育督导规程
        outline
          heading 第一章 总则
          heading 第二章 督导实施
        heading 第一章 总则
          item 第一条
        heading 第二章 督导实施
          item 第二条
        """)


def test_a_table_of_contents_can_have_page_numbers_and_no_heading() -> None:
    text = CONTENTS.replace("目　录\n\n", "")
    assert outline(text) == outline(CONTENTS)


@pytest.mark.parametrize(
    "text",
    [
        "目录\n一、甲\n工作内容很多，涉及各个方面。\n二、乙\n内容。",  # headings with their bodies
        "一、甲……1\n内容。\n二、乙\n内容。",
        "各校应当公开以下目录\n一、收费目录\n二、服务目录\n三、招生目录",
    ],
)
def test_other_headings_are_no_table_of_contents(text: str) -> None:
    assert find_contents(read_lines(text)) is None
