"""The same policy gives the same lines, the same table and the same outline, whatever it was saved as."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vectorstore.readers import policies, writers
from vectorstore.outline.structure import read_structure
from vectorstore.readers import ReadFile, read_file
from vectorstore.types import Section

FORMATS = ("txt", "md", "html", "docx", "doc", "pdf", "ofd")
WITH_TABLES = ("html", "docx", "doc", "pdf", "ofd")


@pytest.fixture(scope="module")
def read(saved: dict[str, Path]) -> dict[str, ReadFile]:
    return {form: read_file(path) for form, path in saved.items()}


def lines(file: ReadFile) -> list[str]:
    return [line.strip() for line in file.text.split("\n") if line.strip()]


def outline(file: ReadFile) -> list[tuple[str, str, str]]:
    def walk(sections: tuple[Section, ...]) -> Iterator[tuple[str, str, str]]:
        for section in sections:
            yield section.kind, section.label, section.title
            yield from walk(section.children)

    return list(walk(read_structure(file.text, file.tables, file.headings).sections))


@pytest.mark.parametrize("form", FORMATS)
def test_every_paragraph_is_a_line_with_the_number_that_its_reader_sees(
    read: dict[str, ReadFile], form: str
) -> None:
    assert lines(read[form]) == list(policies.LINES)


@pytest.mark.parametrize("form", FORMATS)
def test_the_outline_is_that_of_the_plain_text(read: dict[str, ReadFile], form: str) -> None:
    expected = outline(read["txt"])
    assert ("heading", "三、", "组织保障") in expected
    assert outline(read[form]) == expected


@pytest.mark.parametrize("form", WITH_TABLES)
def test_every_row_of_the_table_names_its_columns_and_values(read: dict[str, ReadFile], form: str) -> None:
    file = read[form]
    (table,) = file.tables
    assert table.header == policies.HEADER[1:]
    assert [row.number for row in table.rows] == [row[0] for row in policies.ROWS]
    assert [tuple(cell.text for cell in row.cells) for row in table.rows] == [
        row[1:] for row in policies.ROWS
    ]
    assert {cell.header for row in table.rows for cell in row.cells} == set(policies.HEADER[1:])


@pytest.mark.parametrize("form", WITH_TABLES)
def test_cells_are_found_in_the_text_and_rows_follow_each_other(read: dict[str, ReadFile], form: str) -> None:
    file = read[form]
    (table,) = file.tables
    place = table.start
    for row in table.rows:
        assert all(file.text[cell.start : cell.end] == cell.text for cell in row.cells)
        assert place <= row.start < row.end <= table.end
        place = row.end
    shared = [row.cells[1] for row in table.rows[1:]]
    assert shared[0] == shared[1], "a merged cell stands once in the text"


@pytest.mark.parametrize("form", ["pdf", "ofd"])
def test_pages_are_known_and_their_headers_and_numbers_left_out(read: dict[str, ReadFile], form: str) -> None:
    file = read[form]
    assert len(file.pages) > 2
    assert file.pages[0] == 0
    assert list(file.pages) == sorted(file.pages)
    assert file.pages == read["pdf"].pages
    assert "教育政策选编" not in file.text
    inside = [place for place in file.pages[1:] if file.text[place - 1] != "\n"]
    assert inside, "a paragraph goes on over the page break in one line"


@pytest.mark.parametrize("form", ["txt", "md", "html", "docx", "doc"])
def test_formats_without_pages_have_none(read: dict[str, ReadFile], form: str) -> None:
    assert read[form].pages == ()


def test_a_file_by_the_common_ofd_writer_gives_the_same_words(saved: dict[str, Path], tmp_path: Path) -> None:
    made = writers.ofd_by_easyofd(saved["pdf"], tmp_path / "made.ofd")
    text = "".join(read_file(made).text.split())
    assert "".join(part.label + part.text for part in policies.PARTS).replace(" ", "") in text
