"""Tables of the reader: merged cells, cited cells and rows, and that no word of a table is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.web.original.blocks import read_blocks
from assistant.web.original.row_tables import RowTable, TableCell
from tests.assistant.web.original.test_reader import make_document, shown_text, squeezed
from tests.browser.documents import TABLE
from tests.vectorstore.guarantees import understood
from tests.vectorstore.readers.test_writing import grids
from vectorstore.documents.understand import understand
from vectorstore.readers.blocks.blocks import Content, Paragraph
from vectorstore.readers.blocks.writing import write
from vectorstore.text import normalise
from vectorstore.types import Document, Section, SectionKind

FLAT = """分工表
序号
任务
牵头部门
1
新建幼儿园
教育局
2
改造食堂

3
培训教师
人社局
"""


def all_sections(document: Document) -> list[Section]:
    return [section for top in document.sections for section in top.walk()]


def table_of(document: Document, cited: tuple[int, int] | None = None) -> RowTable:
    (table,) = (block.table for block in read_blocks(document, cited) if block.table)
    return table


def words_of(cell: TableCell) -> str:
    return "".join(span.text for span in cell.spans)


def words_in(table: RowTable) -> str:
    """All that a table shows, row by row, without white space."""
    cells = [words_of(cell) for row in table.rows for cell in row.cells]
    return squeezed("".join([*(span.text for span in table.lead), *table.columns, *cells]))


class TestTables:
    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(st.lists(st.one_of(st.sampled_from(("一、甲", "正文。")).map(Paragraph), grids()), max_size=4))
    def test_of_whatever_table_no_line_is_lost(self, drawn: list[Paragraph]) -> None:
        file = write(Content(blocks=drawn))
        document = understood(file.text, tables=file.tables)

        blocks = list(read_blocks(document, None))

        shown = "".join(words_in(block.table) if block.table else shown_text([block]) for block in blocks)
        for line in document.text.split("\n"):
            assert squeezed(line) in squeezed(normalise(shown))

    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(
        st.lists(
            st.tuples(st.integers(0, 12), st.sampled_from(("注：以当年为准。", "—2—", "甲乙", ""))),
            max_size=3,
        )
    )
    def test_a_line_that_strays_into_a_table_is_shown(self, strays: list[tuple[int, str]]) -> None:
        lines = FLAT.splitlines()
        for index, line in strays:
            lines.insert(index, line)
        document = understood("\n".join(lines))

        blocks = list(read_blocks(document, None))

        shown = "".join(words_in(block.table) if block.table else shown_text([block]) for block in blocks)
        assert sorted(squeezed(shown)) == sorted(squeezed(document.text))

    @pytest.fixture
    def drawn(self, tmp_path: Path) -> Document:
        path = tmp_path / "table.html"
        path.write_text(TABLE, encoding="utf-8")
        return understand(path, "table.html", None)

    def test_a_flattened_table_has_its_columns_and_rows_again(self) -> None:
        table = table_of(understood(FLAT))

        assert table.columns == ("序号", "任务", "牵头部门")
        assert [[words_of(cell) for cell in row.cells] for row in table.rows] == [
            ["1", "新建幼儿园", "教育局"],
            ["2", "改造食堂", ""],
            ["3", "培训教师", "人社局"],
        ]

    def test_merged_cells_stand_once(self, drawn: Document) -> None:
        table = table_of(drawn)

        shapes = [[(words_of(cell), cell.rows, cell.columns) for cell in row.cells] for row in table.rows]
        assert shapes[0][1] == ("基础教育", 3, 1)
        assert shapes[0][3] == ("学前教育科", 2, 1)
        assert shapes[1] == [("2", 1, 1), ("培训园长300人", 1, 1), ("", 1, 1)]
        assert shapes[2] == [("3", 1, 1), ("改造食堂40个", 1, 1), ("安全科", 1, 2)]
        assert table.rows[3].across
        assert table.rows[3].heads

    def test_outside_of_the_table_nothing_is_lost_and_inside_no_word(self, drawn: Document) -> None:
        blocks = list(read_blocks(drawn, None))

        table = table_of(drawn)
        inside = "".join(
            [*table.columns, *(words_of(cell) for row in table.rows for cell in row.cells)],
        )
        before, behind = shown_text(blocks).split("二、任务分工")
        assert drawn.text.startswith(before)
        start, end = len(before) + len("二、任务分工"), drawn.text.index("三、工作要求")
        assert drawn.text.endswith(behind[behind.index("三、") :])
        assert sorted(squeezed(inside)) == sorted(squeezed(drawn.text[start:end]))

    def test_a_cited_cell_is_marked_alone(self, drawn: Document) -> None:
        start = drawn.text.index("培训园长")

        table = table_of(drawn, (start, start + 4))

        (row,) = (row for row in table.rows if any(span.cited for cell in row.cells for span in cell.spans))
        assert [(span.text, span.cited) for span in row.cells[1].spans] == [
            ("培训园长", True),
            ("300人", False),
        ]

    def test_the_merged_cells_of_a_cited_row_are_shown_to_be_its(self, drawn: Document) -> None:
        rows = [row for row in all_sections(drawn) if row.kind is SectionKind.ROW]

        table = table_of(drawn, (rows[1].start, rows[1].end))

        shared = [words_of(cell) for row in table.rows for cell in row.cells if cell.shared]
        assert shared == ["基础教育", "学前教育科"]

    def test_words_that_no_cell_holds_are_shown_below_their_row(self) -> None:
        (section,) = (each for each in all_sections(understood(FLAT)) if each.kind is SectionKind.TABLE)
        first, *others = section.children
        holed = replace(
            first, cells=(first.cells[0], replace(first.cells[1], start=first.end, end=first.end))
        )
        holed = replace(holed, cells=(holed.cells[0], replace(holed.cells[1], text="")))

        table = table_of(make_document(FLAT, replace(section, children=(holed, *others))))

        assert [words_of(cell) for cell in table.rows[0].cells] == ["1", "新建幼儿园", ""]
        assert table.rows[1].across
        assert words_of(table.rows[1].cells[0]) == "教育局"

    def test_a_row_that_fits_no_columns_is_shown_as_it_stands(self) -> None:
        (section,) = (each for each in all_sections(understood(FLAT)) if each.kind is SectionKind.TABLE)
        first, *others = section.children

        table = table_of(
            make_document(FLAT, replace(section, children=(replace(first, cells=first.cells[:1]), *others)))
        )

        assert table.rows[0].across
        assert words_of(table.rows[0].cells[0]) == "1\n新建幼儿园\n教育局"

    def test_text_over_the_rows_that_names_no_column_is_shown(self) -> None:
        text = FLAT.replace("序号\n", "序号\n单位名称以各地各部门当年公布的为准，下同。\n")
        table = next(each for each in all_sections(understood(FLAT)) if each.kind is SectionKind.TABLE)
        moved = len(text) - len(FLAT)
        rows = tuple(
            replace(
                row,
                start=row.start + moved,
                end=row.end + moved,
                cells=tuple(replace(c, start=c.start + moved, end=c.end + moved) for c in row.cells),
            )
            for row in table.children
        )

        shown = table_of(make_document(text, replace(table, end=table.end + moved, children=rows)))

        assert "单位名称以各地" in "".join(span.text for span in shown.lead)
        assert shown.columns == ("", "任务", "牵头部门")
