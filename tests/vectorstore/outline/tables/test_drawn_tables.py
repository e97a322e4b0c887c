"""Tables that a file draws become rows of the outline; a merged cell belongs to every row that it spans."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectorstore.guarantees import check, understood
from tests.vectorstore.readers.test_writing import grids
from vectorstore.documents.chunking import embedded_text, split
from vectorstore.documents.understand import understand
from vectorstore.readers.blocks.blocks import Content, Paragraph
from vectorstore.readers.blocks.writing import write
from vectorstore.types import Chunk, Document, Section, SectionKind

PAGE = """<html><body><h1>甲市教育局重点工作任务分工</h1>
<p>一、总体要求</p><p>各科室要抓好落实。</p>
<p>二、任务分工</p>
<table><thead><tr><th rowspan=2>序号</th><th rowspan=2>类别</th><th rowspan=2>任务</th>
<th colspan=2>责任</th></tr>
<tr><th>牵头</th><th>配合</th></tr></thead>
<tr><td>1</td><td rowspan=3>基础教育</td><td>新建幼儿园12所</td><td rowspan=2>学前教育科</td>
<td>财务科</td></tr>
<tr><td>2</td><td>培训园长300人</td><td></td></tr>
<tr><td>3</td><td>改造食堂40个</td><td colspan=2>安全科</td></tr>
<tr><td colspan=5>职业教育</td></tr>
<tr><td>4</td><td>实训</td><td>建设基地2个</td><td>职成科</td><td>xx科</td></tr></table>
<p>三、工作要求</p><p>按月调度。</p></body></html>"""


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return understand(path, "page.html", None)


def rows_of(document: Document) -> list[Section]:
    sections = (section for top in document.sections for section in top.walk())
    return [section for section in sections if section.kind is SectionKind.ROW]


def row_chunk(document: Document, number: str) -> Chunk:
    return next(c for c in split(document) if c.kind is SectionKind.ROW and c.text.startswith(number))


def test_rows_have_their_numbers_names_and_the_cells_that_they_share(document: Document) -> None:
    check(document)
    rows = rows_of(document)
    assert [(row.label, row.title) for row in rows] == [
        ("1", "新建幼儿园12所"),
        ("2", "培训园长300人"),
        ("3", "改造食堂40个"),
        ("4", "建设基地2个"),
    ]
    assert [[(cell.header, cell.text) for cell in row.cells] for row in rows[1:3]] == [
        [("类别", "基础教育"), ("任务", "培训园长300人"), ("责任 牵头", "学前教育科"), ("责任 配合", "")],
        [("类别", "基础教育"), ("任务", "改造食堂40个"), ("责任 牵头", "安全科"), ("责任 配合", "安全科")],
    ]


def test_a_row_over_the_whole_width_heads_those_below_it(document: Document) -> None:
    chunk = row_chunk(document, "4")
    assert chunk.path == ("二、任务分工", "职业教育", "4 建设基地2个")


def test_headings_around_the_table_go_on_as_if_it_were_not_there(document: Document) -> None:
    (whole,) = document.sections
    headings = [section for section in whole.children if section.kind is SectionKind.HEADING]
    assert [section.label for section in headings] == ["一、", "二、", "三、"]


def test_a_row_is_found_by_a_cell_that_stands_above_it(document: Document) -> None:
    chunk = row_chunk(document, "2")
    assert [cell.text for cell in chunk.cells_above] == ["基础教育", "学前教育科"]
    assert [cell.text for cell in chunk.own_cells] == ["培训园长300人"]
    assert document.text[slice(*chunk.cells_span)] == "培训园长300人"
    assert all(document.text[cell.start : cell.end] == cell.text for cell in chunk.cells)
    assert "责任 牵头：学前教育科" in embedded_text(chunk, document.head)


def test_only_the_row_with_the_hidden_cell_is_marked(document: Document) -> None:
    assert [bool(row.marks) for row in rows_of(document)] == [False, False, False, True]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(("一、甲", "二、乙。", "1.丙", "附件1", "目录", "序号", "2")).map(Paragraph),
            grids(),
        ),
        max_size=6,
    )
)
def test_whatever_is_drawn_keeps_every_guarantee(blocks: list[Paragraph]) -> None:
    file = write(Content(blocks=blocks))
    check(understood(file.text, tables=file.tables))
