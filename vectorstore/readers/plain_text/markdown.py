"""Markdown: its marks taken off, its tables kept. A line stays a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vectorstore.readers.blocks.blocks import Block, Content, Grid, GridCell, Paragraph

_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+|$)|[ \t]+#+[ \t]*$")
_UNDERLINED = {"=": 1, "-": 2}  # levels of headings by what is drawn under them
# Code, lists, quotes: a line drawn under them parts them from what follows.
_NO_HEADING = re.compile(r"^(?: {4}|\t|[ \t]*(?:[-*+>#|]|\d+[.)][ \t]))")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{3,}|\*{3,}|_{3,})[ \t]*$")
_QUOTE = re.compile(r"^(?: {0,3}>[ \t]?)+")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_DELIMITERS = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*(?::?-+:?[ \t]*)?$")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^()\s]*(?:[ \t]+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|\*|__|~~|`)(?=\S)(.+?)(?<=\S)\1")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?(?:br|p|div|span|b|strong|i|em|u|font|center|sup|sub)\b[^<>]*>", re.IGNORECASE)


def read_markdown(text: str) -> Content:
    """Lines and tables of a Markdown text."""
    return Content(blocks=list(_blocks(_COMMENT.sub("", text).splitlines())))


def _blocks(lines: list[str]) -> Iterator[Block]:
    index = 0
    fenced = False
    while index < len(lines):
        line = lines[index]
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            yield Paragraph(line)
        elif "|" in line and index + 1 < len(lines) and _DELIMITERS.match(lines[index + 1]):
            end = index + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            yield _grid([line, *lines[index + 2 : end]])
            index = end
            continue
        elif not _UNDERLINE.match(line):
            yield _paragraph(lines, index)
        index += 1


def _paragraph(lines: list[str], index: int) -> Paragraph:
    bare = _QUOTE.sub("", lines[index])
    mark = _HEADING.match(bare)
    level = len(mark.group(1) or "") if mark else _underlined(lines, index)
    return Paragraph(_inline(_HEADING.sub("", bare)), level)


def _underlined(lines: list[str], index: int) -> int:
    """The level that the line below gives to a paragraph of one line, 0 if it draws none."""
    alone = not index or not lines[index - 1].strip() or bool(_HEADING.match(lines[index - 1]))
    if not alone or index + 1 == len(lines) or not lines[index].strip() or _NO_HEADING.match(lines[index]):
        return 0
    return _UNDERLINED.get(lines[index + 1].strip()[:1], 0) if _UNDERLINE.match(lines[index + 1]) else 0


def _grid(lines: list[str]) -> Grid:
    cells: list[GridCell] = []
    for row, line in enumerate(lines):
        bare = line.strip()
        parts = _CELL_EDGE.split(bare)
        first, last = int(bare.startswith("|")), len(parts) - int(len(parts) > 1 and not parts[-1].strip())
        for column, part in enumerate(parts[first:last]):
            cells.append(GridCell(row=row, column=column, text=_inline(part)))
    return Grid(cells=tuple(cells), header_rows=1)


def _inline(text: str) -> str:
    """The words of a line. Emphasis is taken off twice, since it nests."""
    text = re.sub(r"<br\s*/?>", "\n", text, flags=re.IGNORECASE)
    text = _LINK.sub(r"\1", _TAG.sub("", text))
    for _ in range(2):
        text = _EMPHASIS.sub(r"\2", text)
    return _ESCAPED.sub(r"\1", text)
