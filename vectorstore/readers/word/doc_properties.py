"""The properties of paragraphs and characters in a Word 97-2003 document: lists, tables, what is hidden."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from vectorstore.readers.word.doc_text import Header

_PAGE = 512  # formatted disk pages
_CHARACTER_BINS, _PARAGRAPH_BINS, _STYLES = 12, 13, 1
_IN_TABLE, _ROW_END, _INNER_CELL, _INNER_ROW_END, _DEPTH = 0x2416, 0x2417, 0x244B, 0x244C, 0x6649
_LEVEL, _LIST, _STYLE, _TABLE, _OUTLINE = 0x260A, 0x460B, 0x4600, 0xD608, 0x2640
_DELETED, _HIDDEN, _TABS = 0x0800, 0x083C, 0xC615
_OPERAND = (1, 1, 2, 4, 2, 2, 0, 3)  # bytes of operand by the top three bits of the code; 0: as it says
_HEADING_STYLES = range(1, 10)  # the numbers that headings of each level have in every document
_MERGED, _GOES_ON, _BEGINS_ANEW = 0x02, 0x20, 0x40  # flags of a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class CellShape:
    """A cell of a row: its edges, and whether it goes on from the left or from above."""

    left: int
    right: int
    merged: bool
    goes_on: bool


@dataclass(slots=True, kw_only=True)
class Properties:
    """What is told of a paragraph. ``cells`` are those of the row that this paragraph ends.

    ``heading`` is its level as a heading, 0 for body text.
    """

    list_id: int = 0
    level: int = 0
    depth: int = 0  # 0 outside of tables, 2 in a table inside of a table
    row_end: bool = False
    inner_cell_end: bool = False
    style: int = 0
    heading: int = 0
    cells: tuple[CellShape, ...] = ()


class Formatting:
    """Properties by the byte offset at which a character is stored."""

    def __init__(self, header: Header, table: bytes) -> None:
        self._styles = _read_styles(header.part(table, _STYLES))
        self._paragraphs = _Runs(header.stream, header.part(table, _PARAGRAPH_BINS), 13)
        self._characters = _Runs(header.stream, header.part(table, _CHARACTER_BINS), 1)

    def paragraph(self, offset: int) -> Properties:
        """The properties of the paragraph whose mark is stored there."""
        data = self._paragraphs.at(offset)
        style = int.from_bytes(data[:2], "little")
        properties = Properties(style=style)
        for number, changes in self._inherited(style):
            if number in _HEADING_STYLES:
                properties.heading = number
            _apply(properties, changes)
        _apply(properties, data[2:])
        return properties

    def ends_paragraph(self, offset: int) -> bool:
        """Whether a paragraph ends right before that byte."""
        return self._paragraphs.ends_at(offset)

    def left_out(self, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Ranges of stored bytes with characters that are hidden (True) or deleted in a revision."""
        for first, last, data in self._characters.between(start, end):
            codes = dict(_sprms(data))
            if _is_on(codes.get(_DELETED)):
                yield first, last, False
            elif _is_on(codes.get(_HIDDEN)):
                yield first, last, True

    def _inherited(self, style: int) -> list[tuple[int, bytes]]:
        """The numbers and changes of a style and those that it is based on, the outermost first."""
        chain: list[tuple[int, bytes]] = []
        for _ in range(12):
            if style not in self._styles:
                break
            based, changes = self._styles[style]
            chain.insert(0, (style, changes))
            style = based
        return chain


def _is_on(operand: bytes | None) -> bool:
    return operand is not None and operand[:1] in (b"\x01", b"\x81")


