"""The automatic numbers of a Word 97-2003 document."""

from __future__ import annotations

import struct
from dataclasses import replace

from vectorstore.readers.numbering import Level, ListCounter
from vectorstore.readers.word.doc_properties import Properties
from vectorstore.readers.word.doc_text import Header

_LISTS, _OVERRIDES = 73, 74
_LEGAL, _NO_RESTART = 0x04, 0x08
_SIMPLE = 0x01
# fmt: off
_STYLES = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter",
    10: "ideographDigital", 11: "japaneseCounting", 14: "decimalFullWidth", 18: "decimalEnclosedCircle",
    19: "decimalFullWidth", 22: "decimalZero", 23: "bullet", 26: "decimalEnclosedFullstop",
    27: "decimalEnclosedParen", 28: "decimalEnclosedCircle", 29: "decimalEnclosedCircle",
    30: "ideographTraditional", 31: "ideographZodiac", 33: "taiwaneseCounting",
    34: "ideographLegalTraditional", 35: "taiwaneseCountingThousand", 36: "ideographDigital",
    37: "chineseCounting", 38: "chineseLegalSimplified", 39: "chineseCountingThousand", 255: "none",
}
# fmt: on


class Lists:
    """The labels of numbered paragraphs. Call ``label`` once a paragraph, in order."""

    def __init__(self, header: Header, table: bytes) -> None:
        self._levels = _read_lists(header.tail(table, _LISTS) if header.part(table, _LISTS) else b"")
        self._uses = _read_overrides(header.part(table, _OVERRIDES))
        self._counters: dict[int, ListCounter] = {}
        self._started: set[tuple[int, int]] = set()

    def label(self, properties: Properties) -> str:
        """The label of a paragraph, or an empty text."""
        index, level = properties.list_id, properties.level
        if not 0 < index <= len(self._uses):
            return ""
        list_id, starts = self._uses[index - 1]
        levels = self._levels.get(list_id, {})
        if level not in levels:
            return ""
        counter = self._counters.setdefault(list_id, ListCounter())
        if level in starts:
            levels = {**levels, level: replace(levels[level], start=starts[level])}
            if (index, level) not in self._started:
                self._started.add((index, level))
                counter.restart(level)
        return counter.label(level, levels)


def _read_lists(data: bytes) -> dict[int, dict[int, Level]]:
    """The levels of each list by its id."""
    if len(data) < 2:
        return {}
    (count,) = struct.unpack_from("<h", data)
    position = 2 + 28 * count
    lists: dict[int, dict[int, Level]] = {}
    for index in range(count):
        (list_id,) = struct.unpack_from("<i", data, 2 + 28 * index)
        simple = data[2 + 28 * index + 26] & _SIMPLE
        levels: dict[int, Level] = {}
        for number in range(1 if simple else 9):
            levels[number], position = _read_level(data, position)
        lists[list_id] = levels
    return lists


def _read_level(data: bytes, position: int) -> tuple[Level, int]:
    start, style, flags = struct.unpack_from("<iBB", data, position)
    characters, paragraph = data[position + 24], data[position + 25]
    position += 28 + paragraph + characters
    (length,) = struct.unpack_from("<H", data, position)
    raw = data[position + 2 : position + 2 + 2 * length].decode("utf-16-le", "replace")
    text = "".join(f"%{ord(char) + 1}" if ord(char) < 9 else char for char in raw)
    level = Level(
        text=text,
        style=_STYLES.get(style, "decimal"),
        start=start,
        restarts=not flags & _NO_RESTART,
        arabic=bool(flags & _LEGAL),
    )
    return level, position + 2 + 2 * length


def _read_overrides(data: bytes) -> list[tuple[int, dict[int, int]]]:
    """The uses of lists in order: the list's id, and by level at what number it starts anew."""
    if len(data) < 4:
        return []
    (count,) = struct.unpack_from("<I", data)
    position = 4 + 16 * count
    uses: list[tuple[int, dict[int, int]]] = []
    for index in range(min(count, len(data) // 16)):
        list_id, _, _, levels = struct.unpack_from("<iIIB", data, 4 + 16 * index)
        starts: dict[int, int] = {}
        position += 4
        for _ in range(levels):
            if position + 8 > len(data):
                break
            start, flags = struct.unpack_from("<iI", data, position)
            position += 8
            if flags & 0x20:  # a level of its own follows
                level, position = _read_level(data, position)
                start = level.start
            if flags & 0x30:
                starts[flags & 0xF] = start
        uses.append((list_id, starts))
    return uses
