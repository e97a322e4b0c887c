"""Writes ONNX files: the part of the format that one encoder needs, so that no other package is needed.

ONNX is protobuf; the numbers below are the fields of ``onnx.proto``.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_IR_VERSION = 9
_OPSETS = {"": 20, "com.microsoft": 1}  # 20 is the first with Gelu; the other are onnxruntime's own operators
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}


class Graph:
    """A graph that grows by operators; a value in it goes by its name."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, array: NDArray[np.generic]) -> str:
        """Adds a constant of type float32, uint8, int8 or int64."""
        name = f"constant{len(self._constants)}"
        dimensions = b"".join(_field(1, size) for size in array.shape)
        kind = _TYPES[array.dtype.name]
        self._constants.append(dimensions + _field(2, kind) + _field(8, name) + _field(9, array.tobytes()))
        return name

    def scalar(self, value: float, dtype: str = "float32") -> str:
        """Adds a constant that is one number."""
        return self.constant(np.array(value, dtype))

    def integers(self, *values: int) -> str:
        """Adds a constant list of whole numbers: axes, or a shape."""
        return self.constant(np.array(values, np.int64))

    def apply(
        self, operator: str, *inputs: str, domain: str = "", **attributes: float | Sequence[int]
    ) -> str:
        """Adds an operator with one output; returns the output's name. An input that is left out is ""."""
        output = f"value{len(self._nodes)}"
        names = b"".join(_field(1, name) for name in inputs) + _field(2, output)
        settings = b"".join(_field(5, _attribute(name, value)) for name, value in attributes.items())
        self._nodes.append(names + _field(4, operator) + settings + _field(7, domain))
        return output

    def to_bytes(
        self, *, source: tuple[str, Sequence[int | str]], result: tuple[str, Sequence[int | str]]
    ) -> bytes:
        """The file. ``source`` and ``result`` are float32 values with their sizes; a size by name is free."""
        name, sizes = result
        nodes = [*self._nodes, _field(1, name) + _field(2, "result") + _field(4, "Identity")]
        graph = (
            b"".join(_field(1, node) for node in nodes)
            + _field(2, "encoder")
            + b"".join(_field(5, constant) for constant in self._constants)
            + _field(11, _value(*source))
            + _field(12, _value("result", sizes))
        )
        opsets = b"".join(
            _field(8, _field(1, name) + _field(2, version)) for name, version in _OPSETS.items()
        )
        return _field(1, _IR_VERSION) + _field(7, graph) + opsets


def _value(name: str, sizes: Sequence[int | str]) -> bytes:
    shape = b"".join(_field(1, _field(1 if isinstance(size, int) else 2, size)) for size in sizes)
    return _field(1, name) + _field(2, _field(1, _field(1, _TYPES["float32"]) + _field(2, shape)))


def _attribute(name: str, value: float | Sequence[int]) -> bytes:
    if isinstance(value, float):
        return _field(1, name) + _field(2, value) + _field(20, 1)
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, 2)
    return _field(1, name) + b"".join(_field(8, number) for number in value) + _field(20, 7)


def _field(number: int, value: float | str | bytes) -> bytes:
    if isinstance(value, int):
        return _variable(number << 3) + _variable(value)
    if isinstance(value, float):
        return _variable(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return _variable(number << 3 | 2) + _variable(len(data)) + data


def _variable(number: int) -> bytes:
    """A whole number in as few bytes as it needs; a negative one as its 64-bit complement."""
    number &= (1 << 64) - 1
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    data.append(number)
    return bytes(data)
