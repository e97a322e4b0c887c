"""Reads passages beside a question: each sentence and cell with its score, and how likely none answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.reading.features import features
from assistant.reading.learned import Learned, load
from assistant.reading.none import shown_by
from assistant.reading.wanted import Wanted, want
from vectorstore.types import Passage


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence or cell of a passage; ``start`` and ``end`` are offsets into its document.

    ``score`` is comparable within one reading: the difference of two is the logarithm of how much
    likelier the one is to answer than the other. ``share`` is how much of the question it holds.
    """

    passage: Passage
    start: int
    end: int
    text: str
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What passages say to a question: spans, best first, and the probability that none of them answers.

    From ``refuse_from`` on that is probable enough to tell nothing.
    """

    wanted: Wanted
    spans: tuple[Span, ...]
    none: float
    refuse_from: float

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages in the order of their best spans."""
        return tuple({span.passage.chunk.id: span.passage for span in self.spans}.values())


class Reader:
    """The reader that ships with the program: a linear score over what is known of each span.

    Anything with this one method can stand in its place.
    """

    def __init__(self, learned: Learned | None = None) -> None:
        self._learned = learned or load()

    def read(
        self,
        question: str,
        passages: Sequence[Passage],
        rarity: Callable[[str], float],
        context: str = "",
    ) -> Reading:
        """Score every span of the passages; without any, that none answers is certain.

        ``rarity`` is the worth of a term in the library, ``context`` words that the question only leans on.
        """
        wanted = want(question, context, rarity, self._learned)
        table = features(wanted, passages, self._learned)
        if not len(table):
            return Reading(wanted, (), 1.0, self._learned.refuse_from)
        scores = table @ self._learned.span
        shown = np.append(shown_by(table, scores), 1.0)
        none = 1 / (1 + float(np.exp(-np.clip(shown @ self._learned.none, -30, 30))))
        places = [(passage, match) for passage in passages for match in passage.matches]
        spans = [
            Span(
                p,
                m.start,
                m.end,
                p.chunk.text[m.start - p.chunk.start : m.end - p.chunk.start],
                score,
                row[0],
            )
            for (p, m), score, row in zip(places, scores.tolist(), table.tolist(), strict=True)
        ]
        return Reading(
            wanted, tuple(sorted(spans, key=lambda span: -span.score)), none, self._learned.refuse_from
        )
