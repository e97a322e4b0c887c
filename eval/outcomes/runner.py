"""Runs cases through anything that answers, several at a time, and scores the replies."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from eval.errors import NoReply
from eval.judging.metrics import Metric, Score
from eval.judging.replies import Reply
from eval.judging.retrieval import DEPTHS
from eval.questions.cases import Case
from eval.systems.systems import System
from vectorstore.errors import PolicyAssistantError


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a case got no reply: a short name to count by, and what was said."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A case with its reply and scores, or with the failure: exactly one of the two.

    A failure has no scores at all, so that an error is never taken for a
    refusal or for a wrong answer. ``scores`` has the metrics that could judge.
    ``search_failure`` says why retrieval has none, though there is a reply.
    """

    case: Case
    reply: Reply | None = None
    failure: Failure | None = None
    search_failure: Failure | None = None
    scores: Mapping[str, Score] = field(default_factory=dict)


def run_cases(
    cases: Sequence[Case], system: System, *, metrics: Sequence[Metric], workers: int
) -> Generator[Result, None, None]:
    """The result of each case, in the order of ``cases`` however many ``workers`` ask at once.

    ``system`` is called from several threads. Whatever it raises becomes the
    failure of that case; the others are still asked. Closing the iterator
    drops the cases that were not asked yet.
    """
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="eval") as pool:
        yield from pool.map(lambda case: _run(case, system, metrics), cases)


def _run(case: Case, system: System, metrics: Sequence[Metric]) -> Result:
    try:
        reply = system.ask(case)
    except Exception as error:  # noqa: BLE001  # a crash in one answer is a finding, not the end of the run
        return Result(case=case, failure=_failure(error))
    search_failure = None
    if case.answerable and reply.found is None:  # the others have nothing to find
        try:
            reply = replace(reply, found=system.search(case, DEPTHS[-1]))
        except Exception as error:  # noqa: BLE001  # the answer is still scored
            search_failure = _failure(error)
    return Result(case=case, reply=reply, search_failure=search_failure, scores=score(case, reply, metrics))


def _failure(error: Exception) -> Failure:
    if isinstance(error, NoReply):
        return Failure(reason=error.reason, detail=error.message.en)
    if isinstance(error, PolicyAssistantError):
        return Failure(reason=error.code, detail=error.message.en)
    return Failure(reason=type(error).__name__, detail=str(error))


def score(case: Case, reply: Reply, metrics: Sequence[Metric]) -> dict[str, Score]:
    """The scores of one reply by name of the metric, without those that can't judge it."""
    judged = {metric.name: metric.judge(case, reply) for metric in metrics}
    return {name: one for name, one in judged.items() if one is not None}
