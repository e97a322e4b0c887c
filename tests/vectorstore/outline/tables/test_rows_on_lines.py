"""Tables with a row on a line, and flattened ones whose rows have no numbers."""

from __future__ import annotations

import pytest

from tests.vectorstore.outline.tables.test_flattened import cells, header, rows
from vectorstore.lines import read_lines
from vectorstore.outline.tables.rows_on_lines import find_tables


def test_a_table_of_markdown_has_its_cells_and_its_empty_ones() -> None:
    text = """| 序号 | 项目 | 牵头单位 | 完成时限 |
| --- | --- | :---: | --- |
| 1 | 录播教室 | 市电教馆 | 2025年 |
| 2 | 甲\\|乙教室 |  | 2026年 |

表后说明。"""
    assert header(text) == ["项目", "牵头单位", "完成时限"]
    assert rows(text) == [["1", "录播教室", "市电教馆", "2025年"], ["2", "甲|乙教室", "", "2026年"]]


def test_a_table_of_markdown_needs_no_edges_and_no_numbers() -> None:
    text = "指标 | 2023年 | 2024年\n--- | --- | ---\n入园率 | 90% | 95%\n巩固率 | 98% | 99%"
    assert header(text) == ["指标", "2023年", "2024年"]
    assert rows(text)[1] == ["", "巩固率", "98%", "99%"]


def test_columns_can_be_parted_by_tabs() -> None:
    text = "姓名\t单位\t电话\n张三\t教育局\t0001\n李四\t财政局\t0002\n王五\t人社局"
    assert header(text) == ["姓名", "单位", "电话"]
    assert rows(text)[2] == ["", "王五", "人社局", ""]


def test_columns_can_be_parted_by_wide_spaces() -> None:
    text = "姓名    单位    电话\n张三    教育局    0001\n李四    财政局    0002"
    assert rows(text) == [["", "张三", "教育局", "0001"], ["", "李四", "财政局", "0002"]]


def test_single_spaces_part_columns_only_where_rows_are_numbered() -> None:
    assert rows("序号 任务 单位\n1 建校 教育局\n2 修路 交通局") == [
        ["1", "建校", "教育局"],
        ["2", "修路", "交通局"],
    ]
    assert rows("任务 单位 时间\n建校 教育局 五月\n修路 交通局 六月") == []


WITHOUT_NUMBERS = cells(
    *("任务名称", "责任单位", "配合单位", "完成时限"),
    *("新建校舍，改善条件", "", "财政局", "2024年"),
    *("改善食堂，保障安全", "后勤科", "", "2025年"),
    *("培训教师，提高水平", "教师科", "人事科", "2026年"),
)


def test_a_flattened_table_without_numbers_is_rebuilt() -> None:
    assert header(WITHOUT_NUMBERS) == ["任务名称", "责任单位", "配合单位", "完成时限"]
    assert rows(WITHOUT_NUMBERS) == [
        ["", "新建校舍，改善条件", "", "财政局", "2024年"],
        ["", "改善食堂，保障安全", "后勤科", "", "2025年"],
        ["", "培训教师，提高水平", "教师科", "人事科", "2026年"],
    ]


def test_tables_without_numbers_end_at_the_next_heading_and_at_the_next_table() -> None:
    people = cells("联系人名单", "姓名", "单位", "电话", "张三", "教育局", "0001", "李四", "财政局", "0002")
    text = cells("一、任务", WITHOUT_NUMBERS, people, "二、要求", "请各单位抓好落实。")
    assert len(rows(text)) == 5
    assert rows(text)[-1] == ["", "李四", "财政局", "0002"]


@pytest.mark.parametrize(
    "text",
    [
        "工作目标\n主要任务\n保障措施\n加强领导。\n落实责任。",  # cells that fill no whole rows
        "工作目标\n主要任务\n建设一所新的高级中学。\n培养一批优秀教师队伍。",  # two headings, not a header
        "甲 | 乙\n丙 | 丁",  # a bar without the rule below the header
        "市教育局    市财政局\n2024年3月8日",  # two signatures side by side
        "这里\t有制表符",
    ],
)
def test_what_only_looks_like_a_table_is_none(text: str) -> None:
    assert find_tables(read_lines(text)) == []
