"""What got better and what worse between two runs, metric by metric and case by case.

Both runs are resampled together, by case: the interval of a difference says
how far it may be due to which questions were asked. A difference whose interval
has zero on one side is beyond the noise. The second view is the exact sign test
over the cases that got better or worse, as McNemar's for metrics of yes and no;
of the cases that one run alone could judge it knows nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.judging.intervals import Interval, by_case, interval, shares
from eval.judging.metrics import Metric, Score, total
from eval.outcomes.baseline import Scored, Scores
from eval.questions.splits import Split, is_in

# What must not fall: facts, evidence cited, refusals, and what is wrong, which must not rise.
GATED = ("facts_complete", "wrong", "cited_all", "refusal_recall", "refusal_precision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One metric in both runs. ``p`` is that of the sign test; ``better`` and ``worse`` list cases.

    ``gain`` is the difference of the shares with its sign turned where low is good.
    """

    metric: Metric
    before: Score | None
    after: Score | None
    gain: float | None
    interval: Interval | None
    better: tuple[str, ...]
    worse: tuple[str, ...]
    p: float

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval of the gain has zero on one side."""
        return self.interval is not None and not self.interval.low <= 0 <= self.interval.high

    @property
    def is_regression(self) -> bool:
        """Whether it is worse beyond the noise."""
        return self.beyond_noise and (self.gain or 0) < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs on the ``cases`` that both have and that both ask in the same words.

    ``changed`` are cases that are not the same any more, ``only_before`` and
    ``only_after`` those of one run, ``new_errors`` the ones that had a reply before.
    """

    before: str
    after: str
    differences: tuple[Difference, ...]
    cases: tuple[str, ...]
    changed: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    new_errors: tuple[str, ...]

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """The gated metrics that are worse beyond the noise."""
        return tuple(one for one in self.differences if one.metric.name in GATED and one.is_regression)

    @property
    def fails(self) -> bool:
        """Whether something gated got worse, cases are errors that were none, or no case is left."""
        return bool(self.regressions or self.new_errors or not self.cases)


def compare(before: Scores, after: Scores, metrics: Sequence[Metric], split: Split = Split.ALL) -> Comparison:
    """The comparison of two runs on the cases of ``split``."""
    ids_before = {one for one, scored in before.cases.items() if is_in(scored.family, split)}
    ids_after = {one for one, scored in after.cases.items() if is_in(scored.family, split)}
    both = sorted(ids_before & ids_after)
    same = [one for one in both if before.cases[one].fingerprint == after.cases[one].fingerprint]
    judged = [one for one in same if not (before.cases[one].failed or after.cases[one].failed)]
    pair = ([before.cases[one] for one in judged], [after.cases[one] for one in judged])
    return Comparison(
        before=before.name,
        after=after.name,
        differences=_differences(judged, *pair, metrics),
        cases=tuple(judged),
        changed=tuple(one for one in both if one not in set(same)),
        only_before=tuple(sorted(ids_before - ids_after)),
        only_after=tuple(sorted(ids_after - ids_before)),
        new_errors=tuple(o for o in same if after.cases[o].failed and not before.cases[o].failed),
    )


def _differences(
    ids: Sequence[str], before: Sequence[Scored], after: Sequence[Scored], metrics: Sequence[Metric]
) -> tuple[Difference, ...]:
    names = [metric.name for metric in metrics]
    if not ids:
        return ()
    scores = [[one.scores for one in side] for side in (before, after)]
    drawn = by_case(ids)
    resampled = shares(scores[1], names, drawn) - shares(scores[0], names, drawn)
    found: list[Difference] = []
    for at, metric in enumerate(metrics):
        sign = -1 if metric.low_is_good else 1
        changes = _changes(ids, scores[0], scores[1], metric.name, sign)
        better = tuple(one for one, change in changes.items() if change > 0)
        worse = tuple(one for one, change in changes.items() if change < 0)
        one, other = (total(s[metric.name] for s in side if metric.name in s) for side in scores)
        found.append(
            Difference(
                metric=metric,
                before=one,
                after=other,
                gain=sign * (other.share - one.share) + 0.0 if one and other else None,
                interval=interval(sign * resampled[:, at] + 0.0),
                better=better,
                worse=worse,
                p=sign_test(len(better), len(worse)),
            )
        )
    return tuple(found)


def _changes(
    ids: Sequence[str],
    before: Sequence[Mapping[str, Score]],
    after: Sequence[Mapping[str, Score]],
    name: str,
    sign: int,
) -> dict[str, float]:
    return {
        case_id: sign * (new[name].share - old[name].share)
        for case_id, old, new in zip(ids, before, after, strict=True)
        if name in old and name in new
    }


def sign_test(better: int, worse: int) -> float:
    """How likely so few changed cases the rarer way, or fewer, are if both ways are alike; two-sided."""
    changed = better + worse
    tail = sum(math.comb(changed, few) for few in range(min(better, worse) + 1)) / 2**changed
    return float(min(1.0, 2 * tail))
