"""Cuts text into the pieces of a unigram vocabulary, as XLM-RoBERTa's tokenizer does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vectorstore.embeddings.builtin.weights import Vocabulary

_SPACES = re.compile(" {2,}")
_SPACE = "\u2581"  # what stands for a space inside pieces
_UNKNOWN_PENALTY = 10.0  # below the least likely piece, so that known pieces win


class Tokenizer:
    """Finds the most likely cut. Safe for threads: nothing changes after construction."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._ids = {piece: i for i, piece in enumerate(vocabulary.pieces)}
        self._scores = vocabulary.scores
        self._replacements = vocabulary.replacements
        self._unknown = vocabulary.unknown
        self._unknown_score = min(vocabulary.scores) - _UNKNOWN_PENALTY
        self._longest = max(map(len, vocabulary.pieces))
        self.begin, self.end, self.space = (
            vocabulary.begin,
            vocabulary.end,
            self._ids.get(_SPACE, self._unknown),
        )

    def encode(self, text: str, *, leading: bool = True) -> list[int]:
        """Ids of the pieces in order, without the marks of begin and end. A character in none is unknown.

        ``leading``: with the mark of a space in front, as at the start of a text.
        """
        text = _SPACES.sub(" ", text.translate(self._replacements))
        text = (" " + text if leading and not text.startswith(" ") else text).replace(" ", _SPACE)
        came_from, pieces = self._best_cut(text)
        ids: list[int] = []
        end = len(text)
        while end:
            ids.append(pieces[end])
            end = came_from[end]
        return ids[::-1]

    def _best_cut(self, text: str) -> tuple[list[int], list[int]]:
        """For each end of a piece in ``text``: where the best piece that ends there starts, and its id."""
        size = len(text)
        best = [float("-inf")] * (size + 1)
        best[0] = 0.0
        came_from = [0] * (size + 1)
        pieces = [self._unknown] * (size + 1)
        find, scores = self._ids.get, self._scores
        for start in range(size):
            here = best[start]
            for end in range(start + 1, min(size, start + self._longest) + 1):
                piece = find(text[start:end])
                if piece is not None and here + scores[piece] > best[end]:
                    best[end], came_from[end], pieces[end] = here + scores[piece], start, piece
            if here + self._unknown_score > best[start + 1]:
                best[start + 1] = here + self._unknown_score
                came_from[start + 1], pieces[start + 1] = start, self._unknown
        return came_from, pieces
