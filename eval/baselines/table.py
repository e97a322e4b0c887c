"""What is measured of each system, and the tables that set them side by side."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from eval.judging.matching import holds, rank_of
from eval.judging.metrics import Metric, Score, total
from eval.judging.normalise import normalise
from eval.judging.replies import Reply
from eval.judging.retrieval import DEPTHS
from eval.outcomes.runner import Result
from eval.questions.cases import Case, Kind
from eval.systems.systems import Found

CUTS = DEPTHS
ANSWERS = (
    "facts_complete",
    "fact_recall",
    "wrong",
    "cited_all",
    "cited_any",
    "citation_precision",
    "verbatim",
    "refusal_recall",
    "refusal_precision",
    "said_so",
)
"""The metrics that the table of answers has: attribution needs labels, which passages have not."""
_KIND_CUT = 5
_BUDGET = 2000  # characters: hits among so many passages favour long ones, hits in so much text do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """What a system retrieved for a case with evidence.

    ``ranks`` has, for each gold quote, the rank (from 1) of the first passage
    that meets it by the rule for citations, or None. ``lengths`` are those of
    the passages in characters, best first.
    """

    kind: Kind
    ranks: tuple[int | None, ...]
    lengths: tuple[int, ...]

    def hit(self, cut: int, enough: Callable[[Iterable[bool]], bool]) -> bool:
        """Whether all, or any, of the gold quotes are met by the best ``cut`` passages."""
        return enough(rank is not None and rank <= cut for rank in self.ranks)

    def hit_within(self, characters: int) -> bool:
        """Whether all gold quotes are met by the best passages that make up at most so many characters."""
        return self.hit(sum(end <= characters for end in accumulate(self.lengths)), all)

    @property
    def reciprocal_rank(self) -> float:
        """1 over the rank of the first passage that meets a gold quote; 0 where none does."""
        return max((1 / rank for rank in self.ranks if rank is not None), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A system over all cases: its results, and what it retrieved; None where it does not show that."""

    name: str
    results: tuple[Result, ...]
    retrieved: tuple[Retrieved, ...] | None


def judge_search(case: Case, found: Sequence[Found]) -> Retrieved:
    """Where the gold quotes of ``case`` stand among what was found, best first."""
    return Retrieved(
        kind=case.kind,
        ranks=tuple(rank_of(gold, found) for gold in case.evidence),
        lengths=tuple(len(passage.text) for passage in found),
    )


def retrieval_table(systems: Sequence[Measured]) -> str:
    """Markdown: shares in per cent of cases with all, or any, of their evidence found; MRR; lengths."""
    headings = [
        "system",
        *(f"all@{cut}" for cut in CUTS),
        *(f"any@{cut}" for cut in CUTS),
        "MRR",
        f"all in {_BUDGET:,} characters",
        "characters of a passage",
    ]
    return markdown(headings, [_retrieval_row(system) for system in systems])


def _retrieval_row(system: Measured) -> list[str]:
    found = system.retrieved
    if not found:
        return [system.name, *["–"] * (2 * len(CUTS) + 3)]
    shares = [
        100 * sum(one.hit(cut, enough) for one in found) / len(found) for enough in (all, any) for cut in CUTS
    ]
    return [
        system.name,
        *(f"{share:.1f}" for share in shares),
        f"{statistics.fmean(one.reciprocal_rank for one in found):.3f}",
        f"{100 * sum(one.hit_within(_BUDGET) for one in found) / len(found):.1f}",
        f"{statistics.median(length for one in found for length in one.lengths):,.0f}",
    ]


def retrieval_by_kind(systems: Sequence[Measured]) -> str:
    """Markdown: by kind of case, the share with all evidence among the best five, of systems that search."""
    judged = {
        system.name: [(one.kind, Score(hits=int(one.hit(_KIND_CUT, all)))) for one in system.retrieved]
        for system in systems
        if system.retrieved
    }
    return _by_kind(f"all@{_KIND_CUT}", judged)


def answers_by_kind(systems: Sequence[Measured], metric: Metric) -> str:
    """Markdown: a metric of answers by kind of case."""
    judged = {
        system.name: [
            (result.case.kind, result.scores[metric.name])
            for result in system.results
            if metric.name in result.scores
        ]
        for system in systems
    }
    return _by_kind(metric.label.en, judged)


def _by_kind(title: str, judged: Mapping[str, Sequence[tuple[Kind, Score]]]) -> str:
    rows: list[list[str]] = []
    for kind in Kind:
        totals = [total(score for one, score in scores if one is kind) for scores in judged.values()]
        judgements = max((score.of for score in totals if score), default=0)
        if judgements:
            rows.append([kind.value, str(judgements), *map(percent, totals)])
    return markdown([title, "judged", *judged], rows)


def facts_anywhere(case: Case, reply: Reply) -> Score | None:
    """Whether every fact is somewhere in the answer, however long it is. Answerable cases."""
    if not case.answerable or not case.facts:
        return None
    text = normalise(reply.answer)
    return Score(hits=int(all(holds(fact, text) for fact in case.facts)))


def answer_table(systems: Sequence[Measured], metrics: Sequence[Metric]) -> str:
    """Markdown: the metrics of answers in per cent, the median length, the time beside the first system's."""
    headings = [
        "system",
        "errors",
        *(metric.label.en for metric in metrics),
        "facts anywhere",
        "characters of an answer",
        "time of an answer",
    ]
    return markdown(headings, [_answer_row(system, systems[0], metrics) for system in systems])


def _answer_row(system: Measured, first: Measured, metrics: Sequence[Metric]) -> list[str]:
    answered = [(result.case, result.reply) for result in system.results if result.reply]
    anywhere = (facts_anywhere(case, reply) for case, reply in answered)
    scores = [
        total(result.scores[metric.name] for result in system.results if metric.name in result.scores)
        for metric in metrics
    ]
    return [
        system.name,
        str(sum(result.failure is not None for result in system.results)),
        *map(percent, scores),
        percent(total(score for score in anywhere if score)),
        f"{statistics.median(len(reply.answer) for _, reply in answered):,.0f}" if answered else "–",
        _ratio(_seconds(system), _seconds(first)),
    ]


def _seconds(system: Measured) -> float | None:
    seconds = [result.reply.seconds for result in system.results if result.reply]
    return statistics.median(seconds) if seconds else None


def _ratio(seconds: float | None, first: float | None) -> str:
    return f"{seconds / first:.2f}" if seconds and first else "–"


def percent(score: Score | None) -> str:
    """A share in per cent; a dash where nothing was judged."""
    return "–" if score is None else f"{100 * score.hits / score.of:.1f}"


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first hold numbers."""
    rule = ["---", *["---:"] * (len(headings) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))
