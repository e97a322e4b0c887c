"""CSV and TSV, by the csv module of Python: rows of cells, in whatever delimiter makes most of a table."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from vectorstore.readers.blocks.blocks import Block, Content, Grid, GridCell, Paragraph

NAMES = frozenset({".csv", ".tsv", ".tab"})
_DELIMITERS = (",", "\t", ";", "|")
_LOOKED_AT = 200  # lines that decide on the delimiter
_LIKE_MOST = 0.6  # of the rows with several cells that must have as many as most have

Rows = Sequence[Sequence[str]]


def is_delimited(name: str) -> bool:
    """Whether a file calls itself one of the kind. Whether it is one is seen when it is read."""
    return Path(name).suffix.lower() in NAMES


def read_delimited(text: str) -> Content | None:
    """The table, with the single cells above and under it; None where nothing makes a table."""
    delimiter = _delimiter_of("\n".join(text.splitlines()[:_LOOKED_AT]))
    rows = _rows(text, delimiter) if delimiter else []
    wide = [number for number, row in enumerate(rows) if _filled(row) > 1]
    return Content(blocks=list(_blocks(rows, wide[0], wide[-1]))) if len(wide) > 1 else None


def _blocks(rows: Rows, first: int, last: int) -> Iterator[Block]:
    yield from _paragraphs(rows[:first])
    yield Grid(
        cells=tuple(
            GridCell(row=at, column=column, text=cell.strip())
            for at, row in enumerate(filter(_filled, rows[first : last + 1]))
            for column, cell in enumerate(row)
            if cell.strip()
        )
    )
    yield from _paragraphs(rows[last + 1 :])


def _paragraphs(rows: Rows) -> Iterator[Paragraph]:
    for row in rows:
        if line := "".join(row).strip():
            yield Paragraph(line)


def _delimiter_of(text: str) -> str | None:
    """The one that cuts the most rows alike, in the most cells; None where none cuts them alike."""
    best, most = None, 0
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in _rows(text, delimiter) if len(row) > 1)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        if count >= _LIKE_MOST * widths.total() and width * count > most:
            best, most = delimiter, width * count
    return best


def _rows(text: str, delimiter: str) -> Rows:
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:  # a cell of more than 131,072 characters: no table of anything that is read
        return []


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)
