"""What passes between the process that reads a file and the one that wants it: plain JSON."""

from __future__ import annotations

from typing import Any

from vectorstore.errors import Message
from vectorstore.readers.types import ReadFile, ReadTable
from vectorstore.types import Cell, Heading, Row


def pack(file: ReadFile) -> dict[str, Any]:
    """A ReadFile as JSON. The texts of cells are not repeated: their ranges tell them."""
    return {
        "text": file.text,
        "tables": [
            [table.start, table.end, table.header, list(map(_pack_row, table.rows))] for table in file.tables
        ],
        "pages": file.pages,
        "headings": [[heading.start, heading.end, heading.level] for heading in file.headings],
        "notices": [[notice.zh, notice.en] for notice in file.notices],
    }


def _pack_row(row: Row) -> list[Any]:
    return [row.number, row.start, row.end, [[c.header, c.start, c.end, c.rows] for c in row.cells]]


def unpack_file(reply: dict[str, Any]) -> ReadFile:
    """The ReadFile that was packed."""
    text = str(reply["text"])
    return ReadFile(
        text=text,
        tables=tuple(
            ReadTable(
                start=start, end=end, header=tuple(header), rows=tuple(_unpack_row(text, row) for row in rows)
            )
            for start, end, header, rows in reply["tables"]
        ),
        pages=tuple(reply["pages"]),
        headings=tuple(Heading(*heading) for heading in reply["headings"]),
        notices=tuple(Message(*notice) for notice in reply["notices"]),
    )


def _unpack_row(text: str, row: list[Any]) -> Row:
    number, start, end, cells = row
    made = (
        Cell(header=header, text=text[first:last], start=first, end=last, rows=rows)
        for header, first, last, rows in cells
    )
    return Row(number, tuple(made), start, end)
