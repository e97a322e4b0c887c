"""The text of a Word 97-2003 document: its piece table, and where each character is stored.

Written from Microsoft's [MS-DOC]; WPS Writer's .wps files are of the same kind. No
library that is kept up reads this format, and the old programs that do (antiword,
catdoc) drop automatic numbers and tables.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_MAGIC = 0xA5EC
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_WORD_97 = 0xC1
_FLAGS, _LENGTHS, _POINTERS = 0x0A, 0x4C, 0x9A  # offsets in the file information block
_COMPRESSED = 1 << 30


class OldWord(Exception):
    """Word 6, Word 95 or older, which stores text otherwise."""


class Encrypted(Exception):
    """The document needs a password."""


@dataclass(frozen=True, slots=True)
class Header:
    """The file information block: the table stream's name, and where the parts of it lie.

    ``lengths`` are the characters of body, footnotes, headers, (unused), comments,
    endnotes, text boxes and text boxes of headers, one after the other in the text.
    """

    stream: bytes
    table_name: str
    lengths: tuple[int, ...]

    def part(self, table: bytes, index: int) -> bytes:
        """The bytes of the index-th structure in the table stream."""
        start, length = struct.unpack_from("<II", self.stream, _POINTERS + 8 * index)
        return table[start : start + length]

    def tail(self, table: bytes, index: int) -> bytes:
        """The bytes from where the index-th structure begins, for those that run over their length."""
        (start,) = struct.unpack_from("<I", self.stream, _POINTERS + 8 * index)
        return table[start:]


def read_header(stream: bytes) -> Header:
    """Read the beginning of the stream WordDocument. Raises Encrypted, OldWord, struct.error."""
    magic, version = struct.unpack_from("<HH", stream)
    (flags,) = struct.unpack_from("<H", stream, _FLAGS)
    if flags & _ENCRYPTED:
        raise Encrypted
    if magic != _MAGIC or version < _WORD_97:
        raise OldWord
    lengths = struct.unpack_from("<8i", stream, _LENGTHS)
    return Header(stream, "1Table" if flags & _TABLE_1 else "0Table", lengths)


@dataclass(frozen=True, slots=True)
class _Piece:
    first: int  # character position
    last: int
    offset: int  # byte offset in the stream
    width: int  # bytes a character


class Text:
    """All characters of a document, UTF-16 units in fact, and where they are stored."""

    def __init__(self, stream: bytes, pieces: list[_Piece]) -> None:
        self._pieces = pieces
        parts = [_decode(stream, piece) for piece in pieces]
        # A piece that runs beyond the stream has fewer characters than it says.
        starts = [0, *accumulate(len(part) for part in parts)]
        self._starts = starts
        self.characters = "".join(parts)

    def segments(self, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """How characters are stored: first and last (exclusive), byte of the first, bytes for each."""
        which = max(bisect_right(self._starts, start) - 1, 0)
        for piece, begin, stop in zip(
            self._pieces[which:], self._starts[which:], self._starts[which + 1 :], strict=False
        ):
            if begin >= end:
                return
            first, last = max(begin, start), min(stop, end)
            if first < last:
                yield first, last, piece.offset + (first - begin) * piece.width, piece.width

    def stored(self, index: int) -> tuple[int, int]:
        """The bytes of a character: where they begin and end."""
        for _, _, offset, width in self.segments(index, index + 1):
            return offset, offset + width
        return 0, 0


def read_text(header: Header, table: bytes) -> Text:
    """Put the pieces together. Raises ValueError for a table that makes no sense."""
    clx = header.part(table, 33)
    position = 0
    while clx[position : position + 1] == b"\x01":  # formatting of pieces, not wanted
        position += 3 + int.from_bytes(clx[position + 1 : position + 3], "little")
    if clx[position : position + 1] != b"\x02":
        raise ValueError("no piece table")
    (size,) = struct.unpack_from("<I", clx, position + 1)
    plc = clx[position + 5 : position + 5 + size]
    count = (len(plc) - 4) // 12
    bounds = struct.unpack_from(f"<{count + 1}I", plc)
    pieces: list[_Piece] = []
    for index in range(count):
        (place,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * index + 2)
        narrow = bool(place & _COMPRESSED)
        offset = (place & ~_COMPRESSED) // 2 if narrow else place
        if bounds[index] >= bounds[index + 1] or offset >= len(header.stream):
            raise ValueError("a piece outside of the file")
        pieces.append(_Piece(bounds[index], bounds[index + 1], offset, 1 if narrow else 2))
    return Text(header.stream, pieces)


def _decode(stream: bytes, piece: _Piece) -> str:
    data = stream[piece.offset : piece.offset + (piece.last - piece.first) * piece.width]
    if piece.width == 1:
        return data.decode("cp1252", "replace").translate(_UNMAPPED)
    # Character by character, so that positions stay true: a pair of surrogates is two.
    return "".join(map(chr, struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])))


_UNMAPPED = {0xFFFD: " "}