class _Runs:
    """Runs of stored bytes with the same properties, from the pages that hold them."""

    def __init__(self, stream: bytes, bins: bytes, width: int) -> None:
        runs: dict[int, tuple[int, bytes]] = {}
        count = (len(bins) - 4) // 8
        for index in range(max(count, 0)):
            (number,) = struct.unpack_from("<I", bins, 4 * (count + 1) + 4 * index)
            page = stream[number * _PAGE : (number + 1) * _PAGE]
            if len(page) == _PAGE:
                runs.update((first, (last, data)) for first, last, data in _page_runs(page, width))
        self._starts = sorted(runs)
        self._runs = runs

    def at(self, offset: int) -> bytes:
        """The properties of the run that covers ``offset``; empty if none does."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return b""
        last, data = self._runs[self._starts[index]]
        return data if offset < last else b""

    def ends_at(self, offset: int) -> bool:
        """Whether a run ends there."""
        index = bisect_right(self._starts, offset - 1) - 1
        return index >= 0 and self._runs[self._starts[index]][0] == offset

    def between(self, start: int, end: int) -> Iterator[tuple[int, int, bytes]]:
        """The runs that reach into ``start`` to ``end``."""
        for first in self._starts[max(bisect_right(self._starts, start) - 1, 0) :]:
            if first >= end:
                return
            last, data = self._runs[first]
            if last > start:
                yield first, last, data


def _page_runs(page: bytes, width: int) -> Iterator[tuple[int, int, bytes]]:
    """The runs of one page: of paragraphs (entries of 13 bytes) or of characters (1 byte)."""
    count = page[-1]
    if 4 * (count + 1) + width * count >= _PAGE:
        return
    bounds = struct.unpack_from(f"<{count + 1}I", page)
    for index in range(count):
        at = 2 * page[4 * (count + 1) + width * index]
        data = b""
        if at:
            size = page[at]
            if width == 1:
                data = page[at + 1 : at + 1 + size]
            elif size:
                data = page[at + 1 : at + 2 * size]
            else:
                data = page[at + 2 : at + 2 + 2 * page[at + 1]]
        yield bounds[index], bounds[index + 1], data


def _sprms(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The single property modifiers in a list of them: code and operand."""
    position = 0
    while position + 2 <= len(data):
        (code,) = struct.unpack_from("<H", data, position)
        position += 2
        size = _OPERAND[code >> 13]
        if code == _TABLE:
            size = int.from_bytes(data[position : position + 2], "little") + 1
        elif not size:
            size = data[position] + 1 if position < len(data) else 0
            if code == _TABS and size == 256:  # a length that does not count; tabs are not wanted
                return
        yield code, data[position : position + size]
        position += size


def _apply(properties: Properties, changes: bytes) -> None:
    for code, operand in _sprms(changes):
        value = int.from_bytes(operand[:4], "little")
        if code == _IN_TABLE:
            properties.depth = max(properties.depth, 1) if value else 0
        elif code == _DEPTH:
            properties.depth = min(value, 9)
        elif code in (_ROW_END, _INNER_ROW_END):
            properties.row_end = bool(value)
        elif code == _INNER_CELL:
            properties.inner_cell_end = bool(value)
        elif code == _LEVEL:
            properties.level = value
        elif code == _OUTLINE:
            properties.heading = value + 1 if value < 9 else 0
        elif code == _LIST:
            properties.list_id = value
        elif code == _TABLE:
            properties.cells = tuple(_read_cells(operand[2:]))


def _read_cells(data: bytes) -> Iterator[CellShape]:
    count = data[0] if data else 0
    if len(data) < 1 + 2 * (count + 1):
        return
    edges = struct.unpack_from(f"<{count + 1}h", data, 1)
    shapes = data[1 + 2 * (count + 1) :]
    for index in range(count):
        flags = shapes[20 * index] if 20 * index < len(shapes) else 0
        yield CellShape(
            left=edges[index],
            right=edges[index + 1],
            merged=bool(flags & _MERGED),
            goes_on=bool(flags & _GOES_ON) and not flags & _BEGINS_ANEW,
        )


def _read_styles(data: bytes) -> dict[int, tuple[int, bytes]]:
    """By number of a paragraph style: the style it is based on, and its changes."""
    styles: dict[int, tuple[int, bytes]] = {}
    if len(data) < 6:
        return styles
    size, count, base = struct.unpack_from("<HHH", data)
    position = 2 + size
    for number in range(count):
        if position + 2 > len(data):
            break
        (length,) = struct.unpack_from("<H", data, position)
        style = data[position + 2 : position + 2 + length]
        position += 2 + length
        if length > base:
            based = _read_style(style, base)
            if based is not None:
                styles[number] = based
    return styles


def _read_style(data: bytes, base: int) -> tuple[int, bytes] | None:
    (kind_and_base,) = struct.unpack_from("<H", data, 2)
    if kind_and_base & 0xF != 1:  # not a paragraph style
        return None
    (name_length,) = struct.unpack_from("<H", data, base)
    at = base + 2 + 2 * name_length + 2
    if at + 4 > len(data):
        return kind_and_base >> 4, b""
    (size,) = struct.unpack_from("<H", data, at)
    return kind_and_base >> 4, data[at + 4 : at + 2 + size]
