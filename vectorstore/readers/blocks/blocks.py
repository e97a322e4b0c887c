"""What the readers of single formats produce: paragraphs and grids of cells, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.errors import Message

PAGE_START = "\f"  # in the text of a paragraph or cell: here a page begins. It takes no room in the text.


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a line break inside of it is one of the author's.

    ``level`` is that of a heading, 1 to 9, and 0 for any other paragraph.
    """

    text: str
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """A cell as drawn: ``row`` and ``column`` from 0, and over how many rows and columns it reaches."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table as drawn, cells in reading order. ``header_rows`` is None where the format doesn't tell."""

    cells: tuple[GridCell, ...]
    header_rows: int | None = None


Block = Paragraph | Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file's blocks. ``scans`` counts the pages that are pictures and that nobody has read yet."""

    blocks: Sequence[Block]
    notices: tuple[Message, ...] = ()
    scans: int = 0
