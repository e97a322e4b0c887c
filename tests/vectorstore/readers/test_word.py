"""DOCX and DOC: what Word shows is read, what it hides is not."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import docx
import pytest

from tests.vectorstore.readers import word, writers
from vectorstore.readers import ReadFile, read_file


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return word.save(word.rich_document(), tmp_path_factory.mktemp("word") / "rich.docx")


@pytest.fixture(scope="module")
def read(rich: Path) -> ReadFile:
    return read_file(rich)


def lines(file: ReadFile) -> list[str]:
    return file.text.split("\n")


def test_automatic_numbers_stand_in_the_text_as_word_prints_them(read: ReadFile) -> None:
    assert lines(read)[: len(word.RICH_LINES)] == list(word.RICH_LINES)


def test_a_number_can_repeat_those_above_it_in_arabic_digits(tmp_path: Path) -> None:
    file = read_file(word.save(word.document_numbered_in_arabic(), tmp_path / "arabic.docx"))
    assert lines(file) == ["五、重新编号", "5.1按级引用", ""]


def test_numbers_of_styles_are_inherited(read: ReadFile) -> None:
    assert "1.样式编号" in lines(read)
    assert "2.继承的编号" in lines(read)


def test_insertions_and_content_controls_are_read_and_deletions_are_not(read: ReadFile) -> None:
    assert "培训经费由市级承担并列入预算" in lines(read)
    assert "由学校承担" not in read.text


def test_a_line_break_begins_a_line(read: ReadFile) -> None:
    assert "第一行\n第二行\n" in read.text


def test_hidden_text_is_left_out_and_told(read: ReadFile) -> None:
    assert "可见文字" in lines(read)
    assert "批示" not in read.text
    assert ["隐藏" in notice.zh for notice in read.notices] == [True]


def test_headers_and_footers_are_left_out(read: ReadFile) -> None:
    assert "页眉文字" not in read.text
    assert "页脚文字" not in read.text


def test_a_number_that_stands_in_the_header_of_the_page_is_read_and_nothing_else_of_it(
    tmp_path: Path,
) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "云山市教育局文件 云教发〔2025〕7号"
    document.sections[0].header.add_paragraph("内部资料")
    document.add_paragraph("第一条 操场周末开放。")
    document.save(str(tmp_path / "header.docx"))
    assert read_file(tmp_path / "header.docx").text.split() == [
        "云山市教育局文件",
        "云教发〔2025〕7号",
        "第一条",
        "操场周末开放。",
    ]


def test_a_header_of_two_rows_names_each_column_in_full(read: ReadFile) -> None:
    (table,) = read.tables
    assert table.header == ("指标", "2025年目标 学位数", "2025年目标 覆盖率")
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["学前教育", "3000", "90%"],
        ["特殊教育", "200", "97%"],
    ]
    assert [row.number for row in table.rows] == ["1", "2"]
    assert lines(read)[-2] == "表后的话。"


def test_the_old_format_gives_the_same_text_tables_and_notices(rich: Path, read: ReadFile) -> None:
    (old,) = writers.convert(rich.parent, "doc", rich)
    file = read_file(old)
    assert file.text == read.text
    assert file.tables == read.tables
    assert len(file.notices) == 1


def test_a_text_box_is_read_and_nothing_else_of_it_and_fields_by_their_result(tmp_path: Path) -> None:
    document = docx.Document()
    word.add_text_box(document.add_paragraph("正文"), "框里的话")
    word.add_instruction(document.add_paragraph("见第"), " PAGEREF _Toc1 ", "12")
    file = read_file(word.save(document, tmp_path / "box.docx"))
    assert file.text == "正文\n框里的话\n见第12\n"


def test_a_table_within_a_cell_is_lines_of_that_cell(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (*table.rows[0].cells, *table.rows[1].cells), ("名称", "内容", "甲", ""), strict=True
    ):
        cell.text = text
    inner = table.cell(1, 1).add_table(rows=2, cols=2)
    for cell, text in zip((*inner.rows[0].cells, *inner.rows[1].cells), "一二三四", strict=True):
        cell.text = text
    (outer,) = read_file(word.save(document, tmp_path / "nested.docx")).tables
    assert [cell.text for cell in outer.rows[0].cells] == ["甲", "一\n二\n三\n四"]


def test_a_table_of_one_column_is_lines(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=1)
    table.cell(0, 0).text, table.cell(1, 0).text = "甲", "乙"
    file = read_file(word.save(document, tmp_path / "box.docx"))
    assert file.text == "甲\n乙\n"
    assert file.tables == ()


def test_a_row_that_one_value_fills_has_one_cell_under_no_header(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=4, cols=2)
    texts = (("任务", "单位"), ("一、基础教育", ""), ("控辍保学", "基教科"), ("课后服务", "基教科"))
    for row, pair in zip(table.rows, texts, strict=True):
        for cell, text in zip(row.cells, pair, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    (read,) = read_file(word.save(document, tmp_path / "groups.docx")).tables
    assert [[(cell.header, cell.text) for cell in row.cells] for row in read.rows][:2] == [
        [("", "一、基础教育")],
        [("任务", "控辍保学"), ("单位", "基教科")],
    ]


def test_macros_are_never_opened(rich: Path, read: ReadFile, tmp_path: Path) -> None:
    bearing = tmp_path / "bearing.docm"
    bearing.write_bytes(rich.read_bytes())
    with ZipFile(bearing, "a") as package:
        package.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0 Sub AutoOpen()")
    assert read_file(bearing) == read


def test_wps_writer_files_are_read_by_what_they_are(saved: dict[str, Path], tmp_path: Path) -> None:
    for form in ("doc", "docx"):
        renamed = tmp_path / f"{form}.wps"
        renamed.write_bytes(saved[form].read_bytes())
        assert read_file(renamed).text == read_file(saved[form]).text
