"""Reads passages beside a question: each sentence and cell with its score, and how likely none answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import numpy as np

from assistant.errors import ReaderUnavailable
from assistant.reading.cross_encoder import CrossEncoder, Judged
from assistant.reading.excerpts import Excerpt, best_excerpts
from assistant.reading.features import Numbers, add_read, features, text_of
from assistant.reading.learned import Learned, Scoring, load
from assistant.reading.none import shown_by
from assistant.reading.wanted import Wanted, want
from vectorstore.errors import Message
from vectorstore.types import Passage

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


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
    any of the spans. ``closely`` are the ids of the chunks that the cross-encoder read.
    """

    wanted: Wanted
    spans: tuple[Span, ...]
    refuse_from: float
    judge: Callable[[Sequence[Span]], float] = field(compare=False, repr=False)
    closely: frozenset[str] = frozenset()

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

    With a cross-encoder, what that says is known too of the passages that score best without. Where it
    does not run, reading goes on without it, and ``notices`` says so. Anything with ``read`` can
    stand in its place.
    """

    def __init__(self, learned: Learned | None = None, cross_encoder: CrossEncoder | None = None) -> None:
        self._learned = learned or load()
        self._cross_encoder = cross_encoder
        self._lost: ReaderUnavailable | None = None

    @property
    def notices(self) -> tuple[Message, ...]:
        """That the cross-encoder is missing where it should be there."""
        return (self._lost.message,) if self._lost else ()

    def make_ready(self) -> None:
        """Load the cross-encoder, if there is one."""
        if self._cross_encoder:
            self._without_failing(self._cross_encoder.try_out)

    def read(
        self,
        question: str,
        passages: Sequence[Passage],
        rarity: Callable[[str], float],
        context: str = "",
        *,
        closely: int = 0,
        only: Collection[str] | None = None,
    ) -> Reading:
        """Score every span of the passages; without any, that none answers is certain.

        ``rarity`` is the worth of a term in the library, ``context`` words that the question only leans on.
        So many passages are read ``closely``, by the cross-encoder, of those with ``only`` these chunks' ids
        where they are given.
        """
        wanted = want(question, context, rarity, self._learned)
        scoring = self._learned.first
        table = features(wanted, passages, self._learned)
        known = passages if only is None else [one for one in passages if one.chunk.id in only]
        best = best_excerpts(known, _of(known, passages, table @ scoring.span), closely)
        if judged := self._read_closely(f"{context} {question}".strip(), best):
            scoring = self._learned.second
            table = add_read(table, passages, judged)
        scores = table @ scoring.span
        places = ((passage, match) for passage in passages for match in passage.matches)
        spans = [
            Span(p, m.start, m.end, text_of(p, m), float(score), float(row[0]), row)
            for (p, m), score, row in zip(places, scores, table, strict=True)
        ]
        ordered = tuple(sorted(spans, key=lambda span: -span.score))
        judge = partial(_judge, scoring)
        return Reading(wanted, ordered, scoring.refuse_from, judge, frozenset(judged))

    def _read_closely(self, question: str, excerpts: Sequence[Excerpt]) -> Mapping[str, Judged]:
        if self._cross_encoder is None or self._lost or not excerpts:
            return {}
        judged = self._without_failing(partial(self._cross_encoder.read, question, excerpts)) or []
        return {one.passage.chunk.id: said for one, said in zip(excerpts, judged, strict=bool(judged))}

    def _without_failing(self, call: Callable[[], Result]) -> Result | None:
        """What a call of the cross-encoder gives; None where that does not run, which is told once."""
        try:
            return call()
        except ReaderUnavailable as error:
            _log.warning("%s %s", error.message.en, error.hint.en)
            self._lost = error
            return None


def _of(some: Sequence[Passage], passages: Sequence[Passage], scores: Numbers) -> Numbers:
    """The scores of the spans of some passages, out of those of all."""
    kept = {passage.chunk.id for passage in some}
    return scores[[passage.chunk.id in kept for passage in passages for _ in passage.matches]]


def _judge(scoring: Scoring, spans: Sequence[Span]) -> float:
    if not spans:
        return 1.0
    table = np.asarray([span.features for span in spans])
    shown = np.append(shown_by(table, np.asarray([span.score for span in spans])), 1.0)
    return 1 / (1 + float(np.exp(-np.clip(shown @ scoring.none, -30, 30))))
