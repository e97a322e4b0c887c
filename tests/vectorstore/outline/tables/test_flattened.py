"""Tables that were flattened to one cell a line and have numbered rows."""

from __future__ import annotations

import pytest

from tests.vectorstore.guarantees import check, understood
from vectorstore.lines import read_lines
from vectorstore.outline.tables.flattened import find_flat_table
from vectorstore.types import Mark, Section, SectionKind


def rows(text: str) -> list[list[str]]:
    """Number and cells of every row of a text's tables, whose guarantees are checked first."""
    return [[row.label, *(cell.text for cell in row.cells)] for row in row_sections(text)]


def row_sections(text: str) -> list[Section]:
    document = understood(text)
    check(document)
    sections = (section for top in document.sections for section in top.walk())
    return [section for section in sections if section.kind is SectionKind.ROW]


def header(text: str) -> list[str]:
    return [cell.header for cell in row_sections(text)[0].cells]


def cells(*texts: str, between: str = "\n\n") -> str:
    """One cell a line; an empty one leaves only an additional blank line."""
    return between.join(texts)


TABLE = cells(
    "重点项目清单",
    *("序号", "项目", "牵头单位", "配合单位", "时限"),
    *("1", "新建校舍，改善办学条件", "基建科", "财政局", "2024年"),
    *("2", "培训教师，提高业务水平", "教师科", "人事科", "2025年"),
    *("3", "购置图书，丰富学生阅读", "电教馆", "财政局", "2026年"),
)


def test_rows_are_rebuilt_with_the_header_over_each_cell() -> None:
    assert header(TABLE) == ["项目", "牵头单位", "配合单位", "时限"]
    assert rows(TABLE) == [
        ["1", "新建校舍，改善办学条件", "基建科", "财政局", "2024年"],
        ["2", "培训教师，提高业务水平", "教师科", "人事科", "2025年"],
        ["3", "购置图书，丰富学生阅读", "电教馆", "财政局", "2026年"],
    ]


def test_a_cell_that_is_empty_is_known_by_its_blank_line() -> None:
    text = TABLE.replace("人事科", "")
    assert rows(text)[1] == ["2", "培训教师，提高业务水平", "教师科", "", "2025年"]
    assert [row[0] for row in rows(text)] == ["1", "2", "3"]


def test_blank_lines_can_be_doubled_or_left_at_an_empty_cell_alone() -> None:
    text = TABLE.replace("人事科\n\n", "\n").replace("财政局\n\n2026", "\n2026")
    right = rows(text)
    assert [row[3] for row in right] == ["财政局", "", ""]
    assert rows(text.replace("\n", "\n\n")) == right


def test_a_cell_broken_over_two_lines_is_one_cell() -> None:
    text = TABLE.replace("培训教师，提高业务水平", "培训教师，\n\n提高业务水平")
    assert rows(text)[1] == ["2", "培训教师，提高业务水平", "教师科", "人事科", "2025年"]


def test_several_paragraphs_in_a_cell_stay_in_it() -> None:
    text = cells(
        *("序号", "任务", "内容", "单位"),
        *("1", "课程建设", "（一）开齐课程；", "（二）开发校本课程。", "基教科"),
        *("2", "教师培训", "（一）组织培训；", "（二）跟岗学习。", "教师科"),
        *("3", "安全管理", "（一）排查隐患。", "安全科"),
        *("4", "经费保障", "（一）足额拨付。", "财务科"),
    )
    assert rows(text)[0] == ["1", "课程建设", "（一）开齐课程；（二）开发校本课程。", "基教科"]
    assert rows(text)[3] == ["4", "经费保障", "（一）足额拨付。", "财务科"]


def test_a_number_in_a_cell_is_not_taken_for_the_next_row() -> None:
    text = cells(
        *("序号", "学校", "班级数", "人数"),
        *("1", "云山一中", "2", "90"),
        *("2", "云山二中", "3", "120"),
        *("3", "云山三中", "4", "160"),
        between="\n",
    )
    assert [row[1:] for row in rows(text)] == [
        ["云山一中", "2", "90"],
        ["云山二中", "3", "120"],
        ["云山三中", "4", "160"],
    ]


def test_a_row_of_totals_is_a_row_without_a_number() -> None:
    text = cells(
        *("序号", "单位名称", "学生人数", "分配金额"),
        *("1", "云山一中", "1200", "240"),
        *("2", "云山二中", "1500", "300"),
        *("小计", "2700", "540"),
        *("3", "云山三中", "800", "160"),
        *("合计", "3500", "700"),
        between="\n",
    )
    text += "\n\n注：金额单位为万元。"
    assert [row[:2] for row in rows(text)] == [
        ["1", "云山一中"],
        ["2", "云山二中"],
        ["", "小计"],
        ["3", "云山三中"],
        ["", "合计"],
    ]
    assert rows(text)[-1] == ["", "合计", "3500", "700"]
    assert "注：金额单位为万元。" in understood(text).text[row_sections(text)[-1].end :]


