"""Rows that a question means by a value: what a value is, and what only looks like one."""

from __future__ import annotations

from vectorstore.mentions.row_selection import RowTable
from vectorstore.types import Cell, Chunk, SectionKind


def row(number: int, *cells: tuple[str, str]) -> Chunk:
    """A row of these headers and texts."""
    made: list[Cell] = []
    end = 0
    for header, text in cells:
        made.append(Cell(header=header, text=text, start=end, end=end + len(text)))
        end += len(text)
    text = "".join(text for _, text in cells)
    return Chunk(
        id=f"d-{number}",
        document_id="d",
        ordinal=number,
        part=0,
        kind=SectionKind.ROW,
        path=(),
        text=text,
        start=0,
        end=end,
        cells=tuple(made),
    )


def test_a_value_among_several_of_a_cell_chooses_its_rows() -> None:
    table = RowTable(
        [
            row(1, ("项目", "修缮校舍"), ("学段", "小学、初中阶段")),
            row(2, ("项目", "添置图书"), ("学段", "初中阶段")),
        ]
    )
    chosen = table.select("初中阶段有哪些项目？")
    assert chosen
    assert [one.ordinal for one in chosen.rows] == [1, 2]


def test_a_clause_of_a_sentence_in_a_cell_is_no_value() -> None:
    table = RowTable(
        [
            row(1, ("项目", "修缮校舍"), ("目标", "规划期内,修缮校舍10所。")),
            row(2, ("项目", "添置图书"), ("目标", "规划期内,每年添置一批图书。")),
        ]
    )
    assert table.select("规划期内要建多少个阅览室？") is None
