"""What holds for every format: offsets are true, merged cells stand once, numbers are printed as in Word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.lines import read_lines
from vectorstore.readers.blocks.blocks import PAGE_START, Content, Grid, GridCell, Paragraph
from vectorstore.readers.blocks.writing import write
from vectorstore.readers.numbering import Level, ListCounter, format_number
from vectorstore.readers.process.reply import pack, unpack_file
from vectorstore.text import normalise

WORDS = st.text(alphabet="教育一二12，。 \t\n\r\u200b\x00\u3000\ue000\ufeff" + PAGE_START, max_size=12)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Cells of any size that don't overlap, some places without any."""
    taken: set[tuple[int, int]] = set()
    cells: list[GridCell] = []
    for row in range(draw(st.integers(1, 5))):
        for column in range(draw(st.integers(1, 5))):
            rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
            places = {(row + i, column + j) for i in range(rows) for j in range(columns)}
            if not places & taken and draw(st.integers(0, 9)):
                taken |= places
                cells.append(GridCell(row=row, column=column, rows=rows, columns=columns, text=draw(WORDS)))
    return Grid(cells=tuple(cells), header_rows=draw(st.sampled_from([None, 0, 1, 2])))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.builds(Paragraph, WORDS, st.integers(0, 9)), grids()), max_size=6))
def test_all_offsets_are_true_whatever_the_blocks_hold(blocks: list[Paragraph | Grid]) -> None:
    file = write(Content(blocks=blocks))
    assert file.text == normalise(file.text)
    texts = [block.text for block in blocks if isinstance(block, Paragraph)]
    texts += [cell.text for block in blocks if isinstance(block, Grid) for cell in block.cells]
    assert len(file.pages) == sum(text.count(PAGE_START) for text in texts)
    assert list(file.pages) == sorted(file.pages)
    lines = {line.start: line for line in read_lines(file.text)}
    assert [heading.level for heading in file.headings] == [
        block.level
        for block in blocks
        if isinstance(block, Paragraph) and block.level and write(Content(blocks=[block])).text
    ]
    assert all(lines[heading.start].end == heading.end for heading in file.headings)
    assert unpack_file(pack(file)) == file
    place = 0
    for table in file.tables:
        assert place <= table.start <= table.end <= len(file.text)
        place = table.start
        for row in table.rows:
            assert place <= row.start < row.end <= table.end
            place = row.end
            assert row.cells
            assert len(row.cells) in (1, len(table.header))
            assert all(file.text[cell.start : cell.end] == cell.text for cell in row.cells)
            assert all(table.start <= cell.start <= cell.end <= len(file.text) for cell in row.cells)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(grids())
def test_every_cell_with_words_is_written_once(grid: Grid) -> None:
    marked = [
        GridCell(row=c.row, column=c.column, rows=c.rows, columns=c.columns, text=f"<{i}>")
        for i, c in enumerate(grid.cells)
    ]
    text = write(Content(blocks=[Grid(cells=tuple(marked), header_rows=grid.header_rows)])).text
    assert text.split() == [cell.text for cell in marked]


def test_a_title_over_a_table_and_a_note_under_it_are_lines_of_their_own() -> None:
    rows = (("任务清单",), ("任务", "单位"), ("甲", "乙"), ("丙", "丁"), ("注：长期",))
    cells = [
        GridCell(row=i, column=j, text=text, columns=2 if len(row) == 1 else 1)
        for i, row in enumerate(rows)
        for j, text in enumerate(row)
    ]
    file = write(Content(blocks=[Grid(cells=tuple(cells))]))
    (table,) = file.tables
    assert table.header == ("任务", "单位")
    assert file.text[: table.start] == "任务清单\n"
    assert file.text[table.end :].strip() == "注：长期"


def test_a_first_row_that_does_not_read_like_names_is_no_header() -> None:
    rows = (("3月底前完成。", "甲"), ("4月底前完成。", "乙"))
    cells = [GridCell(row=i, column=j, text=text) for i, row in enumerate(rows) for j, text in enumerate(row)]
    (table,) = write(Content(blocks=[Grid(cells=tuple(cells))])).tables
    assert table.header == ("", "")
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    ("number", "style", "printed"),
    [
        (1, "chineseCounting", "一"),
        (10, "chineseCountingThousand", "十"),
        (12, "taiwaneseCountingThousand", "十二"),
        (20, "chineseCounting", "二十"),
        (105, "chineseCountingThousand", "一百〇五"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (3, "ideographTraditional", "丙"),
        (20, "decimalEnclosedCircle", "⑳"),
        (21, "decimalEnclosedCircle", "21"),
        (14, "upperRoman", "XIV"),
        (28, "lowerLetter", "bb"),
        (7, "decimalZero", "07"),
        (12, "decimalFullWidth", "１２"),
        (5, "none", ""),
        (5, "someStyleOfTomorrow", "5"),
    ],
)
def test_numbers_are_printed_in_the_styles_of_word(number: int, style: str, printed: str) -> None:
    assert format_number(number, style) == printed


def test_deeper_counts_begin_anew_below_each_outer_number_unless_told_otherwise() -> None:
    levels = {
        0: Level(text="第%1章", style="chineseCounting"),
        1: Level(text="%1.%2"),
        2: Level(text="第%3条", style="chineseCounting", restarts=False),
    }
    counter = ListCounter()
    assert [counter.label(level, levels) for level in (0, 1, 2, 1, 2, 0, 1, 2)] == [
        "第一章", "一.1", "第一条", "一.2", "第二条", "第二章", "二.1", "第三条",
    ]  # fmt: skip


def test_bullets_of_symbol_fonts_are_shown_as_marks() -> None:
    counter = ListCounter()
    shown = [counter.label(0, {0: Level(text=text, style="bullet")}) for text in ("\uf06e", "\uf0ff", "★")]
    assert shown == ["■", "•", "★"]
