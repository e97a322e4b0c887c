"""CSV and TSV: a table whatever its encoding and delimiter, and text where it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from vectorstore.documents.understand import understand
from vectorstore.readers import ReadFile, read_file

ROWS = (("乡镇", "学校", "月补贴（元）"), ("石桥镇", "高岭教学点", "1,200"), ("柳河乡", "柳河小学", "900"))


def written(folder: Path, text: str, name: str = "津贴.csv", encoding: str = "utf-8") -> ReadFile:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_file(path)


def joined(delimiter: str) -> str:
    quoted = (f'"{cell}"' if delimiter in cell else cell for row in ROWS for cell in row)
    cells = list(quoted)
    return "\r\n".join(delimiter.join(cells[at : at + 3]) for at in range(0, 9, 3)) + "\r\n"


def check(file: ReadFile) -> None:
    (table,) = file.tables
    assert table.header == ROWS[0]
    assert [tuple(cell.text for cell in row.cells) for row in table.rows] == list(ROWS[1:])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_any_encoding_gives_the_table(tmp_path: Path, encoding: str) -> None:
    check(written(tmp_path, joined(","), encoding=encoding))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["津贴.csv", "津贴.TSV"])
def test_the_delimiter_is_seen_whatever_the_name_says(tmp_path: Path, delimiter: str, name: str) -> None:
    check(written(tmp_path, joined(delimiter), name))


def test_lines_around_the_table_are_kept(tmp_path: Path) -> None:
    file = written(tmp_path, "乡村教师津贴,,\n" + joined(",") + "注：按月发放。,,\n")
    check(file)
    assert file.text.startswith("乡村教师津贴\n")
    assert file.text.rstrip().endswith("注：按月发放。")


def test_rows_may_lack_cells_or_have_more(tmp_path: Path) -> None:
    file = written(
        tmp_path, "学校,班数,备注\n东关小学,12\n\n西关小学,9,新建,多出\n南关小学,6,\n北关小学,3,无\n"
    )
    (table,) = file.tables
    assert [row.cells[0].text for row in table.rows] == ["东关小学", "西关小学", "南关小学", "北关小学"]
    assert "多出" in file.text


def test_a_cell_may_have_lines(tmp_path: Path) -> None:
    file = written(tmp_path, '学校,说明\n东关小学,"第一行\n第二行"\n西关小学,无\n')
    assert "第一行" in file.tables[0].rows[0].cells[1].text
    assert len(file.tables[0].rows) == 2


@pytest.mark.parametrize(
    "text", ["只有一句话，没有表格。\n", "一\n二\n三\n", "没有换行", "甲，乙\n丙，丁\n" + "字" * 200_000]
)
def test_what_is_no_table_is_read_as_text(tmp_path: Path, text: str) -> None:
    file = written(tmp_path, text)
    assert not file.tables
    assert "".join(file.text.split()) == "".join(text.split())


def test_the_document_is_called_by_its_file_and_each_row_is_found(tmp_path: Path) -> None:
    path = tmp_path / "艰苦边远津贴.csv"
    path.write_text(joined(","), encoding="utf-8")
    document = understand(path, path.name, None)
    assert document.head_of(0).title == "艰苦边远津贴"
    assert not document.notices
