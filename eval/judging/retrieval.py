"""The judges of what was retrieved, on answerable cases, by the rule that citations are matched with."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from eval.judging.matching import rank_of
from eval.judging.replies import Reply
from eval.judging.scores import Score, yes
from eval.questions.cases import Case

DEPTHS = (1, 3, 5, 10)
"""How many passages count: the k of hit@k."""


def ranks(case: Case, reply: Reply) -> tuple[int | None, ...] | None:
    """The rank of each gold quote among what was found; None where that can't be judged."""
    if not case.answerable or not case.evidence or reply.found is None:
        return None
    return tuple(rank_of(gold, reply.found) for gold in case.evidence)


def hit(depth: int, enough: Callable[[Iterable[bool]], bool], case: Case, reply: Reply) -> Score | None:
    """Whether the first ``depth`` passages meet ``enough`` of the gold quotes: all of them, or any."""
    found = ranks(case, reply)
    if found is None:
        return None
    return yes(enough(rank is not None and rank <= depth for rank in found))


def reciprocal_rank(case: Case, reply: Reply) -> Score | None:
    """One over the rank of the first passage that meets a gold quote; nothing where none of ten does."""
    found = ranks(case, reply)
    if found is None:
        return None
    best = min((rank for rank in found if rank is not None and rank <= DEPTHS[-1]), default=None)
    return Score(hits=1 / best if best else 0)
