"""What of a passage is read closely: the span that scores best, and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorstore.types import Passage

_SIZE = 200  # characters from which on nothing more is added; the model was trained on 80 to 260


class Excerpt(NamedTuple):
    """Some sentences or cells of a passage, by their numbers among its matches, in order."""

    passage: Passage
    numbers: tuple[int, ...]


def best_excerpts(passages: Sequence[Passage], scores: NDArray[np.float64], most: int) -> list[Excerpt]:
    """Excerpts of the passages with the best spans; ``scores`` are those of all spans in their order."""
    parts = np.split(scores, np.cumsum([len(passage.matches) for passage in passages]))  # the last is empty
    some = [(passage, part) for passage, part in zip(passages, parts, strict=False) if len(part)]
    some.sort(key=lambda pair: -pair[1].max())
    return [Excerpt(passage, around(passage, int(part.argmax()))) for passage, part in some[:most]]


def around(passage: Passage, best: int) -> tuple[int, ...]:
    """The numbers of a span and of those beside it, up to a size; of a row what names it too."""
    sizes = [match.end - match.start for match in passage.matches]
    low = high = best
    while sum(sizes[low : high + 1]) < _SIZE and (low > 0 or high + 1 < len(sizes)):
        # The nearer neighbour first, the one before where both are as near.
        if low > 0 and (best - low <= high - best or high + 1 == len(sizes)):
            low -= 1
        else:
            high += 1
    naming = {cell.start for cell in passage.chunk.cells if cell.names}
    names = {number for number, match in enumerate(passage.matches) if match.start in naming}
    return tuple(sorted(names | set(range(low, high + 1))))
