"""Spreadsheets and slides: values as people see them, merged cells once, what is hidden left out."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pptx
import pytest
from pptx.util import Cm

from tests.vectorstore.readers import writers
from vectorstore.readers import ReadFile, read_file
from vectorstore.readers.spreadsheets.numbers import show

TITLE = "2025年教育重点任务分工表"
NOTE = "注：覆盖率为年末数。"


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "任务表"
    for row in (
        [TITLE],
        ["序号", "任务", "2025年目标", None, "完成时限"],
        [None, None, "学位数", "覆盖率", None],
        [1, "新增学位", 12000, 0.35, date(2025, 9, 1)],
        [2, "集团化办学", 30, 1, "长期"],
        [3, None, 8, None, None],
        [NOTE],
    ):
        sheet.append(row)
    for area in ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "B5:B6"):
        sheet.merge_cells(area)
    sheet["C4"].number_format = "#,##0"
    sheet["C5"].number_format = '0"所"'
    sheet["D4"].number_format = sheet["D5"].number_format = "0.0%"
    sheet["E4"].number_format = 'yyyy"年"m"月"d"日"'
    hidden = book.create_sheet("底稿")
    hidden["A1"] = "不公开"
    hidden.sheet_state = "hidden"
    path = tmp_path_factory.mktemp("sheets") / "tasks.xlsx"
    book.save(path)
    return path


def check(file: ReadFile) -> None:
    lines = file.text.rstrip("\n").split("\n")
    assert lines[:2] == ["任务表", TITLE]
    assert lines[-1] == NOTE
    assert "不公开" not in file.text
    assert "底稿" in file.notices[0].zh
    (table,) = file.tables
    assert table.header == ("任务", "2025年目标 学位数", "2025年目标 覆盖率", "完成时限")
    assert [(row.number, *(cell.text for cell in row.cells)) for row in table.rows] == [
        ("1", "新增学位", "12,000", "35.0%", "2025年9月1日"),
        ("2", "集团化办学", "30所", "100.0%", "长期"),
        ("3", "集团化办学", "8", "", ""),
    ]


def test_a_workbook_is_read_as_it_is_seen(workbook: Path) -> None:
    check(read_file(workbook))


def test_the_old_format_gives_the_same(workbook: Path) -> None:
    check(read_file(writers.convert(workbook.parent, "xls", workbook)[0]))


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.35, "0%", "35%"),
        (0.4567, "0.00%", "45.67%"),
        (12000, "#,##0", "12,000"),
        (12000.5, "¥#,##0.00", "¥12,000.50"),
        (5, '0"所"', "5所"),
        (5, 'General"人"', "5人"),
        (-3.5, "0.0;(0.0)", "(3.5)"),
        (-3.5, "0.0_ ", "-3.5"),
        (0, '0;-0;"—"', "—"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (20250101, "@", "20250101"),
        (1.5e-7, "0.00E+00", "1.5e-07"),
        (True, "General", "TRUE"),
        (date(2025, 3, 8), "yyyy/m/d", "2025-03-08"),
        (date(2025, 3, 8), 'yyyy"年"m"月"', "2025年3月"),
        (date(2025, 3, 8), 'm"月"d"日"', "3月8日"),
        (date(2025, 3, 1), "yyyy-mm", "2025-03"),
        (datetime(2025, 3, 8, 9, 30), "yyyy-mm-dd hh:mm", "2025-03-08 09:30"),
        (time(9, 30), "hh:mm", "09:30"),
    ],
)
def test_a_value_is_shown_in_its_number_format(value: object, form: str, shown: str) -> None:
    assert show(value, form) == shown


def test_slides_are_pages_with_their_titles_first(tmp_path: Path) -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    lower = slide.shapes.add_textbox(Cm(2), Cm(12), Cm(10), Cm(2))
    lower.text_frame.text = "下面的话"
    upper = slide.shapes.add_textbox(Cm(2), Cm(6), Cm(10), Cm(2))
    upper.text_frame.text = "上面的话"
    slide.shapes.title.text = "政策解读"
    slide.notes_slide.notes_text_frame.text = "讲稿"
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "任务清单"
    table = second.shapes.add_table(3, 2, Cm(2), Cm(6), Cm(16), Cm(6)).table
    for row, texts in enumerate((("任务", "单位"), ("课后服务", "基教科"), ("控辍保学", ""))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 1).merge(table.cell(2, 1))
    deck.save(str(tmp_path / "deck.pptx"))
    file = read_file(tmp_path / "deck.pptx")
    assert file.text.split("\n")[:4] == ["政策解读", "上面的话", "下面的话", "任务清单"]
    assert "讲稿" not in file.text
    assert [file.text[page:][:4] for page in file.pages] == ["政策解读", "任务清单"]
    (read,) = file.tables
    assert [[cell.text for cell in row.cells] for row in read.rows] == [
        ["课后服务", "基教科"],
        ["控辍保学", "基教科"],
    ]
