"""What a metric is: a pure function from a case and its reply to a score."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from eval.judging.replies import Reply
from eval.questions.cases import Case
from vectorstore.errors import Message

Group = Literal["facts", "refusals", "reasons", "retrieval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """``hits`` of ``of`` things judged, ``of`` being at least 1. Whole numbers add up without rounding;
    only the reciprocal rank is a fraction of one.
    """

    hits: float
    of: int = 1

    @property
    def share(self) -> float:
        """The share of the things judged that are hits."""
        return self.hits / self.of


Judge = Callable[[Case, Reply], Score | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A judge with its name in results, its heading, and the table of reports that it stands in.

    A judge that can't judge a case gives None, which is no score, not zero.
    """

    name: str
    label: Message
    judge: Judge
    group: Group = "facts"
    low_is_good: bool = False


def yes(true: bool) -> Score:
    """The score of a question that has a yes or a no."""
    return Score(hits=int(true))


def total(scores: Iterable[Score]) -> Score | None:
    """All scores as one: the share of all things judged. None where nothing was."""
    judged = list(scores)
    if not judged:
        return None
    return Score(hits=sum(score.hits for score in judged), of=sum(score.of for score in judged))
