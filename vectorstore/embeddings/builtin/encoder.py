"""Runs the converted model."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.embeddings.builtin.tokenizer import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from vectorstore.embeddings.builtin.weights import Weights

THREADS = min(2, os.cpu_count() or 1)


class Layers:
    """The model itself: ids of pieces in, what it was converted to give out.

    onnxruntime starts no thread of its own, so that a process forked later can go on using it.
    """

    def __init__(self, weights: Weights, model: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only: what matters is raised
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._weights = weights
        self.tokenizer = Tokenizer(weights.vocabulary)
        shape = (-1, weights.hidden)
        # Every token has type 0, so its row is part of the position's.
        self._places = weights.vector("emb.pos").reshape(shape) + weights.vector("emb.type").reshape(shape)[0]
        self.longest = len(self._places)

    def run(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """The states of at most ``longest`` pieces, marks of begin and end included, or their mean."""
        words = self._weights.words(ids)
        result: NDArray[np.float32] = self._session.run(
            None, {"embeddings": words + self._places[: len(words)]}
        )[0]
        return result


class Encoder:
    """Texts to vectors of unit length, each text on its own: nothing else in the call can change its vector.

    Several texts run on ``THREADS`` threads. Memory is bounded by 512 tokens a thread, however long the text.
    """

    def __init__(self, weights: Weights, model: bytes) -> None:
        self._layers = Layers(weights, model)
        self._hidden = weights.hidden

    def passage(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages: (texts, hidden)."""
        if len(texts) == 1:
            return self._embed(f"passage: {texts[0]}")[np.newaxis]
        with ThreadPoolExecutor(THREADS) as pool:
            return np.stack(list(pool.map(self._embed, [f"passage: {text}" for text in texts])))

    def query(self, text: str) -> NDArray[np.float32]:
        """The vector of a question: (hidden,)."""
        return self._embed(f"query: {text}")

    def _embed(self, text: str) -> NDArray[np.float32]:
        """Long texts as the package does: windows without overlap, averaged by their tokens."""
        tokenizer = self._layers.tokenizer
        ids = tokenizer.encode(text)
        window = self._layers.longest - 2
        total = np.zeros(self._hidden, np.float32)
        for start in range(0, len(ids), window):
            part = ids[start : start + window]
            total += len(part) * self._layers.run([tokenizer.begin, *part, tokenizer.end])
        return np.asarray(total / np.linalg.norm(total), np.float32)
