"""Runs cases through anything that answers, several at a time, and scores the replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from eval.cases import Case
from eval.errors import NoReply
from eval.metrics import Metric, Score
from eval.replies import Reply
from vectorstore.errors import PolicyAssistantError

Ask = Callable[[Case], Reply]


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
    """

    case: Case
    reply: Reply | None = None
    failure: Failure | None = None
    scores: Mapping[str, Score] = field(default_factory=dict)


def run_cases(
    cases: Sequence[Case], ask: Ask, *, metrics: Sequence[Metric], workers: int
) -> Iterator[Result]:
    """The result of each case, in the order of ``cases`` however many ``workers`` ask at once.

    ``ask`` is called from several threads. Whatever it raises becomes the
    failure of that case; the others are still asked. Closing the iterator
    drops the cases that were not asked yet.
    """
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="eval") as pool:
        yield from pool.map(lambda case: _run(case, ask, metrics), cases)


def _run(case: Case, ask: Ask, metrics: Sequence[Metric]) -> Result:
    try:
        reply = ask(case)
    except NoReply as error:
        return Result(case=case, failure=Failure(reason=error.reason, detail=error.message.en))
    except PolicyAssistantError as error:
        return Result(case=case, failure=Failure(reason=error.code, detail=error.message.en))
    except Exception as error:  # noqa: BLE001  # a crash in one answer is a finding, not the end of the run
        return Result(case=case, failure=Failure(reason=type(error).__name__, detail=str(error)))
    return Result(case=case, reply=reply, scores=score(case, reply, metrics))


def score(case: Case, reply: Reply, metrics: Sequence[Metric]) -> dict[str, Score]:
    """The scores of one reply by name of the metric, without those that can't judge it."""
    judged = {metric.name: metric.judge(case, reply) for metric in metrics}
    return {name: one for name, one in judged.items() if one is not None}
