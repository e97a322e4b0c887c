"""Reads passages beside a question: each sentence and cell with its score, and how likely none answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.reading.features import Numbers, features, text_of
from assistant.reading.learned import Learned, load
from assistant.reading.none import shown_by
from assistant.reading.wanted import Wanted, want
from vectorstore.types import Passage


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence or cell of a passage; ``start`` and ``end`` are offsets into its document.

    ``score`` is comparable within one reading: the difference of two is the logarithm of how much
    likelier the one is to answer than the other. ``share`` is how much of the question it holds,
    ``features`` the numbers that the score was made from.
    """

    passage: Passage
    start: int
    end: int
    text: str
    score: float
    share: float
    features: Numbers = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What passages say to a question: spans, best first, and the probability that none of them answers.

    From ``refuse_from`` on that is probable enough to tell nothing. ``judge`` gives the probability for
    any of the spans.
    """

    wanted: Wanted
    spans: tuple[Span, ...]
    refuse_from: float
    judge: Callable[[Sequence[Span]], float] = field(compare=False, repr=False)

    @property
    def none(self) -> float:
        """The probability that none of the spans answers."""
        return self.judge(self.spans)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages in the order of their best spans."""
        return tuple({span.passage.chunk.id: span.passage for span in self.spans}.values())

    def among(self, passages: Sequence[Passage]) -> Reading:
        """The same reading of fewer passages, ranked as they are here."""
        kept = {passage.chunk.id: passage for passage in passages}
        inside = (span for span in self.spans if span.passage.chunk.id in kept)
        spans = tuple(replace(span, passage=kept[span.passage.chunk.id]) for span in inside)
        return replace(self, spans=spans)


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
        scores = table @ self._learned.span
        places = ((passage, match) for passage in passages for match in passage.matches)
        spans = [
            Span(p, m.start, m.end, text_of(p, m), float(score), float(row[0]), row)
            for (p, m), score, row in zip(places, scores, table, strict=True)
        ]
        ordered = tuple(sorted(spans, key=lambda span: -span.score))
        return Reading(wanted, ordered, self._learned.refuse_from, self._judge)

    def _judge(self, spans: Sequence[Span]) -> float:
        if not spans:
            return 1.0
        table = np.asarray([span.features for span in spans])
        shown = np.append(shown_by(table, np.asarray([span.score for span in spans])), 1.0)
        return 1 / (1 + float(np.exp(-np.clip(shown @ self._learned.none, -30, 30))))
