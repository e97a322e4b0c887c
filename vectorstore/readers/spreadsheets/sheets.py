"""What the spreadsheet formats share: a table for each sheet, and what is said of hidden ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vectorstore.errors import Message
from vectorstore.readers.blocks.blocks import Block, Grid, GridCell, Paragraph

_DEFAULT_NAME = re.compile(r"(?:sheet|工作表)\s*\d*", re.IGNORECASE)


def blocks_of(sheets: Mapping[str, tuple[GridCell, ...]]) -> Iterator[Block]:
    """A table for each sheet that has cells, under its name if it has one or several must be told apart."""
    filled = {name: cells for name, cells in sheets.items() if cells}
    for name, cells in filled.items():
        if len(filled) > 1 or not _DEFAULT_NAME.fullmatch(name.strip()):
            yield Paragraph(name)
        yield Grid(cells=cells)


def hidden_sheets(names: list[str]) -> tuple[Message, ...]:
    """What to say about sheets that were left out."""
    if not names:
        return ()
    listed = "、".join(f"“{name}”" for name in names)
    return (Message(f"隐藏的工作表{listed}没有读入。", f"Hidden sheets were left out: {', '.join(names)}."),)
