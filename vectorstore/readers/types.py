"""What a reader gives: text that is normalised once, and where its tables and pages are."""

from __future__ import annotations

from dataclasses import dataclass

from vectorstore.errors import Message
from vectorstore.types import Heading, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTable:
    """A real table of the file. All ranges are into ``ReadFile.text``, and every ``text[start:end]`` is
    the text of its cell.

    ``header`` are the names of the columns, empty where the table has none; the
    column of running numbers is in neither header nor cells, but is each row's
    ``number``. A merged cell stands once in the text: each row that it belongs
    to points there, so a cell can lie outside of its row's own range. Ranges of
    rows are in order and don't overlap. A row that one value fills from edge to
    edge has that one cell, under no header.
    """

    start: int
    end: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """A file as text, a line for each paragraph and each cell.

    ``pages[i]`` is the offset at which page i+1 begins, often inside of a line;
    empty for formats without pages. ``headings`` are those that the file marks up,
    in order, outside of tables. ``notices`` tell what was left out.
    """

    text: str
    tables: tuple[ReadTable, ...] = ()
    pages: tuple[int, ...] = ()
    headings: tuple[Heading, ...] = ()
    notices: tuple[Message, ...] = ()