def test_of_two_header_lines_the_upper_one_stands_before_the_cells_that_it_spans() -> None:
    text = cells(
        *("序号", "任务名称", "责任单位", "完成时限", "牵头单位", "配合单位"),
        *("1", "完善课程体系", "基教科", "教研室", "2024年"),
        *("2", "加强教师培训", "教师科", "人事科", "2025年"),
        *("3", "改善办学条件", "计财科", "装备站", "2026年"),
    )
    assert header(text) == ["任务名称", "责任单位/牵头单位", "责任单位/配合单位", "完成时限"]
    assert rows(text)[0] == ["1", "完善课程体系", "基教科", "教研室", "2024年"]


def test_a_short_title_over_the_header_is_not_taken_for_a_column() -> None:
    text = TABLE.replace("序号\n\n", "")
    assert header(text) == ["项目", "牵头单位", "配合单位", "时限"]


def test_a_header_that_is_repeated_on_the_next_page_is_in_no_cell() -> None:
    again = cells("— 1 —", "序号", "项目", "牵头单位", "配合单位", "时限", "3")
    text = TABLE.replace("\n\n3\n\n", f"\n\n{again}\n\n")
    assert rows(text) == rows(TABLE)


def test_text_goes_on_behind_a_table() -> None:
    text = f"云山市工作方案\n\n一、任务\n\n{TABLE}\n\n二、要求\n\n请各单位抓好落实。"
    document = understood(text)
    (whole,) = (section for section in document.sections if section.title == "云山市工作方案")
    assert [child.label for child in whole.children] == ["一、", "二、"]
    assert len(rows(text)) == 3


def test_several_tables_in_one_file_have_their_own_headers_and_titles() -> None:
    second = cells(
        "表2 人员表", "序号", "姓名", "电话", "1", "张三", "0001", "2", "李四", "0002", "3", "王五", "0003"
    )
    document = understood(f"{TABLE}\n\n{second}")
    tables = [s for top in document.sections for s in top.walk() if s.kind is SectionKind.TABLE]
    assert [(table.title, len(table.children)) for table in tables] == [
        ("重点项目清单", 3),
        ("表2 人员表", 3),
    ]
    assert [cell.header for cell in tables[1].children[0].cells] == ["姓名", "电话"]


def test_under_a_header_for_numbers_some_can_be_missing_and_headings_stand_across() -> None:
    text = cells(
        *("工作任务分解表", "序号", "重点工作任务", "责任单位", "配合单位"),
        *("一、经济发展的主要预期目标", "3", "固定资产投资增长7.5%左右。", "发改委", "工信局"),
        *("二、扩投资、优服务", "三、惠民生、增福祉", "68", "持续推进学前教育普及普惠。", "教育局", "财政局"),
        *("69", "积极引进优质教育资源。", "教育局", "投资促进中心"),
        *("73", "全区托位数提高至560个。", "卫健委", "教育局"),
    )
    assert [row[0] for row in rows(text)] == ["3", "68", "69", "73"]
    (table,) = (s for top in understood(text).sections for s in top.walk() if s.kind is SectionKind.TABLE)
    assert [(heading.title, len(heading.children)) for heading in table.children] == [
        ("一、经济发展的主要预期目标", 1),
        ("二、扩投资、优服务", 0),
        ("三、惠民生、增福祉", 3),
    ]
    row = next(chunk for chunk in check(understood(text)) if chunk.text.startswith("68"))
    assert row.path == ("三、惠民生、增福祉", "68 持续推进学前教育普及普惠。")


def test_a_row_that_breaks_off_is_marked() -> None:
    text = TABLE[: TABLE.index("电教馆")].rstrip()
    last = row_sections(text)[-1]
    assert (last.label, last.marks) == ("3", (Mark.TRUNCATED,))


def test_a_hidden_figure_is_marked_on_its_row_only() -> None:
    marked = row_sections(TABLE.replace("2025年", "20xx年"))
    assert [row.marks for row in marked] == [(), (Mark.REDACTED,), ()]


@pytest.mark.parametrize(
    "text",
    [
        "1\n甲\n2\n乙\n3\n丙",  # no header
        "项目\n单位\n1\n甲\n乙",  # one row
        "第一章 总则\n\n1\n\n为了加强管理，制定本办法。\n\n2\n\n本办法适用于学校。",  # numbered paragraphs
    ],
)
def test_numbers_alone_make_no_table(text: str) -> None:
    assert find_flat_table(read_lines(text)) is None
