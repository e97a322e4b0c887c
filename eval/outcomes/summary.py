"""Sums up results: by split, by kind and in total, with intervals."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.judging.intervals import Interval, by_case, case_intervals, document_intervals, interval, shares
from eval.judging.metrics import Metric, Score, total
from eval.outcomes.runner import Result
from eval.questions.cases import Kind
from eval.questions.splits import Split, is_in

_FACTS = "facts_complete"
_PLAIN = (Kind.FACT, Kind.NUMBER, Kind.LIST, Kind.TABLE)  # what follow-ups ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The numbers of one group of results.

    ``scores`` has None for a metric that could judge none of them, and so has
    ``intervals``, which are by case. ``document_intervals`` are by document; the
    rows of kinds have none, as most kinds stand in few documents. The answer
    length is in characters (median), latency in wall-clock seconds, tokens are
    means; None without a reply.
    """

    name: str
    cases: int
    errors: int
    scores: Mapping[str, Score | None]
    intervals: Mapping[str, Interval | None]
    document_intervals: Mapping[str, Interval | None]
    answer_length: float | None
    latency_p50: float | None
    latency_p95: float | None
    prompt_tokens: float | None
    completion_tokens: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """How much rarer facts are complete where a question needs its earlier turns, with its interval by case.

    No case gives its follow-up as a question of its own. What stands against the follow-ups are
    other questions, of one turn and of the kinds that follow-ups ask for: a guess at the loss.
    """

    single: Score
    followup: Score
    interval: Interval | None

    @property
    def loss(self) -> float:
        """The difference of the shares; above zero where follow-ups fare worse."""
        return self.single.share - self.followup.share


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The numbers of one split: the total and a row for each kind that it has, in the order of Kind."""

    split: Split
    total: Row
    kinds: tuple[Row, ...]
    followup_loss: Loss | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run. ``parts`` are the splits that it has; ``results`` are in the order of the cases.

    Everything but latency and memory is the same for the same replies.
    ``folder`` is where the run is written; ``planned`` is how many cases it was
    to ask; ``peak_memory`` the most bytes that the whole process held, None
    where what was measured is another.
    """

    metrics: tuple[Metric, ...]
    parts: Mapping[Split, Part]
    error_reasons: Mapping[str, int]
    results: tuple[Result, ...]
    folder: Path
    planned: int
    peak_memory: int | None = None

    @property
    def headline(self) -> Part:
        """The split that conclusions are drawn from: report, if the run has it."""
        return next(self.parts[split] for split in Split if split in self.parts)


def summarise(
    results: Sequence[Result],
    metrics: Sequence[Metric],
    folder: Path,
    planned: int | None = None,
    malformed: int = 0,
    peak_memory: int | None = None,
) -> Summary:
    """The summary of ``results``; ``folder`` is where the run is written.

    ``malformed`` lines of the case files could not be asked.
    """
    groups = {split: [r for r in results if is_in(r.case.family, split)] for split in Split}
    parts = {
        split: _part(split, group, metrics) for split, group in groups.items() if group or split is Split.ALL
    }
    failures = [r.failure.reason for r in results if r.failure]
    failures += ["malformed case"] * malformed
    failures += [f"search: {r.search_failure.reason}" for r in results if r.search_failure]
    return Summary(
        metrics=tuple(metrics),
        parts=parts,
        error_reasons=dict(sorted(Counter(failures).items())),
        results=tuple(results),
        folder=folder,
        planned=len(results) if planned is None else planned,
        peak_memory=peak_memory,
    )


def _part(split: Split, results: Sequence[Result], metrics: Sequence[Metric]) -> Part:
    groups = ((kind, [r for r in results if r.case.kind is kind]) for kind in Kind)
    return Part(
        split=split,
        total=_row(split.value, results, metrics, documents=True),
        kinds=tuple(_row(kind.value, group, metrics) for kind, group in groups if group),
        followup_loss=followup_loss(results),
    )


def _row(name: str, results: Sequence[Result], metrics: Sequence[Metric], *, documents: bool = False) -> Row:
    replies = [result.reply for result in results if result.reply]
    seconds = sorted(reply.seconds for reply in replies)
    ids = [result.case.id for result in results]
    families = {result.case.id: result.case.family for result in results}
    scores = [result.scores for result in results]
    names = [metric.name for metric in metrics]
    return Row(
        name=name,
        cases=len(results),
        errors=sum(bool(result.failure or result.search_failure) for result in results),
        scores={one: total(score[one] for score in scores if one in score) for one in names},
        intervals=case_intervals(ids, scores, names),
        document_intervals=document_intervals(ids, scores, names, families) if documents else {},
        answer_length=statistics.median(len(reply.answer) for reply in replies) if replies else None,
        latency_p50=_percentile(seconds, 50),
        latency_p95=_percentile(seconds, 95),
        prompt_tokens=_mean(reply.prompt_tokens for reply in replies),
        completion_tokens=_mean(reply.completion_tokens for reply in replies),
    )


def followup_loss(results: Sequence[Result]) -> Loss | None:
    """The loss of follow-ups; None where no case of one of both sorts is judged."""
    judged = [r for r in results if _FACTS in r.scores and (r.case.history or r.case.kind in _PLAIN)]
    # As two metrics of the same cases, so that both are resampled together.
    sorts = [{"followup" if result.case.history else "single": result.scores[_FACTS]} for result in judged]
    single, followup = (total(one[name] for one in sorts if name in one) for name in ("single", "followup"))
    if single is None or followup is None:
        return None
    drawn = by_case([result.case.id for result in judged])
    resampled = shares(sorts, ("single", "followup"), drawn)
    return Loss(single=single, followup=followup, interval=interval(resampled[:, 0] - resampled[:, 1]))


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    # Nearest rank: a latency that was measured, also with few cases.
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None


def _mean(numbers: Iterable[int]) -> float | None:
    listed = list(numbers)
    return statistics.fmean(listed) if listed else None
